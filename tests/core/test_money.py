"""Money: exact decimals in, amounts as people read them out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.core.money import Money, amount_text, parse_amount, parse_currency, spoken


@pytest.mark.parametrize(
    ("sent", "amount"),
    [
        ("0.136", "0.136"),
        ("1250", "1250"),
        ("0", "0"),
        (120.5, "120.5"),
        (7, "7"),
        (0.00001, "0.00001"),
        (Decimal("1E+3"), "1000"),
        ("0.123456789", "0.12345679"),
        ("1.50", "1.50"),
    ],
)
def test_plain_decimals_and_json_numbers_are_amounts(sent: object, amount: str) -> None:
    assert parse_amount(sent) == Decimal(amount)


@pytest.mark.parametrize(
    "sent",
    [
        *(
            "1e999999",
            "1e-30",
            "NaN",
            "Infinity",
            "-5",
            "+5",
            " 5 ",
            "5\n",
            "1_000",
            "١٢٣",
            "0x10",
            "1,000",
            "",
            ".5",
            "5.",
        ),
        *(None, True, -5, -0.0, float("nan"), float("inf"), 1e300, 1e-30, 10**400, [], {}, b"5"),
        *("9" * 13, "0." + "9" * 19, "9" * 100_000, Decimal("1e999999"), Decimal("1e-999999"), Decimal("NaN")),
    ],
    ids=lambda sent: repr(sent)[:20] if type(sent) is not int or sent < 10**30 else "a large int",
)
def test_anything_else_is_refused_at_once(sent: object) -> None:
    with pytest.raises(ValueError, match="plain decimal"):
        parse_amount(sent)


@given(st.decimals(min_value=0, max_value=10**12 - 1, places=8))
def test_an_amount_survives_being_written_and_read(amount: Decimal) -> None:
    text = amount_text(amount)
    assert parse_amount(text) == amount
    assert "e" not in text.lower()
    assert not text.endswith(".")


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("1250", "USD", "$1,250"),
        ("1250.00", "USD", "$1,250"),
        ("0.99", "USD", "$0.99"),
        ("3.5", "USD", "$3.50"),
        ("0.005", "USD", "$0.005"),
        ("1250", "JPY", "¥1,250"),
        ("0.136", "ETH", "0.136 ETH"),
        ("1250.5", "ETH", "1,250.5 ETH"),
        ("0.00000001", "ETH", "0.00000001 ETH"),
        ("12", "", "12"),
    ],
)
def test_amounts_are_read_out_as_people_do(amount: str, currency: str, said: str) -> None:
    assert spoken(Money(Decimal(amount), currency)) == said


def test_a_locale_changes_the_signs_not_the_amount() -> None:
    assert spoken(Money(Decimal("1250.5"), "EUR"), "de_DE").replace("\xa0", " ") in {"€1.250,50", "1.250,50 €"}


@pytest.mark.parametrize("sent", ["x" * 300, "$$$", "usd", "<b>", "", "E", None, 5, "USD\n"])
def test_a_currency_that_is_no_code_is_unknown(sent: object) -> None:
    assert parse_currency(sent) == ""

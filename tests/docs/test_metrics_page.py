"""docs/metrics.md and deploy/alerts.yaml against what runtimes say of themselves after some work."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest
import yaml

from tests.docs.pages import ROOT, labelled, page
from tests.measuring.figures import Figures, scraped
from tests.process.http import Client, client_of
from tests.process.lots import Lot
from tests.process.model import model_server
from tests.process.runtime import RuntimeProcess

ALERTS = ROOT / "deploy" / "alerts.yaml"
_ROW = re.compile(r"^\| `(\w+)` \| (\w+) \|(.*?)\| .+ \|$", re.MULTILINE)
_NAME = re.compile(r"\b(?:rt|process)_[a-z_]+")
_PART = re.compile(r"_(?:bucket|sum|count)$")


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RuntimeProcess]:
    """A runtime that asks a model."""
    with model_server() as model:
        runtime = RuntimeProcess(tmp_path_factory.mktemp("worked") / "data", *model.settings()).start()
        yield runtime
        runtime.kill()


@pytest.fixture
async def figures(worked: RuntimeProcess) -> AsyncIterator[Figures]:
    """What it says once it has heard of a lot, one event it cannot read, and one guest."""
    async with client_of(worked.url) as client:
        await _work(client)
        yield await scraped(client)


async def _work(client: Client) -> None:
    lot = Lot()
    sent = [lot.start(), *lot.bid("ada", "120"), lot.winner("ada", "120"), lot.end("120"), {"type": 1}]
    assert (await client.post("/api/events", sent)).status == 202
    assert (await client.say(await client.session_with("wren"), "Hello!")).status == 200
    assert (await client.get("/nowhere")).status == 404


def _documented() -> dict[str, tuple[str, set[str]]]:
    rows = _ROW.findall(page("metrics.md"))
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


async def test_every_name_is_on_the_page_with_its_type_and_no_other(figures: Figures) -> None:
    assert figures.names() == {name: kind for name, (kind, _labels) in _documented().items()}


async def test_the_labels_are_those_of_the_page(figures: Figures) -> None:
    found = figures.labels()
    for name, (_kind, labels) in _documented().items():
        family = name.removesuffix("_total")
        assert found[family] == (labels if figures.families[family].samples else set()), name


async def test_every_name_in_an_alarm_is_one_that_is_told(figures: Figures) -> None:
    (group,) = yaml.safe_load(ALERTS.read_text())["groups"]
    assert len({rule["alert"] for rule in group["rules"]}) == len(group["rules"])
    for rule in group["rules"]:
        names = {_PART.sub("", name) for name in _NAME.findall(rule["expr"])}
        assert names <= figures.names().keys(), rule["alert"]
        assert names or rule["expr"].startswith("up{")
        assert rule["annotations"]["summary"] and rule["labels"]["severity"] in {"page", "ticket"}


def test_the_job_of_the_page_is_the_one_that_the_alarms_watch() -> None:
    (job,) = yaml.safe_load(labelled("metrics.md")["prometheus"])["scrape_configs"]
    assert f'up{{job="{job["job_name"]}"}}' in ALERTS.read_text()

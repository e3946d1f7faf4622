"""Settings loaded in a folder of a test's own."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agent_runtime.config import Loaded, load
from agent_runtime.core.errors import Misconfigured

Load = Callable[..., Loaded]
ROOT = Path(__file__).parents[2]
SECRET = "sk-canary-1234"


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    def load_here(
        file: str | None = None,
        dotenv: str | None = None,
        flags: Mapping[str, str] | None = None,
        **environ: str,
    ) -> Loaded:
        if file is not None:
            (tmp_path / "config.yaml").write_text(file)
        if dotenv is not None:
            (tmp_path / ".env").write_text(dotenv)
        return load(None, flags or {}, {f"AGENT_RUNTIME__{name}": value for name, value in environ.items()}, tmp_path)

    return load_here


def complaint(load_here: Load, *args: object, **kwargs: object) -> str:
    with pytest.raises(Misconfigured) as caught:
        load_here(*args, **kwargs)
    return str(caught.value)

"""A disk that takes nothing more: said where somebody looks, and over as soon as there is room again."""

import resource
from pathlib import Path

from tests.process.http import client_of
from tests.process.runtime import RuntimeProcess


async def test_while_nothing_can_be_kept_it_says_so_and_goes_on_reading(tmp_path: Path) -> None:
    runtime = RuntimeProcess(tmp_path / "data").start()
    try:
        async with client_of(runtime.url) as client:
            session = await client.session_with("wren")
            assert (await client.get("/readyz")).json["status"] == "ok"
            full = (runtime.folder / "runtime.db-wal").stat().st_size
            limits = resource.prlimit(runtime.process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(runtime.process.pid, resource.RLIMIT_FSIZE, (full, limits[1]))
            said = await client.say(session, "Hello.")
            assert (said.status, said.json["code"], said.headers["Retry-After"]) == (503, "unavailable", "5")
            ready = await client.get("/readyz")
            assert (ready.status, ready.json["status"]) == (200, "degraded")
            assert "disk" in ready.json["parts"]["store"]["detail"]
            assert await client.messages(session) == []
            resource.prlimit(runtime.process.pid, resource.RLIMIT_FSIZE, limits)
            assert (await client.say(session, "Hello.")).status == 200
        assert runtime.log.count("the database keeps nothing") == 1
        assert runtime.stop() == 0
    finally:
        runtime.kill()

"""Two programs of other projects that the pages use, for machines without them: as much as the pages ask of them."""

import re
import shlex
import shutil
import sqlite3
import stat
import sys
from pathlib import Path

from redis import Redis

from tests.docs.pages import ROOT

PROGRAMS = ("redis-cli", "sqlite3")


def install(folder: Path) -> str:
    """A folder for PATH with those programs that the machine does not have."""
    folder.mkdir()
    for name in PROGRAMS:
        if shutil.which(name) is None:
            words = ("env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "tests.docs.standins", name)
            (folder / name).write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
            (folder / name).chmod(stat.S_IRWXU)
    return str(folder)


def redis_cli(arguments: list[str]) -> None:
    """`-u URL COMMAND…`, its reply as redis-cli prints it to a file."""
    assert arguments[0] == "-u", "give the URL with -u"
    with Redis.from_url(arguments[1], decode_responses=True) as client:
        sys.stdout.write(f"{client.execute_command(*arguments[2:])}\n")


def sqlite(arguments: list[str]) -> None:
    """`FILE ".backup 'COPY'"`"""
    file, command = arguments
    copy = re.fullmatch(r"\.backup '(.+)'", command)
    assert copy is not None, "only .backup is known"
    source, target = sqlite3.connect(file), sqlite3.connect(copy[1])
    source.backup(target)
    target.close()
    source.close()


if __name__ == "__main__":
    {"redis-cli": redis_cli, "sqlite3": sqlite}[sys.argv[1]](sys.argv[2:])

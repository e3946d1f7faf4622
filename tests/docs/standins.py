"""Programs of other projects that the pages use, for machines without them: as much as the pages ask of them."""

import argparse
import asyncio
import re
import shlex
import shutil
import sqlite3
import stat
import sys
from http import HTTPStatus
from pathlib import Path

import aiohttp
from redis import Redis

from tests.docs.pages import ROOT

PROGRAMS = ("curl", "redis-cli", "sqlite3")
_TIMED_OUT, _FAILED = 28, 22  # as curl says it


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


def curl(arguments: list[str]) -> None:
    """`[-sNfI] [-X METHOD] [-H HEADER] [-d BODY | --data-binary @FILE] [--max-time S] URL`: the answer, as it comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-s", "--silent", action="store_true")
    parser.add_argument("-N", "--no-buffer", action="store_true")
    parser.add_argument("-f", "--fail", action="store_true")
    parser.add_argument("-I", "--head", action="store_true")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-d", "--data-binary", dest="body")
    parser.add_argument("--max-time", type=float, default=60.0)
    parser.add_argument("url")
    given = parser.parse_args(arguments)
    asyncio.run(_request(given))


async def _request(given: argparse.Namespace) -> None:
    method = given.method or ("HEAD" if given.head else "GET" if given.body is None else "POST")
    headers = dict(header.split(": ", 1) for header in given.headers)
    try:
        async with (
            asyncio.timeout(given.max_time),
            aiohttp.request(method, given.url, headers=headers, data=_body(given.body)) as answer,
        ):
            if given.fail and answer.status >= HTTPStatus.BAD_REQUEST:
                sys.exit(_FAILED)
            if given.head:
                sys.stdout.buffer.writelines(b"%b: %b\r\n" % header for header in answer.raw_headers)
            async for chunk in answer.content.iter_any():
                sys.stdout.buffer.write(chunk)
                sys.stdout.buffer.flush()
    except TimeoutError:
        sys.exit(_TIMED_OUT)


def _body(given: str | None) -> bytes | None:
    if given is None:
        return None
    return Path(given[1:]).read_bytes() if given.startswith("@") else given.encode()


if __name__ == "__main__":
    {"curl": curl, "redis-cli": redis_cli, "sqlite3": sqlite}[sys.argv[1]](sys.argv[2:])

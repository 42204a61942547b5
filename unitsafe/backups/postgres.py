"""PostgreSQL's own tools, found on PATH: dumps are made, read and put back by them alone."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from unitsafe.backups.rules import BackupError, Fault

COPY = re.compile(r'COPY public\."?(?P<table>\w+)"? \((?P<columns>.*)\) FROM stdin;')
ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
EMPTY = "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"


def dump(url: sa.URL, file: Path) -> None:
    """Write the database at ``url`` to ``file`` as it is at one moment. Raises BackupError."""
    command = [_tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
    _run([*command, f"--file={file}", f"--dbname={_address(url)}"], url, Fault.FAILED)


def restore(file: Path, url: sa.URL) -> None:
    """Replace everything in the database at ``url`` by a dump, in one transaction. Raises BackupError."""
    psql = [_tool("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--output", os.devnull]
    script = file.with_name("restore.sql")
    with script.open("wb") as whole:
        whole.write(EMPTY.encode())
        whole.flush()
        _run(
            [*_read(file), "--no-owner", "--no-privileges", "--file=-"], None, Fault.DAMAGED, whole
        )
    command = [*psql, "--set=ON_ERROR_STOP=1", f"--file={script}", f"--dbname={_address(url)}"]
    try:
        _run(command, url, Fault.REFUSED)
    finally:
        script.unlink()


def rows(file: Path) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Every row of a dump as (table, texts by column), as COPY writes them; all of it is read.

    :raises BackupError: the dump is damaged.
    """
    with _reading([*_read(file), "--data-only", "--file=-"]) as lines:
        columns: list[str] = []
        table = ""
        for raw in lines:
            line = raw.decode().rstrip("\n")
            if columns and line == "\\.":
                columns = []
            elif columns:
                cells = map(_unescaped, line.split("\t"))
                yield table, dict(zip(columns, cells, strict=True))
            elif found := COPY.fullmatch(line):
                table = found["table"]
                columns = [name.strip('"') for name in found["columns"].split(", ")]


def moment(text: str) -> datetime:
    """A timestamp with its zone, as a dump writes it: 2026-11-23 00:00:00.5+00."""
    return datetime.fromisoformat(re.sub(r"([+-]\d\d)$", r"\1:00", text))


def _unescaped(cell: str) -> str | None:
    if cell == "\\N":
        return None
    return ESCAPE.sub(lambda found: ESCAPES.get(found[1], found[1]), cell)


def _read(file: Path) -> list[str]:
    return [_tool("pg_restore"), str(file)]


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        line = f"{name} is not on PATH: install PostgreSQL's client programs on this machine"
        raise BackupError(line, Fault.TOOLS)
    return found


def _address(url: sa.URL) -> str:
    """``url`` as libpq reads it, without the password: other people see a process's arguments."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _environment(url: sa.URL | None) -> dict[str, str]:
    found = {**os.environ, "LC_ALL": "C.UTF-8", "PGOPTIONS": "-c lock_timeout=5s -c TimeZone=UTC"}
    if url is not None and url.password:
        found["PGPASSWORD"] = str(url.password)
    return found


def _run(
    command: Sequence[str], url: sa.URL | None, fault: Fault, output: IO[bytes] | None = None
) -> None:
    done = subprocess.run(
        command,
        env=_environment(url),
        stdin=subprocess.DEVNULL,
        stdout=output or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise BackupError(_reason(command, done.stderr), fault)


def _reason(command: Sequence[str], said: bytes) -> str:
    """The first line of what a tool complained of."""
    lines = said.decode(errors="replace").strip().splitlines() or ["it failed without a word"]
    tool = Path(command[0]).stem
    return f"{tool}: {lines[0].removeprefix(f'{tool}: ').removeprefix('error: ')}"


@contextmanager
def _reading(command: Sequence[str]) -> Iterator[IO[bytes]]:
    """What a tool writes, as it comes. Raises BackupError when it fails."""
    with subprocess.Popen(
        command, env=_environment(None), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None and child.stderr is not None
        try:
            yield child.stdout
        finally:
            child.stdout.close()
            said = child.stderr.read()
    if child.returncode:
        raise BackupError(_reason(command, said), Fault.DAMAGED)

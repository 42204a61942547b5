"""The servers under measurement, each in its own process."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import school
from bench.errors import BenchError
from unitsafe.serve import THREADS

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")


@dataclass(frozen=True)
class Server:
    """A running server on 127.0.0.1."""

    name: str
    port: int
    pid: int


@contextmanager
def app(data: Path, now: str = school.NOW) -> Iterator[Server]:
    """Our own server as schools run it: `python app.py`; its clock stands at ``now``."""
    with _running("app", [sys.executable, "app.py"], data, now) as server:
        yield server


@contextmanager
def floor(data: Path, path: Path, statements: Path) -> Iterator[Server]:
    """The bare minimum on the database ``path``."""
    command = [sys.executable, "-m", "bench.floor", str(path), str(statements), str(THREADS)]
    with _running("floor", command, data) as server:
        yield server


@contextmanager
def _running(name: str, command: list[str], data: Path, now: str = school.NOW) -> Iterator[Server]:
    log = data.with_name(f"{name}.log")
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            command,
            cwd=school.ROOT,
            env=school.environment(data, now),
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = ADDRESS.search(line)
        if found is None:
            raise BenchError(f"the {name} does not start: {log.read_text(encoding='utf-8')[-500:]}")
        yield Server(name, int(found[1]), process.pid)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def resident_mb(server: Server) -> float | None:
    """Resident memory of the server in MB (10^6 bytes); None where the system does not tell."""
    status = Path(f"/proc/{server.pid}/status")
    try:
        if status.exists():
            found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
            return int(found[1]) * 1024 / 1e6 if found else None
        told = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(server.pid)], capture_output=True, text=True
        )
        return int(told.stdout) * 1024 / 1e6
    except (OSError, ValueError):
        return None

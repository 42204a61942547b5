"""The sample school that is measured, and open checks enough to tap on."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError

ROOT = Path(__file__).resolve().parent.parent
NOW = "2026-11-24T09:00"
"""A Tuesday in term: the same school on every run."""
ACCOUNT, PASSWORD = "officer", "unitsafe-demo"
CHECKS = 3000
"""Open checks added for the taps. Each is filled once before any is changed, as people do it: a
check that holds thousands of changed minds would measure something that never happens."""


@dataclass(frozen=True)
class Place:
    """One item of one open check: somewhere to tap."""

    check_id: int
    item_key: str


def environment(data: Path, now: str = NOW) -> dict[str, str]:
    """The settings under which the app is measured."""
    kept = {key: text for key, text in os.environ.items() if key != "DATABASE_URL"}
    wanted = {"UNITSAFE_DATA": str(data), "UNITSAFE_NOW": now, "HOST": "127.0.0.1", "PORT": "0"}
    return {**kept, **wanted, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


def build(data: Path, years: int = 0) -> None:
    """Load the sample school into ``data``, with ``years`` before its term. Raises BenchError."""
    command = [sys.executable, "-m", "flask", "--app", "app", "demo", "--years", str(years)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(data), capture_output=True, text=True, timeout=600
    )
    if done.returncode:
        raise BenchError(f"the sample school does not load: {(done.stderr or '?').strip()[-500:]}")


def database(data: Path) -> Path:
    """The school's database file."""
    return data / "unitsafe.db"


def copy(source: Path, target: Path) -> None:
    """A copy of a database that nobody has open."""
    with closing(sqlite3.connect(source)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(source, target)


def add_open_checks(path: Path, count: int = CHECKS) -> list[Place]:
    """Copy an open daily patrol ``count`` times for taps; the places in the order of filling."""
    with closing(sqlite3.connect(path, timeout=30)) as db:
        db.row_factory = sqlite3.Row
        model = db.execute(
            "SELECT * FROM check_record WHERE state = 'due' AND checklist_key = 'daily_fire_patrol' "
            "AND who LIKE '%,safety_officer,%' ORDER BY id DESC LIMIT 1"
        ).fetchone()
        if model is None:
            raise BenchError("the sample school has no open daily patrol to copy")
        first = db.execute("SELECT max(id) FROM check_record").fetchone()[0] + 1
        names = list(model.keys())
        sql = (
            f"INSERT INTO check_record ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        )
        with db:
            for number in range(count):
                row = {**dict(model), "id": first + number, "target_key": f"bench-{number}"}
                db.execute(sql, [row[name] for name in names])
        body = json.loads(
            db.execute(
                "SELECT body FROM checklist_version WHERE id = ?", [model["checklist_id"]]
            ).fetchone()[0]
        )
    items = [item for item in body["items"][: model["item_limit"]] if _is_ticked(item)]
    return [Place(first + n, item["key"]) for n in range(count) for item in items]


def _is_ticked(item: dict[str, object]) -> bool:
    """Whether the item is answered with 正常 / 异常 / 不适用 rather than with a number."""
    answer = item.get("answer")
    return not isinstance(answer, dict) or answer.get("type", "pass_fail") == "pass_fail"


def answers(path: Path) -> int:
    """How many answer rows the database holds."""
    with closing(sqlite3.connect(path, timeout=30)) as db:
        return int(db.execute("SELECT count(*) FROM answer").fetchone()[0])

"""Keeps a school as this version writes it: `python -m tests.make_release NAME` (docs/releasing.md).

The school is the one that the tests furnish, after every form of the program was sent once, so that
no table is empty for long; what test_releases.py has to bring up to date later.
"""

import json
import lzma
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from tests.addresses import furnish
from tests.factories import Make
from tests.pages import Browser
from tests.writes import writes
from unitsafe import clock, create_app
from unitsafe.config import Config
from unitsafe.core.db import db
from unitsafe.startup import prepare

FOLDER = Path(__file__).parent / "data" / "releases"
MOMENT = "2026-11-23T08:00"
PASSING = {"once_key", "sign_in", "sign_in_link", "sqlite_sequence"}
"""Tables whose rows nobody misses; tokens are of no use elsewhere."""


def main(name: str) -> None:
    """Write tests/data/releases/NAME.json.xz."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "unitsafe.db"
        answers = build(Path(folder), database)
        with closing(sqlite3.connect(database)) as connection:
            release = {"name": name, **contents(connection)}
    text = json.dumps(release, ensure_ascii=False, separators=(",", ":"))
    file = FOLDER / f"{name}.json.xz"
    FOLDER.mkdir(parents=True, exist_ok=True)
    file.write_bytes(lzma.compress(text.encode(), preset=9))
    rows = {table: len(found["rows"]) for table, found in release["tables"].items()}
    print(f"{file}: {file.stat().st_size} bytes, {sum(rows.values())} rows, revision", end=" ")
    print(release["revision"], "· forms by their answers", answers)
    print("tables without rows:", *(table for table, count in rows.items() if not count))


def build(data: Path, database: Path) -> dict[int, int]:
    """A furnished school in which every form was sent; how many got which answer."""
    now = clock.parse(MOMENT)
    clock.now = lambda: now
    settings = Config("127.0.0.1", 0, data, f"sqlite:///{database.as_posix()}", None)
    app = create_app(settings, TESTING=True)
    prepare(app)
    with app.app_context():
        engine = db.engine
    answers: dict[int, int] = {}
    with Session(engine) as session:
        make = Make(session, app, lambda: now)  # type: ignore[arg-type]
        for write in writes(make, furnish(make)).values():
            person = make.someone(write.role)
            browser = Browser(app, person, after=session.rollback)
            try:
                sent = browser.post(write.path, data=write.filled(browser))
            except AssertionError as error:  # a form before took this one away
                print(f"{write.endpoint}: {error}", file=sys.stderr)
                continue
            answers[sent.status] = answers.get(sent.status, 0) + 1
            session.rollback()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return answers


def contents(connection: sqlite3.Connection) -> dict[str, Any]:
    """Revision, schema in SQLite's words, and the rows of every table."""
    schema = connection.execute(
        "SELECT type, name, sql FROM sqlite_master"
        " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
    ).fetchall()
    tables = {}
    for kind, name, _sql in schema:
        if kind == "table":
            found = connection.execute(f'SELECT * FROM "{name}" ORDER BY 1')
            columns = [column[0] for column in found.description]
            rows = [] if name in PASSING else found.fetchall()
            tables[name] = {"columns": columns, "rows": rows}
    revision = tables.pop("alembic_version")["rows"][0][0]
    return {"revision": revision, "schema": schema, "tables": tables}


if __name__ == "__main__":
    main(sys.argv[1])

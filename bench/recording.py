"""Which rows a page reads: the SELECTs of one request, for the bare minimum to run as well."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from bench import school
from bench.errors import BenchError
from bench.signing_in import Browser, through_app
from unitsafe import config, create_app
from unitsafe.core.db import db
from unitsafe.startup import prepare


def open_app(data: Path, now: str = school.NOW) -> Flask:
    """The app in this process, on the school in ``data``."""
    app = create_app(config.read(school.environment(data, now)))
    prepare(app)
    return app


def selects(app: Flask, browser: Browser, address: str) -> list[list[Any]]:
    """The SELECTs of one warm ``GET address``, each with its values."""
    fetch = through_app(app)
    found: list[list[Any]] = []

    def keep(_conn: Any, _cursor: Any, sql: str, values: Any, _context: Any, _many: bool) -> None:
        if sql.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append([sql, list(values)])

    with app.app_context():
        engine = db.engine
    for attempt in ("warm-up", "recorded"):
        if attempt == "recorded":
            sa.event.listen(engine, "before_cursor_execute", keep)
        status, _cookies, _page = fetch("GET", address, browser.page_headers(), "")
        if status != 200:
            raise BenchError(f"{address} answers {status}")
    sa.event.remove(engine, "before_cursor_execute", keep)
    return found


def close(app: Flask) -> None:
    """Let go of the database."""
    with app.app_context():
        db.engine.dispose()

"""The bare minimum: raw WSGI and raw SQL on waitress, with the app's threads and durability.

It runs as a process of its own: ``python -m bench.floor DATABASE STATEMENTS THREADS`` prints its
address. STATEMENTS is a JSON file: address → the SELECTs, with their values, of that page.
"""

import json
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from waitress.server import create_server

Start = Callable[[str, list[tuple[str, str]]], Any]
INSERT = (
    "INSERT INTO answer (check_id, item_key, result, value, note, at, by_id) "
    "VALUES (?, ?, ?, NULL, '', '2026-11-24 01:00:00.000000', 1)"
)


class Floor:
    """A WSGI app that does a page's SQL work and nothing else."""

    def __init__(self, path: str, pages: dict[str, list[list[Any]]]) -> None:
        self.path, self.pages = path, pages
        self.local = threading.local()

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, as durable as the app's."""
        if not hasattr(self.local, "db"):
            db = sqlite3.connect(self.path, isolation_level="IMMEDIATE", timeout=10)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                db.execute(f"PRAGMA {pragma}")
            self.local.db = db
        found: sqlite3.Connection = self.local.db
        return found

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Save an answer (POST) or show the rows of a page (GET)."""
        if environ["REQUEST_METHOD"] == "POST":
            body = self.save(environ)
        else:
            body = self.page(environ["PATH_INFO"])
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
        start("200 OK", headers)
        return [body]

    def save(self, environ: dict[str, Any]) -> bytes:
        """One durable row for the tap in the form."""
        check_id = int(environ["PATH_INFO"].split("/")[2])
        form = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
        key, result = next(pair for pair in parse_qsl(form) if pair[0].startswith("answer-"))
        db = self.connection()
        db.execute(INSERT, (check_id, key[7:], result))
        db.commit()
        return b"<div>saved</div>"

    def page(self, address: str) -> bytes:
        """The rows of a page, a line each."""
        db = self.connection()
        lines = [
            "<tr><td>" + "</td><td>".join(map(str, row)) + "</td></tr>"
            for sql, values in self.pages[address]
            for row in db.execute(sql, values)
        ]
        return ("<!doctype html><table>" + "".join(lines) + "</table>").encode()


def main() -> None:
    """Serve until told to stop."""
    path, statements, threads = sys.argv[1:]
    app = Floor(path, json.loads(Path(statements).read_text(encoding="utf-8")))
    server = create_server(
        app,
        host="127.0.0.1",
        port=0,
        threads=int(threads),
        connection_limit=500,
        channel_timeout=60,
        ident=None,
    )
    print(f"floor: http://127.0.0.1:{server.effective_port}/", flush=True)
    server.run()


if __name__ == "__main__":
    main()

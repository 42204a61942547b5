"""The log: one JSON object per line for machines, one short line for a terminal.

Nothing that people typed gets into it. Requests are named by their route, statements by their text
without values, and of an exception it has where it happened and what kind it is: its message only
where that kind's message is made by a program and not from what somebody entered.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from jinja2 import TemplateError

from unitsafe import clock
from unitsafe.core import trace

MOST_BYTES, KEPT = 10_000_000, 5
"""Of a log file: its size, and how many older ones stay beside it."""
LIBRARIES = ("alembic", "apscheduler", "apprise", "fontTools", "PIL")
"""Whose everyday lines nobody needs."""
SERVER_QUEUE = "waitress.queue"
"""Warns whenever a request waits for a thread, which every page with its files does."""
OF_THE_PROGRAM = (TypeError, AttributeError, NameError, ImportError, TemplateError)
"""Exceptions whose message names types, attributes and files of the program."""


OFFSET = "+08:00"
"""Of clock.ZONE, where no clock is put forward in summer."""
_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


class JsonLines(logging.Formatter):
    """``{"time": …, "level": …, "logger": …, "message": …, "request_id": …}`` and what is said with
    it as ``extra={"fields": {…}}``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "time": f"{_second(int(record.created))}.{int(record.msecs):03}{OFFSET}",
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        if now := trace.current():
            line["request_id"] = now.id
        line |= record.__dict__.get("fields", {})
        if error := _error(record):
            line["error"] = type(error).__qualname__
            line["trace"] = "".join(told(error))
        return _encode(line)


class ReadableLines(logging.Formatter):
    """The same for whoever sits at the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it."""
        fields = record.__dict__.get("fields", {})
        said = " ".join(f"{key}={value}" for key, value in fields.items())
        now = trace.current()
        parts = [f"{_moment(record):%H:%M:%S}", record.levelname, _message(record), said]
        line = " ".join(part for part in [*parts, now.id if now else ""] if part)
        error = _error(record)
        return "\n".join([line, *("".join(told(error)).splitlines() if error else ())])


@lru_cache(maxsize=2)
def _second(at: int) -> str:
    """The second ``at`` on the school's clock; many lines share one."""
    return f"{datetime.fromtimestamp(at, clock.ZONE):%Y-%m-%dT%H:%M:%S}"


def _moment(record: logging.LogRecord) -> datetime:
    """The real time, also where a sample school's clock is set to another day."""
    return datetime.fromtimestamp(record.created, clock.ZONE)


def _message(record: logging.LogRecord) -> str:
    """What is said. The server's own line for a request that crashed names its address, which may
    hold a one-time link: that part is left out."""
    if record.name.startswith("waitress") and record.exc_info:
        return "an answer could not be sent"
    return record.getMessage()


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def told(error: BaseException) -> Iterator[str]:
    """A traceback as Python writes it, oldest cause first, but with messages that :func:`safe`
    allows; no values of variables."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from told(before)
        yield "then\n"
    yield from traceback.format_tb(error.__traceback__)
    message = safe(error)
    yield f"{type(error).__qualname__}{': ' if message else ''}{message}\n"


def safe(error: BaseException) -> str:
    """As much of an exception's message as holds nothing that somebody entered."""
    if isinstance(error, sa.exc.StatementError):
        driver = error.orig
        said = f"{type(driver).__qualname__}: {safe(driver)}" if driver is not None else ""
        return f"({said}) [{' '.join((error.statement or '').split())}]"
    diagnosis: Any = getattr(error, "diag", None)
    if diagnosis is not None:
        return _of_postgres(diagnosis) or str(error).split("\n")[0]
    if isinstance(error, OSError):
        return error.strerror or ""
    if type(error).__module__ == "sqlite3" or isinstance(error, OF_THE_PROGRAM):
        return str(error)
    return ""


def _of_postgres(diagnosis: Any) -> str:
    """Code and place of an error of PostgreSQL. Its details hold rows, its messages of class 22 the
    value that did not fit."""
    code = diagnosis.sqlstate or ""
    if not code:
        return ""  # it says why there is no connection
    parts = [code, diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name]
    if not code.startswith("22"):
        parts.append((diagnosis.message_primary or "").split("\n")[0])
    return " ".join(part for part in parts if part)


def set_up(file: Path | None = None) -> None:
    """Log to standard error, or to ``file``, which is turned over before it grows too large.

    Raises OSError when the file cannot be written.
    """
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    readable = file is None and sys.stderr.isatty()
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(file, "a", MOST_BYTES, KEPT, encoding="utf-8")
    handler.setFormatter(ReadableLines() if readable else JsonLines())
    root = logging.getLogger()
    for earlier in root.handlers[:]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(SERVER_QUEUE).setLevel(logging.ERROR)

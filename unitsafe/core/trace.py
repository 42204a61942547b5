"""The request that is being answered: its number, its route and what its SQL took.

Every log line, the header ``X-Request-ID`` and the page of a crash carry the number, so that what
somebody reads out from the screen is found in the log.
"""

import random
import re
from contextvars import ContextVar
from time import perf_counter

from flask import Flask, request

PLAIN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
"""What a proxy may give as the number of a request."""
SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Signs of a number that is read out: without those that look like others."""
_PAIRS = [a + b for a in SIGNS for b in SIGNS]
SHOWN = 9
"""So much of a number stands on a page: enough to find it, short enough to read out."""
UNKNOWN = "?"
"""The route of an address that nothing answers to."""


class Trace:
    """One request. ``route`` is the rule with its placeholders, never the address itself; empty for
    files that never reach the app."""

    __slots__ = ("began", "id", "route", "sql_seconds", "statements")

    def __init__(self, number: str) -> None:
        self.id = number
        self.route = ""
        self.statements = 0
        self.sql_seconds = 0.0
        self.began = perf_counter()

    @property
    def shown(self) -> str:
        """The number as people see it."""
        return self.id[:SHOWN]


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def begin(given: str = "") -> Trace:
    """A request begins in this thread; ``given`` is the number that a trusted proxy has for it."""
    trace = Trace(given if PLAIN_ID.fullmatch(given) else new_id())
    _current.set(trace)
    return trace


def current() -> Trace | None:
    """The request of this thread; None in commands and in the clock of the reminders."""
    return _current.get()


def new_id() -> str:
    """``7K3M-Q9TX``: 39 bits, so that a school's requests of a year hardly ever share one."""
    # it is a name and no secret, and every tap needs one
    a, b, c, d = random.choices(_PAIRS, k=4)  # noqa: S311
    return f"{a}{b}-{c}{d}"


def error_number() -> str:
    """What somebody tells the administrator about this request; empty outside of one."""
    trace = current()
    return trace.shown if trace else ""


def init_app(app: Flask) -> None:
    """Note the route before anything can refuse the request."""
    app.before_request(_note_route)


def _note_route() -> None:
    trace = current()
    if trace is not None:
        trace.route = request.url_rule.rule if request.url_rule else UNKNOWN

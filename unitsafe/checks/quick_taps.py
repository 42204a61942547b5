"""The short way of a tap, past the framework: the same save and the same answer in half the time.

It lets nobody in by itself. When the route (views.sheet) has answered a tap in full — sign-in,
token, rights — another tap with the very same cookie and token may go the short way for some
minutes. Who that is comes from the store of actors that every request uses, what they may answer
and how it is saved from :mod:`unitsafe.checks.taps`. Whatever is not a plain answer that is in
order takes the route, and so does every refusal. docs/adr/0005 has the reasons and the figures.
"""

import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from flask import Flask, get_template_attribute

from unitsafe import clock
from unitsafe.checks import taps
from unitsafe.checks.rules import Progress, Result, read_answer
from unitsafe.core import trace
from unitsafe.core.db import writing_rows
from unitsafe.core.domain import Actor, RuleError

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Start = Callable[..., Any]
ADDRESS = re.compile(r"/checks/([1-9][0-9]{0,8})/answers")
ROUTE = "/checks/<int:check_id>/answers"
LET_IN_SECONDS = 600
MOST_GUESTS = 2000
SHORT = re.compile(r"[1-9][0-9]{0,2}")
"""The length of a tap's body; a longer one is no tap."""
_LET_IN = "unitsafe.let_in"
_OF_ONE_ANSWER = {"content-length", "date", "set-cookie"}


@dataclass(frozen=True)
class Tap:
    """What a tap says; ``who`` is all that the route looked at to let it in: cookie, token, scheme,
    host and the page that it came from."""

    check_id: int
    item_key: str
    given: str
    who: tuple[str, ...]


@dataclass(frozen=True)
class _Guest:
    """A browser the route has let in: whose cookie it is, what it reads, the route's headers,
    until when."""

    token: str
    locale: str
    headers: Headers
    until: float


def told(sheet: taps.Sheet, item_key: str, undo_at: str, locale: str) -> str:
    """The answer to a tap that is in order: the line of its item and the progress bar."""
    number = next(n for n, item in enumerate(sheet.items, start=1) if item.key == item_key)
    at = f"{clock.local(sheet.answers[item_key].at):%H:%M}"
    line = _saved_line(locale) % {"undo_at": undo_at, "number": number, "at": at}
    return line + progress_bar(sheet.progress, locale)


@lru_cache
def _saved_line(_locale: str) -> str:
    """The line of an item in the reader's language, with places for what differs: an address, a
    number and a time of ours, nothing that anybody typed."""
    state = get_template_attribute("checks/_item.html", "quiet_state")
    return str(state("%(undo_at)s", "%(number)s", "%(at)s"))


@lru_cache(maxsize=2000)
def progress_bar(progress: Progress, _locale: str) -> str:
    """The progress bar in the reader's language, for an out-of-band swap."""
    bar = get_template_attribute("checks/_item.html", "progress")
    return str(bar(progress, oob=True))


def let_in(environ: Environ, token: str, locale: str) -> None:
    """The route is about to answer this tap: the next ones may go the short way."""
    environ[_LET_IN] = (token, locale)


class QuickTaps:
    """WSGI middleware around ``app``; ``known`` gives a cookie's actor from memory, if it is there."""

    def __init__(self, app: Flask, known: Callable[[str], Actor | None]) -> None:
        self._app, self._inner, self._known = app, app.wsgi_app, known
        self._guests: dict[tuple[str, ...], _Guest] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer a tap the short way where that can be, everything else by the app."""
        tap = _read(environ)
        if tap is None:
            return self._inner(environ, start)
        guest = self._guests.get(tap.who)
        actor = self._actor(guest) if guest else None
        text = self._save(tap, actor, guest.locale) if guest and actor else None
        if guest is None or text is None:
            return self._by_the_route(environ, start, tap)
        if now := trace.current():
            now.route = ROUTE
        body = text.encode()
        start("200 OK", [*guest.headers, ("Content-Length", str(len(body)))])
        return [body]

    def _actor(self, guest: _Guest) -> Actor | None:
        """Whose tap it is; None when the route has to see, which also says that the database is away."""
        if monotonic() >= guest.until:
            return None
        try:
            return self._known(guest.token)
        except sa.exc.SQLAlchemyError:
            return None

    def _save(self, tap: Tap, actor: Actor, locale: str) -> str | None:
        """The answer; None when the route has to give it and nothing was saved."""
        with self._app.app_context():
            try:
                with writing_rows() as rows:
                    sheet = taps.read_sheet(rows, tap.check_id)
                    given = _plain(sheet, tap) if sheet else None
                    if sheet is None or given is None:
                        return None
                    taps.save_answers(rows, sheet, {tap.item_key: given}, by=actor, now=clock.now())
            except (RuleError, sa.exc.SQLAlchemyError):
                return None
            undo_at = f"/checks/{tap.check_id}/undo/{tap.item_key}"
            return told(sheet, tap.item_key, undo_at, locale)

    def _by_the_route(self, environ: Environ, start: Start, tap: Tap) -> Iterable[bytes]:
        answered: list[tuple[str, Headers]] = []

        def keep(status: str, headers: Headers, *rest: Any) -> Any:
            answered.append((status, headers))
            return start(status, headers, *rest)

        body = self._inner(environ, keep)
        if _LET_IN in environ and answered and answered[-1][0] == "200 OK":
            headers = [pair for pair in answered[-1][1] if pair[0].lower() not in _OF_ONE_ANSWER]
            with self._lock:
                if len(self._guests) >= MOST_GUESTS:
                    self._guests.clear()
                until = monotonic() + LET_IN_SECONDS
                token, locale = environ[_LET_IN]
                self._guests[tap.who] = _Guest(token, locale, headers, until)
        return body


def _plain(sheet: taps.Sheet, tap: Tap) -> taps.Given | None:
    """The answer, if it is in order and the item always was (otherwise there is more to show)."""
    item = next((item for item in sheet.items if item.key == tap.item_key), None)
    if item is None or item.key in sheet.failed_once:
        return None
    read = read_answer(item, [tap.given])
    return taps.Given(*read) if read and read[0] is not Result.FAIL else None


def _read(environ: Environ) -> Tap | None:
    """What htmx sends for a tap, and no more; the body can be read again afterwards."""
    found = environ["REQUEST_METHOD"] == "POST" and ADDRESS.fullmatch(environ["PATH_INFO"])
    length = environ.get("CONTENT_LENGTH") or ""
    if (
        not found
        or not SHORT.fullmatch(length)
        or environ.get("HTTP_HX_REQUEST") != "true"
        or "HTTP_HX_BOOSTED" in environ
        or "HTTP_HX_HISTORY_RESTORE_REQUEST" in environ
        or environ.get("QUERY_STRING")
        or not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    ):
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    token = environ.get("HTTP_X_CSRFTOKEN", "")
    answers = []
    for name, text in parse_qsl(body.decode("latin-1"), keep_blank_values=True):
        if name.startswith("answer-"):
            answers.append((name.removeprefix("answer-"), text))
        elif name == "csrf_token":
            token = f"{token} {text}"
        else:
            return None
    if len(answers) != 1:
        return None
    sent = (environ.get(f"HTTP_{name}", "") for name in ("COOKIE", "HOST", "REFERER"))
    return Tap(int(found[1]), *answers[0], who=(token, environ["wsgi.url_scheme"], *sent))

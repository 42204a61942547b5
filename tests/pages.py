"""A test client that reads pages as a browser would and complains about broken ones."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import html5lib
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tests.factories import COOKIES, sign_in
from unitsafe import clock
from unitsafe.core.db import db
from unitsafe.people.models import Person, SignIn

HTML = "{http://www.w3.org/1999/xhtml}"
LEAP_DAYS = 20
"""Fewer than the days after which those who manage the school sign in again."""
HARMLESS = {"unknown-attribute"}


class Page:
    """A parsed answer; ``whole`` when it is a full document."""

    def __init__(self, text: str) -> None:
        self.html = text
        self.whole = "<!doctype" in text[:200].lower()
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        if self.whole:
            self.root = parser.parse(text)
        else:
            self.root = parser.parseFragment(text, container="div")
        errors = [code for _, code, _ in parser.errors if code not in HARMLESS]
        assert not errors, f"invalid HTML: {errors}"
        ids = Counter(e.get("id") for e in self.root.iter() if e.get("id"))
        repeated = [name for name, count in ids.items() if count > 1]
        assert not repeated, f"repeated ids: {repeated}"

    def find(self, name: str) -> Any:
        """The element with that id. Raises AssertionError when there is none."""
        for element in self.root.iter():
            if element.get("id") == name:
                return element
        raise AssertionError(f"no element with id {name!r}")

    def has(self, name: str) -> bool:
        """Whether an element has that id."""
        return any(element.get("id") == name for element in self.root.iter())

    def text(self, name: str | None = None) -> str:
        """All text of the element with that id, or of the page, spaces folded."""
        element = self.root if name is None else self.find(name)
        return re.sub(r"\s+", " ", "".join(element.itertext())).strip()

    def links(self) -> list[str]:
        """Addresses of all links."""
        return [e.get("href") for e in self.root.iter("a") if e.get("href")]

    def value(self, name: str) -> str:
        """The value of the first control of that name."""
        for element in self.root.iter():
            if element.get("name") == name:
                return element.get("value") or (element.text or "")
        raise AssertionError(f"no control named {name!r}")

    def rows(self) -> int:
        """Rows of the first table's body."""
        for body in self.root.iter("tbody"):
            return len(list(body.iter("tr")))
        return 0


class Answer:
    """A response with its page."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.headers = response.headers

    @cached_property
    def page(self) -> Page:
        """The body, parsed once."""
        return Page(self.response.get_data(as_text=True))

    @property
    def location(self) -> str:
        """Path and query of the redirect."""
        parts = urlsplit(self.headers.get("Location") or self.headers.get("HX-Redirect", ""))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def json(self) -> Any:
        """The JSON body."""
        return self.response.get_json()


def _cookie(app: Flask, person: Person, device: str, *, fresh: bool = False) -> str:
    """The cookie of the person's device, on which they sign in now unless they already are."""
    with app.app_context():
        kept = db.session.scalars(
            sa.select(SignIn).where(
                SignIn.person_id == person.id,
                SignIn.device == device,
                SignIn.ended_at.is_(None),
                SignIn.last_seen_on > clock.today() - timedelta(days=LEAP_DAYS),
            )
        ).first()
        row = (None if fresh else kept) or sign_in(db.session(), person, device, clock.now())
        token = f"{row.id}.{COOKIES[row.key]}"
        db.session.remove()
    return token


class Browser:
    """Someone's browser; sends the token of the pages it got."""

    def __init__(
        self,
        app: Flask,
        person: Person | None = None,
        after: Callable[[], None] = lambda: None,
        *,
        device: str = "",
    ) -> None:
        """The person's own device, or another one called ``device``. ``after`` is called when an
        answer came: the test's session then reads anew."""
        self.client, self.after = app.test_client(), after
        self.token = ""
        self._renewed_on = clock.today()
        self._renew = lambda: _cookie(app, person, device, fresh=True) if person else ""
        if person is not None:
            with self.client.session_transaction() as cookie:
                cookie["_user_id"] = _cookie(app, person, device)
                cookie["_fresh"] = True

    def _come_back(self) -> None:
        """When a test's clock has leapt by weeks, the person has signed in again meanwhile."""
        if abs((clock.today() - self._renewed_on).days) > LEAP_DAYS and (token := self._renew()):
            self._renewed_on = clock.today()
            with self.client.session_transaction() as cookie:
                cookie["_user_id"] = token

    def get(self, path: str, **kwargs: Any) -> Answer:
        """Open a page; HTML is parsed at once."""
        self._come_back()
        answer = self._answer(self.client.get(path, **kwargs))
        if answer.response.mimetype == "text/html" and answer.response.data:
            self._keep_token(answer.page)
        return answer

    def post(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> Answer:
        """Send a form as a plain browser does."""
        self._come_back()
        page = "/login" if kwargs.pop("signed_out", False) else "/me"
        if not self.token:
            self.get(page)
        form = {"csrf_token": self.token, **(data or {})}
        answer = self._answer(self.client.post(path, data=form, **kwargs))
        if answer.response.mimetype == "text/html" and answer.response.data:
            _ = answer.page
        return answer

    def hx(self, method: str, path: str, data: dict[str, Any] | None = None) -> Answer:
        """Send it as htmx does: a header for the token, a fragment expected."""
        self._come_back()
        if not self.token:
            self.get("/me")
        headers = {"HX-Request": "true", "X-CSRFToken": self.token}
        sent: dict[str, Any] = {} if method == "GET" else {"data": data or {}}
        answer = self._answer(self.client.open(path, method=method, headers=headers, **sent))
        if answer.response.data and answer.response.mimetype == "text/html":
            _ = answer.page
        return answer

    def _answer(self, response: TestResponse) -> Answer:
        response.get_data()
        response.close()
        self.after()
        return Answer(response)

    def _keep_token(self, page: Page) -> None:
        found = re.search(r'"X-CSRFToken": "([^"]+)"', page.html)
        if found:
            self.token = found.group(1)

"""Requests as programs send them, and a furnished school that forgets what they did."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.databases import Database
from tests.pages import Browser
from tests.writes import Write, upload
from unitsafe.core.security import limiter
from unitsafe.grids import kept_actors

Pairs = list[tuple[str, str]]
File = tuple[bytes, str, str]
"""What is in it, its name, its media type."""
COOKIE = "unitsafe"
TOKEN = re.compile(r'"X-CSRFToken": "([^"]+)"')


@dataclass
class Form:
    """A form as a page shows it: what it would send, and what each field offers to choose from."""

    pairs: Pairs = field(default_factory=list)
    offers: dict[str, list[str]] = field(default_factory=dict)
    files: list[tuple[str, File]] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page by their address, read quicker than :class:`tests.pages.Page` does."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, Form] = {}
        self._form: Form | None = None
        self._select: tuple[str, list[str], list[str]] | None = None
        self._area: tuple[str, list[str]] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form begins, or one of its fields."""
        given = dict(attrs)
        if tag == "form":
            self._form = self.found.setdefault(given.get("action") or "", Form())
        if self._form is None or "disabled" in given:
            return
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "option" and self._select:
            self._select[1].append(value)
            if "selected" in given:
                self._select[2].append(value)
        elif not name:
            return
        elif tag == "textarea":
            self._area = (name, [])
        elif tag == "select":
            self._select = (name, [], [])
        elif given.get("type") in ("radio", "checkbox"):
            self._form.offers.setdefault(name, []).append(value or "on")
            if "checked" in given:
                self._form.pairs.append((name, value or "on"))
        elif tag == "input" and given.get("type") not in ("file", "submit"):
            self._form.pairs.append((name, value))

    def handle_data(self, data: str) -> None:
        """What stands in a text area."""
        if self._area:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        """A form ends, or one of its fields."""
        if self._form is None:
            return
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._area:
            self._form.pairs.append((self._area[0], "".join(self._area[1]).removeprefix("\n")))
            self._area = None
        elif tag == "select" and self._select:
            name, offered, chosen = self._select
            self._form.offers.setdefault(name, []).extend(offered)
            self._form.pairs += [(name, value) for value in chosen or offered[:1]]
            self._select = None


@dataclass
class Sent:
    """A request. ``body``, when it is given, goes out instead of the pairs and files."""

    path: str
    pairs: Pairs = field(default_factory=list)
    files: list[tuple[str, File]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: tuple[bytes, str] | None = None

    def content(self) -> tuple[bytes, str]:
        """The body and its media type."""
        if self.body is not None:
            return self.body
        if not self.files:
            return encoded(self.pairs).encode(), "application/x-www-form-urlencoded"
        parts = [
            (f'name="{_quoted(name)}"', str(text).encode("utf-8", "surrogatepass"))
            for name, text in self.pairs
        ]
        for name, (data, file, kind) in self.files:
            head = f'name="{_quoted(name)}"; filename="{_quoted(file)}"'
            parts.append((head + (f"\r\nContent-Type: {kind}" if kind else ""), data))
        body = b"".join(
            f"--b0\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data + b"\r\n"
            for head, data in parts
        )
        return body + b"--b0--\r\n", "multipart/form-data; boundary=b0"


def _quoted(text: str) -> str:
    """``text`` for inside the quotes of a header."""
    return re.sub(r'[\r\n"\ud800-\udfff]', "_", text)


def encoded(pairs: Iterable[tuple[str, Any]]) -> str:
    """``pairs`` as a browser encodes them, and what no browser would."""
    return urlencode([(name, str(text)) for name, text in pairs], errors="surrogatepass")


def path_of(rule: Rule, keys: Any) -> str:
    """The address of ``rule`` with whatever text as its keys."""
    return re.sub(
        r"<(?:[^:<>]*:)?(\w+)>",
        lambda part: quote(str(keys[part[1]]), safe="", errors="surrogatepass"),
        rule.rule,
    )


class Target:
    """The school as it is now, the browsers of some people in it, and the way back after changes."""

    def __init__(
        self, app: Flask, database: Database, session: Session, browsers: dict[str, Browser]
    ) -> None:
        self.app, self.database, self.session, self.browsers = app, database, session, browsers
        self.tokens = {}
        for who, browser in browsers.items():
            page = browser.client.get("/login" if who == "out" else "/me").text
            found = TOKEN.search(page)
            self.tokens[who] = found[1] if found else ""
        self.cookies = {who: one.client.get_cookie(COOKIE) for who, one in browsers.items()}
        self._shown: dict[str, Form] = {}
        self.is_changed = False
        session.rollback()
        database.keep("target")

    def restore(self) -> None:
        """The school as it was."""
        self.session.rollback()
        if self.is_changed:
            self.database.bring_back("target")
            for store in kept_actors._stores:
                store.forget()
            limiter.reset()
            for who, cookie in self.cookies.items():  # a form may have signed somebody in or out
                if cookie is not None:
                    self.browsers[who].client.set_cookie(COOKIE, cookie.value)
        self.is_changed = False

    def form(self, write: Write) -> Form:
        """The form as whoever may send it sees it, filled in."""
        if write.endpoint not in self._shown:
            page = self.browsers[write.role].client.get(write.page).text if write.page else ""
            form = Forms(page).found.get(write.path) or Form()
            typed = {n: v if isinstance(v, list) else [v] for n, v in write.typed.items()}
            kept = [pair for pair in form.pairs if pair[0] not in {*typed, "csrf_token"}]
            kept += [(name, str(one)) for name, values in typed.items() for one in values]
            files = [
                (name, (stream.getvalue(), file, ""))
                for name in write.files
                for stream, file in [upload(name)]
            ]
            self._shown[write.endpoint] = Form(kept, form.offers, files)
        return self._shown[write.endpoint]

    def send(self, who: str, method: str, sent: Sent) -> TestResponse:
        """The answer. Raises what a browser would see as a 500."""
        headers, body = dict(sent.headers), {}
        if method == "POST":
            data, kind = sent.content()
            body = {"data": data, "content_type": kind}
            headers.setdefault("X-CSRFToken", self.tokens[who])
            self.is_changed = True
        answer = self.browsers[who].client.open(sent.path, method=method, headers=headers, **body)  # type: ignore[arg-type]
        answer.get_data()
        answer.close()
        assert answer.status_code < 500, f"{answer.status_code} {answer.text[:2000]}"
        return answer

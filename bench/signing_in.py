"""Signing in as a browser does, over HTTP or straight through the WSGI app."""

import http.client
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bench import school
from bench.errors import BenchError

Answer = tuple[int, list[str], str]
"""Status, Set-Cookie headers, body."""
Fetch = Callable[[str, str, dict[str, str], str | bytes], Answer]
FORM_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
PAGE_TOKEN = re.compile(r'"X-CSRFToken": "([^"]+)"')


@dataclass(frozen=True)
class Browser:
    """What a signed-in browser sends along."""

    cookie: str
    token: str

    def page_headers(self) -> dict[str, str]:
        """For opening a page."""
        return {"Cookie": self.cookie}

    def tap_headers(self) -> dict[str, str]:
        """For what htmx sends when an answer is tapped."""
        return {
            "Cookie": self.cookie,
            "HX-Request": "true",
            "HX-Current-URL": "http://127.0.0.1/",
            "X-CSRFToken": self.token,
        }


def over_http(port: int, patience: float = 30) -> Fetch:
    """Ask the server on this port; ``patience``: seconds until nobody waits any more."""

    def fetch(method: str, path: str, headers: dict[str, str], body: str | bytes) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            cookies = answer.headers.get_all("Set-Cookie") or []
            return answer.status, cookies, answer.read().decode()
        finally:
            connection.close()

    return fetch


def through_app(app: Any) -> Fetch:
    """Ask a Flask app in this process."""

    def fetch(method: str, path: str, headers: dict[str, str], body: str | bytes) -> Answer:
        kind = headers.pop("Content-Type", None)
        client = app.test_client(use_cookies=False)
        answer = client.open(path, method=method, headers=headers, data=body, content_type=kind)
        return answer.status_code, answer.headers.getlist("Set-Cookie"), answer.get_data(True)

    return fetch


def sign_in(
    fetch: Fetch, username: str = school.ACCOUNT, password: str = school.PASSWORD
) -> Browser:
    """Sign in, unless told otherwise as the sample school's officer. Raises BenchError."""
    _status, cookies, page = fetch("GET", "/login", {}, "")
    token = FORM_TOKEN.search(page) or PAGE_TOKEN.search(page)
    if token is None or not cookies:
        raise BenchError("the sign-in page has no token")
    form = {"csrf_token": token[1], "username": username, "password": password}
    headers = {
        "Cookie": cookies[0].split(";")[0],
        "Content-Type": "application/x-www-form-urlencoded",
    }
    status, cookies, _page = fetch("POST", "/login", headers, urlencode(form))
    if status != 303 or not cookies:
        raise BenchError(f"signing in answers {status}")
    jar = _jar(cookies)
    status, cookies, page = fetch("GET", "/", {"Cookie": _sent(jar)}, "")
    token = PAGE_TOKEN.search(page)
    if status != 200 or token is None:
        raise BenchError(f"/ answers {status}")
    return Browser(_sent(jar | _jar(cookies)), token[1])


def _jar(cookies: list[str]) -> dict[str, str]:
    """What a browser keeps: the session, and that it is known."""
    return dict(one.split(";")[0].split("=", 1) for one in cookies)


def _sent(jar: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in jar.items())

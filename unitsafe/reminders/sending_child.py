"""Send messages by apprise, and run that as a child process.

``sending.py`` starts this file by its path: what to send comes on stdin as JSON, what became of
each leaves on stdout, a line of JSON each as it happens. A child gives apprise's memory (34 MB)
back, and one that hangs is ended without harm. It imports nothing of the package.
"""

import ipaddress
import json
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import apprise
import requests

SECONDS = 4.0
"""How long a server may take to accept a connection, and again to answer."""
THREADS = 8
"""Channels at once."""
GOOD_CODES = {"feishu": 0, "lark": 0, "schan": 0, "pushplus": 200}
"""What ``code`` says of success where a service answers 200 to everything. ``errcode`` (WeCom,
DingTalk) is 0. Source: the services' own interface descriptions."""

ON_THIS_DESK = {"dbus", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"}
"""What shows or writes a message on the server itself; nobody of the school would see it."""

_here = threading.local()
"""Of this thread's message: ``scheme``, and ``problem`` as (code, detail)."""


def main() -> None:
    """Check one address, or send what stdin says."""
    asked = json.load(sys.stdin)
    lock = threading.Lock()

    def say(line: Mapping[str, object]) -> None:
        with lock:
            print(json.dumps(line), flush=True)

    if "check" in asked:
        say({"masked": masked(asked["check"])})
        return
    with watched(), guarded():
        send_all(asked["parcels"], say)


def masked(url: str) -> str:
    """The address without its secrets, as far as the host (where robots have their key); empty when
    it is none that apprise knows, or none that reaches anybody."""
    if url.partition("://")[0].lower() in ON_THIS_DESK:
        return ""
    found = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    shown = re.match(r"[a-z0-9]+://[^/?]*", str(found.url(privacy=True))) if found else None
    return shown[0] if shown else ""


def send_all(
    parcels: Sequence[Mapping[str, Any]], say: Callable[[Mapping[str, object]], None]
) -> None:
    """Each channel's messages in order, channels beside each other; after a failure the rest of
    that channel is left alone. Says ``{"id", "trying"}`` before and ``{"id", "code", "detail"}``
    after each; an empty code means sent."""
    by_channel: dict[int, list[Mapping[str, Any]]] = {}
    for parcel in parcels:
        by_channel.setdefault(parcel["channel"], []).append(parcel)

    def one_channel(group: Sequence[Mapping[str, Any]]) -> None:
        for parcel in group:
            say({"id": parcel["id"], "trying": True})
            code, detail = send(parcel["url"], parcel["title"], parcel["text"])
            say({"id": parcel["id"], "code": code, "detail": detail})
            if code:
                return

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one_channel, by_channel.values()))


def send(url: str, title: str, text: str) -> tuple[str, str]:
    """("", "") when the service took it, else what went wrong: a code and a word of detail that
    holds nothing secret."""
    _here.scheme, _here.problem = url.partition("://")[0].lower(), None
    channel: Any = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if channel is None:
        return "unknown", ""
    channel.socket_connect_timeout = channel.socket_read_timeout = SECONDS
    if channel.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT):
        return "", ""
    return _here.problem or ("failed", "")


@contextmanager
def watched() -> Iterator[None]:
    """Inside, what HTTP answers is looked at more closely than apprise does: robots of chats answer
    200 to a wrong key and to too many messages, which apprise takes for success."""
    plain = requests.Session.request

    def request(session: requests.Session, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False  # what was typed is where the message goes
        try:
            answer = plain(session, *args, **kwargs)
        except requests.Timeout:
            _here.problem = ("no_answer", "")
            raise
        except requests.exceptions.SSLError:
            _here.problem = ("certificate", "")
            raise
        except requests.RequestException:
            _here.problem = ("unreachable", "")
            raise
        if answer.status_code >= 300:
            _here.problem = ("status", str(answer.status_code))
        elif said := refusal(answer, getattr(_here, "scheme", "")):
            _here.problem = ("refused", said)
            raise requests.RequestException("refused")
        return answer

    requests.Session.request = request  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        requests.Session.request = plain  # type: ignore[method-assign]


@contextmanager
def guarded() -> Iterator[None]:
    """Inside, no address is looked up that leads to no service of anybody's: the data of a cloud's
    machine (169.254.169.254) are nobody's channel. Looked at when a connection is made, so that no name
    can turn into such an address afterwards. The school's own network is allowed."""
    plain = socket.getaddrinfo

    def look_up(*args: Any, **kwargs: Any) -> Any:
        found = [one for one in plain(*args, **kwargs) if not is_nobodys(str(one[4][0]))]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "not an address for messages")
        return found

    socket.getaddrinfo = look_up
    try:
        yield
    finally:
        socket.getaddrinfo = plain


def is_nobodys(address: str) -> bool:
    """Whether an IP address is link-local, multicast, unspecified or reserved."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.is_link_local or ip.is_multicast or ip.is_unspecified or str(ip) == "255.255.255.255"


def refusal(answer: requests.Response, scheme: str) -> str:
    """What the service says against the message in an answer that looks like success."""
    try:
        said = answer.json()
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    for key, good in (("errcode", 0), ("code", GOOD_CODES.get(scheme))):
        if good is not None and said.get(key, good) != good:
            words = said.get("errmsg") or said.get("msg") or said.get("message") or ""
            return f"{str(words)[:80]} ({said[key]})".strip()
    return ""


if __name__ == "__main__":
    main()

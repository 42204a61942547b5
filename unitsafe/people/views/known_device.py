"""Browsers on which somebody has signed in before: what strangers guess at the account from
elsewhere does not keep its owner out. Source: OWASP, device cookies against guessing online."""

import hashlib
import secrets

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from unitsafe.core.security import cookie_name

SECONDS = 180 * 24 * 3600
MOST = 6
"""Accounts that a shared PC remembers, the last ones."""


def known_as(username: str) -> str:
    """What this browser is called if that account has been signed in on it, else empty."""
    name, marks = _read()
    return name if _mark(username) in marks else ""


def remember(username: str) -> None:
    """That account has just signed in on this browser."""
    name, marks = _read()
    mark = _mark(username)
    kept = [one for one in marks if one != mark][-(MOST - 1) :]
    value = _signer().dumps([name or secrets.token_hex(8), [*kept, mark]])

    @after_this_request
    def send(response: Response) -> Response:
        response.set_cookie(
            _cookie(),
            value,
            max_age=SECONDS,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SETTINGS"].https,
        )
        return response


def _read() -> tuple[str, list[str]]:
    try:
        name, marks = _signer().loads(request.cookies.get(_cookie(), ""), max_age=SECONDS)
    except (BadSignature, ValueError, TypeError):
        return "", []
    return name, marks


def _mark(username: str) -> str:
    """The account without its name: who used a shared PC is nobody's business."""
    return hashlib.sha256(username.strip().lower().encode("utf-8", "replace")).hexdigest()[:16]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known-device")


def _cookie() -> str:
    return cookie_name(current_app.config["SETTINGS"], "unitsafe-known")

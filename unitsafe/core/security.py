"""Headers that keep the browser honest, and limits on guessing."""

from flask import Flask, Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_talisman import Talisman

from unitsafe.core.shared_limits import SharedLimits

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' blob: data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
limiter = Limiter(key_func=get_remote_address, headers_enabled=True)
"""Limits name their own key (an account, a form): a school is one address on the internet. They are
counted in this process on SQLite, and for all processes together on PostgreSQL."""


def init_app(app: Flask) -> None:
    """Strict content policy; works over plain http, as schools use it."""
    Talisman(
        app,
        content_security_policy=POLICY,
        force_https=False,
        strict_transport_security=False,
        session_cookie_secure=False,
        frame_options="DENY",
        referrer_policy="same-origin",
    )
    is_alone = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite:")
    kept_in = "memory" if is_alone else SharedLimits.STORAGE_SCHEME[0]
    app.config["RATELIMIT_STORAGE_URI"] = f"{kept_in}://"
    limiter.init_app(app)
    app.after_request(_no_store)


def _no_store(response: Response) -> Response:
    """Pages of signed-in people are not kept by a shared browser."""
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response

"""Headers that keep the browser honest, the hosts and proxies that are believed, and limits on
guessing."""

from collections.abc import Callable
from ipaddress import ip_address
from wsgiref.headers import Headers

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from unitsafe.config import Config
from unitsafe.core.shared_limits import SharedLimits

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "worker-src": "'none'",
    "frame-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
"""What a page may load and do: files of this server, no inline script or style, nobody's frame."""
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {source}" for name, source in POLICY.items()),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer; files in static/ have them too."""
OVER_TLS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
"""Of every answer where the school uses https: over plain http browsers ignore them with a
complaint."""
SANDBOXED = HEADERS["Content-Security-Policy"] + "; sandbox"
"""The policy of a file that somebody sent: whatever is in it, it runs nothing here."""
LOCAL = ("localhost", "127.0.0.1", "[::1]")

limiter = Limiter(key_func=get_remote_address, headers_enabled=True)
"""Limits name their own key (an account, a form): a school is one address on the internet. They are
counted in this process on SQLite, and for all processes together on PostgreSQL."""


def init_app(app: Flask) -> None:
    """Strict headers; works over plain http, as schools use it."""
    settings: Config = app.config["SETTINGS"]
    app.config["SESSION_COOKIE_SECURE"] = settings.https
    app.config["SESSION_COOKIE_NAME"] = cookie_name(settings, "unitsafe")
    if settings.hosts:
        app.config["TRUSTED_HOSTS"] = [*settings.hosts, *LOCAL]
    app.register_error_handler(SecurityError, _other_host)
    if settings.https:
        app.before_request(_only_https)
    is_alone = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite:")
    kept_in = "memory" if is_alone else SharedLimits.STORAGE_SCHEME[0]
    app.config["RATELIMIT_STORAGE_URI"] = f"{kept_in}://"
    limiter.init_app(app)
    app.after_request(_harden)


def behind_proxies(app: Flask) -> None:
    """Believe what the last ``UNITSAFE_PROXIES`` proxies say of client and scheme, and nothing that a
    client says itself; they pass ``Host`` on. Wraps the application: call it when everything else does.
    """
    if count := app.config["SETTINGS"].proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=0, x_port=0, x_prefix=0
        )


def headers(settings: Config) -> dict[str, str]:
    """What every answer carries."""
    return HEADERS | OVER_TLS if settings.https else HEADERS


def on_files(settings: Config) -> Callable[[Headers, str, str], None]:
    """For WhiteNoise, which answers before Flask does."""

    def add(sent: Headers, _path: str, _url: str) -> None:
        for name, value in headers(settings).items():
            sent[name] = value

    return add


def cookie_name(settings: Config, name: str) -> str:
    """Over https the name binds the cookie to this very host (RFC 6265bis §4.1.3)."""
    return f"__Host-{name}" if settings.https else name


def own_root() -> str:
    """The address by which this installation was opened, without a slash at the end, for links that
    people keep.

    A ``Host`` that anybody may have made up counts for nothing: it has to be one of UNITSAFE_HOSTS, or
    an address in numbers or a name without dots, as an office network has them. Otherwise it is an
    address of this machine alone, and the pages say that phones cannot open it.
    """
    if current_app.config["TRUSTED_HOSTS"] or _is_of_network(request.host):
        return request.host_url.rstrip("/")
    return f"http://localhost:{current_app.config['SETTINGS'].port}"


def _is_of_network(host: str) -> bool:
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return bool(name) and ("." not in name or name.endswith(".local"))
    return True


def _other_host(_error: SecurityError) -> ResponseReturnValue:
    """Without a page: links cannot be made for a host that is not ours."""
    text = "这里不认识这个网址。The server does not answer to this name (UNITSAFE_HOSTS).\n"
    return Response(text, 400, mimetype="text/plain")


def _only_https() -> ResponseReturnValue | None:
    """A cookie would not come back over plain http; say so instead of asking to sign in for ever."""
    if request.is_secure or request.path == "/healthz":
        return None
    text = _("请用 https:// 开头的网址打开。")
    hint = (
        "UNITSAFE_HTTPS=on: the proxy has to send X-Forwarded-Proto, and UNITSAFE_PROXIES=1 be set."
    )
    return Response(f"{text}\n{hint}\n", 403, mimetype="text/plain")


def _harden(response: Response) -> Response:
    """Nothing is kept by a shared browser, unless the view says that it may be."""
    for name, value in headers(current_app.config["SETTINGS"]).items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response

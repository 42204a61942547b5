"""Who may call a view: every view carries a mark, one hook enforces it, closed by default.

The policy has three places: the view's mark here (rights), ``visible_to`` in the features' queries
(which rows), ``open_actions`` of an object's rules (what may be done to it now).
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user

from unitsafe.core.domain import Actor, Right
from unitsafe.core.htmx import wants_fragment

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"

login_manager = LoginManager()
login_manager.session_protection = None  # "basic" only marks a login as old, which no view asks


class Session(UserMixin):
    """What Flask-Login keeps for a request: the actor and the cookie's id for it."""

    def __init__(self, actor: Actor, token: str) -> None:
        self.actor, self.token = actor, token

    def get_id(self) -> str:
        """The text in the cookie; it names the device and dies when that is signed out."""
        return self.token


class Sessions(SecureCookieSessionInterface):
    """Whole pages renew the cookie of whoever stays signed in; fragments need not, which spares
    a tap the signing and some 300 bytes."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether the answer carries the cookie."""
        if session.modified:
            return True
        return not wants_fragment() and super().should_set_cookie(app, session)


def public(view: View) -> View:
    """Anyone may call this view."""
    view.__dict__["access"] = PUBLIC
    return view


def allow(*rights: Right) -> Callable[[View], View]:
    """Whoever holds one of ``rights`` may call this view; without rights: whoever signed in."""

    def mark(view: View) -> View:
        view.__dict__["access"] = frozenset(rights)
        return view

    return mark


def is_public(endpoint: str) -> bool:
    """Whether anyone may call the view of that endpoint."""
    return getattr(current_app.view_functions.get(endpoint), "access", None) == PUBLIC


def may_open(endpoint: str) -> bool:
    """Whether the view of that endpoint lets whoever is signed in in."""
    access = getattr(current_app.view_functions.get(endpoint), "access", None)
    return access == PUBLIC or (
        access is not None and (not access or bool(access & actor().rights))
    )


def actor() -> Actor:
    """Whoever is signed in. Only in views marked :func:`allow`."""
    return cast(Session, current_user).actor


def holds_any(rights: Iterable[Right]) -> bool:
    """Whether whoever is signed in holds one of ``rights``."""
    return not actor().rights.isdisjoint(rights)


def actor_or_none() -> Actor | None:
    """Whoever is signed in, if anyone."""
    return current_user.actor if current_user and current_user.is_authenticated else None


def init_app(app: Flask) -> None:
    """Enforce the marks before anything else looks at a request."""
    login_manager.init_app(app)
    app.session_interface = Sessions()
    app.before_request(_enforce)


def check_marks(app: Flask) -> None:
    """Stop the app when a view carries no mark."""
    for endpoint, view in app.view_functions.items():
        if endpoint != "static" and not hasattr(view, "access"):
            raise RuntimeError(f"view {endpoint} has no access mark: use @allow(...) or @public")


def _enforce() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    access: Any = getattr(current_app.view_functions[request.endpoint], "access", frozenset())
    if access == PUBLIC:
        return None
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if access and not access & actor().rights:
        g.missing_rights = access
        abort(403)
    return None


def ask_to_sign_in() -> ResponseReturnValue:
    """To the sign-in page and back to here afterwards."""
    back = request.full_path.rstrip("?") if request.method == "GET" else _referring_path()
    url = url_for("people.login", next=back)
    if wants_fragment():
        page = request.headers.get("HX-Current-URL", "")
        path = "/" + page.split("/", 3)[3] if page.count("/") >= 3 else back
        return "", 401, {"HX-Redirect": url_for("people.login", next=path)}
    return redirect(url, code=303)


def _referring_path() -> str:
    """The page of ours that held the form; a safe place to come back to after signing in."""
    referrer = request.referrer or ""
    return (
        referrer.removeprefix(request.host_url.rstrip("/"))
        if referrer.startswith(request.host_url)
        else "/"
    )

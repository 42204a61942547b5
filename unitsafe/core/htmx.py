"""One template serves the page and its fragment; the only reader of htmx headers."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, current_app, get_flashed_messages, make_response, redirect, request
from flask import Response as FlaskResponse
from flask.typing import ResponseReturnValue
from htmx_flask import Htmx
from htmx_flask import request as htmx_request

htmx = Htmx()
MESSAGES = "messages"
"""The block of base.html that holds what was just done."""


def init_app(app: Flask) -> None:
    """Teach requests and responses htmx's headers."""
    htmx.init_app(app)
    app.after_request(_vary)


def wants_fragment() -> bool:
    """Whether htmx asked and will put the answer into the page that is open."""
    return (
        bool(htmx_request.htmx and not htmx_request.htmx.boosted)
        and "HX-History-Restore-Request" not in request.headers
    )


def render(
    template: str,
    fragment: str | None = None,
    *,
    oob: Sequence[str] = (MESSAGES,),
    status: int = 200,
    **values: Any,
) -> FlaskResponse:
    """The whole page, or for htmx only its block ``fragment`` followed by the ``oob`` blocks."""
    is_fragment = fragment is not None and wants_fragment()
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    values = {"is_fragment": is_fragment, "messages": get_flashed_messages, **values}
    app.update_template_context(values)
    page = app.jinja_env.get_template(template)
    if not is_fragment:
        return make_response(page.render(values), status)
    body = render_block(page, str(fragment), values)
    if oob:
        frame = app.jinja_env.get_template("base.html")
        for name in oob:
            source = page if name in page.blocks else frame
            body += render_block(source, name, values)
    return make_response(body, status)


def render_block(template: Any, block: str, values: dict[str, Any]) -> str:
    """The text of one block of a loaded template."""
    context = template.new_context(values)
    return "".join(template.blocks[block](context))


def see_other(url: str) -> ResponseReturnValue:
    """Go to ``url`` after a write: a redirect, which htmx follows as a whole page."""
    if wants_fragment():
        response = make_response("", 200)
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url, code=303)


def _vary(response: FlaskResponse) -> FlaskResponse:
    if response.mimetype == "text/html":
        response.vary.add("HX-Request")
    return response

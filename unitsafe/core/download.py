"""Papers and exports as files with a name that says what they are."""

from urllib.parse import quote

from flask import Response, make_response


def pdf(content: bytes, school: str, what: str, period: str) -> Response:
    """A PDF shown in the browser; saved, it is called 学校简称_表名_期间.pdf (product.md §6)."""
    name = "_".join(part for part in (school, what, period) if part)
    safe = "".join("_" if sign in '\\/:*?"<>|\r\n' else sign for sign in name)
    response = make_response(content)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = (
        f"inline; filename=\"report.pdf\"; filename*=UTF-8''{quote(safe)}.pdf"
    )
    response.headers["Cache-Control"] = "no-store"
    return response

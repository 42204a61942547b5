"""Papers and exports as files with a name that says what they are."""

from urllib.parse import quote

from flask import Response, make_response


def pdf(content: bytes, school: str, what: str, period: str) -> Response:
    """A PDF shown in the browser; saved, it is called 学校简称_表名_期间.pdf (product.md §6)."""
    return _file(content, "application/pdf", "inline", "report.pdf", _name(school, what, period))


def xlsx(content: bytes, school: str, what: str, period: str) -> Response:
    """An Excel file to keep, called 学校简称_表名_期间.xlsx."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(content, kind, "attachment", "list.xlsx", _name(school, what, period))


def _name(*parts: str) -> str:
    name = "_".join(part for part in parts if part)
    return "".join("_" if sign in '\\/:*?"<>|\r\n' else sign for sign in name)


def _file(content: bytes, kind: str, how: str, plain: str, name: str) -> Response:
    """``plain`` is the name, with its ending, for whatever reads no Chinese ones."""
    response = make_response(content)
    response.mimetype = kind
    ending = plain.rpartition(".")[2]
    response.headers["Content-Disposition"] = (
        f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}.{ending}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response

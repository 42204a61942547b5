"""Papers and exports as files with a name that says what they are."""

from urllib.parse import quote

from flask import Response, make_response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pdf(content: bytes, school: str, what: str, period: str) -> Response:
    """A PDF shown in the browser; saved, it is called 学校简称_表名_期间.pdf (product.md §6)."""
    return _file(content, "application/pdf", "inline", "report.pdf", (school, what, period))


def xlsx(content: bytes, school: str, what: str, period: str) -> Response:
    """A workbook to save as 学校简称_表名_期间.xlsx."""
    return _file(content, XLSX, "attachment", "ledger.xlsx", (school, what, period))


def docx(content: bytes, school: str, what: str, period: str) -> Response:
    """A Word file to save as 学校简称_表名_期间.docx."""
    return _file(content, DOCX, "attachment", "report.docx", (school, what, period))


def _file(
    content: bytes, mimetype: str, shown: str, plain: str, parts: tuple[str, ...]
) -> Response:
    """``plain`` is the name for browsers that read no Chinese one."""
    name = "_".join(part for part in parts if part)
    safe = "".join("_" if sign in '\\/:*?"<>|\r\n' else sign for sign in name)
    suffix = plain.rpartition(".")[2]
    response = make_response(content)
    response.mimetype = mimetype
    response.headers["Content-Disposition"] = (
        f"{shown}; filename=\"{plain}\"; filename*=UTF-8''{quote(safe)}.{suffix}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response

"""Papers and exports as files with a name that says what they are."""

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from typing import IO
from urllib.parse import quote

from flask import Response, make_response, request
from werkzeug.wsgi import wrap_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pdf(content: bytes, school: str, what: str, period: str) -> Response:
    """A PDF shown in the browser; saved, it is called 学校简称_表名_期间.pdf (product.md §6)."""
    return _named(
        make_response(content), "application/pdf", "inline", "report.pdf", school, what, period
    )


def xlsx(content: bytes | IO[bytes], school: str, what: str, period: str) -> Response:
    """A workbook to save as 学校简称_表名_期间.xlsx."""
    return _named(_sent(content), XLSX, "attachment", "ledger.xlsx", school, what, period)


def docx(content: bytes, school: str, what: str, period: str) -> Response:
    """A Word file to save as 学校简称_表名_期间.docx."""
    return _named(_sent(content), DOCX, "attachment", "report.docx", school, what, period)


def zip_file(content: IO[bytes], school: str, what: str, period: str) -> Response:
    """Many files to save as 学校简称_表名_期间.zip."""
    return _named(
        _sent(content), "application/zip", "attachment", "ledger.zip", school, what, period
    )


Packed = tuple[str, bytes | IO[bytes]]
"""A file's name in an archive, and what it holds."""


def packed(files: Iterable[Packed]) -> IO[bytes] | None:
    """``files`` as a ZIP on disk that is gone once it is closed; None when there are none.

    Names are UTF-8. What is in it is compressed already and only copied, in portions.
    """
    found = tempfile.TemporaryFile(prefix="unitsafe-export-")  # noqa: SIM115 - the caller closes it
    try:
        with zipfile.ZipFile(found, "w") as archive:
            for name, content in files:
                with archive.open(name, "w") as target:
                    source = io.BytesIO(content) if isinstance(content, bytes) else content
                    shutil.copyfileobj(source, target)
            is_empty = not archive.namelist()
    except BaseException:
        found.close()
        raise
    if is_empty:
        found.close()
        return None
    return found


def file_name(*parts: str) -> str:
    """学校简称_表名_期间 without what a file's name cannot hold."""
    name = "_".join(part for part in parts if part)
    return "".join("_" if sign in '\\/:*?"<>|\r\n' else sign for sign in name)


def _sent(content: bytes | IO[bytes]) -> Response:
    """An open file is sent in portions and closed afterwards, also when the reader has left."""
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    response = Response(wrap_file(request.environ, file), direct_passthrough=True)
    response.content_length = length
    return response


def _named(response: Response, mimetype: str, shown: str, plain: str, *parts: str) -> Response:
    """``plain`` is the name for browsers that read no Chinese one."""
    suffix = plain.rpartition(".")[2]
    response.mimetype = mimetype
    response.headers["Content-Disposition"] = (
        f"{shown}; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name(*parts))}.{suffix}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response

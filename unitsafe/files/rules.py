"""Which files are taken: named as what they are, and nothing that could run."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from zipfile import BadZipFile, ZipFile

from unitsafe.core.domain import RuleError

MIB = 1024 * 1024
PDF, OLE, ZIP, JPEG, PNG = (
    b"%PDF-",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"PK\x03\x04",
    b"\xff\xd8\xff",
    b"\x89PNG\r\n",
)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


@dataclass(frozen=True)
class FileType:
    """``starts``: how the bytes begin; ``part``: the folder inside an Office file."""

    mime: str
    starts: bytes
    part: str = ""
    in_browser: bool = False


TYPES = {
    ".pdf": FileType("application/pdf", PDF, in_browser=True),
    ".jpg": FileType("image/jpeg", JPEG, in_browser=True),
    ".jpeg": FileType("image/jpeg", JPEG, in_browser=True),
    ".png": FileType("image/png", PNG, in_browser=True),
    ".docx": FileType(WORD, ZIP, "word/"),
    ".xlsx": FileType(SHEET, ZIP, "xl/"),
    ".pptx": FileType(SLIDES, ZIP, "ppt/"),
    ".doc": FileType("application/msword", OLE),
    ".xls": FileType("application/vnd.ms-excel", OLE),
    ".ppt": FileType("application/vnd.ms-powerpoint", OLE),
    ".wps": FileType("application/msword", OLE),
    ".et": FileType("application/vnd.ms-excel", OLE),
}
"""By the end of the name. What a browser would run (HTML, SVG) and what Office would run
(.docm, .xlsm) is not here."""
ACCEPT = ",".join(TYPES)


def check_file(name: str, data: bytes, *, most_mib: int) -> str:
    """The suffix under which ``data`` is kept.

    :raises RuleError: too large, empty, of another kind, or not what its name says.
    """
    suffix = PurePath(name.replace("\\", "/")).suffix.lower()
    kind = TYPES.get(suffix)
    if kind is None:
        raise RuleError(
            "“%(name)s”不能上传。可以传PDF、图片、Word、Excel、PPT和WPS文件。", name=name
        )
    if not data:
        raise RuleError("“%(name)s”是空的，请检查文件。", name=name)
    if len(data) > most_mib * MIB:
        raise RuleError(
            "“%(name)s”有%(size)s MB，超过%(most)s MB。扫描件选150—200 dpi、灰度或黑白再存一次，或者分成几份上传。",
            name=name,
            size=round(len(data) / MIB, 1),
            most=most_mib,
        )
    is_right = data[:1024].lstrip().startswith(kind.starts)
    if not is_right or (kind.part and not _has_part(data, kind.part)):
        raise RuleError(
            "“%(name)s”的内容不是它名字上写的格式，没有保存。请用原来的软件打开，另存一份再上传。",
            name=name,
        )
    return ".jpg" if suffix == ".jpeg" else suffix


def _has_part(data: bytes, part: str) -> bool:
    try:
        names = ZipFile(BytesIO(data)).namelist()
    except BadZipFile:
        return False
    return "[Content_Types].xml" in names and _any_in(names, part) and not _runs(names)


def _any_in(names: Iterable[str], part: str) -> bool:
    return any(name.startswith(part) for name in names)


def _runs(names: Iterable[str]) -> bool:
    return any(name.lower().endswith("vbaproject.bin") for name in names)


def tidy_name(name: str, most: int = 120) -> str:
    """The name without its folders and control characters, short enough to keep its end."""
    plain = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable())
    path = PurePath(plain.strip() or "file")
    return path.stem[: most - len(path.suffix)] + path.suffix

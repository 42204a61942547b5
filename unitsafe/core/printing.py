"""PDF documents: a template of ``unitsafe/paper`` and data in, PDF out, one child process each.

Nothing here knows Flask's request or the features. Text typed by people reaches typst only as
JSON, so it stays text. The papers themselves are in Chinese only: they are made to be sealed.
"""

import functools
import json
import logging
import re
import shutil
import subprocess
import sys
import threading
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from flask_babel import gettext as _

from unitsafe.core.blobs import FULL

__all__ = [
    "PrintError",
    "cleaned",
    "printable",
    "render_pdf",
    "run_child",
    "unprintable",
    "visible",
]

TIME_LIMIT = 60
"""Seconds a document may take; a month grid takes less than one."""
PACKAGE = Path(__file__).resolve().parents[1]
PAPER = PACKAGE / "paper"
CHARACTERS = PACKAGE / "fonts" / "characters.txt"
CHILD_FILE = Path(__file__).with_name("printing_child.py")
PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif"}
LINE_BREAKS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
VARIATION_SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
NO_GLYPH = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed')

log = logging.getLogger(__name__)
_children = threading.BoundedSemaphore(2)
"""A long ledger takes 220 MB; more children at once would be no quicker."""


class PrintError(RuntimeError):
    """A document could not be made; ``str()`` is the sentence to show."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def render_pdf(
    template: str,
    data: Mapping[str, object],
    *,
    photos: Mapping[str, Path] | None = None,
    drawings: Mapping[str, str] | None = None,
) -> bytes:
    """The document as PDF/A-2a and PDF/UA-1, made from ``paper/<template>.typ``.

    ``data`` holds what JSON can hold; its shape stands in ``paper/shapes.py``. ``photos`` maps
    the names used in ``data`` to picture files; a file that is gone prints as an empty frame.
    ``drawings`` maps names to SVG texts that we drew ourselves: ``image("name.svg")`` shows them.
    Invisible characters are dropped. Raises PrintError: a character that no font has, a
    picture that cannot be read, more than TIME_LIMIT seconds, a template that fails.
    """
    source = PAPER / f"{template}.typ"
    if not re.fullmatch(r"[a-z_]+", template) or not source.is_file():
        raise ValueError(f"no template named {template!r}")
    texts = cleaned(data)
    missing = list(dict.fromkeys(c for text in _texts(texts) for c in printable(text)))
    if missing:
        raise PrintError(_missing_message(missing))
    with TemporaryDirectory(prefix="unitsafe-print-", ignore_cleanup_errors=True) as folder:
        files = _gather(photos or {}, Path(folder))
        request = {
            "template": template,
            "data": texts,
            "photo_files": files,
            "drawings": dict(drawings or {}),
            "root": folder,
        }
        return _run_child(json.dumps(request).encode())


def printable(text: str) -> list[str]:
    """The characters of ``text`` that no print font has, each once, in order; empty when fine."""
    starts, ends = _ranges()
    missing = []
    for char in dict.fromkeys(visible(text)):
        place = bisect_right(starts, ord(char)) - 1
        if char != "\n" and (place < 0 or ord(char) > ends[place]):
            missing.append(char)
    return missing


@functools.cache
def _ranges() -> tuple[list[int], list[int]]:
    """First and last code points of the ranges that the print fonts have, ascending."""
    lines = CHARACTERS.read_text(encoding="ascii").split()
    pairs = [line.split("-") for line in lines]
    return [int(first, 16) for first, _last in pairs], [int(last, 16) for _first, last in pairs]


def visible(text: str) -> str:
    """``text`` without what leaves no trace on paper and PDF/A refuses; tabs become spaces."""
    text = LINE_BREAKS.sub("\n", text).replace("\t", " ")
    return "".join(char for char in text if char == "\n" or not _is_invisible(char))


def _is_invisible(char: str) -> bool:
    if " " <= char <= "~" or "\u4e00" <= char <= "\u9fff":
        return False
    return unicodedata.category(char) in ("Cc", "Cf") or any(
        first <= ord(char) <= last for first, last in VARIATION_SELECTORS
    )


def cleaned(value: object) -> object:
    """``value`` with every text in it made visible; mappings and sequences become plain ones."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {str(key): cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    return value


def _texts(value: object) -> Iterator[str]:
    """Every text in ``value`` except the keys of mappings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def unprintable(text: str) -> str:
    """The sentence for whoever typed what no print font has; empty when all of it prints."""
    missing = printable(text)
    return _missing_message(missing) if missing else ""


def _missing_message(chars: Iterable[str]) -> str:
    names = [f"“{_shown(char)}”" for char in chars]
    if len(names) == 1:
        return str(_("%(char)s这个字打印字体里没有，请换一个写法。", char=names[0]))
    return str(_("%(chars)s这些字打印字体里没有，请换一个写法。", chars="".join(names)))


def _shown(char: str) -> str:
    """``char``, with its number where a screen might show a box (𡉯 U+2126F), or that alone
    (U+E863)."""
    number = f"U+{ord(char):04X}"
    if unicodedata.category(char) in ("Cn", "Co", "Cs"):
        return number
    return f"{char} {number}" if ord(char) > 0xFFFF else char


def _gather(photos: Mapping[str, Path], folder: Path) -> dict[str, str]:
    """Copy the ``photos`` into ``folder``, the only place typst may read; name → file name."""
    files: dict[str, str] = {}
    for number, (name, path) in enumerate(photos.items()):
        suffix = path.suffix.lower()
        file = f"{number}{suffix if suffix in PICTURE_SUFFIXES else ''}"
        try:
            shutil.copyfile(path, folder / file)
        except OSError as error:
            if error.errno in FULL:
                raise
            log.warning("photo %r cannot be read, its frame prints empty", name)
        else:
            files[name] = file
    return files


def _run_child(request: bytes) -> bytes:
    """The PDF that answers ``request``. Raises PrintError."""
    return run_child(CHILD_FILE, request, b"%PDF-")


def run_child(file: Path, request: bytes, start: bytes) -> bytes:
    """What the program in ``file`` writes to stdout when it reads ``request``; ``start`` is how its
    documents begin. Raises PrintError; the child is gone either way."""
    if not _children.acquire(timeout=TIME_LIMIT):
        raise PrintError(_busy())
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-X", "utf8", str(file)],
            input=request,
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        message = _("文件太大，没有在一分钟内生成，请缩小范围后再打印。")
        raise PrintError(str(message)) from error
    except OSError as error:
        raise PrintError(_busy()) from error
    finally:
        _children.release()
    if done.returncode == 0 and done.stdout.startswith(start):
        return done.stdout
    raise PrintError(_explained(done.stderr.decode("utf-8", "replace")))


def _busy() -> str:
    return str(_("服务器现在忙，没有生成文件，请稍后再试。"))


def _explained(complaint: str) -> str:
    """The sentence for the reader that says what the child's ``complaint`` means."""
    log.error("printing failed: %s", NO_GLYPH.sub("no glyph", complaint)[-2000:])
    if no_glyph := NO_GLYPH.search(complaint):
        text = no_glyph["text"]
        return _missing_message(printable(text) or [text])
    if "failed to decode image" in complaint or "image format" in complaint:
        return str(_("有一张照片打不开，没有生成文件，请换掉这张照片再打印。"))
    return str(_("文件没有生成，请再试一次；如果还不行，请告诉系统管理员。"))

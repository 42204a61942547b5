"""Typeset one document: a JSON request on stdin, the PDF on stdout, a complaint on stderr.

``printing.py`` starts this file by its path. It imports nothing of the package, so that a child
starts without Flask, and gives its memory back when it ends. Exit code 1: typst's message follows.
"""

import io
import json
import sys
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any

import typst

PACKAGE = Path(__file__).resolve().parents[1]
PAPER = PACKAGE / "paper"


def main() -> int:
    """Answer the request on stdin; returns the exit code."""
    request = json.load(sys.stdin.buffer)
    Thread(target=import_module, args=["pikepdf"]).start()  # 60 ms, while typst works
    try:
        pdf = typeset(request)
    except typst.TypstError as error:
        print(f"{error.message}\n{error.diagnostic}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(shrunk(pdf))
    sys.stdout.buffer.flush()
    return 0


def typeset(request: dict[str, Any]) -> bytes:
    """The PDF of ``request``: template, data, photo_files, drawings, root. Raises typst.TypstError."""
    data = {**request["data"], "photo_files": request["photo_files"]}
    sources = {path.name: path.read_bytes() for path in PAPER.glob("*.typ")}
    sources["main.typ"] = sources[f"{request['template']}.typ"]
    sources["data.json"] = json.dumps(data).encode()
    sources.update({f"{name}.svg": svg.encode() for name, svg in request["drawings"].items()})
    inputs: Any = sources  # typst takes a dictionary of files; its type stub does not know
    return typst.compile(
        inputs, root=request["root"], font_paths=print_fonts(), pdf_standards=["a-2a", "ua-1"]
    )


def print_fonts() -> typst.Fonts:
    """The three print fonts and no other, so that a paper looks the same on every server."""
    folders = (
        PACKAGE / "fonts",
        files("justmytype_intl_cjk") / "fonts/ofl/notosanssc",
        files("noto_cjk_sans_otc"),
    )
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in folders],
    )


def shrunk(pdf: bytes) -> bytes:
    """``pdf`` with its objects packed into streams; a tagged table becomes a fifth of its size."""
    import pikepdf

    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return packed.getvalue()


if __name__ == "__main__":
    sys.exit(main())

"""Make the two vendored files of this folder again; a development tool, never imported by the app.

Usage: python unitsafe/fonts/vendor.py NotoSerifCJK-Regular.ttc

Writes NotoSerifCJKsc-Regular.otf (the Simplified Chinese face without Hangul, which Noto Sans CJK
still prints) and characters.txt (what the three print fonts can draw together), then prints the
checksums for README.md. Needs fontTools (requirements-dev.txt) and about two minutes.
"""

import hashlib
import sys
from importlib.resources import files
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTCollection, TTFont  # type: ignore[import-untyped]

HERE = Path(__file__).parent
SERIF = HERE / "NotoSerifCJKsc-Regular.otf"
CHARACTERS = HERE / "characters.txt"
HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF))


def main(collection: Path) -> None:
    """Write both files from the ``collection`` and print their checksums."""
    make_serif(collection)
    CHARACTERS.write_text(as_ranges(drawable()), encoding="ascii", newline="\n")
    for path in (SERIF, CHARACTERS):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path.name)


def make_serif(collection: Path) -> None:
    """Cut the Simplified Chinese face out of the ``collection``."""
    names = [face["name"].getDebugName(4) for face in TTCollection(collection).fonts]
    number = names.index("Noto Serif CJK SC")
    font = TTFont(collection, fontNumber=number, lazy=True, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = ["ccmp", "vert", "vrt2", "kern", "palt", "halt"]
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    options.notdef_outline = True
    kept = [c for c in font.getBestCmap() if not any(a <= c <= b for a, b in HANGUL)]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=kept)
    cutter.subset(font)
    font.save(SERIF)


def drawable() -> set[int]:
    """The code points that at least one of the three print fonts has."""
    variable = files("justmytype_intl_cjk") / "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"
    fallback = files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc"
    found: set[int] = set()
    for path, number in ((SERIF, -1), (Path(str(variable)), -1), (Path(str(fallback)), 0)):
        with TTFont(path, fontNumber=number, lazy=True) as font:
            found.update(font.getBestCmap())
    return found


def as_ranges(code_points: set[int]) -> str:
    """One ``first-last`` pair of hexadecimal code points per line, ascending."""
    ranges: list[list[int]] = []
    for point in sorted(code_points):
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"{first:x}-{last:x}\n" for first, last in ranges)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Grids drawn on a picture: which outlines are taken, where their name stands.

A point is (x, y) in parts of the picture's width and height, from the top left corner: 0–1.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

from unitsafe.core.domain import RuleError

Point = tuple[float, float]
FEWEST, MOST = 3, 60
MOST_SHAPES = 200
"""On one picture; more could neither be read nor tapped."""
OVERSHOOT = 0.02
"""A hand that slips over the picture's edge by so much meant the edge."""
SMALLEST = 0.0002
"""Part of the picture: about 2 × 1 mm on an A4 print."""
SAME_PROPORTIONS = 0.02
"""So much may width ÷ height differ before outlines sit visibly wrong on a new picture."""
_STEPS = 10_000
"""Points lie on a lattice of so many steps a side, so that crossing is decided exactly."""
_SEPARATORS = re.compile(r"[;\n]+")
_PAIR = re.compile(r"\(?\s*(-?\d+(?:\.\d+)?)\s*%?\s*[, ]\s*(-?\d+(?:\.\d+)?)\s*%?\s*\)?")


def parse_points(text: str) -> list[Point]:
    """The points of "10,20; 30,20; 30,40": per cent of the picture's width and height.

    Full-width signs and new lines are as good. Raises RuleError that names what cannot be read.
    """
    plain = unicodedata.normalize("NFKC", text).replace("、", ",").replace("。", ".")
    points = []
    for part in _SEPARATORS.split(plain):
        if not part.strip():
            continue
        found = _PAIR.fullmatch(part.strip())
        if found is None:
            raise RuleError(
                "看不懂“%(part)s”。每个角点写成“横,竖”，角点之间用分号隔开，例如 10,20; 30,20; 30,40。",
                part=part.strip()[:20],
            )
        points.append((round(float(found[1]) / 100, 6), round(float(found[2]) / 100, 6)))
    return points


def written(points: Iterable[Sequence[float]]) -> str:
    """What :func:`parse_points` reads: "10,20; 30,20; 30,40"."""
    return "; ".join(f"{x * 100:g},{y * 100:g}" for x, y in _rounded(points))


def _rounded(points: Iterable[Sequence[float]]) -> list[Point]:
    return [(round(x, 4), round(y, 4)) for x, y in points]


def outline(points: Sequence[Point]) -> list[Point]:
    """The outline as it is kept: inside the picture, no point twice in a row, not closed.

    :raises RuleError: fewer than 3 different points, more than 60, outside the picture, an edge
        that crosses or touches another one, an area too small to tap.
    """
    if any(not -OVERSHOOT <= value <= 1 + OVERSHOOT for point in points for value in point):
        raise RuleError("有角点在图片外面。请把区域画在图片里面，数字在0到100之间。")
    kept = _distinct([(min(1.0, max(0.0, x)), min(1.0, max(0.0, y))) for x, y in points])
    if len(set(kept)) < FEWEST:
        raise RuleError(
            "一块区域至少要有3个不同的角点，现在只有%(n)s个。请沿着边界再点几个角。",
            n=len(set(kept)),
        )
    if len(kept) > MOST:
        raise RuleError(
            "一块区域最多60个角点，现在有%(n)s个。请画得简单些，或者分成几块画。", n=len(kept)
        )
    if _crosses(kept):
        raise RuleError("区域的边线交叉或重叠了。请按顺序沿着边界点一圈，不要来回。")
    if area(kept) < SMALLEST:
        raise RuleError("区域太小，在图上看不清、点不中。请画大一些。")
    return kept


def _distinct(points: Sequence[Point]) -> list[Point]:
    """On the lattice, without a point that repeats the one before it; the last is not the first."""
    found: list[Point] = []
    for point in _rounded(points):
        if not found or point != found[-1]:
            found.append(point)
    while len(found) > 1 and found[0] == found[-1]:
        found.pop()
    return found


def area(points: Sequence[Sequence[float]]) -> float:
    """The part of the picture that the outline covers, 0–1."""
    closed = [*points, points[0]]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(closed))) / 2


def _crosses(points: Sequence[Point]) -> bool:
    """Whether two edges have more in common than the corner between neighbours."""
    corners = [(round(x * _STEPS), round(y * _STEPS)) for x, y in points]
    edges = list(pairwise([*corners, corners[0]]))
    last = len(edges) - 1
    for i, (a, b) in enumerate(edges):
        for j in range(i + 1, len(edges)):
            c, d = edges[j]
            if j == i + 1 or (i == 0 and j == last):
                before, corner, after = (a, b, d) if j == i + 1 else (c, d, b)
                if _folds_back(before, corner, after):
                    return True
            elif _meet(a, b, c, d):
                return True
    return False


Corner = tuple[int, int]


def _turn(a: Corner, b: Corner, c: Corner) -> int:
    """Above 0: a, b, c turn one way; below 0: the other way; 0: one line."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _folds_back(before: Corner, corner: Corner, after: Corner) -> bool:
    ahead = (before[0] - corner[0]) * (after[0] - corner[0])
    ahead += (before[1] - corner[1]) * (after[1] - corner[1])
    return _turn(before, corner, after) == 0 and ahead > 0


def _meet(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    turns = (_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b))
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(turn == 0 and _between(*end) for turn, end in zip(turns, ends, strict=True))


def _between(a: Corner, b: Corner, on_line: Corner) -> bool:
    return all(min(a[k], b[k]) <= on_line[k] <= max(a[k], b[k]) for k in (0, 1))


def middle(points: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    """(x, y, room): a place well inside the outline, and how wide the outline is there."""
    top, bottom = min(p[1] for p in points), max(p[1] for p in points)
    heights = [top + (bottom - top) * step / 12 for step in range(2, 11)]
    spans = [(span, y) for y in heights for span in _inside(points, y)]
    centre = (top + bottom) / 2

    def worth(found: tuple[tuple[float, float], float]) -> float:
        (left, right), y = found
        return (right - left) * (1 - abs(y - centre) / (bottom - top + 1e-9))

    (left, right), y = max(spans, key=worth)
    return (left + right) / 2, y, right - left


def _inside(points: Sequence[Sequence[float]], y: float) -> list[tuple[float, float]]:
    """Where the level line ``y`` runs inside the outline, as (left, right)."""
    edges = pairwise([*points, points[0]])
    cuts = sorted(
        a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
        for a, b in edges
        if (a[1] <= y) != (b[1] <= y)
    )
    return list(zip(cuts[::2], cuts[1::2], strict=True))


def has_other_proportions(old: tuple[int, int], new: tuple[int, int]) -> bool:
    """Whether outlines drawn on a picture of the ``old`` size would sit wrong on the ``new``."""
    return abs(new[0] / new[1] / (old[0] / old[1]) - 1) > SAME_PROPORTIONS


def short_name(name: str, *around: str) -> str:
    """``name`` without what the picture says anyway: "教学楼B 三层" inside 教学楼B is "三层"."""
    for outer in sorted(filter(None, around), key=len, reverse=True):
        rest = name.removeprefix(outer).strip(" ·-—")
        if rest and rest != name:
            return rest
    return name


def in_lines(name: str, most: int = 8) -> list[str]:
    """``name`` in at most two lines for a label, cut where it is longer."""
    head, _space, tail = name.partition(" ")
    if len(name) <= most:
        return [name]
    if not tail or len(head) > most:
        head, tail = name[:most], name[most:].strip()
    return [head, tail if len(tail) <= most else tail[: most - 1] + "…"]

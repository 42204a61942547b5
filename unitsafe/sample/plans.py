"""Drawn plans of the sample school: the campus and two floors, with their grids' outlines."""

import io
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in parts of the picture."""
WIDTH, HEIGHT = 1600, 1000
FONT = Path(__file__).resolve().parents[1] / "fonts" / "NotoSerifCJKsc-Regular.otf"
PAPER, GRASS, ROAD, BLOCK, LINE, INK = (
    "#f7f5ee",
    "#dfe9d3",
    "#e6e3da",
    "#d5dbe0",
    "#6b7378",
    "#4a5257",
)
TRACK, COURT = "#c98b6f", "#9fb7a0"

CAMPUS: Mapping[str, Box] = {
    "学生宿舍1": (0.05, 0.10, 0.27, 0.22),
    "学生宿舍2": (0.05, 0.29, 0.27, 0.41),
    "教学楼A": (0.36, 0.10, 0.64, 0.22),
    "教学楼B": (0.36, 0.33, 0.64, 0.45),
    "综合楼": (0.36, 0.60, 0.64, 0.76),
    "食堂体育馆及室外 体育馆": (0.05, 0.52, 0.20, 0.70),
    "食堂体育馆及室外 餐厅与库房": (0.05, 0.78, 0.20, 0.93),
    "食堂体育馆及室外 操作间": (0.21, 0.78, 0.29, 0.93),
    "食堂体育馆及室外 水泵房": (0.22, 0.55, 0.29, 0.66),
    "食堂体育馆及室外 操场": (0.70, 0.14, 0.96, 0.70),
    "食堂体育馆及室外 非机动车棚": (0.70, 0.80, 0.93, 0.90),
    "食堂体育馆及室外 南门": (0.44, 0.90, 0.56, 0.98),
}
"""Grids on the campus: the outline of a building stands for its block."""
LANE = ((0.30, 0.02), (0.68, 0.02), (0.68, 0.08), (0.34, 0.08), (0.34, 0.86), (0.30, 0.86))
"""The grid 北门与消防车道 has a corner: the gate and the lane along the buildings."""

FLOORS: Mapping[tuple[str, int], Mapping[str, tuple[str, Box]]] = {
    ("教学楼B", 3): {
        "西侧楼梯间": ("西侧楼梯间", (0.04, 0.20, 0.14, 0.80)),
        "301教室": ("三层", (0.14, 0.20, 0.31, 0.58)),
        "302教室": ("三层", (0.31, 0.20, 0.48, 0.58)),
        "303教室": ("三层", (0.48, 0.20, 0.65, 0.58)),
        "304教室": ("三层", (0.65, 0.20, 0.79, 0.58)),
        "三层卫生间": ("三层", (0.79, 0.20, 0.86, 0.58)),
        "三层走道": ("三层", (0.14, 0.58, 0.86, 0.80)),
        "东侧楼梯间": ("东侧楼梯间", (0.86, 0.20, 0.96, 0.80)),
    },
    ("综合楼", 1): {
        "报告厅": ("报告厅", (0.04, 0.14, 0.34, 0.58)),
        "医务室": ("公共区", (0.34, 0.14, 0.48, 0.58)),
        "中央楼梯间": ("公共区", (0.48, 0.14, 0.60, 0.58)),
        "消防控制室": ("消防控制室", (0.60, 0.14, 0.78, 0.58)),
        "配电室": ("配电室", (0.78, 0.14, 0.96, 0.58)),
        "一层走道": ("公共区", (0.04, 0.58, 0.96, 0.70)),
        "微型消防站": ("微型消防站与库房", (0.04, 0.70, 0.36, 0.92)),
        "总务库房": ("微型消防站与库房", (0.36, 0.70, 0.60, 0.92)),
    },
}
"""Rooms of two floors: name, the leaf grid they belong to, where they lie."""


def campus_jpeg() -> bytes:
    """The campus from above, 1600×1000; the same bytes every time."""
    image, draw = _sheet(GRASS)
    _fill(draw, (0.29, 0.0, 0.35, 1.0), ROAD)
    _fill(draw, (0.29, 0.0, 0.69, 0.09), ROAD)
    _fill(draw, (0.29, 0.47, 0.69, 0.58), ROAD)
    _fill(draw, (0.42, 0.76, 0.58, 1.0), ROAD)
    _fill(draw, (0.64, 0.0, 0.69, 1.0), ROAD)
    _track(draw)
    for name, box in CAMPUS.items():
        if name.endswith(("操场", "南门")):
            continue
        fill = "#eceae4" if name.endswith("车棚") else BLOCK
        _room(draw, name.rsplit(" ", 1)[-1], box, fill)
    _write(draw, "南门", (0.50, 0.955))
    _write(draw, "北门", (0.49, 0.045))
    _write(draw, "消防车道", (0.315, 0.50), upright=True)
    _north(draw)
    return _jpeg(image)


def floor_jpeg(building: str, floor: int) -> bytes:
    """One floor from above, 1600×1000; the same bytes every time."""
    image, draw = _sheet(PAPER)
    for name, (_leaf, box) in FLOORS[building, floor].items():
        _room(draw, name, box, "#ece8dc" if "走道" in name else "#ffffff")
        if "走道" not in name and "卫生间" not in name:
            _door(draw, box)
        if "楼梯" in name:
            _stairs(draw, box)
    _write(draw, f"{building} {floor}层平面图（示意）", (0.5, 0.06), 40)
    return _jpeg(image)


def campus_outlines() -> dict[str, list[tuple[float, float]]]:
    """Grid's name → its outline on the campus."""
    found = {name: _corners(box) for name, box in CAMPUS.items()}
    return {**found, "食堂体育馆及室外 北门与消防车道": list(LANE)}


def floor_outlines(building: str, floor: int) -> list[tuple[str, list[tuple[float, float]]]]:
    """(leaf grid's name, outline), rooms of a grid that touch put together where they make a
    rectangle with their corridor."""
    by_leaf: dict[str, list[Box]] = {}
    for leaf, box in FLOORS[building, floor].values():
        by_leaf.setdefault(leaf, []).append(box)
    return [
        (f"{building} {leaf}", _corners(box))
        for leaf, boxes in by_leaf.items()
        for box in _merged(boxes)
    ]


def _merged(boxes: Sequence[Box]) -> list[Box]:
    """One box for all where they fill it; else each row of boxes by itself."""
    whole = _around(boxes)
    if abs(_size(whole) - sum(_size(box) for box in boxes)) < 1e-6:
        return [whole]
    rows: dict[tuple[float, float], list[Box]] = {}
    for box in boxes:
        rows.setdefault((box[1], box[3]), []).append(box)
    return [_around(row) for row in rows.values()]


def _around(boxes: Sequence[Box]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _size(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _corners(box: Box) -> list[tuple[float, float]]:
    left, top, right, bottom = box
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _sheet(colour: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (WIDTH, HEIGHT), colour)
    return image, ImageDraw.Draw(image)


def _pixels(box: Box) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return round(left * WIDTH), round(top * HEIGHT), round(right * WIDTH), round(bottom * HEIGHT)


def _fill(draw: ImageDraw.ImageDraw, box: Box, colour: str) -> None:
    draw.rectangle(_pixels(box), fill=colour)


def _room(draw: ImageDraw.ImageDraw, name: str, box: Box, colour: str) -> None:
    draw.rectangle(_pixels(box), fill=colour, outline=LINE, width=4)
    left, top, right, _bottom = box
    _write(draw, name, ((left + right) / 2, top + 0.03), 22, room=right - left)


def _door(draw: ImageDraw.ImageDraw, box: Box) -> None:
    left, _top, _right, bottom = _pixels(box)
    draw.line([(left + 24, bottom), (left + 74, bottom)], fill="#ffffff", width=6)
    draw.arc((left + 24, bottom - 50, left + 124, bottom + 50), 180, 270, fill=LINE, width=2)


def _stairs(draw: ImageDraw.ImageDraw, box: Box) -> None:
    left, top, right, bottom = _pixels(box)
    for level in range(top + 90, bottom - 60, 26):
        draw.line([(left + 18, level), (right - 18, level)], fill=LINE, width=2)


def _track(draw: ImageDraw.ImageDraw) -> None:
    left, top, right, bottom = _pixels(CAMPUS["食堂体育馆及室外 操场"])
    draw.rounded_rectangle((left, top, right, bottom), 180, fill=TRACK, outline=LINE, width=3)
    draw.rounded_rectangle((left + 60, top + 60, right - 60, bottom - 60), 130, fill=COURT)
    middle = (top + bottom) // 2
    draw.line([(left + 60, middle), (right - 60, middle)], fill="#ffffff", width=4)
    draw.ellipse(
        ((left + right) // 2 - 60, middle - 60, (left + right) // 2 + 60, middle + 60),
        outline="#ffffff",
        width=4,
    )


def _north(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon([(1540, 40), (1520, 100), (1540, 86), (1560, 100)], fill=INK)
    _write(draw, "北", (1540 / WIDTH, 0.125))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


def _write(
    draw: ImageDraw.ImageDraw,
    text: str,
    at: tuple[float, float],
    size: int = 26,
    *,
    upright: bool = False,
    room: float = 1.0,
) -> None:
    """``text`` around a point; one sign below the other when ``upright`` or when it is too wide."""
    font = _font(size)
    x, y = at[0] * WIDTH, at[1] * HEIGHT
    if upright or font.getlength(text) > room * WIDTH - 12:
        for number, sign in enumerate(text):
            draw.text((x, y + number * size * 1.2), sign, fill=INK, font=font, anchor="mm")
        return
    draw.text((x, y), text, fill=INK, font=font, anchor="mm")


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()

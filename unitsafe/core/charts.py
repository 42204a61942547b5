"""Charts as SVG text, for screen and paper alike. Pure.

Colours stand in attributes, never in a style: the content policy lets no style pass, and typst
reads the same text. What a colour says a shape, a dash or a number says too, so that a chart reads
in black and white. Every text is escaped here.
"""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup, escape

INK, QUIET, HAIRLINE, BRAND, DANGER = "#1c2527", "#54636a", "#dbe2e0", "#0e5a58", "#a8201a"
"""Tokens of static/look.css."""
FONT = "Noto Sans CJK SC, sans-serif"
LETTER = 14
"""Height of a letter in units of the view box; on a phone a unit is about a pixel."""
WIDTH, PLOT = 320, 190
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 24, 30
"""A picture in units of its view box: how wide, how high without its legend, and the margins."""
ROW = 22
"""Of a legend."""


@dataclass(frozen=True)
class Series:
    """A line of numbers, one for each label; None is a gap."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class _Pen:
    colour: str
    dash: str
    mark: str
    """Path of the mark of a point, around its place."""


PENS = (
    _Pen(BRAND, "none", "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z"),
    _Pen("#7d5200", "7 4", "m-3.5 -3.5h7v7h-7z"),
    _Pen("#3d5a80", "2 3", "m0 -4.5l4.5 8h-9z"),
    _Pen(INK, "10 3 2 3", "m0 -5l5 5l-5 5l-5 -5z"),
)
CROSS = "m-4 -4l8 8m0 -8l-8 8"


@dataclass(frozen=True)
class Square:
    """A day of a calendar. ``value`` from 0 to 1 gives the colour, None that of a day not yet over;
    ``sign`` stands in it, ``words`` say it to those who hear or touch it."""

    day: date
    value: float | None
    sign: str
    words: str
    url: str = ""


@dataclass(frozen=True)
class _Shade:
    least: float
    fill: str
    line: str
    ink: str


SHADES = (
    _Shade(1.0, "#226b45", "#226b45", "#fff"),
    _Shade(0.9, "#e3f2e8", "#bfe0cb", "#226b45"),
    _Shade(0.8, "#fff2d1", "#efd592", "#7d5200"),
    _Shade(-math.inf, "#fdebe9", "#efbdb9", DANGER),
)
"""Of a square: all of it, at least nine tenths, four fifths, less."""
RUNNING = _Shade(0, "#fff", BRAND, BRAND)
"""Of a day that is not over; its line is dashed."""
SIDE, GAP = 48, 4
"""Of a square with its gap, to be hit by a finger; and the gap."""


def radar(axes: Sequence[str], series: Sequence[Series], most: float, *, title: str) -> Markup:
    """A web with an axis for each of ``axes``, from 0 in the middle to ``most``."""
    middle_x, middle_y, radius = WIDTH / 2, 140.0, 82.0
    count, whole = max(1, len(axes)), most if most > 0 else 1.0

    def place(axis: int, part: float) -> tuple[float, float]:
        angle = 2 * math.pi * axis / count
        return (
            round(middle_x + radius * part * math.sin(angle), 1),
            round(middle_y - radius * part * math.cos(angle), 1),
        )

    marks: list[str] = []
    for ring in (0.25, 0.5, 0.75, 1.0):
        corners = " ".join(_pair(place(axis, ring)) for axis in range(count))
        marks.append(f'<polygon points="{corners}" fill="none" stroke="{HAIRLINE}"/>')
    for axis, name in enumerate(axes):
        x, y = place(axis, 1)
        marks.append(_line(middle_x, middle_y, x, y))
        marks += _beside(name, x, y, middle_x, middle_y)
    for pen, one in _drawn(series):
        places = [
            None if value is None else place(axis, min(max(value / whole, 0.0), 1.0))
            for axis, value in enumerate(one.values)
        ]
        marks += _stroke(places, pen, is_closed=True)
    return _picture(WIDTH, 280, title, marks, legend=series)


def _beside(name: str, x: float, y: float, middle_x: float, middle_y: float) -> Iterator[str]:
    """The name of an axis outside its end, in lines."""
    lines = _lines(name, 5)
    is_middle = abs(x - middle_x) < 1
    side = 0 if is_middle else math.copysign(8, x - middle_x)
    anchor = "middle" if is_middle else "start" if side > 0 else "end"
    high = len(lines) * (LETTER + 2)
    if is_middle:
        first = y - 8 - high + LETTER + 2 if y < middle_y else y + LETTER + 6
    else:
        first = y - high / 2 + LETTER - 1
    for number, text in enumerate(lines):
        yield _text(x + side, round(first + number * (LETTER + 2), 1), text, anchor=anchor)


def trend(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    unit: str = "",
    holds: Sequence[float] = (0,),
    low: float | None = None,
    high: float | None = None,
    places: Sequence[float] | None = None,
) -> Markup:
    """Lines over time, a point for each label.

    The axis includes ``holds`` and the limits ``low`` and ``high``, which are dashed; what is beyond
    them is a cross. ``places``: where the labels stand, 0 to 1; evenly spread unless said.
    """
    limits = [limit for limit in (low, high) if limit is not None]
    values = [value for one in series for value in one.values if value is not None]
    held = [*values, *limits, *holds] or [0.0]
    step, bottom, top = _scale(min(held), max(held), is_whole=all(v == int(v) for v in held))
    last = max(1, len(labels) - 1)
    spread = places or [number / last for number in range(len(labels))]

    def y(value: float) -> float:
        return round(PLOT - BOTTOM - (value - bottom) / (top - bottom) * (PLOT - TOP - BOTTOM), 1)

    def x(place: float) -> float:
        return round(LEFT + place * (WIDTH - LEFT - RIGHT), 1)

    marks: list[str] = []
    for number in range(round((top - bottom) / step) + 1):
        level = bottom + step * number
        marks.append(_line(LEFT, y(level), WIDTH - RIGHT, y(level)))
        marks.append(_text(LEFT - 6, y(level) + 4, f"{level:.10g}", anchor="end"))
    if unit:
        marks.append(_text(4, 11, unit))
    shown = _thinned(labels)
    for number in shown:
        anchor = "start" if number == 0 and len(labels) > 1 else "middle"
        anchor = "end" if number and number == len(labels) - 1 else anchor
        marks.append(_text(x(spread[number]), PLOT - 8, labels[number], anchor=anchor))
    for limit in limits:
        marks.append(_line(LEFT, y(limit), WIDTH - RIGHT, y(limit), DANGER, "6 4"))
    for pen, one in _drawn(series):
        points = [
            None if value is None else (x(spread[number]), y(value))
            for number, value in enumerate(one.values)
        ]
        out = [value is not None and _is_out(value, low, high) for value in one.values]
        marks += _stroke(points, pen, out=out)
    return _picture(WIDTH, PLOT, title, marks, legend=series)


def _is_out(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def _thinned(labels: Sequence[str]) -> list[int]:
    """Which labels have room beside each other, the first and the last always."""
    if len(labels) < 2:
        return list(range(len(labels)))
    widest = max(_width(label) for label in labels) * LETTER + 10
    most = max(2, int((WIDTH - LEFT - RIGHT) / widest))
    every = math.ceil((len(labels) - 1) / (most - 1)) if most > 1 else len(labels) - 1
    found = list(range(0, len(labels) - 1, every))
    if len(found) > 1 and len(labels) - 1 - found[-1] < every:
        found.pop()
    return [*found, len(labels) - 1]


def bars(
    labels: Sequence[str], values: Sequence[float | None], *, title: str, unit: str = ""
) -> Markup:
    """A bar across for each label; the label stands above it, so that a long name has room."""
    known = [value for value in values if value is not None]
    most = max([*known, 0]) or 1
    row, room = 42, WIDTH - 60
    marks: list[str] = []
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        top = number * row
        marks.append(_text(0, top + 14, _cut(label, WIDTH / LETTER), INK))
        wide = round(room * max(value or 0, 0) / most, 1)
        marks.append(
            f'<rect class="bar" y="{top + 20}" width="{wide}" height="14" fill="{BRAND}"/>'
        )
        marks.append(_text(wide + 6, top + 31, "—" if value is None else f"{value:.10g}{unit}"))
    return _picture(WIDTH, max(1, len(labels)) * row, title, marks)


def heat(
    squares: Sequence[Square], weekdays: Sequence[str], months: Sequence[str], *, title: str
) -> Markup:
    """A calendar: a column for each week from Monday, a square for each day that has one.

    ``weekdays`` are the seven names, ``months`` the twelve; a month stands above the week in
    which its first day lies.
    """
    left, top = 34, 22
    if not squares:
        return _picture(left + SIDE, top + 7 * SIDE, title, [])
    days = [one.day for one in squares]
    first, last = (_monday(day) for day in (min(days), max(days)))
    weeks = (last - first).days // 7 + 1
    marks: list[str] = [
        _text(left - 8, top + number * SIDE + 27, name, anchor="end")
        for number, name in enumerate(weekdays)
    ]
    named = None
    for week in range(weeks):
        month = min(first + timedelta(days=7 * week + 6), max(days)).month
        if month != named:
            marks.append(_text(left + week * SIDE, 14, months[month - 1]))
            named = month
    columns: dict[int, list[str]] = {}
    for one in squares:
        column = columns.setdefault((one.day - first).days // 7, [])
        column.append(_square(one, top + one.day.weekday() * SIDE))
    for week, drawn in columns.items():  # what is the same in each column is sent in few bytes
        marks.append(f'<g transform="translate({left + week * SIDE})">{"".join(drawn)}</g>')
    has_links = any(one.url for one in squares)
    return _picture(
        left + weeks * SIDE, top + 7 * SIDE, title, marks, is_wide=True, has_links=has_links
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _square(one: Square, y: int) -> str:
    shade, dash = RUNNING, ' stroke-dasharray="4 3"'
    if one.value is not None:
        shade, dash = next(shade for shade in SHADES if one.value >= shade.least), ""
    side = SIDE - GAP
    drawn = (
        f"<title>{_clean(one.words)}</title>"
        f'<rect class="day" y="{y}" width="{side}" height="{side}" rx="6"'
        f' fill="{shade.fill}" stroke="{shade.line}"{dash}/>'
        + _text(side / 2, y + side / 2 + 5, one.sign, shade.ink, anchor="middle")
    )
    if not one.url:
        return f"<g>{drawn}</g>"
    return f'<a href="{_clean(one.url)}" tabindex="-1">{drawn}</a>'


def _drawn(series: Sequence[Series]) -> Iterator[tuple[_Pen, Series]]:
    for number, one in enumerate(series):
        yield PENS[number % len(PENS)], one


def _stroke(
    places: Sequence[tuple[float, float] | None],
    pen: _Pen,
    *,
    is_closed: bool = False,
    out: Sequence[bool] = (),
) -> list[str]:
    """A line through the places that follow each other, and a mark at each."""
    marks = []
    for run in _runs(places, is_closed=is_closed):
        if len(run) > 1:
            corners = " ".join(_pair(place) for place in run)
            marks.append(
                f'<polyline class="line" points="{corners}" fill="none" stroke="{pen.colour}"'
                f' stroke-width="2" stroke-linejoin="round" stroke-dasharray="{pen.dash}"/>'
            )
    for number, place in enumerate(places):
        if place is None:
            continue
        at = f"M{place[0]:g} {place[1]:g}"
        if out and out[number]:
            marks.append(
                f'<path class="point out" d="{at}{CROSS}" fill="none" stroke="{DANGER}"'
                ' stroke-width="2.5"/>'
            )
        else:
            marks.append(f'<path class="point" d="{at}{pen.mark}" fill="{pen.colour}"/>')
    return marks


def _runs(
    places: Sequence[tuple[float, float] | None], *, is_closed: bool
) -> list[list[tuple[float, float]]]:
    """The places between gaps; of a closed line the last run goes on with the first."""
    runs: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    if is_closed and places and places[0] is not None and places[-1] is not None:
        if len(runs) == 1:
            runs[0].append(places[0])
        else:
            runs[0] = runs.pop() + runs[0]
    return [run for run in runs if run]


def _scale(least: float, most: float, *, is_whole: bool) -> tuple[float, float, float]:
    """(step, bottom, top) of an axis with round marks, one to six steps high; ``is_whole``: of
    things that are counted, which have no halves."""
    span = most - least or abs(most) or 1
    rough = span / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * one for one in (1, 2, 5, 10) if power * one >= rough)
    if is_whole:
        step = max(1.0, step)
    bottom = math.floor(least / step) * step
    top = math.ceil(most / step) * step
    return step, bottom, top if top > bottom else bottom + step


def _picture(
    wide: float,
    high: float,
    title: str,
    marks: Sequence[str],
    *,
    legend: Sequence[Series] = (),
    is_wide: bool = False,
    has_links: bool = False,
) -> Markup:
    """The whole drawing; two series or more have their names below it."""
    marks = list(marks)
    if len(legend) > 1:
        for pen, one in _drawn(legend):
            y = high + ROW / 2
            marks.append(_line(8, y, 40, y, pen.colour, pen.dash, 2))
            marks.append(f'<path d="M24 {y:g}{pen.mark}" fill="{pen.colour}"/>')
            marks.append(_text(48, y + 5, _cut(one.name, (WIDTH - 48) / LETTER), INK))
            high += ROW
    kind, role = ("chart wide", "group") if is_wide else ("chart", "img")
    if is_wide and not has_links:
        role = "img"
    return Markup(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" role="{role}"'
        f' viewBox="0 0 {wide:g} {high:g}" width="{wide:g}" height="{high:g}"'
        f' font-family="{FONT}" font-size="{LETTER}"><title>{_clean(title)}</title>'
        f"{''.join(marks)}</svg>"
    )


def _text(x: float, y: float, text: str, colour: str = QUIET, anchor: str = "start") -> str:
    at = f'<text x="{x:g}" y="{y:g}" fill="{colour}" text-anchor="{anchor}">'
    return f"{at}{_clean(text)}</text>"


def _line(
    x: float,
    y: float,
    to_x: float,
    to_y: float,
    colour: str = HAIRLINE,
    dash: str = "none",
    wide: float = 1,
) -> str:
    return (
        f'<line x1="{x:g}" y1="{y:g}" x2="{to_x:g}" y2="{to_y:g}" stroke="{colour}"'
        f' stroke-width="{wide:g}" stroke-dasharray="{dash}"/>'
    )


def _pair(place: tuple[float, float]) -> str:
    return f"{place[0]:g},{place[1]:g}"


def _clean(text: str) -> Markup:
    """Escaped, without the characters that no XML may hold."""
    return escape("".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cs")))


def _width(text: str) -> float:
    """In letters of full width."""
    return sum(1 if unicodedata.east_asian_width(sign) in "WF" else 0.55 for sign in text)


def _cut(text: str, most: float) -> str:
    """As much of ``text`` as ``most`` letters of full width have room for."""
    if _width(text) <= most:
        return text
    while text and _width(text) > most - 1:
        text = text[:-1]
    return text + "…"


def _lines(text: str, most: int) -> list[str]:
    """``text`` in up to three lines of about the same length."""
    count = min(3, math.ceil(_width(text) / most)) or 1
    size = math.ceil(len(text) / count)
    lines = [text[number * size : (number + 1) * size] for number in range(count)]
    return [_cut(line, most) for line in lines if line]

"""Where the marks of a trend line stand: readings as points of a picture. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from unitsafe.maintenance.rules import Quantity, plain

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 24, 30
"""The picture and its margins, in units of its view box; the letters are 13 high."""


@dataclass(frozen=True)
class Point:
    """A reading: where it stands, whether it is out of its limits."""

    x: float
    y: float
    is_out: bool


@dataclass(frozen=True)
class Tick:
    """A mark of an axis, or a limit: where, and what stands beside it."""

    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    """Everything the template draws."""

    points: Sequence[Point]
    levels: Sequence[Tick]
    days: Sequence[Tick]
    limits: Sequence[Tick]
    last: str

    @property
    def line(self) -> str:
        """The points of the polyline."""
        return " ".join(f"{point.x:g},{point.y:g}" for point in self.points)


def chart(quantity: Quantity, readings: Sequence[tuple[date, float]]) -> Chart | None:
    """The picture of ``readings`` in the order of time; None below two of them."""
    if len(readings) < 2:
        return None
    limits = [float(one) for one in (quantity.low, quantity.high) if one is not None]
    values = [value for _day, value in readings]
    step, bottom, top = _scale(min(values + limits), max(values + limits))
    first, last = readings[0][0], readings[-1][0]
    days = max(1, (last - first).days)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (value - bottom) / (top - bottom) * _inner_height(), 1)

    def x(day: date) -> float:
        return round(LEFT + (day - first).days / days * (WIDTH - LEFT - RIGHT), 1)

    steps = range(round((top - bottom) / step) + 1)
    return Chart(
        points=[Point(x(day), y(value), _is_out(quantity, value)) for day, value in readings],
        levels=[Tick(y(bottom + step * n), f"{bottom + step * n:.10g}") for n in steps],
        days=[Tick(x(day), f"{day:%y-%m-%d}") for day in dict.fromkeys((first, last))],
        limits=[Tick(y(one), f"{one:g}") for one in limits],
        last=f"{values[-1]:g} {quantity.unit}",
    )


def _inner_height() -> int:
    return HEIGHT - TOP - BOTTOM


def _is_out(quantity: Quantity, value: float) -> bool:
    low, high = quantity.low, quantity.high
    return (low is not None and value < float(low)) or (high is not None and value > float(high))


def _scale(least: float, most: float) -> tuple[float, float, float]:
    """(step, bottom, top) of an axis with round marks, two to six steps high."""
    span = most - least or abs(most) or 1
    rough = span / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * one for one in (1, 2, 5, 10) if power * one >= rough)
    bottom = math.floor(least / step) * step
    top = math.ceil(most / step) * step
    return step, bottom, top if top > bottom else bottom + step


def in_words(quantity: Quantity, readings: Sequence[tuple[date, float]]) -> str:
    """What the picture shows, for those who hear it."""
    values = [value for _day, value in readings]
    first, last = readings[0], readings[-1]
    said = f"{quantity.name}：{first[0]}为{first[1]:g}，{last[0]}为{last[1]:g} {quantity.unit}"
    said += f"；共{len(values)}次，最低{min(values):g}，最高{max(values):g}"
    if quantity.low is not None:
        said += f"；下限{plain(quantity.low)}"
    if quantity.high is not None:
        said += f"；上限{plain(quantity.high)}"
    return said + "。"

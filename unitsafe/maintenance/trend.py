"""The trend line of a gauge and what it says. Pure."""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from unitsafe.core import charts
from unitsafe.maintenance.rules import Quantity, plain


def chart(quantity: Quantity, readings: Sequence[tuple[date, float]]) -> Markup | None:
    """The picture of ``readings`` in the order of time; None below two of them."""
    if len(readings) < 2:
        return None
    first, last = readings[0][0], readings[-1][0]
    days = max(1, (last - first).days)
    ends = (0, len(readings) - 1)
    return charts.trend(
        [f"{day:%y-%m-%d}" if number in ends else "" for number, (day, _) in enumerate(readings)],
        [charts.Series(quantity.name, [value for _day, value in readings])],
        title=in_words(quantity, readings),
        unit=quantity.unit,
        holds=(),
        low=None if quantity.low is None else float(quantity.low),
        high=None if quantity.high is None else float(quantity.high),
        places=[(day - first).days / days for day, _value in readings],
    )


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

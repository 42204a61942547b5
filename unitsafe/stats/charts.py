"""The report's charts, each with the same numbers as a table whose cells lead to their rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from flask_babel import gettext as _
from markupsafe import Markup

from unitsafe.core import charts
from unitsafe.core.charts import Series, Square
from unitsafe.core.figures import Figure
from unitsafe.core.labels import WEEKDAYS, label
from unitsafe.core.percent import percent
from unitsafe.hazards.rules import Level
from unitsafe.stats.labels import FIGURE_NAMES, category_name, month_name, short_months
from unitsafe.stats.queries import Report
from unitsafe.stats.rules import Count, Day

Cell = str | int | float | tuple[str | int | float, str] | None
"""A text or number, or one with the address of what is behind it."""
ON_PAPER = 22
"""Weeks of the calendar in a row on paper."""


class Links(Protocol):
    """Addresses of the rows behind a number."""

    def daily(self, day: date) -> str:
        """The ledger of the checks that are done day by day."""

    def hazards(self, first: date, last: date, **more: str) -> str:
        """The ledger of hazards found on these days."""

    def closed(self, first: date, last: date) -> str:
        """The ledger of hazards closed on these days."""

    def figure(self, key: str, first: date, last: date) -> str:
        """What a figure of the assessment counts."""


@dataclass(frozen=True)
class Chart:
    """A drawing, and the table that says the same."""

    title: str
    drawing: Markup
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    is_wide: bool = False
    note: str = ""
    """What the drawing leaves out."""


def calendar(report: Report, links: Links) -> Chart:
    """每天的检查: the share done in time."""
    title = _("每天的检查按时完成多少")
    rows: list[Sequence[Cell]] = [
        (
            (f"{one.day:%Y-%m-%d} {WEEKDAYS[one.day.weekday()]}", links.daily(one.day)),
            one.expected,
            one.done,
            _("未完") if one.is_running else one.on_time,
        )
        for one in reversed(report.days)
    ]
    return Chart(
        title,
        _calendar(report.days, links, title),
        (_("日期"), _("应查"), _("已查"), _("按时")),
        rows,
        is_wide=True,
    )


def calendars_on_paper(report: Report, links: Links) -> list[Markup]:
    """The calendar in rows as wide as paper."""
    weeks: dict[int, list[Day]] = {}
    for one in report.days:
        weeks.setdefault(one.day.toordinal() - one.day.weekday(), []).append(one)
    first = min(weeks, default=0)
    rows: dict[int, list[Day]] = {}
    for monday, days in weeks.items():
        rows.setdefault((monday - first) // 7 // ON_PAPER, []).extend(days)
    title = _("每天的检查按时完成多少")
    return [_calendar(days, links, title) for days in rows.values()]


def _calendar(days: Sequence[Day], links: Links, title: str) -> Markup:
    months = [_("%(m)s月", m=number) for number in range(1, 13)]
    squares = [_square(one, links) for one in days]
    return charts.heat(squares, [str(day)[-1] for day in WEEKDAYS], months, title=title)


def _square(one: Day, links: Links) -> Square:
    month, day, week = one.day.month, one.day.day, WEEKDAYS[one.day.weekday()]
    url = links.daily(one.day)
    if one.is_running:
        words = _(
            "%(m)s月%(d)s日%(week)s：已查%(t)s/%(n)s，未完",
            m=month,
            d=day,
            week=week,
            t=one.done,
            n=one.expected,
        )
        return Square(one.day, None, "…", words, url)
    part = percent(one.on_time, one.expected)
    words = _(
        "%(m)s月%(d)s日%(week)s：应查%(n)s次，按时%(t)s次（%(p)s%%）",
        m=month,
        d=day,
        week=week,
        n=one.expected,
        t=one.on_time,
        p=part,
    )
    sign = "✓" if one.on_time == one.expected else str(part)
    return Square(one.day, one.on_time / one.expected, sign, words, url)


def months(report: Report, links: Links) -> Chart:
    """Found against closed."""
    spans = report.period.months
    return Chart(
        _("每月发现和销号"),
        charts.trend(
            short_months(report.period),
            [Series(_("发现"), report.found), Series(_("销号"), report.closed)],
            title=_("每月发现和销号的隐患"),
            unit=_("条"),
        ),
        (_("月份"), _("发现"), _("销号")),
        [
            (
                month_name(first),
                _linked(found, links.hazards(first, last)),
                _linked(closed, links.closed(first, last)),
            )
            for (first, last), found, closed in zip(spans, report.found, report.closed, strict=True)
        ],
    )


def categories(report: Report, links: Links) -> Chart:
    """Hazards by category."""
    counts = [
        Count(one.key, category_name(one.key), one.number, one.closed) for one in report.categories
    ]
    return _counted(report, links, counts, _("隐患类别"), "category")


def buildings(report: Report, links: Links) -> Chart:
    """Hazards by building, and how many are in none of those shown."""
    found = _counted(report, links, report.buildings, _("隐患最多的楼栋"), "building")
    left_out = [
        _("另有%(n)s条没有写明楼栋", n=report.nowhere.number) if report.nowhere.number else "",
        _("其余楼栋%(n)s条", n=report.in_other_buildings) if report.in_other_buildings else "",
    ]
    return replace(found, note="；".join(text for text in left_out if text))


def spaces(report: Report, links: Links) -> Chart:
    """Hazards by space."""
    return _counted(report, links, report.spaces, _("隐患最多的部位"), "space")


def _counted(report: Report, links: Links, counts: Sequence[Count], title: str, word: str) -> Chart:
    first, last = report.period.first, report.period.last
    return Chart(
        title,
        charts.bars(
            [one.name for one in counts], [one.number for one in counts], title=title, unit=_("条")
        ),
        (_("名称"), _("隐患"), _("已销号")),
        [
            (
                one.name,
                (one.number, links.hazards(first, last, **{word: one.key})),
                _linked(one.closed, links.hazards(first, last, state="closed", **{word: one.key})),
            )
            for one in counts
        ],
    )


def fixing(report: Report, links: Links) -> Chart:
    """Median days until closed, by level and month of finding."""
    spans = report.period.months
    levels = [level for level in Level if level in report.levels]
    series = [
        Series(
            label(level),
            [
                round(took.median, 1) if (took := report.fixing.get((level, number))) else None
                for number in range(len(spans))
            ],
        )
        for level in levels
    ]
    return Chart(
        _("每月发现的隐患几天销号（中位数）"),
        charts.trend(
            short_months(report.period), series, title=_("从派单到销号的天数"), unit=_("天")
        ),
        (_("月份"), _("等级"), _("已销号"), _("中位天数"), _("九成不超过"), _("按期改好")),
        [
            (
                month_name(spans[number][0]),
                label(level),
                (took.closed, links.hazards(*spans[number], level=level.value, state="closed")),
                round(took.median, 1),
                round(took.most, 1),
                f"{took.in_time}/{took.closed}",
            )
            for (level, number), took in report.fixing.items()
        ],
    )


def figures(report: Report, links: Links) -> Chart:
    """What the assessment counts, month by month, in per cent."""
    spans = report.period.months
    series = [
        Series(str(FIGURE_NAMES[key]), [share(one) for one in found])
        for key, found in report.figures.items()
    ]
    many = max((len(one.values) for one in series), default=0)
    return Chart(
        _("三项指标逐月"),
        charts.trend(
            short_months(report.period)[:many],
            series,
            title=_("三项指标逐月"),
            unit="%",
            holds=(0, 100),
        ),
        (_("月份"), *(one.name for one in series)),
        [
            (
                month_name(first),
                *(
                    _share(
                        found[number].amount, found[number].whole, links.figure(key, first, last)
                    )
                    for key, found in report.figures.items()
                ),
            )
            for number, (first, last) in enumerate(spans[:many])
        ],
    )


def share(figure: Figure) -> float | None:
    """A figure in per cent with one decimal; None where there was nothing."""
    if figure.amount is None or not figure.whole:
        return None
    return percent(int(figure.amount), figure.whole, places=1)


def _share(amount: int | float | None, whole: int | None, url: str) -> Cell:
    if amount is None or not whole:
        return None
    return f"{amount}/{whole} {percent(int(amount), whole)}%", url


def _linked(number: int, url: str) -> Cell:
    return (number, url) if number else 0

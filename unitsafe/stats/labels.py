"""What the words of the statistics are called."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe import content
from unitsafe.core.labels import label, label_all
from unitsafe.stats.rules import Period, Span

label_all(
    {
        Span.TERM: _l("本学期"),
        Span.YEAR: _l("本学年"),
        Span.MONTHS: _l("近12个月"),
        Span.OWN: _l("自选月份"),
    }
)
FIGURE_NAMES = {
    "daily_patrol_completion_rate": _l("每日防火巡查完成率"),
    "hazards_closed_on_time_rate": _l("隐患按期整改率"),
    "backfilled_record_rate": _l("补录率"),
}


def period_name(period: Period) -> str:
    """本学期, the name of a term that is over, 2026年9月至11月."""
    if period.span is not Span.OWN:
        return period.term or label(period.span)
    first, last = period.first, period.last
    if (first.year, first.month) == (last.year, last.month):
        return month_name(first)
    until = month_name(last) if first.year != last.year else str(_("%(m)s月", m=last.month))
    return str(_("%(first)s至%(last)s", first=month_name(first), last=until))


def month_name(day: date) -> str:
    """2026年11月."""
    return str(_("%(y)s年%(m)s月", y=day.year, m=day.month))


def short_months(period: Period) -> list[str]:
    """The months beneath a chart: 11月, or 26-11 where there is more than a year of them."""
    months = [first for first, _last in period.months]
    if len(months) > 12:
        return [f"{one:%y-%m}" for one in months]
    return [str(_("%(m)s月", m=one.month)) for one in months]


def category_name(key: str) -> str:
    """A hazard's category as people call it."""
    return content.load().hazard_categories.get(key, key)

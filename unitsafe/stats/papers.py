"""The statistics as workbook and on paper."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label
from unitsafe.core.percent import percent
from unitsafe.paper import shapes
from unitsafe.stats import charts
from unitsafe.stats.charts import Links
from unitsafe.stats.labels import FIGURE_NAMES, category_name, month_name, period_name
from unitsafe.stats.queries import Report


def headline(report: Report) -> str:
    """The one thing: 本学期查到隐患46条，已销号41条，平均2.1天整改。"""
    name = period_name(report.period)
    if not report.total:
        return str(_("%(when)s没有登记隐患。", when=name))
    if report.average is None:
        return str(_("%(when)s查到隐患%(n)s条，还没有销号的。", when=name, n=report.total))
    return str(
        _(
            "%(when)s查到隐患%(n)s条，已销号%(c)s条，平均%(d)s天整改。",
            when=name,
            n=report.total,
            c=report.closed_of_found,
            d=f"{report.average:.1f}",
        )
    )


def checks_line(report: Report) -> str:
    """How the daily checks went, in a sentence; empty without any. A day that is not over is told
    by itself."""
    over = [one for one in report.days if not one.is_running]
    running = [one for one in report.days if one.is_running]
    expected = sum(one.expected for one in over)
    on_time = sum(one.on_time for one in over)
    lines = [
        _(
            "每天的检查应做%(n)s次，按时%(t)s次（%(p)s%%）。",
            n=expected,
            t=on_time,
            p=percent(on_time, expected),
        )
        if over
        else "",
        _(
            "还没结束的%(days)s天已查%(t)s/%(n)s次，不计在内。",
            days=len(running),
            t=sum(one.done for one in running),
            n=sum(one.expected for one in running),
        )
        if running
        else "",
    ]
    return "".join(str(line) for line in lines)


def columns() -> list[Column]:
    """The heads of the workbook: one line for each number of every chart."""
    return [
        Column(_("统计"), 16),
        Column(_("名称"), 30),
        Column(_("时间"), 12),
        Column(_("数量"), 8),
        Column(_("其中"), 8),
        Column(_("其中是什么"), 12),
        Column(_("百分比"), 8),
        Column(_("中位天数"), 10),
        Column(_("九成不超过（天）"), 12),
    ]


def rows(report: Report) -> Iterator[list[Value]]:
    """The lines of the workbook."""
    spans = report.period.months
    for day in report.days:
        told = (day.on_time, _("按时"), percent(day.on_time, day.expected))
        if day.is_running:
            told = (day.done, _("已查，未完"), None)
        yield [_("每天的检查"), "", day.day, day.expected, *told, None, None]
    for (first, _last), found, closed in zip(spans, report.found, report.closed, strict=True):
        when = month_name(first)
        yield [_("每月隐患"), _("发现"), when, found, None, "", None, None, None]
        yield [_("每月隐患"), _("销号"), when, closed, None, "", None, None, None]
    named = [(one, category_name(one.key)) for one in report.categories]
    for title, counts in (
        (_("隐患类别"), named),
        (_("楼栋"), [(one, one.name) for one in report.buildings]),
        (_("楼栋"), [(report.nowhere, _("没有写明楼栋"))] if report.nowhere.number else []),
        (_("部位"), [(one, one.name) for one in report.spaces]),
        (
            _("反复出现"),
            [(one, f"{one.name} {category_name(one.category)}") for one in report.recurring],
        ),
    ):
        for one, name in counts:
            part = percent(one.closed, one.number)
            yield [title, name, "", one.number, one.closed, _("已销号"), part, None, None]
    for (level, number), took in report.fixing.items():
        yield [
            _("整改用时"),
            label(level),
            month_name(spans[number][0]),
            took.closed,
            took.in_time,
            _("按期改好"),
            percent(took.in_time, took.closed),
            round(took.median, 1),
            round(took.most, 1),
        ]
    for key, figures in report.figures.items():
        for (first, _last), figure in zip(spans, figures, strict=False):
            yield [
                _("指标"),
                str(FIGURE_NAMES[key]),
                month_name(first),
                figure.whole,
                figure.amount,
                _("分子"),
                charts.share(figure),
                None,
                None,
            ]


def sheet(
    report: Report, links: Links, *, school: str, where: str, now: datetime
) -> tuple[shapes.Statistics, dict[str, str]]:
    """The paper, and its drawings by name."""
    drawings: dict[str, str] = {}

    def drawn(name: str, title: str, svg: str) -> shapes.Drawing:
        drawings[name] = svg
        return {"name": name, "caption": title}

    pairs = [
        (charts.months(report, links), report.total or any(report.closed)),
        (charts.categories(report, links), report.categories),
        (charts.buildings(report, links), report.buildings),
        (charts.spaces(report, links), report.spaces),
        (charts.fixing(report, links), report.fixing),
        (charts.figures(report, links), report.has_figures),
    ]
    found: shapes.Statistics = {
        "school": school,
        "title": "消防安全统计",
        "period": f"{report.period.first.isoformat()}至{report.period.last.isoformat()}",
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "narrowed": where,
        "summary": [line for line in (headline(report), checks_line(report)) if line],
        "calendars": [
            drawn(f"calendar{number}", "每天的检查按时完成多少", svg)
            for number, svg in enumerate(charts.calendars_on_paper(report, links))
        ],
        "charts": [
            drawn(
                f"chart{number}",
                f"{one.title}（{one.note}）" if one.note else one.title,
                one.drawing,
            )
            for number, (one, is_shown) in enumerate(pairs)
            if is_shown
        ],
        "levels": [
            [
                label(level),
                str(took.closed),
                f"{took.median:.1f}",
                f"{took.most:.1f}",
                f"{took.in_time}/{took.closed}",
            ]
            for level, took in report.levels.items()
        ],
        "recurring": [
            [one.name, category_name(one.category), str(one.number), str(one.closed)]
            for one in report.recurring
        ],
    }
    return found, drawings

"""Quarters side by side: the web of the four capabilities, the lines of the groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from unitsafe.assessments.compare import Past
from unitsafe.core.charts import Series, radar, trend


@dataclass(frozen=True)
class Drawing:
    """A chart with the numbers under it."""

    svg: Markup
    caption: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]


def capability_web(quarters: Sequence[Past]) -> Drawing:
    """The four capabilities of the last two of ``quarters``, in percent of their points."""
    shown = list(quarters)[-2:]
    keys = [key for key in shown[-1].titles if key.startswith("cap")]
    title = _("四个能力得分率")
    svg = radar(
        [shown[-1].titles[key] for key in keys],
        [Series(str(one.quarter), [one.shares.get(key) for key in keys]) for one in shown],
        100,
        title=title,
    )
    return Drawing(
        svg,
        _("%(title)s（%%）", title=title),
        [_("能力"), *(str(one.quarter) for one in shown)],
        [[shown[-1].titles[key], *(one.shares.get(key) for one in shown)] for key in keys],
    )


def total_trend(quarters: Sequence[Past]) -> Drawing:
    """The total over the quarters, with the four capabilities in numbers."""
    labels = [str(one.quarter) for one in quarters]
    totals = [float(one.total) for one in quarters]
    title = _("历次总分")
    svg = trend(labels, [Series(_("总分"), totals)], title=title, holds=(0, 100))
    keys = [key for key in quarters[-1].titles if key.startswith("cap")]
    rows: list[Sequence[Any]] = [[_("总分"), *totals]]
    return Drawing(svg, title, [_("项目"), *labels], [*rows, *_shares(quarters, keys)])


def group_trends(quarters: Sequence[Past], groups: Mapping[str, Sequence[str]]) -> list[Drawing]:
    """For each capability (title → keys of its groups) its groups over the quarters, in percent."""
    labels = [str(one.quarter) for one in quarters]
    titles = quarters[-1].titles
    return [
        Drawing(
            trend(
                labels,
                [Series(titles[key], [one.shares.get(key) for one in quarters]) for key in keys],
                title=title,
                unit="%",
                holds=(0, 100),
            ),
            title,
            [_("项目"), *labels],
            _shares(quarters, keys),
        )
        for title, keys in groups.items()
    ]


def _shares(quarters: Sequence[Past], keys: Sequence[str]) -> list[Sequence[Any]]:
    titles = quarters[-1].titles
    return [[titles[key], *(one.shares.get(key) for one in quarters)] for key in keys]

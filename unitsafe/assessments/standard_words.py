"""How a standard scores, in words."""

from collections.abc import Mapping
from decimal import Decimal

from flask_babel import gettext as _

from unitsafe.assessments.labels import points
from unitsafe.content.model import Band, Evidence, Metric


def scale(metric: Metric) -> int:
    """By how much the number of a limit is larger on screen: shares are shown as percent."""
    return 100 if metric.unit == "ratio" else 1


def unit(metric: Metric) -> str:
    """What stands behind a limit."""
    return {"ratio": "%", "minutes": str(_("分钟"))}.get(metric.unit, "")


def condition(band: Band) -> str:
    """The words before a band's number."""
    if band.at_least is not None:
        return str(_("不低于"))
    if band.at_most is not None:
        return str(_("不超过"))
    if band.shortfall_at_most is not None:
        return str(_("比应有数少不超过"))
    return str(_("不超过总数的"))


def limit(band: Band, metric: Metric) -> Decimal:
    """A band's number as it is shown: percent for shares."""
    if band.at_most_ratio_of is not None:
        return (band.ratio or Decimal(0)) * 100
    for value in (band.at_least, band.at_most):
        if value is not None:
            return value * scale(metric)
    return band.shortfall_at_most or Decimal(0)


def limit_unit(band: Band, metric: Metric) -> str:
    """What stands behind a band's number."""
    return "%" if band.at_most_ratio_of is not None else unit(metric)


def way(evidence: Evidence, metrics: Mapping[str, Metric]) -> str:
    """How a piece of evidence is scored: its bands, its deduction, or its rubric."""
    if evidence.metric is None:
        return evidence.rubric
    metric = metrics[evidence.metric]
    if evidence.deduct is not None:
        return str(
            _(
                "满分%(all)s分，每%(per)s%(unit)s扣%(points)s分，扣完为止",
                all=points(evidence.points),
                per=points(evidence.deduct.per * scale(metric)),
                unit=unit(metric),
                points=points(evidence.deduct.points),
            )
        )
    bands = [_band(one, metric) for one in evidence.score]
    if evidence.score[-1].points:
        bands.append(str(_("其余0分")))
    return "；".join(bands)


def _band(band: Band, metric: Metric) -> str:
    if metric.unit == "bool":
        return str(_("有效：%(points)s分", points=points(band.points)))
    return str(
        _(
            "%(how)s%(limit)s%(unit)s：%(points)s分",
            how=condition(band),
            limit=points(limit(band, metric)),
            unit=limit_unit(band, metric),
            points=points(band.points),
        )
    )

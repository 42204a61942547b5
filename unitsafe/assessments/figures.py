"""The figures of a quarter: counted from the ledgers, and kept as they stood at its end."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.activities import metrics_drills, metrics_training
from unitsafe.assessments import quarters
from unitsafe.assessments.models import QuarterFigures
from unitsafe.assessments.quarters import Quarter
from unitsafe.assessments.rules import Count, Counts
from unitsafe.checks import metrics as checks
from unitsafe.checks import metrics_patrols
from unitsafe.core.figures import METRICS, Figure, Period
from unitsafe.documents import metrics as documents
from unitsafe.equipment import metrics as equipment
from unitsafe.evacuation import metrics as evacuation
from unitsafe.grids import metrics as grids
from unitsafe.hazards import metrics as hazards
from unitsafe.letters import metrics as letters
from unitsafe.maintenance import metrics as maintenance
from unitsafe.micro_station import metrics as micro_station
from unitsafe.plates import metrics as plates
from unitsafe.school import queries as schools
from unitsafe.tips import metrics as tips

SOURCES = (
    *(metrics_drills, metrics_training, checks, metrics_patrols, documents, equipment),
    *(evacuation, grids, hazards, letters, maintenance, micro_station, plates, tips),
)
"""The modules in which figures are counted: importing them has registered their functions."""

LAST_NIGHT = timedelta(hours=8)
"""When the rounds of a quarter's last night are over, grace included (content/plans.yaml
night_dorm: 06:00 and half an hour)."""


def count(
    session: Session, quarter: Quarter, today: date, *, now: datetime | None = None
) -> dict[str, Count]:
    """Every figure of ``quarter`` by its key, as the ledgers tell it on ``today``: at its end, or
    ``now`` while the quarter runs."""
    terms = _terms(session)
    return {
        key: _plain(METRICS[key](session, period_of(key, quarter, today, terms, now=now)))
        for key in METRICS
    }


def _plain(figure: Figure) -> Count:
    amount = None if figure.amount is None else Decimal(str(figure.amount))
    return Count(amount, figure.whole)


def figure(session: Session, key: str, quarter: Quarter, *, now: datetime) -> Figure:
    """One figure with the rows behind it, as the ledgers tell it ``now``."""
    today = clock.local(now).date()
    return METRICS[key](session, period_of(key, quarter, today, _terms(session), now=now))


def _terms(session: Session) -> list[tuple[date, date]]:
    return [(term.starts_on, term.ends_on) for term in schools.terms(session)]


def period_of(
    key: str,
    quarter: Quarter,
    today: date,
    terms: Iterable[tuple[date, date]],
    *,
    now: datetime | None = None,
) -> Period:
    """The days that the figure ``key`` looks at; totals and counts by level look at a day. While
    the quarter runs, what is due later than ``now`` is not missed yet."""
    metric = content.load().standard.metrics.get(key.partition(":")[0])
    kind = metric.period if metric else "snapshot"
    period = quarters.period(kind, quarter, today, list(terms))
    runs = now is not None and period.on == today and now < clock.end_of(period.on)
    return replace(period, so_far=now) if runs else period


def kept(session: Session, quarter: Quarter) -> QuarterFigures | None:
    """The figures that were kept when ``quarter`` had ended."""
    return session.get(QuarterFigures, str(quarter))


def counts(row: QuarterFigures) -> Counts:
    """The figures of a kept row; what was not known then is counted as nothing measured."""
    found = {
        key: Count(None if amount is None else Decimal(amount), whole)
        for key, (amount, whole) in row.body.items()
    }
    return {key: found.get(key, Count(None)) for key in {*METRICS, *found}}


def freeze(session: Session, today: date, *, now: datetime) -> Quarter | None:
    """Keep the figures of the quarter that ended last, unless they are kept already. Returns it
    when it did. Call it inside a write; it costs one read when there is nothing to do."""
    if not is_due(session, today, now=now):
        return None
    quarter = quarters.quarter_of(today).before
    keep(session, quarter, now=now)
    return quarter


def keep(session: Session, quarter: Quarter, *, now: datetime) -> None:
    """Keep the figures of ``quarter`` as the ledgers tell them of its last day, unless they are kept
    already or the quarter is not over yet. Call it inside a write."""
    if not is_over(quarter, now) or kept(session, quarter) is not None:
        return
    body = {
        key: [None if one.amount is None else str(one.amount), one.whole]
        for key, one in count(session, quarter, quarter.last).items()
    }
    session.add(QuarterFigures(quarter=str(quarter), on=quarter.last, at=now, body=body))
    session.flush()


def is_due(session: Session, today: date, *, now: datetime) -> bool:
    """Whether the figures of the quarter that ended last are still to be kept."""
    quarter = quarters.quarter_of(today).before
    return (
        is_over(quarter, now) and kept(session, quarter) is None and has_ledgers(session, quarter)
    )


def is_over(quarter: Quarter, now: datetime) -> bool:
    """Whether nothing more is due of ``quarter``: the last night's rounds end in the morning after
    it."""
    return now >= clock.at(quarter.after.first) + LAST_NIGHT


def has_ledgers(session: Session, quarter: Quarter) -> bool:
    """Whether the school's calendar reaches into ``quarter``: before it, nothing was kept."""
    first = schools.first_day(session)
    return first is not None and first <= quarter.last

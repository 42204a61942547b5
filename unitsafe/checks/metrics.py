"""Figures of the monthly check of fire equipment for the assessment."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.checks.counting import is_expected, was_done
from unitsafe.checks.models import Answer, Check
from unitsafe.checks.rules import DONE, Result
from unitsafe.core.figures import Figure, Period, metric

CHECKLIST = "monthly_facility"
SIREN = "mf_siren"
SIGNS = ("mf_sign_panel", "mf_label")
"""Items of content/checklists.yaml monthly_facility: alarm or broadcast heard on every floor; signs
of the ways out, labels of the equipment."""


def _of_period(period: Period) -> sa.ColumnElement[bool]:
    """Monthly checks of buildings; their day is the first of their month."""
    return sa.and_(
        Check.checklist_key == CHECKLIST,
        Check.building_id.is_not(None),
        Check.day.between(period.first, period.on),
    )


def _is_expected(period: Period) -> sa.ColumnElement[bool]:
    return sa.and_(_of_period(period), is_expected(period.first, period.on, by=period.end))


@metric("facility_check_completion_rate")
def facility_check_completion_rate(session: Session, period: Period) -> Figure:
    """Monthly checks of buildings that were handed in ÷ those that had to be by ``period.on``;
    ``records`` are the missing ones. Source: content/four_capabilities.yaml ``formula``."""
    done = was_done(period.on)
    whole, amount = session.execute(
        sa.select(sa.func.count(), sa.func.count(sa.case((done, 1)))).where(_is_expected(period))
    ).one()
    missing = sa.select(Check).where(_is_expected(period), sa.not_(done))
    return Figure(amount, whole, missing)


def _answers(period: Period, items: tuple[str, ...]) -> sa.Select[Any, Any, Any, Any]:
    """(check, building, day, result) of each answer that counts: the newest of its item, in the
    version of the check that stands."""
    newest = (
        sa.select(sa.func.max(Answer.id))
        .join(Check, Check.id == Answer.check_id)
        .where(
            _of_period(period),
            Check.state.in_(DONE),
            Check.superseded_by_id.is_(None),
            Answer.item_key.in_(items),
        )
        .group_by(Answer.check_id, Answer.item_key)
    )
    return (
        sa.select(Check.id, Check.building_id, Check.day, Answer.result)
        .join(Answer, Answer.check_id == Check.id)
        .where(Answer.id.in_(newest))
    )


@metric("broadcast_ok_ratio")
def broadcast_ok_ratio(session: Session, period: Period) -> Figure:
    """Buildings whose newest monthly check of the period heard the alarm or broadcast on every floor
    ÷ buildings that had a check to do; ``records`` are the checks where it was not heard.
    Source: content/four_capabilities.yaml ``formula``."""
    whole = session.scalars(
        sa.select(sa.func.count(Check.building_id.distinct())).where(_is_expected(period))
    ).one()
    newest: dict[int, tuple[int, Result]] = {}
    answers = _answers(period, (SIREN,)).order_by(Check.day, Check.id)
    for check_id, building_id, _day, result in session.execute(answers):
        newest[building_id] = (check_id, result)
    silent = [check_id for check_id, result in newest.values() if result is Result.FAIL]
    amount = sum(result is Result.OK for _check, result in newest.values())
    return Figure(amount, whole, sa.select(Check).where(Check.id.in_(silent)))


@metric("signage_ok_ratio")
def signage_ok_ratio(session: Session, period: Period) -> Figure:
    """Answers to the items on signs and labels that are 正常 ÷ those that are 正常 or 异常, in all
    monthly checks of the period; ``records`` are the checks with 异常.
    Source: content/four_capabilities.yaml ``formula``, counted by building and month."""
    rows = session.execute(_answers(period, SIGNS)).all()
    results = [row.result for row in rows if row.result in (Result.OK, Result.FAIL)]
    wrong = sorted({row.id for row in rows if row.result is Result.FAIL})
    return Figure(
        sum(result is Result.OK for result in results),
        len(results),
        sa.select(Check).where(Check.id.in_(wrong)),
    )

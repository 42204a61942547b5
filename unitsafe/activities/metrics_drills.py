"""Figures of drills. Source of every one: content/four_capabilities.yaml ``metrics``.

A drill was held when it has a record: held, evaluated or archived. What evacuates are the forms
of drill_rules.EVACUATIONS.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.activities.drill_rules import EVACUATIONS
from unitsafe.activities.models import Activity, ActivityIssue
from unitsafe.activities.rules import FORMS, HELD, Form, Kind
from unitsafe.activities.term_drills import expected
from unitsafe.core.figures import Figure, Period, metric
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import State as HazardState


def held(period: Period, forms: Collection[Form] = FORMS[Kind.DRILL]) -> sa.Select[Any]:
    """Drills of these forms that were held in the period."""
    return sa.select(Activity).where(
        Activity.kind == Kind.DRILL,
        Activity.form.in_(forms),
        Activity.state.in_(HELD),
        Activity.held_on.between(period.first, period.last),
    )


def _count(session: Session, select: sa.Select[Any]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(select.subquery())) or 0


@metric("drills_held")
def drills_held(session: Session, period: Period) -> Figure:
    """本季度有记录的应急疏散演练次数: evacuation, full and night drills held; no denominator."""
    drills = held(period, EVACUATIONS)
    return Figure(_count(session, drills), records=drills)


@metric("drills_expected")
def drills_expected(session: Session, period: Period) -> Figure:
    """本季度教学日不少于10天的月数 × 每月应演练次数（中小学1；幼儿园按季度1）; no denominator."""
    return Figure(sum(expected(session, period.first, period.last).values()))


@metric("full_drills_held")
def full_drills_held(session: Session, period: Period) -> Figure:
    """近半年内含报警、灭火、疏散、救护全要素的演练次数: full drills, which cannot be planned without
    all four; no denominator."""
    drills = held(period, (Form.FULL,))
    return Figure(_count(session, drills), records=drills)


@metric("drill_participation_rate")
def drill_participation_rate(session: Session, period: Period) -> Figure:
    """各次演练实到人数之和 ÷ 应到人数之和: heads present, of each drill at most those expected, ÷ heads
    expected, over drills with both numbers. Records: drills where somebody was missing."""
    counted = held(period).where(Activity.expected > 0, Activity.present.is_not(None))
    came = sa.case(
        (Activity.present > Activity.expected, Activity.expected), else_=Activity.present
    )
    present, heads = session.execute(
        counted.with_only_columns(sa.func.sum(came), sa.func.sum(Activity.expected))
    ).one()
    missing = counted.where(Activity.present < Activity.expected)
    return Figure(present or 0, heads or 0, missing)


@metric("drill_on_target_ratio")
def drill_on_target_ratio(session: Session, period: Period) -> Figure:
    """用时不超过本校目标的演练次数 ÷ 演练次数: evacuation drills within their target of that day ÷
    evacuation drills held. Records: those slower, or whose time nobody knows."""
    drills = held(period, EVACUATIONS)
    on_target = Activity.seconds <= Activity.target_seconds
    late = drills.where(sa.or_(sa.not_(on_target), on_target.is_(None)))
    return Figure(_count(session, drills.where(on_target)), _count(session, drills), late)


@metric("drill_issue_close_rate")
def drill_issue_close_rate(session: Session, period: Period) -> Figure:
    """已整改的演练问题 ÷ 演练发现问题: hazards from drills of the period that were closed by its end ÷
    all of them but those found to be none. Records: those still open then."""
    issues = (
        sa.select(Hazard)
        .join(ActivityIssue, ActivityIssue.hazard_id == Hazard.id)
        .join(Activity, Activity.id == ActivityIssue.activity_id)
        .where(
            Activity.id.in_(held(period).with_only_columns(Activity.id)),
            Hazard.state != HazardState.REJECTED,
        )
    )
    is_open = sa.or_(Hazard.closed_at.is_(None), Hazard.closed_at >= clock.end_of(period.on))
    still_open = issues.where(is_open)
    total = _count(session, issues)
    return Figure(total - _count(session, still_open), total, still_open)


@metric("night_drills_held")
def night_drills_held(session: Session, period: Period) -> Figure:
    """本学期宿舍夜间疏散演练次数: night drills held; no denominator."""
    drills = held(period, (Form.NIGHT,))
    return Figure(_count(session, drills), records=drills)

"""What the self-assessment has waiting for a person."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.assessments import figures, quarters, queries, services
from unitsafe.assessments.models import Assessment, AssessmentEvent
from unitsafe.assessments.rules import State, Step
from unitsafe.core.domain import Actor
from unitsafe.core.waiting import Waiting, waits
from unitsafe.school.queries import the_school


@waits("assessments")
def waiting(session: Session, actor: Actor, today: date) -> Iterable[Waiting]:
    """The quarter that has ended: to be opened, scored, reviewed or signed by this person."""
    return list(_lines(session, actor, today))


def _lines(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    quarter = quarters.quarter_of(today).before
    runs = not actor.rights.isdisjoint(queries.RUNS)
    row = session.execute(
        sa.select(Assessment.id, Assessment.state, _newest_step()).where(
            Assessment.quarter == str(quarter)
        )
    ).first()
    school = the_school()
    days = school.number("assessment_days") if school else 0
    due_on = quarter.last + timedelta(days=days)
    kind: Literal["late", "due"] = "late" if today > due_on else "due"
    line = _("%(day)s前完成签批", day=f"{due_on.month}月{due_on.day}日")
    if row is None:
        was_here = school and clock.local(school.created_at).date() <= quarter.last
        if runs and was_here and figures.has_ledgers(session, quarter):
            title = _("%(quarter)s四个能力自评还没有开始", quarter=quarter.name)
            yield Waiting(url_for("assessments.index"), _("评"), title, line, _("去开始"), kind)
        return
    _id, state, step = row
    address = url_for("assessments.sheet", quarter=quarter)
    what = _("%(quarter)s四个能力自评", quarter=quarter.name)
    is_signed = step is Step.DEPARTMENT
    if state is State.REVIEWED:
        if services.may_sign(Step.SIGN, actor):
            yield Waiting(address, _("签"), what, line, _("去签批"), kind)
    elif state is State.OPEN and is_signed and services.may_sign(Step.REVIEW, actor):
        yield Waiting(address, _("审"), what, line, _("去审核"), kind)
    elif state is State.OPEN and not is_signed and row.id in queries.own_ids(session, actor):
        left = url_for("assessments.sheet", quarter=quarter, show="left")
        yield Waiting(left, _("评"), what, line, _("去打分"), kind)
    elif state is State.OPEN and not is_signed and services.may_sign(Step.DEPARTMENT, actor):
        yield Waiting(address, _("签"), what, _("打完分请部门签字"), _("去看"), kind)


def _newest_step() -> sa.ScalarSelect[Step]:
    return (
        sa.select(AssessmentEvent.step)
        .where(AssessmentEvent.assessment_id == Assessment.id)
        .order_by(AssessmentEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )

"""What drills have waiting for a person."""

from collections.abc import Iterator
from datetime import date, timedelta

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe.activities import queries
from unitsafe.activities.drill_rules import EVACUATIONS, LEAST_DAYS
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import HELD, Kind, State, may_organise
from unitsafe.core.domain import Actor, Right
from unitsafe.core.waiting import Waiting, waits
from unitsafe.school.models import SchoolDay
from unitsafe.school.queries import the_school
from unitsafe.school.rules import Stage

SOON = timedelta(days=3)
"""How far ahead a planned drill is told to its organiser."""
LATE_IN_MONTH = 20
"""From which day of the month on a drill that is still missing is told. Source: product default."""


@waits("drills")
def drills(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    """The drill that runs now, for everybody who sees it and may count; for the organiser what is
    planned soon or is past its day; for those who arrange drills, that this month has none yet."""
    may_arrange = may_organise(actor, None)
    if not actor.rights or (Right.VIEW_ALL in actor.rights and not may_arrange):
        return  # no post, or one that only looks
    found = session.execute(
        sa.select(
            Activity.number,
            Activity.title,
            Activity.state,
            Activity.form,
            Activity.organiser_id,
            Activity.planned_on,
            Activity.held_on,
        ).where(
            Activity.kind == Kind.DRILL,
            queries.visible_to(actor),
            sa.or_(
                Activity.state == State.RUNNING,
                sa.and_(Activity.state == State.PLANNED, Activity.planned_on <= today + SOON),
                sa.and_(
                    Activity.state.in_((State.PLANNED, *HELD)),
                    sa.func.coalesce(Activity.held_on, Activity.planned_on) >= today.replace(day=1),
                ),
            ),
        )
    ).all()
    for one in found:
        if one.state is State.RUNNING:
            url = url_for("activities.run", activity_number=one.number)
            yield Waiting(url, "练", one.title, _("演练正在进行，请点名"), _("去点名"), "late")
    for one in found:
        if one.state is not State.PLANNED or one.planned_on > today + SOON:
            continue
        if one.organiser_id == actor.id or (may_arrange and one.planned_on < today):
            yield _planned(one.number, one.title, (one.planned_on - today).days)
    if may_arrange and today.day >= LATE_IN_MONTH:
        has_one = any(
            one.form in EVACUATIONS
            and one.state is not State.RUNNING
            and (one.held_on or one.planned_on) >= today.replace(day=1)
            for one in found
        )
        if not has_one and _is_owed(session, today):
            yield Waiting(
                url_for("activities.new", kind=Kind.DRILL.value),
                "练",
                _("本月还没有疏散演练"),
                _("中小学每月至少一次，请安排"),
                _("去安排"),
                "late",
            )


def _planned(number: str, title: str, days: int) -> Waiting:
    url = url_for("activities.detail", activity_number=number)
    if days < 0:
        line = _("过了计划的日子，请登记结果或取消")
        return Waiting(url, "练", title, line, _("去登记"), "late")
    line = _("今天演练") if days == 0 else _("还有%(n)s天，请发通知", n=days)
    return Waiting(url, "练", title, line, _("去看"), "due")


def _is_owed(session: Session, today: date) -> bool:
    """Whether this month owes a drill of its own; kindergartens owe one per quarter."""
    school = the_school()
    if school is None or school.stage is Stage.KINDERGARTEN:
        return False
    first = today.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    taught = sa.select(sa.func.count()).where(
        SchoolDay.day.between(first, last), SchoolDay.teaching
    )
    return (session.scalar(taught) or 0) >= LEAST_DAYS

"""What trainings, meetings and certificates have waiting for somebody today."""

from collections.abc import Iterator
from datetime import date, timedelta

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe.activities import training_queries as queries
from unitsafe.activities.models import Activity, Attendance, Certificate
from unitsafe.activities.rules import Kind, State, may_organise
from unitsafe.core.domain import Actor
from unitsafe.core.waiting import Waiting, waits
from unitsafe.people.models import Person, PersonStatus
from unitsafe.school.queries import the_school

SOON = timedelta(days=3)
"""So many days ahead one is told of what one took over or is asked to."""


@waits("decisions")
def decisions(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    """What I took over at meetings: late, or due in the next days."""
    for one in session.scalars(queries.open_decisions(actor.id, today + SOON).limit(20)):
        days = (today - one.due_on).days
        yield Waiting(
            url_for("activities.detail", activity_number=one.activity.number),
            "!" if days > 0 else "…",
            one.text,
            _("%(title)s · 超期%(n)s天", title=one.activity.title, n=days)
            if days > 0
            else _(
                "%(title)s · %(day)s前完成", title=one.activity.title, day=_day(one.due_on, today)
            ),
            _("去办结"),
            "late" if days > 0 else "due",
        )


@waits("trainings")
def invitations(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    """Trainings and meetings of the next days to which I am asked and have not signed in."""
    select = (
        sa.select(Activity)
        .join(Attendance, Attendance.activity_id == Activity.id)
        .where(
            Attendance.person_id == actor.id,
            Attendance.signed_at.is_(None),
            Activity.kind.in_((Kind.TRAINING, Kind.MEETING)),
            Activity.state == State.PLANNED,
            Activity.planned_on.between(today, today + SOON),
        )
        .order_by(Activity.planned_on, Activity.id)
        .limit(10)
    )
    for one in session.scalars(select):
        at = f" {one.planned_at:%H:%M}" if one.planned_at else ""
        yield Waiting(
            url_for("activities.detail", activity_number=one.number),
            "…",
            one.title,
            " · ".join(part for part in (f"{_day(one.planned_on, today)}{at}", one.place) if part),
            _("查看"),
        )


@waits("certificates")
def certificates(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    """Certificates that ran out or run out soon, for whoever looks after them."""
    school = the_school()
    if school is None or not may_organise(actor, None):
        return
    until = today + timedelta(school.number("certificate_days"))
    expired, ending = session.execute(
        sa.select(
            sa.func.count(sa.case((Certificate.expires_on < today, 1))),
            sa.func.count(sa.case((Certificate.expires_on >= today, 1))),
        )
        .select_from(Certificate)
        .join(Person, Person.id == Certificate.person_id)
        .where(
            Certificate.ended_at.is_(None),
            Certificate.expires_on <= until,
            Person.status == PersonStatus.ACTIVE,
        )
    ).one()
    for number, standing, title, kind in (
        (expired, "expired", _("%(n)s张培训证书已过期", n=expired), "late"),
        (ending, "ending", _("%(n)s张培训证书快到期", n=ending), "warn"),
    ):
        if number:
            yield Waiting(
                url_for("activities.certificate_index", standing=standing),
                number,
                title,
                _("安排复训换证"),
                _("查看"),
                "late" if kind == "late" else "warn",
            )


def _day(day: date, today: date) -> str:
    near = {0: _("今天"), 1: _("明天"), 2: _("后天")}.get((day - today).days)
    return str(near or _("%(month)s月%(day)s日", month=day.month, day=day.day))

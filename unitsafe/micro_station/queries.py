"""Reading the station: team, kit, duty, musters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe import clock
from unitsafe.core.domain import Right
from unitsafe.micro_station.models import KitCount, KitItem, MicroStation, Muster, StationMember
from unitsafe.micro_station.rules import Group, Role
from unitsafe.people.models import Person, PersonPost, PersonStatus
from unitsafe.people.queries import valid_on
from unitsafe.places.models import Space
from unitsafe.roster.models import RosterEntry, Shift
from unitsafe.school.models import SchoolDay

EDIT = (Right.EDIT_MICRO_STATION, Right.MANAGE_SCHOOL)
"""Whoever keeps the station."""
POSTS = ("micro_station_leader", "micro_station_member")
"""Their holders are offered first when the team grows."""
LATEST = 12
"""Musters and counts on the page."""


def station(session: Session) -> MicroStation | None:
    """The station with its space and shift; None before it is set up."""
    return session.scalars(
        sa.select(MicroStation).options(
            joinedload(MicroStation.space).joinedload(Space.building),
            joinedload(MicroStation.shift),
        )
    ).first()


def members_on(day: date) -> sa.Select[Any]:
    """The team of ``day``, as far as they are at the school."""
    return (
        sa.select(StationMember)
        .join(Person, Person.id == StationMember.person_id)
        .where(valid_on(StationMember, day), Person.status == PersonStatus.ACTIVE)
    )


def members(session: Session, day: date) -> Sequence[StationMember]:
    """The team of ``day`` with their people, the leader first."""
    order = sa.case({role: place for place, role in enumerate(Role)}, value=StationMember.role)
    select = members_on(day).options(joinedload(StationMember.person))
    return session.scalars(select.order_by(order, StationMember.id)).all()


def kit(session: Session) -> Sequence[KitItem]:
    """The lines of the kit with their keepers, by group."""
    order = sa.case({group: place for place, group in enumerate(Group)}, value=KitItem.kit_group)
    return session.scalars(
        sa.select(KitItem)
        .where(KitItem.is_active)
        .options(joinedload(KitItem.keeper))
        .order_by(order, KitItem.id)
    ).all()


def item(session: Session, item_id: int) -> KitItem | None:
    """One line of the kit, if it is still kept."""
    return session.scalars(
        sa.select(KitItem).where(KitItem.id == item_id, KitItem.is_active)
    ).first()


def counts(session: Session) -> Sequence[KitCount]:
    """The latest counts, newest first, with who counted."""
    return session.scalars(
        sa.select(KitCount)
        .options(joinedload(KitCount.by))
        .order_by(KitCount.id.desc())
        .limit(LATEST)
    ).all()


def musters(session: Session) -> Sequence[Muster]:
    """The latest musters, newest first."""
    return session.scalars(
        sa.select(Muster).order_by(Muster.signal_at.desc(), Muster.id.desc()).limit(LATEST)
    ).all()


def muster_between(first: date, last: date) -> sa.Select[Any]:
    """Musters of the days from ``first`` to ``last``, the slowest first."""
    return (
        sa.select(Muster)
        .where(Muster.signal_at >= clock.at(first), Muster.signal_at < clock.end_of(last))
        .order_by(Muster.seconds.desc(), Muster.id)
    )


@dataclass(frozen=True)
class Duty:
    """Days on which somebody is on the station's duty, out of those with pupils."""

    covered: int
    expected: int


def _with_pupils(first: date, last: date) -> sa.ColumnElement[bool]:
    return sa.and_(
        SchoolDay.day.between(first, last), sa.or_(SchoolDay.teaching, SchoolDay.boarding)
    )


def _stood() -> sa.ColumnElement[bool]:
    """Days (SchoolDay) on which the station's shift has somebody."""
    return sa.exists().where(
        RosterEntry.day == SchoolDay.day,
        RosterEntry.shift_id == MicroStation.shift_id,
        sa.func.coalesce(RosterEntry.stand_in_id, RosterEntry.person_id).is_not(None),
    )


def duty(session: Session, first: date, last: date) -> Duty:
    """How many of the teaching days and boarding nights the station's shift has somebody on."""
    row = session.execute(
        sa.select(sa.func.sum(sa.case((_stood(), 1), else_=0)), sa.func.count()).where(
            _with_pupils(first, last)
        )
    ).one()
    return Duty(row[0] or 0, row[1])


def days_without_duty(first: date, last: date) -> sa.Select[Any]:
    """Teaching days and boarding nights on which nobody is on the station's duty."""
    return sa.select(SchoolDay).where(_with_pupils(first, last), ~_stood())


def on_duty(session: Session, shift_id: int, day: date) -> Sequence[str]:
    """Names of who is on the station's duty on ``day``."""
    who = sa.func.coalesce(RosterEntry.stand_in_id, RosterEntry.person_id)
    return session.scalars(
        sa.select(Person.name)
        .join(RosterEntry, who == Person.id)
        .where(RosterEntry.shift_id == shift_id, RosterEntry.day == day)
        .order_by(RosterEntry.slot)
    ).all()


def shift_choices(session: Session) -> list[tuple[int, str]]:
    """Shifts in use: id and title."""
    rows = session.execute(
        sa.select(Shift.id, Shift.title).where(Shift.is_active).order_by(Shift.position, Shift.id)
    )
    return [(row[0], row[1]) for row in rows]


def post_holders(session: Session, day: date) -> set[int]:
    """Ids of who holds a post of the station on ``day``."""
    return set(
        session.scalars(
            sa.select(PersonPost.person_id).where(
                PersonPost.post.in_(POSTS), valid_on(PersonPost, day)
            )
        )
    )


def last_count_at(session: Session) -> datetime | None:
    """When the kit was counted last."""
    return session.scalar(sa.select(sa.func.max(KitCount.at)))

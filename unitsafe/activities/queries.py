"""Reading activities: what a person may see, the ledger, one activity with all its parts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from unitsafe.activities.models import (
    Activity,
    ActivityEvent,
    ActivityFile,
    ActivityIssue,
    ActivityPhoto,
    Attendance,
    ClassPart,
    Decision,
    DrillClass,
    SpotAnswer,
)
from unitsafe.activities.rules import NUMBER, ORGANISE, Form, Kind, State
from unitsafe.classes.models import SchoolClass
from unitsafe.core.db import like
from unitsafe.core.domain import Actor, Right
from unitsafe.core.paging import AT_ONCE
from unitsafe.grids.models import GridSpace
from unitsafe.hazards.models import Hazard
from unitsafe.photos.models import Photo
from unitsafe.places.models import Space

LEDGER_ORDER = (Activity.planned_on, Activity.id)
DORM_ROOM = "dorm_room"
"""The kind of the spaces that boarders leave at night (content ``space_kinds``)."""


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed to; everything empty shows all."""

    kind: Kind | None = None
    form: Form | None = None
    state: State | None = None
    first: date | None = None
    last: date | None = None
    words: str = ""


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Whoever sees the school or organises sees all; others what they organise, take part in, or
    their class does."""
    if {Right.VIEW_ALL, *ORGANISE} & actor.rights:
        return sa.true()
    mine = sa.select(SchoolClass.id).where(SchoolClass.head_teacher_id.in_(me(actor)))
    parts: list[sa.ColumnElement[bool]] = [
        Activity.organiser_id == actor.id,
        Activity.id.in_(_of(Attendance, Attendance.person_id == actor.id)),
        Activity.id.in_(_of(Decision, Decision.owner_id == actor.id)),
        Activity.id.in_(_of(SpotAnswer, SpotAnswer.person_id == actor.id)),
        Activity.id.in_(_of(DrillClass, DrillClass.class_id.in_(mine))),
        Activity.id.in_(_of(ClassPart, ClassPart.class_id.in_(mine))),
    ]
    if actor.grids:
        parts.append(on_floors_of(actor))
    return sa.or_(*parts)


def me(actor: Actor) -> set[int]:
    """The actor and whoever the actor stands in for."""
    return {actor.id, *actor.stands_in_for}


def _of(part: Any, condition: sa.ColumnElement[bool]) -> sa.Select[int]:
    return sa.select(part.activity_id).where(condition)


def on_floors_of(actor: Actor) -> sa.ColumnElement[bool]:
    """Drills in which a floor of the actor's grids takes part; at night where boarders sleep."""
    here = sa.and_(GridSpace.until_on.is_(None), GridSpace.grid_id.in_(actor.grids))
    floors = (
        sa.select(DrillClass.activity_id)
        .join(
            Space,
            sa.and_(Space.building_id == DrillClass.building_id, Space.floor == DrillClass.floor),
        )
        .join(GridSpace, GridSpace.space_id == Space.id)
        .where(here)
    )
    beds = sa.exists().where(GridSpace.space_id == Space.id, Space.kind == DORM_ROOM, here)
    return sa.or_(Activity.id.in_(floors), sa.and_(Activity.form == Form.NIGHT, beds))


def ledger(actor: Actor, filters: Filters) -> sa.Select[Any]:
    """Activities with their organiser; page by LEDGER_ORDER."""
    return (
        sa.select(Activity)
        .where(visible_to(actor), *_conditions(filters))
        .options(
            joinedload(Activity.organiser), joinedload(Activity.space).joinedload(Space.building)
        )
    )


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.kind:
        found.append(Activity.kind == filters.kind)
    if filters.form:
        found.append(Activity.form == filters.form)
    if filters.state:
        found.append(Activity.state == filters.state)
    if filters.first:
        found.append(Activity.planned_on >= filters.first)
    if filters.last:
        found.append(Activity.planned_on <= filters.last)
    if filters.words:
        pattern = like(filters.words)
        columns = (Activity.title, Activity.place, Activity.number)
        found.append(sa.or_(*(column.like(pattern, escape="\\") for column in columns)))
    return found


def counts_by_kind(session: Session, actor: Actor, filters: Filters) -> Counter[Kind]:
    """How many activities of each kind the filters leave (kind and form left out)."""
    rows = session.execute(
        sa.select(Activity.kind, sa.func.count())
        .where(visible_to(actor), *_conditions(replace(filters, kind=None, form=None)))
        .group_by(Activity.kind)
    )
    return Counter({row[0]: row[1] for row in rows})


def lines(session: Session, actor: Actor, filters: Filters) -> Iterator[tuple[Activity, int]]:
    """The whole ledger by day, upwards, each with how many issues it showed; some at a time."""
    select = ledger(actor, filters).order_by(*LEDGER_ORDER)
    for found in session.scalars(select.execution_options(yield_per=AT_ONCE)).partitions():
        issues = issue_counts(session, found)
        yield from ((one, issues[one.id]) for one in found)


def issue_counts(session: Session, activities: Sequence[Activity]) -> Counter[int]:
    """How many issues each of these has."""
    rows = session.execute(
        sa.select(ActivityIssue.activity_id, sa.func.count())
        .where(ActivityIssue.activity_id.in_([one.id for one in activities]))
        .group_by(ActivityIssue.activity_id)
    )
    return Counter({row[0]: row[1] for row in rows})


def activity(session: Session, actor: Actor, number: str) -> Activity | None:
    """One activity with what every kind has: place, organiser, people, issues, photos, events.
    None when unknown, not visible, or no number at all (PostgreSQL cannot be asked for every sign)."""
    if not NUMBER.fullmatch(number):
        return None
    hazard = selectinload(Activity.issues).joinedload(ActivityIssue.hazard)
    return session.scalars(
        sa.select(Activity)
        .where(Activity.number == number, visible_to(actor))
        .options(
            joinedload(Activity.organiser),
            joinedload(Activity.space).joinedload(Space.building),
            selectinload(Activity.attendances).joinedload(Attendance.person),
            hazard.joinedload(Hazard.holder),
            hazard.joinedload(Hazard.space).joinedload(Space.building),
            hazard.joinedload(Hazard.grid),
            selectinload(Activity.photos),
            selectinload(Activity.files).joinedload(ActivityFile.file),
            selectinload(Activity.events).joinedload(ActivityEvent.by),
        )
    ).first()


def photo_ids(actor: Actor) -> sa.Select[int]:
    """Ids of the photos of activities that the actor may see."""
    return (
        sa.select(ActivityPhoto.photo_id)
        .join(Activity, Activity.id == ActivityPhoto.activity_id)
        .where(visible_to(actor))
    )


def file_ids(actor: Actor) -> sa.Select[int]:
    """Ids of the files of activities that the actor may see."""
    return (
        sa.select(ActivityFile.file_id)
        .join(Activity, Activity.id == ActivityFile.activity_id)
        .where(visible_to(actor))
    )


def photos_of(session: Session, activity: Activity) -> Sequence[Photo]:
    """The activity's photos in the order of arrival."""
    return session.scalars(
        sa.select(Photo)
        .join(ActivityPhoto, ActivityPhoto.photo_id == Photo.id)
        .where(ActivityPhoto.activity_id == activity.id)
        .order_by(ActivityPhoto.id)
    ).all()


def by_number(session: Session, number: str) -> Activity:
    """The activity alone, for changing it inside a write. Raises NoResultFound."""
    return session.scalars(sa.select(Activity).where(Activity.number == number)).one()

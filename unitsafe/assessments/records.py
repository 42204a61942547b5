"""The rows behind a figure, each with its name and where it is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from unitsafe.activities.models import Activity, Attendance, ClassPart, SpotAnswer
from unitsafe.checks.models import Check
from unitsafe.classes.models import SchoolClass
from unitsafe.core.figures import Figure
from unitsafe.core.labels import label
from unitsafe.documents.models import Document
from unitsafe.equipment.models import Equipment
from unitsafe.evacuation.models import PupilInNeed
from unitsafe.hazards.models import Hazard
from unitsafe.letters.models import ResponsibilityLetter
from unitsafe.maintenance.models import Maintenance
from unitsafe.micro_station.models import KitItem, Muster, StationMember
from unitsafe.people.models import Person
from unitsafe.places.models import Space
from unitsafe.school.models import SchoolDay
from unitsafe.tips.models import Tip

MOST = 200
"""Rows shown at most; how many there are is always told."""


@dataclass(frozen=True)
class Record:
    """``day`` is a date or an instant, ``endpoint`` and ``args`` the page that holds it."""

    title: str
    line: str = ""
    day: Any = None
    endpoint: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Kind:
    describe: Callable[[Any], Record]
    options: tuple[ORMOption, ...] = ()


def _check(row: Check) -> Record:
    who = row.submitted_by.name if row.submitted_by else _("没有交")
    line = " · ".join(filter(None, (row.place, row.label, who)))
    return Record(row.title, line, row.day, "checks.detail", {"check_id": row.id})


def _hazard(row: Hazard) -> Record:
    line = f"{row.number} · {label(row.state)}"
    return Record(row.description, line, row.found_at, "hazards.detail", {"number": row.number})


def _activity(row: Activity) -> Record:
    return Record(
        row.title,
        row.number,
        row.held_on or row.planned_on,
        "activities.detail",
        {"activity_number": row.number},
    )


def _attendance(row: Attendance) -> Record:
    return Record(
        row.person.name,
        row.activity.title,
        row.activity.held_on,
        "activities.detail",
        {"activity_number": row.activity.number},
    )


def _spot_answer(row: SpotAnswer) -> Record:
    who = row.person.name if row.person else ""
    if row.school_class:
        who = _("%(class_name)s %(n)s号", class_name=row.school_class.name, n=row.pupil)
    return Record(f"{who} {label(row.skill)}", row.note)


def _letter(row: ResponsibilityLetter) -> Record:
    return Record(row.person.name, "", row.due_on, "letters.letter", {"letter_id": row.id})


def _equipment(row: Equipment) -> Record:
    line = f"{row.number} · {row.space.building.name} {row.space.name}"
    return Record(row.name, line, None, "equipment.detail", {"equipment_id": row.id})


def _space(row: Space) -> Record:
    args = {"building_id": row.building_id}
    return Record(row.name, row.building.name, None, "places.building", args)


def _maintenance(row: Maintenance) -> Record:
    args = {"maintenance_id": row.id}
    return Record(label(row.kind), row.company, row.done_on, "maintenance.detail", args)


def _document(row: Document) -> Record:
    args = {"document_id": row.id}
    return Record(row.title, label(row.kind), row.reviewed_on, "documents.detail", args)


def _tip(row: Tip) -> Record:
    args = {"tip_id": row.id}
    return Record(row.number, label(row.state), row.received_at, "tips.detail", args)


def _person(row: Person) -> Record:
    return Record(row.name, "", None, "people.detail", {"person_id": row.id})


_PLACED = (joinedload(Equipment.space, innerjoin=True).joinedload(Space.building, innerjoin=True),)
_KINDS: Mapping[type, _Kind] = {
    Check: _Kind(_check, (joinedload(Check.submitted_by),)),
    Hazard: _Kind(_hazard),
    Activity: _Kind(_activity),
    Attendance: _Kind(
        _attendance,
        (
            joinedload(Attendance.person, innerjoin=True),
            joinedload(Attendance.activity, innerjoin=True),
        ),
    ),
    SpotAnswer: _Kind(
        _spot_answer, (joinedload(SpotAnswer.person), joinedload(SpotAnswer.school_class))
    ),
    ClassPart: _Kind(
        lambda row: Record(
            row.school_class.name,
            _("发放%(sent)s份，收回%(back)s份", sent=row.sent, back=row.returned),
        ),
        (joinedload(ClassPart.school_class, innerjoin=True),),
    ),
    SchoolClass: _Kind(lambda row: Record(row.name, endpoint="classes.index")),
    Equipment: _Kind(_equipment, _PLACED),
    Space: _Kind(_space, (joinedload(Space.building, innerjoin=True),)),
    Maintenance: _Kind(_maintenance),
    Document: _Kind(_document),
    Tip: _Kind(_tip),
    Person: _Kind(_person),
    ResponsibilityLetter: _Kind(
        _letter, (joinedload(ResponsibilityLetter.person, innerjoin=True),)
    ),
    PupilInNeed: _Kind(
        lambda row: Record(row.school_class.name, endpoint="evacuation.index"),  # no pupil's need
        (joinedload(PupilInNeed.school_class, innerjoin=True),),
    ),
    StationMember: _Kind(
        lambda row: Record(
            row.person.name, label(row.role), row.from_on, endpoint="micro_station.index"
        ),
        (joinedload(StationMember.person, innerjoin=True),),
    ),
    KitItem: _Kind(
        lambda row: Record(
            row.name,
            _("应有%(of)s，在位%(n)s", of=row.expected, n=row.present),
            endpoint="micro_station.kit_item",
            args={"item_id": row.id},
        )
    ),
    Muster: _Kind(
        lambda row: Record(
            row.place,
            _("%(n)s秒到场", n=row.seconds),
            row.signal_at,
            endpoint="micro_station.index",
        )
    ),
    SchoolDay: _Kind(lambda row: Record(_("没有排班"), row.note, row.day, "roster.index")),
}
"""By the table that a figure's ``records`` select from."""


def known(entity: type) -> bool:
    """Whether rows of that table can be told."""
    return entity in _KINDS


def behind(session: Session, figure: Figure) -> tuple[Sequence[Record], int]:
    """The first rows behind ``figure``, and how many there are; none when it has no rows."""
    if figure.records is None:
        return [], 0
    entity = figure.records.column_descriptions[0]["entity"]
    kind = _KINDS[entity]
    counted = session.scalar(
        sa.select(sa.func.count()).select_from(figure.records.order_by(None).subquery())
    )
    rows = session.scalars(figure.records.options(*kind.options).limit(MOST)).all()
    found = [kind.describe(row) for row in rows]
    if entity in (SpotAnswer, ClassPart):
        found = _with_activities(session, rows, found)
    return found, counted or 0


def _with_activities(
    session: Session, rows: Sequence[Any], found: Sequence[Record]
) -> list[Record]:
    """Parts of activities lead to the activity."""
    ids = {row.activity_id for row in rows}
    numbers = dict(
        session.execute(sa.select(Activity.id, Activity.number).where(Activity.id.in_(ids))).all()
    )
    return [
        replace(
            one,
            endpoint="activities.detail",
            args={"activity_number": numbers[row.activity_id]},
        )
        for row, one in zip(rows, found, strict=True)
    ]

"""Small ledgers of activities, written by hand."""

from collections.abc import Iterable
from datetime import date, datetime, time
from itertools import count
from typing import Any

from tests.factories import Make
from unitsafe import clock
from unitsafe.activities.models import Activity, Attendance, Certificate, ClassPart, SpotAnswer
from unitsafe.activities.rules import FORMS, Form, Skill, State
from unitsafe.classes.models import SchoolClass
from unitsafe.core.figures import METRICS, Figure, Period
from unitsafe.people import services as people
from unitsafe.people.models import Person

QUARTER = Period(date(2026, 10, 1), date(2026, 12, 31), date(2026, 11, 23))
_serial = count(1)


def noon(day: date) -> datetime:
    """Twelve o'clock of a school day."""
    return clock.at(day, time(12))


def held(
    make: Make, form: Form, day: date, people: Iterable[Person] = (), **facts: Any
) -> Activity:
    """An activity that was held on ``day``; ``people`` signed in."""
    make.school()
    kind = next(kind for kind, forms in FORMS.items() if form in forms)
    made = Activity(
        number=f"HD2025-{next(_serial):04d}",
        kind=kind,
        form=form,
        title=facts.pop("title", "消防活动"),
        state=facts.pop("state", State.HELD),
        planned_on=day,
        held_on=facts.pop("held_on", day),
        recorded_at=noon(day),
        **facts,
    )
    make.session.add(made)
    make.session.flush()
    for person in people:
        signed(make, made, person)
    make.session.commit()
    return made


def signed(make: Make, activity: Activity, person: Person, **facts: Any) -> Attendance:
    """``person`` signed in, unless ``signed_at`` says otherwise."""
    row = Attendance(
        activity_id=activity.id,
        person_id=person.id,
        **{"signed_at": noon(activity.planned_on), "signed_by_id": person.id, **facts},
    )
    make.session.add(row)
    make.session.commit()
    return row


def asked(
    make: Make, activity: Activity, who: Person | tuple[SchoolClass, int], **skills: bool
) -> None:
    """What somebody, or a pupil of a class by number, could do."""
    place = (
        {"person_id": who.id}
        if isinstance(who, Person)
        else {"class_id": who[0].id, "pupil": who[1]}
    )
    make.session.add_all(
        SpotAnswer(activity_id=activity.id, skill=Skill(skill), passed=could, **place)
        for skill, could in skills.items()
    )
    make.session.commit()


def part(
    make: Make, activity: Activity, one: SchoolClass, sent: int = 0, returned: int = 0
) -> None:
    """A class's part in a lesson or a letter."""
    make.session.add(
        ClassPart(activity_id=activity.id, class_id=one.id, sent=sent, returned=returned)
    )
    make.session.commit()


def certificate(make: Make, person: Person, **facts: Any) -> Certificate:
    """A control room certificate of intermediate grade, without end."""
    row = Certificate(
        person_id=person.id,
        **{"kind": "control_room", "grade": "intermediate", "issued_on": date(2025, 5, 6), **facts},
    )
    make.session.add(row)
    make.session.commit()
    return row


def joined(make: Make, name: str, post: str, from_on: date) -> Person:
    """Somebody whose only post began on ``from_on``."""
    made = people.add_person(
        make.session,
        name=name,
        username=None,
        password_hash=None,
        phone="",
        posts=[post],
        from_on=from_on,
        by=None,
        now=make.now(),
    )
    make.session.commit()
    return made


def figure(make: Make, key: str, period: Period = QUARTER) -> Figure:
    """The figure as the assessment would count it."""
    return METRICS[key](make.session, period)


def behind(make: Make, found: Figure) -> list[Any]:
    """The rows that the figure names."""
    assert found.records is not None
    return list(make.session.scalars(found.records))

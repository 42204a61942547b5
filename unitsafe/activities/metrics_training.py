"""Figures of trainings, lessons, publicity, meetings and spot checks.

Each is counted as content/four_capabilities.yaml ``metrics`` says (Source of all of them).
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.activities import spot_rules
from unitsafe.activities.models import (
    Activity,
    Attendance,
    Certificate,
    ClassPart,
    Decision,
    SpotAnswer,
)
from unitsafe.activities.rules import Form, Kind, Skill
from unitsafe.activities.spot_rules import Rate
from unitsafe.activities.training_queries import (
    certified,
    covered,
    holding_any,
    lesson_days,
    staff_on,
    took_place,
)
from unitsafe.activities.training_rules import ENOUGH, OPERATOR, CertificateKind, Need
from unitsafe.classes.models import SchoolClass
from unitsafe.core.figures import Figure, Period, metric
from unitsafe.people.models import Person


def _people(ids: Collection[int]) -> sa.Select[Person]:
    return sa.select(Person).where(Person.id.in_(ids)).order_by(Person.name, Person.id)


def _coverage(session: Session, need: Need, period: Period) -> Figure:
    found = covered(session, need, period)
    return Figure(len(found.had), len(found.must), _people(found.missing))


@metric("staff_training_coverage")
def staff_training_coverage(session: Session, period: Period) -> Figure:
    """Staff of the last day who signed in to a fire training of the period ÷ staff of that day."""
    return _coverage(session, Need.STAFF, period)


@metric("induction_training_rate")
def induction_training_rate(session: Session, period: Period) -> Figure:
    """Of the people who began a post in the period: with an induction for each ÷ all."""
    return _coverage(session, Need.INDUCTION, period)


@metric("special_training_valid_ratio")
def special_training_valid_ratio(session: Session, period: Period) -> Figure:
    """Responsible person, manager, fire staff and operators with a special training or certificate
    that is valid on the last day ÷ all of them."""
    return _coverage(session, Need.SPECIAL, period)


@metric("role_training_coverage")
def role_training_coverage(session: Session, period: Period) -> Figure:
    """Dormitory keepers, canteen staff and guards with a training for their post in the period ÷
    all of them."""
    return _coverage(session, Need.POST, period)


@metric("training_test_pass_rate")
def training_test_pass_rate(session: Session, period: Period) -> Figure:
    """Tests passed ÷ tests taken, at the trainings of the period. Records: those failed."""
    tested = [
        Activity.kind == Kind.TRAINING,
        took_place(period.first, period.last),
        Attendance.passed.is_not(None),
    ]
    of_training = Attendance.activity_id == Activity.id
    passed = sa.func.count(sa.case((Attendance.passed.is_(True), 1)))
    row = session.execute(
        sa.select(passed, sa.func.count())
        .select_from(Attendance)
        .join(Activity, of_training)
        .where(*tested)
    ).one()
    failed = (
        sa.select(Attendance)
        .join(Activity, of_training)
        .where(*tested, Attendance.passed.is_(False))
        .order_by(Attendance.id)
    )
    return Figure(row[0], row[1], failed)


def _held(period: Period, *where: sa.ColumnElement[bool]) -> sa.Select[Activity]:
    return (
        sa.select(Activity)
        .where(took_place(period.first, period.last), *where)
        .order_by(Activity.held_on, Activity.id)
    )


def _count(session: Session, select: sa.Select[Activity]) -> Figure:
    number = session.scalar(sa.select(sa.func.count()).select_from(select.subquery()))
    return Figure(number or 0, records=select)


_SIGNED = Activity.attendances.any(Attendance.signed_at.is_not(None))


@metric("safety_meetings_held")
def safety_meetings_held(session: Session, period: Period) -> Figure:
    """Fire safety meetings of the period with somebody signed in and something decided."""
    decided = sa.exists().where(Decision.activity_id == Activity.id)
    return _count(session, _held(period, Activity.kind == Kind.MEETING, _SIGNED, decided))


@metric("micro_station_trainings")
def micro_station_trainings(session: Session, period: Period) -> Figure:
    """Exercises of the micro fire station in the period with somebody signed in and their content."""
    is_team = sa.and_(Activity.kind == Kind.TRAINING, Activity.form == Form.MICRO_STATION)
    return _count(session, _held(period, is_team, _SIGNED, Activity.content != ""))


@metric("themed_campaigns_held")
def themed_campaigns_held(session: Session, period: Period) -> Figure:
    """Campaigns of the period: at the start of term, before holidays, around 119."""
    forms = (Form.TERM_START, Form.BEFORE_HOLIDAY, Form.FIRE_MONTH)
    is_campaign = sa.and_(Activity.kind == Kind.PUBLICITY, Activity.form.in_(forms))
    return _count(session, _held(period, is_campaign))


@metric("fire_lessons_held")
def fire_lessons_held(session: Session, period: Period) -> Figure:
    """Recorded fire lessons of the period, of the grade that had the fewest: a grade has had as many
    as that of its classes that had the fewest. Records: these classes."""
    lessons = lesson_days(session, period.first, period.last)
    least = min((len(days) for _grade, days in lessons.values()), default=0)
    behind = [class_id for class_id, (_grade, days) in lessons.items() if len(days) == least]
    classes = sa.select(SchoolClass).where(SchoolClass.id.in_(behind))
    return Figure(
        least, records=classes.order_by(SchoolClass.grade, SchoolClass.position, SchoolClass.id)
    )


@metric("family_outreach_rate")
def family_outreach_rate(session: Session, period: Period) -> Figure:
    """Letters to the families returned ÷ handed out in the period. Records: parts of classes with
    letters still out."""
    letters = (
        sa.select(ClassPart)
        .join(Activity, Activity.id == ClassPart.activity_id)
        .where(
            Activity.kind == Kind.PUBLICITY,
            Activity.form == Form.FAMILY_LETTER,
            took_place(period.first, period.last),
        )
    )
    row = session.execute(
        letters.with_only_columns(
            sa.func.coalesce(sa.func.sum(ClassPart.returned), 0),
            sa.func.coalesce(sa.func.sum(ClassPart.sent), 0),
        )
    ).one()
    return Figure(
        row[0], row[1], letters.where(ClassPart.returned < ClassPart.sent).order_by(ClassPart.id)
    )


def _answers(form: Form, period: Period) -> sa.Select[SpotAnswer]:
    return (
        sa.select(SpotAnswer)
        .join(Activity, Activity.id == SpotAnswer.activity_id)
        .where(
            Activity.kind == Kind.SPOT_CHECK,
            Activity.form == form,
            took_place(period.first, period.last),
        )
    )


def _spot(session: Session, form: Form, skills: Sequence[Skill], period: Period) -> Figure:
    """Who could do all of ``skills`` ÷ who was asked; no amount when fewer people were asked than
    make a sample. Records: what somebody could not do."""
    answers = _answers(form, period).where(SpotAnswer.skill.in_(skills))
    rows = session.execute(
        answers.with_only_columns(
            SpotAnswer.activity_id,
            SpotAnswer.person_id,
            SpotAnswer.class_id,
            SpotAnswer.pupil,
            SpotAnswer.skill,
            SpotAnswer.passed,
        )
    ).all()
    rate: Rate = spot_rules.all_round(((row[:4], row.skill, row.passed) for row in rows), skills)
    failed = answers.where(SpotAnswer.passed.is_(False)).order_by(SpotAnswer.id)
    people = len({row[1] or row[:4] for row in rows})
    enough = people >= spot_rules.LEAST[form]
    return Figure(rate.passed if enough else None, rate.asked, failed)


@metric("spotcheck_alarm_rate")
def spotcheck_alarm_rate(session: Session, period: Period) -> Figure:
    """Staff who can raise the alarm ÷ staff asked in the period, five at least."""
    return _spot(session, Form.STAFF_SKILL, [Skill.ALARM], period)


@metric("spotcheck_extinguisher_rate")
def spotcheck_extinguisher_rate(session: Session, period: Period) -> Figure:
    """Staff who can use an extinguisher ÷ staff asked in the period, five at least."""
    return _spot(session, Form.STAFF_SKILL, [Skill.EXTINGUISHER], period)


@metric("spotcheck_staff_rate")
def spotcheck_staff_rate(session: Session, period: Period) -> Figure:
    """Staff who know the risk, can raise the alarm, put out a small fire and get out ÷ staff asked
    in the period, five at least."""
    return _spot(session, Form.STAFF_SKILL, spot_rules.SKILLS[Form.STAFF_SKILL], period)


@metric("spotcheck_hydrant_rate")
def spotcheck_hydrant_rate(session: Session, period: Period) -> Figure:
    """Members of the micro fire station who can use a hydrant ÷ members asked in the period."""
    return _spot(session, Form.TEAM_SKILL, [Skill.HYDRANT], period)


@metric("spotcheck_student_rate")
def spotcheck_student_rate(session: Session, period: Period) -> Figure:
    """Pupils who can raise the alarm and get out ÷ pupils asked in the period, ten at least."""
    return _spot(session, Form.PUPIL_SKILL, spot_rules.SKILLS[Form.PUPIL_SKILL], period)


@metric("operators_certified_ratio")
def operators_certified_ratio(session: Session, period: Period) -> Figure:
    """Control room operators of the last day with a certificate of intermediate grade or above ÷
    all of them. Records: those without."""
    operators = sa.select(Person).where(staff_on(period.on), holding_any([OPERATOR], period.on))
    is_fit = sa.and_(
        Certificate.kind == CertificateKind.CONTROL_ROOM, Certificate.grade.in_(ENOUGH)
    )
    fit = Person.id.in_(certified(period.on, is_fit))
    row = session.execute(
        operators.with_only_columns(sa.func.count(sa.case((fit, 1))), sa.func.count())
    ).one()
    return Figure(row[0], row[1], operators.where(~fit).order_by(Person.id))

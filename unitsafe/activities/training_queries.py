"""Who has had which training, what was held in a school year, certificates, and what one owes."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe import clock
from unitsafe.activities import training_rules as rules
from unitsafe.activities.models import (
    Activity,
    Attendance,
    Certificate,
    ClassPart,
    Decision,
    SpotAnswer,
)
from unitsafe.activities.rules import HELD, Form, Kind, State
from unitsafe.activities.training_rules import Need, Span, Standing, Tally
from unitsafe.classes.models import SchoolClass
from unitsafe.core.db import like
from unitsafe.core.figures import Period
from unitsafe.people.models import Person, PersonPost, PersonStatus
from unitsafe.people.queries import valid_on
from unitsafe.school.models import School, SchoolDay, Term

MOST_MISSING = 200
"""Rows of the page of who misses what; the workbook has them all."""


def took_place(first: date, last: date) -> sa.ColumnElement[bool]:
    """Activities that were held from ``first`` to ``last``."""
    return sa.and_(Activity.state.in_(HELD), Activity.held_on.between(first, last))


def _has_post(*where: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(PersonPost.person_id == Person.id, *where).correlate(Person)


def staff_on(day: date) -> sa.ColumnElement[bool]:
    """People who worked here on ``day``: without visitors and those whose posts all began later."""
    return sa.and_(
        sa.or_(Person.status == PersonStatus.ACTIVE, Person.left_on >= day),
        ~_has_post(PersonPost.post == "inspector", valid_on(PersonPost, day)),
        sa.or_(~_has_post(), _has_post(PersonPost.from_on <= day)),
    )


def holding_any(posts: Collection[str], day: date) -> sa.ColumnElement[bool]:
    """People who hold one of ``posts`` on ``day``."""
    return _has_post(PersonPost.post.in_(posts), valid_on(PersonPost, day))


def attended(
    first: date, last: date, forms: Collection[Form] = (), *, may_fail: bool = True
) -> sa.Select[int]:
    """Ids of the people who signed in to a training held in these days, of one of ``forms`` (empty:
    of any); without ``may_fail`` not those who failed its test."""
    select = (
        sa.select(Attendance.person_id)
        .join(Activity, Activity.id == Attendance.activity_id)
        .where(
            Activity.kind == Kind.TRAINING,
            took_place(first, last),
            Attendance.signed_at.is_not(None),
        )
    )
    if forms:
        select = select.where(Activity.form.in_(forms))
    return select if may_fail else select.where(Attendance.passed.is_not(False))


def certified(day: date, *where: sa.ColumnElement[bool]) -> sa.Select[int]:
    """Ids of the people with a certificate that held on ``day``."""
    return sa.select(Certificate.person_id).where(
        Certificate.issued_on <= day,
        sa.or_(Certificate.expires_on.is_(None), Certificate.expires_on >= day),
        sa.or_(Certificate.ended_at.is_(None), Certificate.ended_at >= clock.end_of(day)),
        *where,
    )


@dataclass(frozen=True)
class Covered:
    """Ids of those who must have had a training, and of those of them who have."""

    must: frozenset[int]
    had: frozenset[int]

    @property
    def missing(self) -> frozenset[int]:
        """Who must and has not."""
        return self.must - self.had


def covered(session: Session, need: Need, period: Period) -> Covered:
    """How a need is met in ``period``, in at most three statements.

    Staff and post: trained in the period; induction: for posts that began in it; special: valid on
    its last day, by a training or a certificate.
    """
    if need is Need.INDUCTION:
        return _inducted(session, period)
    must = {
        Need.STAFF: sa.true(),
        Need.SPECIAL: holding_any(rules.SPECIAL_POSTS, period.on),
        Need.POST: holding_any(rules.ROLE_POSTS, period.on),
    }[need]
    ids = set(session.scalars(sa.select(Person.id).where(staff_on(period.on), must)))
    if need is Need.SPECIAL:
        since = period.on - timedelta(_number(session, "special_training_days"))
        trained = attended(since, period.on, [Form.SPECIAL], may_fail=False)
        kinds = (rules.CertificateKind.CONTROL_ROOM, rules.CertificateKind.SAFETY_TRAINING)
        had = sa.union_all(trained, certified(period.on, Certificate.kind.in_(kinds)))
    else:
        forms = [rules.FORM_OF[need]] if need in rules.FORM_OF else []
        had = sa.union_all(attended(period.first, period.last, forms))
    return Covered(frozenset(ids), frozenset(ids & set(session.scalars(had))))


def _number(session: Session, key: str) -> int:
    return session.get_one(School, 1).number(key)


def _inducted(session: Session, period: Period) -> Covered:
    """New and moved staff: each new post needs an induction of its own."""
    school = session.get(School, 1)
    if school is None:
        return Covered(frozenset(), frozenset())
    settled = clock.local(school.created_at).date() + timedelta(rules.SETTLING_DAYS)
    began = session.execute(
        sa.select(PersonPost.person_id, PersonPost.from_on)
        .join(Person, Person.id == PersonPost.person_id)
        .where(
            PersonPost.from_on.between(period.first, period.last),
            PersonPost.from_on > settled,
            PersonPost.post.not_in(rules.SIDE_POSTS),
            staff_on(period.on),
        )
    ).all()
    early = timedelta(rules.INDUCTION_EARLY)
    trained: dict[int, date] = {}
    for person_id, day in session.execute(
        attended(period.first - early, period.on, [Form.INDUCTION]).add_columns(Activity.held_on)
    ):
        trained[person_id] = max(day, trained.get(person_id, day))
    lacking = {
        person_id
        for person_id, from_on in began
        if person_id not in trained or trained[person_id] < from_on - early
    }
    must = frozenset(person_id for person_id, _from_on in began)
    return Covered(must, must - lacking)


@dataclass(frozen=True)
class MissingFilters:
    """What the page of missing trainings is narrowed to."""

    need: Need | None = None
    post: str = ""
    words: str = ""


@dataclass(frozen=True)
class Missing:
    """A person who misses a training; ``last_on``: when they last attended any."""

    person: Person
    posts: Sequence[str]
    need: Need
    last_on: date | None


def need_period(session: Session, need: Need, today: date) -> Period:
    """The days that count for a need today: the half-year, the new posts of a quarter, the term."""
    if need is Need.POST:
        term = session.scalars(
            sa.select(Term).where(Term.starts_on <= today).order_by(Term.starts_on.desc()).limit(1)
        ).first()
        if term is not None:
            return Period(term.starts_on, today, today)
    days = _number(session, "induction_days" if need is Need.INDUCTION else "staff_training_days")
    return Period(today - timedelta(days), today, today)


def missing(session: Session, filters: MissingFilters, today: date) -> list[Missing]:
    """Who misses which training today, by name."""
    lacking = {
        need: covered(session, need, need_period(session, need, today)).missing
        for need in Need
        if filters.need in (None, need)
    }
    select = sa.select(Person).where(Person.id.in_(set().union(*lacking.values())))
    if filters.words:
        select = select.where(Person.name.like(like(filters.words), escape="\\"))
    if filters.post:
        select = select.where(holding_any([filters.post], today))
    people = session.scalars(select.order_by(Person.name, Person.id)).all()
    posts, last = posts_of(session, today), last_trained(session, today)
    return [
        Missing(person, posts.get(person.id, ()), need, last.get(person.id))
        for person in people
        for need, ids in lacking.items()
        if person.id in ids
    ]


def missing_counts(session: Session, today: date) -> Counter[Need]:
    """How many people miss each training today."""
    return Counter(
        {
            need: len(covered(session, need, need_period(session, need, today)).missing)
            for need in Need
        }
    )


def posts_of(session: Session, day: date) -> Mapping[int, Sequence[str]]:
    """Keys of the posts of everybody who works here on ``day``."""
    found: dict[int, list[str]] = defaultdict(list)
    for person_id, post in session.execute(
        sa.select(PersonPost.person_id, PersonPost.post)
        .where(valid_on(PersonPost, day))
        .order_by(PersonPost.from_on, PersonPost.id)
    ):
        found[person_id].append(post)
    return found


def last_trained(session: Session, today: date) -> Mapping[int, date]:
    """When each person last attended a training."""
    rows: Any = session.execute(
        attended(date(2000, 1, 1), today)
        .add_columns(sa.func.max(Activity.held_on))
        .group_by(Attendance.person_id)
    )
    return dict(rows.all())


def pool(session: Session, groups: Collection[str], today: date) -> Sequence[Person]:
    """The staff of some groups, by name: posts by their key, ``all`` or ``new`` (posts that began
    lately)."""
    select = sa.select(Person).where(staff_on(today), Person.status == PersonStatus.ACTIVE)
    if "all" not in groups:
        ids: frozenset[int] = frozenset()
        if "new" in groups:
            period = need_period(session, Need.INDUCTION, today)
            ids = covered(session, Need.INDUCTION, period).must
        posts = [group for group in groups if group != "new"]
        select = select.where(sa.or_(holding_any(posts, today), Person.id.in_(ids)))
    return session.scalars(select.order_by(Person.name, Person.id)).all()


@dataclass(frozen=True)
class YearLine:
    """One obligation of the school year; ``next`` is the next planned activity."""

    obligation: rules.Obligation
    tally: Tally
    next: Activity | None


@dataclass(frozen=True)
class YearPlan:
    """What a school year asks for; ``induction``: of the people whose posts began in it."""

    span: Span
    lines: Sequence[YearLine]
    induction: Covered
    lessons: Mapping[int, int]
    """Lessons by grade: as many as the class that had the fewest."""


def year_plan(session: Session, today: date, span: Span) -> YearPlan:
    """The obligations of a school year against what was held and is planned."""
    terms = [
        Span(term.starts_on, term.ends_on)
        for term in session.scalars(sa.select(Term).order_by(Term.starts_on))
    ]
    taught = _taught(session, span)
    posts = {post for found in posts_of(session, today).values() for post in found}
    lessons = lesson_days(session, span.first, span.last)
    held: dict[Form, list[date]] = defaultdict(list)
    rows: Any = session.execute(
        sa.select(Activity.form, Activity.held_on).where(took_place(span.first, span.last))
    )
    for form, day in rows:
        held[form].append(day)
    if lessons:
        held[Form.CLASS_LESSON] = min((days for _grade, days in lessons.values()), key=len)
    planned = _next_planned(session, today)
    lines = []
    for one in rules.OBLIGATIONS:
        if not one.applies(posts, has_classes=bool(lessons)):
            continue
        due = rules.spans(one.per, span, terms=terms, taught=taught)
        days = sorted(day for form in one.forms for day in held[form])
        after = next((planned[form] for form in one.forms if form in planned), None)
        lines.append(YearLine(one, rules.tally(due, one.times, days, today), after))
    period = Period(span.first, min(span.last, today), min(span.last, today))
    return YearPlan(span, lines, covered(session, Need.INDUCTION, period), _by_grade(lessons))


def _taught(session: Session, span: Span) -> Mapping[date, int]:
    """Teaching days by the first day of their month."""
    found: Counter[date] = Counter()
    for day in session.scalars(
        sa.select(SchoolDay.day).where(
            SchoolDay.day.between(span.first, span.last), SchoolDay.teaching.is_(True)
        )
    ):
        found[day.replace(day=1)] += 1
    return found


def _next_planned(session: Session, today: date) -> Mapping[Form, Activity]:
    """The soonest planned activity of each form, today's included."""
    found: dict[Form, Activity] = {}
    for one in session.scalars(
        sa.select(Activity)
        .where(Activity.state == State.PLANNED, Activity.planned_on >= today)
        .order_by(Activity.planned_on, Activity.id)
        .limit(200)
    ):
        found.setdefault(one.form, one)
    return found


def lesson_days(session: Session, first: date, last: date) -> Mapping[int, tuple[int, list[date]]]:
    """Class id → its grade and the days of its recorded fire lessons; classes without any included.

    A lesson is recorded when it has its content written down, a photo or a file.
    """
    found: dict[int, tuple[int, list[date]]] = {
        class_id: (grade, [])
        for class_id, grade in session.execute(
            sa.select(SchoolClass.id, SchoolClass.grade).where(SchoolClass.is_active.is_(True))
        )
    }
    is_recorded = sa.or_(Activity.content != "", Activity.photos.any(), Activity.files.any())
    rows: Any = session.execute(
        sa.select(ClassPart.class_id, Activity.held_on)
        .join(Activity, Activity.id == ClassPart.activity_id)
        .where(Activity.kind == Kind.LESSON, took_place(first, last), is_recorded)
    )
    for class_id, day in rows:
        if class_id in found:
            found[class_id][1].append(day)
    return found


def _by_grade(lessons: Mapping[int, tuple[int, list[date]]]) -> dict[int, int]:
    least: dict[int, int] = {}
    for grade, days in lessons.values():
        least[grade] = min(least.get(grade, len(days)), len(days))
    return dict(sorted(least.items()))


@dataclass(frozen=True)
class CertificateFilters:
    """What the register is narrowed to."""

    standing: Standing | None = None
    kind: str = ""
    words: str = ""


CERTIFICATE_ORDER = (Certificate.issued_on, Certificate.id)


def certificates(filters: CertificateFilters, today: date, days: int) -> sa.Select[Any]:
    """Certificates with people and files; page by CERTIFICATE_ORDER."""
    select = (
        sa.select(Certificate)
        .join(Person, Person.id == Certificate.person_id)
        .where(*_in_standing(filters.standing, today, days))
        .options(joinedload(Certificate.person), joinedload(Certificate.file))
    )
    if filters.kind:
        select = select.where(Certificate.kind == filters.kind)
    if filters.words:
        pattern = like(filters.words)
        select = select.where(
            sa.or_(
                Person.name.like(pattern, escape="\\"),
                Certificate.number.like(pattern, escape="\\"),
            )
        )
    return select


def _in_standing(wanted: Standing | None, today: date, days: int) -> list[sa.ColumnElement[bool]]:
    """What ``rules.standing`` computes, as the database computes it."""
    holds = [Certificate.ended_at.is_(None), Person.status == PersonStatus.ACTIVE]
    until = today + timedelta(days)
    by_standing: dict[Standing | None, list[sa.ColumnElement[bool]]] = {
        None: [],
        Standing.VALID: [
            *holds,
            sa.or_(Certificate.expires_on.is_(None), Certificate.expires_on > until),
        ],
        Standing.ENDING: [*holds, Certificate.expires_on.between(today, until)],
        Standing.EXPIRED: [*holds, Certificate.expires_on < today],
        Standing.REPLACED: [Certificate.ended_at.is_not(None)],
    }
    return by_standing[wanted]


def certificate_counts(session: Session, today: date, days: int) -> Counter[Standing]:
    """How many certificates stand how."""
    sums = [
        sa.func.count(sa.case((sa.and_(*_in_standing(one, today, days)), 1))) for one in Standing
    ]
    row: Any = session.execute(
        sa.select(*sums).select_from(Certificate).join(Person, Person.id == Certificate.person_id)
    ).one()
    return Counter(dict(zip(Standing, row, strict=True)))


def open_decisions(person_id: int, last: date) -> sa.Select[Any]:
    """What a person took over at meetings and has not done, due until ``last``; with the meeting."""
    return (
        sa.select(Decision)
        .where(Decision.owner_id == person_id, Decision.done_on.is_(None), Decision.due_on <= last)
        .options(joinedload(Decision.activity))
        .order_by(Decision.due_on, Decision.id)
    )


def asked_lately(session: Session, form: Form) -> frozenset[int]:
    """Ids of the people whom the last spot check of that form asked."""
    last = (
        sa.select(Activity.id)
        .where(Activity.kind == Kind.SPOT_CHECK, Activity.form == form, Activity.state.in_(HELD))
        .order_by(Activity.held_on.desc(), Activity.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return frozenset(
        session.scalars(
            sa.select(SpotAnswer.person_id)
            .where(SpotAnswer.activity_id == last, SpotAnswer.person_id.is_not(None))
            .distinct()
        )
    )


def own_attendance(session: Session, activity: Activity, person_id: int) -> Attendance | None:
    """The person's row on the list; None when they neither were asked nor came."""
    return session.scalars(
        sa.select(Attendance).where(
            Attendance.activity_id == activity.id, Attendance.person_id == person_id
        )
    ).first()


def listed(session: Session, activity: Activity) -> Sequence[Attendance]:
    """Everybody on an activity's list, in the order in which they came onto it."""
    return session.scalars(
        sa.select(Attendance).where(Attendance.activity_id == activity.id).order_by(Attendance.id)
    ).all()

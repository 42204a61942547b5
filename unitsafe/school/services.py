"""Changing the school's facts, settings and calendar."""

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.hooks import duties_changed
from unitsafe.school import queries, rules
from unitsafe.school.models import School, SchoolDay, Term
from unitsafe.school.rules import Stage
from unitsafe.school.settings import SETTINGS


def create_school(
    session: Session,
    *,
    name: str,
    short_name: str,
    stage: Stage,
    flags: Mapping[str, bool],
    is_sample: bool,
    now: datetime,
) -> School:
    """The school of this installation. Raises RuleError when there is one already."""
    if session.get(School, 1) is not None:
        raise RuleError("这里已经有一所学校了，一套系统只管一所学校。")
    school = School(
        id=1,
        name=name,
        short_name=short_name,
        stage=stage,
        flags={key: True for key, on in flags.items() if on},
        is_sample=is_sample,
        created_at=now,
    )
    session.add(school)
    session.flush()
    audit.record(session, "school.create", "school:1", by=None, now=now, data={"name": name})
    return school


def change_school(
    session: Session,
    *,
    name: str,
    short_name: str,
    stage: Stage,
    address: str,
    hotline: str,
    flags: Mapping[str, bool],
    numbers: Mapping[str, int],
    by: Actor,
    now: datetime,
) -> None:
    """Facts, switches and settings; a number equal to its default is not stored."""
    school = queries.school(session)
    before = _facts(school)
    school.name, school.short_name, school.stage = name, short_name, stage
    school.address, school.hotline = address, hotline
    boarding_before = school.has("has_boarding")
    school.flags = {key: True for key, on in flags.items() if on}
    school.settings = {k: n for k, n in numbers.items() if n != SETTINGS[k].default}
    if school.has("has_boarding") != boarding_before:
        _rebuild(session, school)
        duties_changed(session, clock.local(now).date(), now)
    audit.record(
        session,
        "school.change",
        "school:1",
        by=by,
        now=now,
        data={"before": before, "after": _facts(school)},
    )


def _facts(school: School) -> dict[str, object]:
    return {
        "name": school.name,
        "address": school.address,
        "hotline": school.hotline,
        "flags": dict(school.flags),
        "settings": dict(school.settings),
    }


def add_term(
    session: Session,
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    by: Actor | None,
    now: datetime,
) -> Term:
    """A term with its days. Raises RuleError when it overlaps another or runs over a year."""
    _check_span(session, starts_on, ends_on)
    term = Term(name=name, starts_on=starts_on, ends_on=ends_on)
    session.add(term)
    session.flush()
    _rebuild(session, queries.school(session))
    duties_changed(session, clock.local(now).date(), now)
    data = {"name": name, "starts_on": starts_on, "ends_on": ends_on}
    audit.record(session, "term.add", f"term:{term.id}", by=by, now=now, data=data)
    return term


def change_term(
    session: Session,
    term: Term,
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    by: Actor,
    now: datetime,
) -> None:
    """Another name or span; its days follow. What was due on a past day that is no longer in any
    term is excused; what was done stays. Raises RuleError like :func:`add_term`."""
    _check_span(session, starts_on, ends_on, but=term.id)
    today = clock.local(now).date()
    before = {"name": term.name, "starts_on": term.starts_on, "ends_on": term.ends_on}
    had = set(session.scalars(sa.select(SchoolDay.day).where(SchoolDay.day <= today)))
    term.name, term.starts_on, term.ends_on = name, starts_on, ends_on
    session.flush()
    _rebuild(session, queries.school(session))
    have = set(session.scalars(sa.select(SchoolDay.day).where(SchoolDay.day <= today)))
    for day in sorted((had ^ have) | {today}):
        duties_changed(session, day, now)
    after = {"name": name, "starts_on": starts_on, "ends_on": ends_on}
    data = {"before": before, "after": after}
    audit.record(session, "term.change", f"term:{term.id}", by=by, now=now, data=data)


def _check_span(session: Session, starts_on: date, ends_on: date, but: int = 0) -> None:
    if ends_on <= starts_on:
        raise RuleError("学期结束日期要晚于开始日期。")
    if (ends_on - starts_on).days > 366:
        raise RuleError("一个学期不会超过一年，请核对日期。")
    overlap = sa.select(Term.name).where(
        Term.starts_on <= ends_on, Term.ends_on >= starts_on, Term.id != but
    )
    if other := session.scalar(overlap):
        raise RuleError("日期和“%(other)s”重叠了，请核对。", other=other)


def set_day(
    session: Session,
    day: date,
    *,
    teaching: bool,
    boarding: bool,
    note: str,
    by: Actor,
    now: datetime,
) -> SchoolDay:
    """Set one day by hand (sports day, snow day, local holiday)."""
    entry = session.get(SchoolDay, day)
    if entry is None:
        raise RuleError("这一天不在任何学期里，请先添加学期。")
    before = {"teaching": entry.teaching, "boarding": entry.boarding, "note": entry.note}
    entry.teaching, entry.boarding, entry.note, entry.edited = teaching, boarding, note, True
    after = {"teaching": teaching, "boarding": boarding, "note": note}
    audit.record(
        session,
        "calendar.set_day",
        f"day:{day}",
        by=by,
        now=now,
        data={"before": before, "after": after},
    )
    duties_changed(session, day, now)
    return entry


def _rebuild(session: Session, school: School) -> None:
    """Build the days of all terms again; days set by hand stay as they are while a term holds
    them."""
    spans = [(term.starts_on, term.ends_on) for term in queries.terms(session)]
    known = {entry.day: entry for entry in session.scalars(sa.select(SchoolDay))}
    left_over = set(known)
    for planned in rules.build_days(spans, has_boarding=school.has("has_boarding")):
        left_over.discard(planned.day)
        entry = known.get(planned.day)
        if entry is None:
            entry = known[planned.day] = SchoolDay(day=planned.day)
            session.add(entry)
        elif entry.edited:
            continue
        entry.teaching, entry.boarding = planned.teaching, planned.boarding
        entry.note = planned.note
    for (
        day
    ) in left_over:  # outside every term now, or the eve of one of a school that boards no more
        session.delete(known[day])
    session.flush()

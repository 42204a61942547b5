"""Who answers for a grid from when until when: one leader, one member, never two on one day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.grids.models import Assignment, Grid, Handover, Role
from unitsafe.people import services as people
from unitsafe.people.models import Person, PersonStatus

ALONE = (Role.LEADER, Role.MEMBER)
"""Roles that one person at a time has for a grid. Source: domain README §3 (一格一员)."""
_DAY = timedelta(days=1)


def assign(
    session: Session,
    *,
    person: Person,
    grid: Grid,
    role: Role,
    from_on: date,
    note: str = "",
    by: Actor | None,
    now: datetime,
) -> Assignment:
    """``person`` answers for ``grid`` from a day on; leader and member succeed the one before.

    What the one before has not finished goes over on that day (:class:`Handover`, with ``note``).
    Somebody named only today, or for a day to come, from the same day on gives way as if never
    named. Raises RuleError when two would answer on one day.
    """
    if role is Role.MEMBER and grid.level != 3:
        raise RuleError("网格员放在三级网格，上级网格请选网格长。")
    if not grid.is_active:
        raise RuleError("“%(name)s”已经撤销，不能再指定负责人。", name=grid.name)
    if person.status is not PersonStatus.ACTIVE:
        raise RuleError("%(name)s已经离校，请换一位。", name=person.name)
    terms = _terms(session, grid, role)
    for term in terms:
        if term.person_id == person.id and term.until_on is None and term.from_on <= from_on:
            return term
    before = _make_room(session, terms, from_on, by=by, now=now) if role in ALONE else None
    assignment = _continued(terms, person, from_on) if role in ALONE else None
    if assignment is None:
        assignment = Assignment(person_id=person.id, grid_id=grid.id, role=role, from_on=from_on)
        session.add(assignment)
    else:
        assignment.until_on = None
    if before is not None and before != person.id:
        session.add(
            Handover(
                grid_id=grid.id,
                role=role,
                from_id=before,
                to_id=person.id,
                from_on=from_on,
                note=note,
                by_id=by.id if by else None,
                at=now,
            )
        )
    session.flush()
    data = {"grid": grid.code, "role": role, "from": from_on, "name": person.name, "note": note}
    audit.record(session, "grid.assign", f"person:{person.id}", by=by, now=now, data=data)
    return assignment


def _terms(session: Session, grid: Grid, role: Role) -> Sequence[Assignment]:
    return session.scalars(
        sa.select(Assignment)
        .where(Assignment.grid_id == grid.id, Assignment.role == role)
        .options(joinedload(Assignment.person))
        .order_by(Assignment.from_on, Assignment.id)
    ).all()


def _make_room(
    session: Session,
    terms: Sequence[Assignment],
    from_on: date,
    *,
    by: Actor | None,
    now: datetime,
) -> int | None:
    """Let nobody of ``terms`` answer from ``from_on`` on; the id of who answered last before."""
    today, before = clock.local(now).date(), None
    for term in terms:
        if not _gives_way(term, from_on, today):
            raise _clash(term, from_on)
    for term in terms:
        if term.from_on == from_on:  # named only today, or for a day to come
            _forget(session, term, by=by, now=now)
            before = term.person_id if from_on <= today else before
            continue
        if term.until_on is None:
            end(session, term, until_on=from_on - _DAY, by=by, now=now)
        before = term.person_id
    return before


def _gives_way(term: Assignment, from_on: date, today: date) -> bool:
    if term.until_on is not None:
        return term.until_on < from_on
    return term.from_on < from_on or (term.from_on == from_on and from_on >= today)


def _clash(term: Assignment, from_on: date) -> RuleError:
    facts = {"name": term.person.name, "first": term.from_on, "last": term.until_on}
    if term.until_on is not None:
        return RuleError(
            "%(name)s从%(first)s到%(last)s负责这个网格，同一天只能有一个人。请把开始日期改到%(last)s之后。",
            **facts,
        )
    if term.from_on > from_on:
        return RuleError(
            "%(name)s从%(first)s起负责这个网格，新负责人的日期不能比它早。"
            "请把日期改到%(first)s之后；如果那次安排还没有开始，可以先取消它。",
            **facts,
        )
    return RuleError(
        "%(name)s正是从%(first)s起负责这个网格，同一天只能有一个人。请把日期改到%(first)s之后。",
        **facts,
    )


def _continued(terms: Sequence[Assignment], person: Person, from_on: date) -> Assignment | None:
    """The term of the same person that ended the day before: it goes on instead."""
    return next(
        (t for t in terms if t.person_id == person.id and t.until_on == from_on - _DAY), None
    )


def _forget(session: Session, term: Assignment, *, by: Actor | None, now: datetime) -> None:
    """Take out a term that never counted, with the handover that waits for it."""
    session.delete(term)
    session.execute(
        sa.delete(Handover).where(
            Handover.grid_id == term.grid_id,
            Handover.role == term.role,
            Handover.to_id == term.person_id,
            Handover.from_on == term.from_on,
            Handover.done_at.is_(None),
        )
    )
    session.flush()
    data = {"role": term.role, "from": term.from_on}
    audit.record(session, "grid.cancel", f"person:{term.person_id}", by=by, now=now, data=data)


def cancel(session: Session, term: Assignment, *, by: Actor, now: datetime) -> None:
    """A term that has not begun will not be; whoever was to be succeeded goes on.

    :raises RuleError: it has begun, and is ended instead.
    """
    today = clock.local(now).date()
    if term.from_on <= today:
        raise RuleError("这次安排已经开始了，不能取消；要换人请用“交接”，不再负责请用“结束”。")
    _forget(session, term, by=by, now=now)
    if term.role not in ALONE or term.from_on - _DAY < today:
        return
    before = session.scalars(
        sa.select(Assignment)
        .join(Person, Person.id == Assignment.person_id)
        .where(
            Assignment.grid_id == term.grid_id,
            Assignment.role == term.role,
            Assignment.until_on == term.from_on - _DAY,
            Person.status == PersonStatus.ACTIVE,
        )
    ).first()
    if before is not None:
        before.until_on = None
        session.flush()


def end(
    session: Session, assignment: Assignment, *, until_on: date, by: Actor | None, now: datetime
) -> None:
    """The person answers for it until ``until_on`` (included)."""
    assignment.until_on = max(assignment.from_on, until_on)
    session.flush()
    data = {"assignment": assignment.id, "until": assignment.until_on}
    audit.record(session, "grid.end", f"person:{assignment.person_id}", by=by, now=now, data=data)


def end_duties(
    session: Session, grid: Grid, *, today: date, by: Actor | None, now: datetime
) -> None:
    """Nobody answers for the grid from today on."""
    _end(session, Assignment.grid_id == grid.id, today - _DAY, by=by, now=now)


def end_all(session: Session, person: Person, today: date, by: Actor, now: datetime) -> None:
    """A person leaves: whatever they answer for ends today."""
    _end(session, Assignment.person_id == person.id, today, by=by, now=now)


def _end(
    session: Session,
    which: sa.ColumnElement[bool],
    last: date,
    *,
    by: Actor | None,
    now: datetime,
) -> None:
    """``last`` is the last day of every term of ``which``; those that begin later are taken out."""
    terms = session.scalars(
        sa.select(Assignment)
        .where(which, sa.or_(Assignment.until_on.is_(None), Assignment.until_on > last))
        .order_by(Assignment.id)
    ).all()
    for term in terms:
        if term.from_on > last:
            _forget(session, term, by=by, now=now)
        else:
            end(session, term, until_on=last, by=by, now=now)


people.on_leave.append(end_all)

"""Changing shifts and turns: who is on, who stands in, what becomes of turns when somebody leaves."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe import clock, content
from unitsafe.content.model import ShiftTemplate
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.hooks import duties_changed
from unitsafe.people.models import Person
from unitsafe.people.queries import names
from unitsafe.people.services import on_leave
from unitsafe.roster import planning, table
from unitsafe.roster.models import (
    CalendarFeed,
    RosterEntry,
    RosterEvent,
    Shift,
    ShiftPerson,
    Swap,
)
from unitsafe.roster.rules import RosterAction, ShiftDays, SwapState, is_without_pupils
from unitsafe.roster.table import Roster
from unitsafe.school.models import School


def create_default_shifts(session: Session, school: School) -> int:
    """The usual shifts a school starts with, as far as it has not got them; how many are new."""
    known = set(session.scalars(sa.select(Shift.key)))
    titles = set(session.scalars(sa.select(Shift.title)))
    added = 0
    for position, template in enumerate(content.load().shifts.values(), start=1):
        if template.key in known or template.title in titles:
            continue
        shift = _from_template(template, position)
        shift.is_active = template.needs_flag is None or school.has(template.needs_flag)
        session.add(shift)
        session.flush()
        planning.keep_plan(session, shift)
        added += 1
    session.flush()
    return added


def _from_template(template: ShiftTemplate, position: int) -> Shift:
    return Shift(
        key=template.key,
        title=template.title,
        place=template.place,
        starts=template.starts,
        ends=template.ends,
        days=ShiftDays(template.days),
        people=template.people,
        posts=list(template.posts),
        checklist_key=template.checklist,
        position=position,
    )


def save_shift(
    session: Session,
    shift: Shift | None,
    *,
    title: str,
    place: str,
    building_id: int | None,
    starts: time,
    ends: time,
    days: ShiftDays,
    weekdays: str,
    people: int,
    posts: Collection[str],
    pool: Collection[int],
    checklist_key: str | None,
    is_active: bool,
    by: Actor,
    now: datetime,
) -> Shift:
    """A new shift, or ``shift`` (loaded with its pool) changed.

    :raises RuleError: the title is taken, it takes no time, or nobody could ever stand it.
    """
    number = shift.id if shift else 0
    if session.scalar(sa.select(Shift.id).where(Shift.title == title, Shift.id != number)):
        raise RuleError("已经有叫“%(title)s”的班次，请换一个名称。", title=title)
    if starts == ends:
        raise RuleError("上岗和离岗不能是同一时间。")
    if not posts and not pool:
        raise RuleError("没有人可以排这个班，请选岗位，或者指定几位老师。")
    act = "shift.change"
    if shift is None:
        last = session.scalar(sa.select(sa.func.max(Shift.position))) or 0
        shift = Shift(position=last + 1, pool=[])
        session.add(shift)
        act = "shift.add"
    shift.title, shift.place, shift.building_id = title, place, building_id
    shift.starts, shift.ends, shift.days, shift.weekdays = starts, ends, days, weekdays
    shift.people, shift.posts, shift.checklist_key = people, sorted(posts), checklist_key
    shift.is_active = is_active
    kept = {one.person_id: one for one in shift.pool}
    shift.pool = [kept.get(one) or ShiftPerson(person_id=one) for one in sorted(set(pool))]
    session.flush()
    planning.keep_plan(session, shift)
    duties_changed(session, clock.local(now).date(), now)
    data = {
        "name": title,
        "place": place,
        "starts_on": starts.isoformat("minutes"),
        "ends_on": ends.isoformat("minutes"),
        "posts": sorted(posts),
        "active": is_active,
    }
    audit.record(session, act, f"shift:{shift.id}", by=by, now=now, data=data)
    return shift


def fill(
    session: Session,
    given: Mapping[tuple[int, date, int], int | None],
    *,
    by: Actor | None,
    now: datetime,
    note: str = "",
) -> int:
    """Put people on turns (shift, day, slot) all at once; how many changed. None empties one."""
    keys = list(given)
    if not keys:
        return 0
    first, last = min(day for _, day, _ in keys), max(day for _, day, _ in keys)
    known = {
        (one.shift_id, one.day, one.slot): one
        for one in session.scalars(
            sa.select(RosterEntry).where(RosterEntry.day.between(first, last))
        )
    }
    changes = []
    for key in sorted(given):
        entry, person_id = known.get(key), given[key]
        before = entry.person_id if entry else None
        if before == person_id and (entry is None or entry.stand_in_id is None):
            continue
        if entry is None:
            entry = RosterEntry(shift_id=key[0], day=key[1], slot=key[2], person_id=None)
            session.add(entry)
        changes.append((entry, before, person_id))
    for entry, _before, _person_id in changes:
        entry.person_id, entry.stand_in_id, entry.stand_in_note = None, None, ""
        entry.is_swapped = False
    session.flush()  # places are free before they are given anew
    for entry, _before, person_id in changes:
        entry.person_id = person_id
        void_swaps(session, entry, now)
    session.flush()
    for entry, before, person_id in changes:
        session.add(
            RosterEvent(
                entry_id=entry.id,
                action=RosterAction.FILL,
                before_id=before,
                person_id=person_id,
                at=now,
                by_id=by.id if by else None,
                note=note,
            )
        )
    session.flush()
    _announce(session, {entry.day for entry, _, _ in changes}, now)
    data = {"from": first, "until": last, "count": len(changes)}
    audit.record(session, "roster.fill", f"roster:{first:%Y-%m}", by=by, now=now, data=data)
    return len(changes)


def set_person(
    session: Session,
    shift: Shift,
    day: date,
    slot: int,
    person: Person | None,
    *,
    anyway: bool = False,
    by: Actor,
    now: datetime,
) -> None:
    """Put ``person`` on a turn of today or later, or empty it; afterwards only where it was open.

    :raises RuleError: the day is over or not one of the shift's, the person may not stand it, is
        away or has it twice; busy at that time or a teacher on a day without pupils, unless
        ``anyway``.
    """
    roster = table.read(session, *_around(day))
    entry = roster.entry(shift.id, day, slot)
    if day < clock.local(now).date() and entry is not None and entry.person_id is not None:
        raise RuleError("这一天已经过去，不能改原来的安排；实际换了人，请登记替岗。")
    if not roster.is_stood(shift, day):
        raise RuleError("这一天不用值这个班。")
    if person is not None:
        _check_person(roster, shift, day, person, entry, anyway=anyway)
    before = entry.person_id if entry else None
    if entry is None:
        entry = RosterEntry(shift_id=shift.id, day=day, slot=slot)
        session.add(entry)
    elif before == (person.id if person else None):
        return
    entry.person, entry.stand_in, entry.stand_in_note = person, None, ""
    entry.is_swapped = False
    session.flush()
    void_swaps(session, entry, now)
    action = RosterAction.SET if person else RosterAction.CLEAR
    log(session, shift, entry, action, before, person.id if person else None, by=by, now=now)


def _check_person(
    roster: Roster,
    shift: Shift,
    day: date,
    person: Person,
    entry: RosterEntry | None,
    *,
    anyway: bool,
) -> None:
    staff, name = roster.staff, person.name
    if not staff.may(shift, person.id, day):
        raise RuleError("%(name)s不在这个班次的人选里，请到“班次”里添加，或换一位。", name=name)
    if staff.absence(person.id, day):
        raise RuleError("%(name)s这天请假，请换一位。", name=name)
    if any(
        one.shift.id == shift.id
        and one.entry is not None
        and (entry is None or one.entry.id != entry.id)
        and person.id in (one.entry.person_id, one.entry.stand_in_id)
        for one in roster.on(day)
    ):
        raise RuleError("%(name)s这天已经在这个班次里了，请换一位。", name=name)
    if anyway:
        return
    if roster.is_busy(person.id, shift, day, but=entry.id if entry else None):
        raise RuleError(
            "%(name)s同一时间已有别的值班。换一位，或勾选“仍要这样排”再保存。", name=name
        )
    if not staff.works(person.id, day):
        raise RuleError("%(name)s这天不在校。换一位，或勾选“仍要这样排”再保存。", name=name)
    if is_without_pupils(roster.facts(day)) and staff.is_spared(person.id, day):
        raise RuleError("这天没有学生在校，一般不排教师。换一位，或勾选“仍要这样排”再保存。")


def set_stand_in(
    session: Session,
    shift: Shift,
    day: date,
    slot: int,
    person: Person | None,
    *,
    note: str,
    anyway: bool = False,
    by: Actor,
    now: datetime,
) -> None:
    """替岗: ``person`` stands instead of whoever is planned, also noted afterwards; None: not.

    :raises RuleError: nobody is planned, it is the same person, they are away, busy or may not.
    """
    roster = table.read(session, *_around(day))
    entry = roster.entry(shift.id, day, slot)
    if entry is None or entry.person_id is None:
        raise RuleError("这一班还没有排人，直接排上就行，不用登记替岗。")
    before = entry.stand_in_id
    if before == (person.id if person else None) and (
        person is None or entry.stand_in_note == note
    ):
        return
    if person is not None:
        if person.id == entry.person_id:
            raise RuleError("替岗的人要是另一位老师。")
        if not note:
            raise RuleError("请写明为什么替岗，例如“病假”“外出教研”。")
        if person.id != before:
            _check_person(roster, shift, day, person, entry, anyway=anyway)
    entry.stand_in, entry.stand_in_note = person, note if person else ""
    session.flush()
    void_swaps(session, entry, now)
    action = RosterAction.STAND_IN if person else RosterAction.NO_STAND_IN
    after = person.id if person else entry.person_id
    was = before or entry.person_id
    log(session, shift, entry, action, was, after, by=by, now=now, note=note)
    planning.pass_on(session, entry)


def _around(day: date) -> tuple[date, date]:
    """The days whose turns can overlap one of ``day``."""
    return date.fromordinal(day.toordinal() - 1), date.fromordinal(day.toordinal() + 1)


def log(
    session: Session,
    shift: Shift,
    entry: RosterEntry,
    action: RosterAction,
    before: int | None,
    after: int | None,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
) -> None:
    """Append to the history of a turn and to the log; the checks of today follow."""
    is_late = entry.day < clock.local(now).date()
    session.add(
        RosterEvent(
            entry_id=entry.id,
            action=action,
            before_id=before,
            person_id=after,
            at=now,
            by_id=by.id,
            note=note,
            is_late=is_late,
        )
    )
    _announce(session, {entry.day}, now)
    known = names(session, {one for one in (before, after) if one})
    data = {
        "shift": shift.title,
        "person": known.get(after or 0, ""),
        "was": known.get(before or 0, ""),
        "note": note,
        "late": is_late,
    }
    audit.record(session, f"roster.{action}", f"roster:{entry.day}", by=by, now=now, data=data)


def _announce(session: Session, days: Collection[date], now: datetime) -> None:
    """The checks of today follow; later days are planned when they come."""
    today = clock.local(now).date()
    if today in days:
        duties_changed(session, today, now)


def void_swaps(session: Session, entry: RosterEntry, now: datetime) -> None:
    """Requests about a turn that is somebody else's now come to nothing."""
    session.execute(
        sa.update(Swap)
        .where(
            sa.or_(Swap.entry_id == entry.id, Swap.other_entry_id == entry.id),
            Swap.state == SwapState.ASKED,
        )
        .values(state=SwapState.VOID, decided_at=now)
    )


def vacate(session: Session, person: Person, today: date, by: Actor, now: datetime) -> None:
    """Turns to come of somebody who leaves are open again; the feed closes, pools forget them."""
    entries = session.scalars(
        sa.select(RosterEntry)
        .where(
            sa.or_(RosterEntry.person_id == person.id, RosterEntry.stand_in_id == person.id),
            RosterEntry.day >= today,
        )
        .options(joinedload(RosterEntry.shift))
    ).all()
    for entry in entries:
        if clock.at(entry.day, entry.shift.starts) <= now:
            continue  # stood today already
        if entry.person_id == person.id:
            entry.person_id = entry.stand_in_id  # whoever stands in keeps the turn
        entry.stand_in_id, entry.stand_in_note = None, ""
        void_swaps(session, entry, now)
        session.add(
            RosterEvent(
                entry_id=entry.id,
                action=RosterAction.LEAVE,
                before_id=person.id,
                person_id=entry.person_id,
                at=now,
                by_id=by.id,
            )
        )
    for model in (ShiftPerson, CalendarFeed):
        session.execute(sa.delete(model).where(model.person_id == person.id))
    session.flush()


on_leave.append(vacate)

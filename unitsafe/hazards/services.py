"""What people do with hazards: each change appends an event and an audit entry."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, Right, RuleError, can
from unitsafe.grids import queries as grids
from unitsafe.hazards import rules
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto, HazardSerial
from unitsafe.hazards.rules import TRANSITIONS, Action, Fix, Level, Source, State
from unitsafe.people import queries as people
from unitsafe.people.models import Person, PersonStatus
from unitsafe.photos.models import Photo
from unitsafe.school import queries as schools


def report(
    session: Session,
    *,
    description: str,
    category: str,
    level: Level,
    fix: Fix,
    space_id: int | None,
    grid_id: int | None = None,
    photo_ids: Collection[int] = (),
    source: Source = Source.REPORT,
    source_ref: str = "",
    by: Actor,
    now: datetime,
) -> Hazard:
    """A new numbered hazard.

    Fixed on the spot it waits for a recheck; otherwise whoever answers for the space has to fix it
    by the school's default deadline. With nobody to fix it, it waits to be dispatched. ``grid_id``
    says where it is when no space is named.
    """
    school = schools.school(session)
    today = clock.local(now).date()
    if level is Level.MAJOR:
        level = Level.SUSPECTED_MAJOR  # only the manager's confirmation makes it major
    hazard = Hazard(
        number=_next_number(session, today.year),
        level=level,
        category=category,
        description=description,
        space_id=space_id,
        grid_id=_grid_id(session, space_id, grid_id, today),
        fix=fix,
        stop_use=fix is Fix.STOP_USE,
        source=source,
        source_ref=source_ref,
        found_at=now,
        reporter_id=by.id,
        events=[HazardEvent(action=Action.REPORT, at=now, by_id=by.id, note=description)],
    )
    session.add(hazard)
    session.flush()
    add_photos(session, hazard, photo_ids, is_after=False, now=now, by=by)
    days = {key: school.number(key) for key in rules.DAYS_SETTING.values()}
    holder = grids.duty_holder(session, space_id, today, grid_id=hazard.grid_id)
    if fix is Fix.ON_SPOT and can(by, Right.FIX_ON_SPOT):
        hazard.state, hazard.holder_id, hazard.fixed_by_id = State.RECTIFIED, by.id, by.id
        hazard.due_on = today
        hazard.events.append(HazardEvent(action=Action.FIX_ON_SPOT, at=now, by_id=by.id))
    elif holder is not None:
        hazard.state, hazard.holder_id = State.ASSIGNED, holder.id
        hazard.due_on = rules.default_deadline(level, today, days)
        hazard.events.append(
            HazardEvent(action=Action.DISPATCH, at=now, to_id=holder.id, due_on=hazard.due_on)
        )
    session.flush()
    _log(session, hazard, Action.REPORT, by=by, now=now, data={"description": description})
    return hazard


def dispatch(
    session: Session,
    hazard: Hazard,
    *,
    to: Person,
    level: Level,
    due_on: date,
    measure: str,
    interim_measure: str,
    by: Actor,
    now: datetime,
) -> None:
    """Give it to ``to`` to fix by ``due_on``, with the level it deserves."""
    if to.status is not PersonStatus.ACTIVE:
        raise RuleError("%(name)s已经离校，请选其他人。", name=to.name)
    if session.scalar(sa.select(Person.id).where(Person.id == to.id, people.is_visitor())):
        raise RuleError("%(name)s是来访账号，不能整改，请选本校的人。", name=to.name)
    if due_on < (found_on := clock.local(hazard.found_at).date()):
        raise RuleError("整改期限不能早于发现日期（%(day)s）。", day=found_on.isoformat())
    if not can(by, Right.CONFIRM_MAJOR):  # neither makes it major nor takes that back
        if hazard.level is Level.MAJOR:
            level = Level.MAJOR
        elif level is Level.MAJOR:
            level = Level.SUSPECTED_MAJOR
    _move(
        session,
        hazard,
        Action.DISPATCH,
        by=by,
        now=now,
        to_id=to.id,
        due_on=due_on,
        note=measure,
        changes={
            "holder_id": to.id,
            "level": level,
            "due_on": due_on,
            "measure": measure,
            "interim_measure": interim_measure,
        },
    )


def reject(session: Session, hazard: Hazard, *, reason: str, by: Actor, now: datetime) -> None:
    """It is not a hazard, and why."""
    _move(session, hazard, Action.REJECT, by=by, now=now, note=reason)


def report_done(
    session: Session,
    hazard: Hazard,
    *,
    measure: str,
    photo_ids: Collection[int],
    by: Actor,
    now: datetime,
) -> None:
    """The holder says what was done and shows it. Raises RuleError without a new photo of theirs."""
    if not _new_photos(session, hazard, photo_ids, by):
        shown = sa.select(HazardPhoto.id).where(
            HazardPhoto.hazard_id == hazard.id, HazardPhoto.photo_id.in_(list(photo_ids))
        )
        if session.scalar(shown):
            raise RuleError("这张照片已经用过了，请重新拍一张整改后的照片。")
        raise RuleError("请先拍一张整改后的照片。")
    changes = {"fixed_by_id": by.id, "rechecked_by_id": None}
    _move(session, hazard, Action.REPORT_DONE, by=by, now=now, note=measure, changes=changes)
    add_photos(session, hazard, photo_ids, is_after=True, now=now, by=by)


def recheck(session: Session, hazard: Hazard, *, note: str, by: Actor, now: datetime) -> None:
    """Someone else looked again and found it fixed; closing waits for whoever may close."""
    changes = {"rechecked_by_id": by.id}
    _move(session, hazard, Action.RECHECK, by=by, now=now, note=note, changes=changes)


def send_back(session: Session, hazard: Hazard, *, reason: str, by: Actor, now: datetime) -> None:
    """Not fixed yet: back to the holder, the attempt stays on record."""
    changes = {"rechecked_by_id": None, "fixed_by_id": None}
    _move(session, hazard, Action.SEND_BACK, by=by, now=now, note=reason, changes=changes)


def close(session: Session, hazard: Hazard, *, note: str, by: Actor, now: datetime) -> None:
    """销号 with the right that the level needs."""
    changes = {"closed_at": now, "rechecked_by_id": hazard.rechecked_by_id or by.id}
    _move(session, hazard, Action.CLOSE, by=by, now=now, note=note, changes=changes)


def add_photos(
    session: Session,
    hazard: Hazard,
    photo_ids: Collection[int],
    *,
    is_after: bool,
    now: datetime,
    by: Actor,
) -> None:
    """Attach photos that ``by`` uploaded; ones already attached are left as they are."""
    for photo_id in _new_photos(session, hazard, photo_ids, by):
        session.add(HazardPhoto(hazard_id=hazard.id, photo_id=photo_id, is_after=is_after, at=now))
    session.flush()


def _new_photos(
    session: Session, hazard: Hazard, photo_ids: Collection[int], by: Actor
) -> Sequence[int]:
    """Those of ``photo_ids`` that ``by`` uploaded and the hazard does not show yet."""
    known = sa.select(HazardPhoto.photo_id).where(HazardPhoto.hazard_id == hazard.id)
    return session.scalars(
        sa.select(Photo.id)
        .where(Photo.id.in_(list(photo_ids)), Photo.by_id == by.id, Photo.id.not_in(known))
        .order_by(Photo.id)
    ).all()


def _move(
    session: Session,
    hazard: Hazard,
    action: Action,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    to_id: int | None = None,
    due_on: date | None = None,
    changes: Mapping[str, object] | None = None,
) -> None:
    """The one way from state to state: rule, change, event, audit entry."""
    if action not in hazard.actions_open_to(by):
        raise RuleError("这条隐患现在不能这样处理，可能刚刚有别人处理过，请刷新看一下。")
    target = TRANSITIONS[action].target
    for name, value in (changes or {}).items():
        setattr(hazard, name, value)
    if target is not None:
        hazard.state = target
    session.add(
        HazardEvent(
            hazard_id=hazard.id,
            action=action,
            at=now,
            by_id=by.id,
            to_id=to_id,
            due_on=due_on,
            note=note,
        )
    )
    data: dict[str, object] = {"note": note, "to": to_id}
    if action is Action.DISPATCH:
        data |= {"level": hazard.level, "due_on": due_on}
    _log(session, hazard, action, by=by, now=now, data=data)


def _log(
    session: Session,
    hazard: Hazard,
    action: Action,
    *,
    by: Actor,
    now: datetime,
    data: dict[str, object],
) -> None:
    audit.record(session, f"hazard.{action}", f"hazard:{hazard.number}", by=by, now=now, data=data)


def _next_number(session: Session, year: int) -> str:
    serial = session.scalars(
        sa.select(HazardSerial).where(HazardSerial.year == year).with_for_update()
    ).first()
    if serial is None:
        serial = HazardSerial(year=year, last=0)
        session.add(serial)
    serial.last += 1
    session.flush()
    return rules.number(year, serial.last)


def _grid_id(session: Session, space_id: int | None, grid_id: int | None, day: date) -> int:
    found = grids.grid_of_space(session, space_id, day) if space_id else grid_id
    if found is None:
        school = grids.root(session)
        if school is None:
            raise RuleError("还没有建立网格，请先在“网格”里建立全校网格。")
        found = school.id
    return found

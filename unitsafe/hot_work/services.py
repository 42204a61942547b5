"""What people do with permits: each step appends an event and an audit entry."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.serials import next_in_year
from unitsafe.hot_work import rules
from unitsafe.hot_work.models import HotWorkEvent, HotWorkPermit, HotWorkPhoto, HotWorkSerial
from unitsafe.hot_work.rules import Action, DayFacts, Hours, Measure
from unitsafe.photos import services as photos
from unitsafe.places.models import Building, BuildingUse, Space
from unitsafe.school import queries as schools


@dataclass(frozen=True)
class Facts:
    """What is applied for: a window of ``day``. ``unit`` is the contractor, empty for own staff."""

    space_id: int
    work: str
    worker: str
    certificate_no: str
    certificate_until: date
    day: date
    starts: time
    ends: time
    watcher_id: int
    measures: Sequence[Measure]
    unit: str = ""
    place: str = ""


def apply(session: Session, facts: Facts, *, by: Actor, now: datetime) -> HotWorkPermit:
    """A permit that waits for approval.

    :raises RuleError: it is too late, pupils are there, or the certificate no longer holds.
    """
    starts_at = clock.at(facts.day, facts.starts)
    if starts_at <= now:
        raise RuleError("动火要先批准再动，请填还没有开始的时段。", field="starts")
    _check_window(session, facts.space_id, facts.day, facts.starts, facts.ends)
    rules.check_certificate(facts.certificate_until, facts.day)
    year = clock.local(now).year
    told = asdict(facts)
    permit = HotWorkPermit(
        number=rules.number(year, next_in_year(session, HotWorkSerial, year)),
        starts_at=starts_at,
        ends_at=clock.at(facts.day, facts.ends),
        applicant_id=by.id,
        measures=[str(one) for one in facts.measures],
        **{name: told[name] for name in told if name not in ("day", "starts", "ends", "measures")},
    )
    session.add(permit)
    session.flush()
    _log(session, permit, Action.APPLY, by=by, now=now, data={"work": facts.work})
    return permit


def approve(
    session: Session, permit: HotWorkPermit, *, note: str, by: Actor, now: datetime
) -> None:
    """The work may be done. Everything is looked at again: the calendar may have changed."""
    rules.check(Action.APPROVE, permit.state, by, permit.parties)
    if permit.ends_at <= now:
        raise RuleError("申请的时段已经过去，请让申请人重新申请。")
    _check_again(session, permit)
    _move(session, permit, Action.APPROVE, by=by, now=now, note=note)


def refuse(
    session: Session, permit: HotWorkPermit, *, reason: str, by: Actor, now: datetime
) -> None:
    """The work may not be done."""
    _move(session, permit, Action.REFUSE, by=by, now=now, note=reason)


def cancel(
    session: Session, permit: HotWorkPermit, *, reason: str, by: Actor, now: datetime
) -> None:
    """The applicant no longer needs it."""
    _move(session, permit, Action.CANCEL, by=by, now=now, note=reason)


def start(
    session: Session,
    permit: HotWorkPermit,
    *,
    answers: Mapping[str, str],
    keys: Collection[str],
    photo_ids: Collection[int],
    by: Actor,
    now: datetime,
) -> None:
    """The watcher stands on the site and found every item of the list (``keys``) in order.

    :raises RuleError: outside the window, pupils are there, a bad certificate, an item that is
        wrong or not looked at, no photo.
    """
    rules.check(Action.START, permit.state, by, permit.parties)
    if now < permit.starts_at:
        raise RuleError("还没有到批准的时段，不能开工。", field="site")
    if now >= permit.ends_at:
        raise RuleError("批准的时段已经过去，请重新申请。", field="site")
    _check_again(session, permit)
    rules.check_site(answers, keys)
    if not _add_photos(session, permit, Action.START, photo_ids, by):
        raise RuleError("请先在现场拍一张照片。", field="photo")
    kept = {key: answers[key] for key in keys}
    _move(session, permit, Action.START, by=by, now=now, answers=kept)


def finish(
    session: Session,
    permit: HotWorkPermit,
    *,
    note: str,
    photo_ids: Collection[int],
    by: Actor,
    now: datetime,
) -> None:
    """The work is over; from now the time to the look afterwards counts."""
    rules.check(Action.FINISH, permit.state, by, permit.parties)
    permit.finished_at = now
    _add_photos(session, permit, Action.FINISH, photo_ids, by)
    _move(session, permit, Action.FINISH, by=by, now=now, note=note)


def after_check(
    session: Session,
    permit: HotWorkPermit,
    *,
    note: str,
    photo_ids: Collection[int],
    by: Actor,
    now: datetime,
) -> None:
    """Looked again, nothing glows: closed. Raises RuleError before the time is over."""
    rules.check(Action.AFTER_CHECK, permit.state, by, permit.parties)
    minutes = schools.school(session).number("hot_work_after_minutes")
    since = permit.after_check_from(minutes)
    if since is not None and now < since:
        raise RuleError(
            "完工%(minutes)s分钟后再复查，%(at)s起可以登记。",
            minutes=minutes,
            at=f"{clock.local(since):%H:%M}",
            field="note",
        )
    _add_photos(session, permit, Action.AFTER_CHECK, photo_ids, by)
    _move(session, permit, Action.AFTER_CHECK, by=by, now=now, note=note)


def _check_again(session: Session, permit: HotWorkPermit) -> None:
    starts, ends = clock.local(permit.starts_at), clock.local(permit.ends_at)
    rules.check_certificate(permit.certificate_until, starts.date())
    _check_window(session, permit.space_id, starts.date(), starts.time(), ends.time())


def _check_window(session: Session, space_id: int, day: date, starts: time, ends: time) -> None:
    """Raises RuleError when pupils are in the place between ``starts`` and ``ends`` of ``day``."""
    use = session.scalar(
        sa.select(Building.use)
        .join(Space, Space.building_id == Building.id)
        .where(Space.id == space_id)
    )
    school = schools.school(session)
    there = rules.pupils_there(
        _facts_of(session, day),
        _facts_of(session, day - timedelta(days=1)),
        Hours(school.number("pupils_from"), school.number("pupils_until")),
        is_dormitory=use is BuildingUse.DORM,
    )
    rules.check_window(starts, ends, there, day)


def _facts_of(session: Session, day: date) -> DayFacts:
    entry = schools.day(session, day)
    return DayFacts(day, bool(entry and entry.teaching), bool(entry and entry.boarding))


def _add_photos(
    session: Session, permit: HotWorkPermit, action: Action, ids: Collection[int], by: Actor
) -> int:
    """Attach photos that ``by`` sent and the permit does not show yet; how many."""
    shown = sa.select(HotWorkPhoto.photo_id).where(HotWorkPhoto.permit_id == permit.id)
    new = photos.own(session, by, ids, without=shown)
    session.add_all(HotWorkPhoto(permit_id=permit.id, photo_id=one, action=action) for one in new)
    session.flush()
    return len(new)


def _move(
    session: Session,
    permit: HotWorkPermit,
    action: Action,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    answers: Mapping[str, str] | None = None,
) -> None:
    rules.check(action, permit.state, by, permit.parties)
    permit.state = rules.TRANSITIONS[action].target
    _log(session, permit, action, by=by, now=now, note=note, answers=answers)


def _log(
    session: Session,
    permit: HotWorkPermit,
    action: Action,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    answers: Mapping[str, str] | None = None,
    data: Mapping[str, object] | None = None,
) -> None:
    session.add(
        HotWorkEvent(
            permit_id=permit.id,
            action=action,
            at=now,
            by_id=by.id,
            note=note,
            answers=dict(answers or {}),
        )
    )
    session.flush()
    told = {"number": permit.number, **({"note": note} if note else {}), **(data or {})}
    audit.record(session, f"hot_work.{action}", f"hot_work:{permit.id}", by=by, now=now, data=told)

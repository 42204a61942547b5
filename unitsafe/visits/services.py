"""What people do with visits: each change appends an event and an audit entry."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.hazards import services as hazards
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Action as HazardAction
from unitsafe.hazards.rules import Fix, Level, Source
from unitsafe.people.models import Person
from unitsafe.photos import services as photos
from unitsafe.visits.models import Visit, VisitEvent, VisitFinding, VisitPhoto
from unitsafe.visits.rules import Action, Kind


@dataclass(frozen=True)
class Facts:
    """What is written down of a visit."""

    kind: Kind
    body: str
    visited_on: date
    inspectors: str = ""
    accompanied_by: str = ""
    document_no: str = ""
    reply_due_on: date | None = None
    summary: str = ""


@dataclass(frozen=True)
class Found:
    """One finding: what, where (None: the whole school), how grave, by when, against which rule."""

    description: str
    category: str
    level: Level
    space_id: int | None = None
    due_on: date | None = None
    basis: str = ""


def record(
    session: Session,
    facts: Facts,
    found: Sequence[Found],
    *,
    photo_ids: Collection[int] = (),
    by: Actor,
    now: datetime,
) -> Visit:
    """A visit; each finding becomes a hazard of its own."""
    _check(facts, clock.local(now).date())
    visit = Visit(**asdict(facts), recorded_at=now)
    session.add(visit)
    session.flush()
    _add_photos(session, visit, photo_ids, by)
    numbers = [_find(session, visit, one, by=by, now=now).number for one in found]
    note = "、".join(numbers)
    _log(session, visit, Action.RECORD, note, {**_shown(facts), "found": note}, by=by, now=now)
    return visit


def change(
    session: Session,
    visit: Visit,
    facts: Facts,
    *,
    seen: int,
    photo_ids: Collection[int] = (),
    by: Actor,
    now: datetime,
) -> None:
    """Complete or correct what is written down, until the reply is out.

    ``seen`` is the version that the person had before them. The event tells old and new.
    """
    _check_open(visit)
    if visit.version != seen:
        raise RuleError("刚刚有人改过这条记录，请看过最新内容再改。")
    _check(facts, clock.local(now).date())
    changes = {
        name: (before, value)
        for name, value in asdict(facts).items()
        if (before := getattr(visit, name)) != value
    }
    for name, (_before, value) in changes.items():
        setattr(visit, name, value)
    added = _add_photos(session, visit, photo_ids, by)
    if not changes and not added:
        return
    told = {name: [_text(old), _text(new)] for name, (old, new) in changes.items()}
    told |= {"photos": ["", str(added)]} if added else {}
    data = {name: new for name, (_old, new) in told.items()}
    _log(session, visit, Action.CHANGE, "", data, changes=told, by=by, now=now)


def add_finding(session: Session, visit: Visit, one: Found, *, by: Actor, now: datetime) -> Hazard:
    """Something they found that was not written down at first."""
    _check_open(visit)
    hazard = _find(session, visit, one, by=by, now=now)
    _log(
        session, visit, Action.ADD_FINDING, hazard.number, {"found": hazard.number}, by=by, now=now
    )
    return hazard


def reply(
    session: Session, visit: Visit, *, reply_no: str, replied_on: date, by: Actor, now: datetime
) -> None:
    """The reply went out on that day under that number."""
    _check_open(visit)
    if replied_on < visit.visited_on:
        raise RuleError(
            "复函日期不能早于检查日期（%(day)s）。",
            day=visit.visited_on.isoformat(),
            field="replied_on",
        )
    if replied_on > clock.local(now).date():
        raise RuleError("复函日期不能是以后的日子。", field="replied_on")
    visit.reply_no, visit.replied_on = reply_no, replied_on
    note = " ".join(part for part in (replied_on.isoformat(), reply_no) if part)
    data = {"reply_no": reply_no, "replied_on": replied_on}
    _log(session, visit, Action.REPLY, note, data, by=by, now=now)


def _check(facts: Facts, today: date) -> None:
    if facts.visited_on > today:
        raise RuleError("检查日期不能是以后的日子。", field="visited_on")
    if facts.reply_due_on and facts.reply_due_on < facts.visited_on:
        raise RuleError("复函期限不能早于检查日期。", field="reply_due_on")


def _check_open(visit: Visit) -> None:
    if visit.replied_on is not None:
        raise RuleError("已经复函的检查不能再改；有新的检查请另外登记。")


def _find(session: Session, visit: Visit, one: Found, *, by: Actor, now: datetime) -> Hazard:
    """The hazard of a finding. Whoever answers for the place has to fix it by the day that was given,
    or today where that day is past already."""
    hazard = hazards.report(
        session,
        description=one.description,
        category=one.category,
        level=one.level,
        fix=Fix.SCHEDULED,
        space_id=one.space_id,
        source=Source.VISIT,
        source_ref=str(visit.id),
        by=by,
        now=now,
    )
    session.add(
        VisitFinding(visit_id=visit.id, hazard_id=hazard.id, due_on=one.due_on, basis=one.basis)
    )
    if one.due_on and hazard.holder_id and HazardAction.DISPATCH in hazard.actions_open_to(by):
        hazards.dispatch(
            session,
            hazard,
            to=session.get_one(Person, hazard.holder_id),
            level=hazard.level,
            due_on=max(one.due_on, clock.local(now).date()),
            measure=hazard.measure,
            interim_measure=hazard.interim_measure,
            by=by,
            now=now,
        )
    session.flush()
    return hazard


def _add_photos(session: Session, visit: Visit, photo_ids: Collection[int], by: Actor) -> int:
    """Attach photos that ``by`` sent and the visit does not show yet; how many."""
    shown = sa.select(VisitPhoto.photo_id).where(VisitPhoto.visit_id == visit.id)
    new = photos.own(session, by, photo_ids, without=shown)
    session.add_all(VisitPhoto(visit_id=visit.id, photo_id=one) for one in new)
    session.flush()
    return len(new)


def _shown(facts: Facts) -> dict[str, object]:
    return {name: _text(value) for name, value in asdict(facts).items() if value}


def _text(value: object) -> str:
    """A fact as the record keeps it: special, 2026-11-03; empty for nothing."""
    return str(value) if value else ""


def _log(
    session: Session,
    visit: Visit,
    action: Action,
    note: str,
    data: Mapping[str, object],
    *,
    changes: Mapping[str, list[str]] | None = None,
    by: Actor,
    now: datetime,
) -> None:
    session.add(
        VisitEvent(
            visit_id=visit.id,
            action=action,
            at=now,
            by_id=by.id,
            note=note,
            changes=dict(changes or {}),
        )
    )
    session.flush()
    audit.record(session, f"visit.{action}", f"visit:{visit.id}", by=by, now=now, data=dict(data))

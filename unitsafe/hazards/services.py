"""What people do with hazards: each change appends an event and an audit entry."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, Right, RuleError, can
from unitsafe.core.serials import next_in_year
from unitsafe.grids import queries as grids
from unitsafe.hazards import queries, rules
from unitsafe.hazards.effects import BEGINNING, Step, effects
from unitsafe.hazards.models import Hazard, HazardPhoto, HazardSerial
from unitsafe.hazards.rules import Action, Card, Fix, Level, Source
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
    recurrence_of: Hazard | None = None,
    by: Actor,
    now: datetime,
) -> Hazard:
    """A new numbered hazard.

    Fixed on the spot it waits for a recheck; otherwise whoever answers for the space has to fix it
    by the school's default deadline. With nobody to fix it, it waits to be dispatched. ``grid_id``
    says where it is when no space is named; ``recurrence_of`` the closed one that is back again.
    """
    school = schools.school(session)
    today = clock.local(now).date()
    if level is Level.MAJOR:
        level = Level.SUSPECTED_MAJOR  # only the manager's confirmation makes it major
    hazard = Hazard(
        number=rules.number(today.year, next_in_year(session, HazardSerial, today.year)),
        level=level,
        category=category,
        description=description,
        space_id=space_id,
        grid_id=_grid_id(session, space_id, grid_id, today),
        fix=fix,
        source=source,
        source_ref=source_ref,
        recurrence_of_id=recurrence_of.id if recurrence_of else None,
        times=1 + queries.found_lately(session, space_id, category, now),
        found_at=now,
        reporter_id=by.id,
        **{name: value for name, value in BEGINNING.items() if name != "level"},
    )
    session.add(hazard)
    session.flush()
    add_photos(session, hazard, photo_ids, is_after=False, now=now, by=by)
    _take(session, hazard, Step(Action.REPORT, now, by.id, level=level, note=description))
    if fix is Fix.STOP_USE:
        _take(session, hazard, Step(Action.STOP_USE, now, by.id))
    days = {key: school.number(key) for key in rules.DAYS_SETTING.values()}
    holder = grids.duty_holder(session, space_id, today, grid_id=hazard.grid_id)
    if fix is Fix.ON_SPOT and can(by, Right.FIX_ON_SPOT) and level not in rules.IS_MAJOR:
        _take(session, hazard, Step(Action.FIX_ON_SPOT, now, by.id, due_on=today))
    elif holder is not None:
        due_on = rules.default_deadline(level, today, days)
        _take(session, hazard, Step(Action.DISPATCH, now, None, holder.id, due_on))
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
    budget: int | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """Give it to ``to`` to fix by ``due_on``, with the level it deserves; ``budget`` in yuan.

    The level only rises here: lowering it is a step of its own, with a reason. A deadline that
    somebody has set moves later only with a ``reason``.
    """
    _check_works_here(session, to)
    _not_past(due_on, now)
    if hazard.level in rules.IS_MAJOR:
        level = hazard.level
    elif level is Level.MAJOR:
        level = Level.SUSPECTED_MAJOR
    if rules.is_lower(level, hazard.level):
        raise RuleError("派单时等级只能升高。要降级请由分管安全副校长或校长用“降级”，写明理由。")
    if hazard.extension_to and to.id == hazard.holder_id:
        raise RuleError("责任人申请了延期，请先同意或不同意。")
    is_later = hazard.due_on is not None and due_on > hazard.due_on
    if is_later and not reason and queries.deadline_was_set(session, hazard):
        raise RuleError("期限往后改，请写明原因。")
    note = "；".join(part for part in (reason, measure) if part)
    step = Step(Action.DISPATCH, now, by.id, to.id, due_on, level, budget, note=note)
    _move(session, hazard, step, by=by)
    hazard.measure, hazard.interim_measure = measure, interim_measure


def fix_on_spot(
    session: Session,
    hazard: Hazard,
    *,
    measure: str,
    photo_ids: Collection[int] = (),
    by: Actor,
    now: datetime,
) -> None:
    """It was put right at once; somebody else rechecks it."""
    today = clock.local(now).date()
    _move(session, hazard, Step(Action.FIX_ON_SPOT, now, by.id, due_on=today, note=measure), by=by)
    add_photos(session, hazard, photo_ids, is_after=True, now=now, by=by)


def reject(session: Session, hazard: Hazard, *, reason: str, by: Actor, now: datetime) -> None:
    """It is not a hazard, and why."""
    _move(session, hazard, Step(Action.REJECT, now, by.id, note=reason), by=by)


def request_extension(
    session: Session, hazard: Hazard, *, due_on: date, reason: str, by: Actor, now: datetime
) -> None:
    """The holder asks for time until ``due_on``; until it is answered the deadline stays."""
    if hazard.due_on is not None and due_on <= hazard.due_on:
        raise RuleError("请选一个比原期限（%(day)s）晚的日子。", day=hazard.due_on.isoformat())
    _not_past(due_on, now)
    step = Step(Action.REQUEST_EXTENSION, now, by.id, due_on=due_on, note=reason)
    _move(session, hazard, step, by=by)


def grant_extension(
    session: Session, hazard: Hazard, *, due_on: date, note: str, by: Actor, now: datetime
) -> None:
    """A new deadline: the one asked for, or another."""
    _not_past(due_on, now)
    step = Step(Action.GRANT_EXTENSION, now, by.id, hazard.holder_id, due_on, note=note)
    _move(session, hazard, step, by=by)


def refuse_extension(
    session: Session, hazard: Hazard, *, reason: str, by: Actor, now: datetime
) -> None:
    """The deadline stays."""
    step = Step(Action.REFUSE_EXTENSION, now, by.id, hazard.holder_id, note=reason)
    _move(session, hazard, step, by=by)


def report_done(
    session: Session,
    hazard: Hazard,
    *,
    measure: str,
    photo_ids: Collection[int],
    cost: int | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """The holder says what was done, shows it, and what it cost in yuan. Raises RuleError without a
    new photo of theirs."""
    if not _new_photos(session, hazard, photo_ids, by):
        shown = sa.select(HazardPhoto.id).where(
            HazardPhoto.hazard_id == hazard.id, HazardPhoto.photo_id.in_(list(photo_ids))
        )
        if session.scalar(shown):
            raise RuleError("这张照片已经用过了，请重新拍一张整改后的照片。")
        raise RuleError("请先拍一张整改后的照片。")
    step = Step(Action.REPORT_DONE, now, by.id, amount=cost, note=measure)
    _move(session, hazard, step, by=by)
    add_photos(session, hazard, photo_ids, is_after=True, now=now, by=by)


def recheck(session: Session, hazard: Hazard, *, note: str, by: Actor, now: datetime) -> None:
    """Someone else looked again and found it fixed; closing waits for whoever may close."""
    _move(session, hazard, Step(Action.RECHECK, now, by.id, note=note), by=by)


def send_back(session: Session, hazard: Hazard, *, reason: str, by: Actor, now: datetime) -> None:
    """Not fixed yet: back to the holder, the attempt stays on record."""
    step = Step(Action.SEND_BACK, now, by.id, hazard.holder_id, note=reason)
    _move(session, hazard, step, by=by)


def close(session: Session, hazard: Hazard, *, note: str, by: Actor, now: datetime) -> None:
    """销号 with the right that the level needs; what was out of use is used again."""
    was_stopped = hazard.stop_use
    _move(session, hazard, Step(Action.CLOSE, now, by.id, note=note), by=by)
    if was_stopped:
        _take(session, hazard, Step(Action.RESUME_USE, now, by.id))


def confirm_major(
    session: Session, hazard: Hazard, *, reason: str, by: Actor, now: datetime
) -> None:
    """It is major: out of use at once."""
    was_in_use = not hazard.stop_use
    step = Step(Action.CONFIRM_MAJOR, now, by.id, level=Level.MAJOR, note=reason)
    _move(session, hazard, step, by=by)
    if was_in_use:
        _take(session, hazard, Step(Action.STOP_USE, now, by.id))


def downgrade(
    session: Session, hazard: Hazard, *, level: Level, reason: str, by: Actor, now: datetime
) -> None:
    """It is not as grave after all."""
    if level in rules.IS_MAJOR or not rules.is_lower(level, hazard.level):
        raise RuleError("请选一个比现在低的等级：“一般”或“较大”。")
    _move(session, hazard, Step(Action.DOWNGRADE, now, by.id, level=level, note=reason), by=by)


def stop_use(session: Session, hazard: Hazard, *, reason: str, by: Actor, now: datetime) -> None:
    """停用 at once."""
    _move(session, hazard, Step(Action.STOP_USE, now, by.id, note=reason), by=by)


def resume_use(session: Session, hazard: Hazard, *, reason: str, by: Actor, now: datetime) -> None:
    """Safe to use again."""
    _move(session, hazard, Step(Action.RESUME_USE, now, by.id, note=reason), by=by)


def escalate(
    session: Session,
    hazard: Hazard,
    *,
    body: str,
    document_no: str,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """上报: to which office, under which document number."""
    step = Step(Action.ESCALATE, now, by.id, body=body, document_no=document_no, note=reason)
    _move(session, hazard, step, by=by)


def escalation_reply(
    session: Session, hazard: Hazard, *, reply: str, document_no: str, by: Actor, now: datetime
) -> None:
    """What the office above answered."""
    _reply(session, hazard, Action.ESCALATION_REPLY, reply, document_no, by, now)


def _reply(
    session: Session,
    hazard: Hazard,
    action: Action,
    reply: str,
    document_no: str,
    by: Actor,
    now: datetime,
) -> None:
    body = hazard.escalated_to if action is Action.ESCALATION_REPLY else hazard.transferred_to
    step = Step(action, now, by.id, body=body, document_no=document_no, note=reply)
    _move(session, hazard, step, by=by)


def supervise(
    session: Session,
    hazard: Hazard,
    *,
    to: Person,
    due_on: date,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """挂牌督办: ``to`` follows it every week until it is closed, by ``due_on``."""
    _check_works_here(session, to)
    _not_past(due_on, now)
    if to.id == hazard.holder_id:
        raise RuleError("督办人不能是整改责任人，请选别人。")
    step = Step(Action.SUPERVISE, now, by.id, to.id, due_on, note=reason)
    _move(session, hazard, step, by=by)


def progress(session: Session, hazard: Hazard, *, note: str, by: Actor, now: datetime) -> None:
    """How a supervised case stands this week."""
    _move(session, hazard, Step(Action.PROGRESS, now, by.id, note=note), by=by)


def transfer(
    session: Session,
    hazard: Hazard,
    *,
    body: str,
    document_no: str,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """To an outside body; the holder follows it until it is done."""
    step = Step(Action.TRANSFER, now, by.id, body=body, document_no=document_no, note=reason)
    _move(session, hazard, step, by=by)


def transfer_reply(
    session: Session, hazard: Hazard, *, reply: str, document_no: str, by: Actor, now: datetime
) -> None:
    """What the outside body answered."""
    _reply(session, hazard, Action.TRANSFER_REPLY, reply, document_no, by, now)


def lift_card(session: Session, hazard: Hazard, *, reason: str, by: Actor, now: datetime) -> None:
    """A leader takes off the card it carries today."""
    numbers = rules.card_numbers(schools.school(session).number)
    card = hazard.card(clock.local(now).date(), numbers)
    step = Step(Action.LIFT_CARD, now, by.id, body=card or "", note=reason)
    _move(session, hazard, step, by=by, card=card)


def rate(
    session: Session, hazard: Hazard, *, stars: int, note: str, by: Actor, now: datetime
) -> None:
    """The finder says how it was handled: ``stars`` 1 to 5."""
    if not 1 <= stars <= 5:
        raise RuleError("请选1到5星。")
    _move(session, hazard, Step(Action.RATE, now, by.id, rating=stars, note=note), by=by)


def remind(
    session: Session, hazard: Hazard, *, to: Person | None, note: str, now: datetime
) -> None:
    """The next person up the grid is told that it is late; None where nobody holds the post."""
    _take(session, hazard, Step(Action.REMIND, now, None, to.id if to else None, note=note))
    _log(
        session,
        hazard,
        Action.REMIND,
        by=None,
        now=now,
        data={"note": note, "to": to.id if to else None},
    )


def _check_works_here(session: Session, person: Person) -> None:
    if person.status is not PersonStatus.ACTIVE:
        raise RuleError("%(name)s已经离校，请选其他人。", name=person.name)
    if session.scalar(sa.select(Person.id).where(Person.id == person.id, people.is_visitor())):
        raise RuleError("%(name)s是来访账号，不能整改，请选本校的人。", name=person.name)


def _not_past(day: date, now: datetime) -> None:
    if day < clock.local(now).date():
        raise RuleError("期限不能早于今天（%(day)s）。", day=clock.local(now).date().isoformat())


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
    session: Session, hazard: Hazard, step: Step, *, by: Actor, card: Card | None = None
) -> None:
    """The one way from step to step: rule, change, event, audit entry."""
    refused = rules.refusal(step.action, hazard.facts(card), by)
    if refused is not None:
        raise refused.error
    _take(session, hazard, step)
    data: dict[str, object] = {"note": step.note, "to": step.to_id}
    given = {name: getattr(step, name) for name in GIVEN}
    _log(
        session,
        hazard,
        step.action,
        by=by,
        now=step.at,
        data=data | {name: value for name, value in given.items() if value},
    )


GIVEN = ("level", "due_on", "amount", "body", "document_no", "rating")
"""What of a step the log names where it was given."""


def _take(session: Session, hazard: Hazard, step: Step) -> None:
    now = {name: getattr(hazard, name) for name in BEGINNING}
    session.add(hazard.take(step, effects(step, now)))
    session.flush()
    session.expire(hazard, ["events"])  # whoever looks next sees this one too


def _log(
    session: Session,
    hazard: Hazard,
    action: Action,
    *,
    by: Actor | None,
    now: datetime,
    data: dict[str, object],
) -> None:
    audit.record(session, f"hazard.{action}", f"hazard:{hazard.number}", by=by, now=now, data=data)


def _grid_id(session: Session, space_id: int | None, grid_id: int | None, day: date) -> int:
    found = grids.grid_of_space(session, space_id, day) if space_id else grid_id
    if found is None:
        school = grids.root(session)
        if school is None:
            raise RuleError("还没有建立网格，请先在“网格”里建立全校网格。")
        found = school.id
    return found

"""What is done with tips: each step appends an event and an audit entry."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.blobs import Blobs
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.serials import next_in_year
from unitsafe.hazards import services as hazards
from unitsafe.hazards.models import Hazard, HazardPhoto
from unitsafe.hazards.rules import OPEN, Fix, Level, Source
from unitsafe.photos import services as photos
from unitsafe.photos.services import Kept
from unitsafe.school import queries as schools
from unitsafe.school.models import School
from unitsafe.tips import queries, rules
from unitsafe.tips.models import Tip, TipEvent, TipPhoto, TipSerial
from unitsafe.tips.rules import PUBLIC, TRANSITIONS, Action, Channel, Outcome, State

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MB = 1024 * 1024


class TooMany(RuleError):
    """The school gets more tips than people could send in earnest; later ones have to wait."""


def check_flood(session: Session, school: School, now: datetime) -> None:
    """Raises TooMany when the public form has taken all it takes in this hour or day.

    Counted for the whole school: a school is one address on the internet (product.md §5).
    """
    limits = ((HOUR, school.number("tips_an_hour")), (DAY, school.number("tips_a_day")))
    if any(queries.received_since(session, now - span) >= most for span, most in limits):
        if school.hotline:
            raise TooMany(
                "现在举报较多，请稍后再试，紧急情况请打%(hotline)s。", hotline=school.hotline
            )
        raise TooMany("现在举报较多，请稍后再试，紧急情况请当面告诉老师。")


def takes_photos(session: Session, school: School, store: Blobs, now: datetime) -> bool:
    """Whether strangers may still send photos: today's share and the room in ``store`` allow it."""
    most = school.number("tip_photo_mb") * MB
    if queries.photo_bytes_since(session, now - DAY) >= most:
        return False
    return store.has_room(rules.DISK_FLOOR)


def receive(
    session: Session,
    *,
    text: str,
    place: str,
    space_id: int | None,
    name: str = "",
    phone: str = "",
    channel: Channel,
    kept: Collection[Kept] = (),
    word: str,
    by: Actor | None,
    now: datetime,
) -> Tip:
    """A new numbered tip. ``by``: who writes it down for a caller; None for the public form.

    :raises TooMany: the public form has taken all it takes for now.
    """
    school = schools.school(session)
    if channel in PUBLIC:
        check_flood(session, school, now)
    today = clock.local(now).date()
    tip = Tip(
        number=rules.number(today.year, next_in_year(session, TipSerial, today.year)),
        word=word,
        state=State.RECEIVED,
        channel=channel,
        text=text,
        place=place,
        space_id=space_id,
        name=name,
        phone=phone,
        photo_bytes=sum(len(one.picture.jpeg) + len(one.picture.thumb) for one in kept),
        received_at=now,
        due_on=rules.due_on(today, school.number("tip_days")),
        events=[TipEvent(action=Action.RECEIVE, at=now, by_id=by.id if by else None, note=text)],
    )
    session.add(tip)
    session.flush()
    found = [photos.add_photo(session, one, by=by, now=now).id for one in kept]
    for photo_id in dict.fromkeys(found):
        session.add(TipPhoto(tip_id=tip.id, photo_id=photo_id))
    session.flush()
    _log(session, tip, Action.RECEIVE, by=by, now=now, data={"channel": channel, "place": place})
    return tip


def accept(session: Session, tip: Tip, *, by: Actor, now: datetime) -> None:
    """受理: somebody takes it on."""
    _move(session, tip, Action.ACCEPT, by=by, now=now)


def make_hazard(
    session: Session,
    tip: Tip,
    *,
    description: str,
    category: str,
    level: Level,
    fix: Fix,
    space_id: int | None,
    by: Actor,
    now: datetime,
) -> Hazard:
    """The tip becomes a hazard, with its photos; each names the other."""
    _check(tip, Action.MAKE_HAZARD, by)
    hazard = hazards.report(
        session,
        description=description,
        category=category,
        level=level,
        fix=fix,
        space_id=space_id,
        source=Source.TIP,
        source_ref=tip.number,
        by=by,
        now=now,
    )
    ids = session.scalars(
        sa.select(TipPhoto.photo_id).where(TipPhoto.tip_id == tip.id).order_by(TipPhoto.id)
    )
    for photo_id in ids.all():
        session.add(HazardPhoto(hazard_id=hazard.id, photo_id=photo_id, is_after=False, at=now))
    tip.hazard_id = hazard.id
    tip.space_id = tip.space_id or space_id
    _move(session, tip, Action.MAKE_HAZARD, by=by, now=now, note=hazard.number)
    return hazard


def answer(
    session: Session, tip: Tip, *, outcome: Outcome, text: str, by: Actor, now: datetime
) -> None:
    """Tell whoever sent it; a later answer adds to the one before.

    :raises RuleError: it would say that it is mended while its hazard is not closed.
    """
    _check(tip, Action.ANSWER, by)
    hazard = session.get(Hazard, tip.hazard_id) if tip.hazard_id else None
    if outcome is Outcome.FIXED and hazard is not None and hazard.state in OPEN:
        raise RuleError("转成的隐患还没有销号，请选“正在处理”，办完以后再答复一次。")
    tip.outcome, tip.answer = outcome, text
    tip.answered_at = tip.answered_at or now
    _move(session, tip, Action.ANSWER, by=by, now=now, note=text, outcome=outcome)


def note(session: Session, tip: Tip, *, text: str, by: Actor, now: datetime) -> None:
    """What was done, for the school's own record."""
    _move(session, tip, Action.NOTE, by=by, now=now, note=text)


def reward(session: Session, tip: Tip, *, text: str, by: Actor, now: datetime) -> None:
    """What whoever sent it was given."""
    _check(tip, Action.REWARD, by)
    tip.reward = text
    _move(session, tip, Action.REWARD, by=by, now=now, note=text)


def rate(session: Session, tip: Tip, *, rating: int, follow_up: str, now: datetime) -> None:
    """Whoever sent it says how it was handled; once.

    :raises RuleError: it is not answered yet, or was rated before.
    """
    if not rules.may_rate(tip.state, tip.rating):
        raise RuleError("答复以后才能评价，而且只能评价一次。")
    tip.rating, tip.follow_up = rating, follow_up
    session.add(TipEvent(tip_id=tip.id, action=Action.RATE, at=now, rating=rating, note=follow_up))
    _log(session, tip, Action.RATE, by=None, now=now, data={"rating": rating, "note": follow_up})


def _check(tip: Tip, action: Action, by: Actor) -> None:
    if action not in tip.actions_open_to(by):
        raise RuleError("这条举报现在不能这样处理，可能刚刚有别人处理过，请刷新看一下。")


def _move(
    session: Session,
    tip: Tip,
    action: Action,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    outcome: Outcome | None = None,
) -> None:
    """The one way from state to state: rule, change, event, audit entry. Whoever deals with it
    first has accepted it."""
    _check(tip, action, by)
    if tip.handler_id is None:
        tip.handler_id, tip.accepted_at = by.id, now
    tip.state = TRANSITIONS[action].target or tip.state
    session.add(
        TipEvent(tip_id=tip.id, action=action, at=now, by_id=by.id, note=note, outcome=outcome)
    )
    _log(session, tip, action, by=by, now=now, data={"note": note, "outcome": outcome or ""})


def _log(
    session: Session,
    tip: Tip,
    action: Action,
    *,
    by: Actor | None,
    now: datetime,
    data: dict[str, object],
) -> None:
    said = {key: text for key, text in data.items() if text}
    audit.record(session, f"tip.{action}", f"tip:{tip.number}", by=by, now=now, data=said)

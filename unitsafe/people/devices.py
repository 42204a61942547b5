"""The devices on which people are signed in: beginning, noting, ending."""

import hashlib
import secrets
from collections.abc import Sequence, Set
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, Right
from unitsafe.core.query import row_id
from unitsafe.people.models import Person, SignIn
from unitsafe.people.rules import device_words

DAYS_OF_A_COOKIE = 30
"""Days without a page after which a device is signed out (and PERMANENT_SESSION_LIFETIME)."""
DAYS_UNLESS_TOLD_TO_STAY = 1
"""The same for a device that was not told to stay signed in: tomorrow it still may, for the night."""
LONGEST_DAYS, LONGEST_DAYS_OF_MANAGERS = 180, 30
"""Days after which everybody signs in again, used or not; those who manage the school sooner."""
KEPT_DAYS = 180
"""Days that the row of a device no longer in use is kept; the audit log keeps the signing in."""


def begin(
    session: Session,
    person: Person,
    *,
    user_agent: str,
    address: str,
    by: Actor,
    today: date,
    now: datetime,
    stays: bool = True,
) -> str:
    """``person`` signs in on a device: what its cookie says from now on. Nobody can read that from the
    database. What has long been out of use is tidied away."""
    person.last_seen_on = today
    audit.record(session, "person.sign_in", f"person:{person.id}", by=by, now=now)
    long_ago = today - timedelta(days=KEPT_DAYS)
    session.execute(
        sa.delete(SignIn)
        .where(SignIn.last_seen_on < long_ago)
        .execution_options(synchronize_session=False)
    )
    secret = secrets.token_hex(16)
    sign_in = SignIn(
        person_id=person.id,
        key=key_hash(secret),
        device=device_words(user_agent),
        address=address[:45],
        made_at=now,
        last_seen_on=today,
        stays=stays,
    )
    session.add(sign_in)
    session.flush()
    return f"{sign_in.id}.{secret}"


def key_hash(secret: str) -> str:
    """What is kept of a cookie's secret: 128 bits of a hash for 128 random ones."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def of_token(token: str) -> sa.ColumnElement[bool]:
    """The row that a cookie names, whether it still lets anybody in or not."""
    number, _, secret = token.partition(".")
    return sa.and_(SignIn.id == (row_id(number) or 0), SignIn.key == key_hash(secret))


def in_time(today: date, longest: int = LONGEST_DAYS) -> sa.ColumnElement[bool]:
    """Devices used lately, and signed in on not longer than ``longest`` days ago."""
    lately = [
        sa.and_(SignIn.stays == stays, SignIn.last_seen_on >= today - timedelta(days=days))
        for stays, days in ((True, DAYS_OF_A_COOKIE), (False, DAYS_UNLESS_TOLD_TO_STAY))
    ]
    return sa.and_(sa.or_(*lately), SignIn.made_at >= clock.at(today - timedelta(days=longest)))


def is_seen(session: Session, token: str, today: date) -> bool:
    """Whether it is already noted that the device of this cookie was used today."""
    last = session.scalar(sa.select(SignIn.last_seen_on).where(of_token(token)))
    return last is None or last >= today


def note_visit(session: Session, token: str, today: date) -> None:
    """The device of this cookie was used today. By statements without objects, so that the actors
    kept in memory stay good."""
    person = sa.select(SignIn.person_id).where(of_token(token)).scalar_subquery()
    for change in (
        sa.update(SignIn).where(of_token(token)),
        sa.update(Person).where(Person.id == person),
    ):
        session.execute(
            change.values(last_seen_on=today).execution_options(synchronize_session=False)
        )


def longest_days(rights: Set[Right]) -> int:
    """Days after which whoever has these rights signs in again."""
    return LONGEST_DAYS_OF_MANAGERS if Right.MANAGE_SCHOOL in rights else LONGEST_DAYS


def open_ones(
    session: Session, person_id: int, today: date, longest: int = LONGEST_DAYS
) -> Sequence[SignIn]:
    """The devices on which the person may be signed in now, the last used first; ``longest`` as their
    rights have it."""
    return session.scalars(
        sa.select(SignIn)
        .where(
            SignIn.person_id == person_id,
            SignIn.ended_at.is_(None),
            in_time(today, longest),
        )
        .order_by(SignIn.last_seen_on.desc(), SignIn.id.desc())
    ).all()


def sign_out(session: Session, sign_in: SignIn, *, by: Actor, now: datetime) -> None:
    """Nobody is let in by this device's cookie any more."""
    if sign_in.ended_at is not None:
        return
    sign_in.ended_at = now
    data = {"device": sign_in.device}
    audit.record(
        session, "person.sign_out", f"person:{sign_in.person_id}", by=by, now=now, data=data
    )


def sign_out_everywhere(
    session: Session, person_id: int, *, by: Actor, now: datetime, but: int = 0
) -> int:
    """:func:`sign_out` on every device of the person except ``but``; how many that were."""
    ended = end_all(session, person_id, now=now, but=but)
    if ended:
        data = {"devices": ended}
        subject = f"person:{person_id}"
        audit.record(session, "person.sign_out", subject, by=by, now=now, data=data)
    return ended


def end_all(session: Session, person_id: int, *, now: datetime, but: int = 0) -> int:
    """End the cookies as part of a larger act, which has its own entry in the log."""
    rows = session.scalars(
        sa.select(SignIn).where(
            SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.id != but
        )
    ).all()
    for row in rows:  # one by one, as objects: the store of actors watches them
        row.ended_at = now
    return len(rows)

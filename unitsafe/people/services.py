"""Changing people, posts, absences and passwords."""

import secrets
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.hooks import duties_changed
from unitsafe.people import devices, queries
from unitsafe.people.models import Absence, Person, PersonPost, PersonStatus

on_leave: list[Callable[[Session, Person, date, Actor, datetime], None]] = []
"""Called inside the write when a person leaves: (session, person, today, by, now)."""
READABLE = "23456789abcdefghjkmnpqrstuvwxyz"
"""Signs that are not mistaken for each other when they are read out or typed."""


def add_person(
    session: Session,
    *,
    name: str,
    username: str | None,
    password_hash: str | None,
    phone: str,
    posts: Collection[str],
    from_on: date,
    by: Actor | None,
    now: datetime,
    work_days: str = "",
    temporary_until: datetime | None = None,
) -> Person:
    """A new member of staff; ``temporary_until`` as in `set_password`. Raises RuleError when the
    account name is taken."""
    check_username(session, username, None)
    person = Person(
        name=name,
        username=username or None,
        password_hash=password_hash,
        temporary_until=temporary_until if password_hash else None,
        account_at=now if username else None,
        phone=phone,
        work_days=work_days,
        created_at=now,
        posts=[PersonPost(post=post, from_on=from_on) for post in posts],
    )
    session.add(person)
    session.flush()
    audit.record(
        session,
        "person.add",
        f"person:{person.id}",
        by=by,
        now=now,
        data={"name": name, "username": username, "posts": sorted(posts)},
    )
    return person


def change_person(
    session: Session,
    person: Person,
    *,
    name: str,
    username: str | None,
    phone: str,
    posts: Collection[str],
    today: date,
    by: Actor,
    now: datetime,
    work_days: str | None = None,
) -> None:
    """Facts and posts (``person`` loaded with posts); a dropped post ends yesterday, one given only
    today was a slip and goes, a new one begins today. ``work_days`` None leaves them as they are.

    :raises RuleError: the account name is taken, or nobody would be left to manage the school.
    """
    check_username(session, username, person.id)
    had_one = queries.has_manager(session, today)
    before = _facts(person)
    if not username:
        person.account_at = None
        devices.end_all(session, person.id, now=now)
    elif not person.username:
        person.account_at = now
    person.name, person.username, person.phone = name, username or None, phone
    if work_days is not None:
        person.work_days = work_days
    current = {post.post: post for post in person.posts if post.until_on is None}
    for key, held in current.items():
        if key in posts:
            continue
        if held.from_on >= today:
            person.posts.remove(held)
            session.delete(held)
        else:
            held.until_on = today - timedelta(days=1)
    added = [key for key in posts if key not in current]
    person.posts.extend(PersonPost(post=key, from_on=today) for key in added)
    session.flush()
    _check_manager(session, today, had_one=had_one)
    duties_changed(session, today, now)
    data = {"before": before, "posts": sorted(posts), **_facts(person)}
    audit.record(session, "person.change", f"person:{person.id}", by=by, now=now, data=data)


def _facts(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "username": person.username,
        "phone": person.phone,
        "work_days": person.work_days,
    }


def leave(session: Session, person: Person, *, today: date, by: Actor, now: datetime) -> None:
    """The person leaves the school: the account closes at once, the history stays, and what is to
    be handed over is in ``queries.handover_lines``."""
    if person.id == by.id:
        raise RuleError("不能把自己设为离校。")
    had_one = queries.has_manager(session, today)
    person.status, person.left_on = PersonStatus.LEFT, today
    devices.end_all(session, person.id, now=now)
    for post in session.scalars(sa.select(PersonPost).where(PersonPost.person_id == person.id)):
        if post.until_on is None or post.until_on > today:
            post.until_on = max(post.from_on, today)
    session.flush()
    _check_manager(session, today, had_one=had_one)
    for react in on_leave:
        react(session, person, today, by, now)
    duties_changed(session, today, now)
    audit.record(session, "person.leave", f"person:{person.id}", by=by, now=now)


def set_password(
    session: Session,
    person: Person,
    password_hash: str,
    *,
    by: Actor,
    now: datetime,
    but: int = 0,
    temporary_until: datetime | None = None,
) -> None:
    """A new password; the person is signed out on every device except ``but``.

    One with ``temporary_until`` was made up by somebody else: all it opens, and only until then, is
    the page where the person sets one of their own.
    """
    person.password_hash, person.temporary_until = password_hash, temporary_until
    devices.end_all(session, person.id, now=now, but=but)
    audit.record(session, "person.set_password", f"person:{person.id}", by=by, now=now)


def add_absence(
    session: Session,
    *,
    person_id: int,
    deputy_id: int,
    from_on: date,
    until_on: date,
    reason: str,
    by: Actor,
    now: datetime,
) -> Absence:
    """Days away with a deputy. Raises RuleError on overlap or when the deputy is away too."""
    if until_on < from_on:
        raise RuleError("结束日期要不早于开始日期。")
    if person_id == deputy_id:
        raise RuleError("代理人要是另一个人。")
    overlap = sa.select(Absence.person_id).where(
        Absence.from_on <= until_on, Absence.until_on >= from_on
    )
    away = set(session.scalars(overlap.where(Absence.person_id.in_((person_id, deputy_id)))))
    if person_id in away:
        raise RuleError("这段时间已经登记过请假了。")
    if deputy_id in away:
        raise RuleError("代理人在这段时间也不在，请换一位。")
    absence = Absence(
        person_id=person_id, deputy_id=deputy_id, from_on=from_on, until_on=until_on, reason=reason
    )
    session.add(absence)
    session.flush()
    duties_changed(session, from_on, now)
    data = {"deputy": deputy_id, "from": from_on, "until": until_on, "reason": reason}
    audit.record(session, "person.absent", f"person:{person_id}", by=by, now=now, data=data)
    return absence


def end_absence(
    session: Session, absence: Absence, *, today: date, by: Actor, now: datetime
) -> None:
    """The person is back today; an absence that has not begun yet is taken out."""
    if absence.until_on < today:
        raise RuleError("这次请假已经结束了。")
    data = {"from": absence.from_on, "until": absence.until_on, "back": today}
    if absence.from_on >= today:
        session.delete(absence)
    else:
        absence.until_on = today - timedelta(days=1)
    session.flush()
    duties_changed(session, today, now)
    subject = f"person:{absence.person_id}"
    audit.record(session, "person.back", subject, by=by, now=now, data=data)


def temporary_password() -> str:
    """Eight signs that can be read out without confusion."""
    return "".join(secrets.choice(READABLE) for _ in range(8))


def _check_manager(session: Session, today: date, *, had_one: bool) -> None:
    """Nobody locks the whole school out."""
    if had_one and not queries.has_manager(session, today):
        raise RuleError(
            "至少要留一位能管理学校设置的人（例如学校安全员），请先把这个岗位交给别人。"
        )


def check_username(session: Session, username: str | None, person_id: int | None) -> None:
    """Raises RuleError when another account has that name."""
    if not username:
        return
    taken = sa.select(Person.id).where(sa.func.lower(Person.username) == username.lower())
    if session.scalar(taken.where(Person.id != (person_id or 0))):
        raise RuleError("账号“%(username)s”已经有人用了，请换一个。", username=username)

"""Reading people and posts."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session, joinedload, selectinload

from unitsafe import clock, content
from unitsafe.core.db import like
from unitsafe.core.domain import Right
from unitsafe.people.models import Absence, Person, PersonPost, PersonStatus, SignInLink


def valid_on(model: Any, day: date | sa.ColumnElement[date] | Any) -> sa.ColumnElement[bool]:
    """Rows of a table with ``from_on``/``until_on`` that hold on ``day``."""
    return sa.and_(model.from_on <= day, sa.or_(model.until_on.is_(None), model.until_on >= day))


def at_school_on(day: date) -> sa.ColumnElement[bool]:
    """People who had not left by that day."""
    return sa.or_(Person.left_on.is_(None), Person.left_on > day)


@dataclass(frozen=True)
class DutyLine:
    """What a person answers for; ``for_whom`` names the absent person whose duty it is."""

    place: str
    code: str
    role: Enum
    from_on: date
    until_on: date | None
    for_whom: str = ""


duty_sources: list[Callable[[Session, int, date], Sequence[DutyLine]]] = []
"""Features further right that know what a person (id) answers for on a day."""


@dataclass(frozen=True)
class HandoverLine:
    """What somebody who left still has, or had and nobody has taken over: ``what`` it is (网格),
    which one, and the address where a successor is named."""

    what: str
    title: str
    endpoint: str
    values: Mapping[str, str | int]


handover_sources: list[Callable[[Session, Person], Sequence[HandoverLine]]] = []
"""Features further right that know what a person who left has not handed over yet."""


def handover_lines(session: Session, person: Person) -> list[HandoverLine]:
    """Everything of somebody who left that waits for a successor; empty for who is still here."""
    if person.left_on is None:
        return []
    return [line for source in handover_sources for line in source(session, person)]


def _posts_left(session: Session, person: Person) -> list[HandoverLine]:
    """Posts held to the last day that nobody has held since."""
    held = sa.select(PersonPost.post).where(
        PersonPost.person_id == person.id, PersonPost.until_on >= person.left_on
    )
    others = sa.select(PersonPost.post).where(
        PersonPost.person_id != person.id,
        sa.or_(PersonPost.until_on.is_(None), PersonPost.until_on > person.left_on),
    )
    posts = session.scalars(held.where(PersonPost.post.not_in(others)).distinct())
    titles = content.load().posts
    return [
        HandoverLine(_("岗位"), titles[post].title if post in titles else post, "people.index", {})
        for post in sorted(posts)
    ]


handover_sources.append(_posts_left)


def duty_lines(session: Session, person_id: int, day: date) -> list[DutyLine]:
    """Everything the person answers for on ``day``."""
    return [line for source in duty_sources for line in source(session, person_id, day)]


@dataclass(frozen=True)
class OwnPaper:
    """A paper of the person's own; ``kind`` colours ``state`` as the pills do."""

    title: str
    url: str
    kind: str
    state: str
    line: str


own_papers: list[Callable[[Session, int, date], Sequence[OwnPaper]]] = []
"""Features further right that keep papers of a person (id), as they stand on a day."""
own_notes: list[Callable[[Session, int, date], Sequence[OwnPaper]]] = []
"""Features further right that keep what was said of a person's work (表扬、提醒), the newest first."""


@dataclass(frozen=True)
class Coming:
    """A day on which somebody is expected: what, and when and where in one line."""

    day: date
    title: str
    line: str


coming_sources: list[Callable[[Session, int, date], Sequence[Coming]]] = []
"""Features further right that know where a person (id) is expected from a day on."""
absence_sources: list[Callable[[Session, Absence], Sequence[str]]] = []
"""Features further right that know what falls into an absence (loaded with the deputy): a sentence
each for whoever enters it."""


def coming(session: Session, person_id: int, day: date) -> list[Coming]:
    """Where the person is expected from ``day`` on, soonest first."""
    found = [one for source in coming_sources for one in source(session, person_id, day)]
    return sorted(found, key=lambda one: one.day)


def touched_by(session: Session, absence: Absence) -> list[str]:
    """What falls into an absence, in sentences."""
    return [text for source in absence_sources for text in source(session, absence)]


def people(search: str = "", *, include_left: bool = False) -> sa.Select[Any]:
    """People with their posts; sort by name."""
    select = sa.select(Person).options(selectinload(Person.posts))
    if not include_left:
        select = select.where(Person.status == PersonStatus.ACTIVE)
    if search:
        pattern = like(search)
        select = select.where(
            sa.or_(
                Person.name.like(pattern, escape="\\"),
                Person.phone.like(pattern, escape="\\"),
                Person.username.like(pattern, escape="\\"),
            )
        )
    return select


def is_visitor() -> sa.ColumnElement[bool]:
    """People who only visit (the post ``inspector``): they read, and answer for nothing."""
    return sa.exists().where(
        PersonPost.person_id == Person.id,
        PersonPost.post == "inspector",
        PersonPost.until_on.is_(None),
    )


def active_people(session: Session) -> Sequence[Person]:
    """The staff of the school now, by name: whoever can be made to answer for something."""
    return session.scalars(
        sa.select(Person)
        .where(Person.status == PersonStatus.ACTIVE, ~is_visitor())
        .order_by(Person.name)
    ).all()


def people_by_id(session: Session, ids: Collection[int]) -> Sequence[Person]:
    """Active people of these ids, by name."""
    return session.scalars(
        sa.select(Person)
        .where(Person.id.in_(ids), Person.status == PersonStatus.ACTIVE)
        .order_by(Person.name, Person.id)
    ).all()


def told_apart(everyone: Iterable[Person]) -> list[tuple[int, str]]:
    """(id, name) to choose from; people of one name with the end of their phone, or the account."""
    found = list(everyone)
    often = Counter(person.name for person in found)
    return [
        (person.id, person.name if often[person.name] == 1 else f"{person.name}（{_mark(person)}）")
        for person in found
    ]


def _mark(person: Person) -> str:
    if person.phone:
        return str(_("尾号%(end)s", end=person.phone[-4:]))
    return person.username or str(_("编号%(n)s", n=person.id))


def names(session: Session, ids: set[int]) -> dict[int, str]:
    """Names of people by id, those who left included."""
    if not ids:
        return {}
    rows = session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in rows}


def person_by_username(session: Session, username: str) -> Person | None:
    """The active account of that name; capitals do not matter."""
    return session.scalars(
        sa.select(Person).where(
            sa.func.lower(Person.username) == username.lower(),
            Person.status == PersonStatus.ACTIVE,
        )
    ).first()


def without_account(session: Session) -> Sequence[Person]:
    """Active people without an account, by name."""
    return session.scalars(
        sa.select(Person)
        .where(Person.status == PersonStatus.ACTIVE, Person.username.is_(None))
        .order_by(Person.name, Person.id)
    ).all()


def never_signed_in(session: Session, today: date, days: int = 30) -> Sequence[Person]:
    """Active people who have had an account for at least ``days`` days and never used it, by name."""
    return session.scalars(
        sa.select(Person)
        .where(
            account_open(today),
            Person.last_seen_on.is_(None),
            Person.account_at < clock.end_of(today - timedelta(days=days)),
        )
        .order_by(Person.name, Person.id)
    ).all()


def accounts(session: Session, today: date) -> int:
    """How many people have an account that works on ``today``."""
    return session.scalar(sa.select(sa.func.count(Person.id)).where(account_open(today))) or 0


def usernames(session: Session) -> set[str]:
    """All account names, those of people who left included."""
    return set(session.scalars(sa.select(Person.username).where(Person.username.is_not(None))))


def link_of(session: Session, token: str) -> SignInLink | None:
    """The one-time link of this token, with its person, whatever its state."""
    return session.scalars(
        sa.select(SignInLink)
        .where(SignInLink.token_hash == token_hash(token))
        .options(joinedload(SignInLink.person))
    ).first()


def token_hash(token: str) -> str:
    """What is kept of a link's token: it is long and random, so that SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def holders(session: Session, post: str, day: date) -> Sequence[Person]:
    """Active people who hold ``post`` on ``day``, the longest-serving first."""
    return session.scalars(
        sa.select(Person)
        .join(PersonPost, PersonPost.person_id == Person.id)
        .where(
            PersonPost.post == post,
            valid_on(PersonPost, day),
            Person.status == PersonStatus.ACTIVE,
        )
        .order_by(PersonPost.from_on, PersonPost.id)
    ).all()


def holders_by_post(session: Session, day: date) -> dict[str, list[int]]:
    """Post → ids of the active people who hold it on ``day``, the longest-serving first."""
    rows = session.execute(
        sa.select(PersonPost.post, Person.id)
        .join(Person, Person.id == PersonPost.person_id)
        .where(valid_on(PersonPost, day), Person.status == PersonStatus.ACTIVE)
        .order_by(PersonPost.from_on, PersonPost.id)
    )
    found: dict[str, list[int]] = {}
    for post, person_id in rows:
        found.setdefault(post, []).append(person_id)
    return found


def posts_on(person: Person, day: date) -> list[str]:
    """Keys of the posts ``person`` (loaded with posts) holds on ``day``."""
    return [
        post.post
        for post in person.posts
        if post.from_on <= day and (post.until_on is None or post.until_on >= day)
    ]


def deputies(session: Session, day: date) -> dict[int, int]:
    """Who stands in on ``day``: absent person's id → deputy's id."""
    rows = session.execute(
        sa.select(Absence.person_id, Absence.deputy_id).where(
            Absence.from_on <= day, Absence.until_on >= day
        )
    )
    return {row.person_id: row.deputy_id for row in rows}


def person(session: Session, person_id: int) -> Person | None:
    """One person with posts."""
    return session.scalars(
        sa.select(Person).where(Person.id == person_id).options(selectinload(Person.posts))
    ).first()


def holding(post: str, day: date) -> sa.ColumnElement[bool]:
    """People who hold ``post`` on ``day``."""
    return sa.exists().where(
        PersonPost.person_id == Person.id, PersonPost.post == post, valid_on(PersonPost, day)
    )


def count(session: Session, select: sa.Select[Any]) -> int:
    """How many rows ``select`` has."""
    return (
        session.scalar(select.with_only_columns(sa.func.count(), maintain_column_froms=True)) or 0
    )


def posts_held(session: Session, day: date) -> set[str]:
    """Keys of the posts that somebody at the school holds on ``day``."""
    return set(
        session.scalars(
            sa.select(PersonPost.post)
            .join(Person, Person.id == PersonPost.person_id)
            .where(valid_on(PersonPost, day), Person.status == PersonStatus.ACTIVE)
            .distinct()
        )
    )


def account_open(day: date) -> sa.ColumnElement[bool]:
    """People whose account works on ``day``, as far as the person is concerned."""
    return sa.and_(
        Person.status == PersonStatus.ACTIVE,
        Person.username.is_not(None),
        sa.or_(Person.account_until.is_(None), Person.account_until >= day),
    )


def has_manager(session: Session, day: date) -> bool:
    """Whether somebody with an account can manage the school on ``day``."""
    posts = [
        post.key for post in content.load().posts.values() if Right.MANAGE_SCHOOL in post.rights
    ]
    found = (
        sa.select(Person.id)
        .join(PersonPost, PersonPost.person_id == Person.id)
        .where(
            account_open(day),
            Person.password_hash.is_not(None),
            PersonPost.post.in_(posts),
            valid_on(PersonPost, day),
        )
    )
    return session.scalar(found.limit(1)) is not None


def absences(session: Session, person_id: int, day: date) -> Sequence[Absence]:
    """Absences of the person that run on ``day`` or come later, with the deputy."""
    return session.scalars(
        sa.select(Absence)
        .where(Absence.person_id == person_id, Absence.until_on >= day)
        .options(joinedload(Absence.deputy))
        .order_by(Absence.from_on)
    ).all()


def standing_in_for(session: Session, person_id: int, day: date) -> Sequence[Absence]:
    """Absences in which the person is the deputy, on ``day`` or later, with the absent person."""
    return session.scalars(
        sa.select(Absence)
        .where(Absence.deputy_id == person_id, Absence.until_on >= day)
        .options(joinedload(Absence.person))
        .order_by(Absence.from_on)
    ).all()

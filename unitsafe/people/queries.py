"""Reading people and posts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from unitsafe import content
from unitsafe.core.db import like
from unitsafe.core.domain import Right
from unitsafe.people.models import Absence, Person, PersonPost, PersonStatus


def valid_on(model: Any, day: date) -> sa.ColumnElement[bool]:
    """Rows of a table with ``from_on``/``until_on`` that hold on ``day``."""
    return sa.and_(model.from_on <= day, sa.or_(model.until_on.is_(None), model.until_on >= day))


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


def duty_lines(session: Session, person_id: int, day: date) -> list[DutyLine]:
    """Everything the person answers for on ``day``."""
    return [line for source in duty_sources for line in source(session, person_id, day)]


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


def active_people(session: Session) -> Sequence[Person]:
    """Everyone at the school now, by name."""
    return session.scalars(
        sa.select(Person).where(Person.status == PersonStatus.ACTIVE).order_by(Person.name)
    ).all()


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


def has_manager(session: Session, day: date) -> bool:
    """Whether somebody with an account can manage the school on ``day``."""
    posts = [
        post.key for post in content.load().posts.values() if Right.MANAGE_SCHOOL in post.rights
    ]
    found = (
        sa.select(Person.id)
        .join(PersonPost, PersonPost.person_id == Person.id)
        .where(
            Person.status == PersonStatus.ACTIVE,
            Person.username.is_not(None),
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


def token_of(person: Person) -> str:
    """The sign-in cookie's id of a person; changes with the session key."""
    return f"{person.id}.{person.session_key}"

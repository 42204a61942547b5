"""The signed-in actor: a person's posts and grids as the policy sees them."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import content
from unitsafe.core.domain import Actor, Right
from unitsafe.grids import queries
from unitsafe.grids.models import Assignment, Grid, Role
from unitsafe.people.devices import LONGEST_DAYS, in_time, longest_days, of_token
from unitsafe.people.models import Absence, Person, PersonPost, PersonStatus, SignIn
from unitsafe.people.queries import account_open, valid_on


def rights_of(posts: frozenset[str]) -> frozenset[Right]:
    """All rights of these posts. Source: content/duties.yaml."""
    known = content.load().posts
    return frozenset(
        Right(right) for post in posts if post in known for right in known[post].rights
    )


def actor_of(session: Session, token: str, *, today: date, origin: str = "") -> Actor | None:
    """Whoever holds this cookie; None when it is not, or no longer, good."""
    is_good = sa.and_(of_token(token), SignIn.ended_at.is_(None))
    holder = sa.select(SignIn.person_id).where(is_good, in_time(today))
    is_wanted = sa.and_(Person.id.in_(holder), account_open(today))
    actor = _read(session, is_wanted, today=today, origin=origin)
    if actor is not None and (longest := longest_days(actor.rights)) < LONGEST_DAYS:
        sooner = sa.exists().where(is_good, in_time(today, longest))
        return actor if session.scalar(sa.select(sooner)) else None
    return actor


def actor_for(session: Session, person_id: int, *, today: date, origin: str = "") -> Actor | None:
    """The person as the policy sees them, with or without an account; None for who has left."""
    is_wanted = sa.and_(Person.id == person_id, Person.status == PersonStatus.ACTIVE)
    return _read(session, is_wanted, today=today, origin=origin)


def _read(
    session: Session, is_wanted: sa.ColumnElement[bool], *, today: date, origin: str
) -> Actor | None:
    rows = session.execute(
        sa.select(Person.id, Person.name, Person.large_text, PersonPost.post)
        .outerjoin(
            PersonPost, sa.and_(PersonPost.person_id == Person.id, valid_on(PersonPost, today))
        )
        .where(is_wanted)
    ).all()
    if not rows:
        return None
    posts = frozenset(row.post for row in rows if row.post)
    scope = _scope(session, rows[0].id, today)
    posts |= scope.posts  # whoever leads or keeps a grid holds the post of that name
    known = content.load().posts
    titles = sorted((known[post].grid_level, known[post].title) for post in posts if post in known)
    return Actor(
        id=rows[0].id,
        name=rows[0].name,
        posts=posts,
        rights=rights_of(posts),
        leads=scope.leads,
        keeps=scope.keeps,
        signs=scope.signs,
        stands_in_for=scope.stands_in_for,
        title=titles[0][1] if titles else "",
        large_text=rows[0].large_text,
        origin=origin,
    )


@dataclass(frozen=True)
class _Scope:
    """What a person's assignments, and those of the absent people they stand in for, give them."""

    leads: frozenset[int]
    keeps: frozenset[int]
    signs: frozenset[int]
    stands_in_for: frozenset[int]
    posts: frozenset[str]


def _scope(session: Session, person_id: int, today: date) -> _Scope:
    absent = session.scalars(
        sa.select(Absence.person_id).where(
            Absence.deputy_id == person_id, Absence.from_on <= today, Absence.until_on >= today
        )
    ).all()
    rows = session.execute(
        sa.select(Assignment.role, Grid.id, Grid.code, Grid.level)
        .join(Grid, Grid.id == Assignment.grid_id)
        .where(Assignment.person_id.in_([person_id, *absent]), valid_on(Assignment, today))
    ).all()
    led = [row for row in rows if row.role is Role.LEADER]
    return _Scope(
        leads=queries.below(session, [row.code for row in led]),
        keeps=frozenset(row.id for row in rows if row.role is not Role.LEADER),
        signs=queries.below(session, [row.code for row in led if row.level > 1]),
        stands_in_for=frozenset(absent),
        posts=frozenset(str(row.role) for row in rows if row.role is not Role.HELPER),
    )

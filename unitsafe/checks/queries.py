"""Reading checks: who may see them, today's work, the ledger, the month."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, load_only, selectinload

from unitsafe.checks import counting
from unitsafe.checks.models import (
    HAS_FAILED,
    IS_BACKFILL,
    IS_UNDONE,
    Check,
    CheckEvent,
    CheckPhoto,
    Finding,
    Plan,
)
from unitsafe.checks.rules import DONE, ON_DUTY, UNFINISHED, State, may_countersign
from unitsafe.core.db import like
from unitsafe.core.domain import Actor, Right
from unitsafe.core.paging import AT_ONCE
from unitsafe.grids.models import GridSpace
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import OPEN
from unitsafe.people.models import Person
from unitsafe.people.queries import valid_on
from unitsafe.places.models import Space

Condition = sa.ColumnElement[bool] | sa.TextClause
LEDGER_ORDER = (Check.day, Check.id)
PEOPLE = (Check.assignee, Check.submitted_by, Check.countersigned_by)
SHOWN = (
    *(Check.day, Check.label, Check.title, Check.place, Check.state, Check.corrects_id),
    *(Check.opens_at, Check.due_at, Check.grace_ends_at, Check.missed_at, Check.performed_at),
    *(Check.submitted_at, Check.countersigned_at, Check.fail_count, Check.is_backfill),
    *(Check.note, Check.explanation),
)
"""What a line of the ledger needs; the rest of 200,000 checks is not read."""
LONGEST_PERIOD = timedelta(days=100)
"""A check begins at most this long before the day it is done on time; a quarter and some."""


def from_pool(actor: Actor) -> sa.ColumnElement[bool]:
    """Checks of buildings or the campus which the actor's posts fill."""
    posts = [Check.who.like(f"%,{post},%") for post in sorted(actor.posts)]
    if not posts:
        return sa.false()
    return sa.and_(Check.target.not_in(("grid", ON_DUTY)), sa.or_(*posts))


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The whole school's for those who see it; otherwise one's grids, posts, own work, and the
    turns on duty one signs for."""
    if Right.VIEW_ALL in actor.rights:
        return sa.true()
    return sa.or_(
        Check.grid_id.in_(actor.grids),
        Check.assignee_id == actor.id,
        Check.submitted_by_id == actor.id,
        from_pool(actor),
        sa.and_(Check.target == ON_DUTY, Check.countersign.in_(sorted(actor.posts))),
    )


def is_listed() -> sa.ColumnElement[bool]:
    """The version of a check that counts: not superseded, and no correction still being typed."""
    return sa.and_(
        Check.superseded_by_id.is_(None),
        sa.or_(Check.corrects_id.is_(None), Check.state.in_(DONE)),
    )


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed to; everything empty shows all."""

    checklist_key: str = ""
    status: str = ""
    grid_ids: frozenset[int] = frozenset()
    building_id: int | None = None
    person_id: int | None = None
    first: date | None = None
    last: date | None = None
    words: str = ""
    is_daily: bool = False
    """Only what has to be done day by day (counting.is_daily), also what opens later that day."""


MOST_COUNTED = 5000
STATUS_CHOICES = (
    "done",
    "on_time",
    "late",
    "waiting",
    "failed",
    "backfill",
    "unfinished",
    "missed",
    "unexplained",
    "skipped",
)


def ledger(actor: Actor, filters: Filters, now: datetime) -> sa.Select[Any]:
    """Checks ``actor`` may see that have opened (of the daily ones also those of later today), with
    people; page by LEDGER_ORDER."""
    return (
        sa.select(Check)
        .where(visible_to(actor), is_listed(), *_conditions(filters, now))
        .options(
            joinedload(Check.assignee),
            joinedload(Check.submitted_by),
            joinedload(Check.countersigned_by),
        )
    )


def lines(
    session: Session, actor: Actor, filters: Filters, now: datetime
) -> Iterator[tuple[Check, bool]]:
    """The whole ledger by day, upwards, each check with whether it was on time as it first was; some
    at a time, with the columns that ledger_papers shows."""
    name = (joinedload(way).load_only(Person.name) for way in PEOPLE)
    select = ledger(actor, filters, now).options(load_only(*SHOWN), *name).order_by(*LEDGER_ORDER)
    rows = select.add_columns(counting.began_on_time()).execution_options(yield_per=AT_ONCE)
    yield from session.execute(rows)


def count(session: Session, actor: Actor, filters: Filters, now: datetime) -> int:
    """How many checks the ledger holds under these filters; beyond MOST_COUNTED one more is said
    (ten years hold 200,000, and nobody waits for their number)."""
    conditions = _conditions(filters, now)
    if building := filters.building_id:  # says less than in_building, but lets the indexes be used:
        # a page walks back by day until it is full, a count would walk through all years
        near = Check.grid_id.in_(_grids_of(building))
        conditions.append(sa.or_(Check.building_id == building, near))
    found = (
        sa.select(Check.id)
        .where(visible_to(actor), is_listed(), *conditions)
        .limit(MOST_COUNTED + 1)
    )
    return session.scalars(sa.select(sa.func.count()).select_from(found.subquery())).one()


def _conditions(filters: Filters, now: datetime) -> list[Condition]:
    found: list[Condition] = [counting.is_daily() if filters.is_daily else Check.opens_at <= now]
    if filters.checklist_key:
        found.append(Check.checklist_key == filters.checklist_key)
    if filters.grid_ids:
        found.append(Check.grid_id.in_(filters.grid_ids))
    if filters.building_id:
        found.append(in_building(filters.building_id))
    if filters.person_id:
        found.append(
            sa.or_(
                Check.submitted_by_id == filters.person_id,
                sa.and_(Check.submitted_by_id.is_(None), Check.assignee_id == filters.person_id),
            )
        )
    if filters.first:
        found.append(Check.day >= filters.first)
    if filters.last:
        found.append(Check.day <= filters.last)
    if filters.words:
        pattern = like(filters.words)
        found.append(
            sa.or_(Check.place.like(pattern, escape="\\"), Check.title.like(pattern, escape="\\"))
        )
    by_status: dict[str, list[Condition]] = {
        "done": [Check.state.in_(DONE)],
        "on_time": [Check.state.in_(DONE), counting.began_on_time()],
        "late": [_is_expected(now), sa.not_(counting.began_on_time())],
        "waiting": [Check.state == State.SUBMITTED],
        "failed": [HAS_FAILED],
        "backfill": [IS_BACKFILL],
        "unfinished": [IS_UNDONE, Check.missed_at > now],
        "missed": [Check.state.in_(UNFINISHED), Check.missed_at <= now],
        "unexplained": [IS_UNDONE, Check.missed_at <= now],
        "skipped": [Check.state == State.SKIPPED],
    }
    return found + by_status.get(filters.status, [])


def in_building(building_id: int) -> sa.ColumnElement[bool]:
    """Checks of the building, and walks of the grids that had a space in it on their day: one grid
    may reach into two buildings."""
    then = _grids_of(building_id).where(
        GridSpace.grid_id == Check.grid_id, valid_on(GridSpace, Check.day)
    )
    return sa.or_(
        Check.building_id == building_id,
        sa.and_(Check.target == "grid", then.correlate(Check).exists()),
    )


def _grids_of(building_id: int) -> sa.Select[int]:
    """Grids that hold, or ever held, a space of the building."""
    return (
        sa.select(GridSpace.grid_id)
        .join(Space, Space.id == GridSpace.space_id)
        .where(Space.building_id == building_id)
    )


def _is_expected(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(Check.state.in_(DONE), counting.was_missed(now))


def check(session: Session, actor: Actor, check_id: int) -> Check | None:
    """One check with what its page shows; None when unknown or not visible."""
    return session.scalars(
        sa.select(Check)
        .where(Check.id == check_id, visible_to(actor))
        .options(
            joinedload(Check.building),
            joinedload(Check.assignee),
            joinedload(Check.submitted_by),
            joinedload(Check.countersigned_by),
            selectinload(Check.events).joinedload(CheckEvent.by),
        )
    ).first()


def findings(session: Session, check_id: int) -> dict[str, Hazard]:
    """Item key → the hazard it became."""
    rows = session.scalars(
        sa.select(Finding)
        .where(Finding.check_id == check_id)
        .options(joinedload(Finding.hazard).joinedload(Hazard.holder))
    )
    return {finding.item_key: finding.hazard for finding in rows}


def open_findings(session: Session, check_ids: Sequence[int]) -> Counter[int]:
    """Check → how many of the hazards it found are not closed yet."""
    rows = session.execute(
        sa.select(Finding.check_id, sa.func.count())
        .join(Hazard, Hazard.id == Finding.hazard_id)
        .where(Finding.check_id.in_(check_ids), Hazard.state.in_(OPEN))
        .group_by(Finding.check_id)
    )
    return Counter({row[0]: row[1] for row in rows})


def item_photos(session: Session, check_id: int) -> dict[str, list[CheckPhoto]]:
    """Item key → its photos in order of arrival."""
    found: dict[str, list[CheckPhoto]] = {}
    rows = session.scalars(
        sa.select(CheckPhoto)
        .where(CheckPhoto.check_id == check_id)
        .options(joinedload(CheckPhoto.photo))
        .order_by(CheckPhoto.id)
    )
    for entry in rows:
        found.setdefault(entry.item_key, []).append(entry)
    return found


def versions_of(session: Session, check: Check) -> Sequence[Check]:
    """All versions of the same occurrence, oldest first."""
    return session.scalars(
        sa.select(Check)
        .where(
            Check.plan_id == check.plan_id,
            Check.day == check.day,
            Check.round_no == check.round_no,
            Check.target_key == check.target_key,
        )
        .options(joinedload(Check.submitted_by))
        .order_by(Check.version)
    ).all()


def mine(session: Session, actor: Actor, now: datetime, day_ends: datetime) -> Sequence[Check]:
    """What ``actor`` still has to check before the day ends (or has not finished), soonest first."""
    return session.scalars(
        sa.select(Check)
        .where(
            sa.or_(
                Check.assignee_id == actor.id,
                sa.and_(Check.assignee_id.is_(None), from_pool(actor)),
            ),
            IS_UNDONE,
            sa.or_(Check.missed_at > now, Check.corrects_id.is_not(None)),
            Check.opens_at < day_ends,
        )
        .order_by(Check.due_at, Check.id)
        .limit(100)
    ).all()


def done_today(session: Session, actor: Actor, day_starts: datetime) -> Sequence[Check]:
    """What ``actor`` has submitted since the day began, newest first."""
    return session.scalars(
        sa.select(Check)
        .where(
            Check.submitted_by_id == actor.id,
            Check.day >= (day_starts - LONGEST_PERIOD).date(),  # by the index, not all years
            Check.submitted_at >= day_starts,
        )
        .order_by(Check.submitted_at.desc())
        .limit(20)
    ).all()


def on_duty(session: Session, actor: Actor, day: date) -> Sequence[Check]:
    """The checks that ``actor``'s turns on duty of ``day`` brought, done ones included."""
    return session.scalars(
        sa.select(Check)
        .where(
            Check.day == day,
            Check.target == ON_DUTY,
            is_listed(),
            sa.or_(Check.assignee_id == actor.id, Check.submitted_by_id == actor.id),
        )
        .order_by(Check.opens_at, Check.id)
    ).all()


def missed_by(session: Session, actor: Actor, now: datetime) -> int:
    """How many missed checks wait for ``actor`` to explain or make up for."""
    return session.scalars(
        sa.select(sa.func.count())
        .select_from(Check)
        .where(
            Check.assignee_id == actor.id,
            IS_UNDONE,
            Check.missed_at <= now,
            Check.corrects_id.is_(None),
        )
    ).one()


def to_countersign(session: Session, actor: Actor, limit: int = 200) -> Sequence[Check]:
    """Submitted checks that wait for ``actor``'s signature, the oldest first.

    Walks wait for the leader of the block; the school's leader may sign them but is not asked to.
    """
    posts = set(actor.posts)
    if Right.COUNTERSIGN_PATROL in actor.rights:
        posts.add("vice_principal_safety")
    rows = session.scalars(
        sa.select(Check)
        .where(
            Check.state == State.SUBMITTED,
            Check.superseded_by_id.is_(None),
            sa.or_(
                sa.and_(Check.countersign == "grid_leader", Check.grid_id.in_(actor.signs)),
                sa.and_(Check.countersign != "grid_leader", Check.countersign.in_(posts)),
            ),
        )
        .options(joinedload(Check.submitted_by))
        .order_by(Check.day, Check.id)
        .limit(limit)
    )
    return [check for check in rows if may_countersign(check.facts, actor)]


def untouched_of(session: Session, grid_ids: Collection[int], person_id: int, now: datetime) -> int:
    """How many checks of these grids are due from the person, neither begun nor late yet."""
    return session.scalars(
        sa.select(sa.func.count())
        .select_from(Check)
        .where(
            Check.assignee_id == person_id,
            Check.state == State.DUE,
            Check.started_at.is_(None),
            Check.due_at > now,
            Check.target == "grid",
            Check.grid_id.in_(list(grid_ids)),
        )
    ).one()


def of_day(session: Session, day: date) -> Sequence[Check]:
    """The listed checks of one day, for the tiles of 今日."""
    return session.scalars(
        sa.select(Check)
        .where(Check.day == day, is_listed())
        .options(joinedload(Check.assignee))
        .order_by(Check.id)
    ).all()


def missed_unexplained(session: Session, now: datetime) -> int:
    """Missed checks of the whole school that nobody has explained."""
    return session.scalars(
        sa.select(sa.func.count())
        .select_from(Check)
        .where(
            IS_UNDONE,
            Check.missed_at <= now,
            Check.corrects_id.is_(None),
        )
    ).one()


def plans(session: Session) -> Sequence[Plan]:
    """All plans."""
    return session.scalars(sa.select(Plan).order_by(Plan.id)).all()


def turns_on_duty(
    session: Session, actor: Actor, checklist_key: str, first: date, last: date
) -> list[tuple[str, str]]:
    """(target key, name) of the turns on duty that brought checks of that form in a period and
    that ``actor`` may see."""
    rows = session.execute(
        sa.select(Check.target_key, Check.title, Check.place)
        .where(
            Check.checklist_key == checklist_key,
            Check.target == ON_DUTY,
            Check.day.between(first, last),
            visible_to(actor),
        )
        .group_by(Check.target_key, Check.title, Check.place)
        .order_by(Check.title, Check.target_key, Check.place)
    )
    found: dict[str, str] = {}
    for key, title, place in rows:
        name = f"{title} · {place}"
        found.setdefault(key, f"{name} {key.split('-')[-1]}" if name in found.values() else name)
    return list(found.items())


def month(
    session: Session,
    actor: Actor,
    checklist_key: str,
    target_key: str,
    first: date,
    last: date,
) -> Sequence[Check]:
    """The listed checks of one place in a month, oldest first, with who signed."""
    return session.scalars(
        sa.select(Check)
        .where(
            Check.checklist_key == checklist_key,
            Check.target_key == target_key,
            Check.day.between(first, last),
            visible_to(actor),
            is_listed(),
        )
        .options(
            joinedload(Check.submitted_by),
            joinedload(Check.countersigned_by),
            selectinload(Check.events),
        )
        .order_by(Check.day, Check.round_no)
    ).all()


def photo_ids(actor: Actor) -> sa.Select[int]:
    """Ids of the photos that belong to what ``actor`` may see."""
    return (
        sa.select(CheckPhoto.photo_id)
        .join(Check, Check.id == CheckPhoto.check_id)
        .where(visible_to(actor))
    )

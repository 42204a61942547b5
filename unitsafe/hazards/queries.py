"""Reading hazards: who may see them, the ledger, one hazard."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session, joinedload, selectinload

from unitsafe import clock
from unitsafe.core.db import like
from unitsafe.core.domain import Actor, Right
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto
from unitsafe.hazards.rules import (
    IS_MAJOR,
    NUMBER,
    OPEN,
    REPEAT_DAYS,
    UNFIXED,
    Action,
    Card,
    CardNumbers,
    Level,
    Source,
    State,
    card_numbers,
    gravest,
)
from unitsafe.people.models import Person, PersonStatus
from unitsafe.people.queries import HandoverLine, handover_sources
from unitsafe.places.models import Building, Space
from unitsafe.school import queries as schools

LEDGER_ORDER = (Hazard.found_at, Hazard.id)
ROW = (
    joinedload(Hazard.space).joinedload(Space.building),
    joinedload(Hazard.holder),
    joinedload(Hazard.grid),
)
"""What a row of any list of hazards shows."""


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The whole school's for those who see it; otherwise one's grids and what one is part of."""
    if Right.VIEW_ALL in actor.rights:
        return sa.true()
    return sa.or_(
        Hazard.grid_id.in_(actor.grids),
        Hazard.holder_id.in_((actor.id, *actor.stands_in_for)),
        Hazard.reporter_id == actor.id,
        Hazard.fixed_by_id == actor.id,
    )


class Mark(StrEnum):
    """What stands beside the state of a hazard that is not over; the ledger can be narrowed to it."""

    STOP_USE = "stop_use"
    SUPERVISED = "supervised"
    ESCALATED = "escalated"
    TRANSFERRED = "transferred"


MARKED: Mapping[Mark, sa.ColumnElement[bool]] = {
    Mark.STOP_USE: Hazard.stop_use.is_(True),
    Mark.SUPERVISED: Hazard.supervisor_id.is_not(None),
    Mark.ESCALATED: Hazard.escalated_to != "",
    Mark.TRANSFERRED: Hazard.transferred_to != "",
}


PASSING = (Mark.STOP_USE, Mark.TRANSFERRED)
"""Marks that mean something only until the hazard is over."""


def marks(hazard: Hazard) -> list[Mark]:
    """The marks of a hazard, as :data:`MARKED` finds them."""
    marked = {
        Mark.STOP_USE: hazard.stop_use,
        Mark.SUPERVISED: hazard.supervisor_id is not None,
        Mark.ESCALATED: hazard.escalated_to != "",
        Mark.TRANSFERRED: hazard.transferred_to != "",
    }
    is_over = hazard.state not in OPEN
    return [mark for mark in Mark if marked[mark] and not (is_over and mark in PASSING)]


@dataclass(frozen=True)
class CardOn:
    """A card as it is computed on ``today`` with the school's numbers; None stands for any."""

    card: Card | None
    today: date
    numbers: CardNumbers


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed to; everything empty shows all."""

    state: State | None = None
    only_open: bool = False
    level: Level | None = None
    category: str = ""
    grid_ids: frozenset[int] = frozenset()
    holder_id: int | None = None
    overdue_on: date | None = None
    card: CardOn | None = None
    source: Source | None = None
    mark: Mark | None = None
    first: date | None = None
    last: date | None = None
    due_first: date | None = None
    due_last: date | None = None
    closed_first: date | None = None
    closed_last: date | None = None
    building_id: int | None = None
    space_id: int | None = None
    reporter_ids: frozenset[int] = frozenset()
    is_valid: bool = False
    is_ungraded: bool = False
    words: str = ""


def ledger(actor: Actor, filters: Filters) -> sa.Select[Any]:
    """Hazards ``actor`` may see, with space, building and holder; page by LEDGER_ORDER."""
    return sa.select(Hazard).where(visible_to(actor), *_conditions(filters)).options(*ROW)


def keys(actor: Actor, filters: Filters) -> sa.Select[Any]:
    """The keys of :func:`ledger`'s rows."""
    order: tuple[Any, ...] = LEDGER_ORDER
    return sa.select(*order).where(visible_to(actor), *_conditions(filters))


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """What the hazards left by ``filters`` have in common."""
    found: list[sa.ColumnElement[bool]] = [
        column == wanted
        for column, wanted in (
            (Hazard.state, filters.state),
            (Hazard.level, filters.level),
            (Hazard.category, filters.category),
            (Hazard.holder_id, filters.holder_id),
            (Hazard.source, filters.source),
            (Hazard.space_id, filters.space_id),
        )
        if wanted
    ]
    if filters.only_open:
        found.append(Hazard.state.in_(OPEN))
    if filters.grid_ids:
        found.append(Hazard.grid_id.in_(filters.grid_ids))
    if filters.overdue_on:
        found += _overdue(filters.overdue_on)
    if filters.card:
        found.append(_with_card(filters.card))
    if filters.mark:
        found.append(MARKED[filters.mark])
        if filters.mark in PASSING:
            found.append(Hazard.state.in_(OPEN))
    if filters.first:
        found.append(Hazard.found_at >= clock.at(filters.first))
    if filters.last:
        found.append(Hazard.found_at < clock.at(filters.last + timedelta(days=1)))
    if filters.due_first:
        found.append(Hazard.due_on >= filters.due_first)
    if filters.due_last:
        found.append(Hazard.due_on <= filters.due_last)
    if filters.closed_first:
        found.append(Hazard.closed_at >= clock.at(filters.closed_first))
    if filters.closed_last:
        found.append(Hazard.closed_at < clock.end_of(filters.closed_last))
    if filters.building_id:
        found.append(in_building(filters.building_id))
    if filters.reporter_ids:
        found.append(Hazard.reporter_id.in_(filters.reporter_ids))
    if filters.is_valid:
        found.append(Hazard.state != State.REJECTED)
    if filters.is_ungraded:
        found.append(
            sa.or_(
                Hazard.state == State.REPORTED,
                sa.and_(Hazard.state.in_(OPEN), Hazard.level == Level.SUSPECTED_MAJOR),
            )
        )
    if filters.words:
        found.append(_saying(filters.words))
    return found


def in_building(building_id: int) -> sa.ColumnElement[bool]:
    """Hazards in a space of the building."""
    spaces = sa.select(Space.id).where(Space.building_id == building_id)
    return Hazard.space_id.in_(spaces)


def _overdue(today: date) -> list[sa.ColumnElement[bool]]:
    return [Hazard.due_on < today, Hazard.state.in_(UNFIXED)]


def _with_card(wanted: CardOn) -> sa.ColumnElement[bool]:
    """What ``rules.card`` computes, as the database computes it."""
    if wanted.card is None:
        return sa.or_(*(_with_card(replace(wanted, card=one)) for one in Card))
    is_late = sa.and_(Hazard.due_on.is_not(None), *_overdue(wanted.today))
    red_before = wanted.today - timedelta(days=wanted.numbers.red_after)
    is_red = sa.and_(is_late, sa.or_(Hazard.due_on < red_before, Hazard.level != Level.NORMAL))
    if wanted.card is Card.RED:
        return sa.and_(is_red, Hazard.card_lifted.is_distinct_from(Card.RED))
    is_again = Hazard.times >= wanted.numbers.repeats
    return sa.and_(
        Hazard.state.in_(OPEN),
        sa.or_(is_late, is_again),
        sa.not_(is_red),
        Hazard.card_lifted.is_(None),
    )


def _saying(words: str) -> sa.ColumnElement[bool]:
    """Hazards with ``words`` in their number, description or place."""
    pattern = like(words)
    places = (
        sa.select(Space.id)
        .join(Building, Building.id == Space.building_id)
        .where((Building.name + " " + Space.name).like(pattern, escape="\\"))
    )
    return sa.or_(
        Hazard.description.like(pattern, escape="\\"),
        Hazard.number.like(pattern, escape="\\"),
        Hazard.space_id.in_(places),
    )


def counts_by_state(session: Session, actor: Actor, filters: Filters) -> Counter[State]:
    """How many hazards of each state the filters leave (the state filter itself left out)."""
    rows = session.execute(
        sa.select(Hazard.state, sa.func.count())
        .where(visible_to(actor), *_conditions(replace(filters, state=None, only_open=False)))
        .group_by(Hazard.state)
    )
    return Counter(dict(iter(rows)))


def people_holding(session: Session, actor: Actor) -> Sequence[Person]:
    """Whoever holds or held a hazard that ``actor`` may see, by name."""
    held = sa.select(Hazard.holder_id).where(visible_to(actor), Hazard.holder_id.is_not(None))
    return session.scalars(
        sa.select(Person).where(Person.id.in_(held)).order_by(Person.name, Person.id)
    ).all()


def hazard(session: Session, actor: Actor, number: str) -> Hazard | None:
    """One hazard with everything its page shows; None when unknown or not visible."""
    if not NUMBER.fullmatch(number):
        return None
    return session.scalars(
        sa.select(Hazard)
        .where(Hazard.number == number, visible_to(actor))
        .options(
            *ROW,
            joinedload(Hazard.reporter),
            joinedload(Hazard.supervisor),
            joinedload(Hazard.recurrence_of),
            selectinload(Hazard.events).options(
                joinedload(HazardEvent.by), joinedload(HazardEvent.to)
            ),
        )
    ).first()


def deadline_was_set(session: Session, hazard: Hazard) -> bool:
    """Whether somebody, not the system, has given it its deadline."""
    found = sa.select(HazardEvent.id).where(
        HazardEvent.hazard_id == hazard.id,
        HazardEvent.action.in_((Action.DISPATCH, Action.GRANT_EXTENSION)),
        HazardEvent.by_id.is_not(None),
    )
    return session.scalar(found.limit(1)) is not None


def found_lately(session: Session, space_id: int | None, category: str, now: datetime) -> int:
    """How often something of this category was found in the space within REPEAT_DAYS before."""
    if space_id is None:
        return 0
    return session.scalars(
        sa.select(sa.func.count())
        .select_from(Hazard)
        .where(
            Hazard.space_id == space_id,
            Hazard.category == category,
            Hazard.found_at > now - timedelta(days=REPEAT_DAYS),
            Hazard.found_at <= now,
            Hazard.state != State.REJECTED,
        )
    ).one()


def newest_event(events: Sequence[HazardEvent]) -> HazardEvent | None:
    """The last thing that people or a handover did; reminders change nothing that one decides on."""
    return next((one for one in reversed(events) if one.action is not Action.REMIND), None)


def last_replies(events: Sequence[HazardEvent]) -> dict[Action, HazardEvent]:
    """The newest letter of each kind and its answer: an answer to an earlier letter is left out."""
    found: dict[Action, HazardEvent] = {}
    for event in events:
        if event.action in ANSWERS:
            found.pop(ANSWERS[event.action], None)
        if event.action in (*ANSWERS, *ANSWERS.values(), Action.PROGRESS):
            found[event.action] = event
    return found


ANSWERS = {
    Action.ESCALATE: Action.ESCALATION_REPLY,
    Action.TRANSFER: Action.TRANSFER_REPLY,
}


def recurrences(session: Session, hazard: Hazard) -> Sequence[str]:
    """The numbers of the hazards that say this one is back."""
    return session.scalars(
        sa.select(Hazard.number).where(Hazard.recurrence_of_id == hazard.id).order_by(Hazard.id)
    ).all()


@dataclass(frozen=True)
class LookedAgain:
    """A check that looks at a closed hazard again: of which day's week, and how it stands.

    ``is_back``: whether the hazard was there again, None while nobody has looked; ``check_id``
    None: the reader may not open the check.
    """

    day: date
    status: StrEnum
    is_back: bool | None
    check_id: int | None


look_back_sources: list[Callable[[Session, Actor, Hazard, datetime], Sequence[LookedAgain]]] = []
"""Features further right that look at closed hazards again."""


def looked_again(
    session: Session, actor: Actor, hazard: Hazard, now: datetime
) -> list[LookedAgain]:
    """What came of looking at a closed hazard again, oldest first."""
    if hazard.state is not State.CLOSED:
        return []
    return [one for source in look_back_sources for one in source(session, actor, hazard, now)]


def photos(session: Session, hazard_id: int) -> Sequence[HazardPhoto]:
    """The hazard's photos in order of arrival."""
    return session.scalars(
        sa.select(HazardPhoto)
        .where(HazardPhoto.hazard_id == hazard_id)
        .options(joinedload(HazardPhoto.photo))
        .order_by(HazardPhoto.id)
    ).all()


def photos_of(session: Session, hazard_ids: Collection[int]) -> dict[int, list[HazardPhoto]]:
    """The photos of each of these hazards in order of arrival."""
    found: dict[int, list[HazardPhoto]] = {hazard_id: [] for hazard_id in hazard_ids}
    for entry in session.scalars(
        sa.select(HazardPhoto)
        .where(HazardPhoto.hazard_id.in_(list(hazard_ids)))
        .options(joinedload(HazardPhoto.photo))
        .order_by(HazardPhoto.id)
    ):
        found[entry.hazard_id].append(entry)
    return found


def open_here(session: Session, actor: Actor, space_id: int) -> Sequence[Hazard]:
    """Hazards of the space that are not closed yet and that ``actor`` may see, newest first."""
    return session.scalars(
        sa.select(Hazard)
        .where(Hazard.space_id == space_id, Hazard.state.in_(OPEN), visible_to(actor))
        .order_by(Hazard.found_at.desc(), Hazard.id.desc())
        .limit(20)
    ).all()


def to_fix(session: Session, actor: Actor) -> Sequence[Hazard]:
    """What ``actor``, or an absent person for whom they stand in, has to fix; most urgent first."""
    return session.scalars(
        sa.select(Hazard)
        .where(
            Hazard.holder_id.in_((actor.id, *actor.stands_in_for)), Hazard.state == State.ASSIGNED
        )
        .options(*ROW)
        .order_by(Hazard.due_on, Hazard.id)
        .limit(50)
    ).all()


def open_of(session: Session, grid_ids: Collection[int], person_id: int) -> int:
    """How many hazards not closed yet the person holds in these grids."""
    return session.scalars(
        sa.select(sa.func.count())
        .select_from(Hazard)
        .where(
            Hazard.holder_id == person_id,
            Hazard.state.in_(OPEN),
            Hazard.grid_id.in_(list(grid_ids)),
        )
    ).one()


def open_by_grid(session: Session) -> dict[int, int]:
    """How many hazards not closed yet lie in each grid."""
    rows = session.execute(
        sa.select(Hazard.grid_id, sa.func.count())
        .where(Hazard.state.in_(OPEN))
        .group_by(Hazard.grid_id)
    )
    return {row[0]: row[1] for row in rows}


def open_by_space(session: Session) -> dict[int, int]:
    """How many hazards not closed yet lie in each space."""
    rows = session.execute(
        sa.select(Hazard.space_id, sa.func.count())
        .where(Hazard.state.in_(OPEN), Hazard.space_id.is_not(None))
        .group_by(Hazard.space_id)
    )
    return {row[0] or 0: row[1] for row in rows}


DECISIONS = frozenset(
    {
        Action.DISPATCH,
        Action.RECHECK,
        Action.CLOSE,
        Action.GRANT_EXTENSION,
        Action.CONFIRM_MAJOR,
    }
)


def waiting_for(session: Session, actor: Actor, limit: int = 20) -> list[Hazard]:
    """Hazards that wait for a decision of ``actor``: to dispatch (also when whoever had to fix it
    has left the school), to recheck or close, to answer who asks for time, to say how grave; what
    is or may be major first."""
    is_homeless = sa.and_(Hazard.state == State.ASSIGNED, Person.status == PersonStatus.LEFT)
    is_grave = Hazard.level.in_(IS_MAJOR)
    rows = session.scalars(
        sa.select(Hazard)
        .outerjoin(Hazard.holder)
        .where(
            Hazard.state.in_(OPEN),
            sa.or_(
                Hazard.state != State.ASSIGNED,
                is_homeless,
                Hazard.extension_to.is_not(None),
                Hazard.level == Level.SUSPECTED_MAJOR,
            ),
            visible_to(actor),
        )
        .options(*ROW)
        .order_by(sa.case((is_grave, 0), else_=1), Hazard.found_at, Hazard.id)
        .limit(100)
    ).unique()
    return [hazard for hazard in rows if _waits_for(hazard, actor)][:limit]


def _waits_for(hazard: Hazard, actor: Actor) -> bool:
    wanted = DECISIONS & {*hazard.actions_open_to(actor)}
    if hazard.state is State.ASSIGNED and (
        hazard.holder is not None and hazard.holder.status is PersonStatus.ACTIVE
    ):
        wanted -= {Action.DISPATCH}  # it is being fixed
    return bool(wanted)


def to_rate(session: Session, actor: Actor, since: datetime) -> Sequence[Hazard]:
    """What ``actor`` found, others fixed and was closed after ``since``, not rated yet."""
    return session.scalars(
        sa.select(Hazard)
        .where(
            Hazard.reporter_id == actor.id,
            Hazard.state == State.CLOSED,
            Hazard.rating.is_(None),
            Hazard.fixed_by_id != actor.id,
            Hazard.source != Source.TIP,  # the tip's own page asks whoever sent it
            Hazard.closed_at >= since,
        )
        .options(joinedload(Hazard.space).joinedload(Space.building), joinedload(Hazard.grid))
        .order_by(Hazard.closed_at.desc(), Hazard.id)
        .limit(5)
    ).all()


PROGRESS_DAYS = 7
"""A supervised case tells its progress every week. Source: domain README §7."""


def without_progress(session: Session, actor: Actor, now: datetime) -> Sequence[Hazard]:
    """Supervised cases that ``actor`` follows and of which nothing was written for a week."""
    spoken = sa.exists().where(
        HazardEvent.hazard_id == Hazard.id,
        HazardEvent.action.in_((Action.SUPERVISE, Action.PROGRESS)),
        HazardEvent.at > now - timedelta(days=PROGRESS_DAYS),
    )
    return session.scalars(
        sa.select(Hazard)
        .where(
            Hazard.supervisor_id.in_((actor.id, *actor.stands_in_for)),
            Hazard.state.in_(OPEN),
            ~spoken,
        )
        .options(*ROW)
        .order_by(Hazard.supervise_until, Hazard.id)
        .limit(20)
    ).all()


def with_cards(
    session: Session,
    actor: Actor,
    today: date,
    numbers: CardNumbers,
    grid_ids: Collection[int] | None = None,
) -> list[tuple[Hazard, Card]]:
    """Hazards that carry a card today, with it; all, or those of some grids."""
    select = sa.select(Hazard).where(
        visible_to(actor),
        Hazard.state.in_(OPEN),
        sa.or_(Hazard.due_on < today, Hazard.times >= numbers.repeats),
    )
    if grid_ids is not None:
        select = select.where(Hazard.grid_id.in_(list(grid_ids)))
    rows = session.scalars(select).all()
    return [(one, card) for one in rows if (card := one.card(today, numbers)) is not None]


def gravest_by_grid(cards: Iterable[tuple[Hazard, Card]]) -> dict[int, Card]:
    """The gravest card of each grid that has one; ``cards`` of with_cards."""
    found: dict[int, list[Card]] = {}
    for hazard, card in cards:
        found.setdefault(hazard.grid_id, []).append(card)
    return {grid_id: gravest(some) or some[0] for grid_id, some in found.items()}


def card_of_grids(
    session: Session, actor: Actor, grid_ids: Collection[int], today: date
) -> Card | None:
    """The gravest card that a hazard in these grids carries today."""
    numbers = card_numbers(schools.school(session).number)
    return gravest(card for _, card in with_cards(session, actor, today, numbers, grid_ids))


def photo_ids(actor: Actor) -> sa.Select[int]:
    """Ids of the photos that belong to what ``actor`` may see."""
    return (
        sa.select(HazardPhoto.photo_id)
        .join(Hazard, Hazard.id == HazardPhoto.hazard_id)
        .where(visible_to(actor))
    )


def _hazards_left(session: Session, person: Person) -> list[HandoverLine]:
    """Open hazards that somebody who left still holds."""
    rows = session.execute(
        sa.select(Hazard.number, Hazard.description)
        .where(Hazard.holder_id == person.id, Hazard.state.in_(OPEN))
        .order_by(Hazard.id)
    )
    return [
        HandoverLine(
            _("隐患"),
            f"{row.number} {row.description[:30]}",
            "hazards.detail",
            {"number": row.number},
        )
        for row in rows
    ]


handover_sources.append(_hazards_left)

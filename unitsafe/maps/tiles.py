"""Every grid's day in one sign, for the map and for 今日."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.checks import queries as checks
from unitsafe.checks.models import Check
from unitsafe.checks.rules import DONE, State, Status
from unitsafe.core.domain import Actor, Right
from unitsafe.grids import queries as grids
from unitsafe.grids.models import Grid, Role
from unitsafe.grids.queries import Duty
from unitsafe.hazards import queries as hazards
from unitsafe.hazards.rules import Card, card_numbers, gravest
from unitsafe.school import queries as schools

WORST_FIRST = ("bad", "warn", "due", "ok")


@dataclass(frozen=True)
class Tile:
    """A grid's day: ``kind`` is ok, due, warn or bad, as the marks spell them; na: not shown.
    ``card``: the gravest that one of its hazards carries."""

    grid: Grid
    holder: str
    kind: str
    done: int = 0
    expected: int = 0
    hazards: int = 0
    card: Card | None = None


def is_periodic(check: Check) -> bool:
    """Whether it may be done on any of several days (monthly, quarterly)."""
    return (check.missed_at - check.opens_at).days >= 2


def mark_of(mine: Sequence[Check], hazards_here: int, now: datetime) -> str:
    """bad: one is missed or past its grace; warn: hazards; ok: all done; due: still to come."""
    open_ones = [check for check in mine if check.state not in (*DONE, State.SKIPPED)]
    if any(c.status(now) is Status.MISSED or now > c.grace_ends_at for c in open_ones):
        return "bad"
    if hazards_here:
        return "warn"
    return "due" if open_ones or not mine else "ok"


def walks_by_grid(all_today: Iterable[Check]) -> dict[int, list[Check]]:
    """The day's checks of whole grids, by grid."""
    found: dict[int, list[Check]] = {}
    for check in all_today:
        if check.target == "grid" and not is_periodic(check):
            found.setdefault(check.grid_id, []).append(check)
    return found


def leaf_tiles(
    session: Session,
    all_today: Iterable[Check],
    open_by_grid: Mapping[int, int],
    cards: Mapping[int, Card],
    today: date,
    now: datetime,
) -> list[Tile]:
    """A tile for each grid of level 3, in tree order."""
    walks, duties = walks_by_grid(all_today), grids.duties(session, today)
    return [
        _leaf(grid, duties.get(grid.id, ()), walks.get(grid.id, ()), open_by_grid, cards, now)
        for grid in grids.grids(session)
        if grid.level == 3
    ]


def _leaf(
    grid: Grid,
    duty_list: Sequence[Duty],
    mine: Sequence[Check],
    open_by_grid: Mapping[int, int],
    cards: Mapping[int, Card],
    now: datetime,
) -> Tile:
    hazards_here = open_by_grid.get(grid.id, 0)
    return Tile(
        grid=grid,
        holder=holder_of(grid, duty_list),
        kind=mark_of(mine, hazards_here, now),
        done=sum(check.state in DONE for check in mine),
        expected=sum(check.state is not State.SKIPPED for check in mine),
        hazards=hazards_here,
        card=cards.get(grid.id),
    )


def holder_of(grid: Grid, duty_list: Sequence[Duty]) -> str:
    """Who answers for the grid: its member, for the levels above its leader; empty when nobody."""
    duty = grids.first_with(duty_list, Role.MEMBER if grid.level == 3 else Role.LEADER)
    return duty.person.name if duty else ""


@dataclass(frozen=True)
class Day:
    """What the map of one day is made of. ``tiles`` by grid, of all levels."""

    tiles: Mapping[int, Tile]
    walks: Mapping[int, Sequence[Check]]
    hazards_by_space: Mapping[int, int]
    duties: Mapping[int, Sequence[Duty]]

    def sees(self, grid_id: int) -> bool:
        """Whether the reader may know how the grid stands."""
        return self.tiles[grid_id].kind != "na"


def day_of(session: Session, actor: Actor, now: datetime) -> Day:
    """The grids as ``actor`` may see them: of other people's only the name and who answers."""
    today = clock.local(now).date()
    walks = walks_by_grid(checks.of_day(session, today))
    duties = grids.duties(session, today)
    open_by_grid = hazards.open_by_grid(session)
    numbers = card_numbers(schools.school(session).number)
    cards = hazards.gravest_by_grid(hazards.with_cards(session, actor, today, numbers))
    every = grids.grids(session)
    tiles: dict[int, Tile] = {}
    for grid in sorted(every, key=lambda one: -one.level):  # leaves first, then what holds them
        mine = walks.get(grid.id, ())
        own = _leaf(grid, duties.get(grid.id, ()), mine, open_by_grid, cards, now)
        below = [tiles[one.id] for one in every if one.parent_id == grid.id]
        tiles[grid.id] = _with_below(own, below)
    sees_all = Right.VIEW_ALL in actor.rights
    shown = {
        grid_id: tile if sees_all or grid_id in actor.grids else Tile(tile.grid, tile.holder, "na")
        for grid_id, tile in tiles.items()
    }
    return Day(shown, walks, hazards.open_by_space(session), duties)


def _with_below(own: Tile, below: Sequence[Tile]) -> Tile:
    """A block says the worst of what is in it, and counts everything."""
    if not below:
        return own
    kinds = {tile.kind for tile in below} | ({"warn"} if own.hazards else set())
    return Tile(
        grid=own.grid,
        holder=own.holder,
        kind=next(kind for kind in WORST_FIRST if kind in kinds),
        done=own.done + sum(tile.done for tile in below),
        expected=own.expected + sum(tile.expected for tile in below),
        hazards=own.hazards + sum(tile.hazards for tile in below),
        card=gravest(tile.card for tile in (own, *below)),
    )

"""What 今日 shows: one's own work first; for leaders the whole school on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.checks import queries as checks
from unitsafe.checks.models import Check
from unitsafe.checks.rules import DONE, ON_DUTY, State
from unitsafe.core.domain import Actor
from unitsafe.hazards import escalation
from unitsafe.hazards import queries as hazards
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Card, CardNumbers
from unitsafe.maps.tiles import Tile, is_periodic, leaf_tiles, mark_of
from unitsafe.roster import planning as duty_checks
from unitsafe.roster import queries as rosters
from unitsafe.roster import table as roster
from unitsafe.roster.models import Swap
from unitsafe.roster.table import Stand

RATING_TIME = timedelta(days=30)
"""How long 今日 asks a finder how it was handled."""


@dataclass(frozen=True)
class MyDay:
    """One person's day."""

    due: Sequence[Check]
    later: Sequence[Check]
    periodic: Sequence[Check]
    done: Sequence[Check]
    on_duty: Sequence[tuple[Stand, Check | None]]
    to_fix: Sequence[Hazard]
    missed: int
    to_countersign: Sequence[Check]
    to_decide: Sequence[Hazard]
    to_follow: Sequence[Hazard]
    late_below: Sequence[Hazard]
    to_rate: Sequence[Hazard]
    swaps: Sequence[Swap]


def my_day(session: Session, actor: Actor, now: datetime, stands: Sequence[Stand] = ()) -> MyDay:
    """What ``actor`` has to do today, what comes later, what is done. ``stands``: the school's
    turns on duty of today; their checks stand with them."""
    today = clock.local(now).date()
    mine = checks.mine(session, actor, now, clock.end_of(today))
    on_duty = _on_duty(session, actor, stands, today)
    shown = {check.id for _, check in on_duty if check is not None}
    mine = [check for check in mine if check.id not in shown]
    open_now = [check for check in mine if check.opens_at <= now]
    return MyDay(
        on_duty=on_duty,
        swaps=rosters.waiting_for(session, actor.id, today),
        due=[check for check in open_now if not is_periodic(check)],
        later=[check for check in mine if check.opens_at > now],
        periodic=[check for check in open_now if is_periodic(check)],
        done=checks.done_today(session, actor, clock.at(today)),
        to_fix=hazards.to_fix(session, actor),
        missed=checks.missed_by(session, actor, now),
        to_countersign=checks.to_countersign(session, actor),
        to_decide=hazards.waiting_for(session, actor),
        to_follow=hazards.without_progress(session, actor, now),
        late_below=escalation.told_to(session, actor, today),
        to_rate=hazards.to_rate(session, actor, now - RATING_TIME),
    )


def _on_duty(
    session: Session, actor: Actor, stands: Sequence[Stand], today: date
) -> list[tuple[Stand, Check | None]]:
    """The turns that ``actor`` stands, by time, each with the check it brought."""
    mine = [stand for stand in stands if stand.who is not None and stand.who.id == actor.id]
    brought = checks.on_duty(session, actor, today) if mine else ()
    by_key = {check.target_key: check for check in brought}
    return [
        (stand, by_key.get(duty_checks.target_key(stand.shift, stand.slot)))
        for stand in sorted(mine, key=lambda one: (one.shift.starts, one.shift.id))
    ]


@dataclass(frozen=True)
class Patrol:
    """A check that is no grid's walk: its mark, and the hazards it found that are still open."""

    check: Check
    kind: str
    hazards: int


@dataclass(frozen=True)
class SchoolDayBoard:
    """The school's day in figures and tiles."""

    done: int
    expected: int
    missed: int
    open_hazards: int
    yellow: int
    red: int
    tiles: Sequence[Tile]
    patrols: Sequence["Patrol"]
    on_duty: Sequence[Stand]


def stands_today(session: Session, today: date) -> list[Stand]:
    """Everybody's turns on duty of today."""
    return roster.read(session, today, today).on(today)


def school_day(
    session: Session,
    actor: Actor,
    now: datetime,
    numbers: CardNumbers,
    stands: Sequence[Stand] = (),
) -> SchoolDayBoard:
    """The state of the whole school today."""
    today = clock.local(now).date()
    all_today = [check for check in checks.of_day(session, today) if not is_periodic(check)]
    counted = [check for check in all_today if check.state is not State.SKIPPED]
    carded = hazards.with_cards(session, actor, today, numbers)
    cards = [card for _, card in carded]
    open_by_grid = hazards.open_by_grid(session)
    return SchoolDayBoard(
        done=sum(check.state in DONE for check in counted),
        expected=len(counted),
        missed=checks.missed_unexplained(session, now),
        open_hazards=sum(open_by_grid.values()),
        yellow=cards.count(Card.YELLOW),
        red=cards.count(Card.RED),
        tiles=leaf_tiles(
            session, all_today, open_by_grid, hazards.gravest_by_grid(carded), today, now
        ),
        patrols=_patrols(
            session, [one for one in all_today if one.target not in ("grid", ON_DUTY)], now
        ),
        on_duty=stands,
    )


def _patrols(session: Session, rounds: Sequence[Check], now: datetime) -> list[Patrol]:
    """Patrols and night rounds by form, round and building: a correction stays in its place."""
    found = checks.open_findings(session, [check.id for check in rounds])
    in_order = sorted(rounds, key=lambda one: (one.plan_id, one.round_no, one.building_id or 0))
    return [
        Patrol(check, mark_of([check], found[check.id], now), found[check.id]) for check in in_order
    ]

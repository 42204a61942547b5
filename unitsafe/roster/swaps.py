"""调班: one asks, the other agrees or not; both agreed, the turns are exchanged.

Whoever holds a turn may ask, whatever their post: duty falls on leaders and guards too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.people.models import Person
from unitsafe.roster import queries, rules, table
from unitsafe.roster.models import RosterEntry, Shift, Swap
from unitsafe.roster.rules import RosterAction, Side, SwapState
from unitsafe.roster.services import log, void_swaps
from unitsafe.roster.table import Roster, Stand

AHEAD = timedelta(days=31)
"""How far ahead another's turns are offered for a swap."""


@dataclass(frozen=True)
class Offer:
    """Somebody whom a turn can be swapped with; ``entry`` None: takes it without giving one.
    ``title``: the shift of that turn."""

    person: Person
    entry: RosterEntry | None = None
    title: str = ""


def offers(session: Session, entry: RosterEntry, today: date) -> list[Offer]:
    """Whom the holder of ``entry`` (loaded with its shift) can ask now: first the turns of others
    in the order of days, then colleagues who could just take it."""
    roster = table.read(session, today, max(entry.day, today) + AHEAD)
    shifts = {shift.id: shift for shift in roster.shifts}
    shift = shifts[entry.shift_id]
    turns = [
        Offer(stand.person, stand.entry, stand.shift.title)
        for stand in roster.all()
        if stand.person is not None
        and stand.entry is not None
        and stand.entry.stand_in_id is None
        and (stand.shift.id, stand.day) != (shift.id, entry.day)
        and _is_possible(roster, entry, shift, stand.person.id, stand, today)
    ]
    people = [
        Offer(person)
        for person in roster.staff.choices(shift, entry.day)
        if _is_possible(roster, entry, shift, person.id, None, today)
    ]
    return turns + people


def _is_possible(
    roster: Roster,
    entry: RosterEntry,
    shift: Shift,
    other_id: int,
    stand: Stand | None,
    today: date,
) -> bool:
    try:
        rules.check_swap(*_sides(roster, entry, shift, other_id, stand), today)
    except RuleError:
        return False
    return True


def _sides(
    roster: Roster, entry: RosterEntry, shift: Shift, other_id: int, stand: Stand | None
) -> tuple[Side, Side]:
    """What the rules look at: the holder's side and the other's."""
    holder, staff = entry.person_id or 0, roster.staff
    given = stand.entry.id if stand and stand.entry else None
    mine_can = stand is None or staff.may(stand.shift, holder, stand.day)
    mine = Side(
        person_id=holder,
        day=entry.day,
        may=mine_can,
        is_away=stand is not None and _is_off(roster, holder, stand.day),
        is_busy=stand is not None and roster.is_busy(holder, stand.shift, stand.day, but=entry.id),
    )
    other = Side(
        person_id=other_id,
        day=stand.day if stand else None,
        may=staff.may(shift, other_id, entry.day),
        is_away=_is_off(roster, other_id, entry.day),
        is_busy=roster.is_busy(other_id, shift, entry.day, but=given),
    )
    return mine, other


def _is_off(roster: Roster, person_id: int, day: date) -> bool:
    absent = roster.staff.absence(person_id, day) is not None
    return absent or not roster.staff.works(person_id, day)


def ask(
    session: Session,
    entry: RosterEntry,
    *,
    other_id: int,
    other_entry: RosterEntry | None,
    note: str,
    by: Actor,
    now: datetime,
) -> Swap:
    """The holder of ``entry`` asks ``other_id`` for a swap, or to take it.

    :raises RuleError: with oneself, too late, away, may not, busy, or asked already.
    """
    today = clock.local(now).date()
    if entry.person_id != by.id:
        raise RuleError("这一班已经不是您的了，请刷新看一下。")
    if entry.stand_in_id is not None:
        raise RuleError("这一班已经有人替岗，不用再换。")
    _check(session, entry, other_id, other_entry, today)
    earlier = queries.open_swap(session, entry.id)
    if earlier is not None:
        if not rules.is_lapsed(earlier.state, _days(earlier), today):
            raise RuleError(
                "这一班已经在和%(name)s商量了，先撤回那次请求，再另找人。", name=earlier.other.name
            )
        _decide(earlier, SwapState.VOID, now)
        session.flush()
    swap = Swap(
        entry_id=entry.id,
        other_entry_id=other_entry.id if other_entry else None,
        asker_id=by.id,
        other_id=other_id,
        note=note,
        asked_at=now,
    )
    session.add(swap)
    session.flush()
    data = {"day": entry.day, "other": other_id, "note": note}
    audit.record(session, "swap.ask", f"swap:{swap.id}", by=by, now=now, data=data)
    return swap


def _check(
    session: Session,
    entry: RosterEntry,
    other_id: int,
    other_entry: RosterEntry | None,
    today: date,
) -> None:
    days = [entry.day, other_entry.day if other_entry else entry.day]
    one = timedelta(days=1)
    roster = table.read(session, min(days) - one, max(days) + one)
    shift = next(shift for shift in roster.shifts if shift.id == entry.shift_id)
    stand = None
    if other_entry is not None:
        found = (one for one in roster.on(other_entry.day) if one.entry is not None)
        stand = next((one for one in found if one.entry.id == other_entry.id), None)  # type: ignore[union-attr]
        if stand is None or other_entry.person_id != other_id or other_entry.stand_in_id:
            raise RuleError("对方的这次值班刚刚有变动，请重新选。")
        if (stand.shift.id, stand.day) == (shift.id, entry.day):
            raise RuleError("你们同一天值同一个班，不用换。")
    rules.check_swap(*_sides(roster, entry, shift, other_id, stand), today)


def agree(session: Session, swap: Swap, *, by: Actor, now: datetime) -> None:
    """The other agrees: the turns change hands at once.

    :raises RuleError: not asked of this person, no longer open, or no longer possible.
    """
    today = clock.local(now).date()
    _require_open(swap, today)
    if swap.other_id != by.id:
        raise RuleError("这次调班要由对方来答复。")
    mine, theirs = swap.entry, swap.other_entry
    if mine.person_id != swap.asker_id or mine.stand_in_id is not None:
        raise RuleError("这一班刚刚有变动，调班请求已经失效。")
    _check(session, mine, swap.other_id, theirs, today)
    _decide(swap, SwapState.AGREED, now)
    session.flush()
    if theirs is not None:
        mine.person_id = theirs.person_id = None
        session.flush()  # both places are free before they are given anew
        theirs.person_id, theirs.is_swapped = swap.asker_id, True
    mine.person_id, mine.is_swapped = swap.other_id, True
    session.flush()
    for entry, before, after in (
        (mine, swap.asker_id, swap.other_id),
        (theirs, swap.other_id, swap.asker_id),
    ):
        if entry is not None:
            session.expire(entry, ["person"])
            void_swaps(session, entry, now)
            log(session, entry.shift, entry, RosterAction.SWAP, before, after, by=by, now=now)


def decline(session: Session, swap: Swap, *, by: Actor, now: datetime) -> None:
    """The other does not agree. Raises RuleError when not asked, or answered already."""
    _require_open(swap, clock.local(now).date())
    if swap.other_id != by.id:
        raise RuleError("这次调班要由对方来答复。")
    _decide(swap, SwapState.DECLINED, now)
    audit.record(session, "swap.decline", f"swap:{swap.id}", by=by, now=now)


def withdraw(session: Session, swap: Swap, *, by: Actor, now: datetime) -> None:
    """The asker takes the request back. Raises RuleError when answered already."""
    _require_open(swap, clock.local(now).date())
    if swap.asker_id != by.id:
        raise RuleError("只有提出调班的人能撤回。")
    _decide(swap, SwapState.WITHDRAWN, now)
    audit.record(session, "swap.withdraw", f"swap:{swap.id}", by=by, now=now)


def _days(swap: Swap) -> Iterator[date]:
    yield swap.entry.day
    if swap.other_entry is not None:
        yield swap.other_entry.day


def state_of(swap: Swap, today: date) -> SwapState:
    """How the request stands: one whose day has begun is void."""
    return SwapState.VOID if rules.is_lapsed(swap.state, _days(swap), today) else swap.state


def _require_open(swap: Swap, today: date) -> None:
    if state_of(swap, today) is not SwapState.ASKED:
        raise RuleError("这次调班请求已经答复、撤回或者过期了，请刷新看一下。")


def _decide(swap: Swap, state: SwapState, now: datetime) -> None:
    swap.state, swap.decided_at = state, now

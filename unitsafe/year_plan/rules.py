"""The year's obligations on the school's calendar: what is due when, and how it stands."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from unitsafe.content.model import Obligation
from unitsafe.letters.rules import FIRST_MONTH, span
from unitsafe.school.rules import SUMMER, WINTER, Day, holidays

LEAST_TAUGHT = 10
"""Days of teaching from which a month counts as one of school. Source: domain README §6 (drills)."""
AHEAD = timedelta(days=13)
"""What is due before a holiday may be done in the two weeks that end with its due day."""
BEFORE_TERM = timedelta(days=7)
"""Source: content/checklists.yaml before_term (开学前7天至开学首日)."""
FIRST_WEEK = timedelta(days=6)
SIGN_BY = (9, 30)
"""The plan is signed in September. Source: content/obligations.yaml year_plan."""
EARLIEST = timedelta(days=31)
"""So long before the school year it may be signed."""
USUALLY_TAUGHT = frozenset({9, 10, 11, 12, 3, 4, 5, 6})
"""Months taken for ones of school while the term is not in the calendar."""
USUAL_DAYS, USUAL_WEEKS = 20, 4
USUAL_END = (6, 30)
"""When the second term is taken to end while it is not in the calendar."""
OWN = "own"
"""The key of what the school itself has put on its plan; the slot is the row's number."""


class Act(StrEnum):
    """What is marked on an entry; the newest of each pair counts."""

    DONE = "done"
    UNDONE = "undone"
    DROP = "drop"
    RESTORE = "restore"


class Status(StrEnum):
    """How an entry stands; computed, never stored."""

    DONE = "done"
    LATE = "late"
    DUE = "due"
    AHEAD = "ahead"
    DROPPED = "dropped"
    BEFORE = "before"


class Change(StrEnum):
    """What is other than when the plan was signed (签后调整)."""

    ADDED = "added"
    MOVED = "moved"
    DROPPED = "dropped"
    RESTORED = "restored"


@dataclass(frozen=True)
class Calendar:
    """The school's days by date, and its terms as (first day, last day), in any order.
    ``after_quarter``: within how many days of a quarter's end its self-assessment is due."""

    days: Mapping[date, Day]
    terms: Collection[tuple[date, date]]
    after_quarter: int = 10


@dataclass(frozen=True)
class Entry:
    """One thing due once: what is recorded from ``first`` to ``last`` proves it.

    ``times`` are needed; ``runs``: it goes on to its last day, and is done no earlier. ``slot``
    tells the entries of one obligation apart and stands in addresses; ``name`` is for people.
    """

    key: str
    slot: str
    name: str
    first: date
    last: date
    due_on: date
    times: int = 1
    runs: bool = False

    @property
    def place(self) -> tuple[str, str]:
        """What names it within its year."""
        return self.key, self.slot


@dataclass(frozen=True)
class Half:
    """A term, or while it is not in the calendar (``known`` False) its half of the year."""

    name: str
    first: date
    last: date
    known: bool


def applies(one: Obligation, flags: Collection[str], stage: str) -> bool:
    """Whether a school with these switches and of this stage has the obligation."""
    return (
        all(flag in flags for flag in one.needs)
        and (not one.needs_any or any(flag in flags for flag in one.needs_any))
        and (not one.stages or stage in one.stages)
        and stage not in one.not_stages
    )


def entries(
    obligations: Iterable[Obligation],
    *,
    flags: Collection[str],
    stage: str,
    calendar: Calendar,
    year: str,
) -> list[Entry]:
    """Everything that the school year asks of this school, in the order of the obligations.

    What hangs on the days of a term that is not in the calendar yet (its start, the holidays in
    it) is left out; the rest is laid on the months that are usually taught.
    """
    frame = _Frame(calendar, year)
    return [
        entry
        for one in obligations
        if applies(one, flags, stage)
        for entry in _LAID[one.recurrence](frame, one)
    ]


class _Frame:
    """A school year with its halves, months and days."""

    def __init__(self, calendar: Calendar, year: str) -> None:
        self.year = year
        self.first, self.last = span(year)
        self._days, self.after_quarter = calendar.days, calendar.after_quarter
        self.halves = halves(calendar, year)
        self.months = [month_of(self.first, number) for number in range(12)]

    def taught(self, first: date, last: date) -> list[Day]:
        """Days of teaching, ascending."""
        return [day for day in self.days(first, last) if day.teaching]

    def days(self, first: date, last: date) -> list[Day]:
        """The calendar's days, ascending; those outside every term are missing."""
        every = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [self._days[day] for day in every if day in self._days]

    def is_guess(self, first: date) -> bool:
        """Whether the month that begins on ``first`` lies in a term nobody has entered yet."""
        half = self.halves[0] if first.month >= FIRST_MONTH or first.month == 1 else self.halves[1]
        return not half.known

    def end_of(self, first: date, last: date) -> date:
        """The last day of teaching, or when it usually is."""
        taught = self.taught(first, last)
        if taught:
            return taught[-1].day
        return min(last, self.last.replace(month=USUAL_END[0], day=USUAL_END[1]))


def month_of(first: date, number: int = 0) -> tuple[date, date]:
    """First and last day of the month ``number`` months after that of ``first``."""
    years, month = divmod(first.month - 1 + number, 12)
    begins = date(first.year + years, month + 1, 1)
    return begins, (begins + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def halves(calendar: Calendar, year: str) -> list[Half]:
    """Both terms of a school year: September to January, February to August."""
    first, last = span(year)
    turn = date(last.year, 2, 1)
    found = []
    for name, begins, ends in (("上学期", first, turn - timedelta(days=1)), ("下学期", turn, last)):
        inside = [one for one in calendar.terms if begins <= one[0] + (one[1] - one[0]) / 2 <= ends]
        begun, ended = min(inside, default=(begins, ends))
        found.append(Half(name, begun, ended, bool(inside)))
    return found


def _each_month(frame: _Frame, one: Obligation) -> Iterator[Entry]:
    for first, last in frame.months:
        yield _monthly(one, first, last)


def _taught_months(frame: _Frame, one: Obligation) -> Iterator[Entry]:
    for first, last in frame.months:
        if frame.is_guess(first):
            is_school = first.month in USUALLY_TAUGHT
        else:
            is_school = len(frame.taught(first, last)) >= LEAST_TAUGHT
        if is_school:
            yield _monthly(one, first, last)


def _by_day(counts: Callable[[Day], bool]) -> Callable[[_Frame, Obligation], Iterator[Entry]]:
    def lay(frame: _Frame, one: Obligation) -> Iterator[Entry]:
        for first, last in frame.months:
            number = sum(counts(day) for day in frame.days(first, last))
            if frame.is_guess(first):
                number = USUAL_DAYS if first.month in USUALLY_TAUGHT else 0
            if number:
                yield _monthly(one, first, last, number, runs=True)

    return lay


def _weeks(frame: _Frame, one: Obligation) -> Iterator[Entry]:
    for first, last in frame.months:
        taught = frame.taught(first, last)
        number = len({day.day.isocalendar()[:2] for day in taught})
        if frame.is_guess(first):
            number = USUAL_WEEKS if first.month in USUALLY_TAUGHT else 0
        if number:
            yield _monthly(one, first, last, number, runs=True)


def _monthly(
    one: Obligation, first: date, last: date, number: int = 1, *, runs: bool = False
) -> Entry:
    name = f"{first.month}月"
    return Entry(one.key, f"{first:%Y-%m}", name, first, last, last, one.times * number, runs)


def _quarters(frame: _Frame, one: Obligation) -> Iterator[Entry]:
    """Those of the calendar that end in the school year, as the self-assessment counts them."""
    for first, last in frame.months:
        if last.month % 3 == 0:
            number = last.month // 3
            slot, name = f"{last.year}Q{number}", f"{last.year}年第{'一二三四'[number - 1]}季度"
            yield Entry(one.key, slot, name, month_of(first, -2)[0], last, last, one.times)


def _after_quarters(frame: _Frame, one: Obligation) -> Iterator[Entry]:
    """The days after each quarter; what comes later still counts for it. Source:
    content/four_capabilities.yaml ``scoring.deadline`` (季度结束后10日内)."""
    for entry in _quarters(frame, one):
        first = entry.last + timedelta(days=1)
        due = entry.last + timedelta(days=frame.after_quarter)
        yield replace(entry, first=first, last=month_of(first, 2)[1], due_on=due)


def _half_years(frame: _Frame, one: Obligation) -> Iterator[Entry]:
    turn = date(frame.last.year, 2, 1)
    spans = ((frame.first, turn - timedelta(days=1)), (turn, frame.last))
    for number, (first, last) in enumerate(spans, start=1):
        name = "上半学年" if number == 1 else "下半学年"
        due = frame.end_of(first, last)
        yield Entry(one.key, f"half-{number}", name, first, last, due, one.times)


def _terms(frame: _Frame, one: Obligation) -> Iterator[Entry]:
    for number, half in enumerate(frame.halves, start=1):
        due = frame.end_of(half.first, half.last)
        yield Entry(one.key, f"term-{number}", half.name, half.first, half.last, due, one.times)


def _term_starts(frame: _Frame, one: Obligation) -> Iterator[Entry]:
    for number, half in enumerate(frame.halves, start=1):
        if half.known:
            due, name = half.first + FIRST_WEEK, f"{half.name}开学"
            yield Entry(one.key, f"start-{number}", name, half.first, due, due, one.times)


def _before_terms(frame: _Frame, one: Obligation) -> Iterator[Entry]:
    for number, half in enumerate(frame.halves, start=1):
        if half.known:
            first, name = half.first - BEFORE_TERM, f"{half.name}开学前"
            slot = f"before-{number}"
            yield Entry(one.key, slot, name, first, half.first, half.first, one.times)


def _before_holidays(frame: _Frame, one: Obligation) -> Iterator[Entry]:
    for half, closing in zip(frame.halves, (WINTER, SUMMER), strict=True):
        earlier = half.first - timedelta(days=1)
        if not half.known:
            continue
        for name, due in holidays(frame.days(half.first, half.last), closing):
            first = max(due - AHEAD, earlier + timedelta(days=1))
            yield Entry(one.key, due.isoformat(), f"{name}前", first, due, due, one.times)
            earlier = due


def _year(frame: _Frame, one: Obligation) -> Iterator[Entry]:
    due = next((last for _, last in frame.months if last.month == one.month), frame.last)
    name = f"{frame.year.replace('-', '—')}学年"
    yield Entry(one.key, frame.year, name, frame.first, frame.last, due, one.times)


_LAID: Mapping[str, Callable[[_Frame, Obligation], Iterator[Entry]]] = {
    "day_taught": _by_day(lambda day: day.teaching or day.boarding),
    "night": _by_day(lambda day: day.boarding),
    "week": _weeks,
    "month": _each_month,
    "month_taught": _taught_months,
    "quarter": _quarters,
    "after_quarter": _after_quarters,
    "half_year": _half_years,
    "term": _terms,
    "term_start": _term_starts,
    "before_term": _before_terms,
    "before_holiday": _before_holidays,
    "year": _year,
}
"""How each recurrence is laid out. Source: content/obligations.yaml, domain README §6."""


ENOUGH = 0.95
"""Share of a month's daily rounds from which the month counts as done: one round that nobody made
up for does not keep it red for ever. Source: content/four_capabilities.yaml c1_07 (95%以上)."""


def is_enough(entry: Entry, done: int, of: int | None) -> bool:
    """Whether ``done`` proves it: as many as are needed, or those planned in its ledger; of what
    goes on all month nearly all of them."""
    if of is None:
        return done >= entry.times
    return 0 < of * (ENOUGH if entry.runs else 1) <= done


def status_of(
    entry: Entry, done: int, of: int | None, *, today: date, begins_on: date, dropped: bool
) -> Status:
    """How an entry stands on ``today``; its due day is still in time. What was due before the
    school was here (``begins_on``) is nobody's fault."""
    if dropped:
        return Status.DROPPED
    if is_enough(entry, done, of) and not (entry.runs and today <= entry.last):
        return Status.DONE
    if entry.due_on < begins_on:
        return Status.BEFORE
    if entry.due_on < today:
        return Status.LATE
    return Status.DUE if entry.due_on <= month_of(today)[1] else Status.AHEAD


def may_sign_on(year: str, day: date) -> bool:
    """Whether the plan of ``year`` may be signed on ``day``."""
    first, last = span(year)
    return first - EARLIEST <= day <= last


def sign_by(year: str) -> date:
    """The last day in time for the signature."""
    return span(year)[0].replace(month=SIGN_BY[0], day=SIGN_BY[1])


Signed = Mapping[tuple[str, str], tuple[date, bool]]
"""By place: the day it was due, and whether it was dropped, when the plan was signed."""


def change_of(entry: Entry, dropped: bool, signed: Signed) -> Change | None:
    """What is other about ``entry`` than when the plan was signed."""
    then = signed.get(entry.place)
    if then is None:
        return None if dropped else Change.ADDED
    due_on, was_dropped = then
    if dropped != was_dropped:
        return Change.DROPPED if dropped else Change.RESTORED
    return Change.MOVED if due_on != entry.due_on else None

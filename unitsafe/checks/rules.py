"""Checks: the four clocks, what a check's state looks like now, who may do what. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Literal

from unitsafe import clock
from unitsafe.content.model import ChecklistItem, PlanTemplate
from unitsafe.core.domain import Actor, Right, RuleError
from unitsafe.school.rules import Span

UNDO_SECONDS = 10
"""How long a tap can be taken back. Source: product.md §5."""
UNDO_GRACE_SECONDS = 5
"""What a slow network may add before the server refuses the undo."""


class State(StrEnum):
    """Stored. Missed is not stored: it follows from the clocks."""

    DUE = "due"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    COUNTERSIGNED = "countersigned"
    SKIPPED = "skipped"


UNFINISHED = (State.DUE, State.IN_PROGRESS)
DONE = (State.SUBMITTED, State.COUNTERSIGNED)


class Status(StrEnum):
    """What people see: the state read against the clocks."""

    UPCOMING = "upcoming"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    LATE = "late"
    MISSED = "missed"
    EXPLAINED = "explained"
    SUBMITTED = "submitted"
    COUNTERSIGNED = "countersigned"
    SKIPPED = "skipped"


class Result(StrEnum):
    """An answer; CLEARED takes the one before it back."""

    OK = "ok"
    FAIL = "fail"
    NA = "na"
    CLEARED = "cleared"


class EntrySource(StrEnum):
    """How a record came in: tapped on the spot, or keyed in from a paper sheet."""

    SCREEN = "screen"
    PAPER = "paper"


@dataclass(frozen=True)
class Clocks:
    """From when it may be done, until when it should be, when grace ends, when it counts as missed.

    Early inside the window counts; "today" ends at 24:00 local (product.md §2).
    """

    opens_at: datetime
    due_at: datetime
    grace_ends_at: datetime
    missed_at: datetime


@dataclass(frozen=True)
class Slot:
    """One due occurrence of a plan on a day; ``round_no`` counts from 1, ``label`` names it when
    there are several."""

    day: date
    round_no: int
    label: str
    clocks: Clocks


@dataclass(frozen=True)
class DayFacts:
    """What the school calendar says of a day; ``begins``: what must be done once from this day on,
    for plans of a unit of SPECIAL."""

    day: date
    teaching: bool
    boarding: bool
    begins: Span | None = None


DAILY = ("day", "night")
"""Units of plans whose checks are due day by day."""
SPECIAL = ("term", "holiday")
"""Units of plans whose checks are due before a term, before a long holiday."""


def applies(plan: PlanTemplate, facts: DayFacts) -> bool:
    """Whether a daily or nightly plan has anything due on this day."""
    return {
        "teaching": facts.teaching,
        "teaching_or_boarding": facts.teaching or facts.boarding,
        "boarding_night": facts.boarding,
        "any": True,
    }[plan.days]


def slots(plan: PlanTemplate, facts: DayFacts) -> list[Slot]:
    """What of ``plan`` falls due on a day.

    Weekly, monthly and quarterly occurrences belong to the first day of their period (a quarter's
    to the first day of its last month, when the full inspection is made) and stay open to its end;
    so do those before a term or a holiday.
    """
    if plan.unit in ("day", "night"):
        return _daily(plan, facts) if applies(plan, facts) else []
    if plan.unit in SPECIAL:
        return [_once(plan, facts.begins)] if facts.begins else []
    first, last = period(plan.unit, facts.day)
    if facts.day != first or not _month_counts(plan, facts.day):
        return []
    due_on = last.replace(day=min(plan.due_day, last.day)) if plan.due_day else last
    due_at = clock.end_of(due_on)
    missed_at = clock.end_of(last)
    grace = min(due_at + timedelta(minutes=plan.grace_minutes), missed_at)
    return [Slot(first, 1, "", Clocks(clock.at(first), due_at, grace, missed_at))]


def _once(plan: PlanTemplate, span: Span) -> Slot:
    due_at = clock.end_of(span.last)
    missed_at = due_at + timedelta(minutes=plan.grace_minutes)
    return Slot(
        span.first, 1, span.name, Clocks(clock.at(span.first), due_at, missed_at, missed_at)
    )


def _daily(plan: PlanTemplate, facts: DayFacts) -> list[Slot]:
    found = []
    evening = plan.unit == "night"
    for number, window in enumerate(plan.windows, start=1):
        opens, due = window.opens or time(0), window.due
        after_midnight = evening and opens < time(12)
        start = facts.day + timedelta(days=1 if after_midnight else 0)
        opens_at = clock.at(start, opens)
        due_at = clock.at(start, due) if due else clock.end_of(start)
        if due_at <= opens_at:
            due_at += timedelta(days=1)
        day_ends = clock.end_of(facts.day)
        missed_at = max(due_at, day_ends + timedelta(hours=12) if evening else day_ends)
        grace = min(due_at + timedelta(minutes=plan.grace_minutes), missed_at)
        clocks = Clocks(opens_at, due_at, grace, missed_at)
        label = window.label if len(plan.windows) > 1 else ""
        found.append(Slot(facts.day, number, label, clocks))
    return found


def period(unit: str, day: date) -> tuple[date, date]:
    """First and last day of the week, or of the month, that ``day`` lies in."""
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _month_counts(plan: PlanTemplate, day: date) -> bool:
    ends_quarter = day.month % 3 == 0
    if plan.unit == "quarter" or plan.months == "quarter_end":
        return ends_quarter
    return not (plan.months == "not_quarter_end" and ends_quarter)


def status(state: State, clocks: Clocks, now: datetime, *, explained: bool = False) -> Status:
    """How the check stands at ``now``."""
    if state not in UNFINISHED:
        return Status(state)
    if now >= clocks.missed_at:
        return Status.EXPLAINED if explained else Status.MISSED
    if now >= clocks.due_at:
        return Status.LATE
    if state is State.IN_PROGRESS:
        return Status.IN_PROGRESS
    return Status.OPEN if now >= clocks.opens_at else Status.UPCOMING


def is_backfill(performed_at: datetime, submitted_at: datetime, hours: int = 24) -> bool:
    """补录: entered more than ``hours`` after the event. Source: product.md §3 rule 1."""
    return submitted_at - performed_at > timedelta(hours=hours)


@dataclass(frozen=True)
class Answered:
    """The answer that counts for an item: its newest row."""

    id: int
    result: Result
    value: Decimal | None
    note: str
    at: datetime
    by_id: int


def is_answered(answer: Answered | None) -> bool:
    """Whether the item has an answer that was not taken back."""
    return answer is not None and answer.result is not Result.CLEARED


@dataclass(frozen=True)
class Progress:
    """How far a check is."""

    answered: int
    failed: int
    total: int

    @property
    def left(self) -> int:
        """Items without an answer."""
        return self.total - self.answered


def progress(items: Sequence[ChecklistItem], answers: Mapping[str, Answered]) -> Progress:
    """Counts over the items that this check has."""
    mine = [answers[item.key] for item in items if is_answered(answers.get(item.key))]
    return Progress(len(mine), sum(answer.result is Result.FAIL for answer in mine), len(items))


def read_answer(item: ChecklistItem, given: Iterable[str]) -> tuple[Result, Decimal | None] | None:
    """What a form sent for ``item``; None when it sent nothing. Raises RuleError for nonsense."""
    values = [text.strip() for text in given if text.strip()]
    if not values:
        return None
    if Result.NA in values:
        return Result.NA, None
    if item.answer.type == "pass_fail":
        if values[-1] not in (Result.OK, Result.FAIL):
            raise RuleError("请选“正常”“异常”或“不适用”。")
        return Result(values[-1]), None
    try:
        number = Decimal(_plain_digits(values[-1]))
    except InvalidOperation:
        raise RuleError("“%(values)s”不是数字，请重新填写。", values=values[-1][:20]) from None
    if not number.is_finite() or number.adjusted() >= 9 or number != round(number, 3):
        raise RuleError("数字太大或小数位太多，请核对。")
    return (Result.OK if item.answer.judge(number) else Result.FAIL), number


def _plain_digits(text: str) -> str:
    """Full-width digits and signs as Chinese keyboards type them."""
    return text.translate(str.maketrans("０１２３４５６７８９．－。", "0123456789.-."))


@dataclass(frozen=True)
class Facts:
    """What of a check decides who may do what. ``who`` and ``countersign`` are post keys."""

    state: State
    target: str
    grid_id: int
    who: frozenset[str]
    countersign: str
    assignee_id: int | None
    submitted_by_id: int | None
    is_superseded: bool = False


ON_DUTY = "shift"
"""The target of checks that a turn on duty brings: they belong to whoever stands it."""
LOOK_BACK = "look_back"
"""The target of checks that look at a closed hazard again."""


class Action(StrEnum):
    """What a person may do to a check; also its views and events."""

    START = "start"
    FILL = "fill"
    SUBMIT = "submit"
    COUNTERSIGN = "countersign"
    EXPLAIN = "explain"
    SKIP = "skip"
    CORRECT = "correct"


def may_fill(facts: Facts, actor: Actor) -> bool:
    """The person it is due from, or someone of the posts that fill it, where they answer; what a
    turn on duty brings is filled by nobody else."""
    if actor.id == facts.assignee_id:
        return True
    if facts.target == ON_DUTY:
        return False
    if not facts.who & actor.posts:
        return facts.target == "grid" and facts.grid_id in actor.leads
    return facts.target != "grid" or facts.grid_id in actor.grids


def may_countersign(facts: Facts, actor: Actor) -> bool:
    """The post that signs after the patroller, never the patroller. Source: Order 61 art. 25."""
    if actor.id == facts.submitted_by_id:
        return False
    if facts.countersign == "grid_leader":
        return facts.grid_id in actor.leads
    if facts.countersign in actor.posts:
        return True
    return facts.countersign == "vice_principal_safety" and Right.COUNTERSIGN_PATROL in actor.rights


def may_excuse(facts: Facts, actor: Actor) -> bool:
    """Whoever fills it; of a turn on duty also whoever signs its record: the one who stood it may
    be gone."""
    return may_fill(facts, actor) or (facts.target == ON_DUTY and may_countersign(facts, actor))


def open_actions(facts: Facts, actor: Actor, moment: Status) -> list[Action]:
    """What ``actor`` may do with the check now."""
    found = []
    if facts.state in UNFINISHED and may_excuse(facts, actor):
        if moment is not Status.UPCOMING and may_fill(facts, actor):
            found += [Action.FILL, Action.SUBMIT]
        found.append(Action.SKIP)
        if moment is Status.MISSED:
            found.append(Action.EXPLAIN)
    if facts.is_superseded:
        return found
    if facts.state is State.SUBMITTED and may_countersign(facts, actor):
        found.append(Action.COUNTERSIGN)
    if facts.state in DONE and (actor.id == facts.submitted_by_id or may_fill(facts, actor)):
        found.append(Action.CORRECT)
    return found


PhotoRule = Literal["optional", "on_fail", "always"]


def needs_photo(rule: PhotoRule, result: Result) -> bool:
    """Whether an answer has to show a photo. Source: content ``photo``; product.md §5."""
    return (rule == "always" and result is not Result.NA) or (
        rule == "on_fail" and result is Result.FAIL
    )


def may_undo(at: datetime, now: datetime) -> bool:
    """Whether a tap made at ``at`` can still be taken back."""
    return now - at <= timedelta(seconds=UNDO_SECONDS + UNDO_GRACE_SECONDS)

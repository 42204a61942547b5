"""Steps of a permit, when pupils are there, when the look afterwards is due. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from unitsafe.core.domain import Actor, NotAllowed, Right, RuleError


class State(StrEnum):
    """How far a permit is."""

    APPLIED = "applied"
    APPROVED = "approved"
    WORKING = "working"
    FINISHED = "finished"
    CLOSED = "closed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Action(StrEnum):
    """What people do with a permit; also its events."""

    APPLY = "apply"
    APPROVE = "approve"
    REFUSE = "refuse"
    CANCEL = "cancel"
    START = "start"
    FINISH = "finish"
    AFTER_CHECK = "after_check"


class Who(StrEnum):
    """Who takes a step."""

    APPROVER = "approver"
    WATCHER = "watcher"
    APPLICANT = "applicant"
    WATCHER_OR_APPROVER = "watcher_or_approver"


class Measure(StrEnum):
    """What is done before the work begins. Source: content/checklists.yaml ``hot_work``."""

    CLEAR = "clear"
    EXTINGUISHER = "extinguisher"
    SEPARATE = "separate"
    WATCH = "watch"
    GAS_OFF = "gas_off"
    NOTICE = "notice"


BEFORE_WORK = ("hw_time", "hw_cert", "hw_clear", "hw_separate", "hw_ext", "hw_watch", "hw_alarm")
"""Items of content/checklists.yaml ``hot_work`` that are looked at before the work begins."""


@dataclass(frozen=True)
class Transition:
    """From where, to where, by whom."""

    sources: tuple[State, ...]
    target: State
    who: Who


TRANSITIONS = {
    Action.APPROVE: Transition((State.APPLIED,), State.APPROVED, Who.APPROVER),
    Action.REFUSE: Transition((State.APPLIED,), State.REFUSED, Who.APPROVER),
    Action.CANCEL: Transition((State.APPLIED, State.APPROVED), State.CANCELLED, Who.APPLICANT),
    Action.START: Transition((State.APPROVED,), State.WORKING, Who.WATCHER),
    Action.FINISH: Transition((State.WORKING,), State.FINISHED, Who.WATCHER),
    Action.AFTER_CHECK: Transition((State.FINISHED,), State.CLOSED, Who.WATCHER_OR_APPROVER),
}
"""The whole workflow. Source: Order 61 art. 20 (approval, watcher, measures before the work)."""
NOBODY_ELSE = {
    Who.APPROVER: "动火由消防安全责任人或管理人审批，申请人不能批自己的。",
    Who.WATCHER: "这一步由监护人在现场登记。",
    Who.APPLICANT: "只有申请人可以取消。",
    Who.WATCHER_OR_APPROVER: "由监护人或审批人到现场复查。",
}


@dataclass(frozen=True)
class Parties:
    """Ids of the people of a permit."""

    applicant_id: int
    watcher_id: int


def is_one(who: Who, actor: Actor, parties: Parties) -> bool:
    """Whether ``actor`` may take steps of ``who``. Nobody approves what they applied for."""
    approves = Right.APPROVE_HOTWORK in actor.rights and actor.id != parties.applicant_id
    return {
        Who.APPROVER: approves,
        Who.WATCHER: actor.id == parties.watcher_id,
        Who.APPLICANT: actor.id == parties.applicant_id,
        Who.WATCHER_OR_APPROVER: actor.id == parties.watcher_id
        or Right.APPROVE_HOTWORK in actor.rights,
    }[who]


def open_actions(state: State, actor: Actor, parties: Parties) -> list[Action]:
    """What ``actor`` may do next with a permit: what the page offers and the services accept."""
    return [
        action
        for action, move in TRANSITIONS.items()
        if state in move.sources and is_one(move.who, actor, parties)
    ]


def check(action: Action, state: State, actor: Actor, parties: Parties) -> None:
    """Raises NotAllowed when it is somebody else's step, RuleError when it is not the time for it."""
    move = TRANSITIONS[action]
    if not is_one(move.who, actor, parties):
        raise NotAllowed(NOBODY_ELSE[move.who])
    if state not in move.sources:
        raise RuleError("这张动火单现在是“%(state)s”，不能这样做。", state=state)


@dataclass(frozen=True)
class DayFacts:
    """What the school calendar says of a day."""

    day: date
    teaching: bool
    boarding: bool


@dataclass(frozen=True)
class Hours:
    """Between which hours (0 to 24) of a teaching day pupils are at the school."""

    first: int
    last: int


Span = tuple[int, int]
"""Minutes of a day, from and until."""


def pupils_there(
    today: DayFacts, before: DayFacts, hours: Hours, *, is_dormitory: bool
) -> list[Span]:
    """When pupils are in a place on a day, ``before`` being the day before it.

    On teaching days they are everywhere between the school's hours; in a dormitory also at night,
    and the whole day between two boarding nights without lessons.
    Source: edu_major art. 3 (no hot work while pupils are there); content ``hot_work`` hw_time.
    """
    first, last = hours.first * 60, hours.last * 60
    found = [(first, last)] if today.teaching else []
    if is_dormitory and before.boarding:
        found.append((0, first))
    if is_dormitory and today.boarding:
        found.append((last if today.teaching else first, 24 * 60))
    return sorted(found)


def check_window(starts: time, ends: time, there: Collection[Span], day: date) -> None:
    """Raises RuleError, naming the day, for a window that is none or in which pupils are there."""
    first, last = (one.hour * 60 + one.minute for one in (starts, ends))
    if last <= first:
        raise RuleError("结束时间要晚于开始时间，一张动火单只管一天。", field="ends")
    for begin, end in there:
        if first < end and begin < last:
            raise RuleError(
                "%(month)s月%(day)s日%(begin)s—%(end)s有学生在，不能动火，请改在没有学生的时段。",
                month=day.month,
                day=day.day,
                begin=clock_text(begin),
                end=clock_text(end),
                field="starts",
            )


def clock_text(minutes: int) -> str:
    """07:00; 24:00 is the end of the day."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def check_certificate(until: date, day: date) -> None:
    """Raises RuleError when the worker's certificate no longer holds on ``day``."""
    if until < day:
        raise RuleError(
            "作业人员的证件%(until)s到期，不能动火，请换持证人员。",
            until=until.isoformat(),
            field="certificate_until",
        )


def check_site(answers: Mapping[str, str], keys: Collection[str]) -> None:
    """Every item of the list looked at and none wrong. Raises RuleError."""
    if missing := [key for key in keys if answers.get(key) not in ("ok", "fail", "na")]:
        raise RuleError("还有%(n)s项没有核查，请逐项看过再开工。", n=len(missing), field="site")
    if any(answers[key] == "fail" for key in keys):
        raise RuleError("有不合格的项，不能开工。请先整改，整改好再核查。", field="site")


def after_check_from(finished_at: datetime, minutes: int) -> datetime:
    """From when on the look afterwards counts. Source: content ``hot_work`` hw_after."""
    return finished_at + timedelta(minutes=minutes)


def number(year: int, serial: int) -> str:
    """DH-2026-0007."""
    return f"DH-{year}-{serial:04d}"

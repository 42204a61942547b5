"""What may happen to a hazard: states, steps, deadlines, cards. Pure tables and functions."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from unitsafe import clock
from unitsafe.core.domain import Actor, NotAllowed, Right, RuleError, can


class State(StrEnum):
    """Source: product.md §2."""

    REPORTED = "reported"
    ASSIGNED = "assigned"
    RECTIFIED = "rectified"
    CLOSED = "closed"
    REJECTED = "rejected"


OPEN = (State.REPORTED, State.ASSIGNED, State.RECTIFIED)
UNFIXED = (State.REPORTED, State.ASSIGNED)


class Level(StrEnum):
    """Grading. A worker's "major" is suspected until the manager confirms (domain README §3)."""

    NORMAL = "normal"
    SERIOUS = "serious"
    SUSPECTED_MAJOR = "suspected_major"
    MAJOR = "major"


REPORTED_LEVELS = (Level.NORMAL, Level.SERIOUS, Level.SUSPECTED_MAJOR)
"""What whoever finds it may choose: only the manager's confirmation makes it major."""

LEVEL_OF_CONTENT = {
    "一般": Level.NORMAL,
    "较大": Level.SERIOUS,
    "重大": Level.SUSPECTED_MAJOR,
}
"""content/checklists.yaml ``level``; 重大 is registered as suspected first."""


class Fix(StrEnum):
    """What is done now. Source: content/checklists.yaml ``fix``; Order 61 art. 31-32."""

    ON_SPOT = "on_spot"
    SCHEDULED = "scheduled"
    STOP_USE = "stop_use"


class Source(StrEnum):
    """Where it was found."""

    CHECK = "check"
    REPORT = "report"
    PLATE = "plate"
    TIP = "tip"
    EQUIPMENT = "equipment"
    DRILL = "drill"
    ASSESSMENT = "assessment"
    VISIT = "visit"
    LOOK_BACK = "look_back"
    MAINTENANCE = "maintenance"


class Action(StrEnum):
    """What a person may do to a hazard; also the name of its view and of the event.

    Nobody does HAND_OVER by itself (the hazard follows when its grid changes hands or shape), nor
    REMIND (each step of lateness tells the next person up the grid).
    """

    REPORT = "report"
    FIX_ON_SPOT = "fix_on_spot"
    DISPATCH = "dispatch"
    REJECT = "reject"
    REQUEST_EXTENSION = "request_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    REPORT_DONE = "report_done"
    RECHECK = "recheck"
    SEND_BACK = "send_back"
    CLOSE = "close"
    CONFIRM_MAJOR = "confirm_major"
    DOWNGRADE = "downgrade"
    STOP_USE = "stop_use"
    RESUME_USE = "resume_use"
    ESCALATE = "escalate"
    ESCALATION_REPLY = "escalation_reply"
    SUPERVISE = "supervise"
    PROGRESS = "progress"
    TRANSFER = "transfer"
    TRANSFER_REPLY = "transfer_reply"
    LIFT_CARD = "lift_card"
    RATE = "rate"
    HAND_OVER = "hand_over"
    REMIND = "remind"


class Card(StrEnum):
    """Warning marks. Source: domain README §7."""

    YELLOW = "yellow"
    RED = "red"


CLOSING_RIGHTS = {
    Level.NORMAL: Right.CLOSE_NORMAL,
    Level.SERIOUS: Right.CLOSE_SERIOUS,
    Level.SUSPECTED_MAJOR: Right.CLOSE_MAJOR,
    Level.MAJOR: Right.CLOSE_MAJOR,
}
"""Source: content/duties.yaml ``close_rule``; Order 61 art. 33."""

CLOSERS = {
    Level.NORMAL: "网格长、安全主任或校领导",
    Level.SERIOUS: "分管安全副校长或校长",
    Level.SUSPECTED_MAJOR: "校长",
    Level.MAJOR: "校长",
}
"""Who holds the closing right, for people to read."""

DISPATCH_RIGHTS = (
    Right.DISPATCH_HAZARD,
    Right.ASSIGN_ALL,
    Right.ASSIGN_HAZARD,
    Right.ASSIGN_IN_GRID,
    Right.DISPATCH_URGENT,
)
LEADING_RIGHTS = (Right.CONFIRM_MAJOR, Right.CLOSE_MAJOR)
"""The manager's and the principal's. Source: content/duties.yaml, statements of these posts."""


class Who(StrEnum):
    """Who takes a step, besides the rights it needs."""

    ANYONE = "anyone"
    HOLDER = "holder"
    OTHERS = "others"
    FINDER = "finder"
    FOLLOWER = "follower"
    BYSTANDER = "bystander"


class Need(StrEnum):
    """What a step cannot do without."""

    REASON = "reason"
    MEASURE = "measure"
    PHOTO = "photo"
    PERSON = "person"
    LEVEL = "level"
    DEADLINE = "deadline"
    BODY = "body"
    REPLY = "reply"
    PROGRESS = "progress"
    STARS = "stars"


@dataclass(frozen=True)
class Facts:
    """What of a hazard decides who may do what."""

    state: State
    level: Level
    grid_id: int | None
    holder_id: int | None
    fixed_by_id: int | None
    rechecked: bool = False
    reporter_id: int | None = None
    supervisor_id: int | None = None
    is_stopped: bool = False
    asks_extension: bool = False
    is_escalated: bool = False
    is_transferred: bool = False
    is_rated: bool = False
    card: Card | None = None


@dataclass(frozen=True)
class Condition:
    """What must be so besides the state, and what to say when it is not."""

    holds: Callable[[Facts], bool]
    otherwise: str


IS_MAJOR = (Level.SUSPECTED_MAJOR, Level.MAJOR)
NOT_MAJOR = Condition(
    lambda f: f.level not in IS_MAJOR, "（疑似）重大隐患不能当场了结，请派单整改。"
)
DECIDED = Condition(
    lambda f: f.level not in IS_MAJOR,
    "（疑似）重大隐患要先由分管安全副校长或校长降级，才能判定不成立。",
)
SUSPECTED = Condition(
    lambda f: f.level is Level.SUSPECTED_MAJOR, "只有“疑似重大”的隐患才需要确认。"
)
GRADED = Condition(lambda f: f.level is not Level.NORMAL, "已经是一般隐患，不用降级。")
CONFIRMED = Condition(
    lambda f: f.level is not Level.SUSPECTED_MAJOR,
    "疑似重大隐患要先由分管安全副校长或校长确认或降级，才能销号。",
)
IN_USE = Condition(lambda f: not f.is_stopped, "已经停用了。")
STOPPED = Condition(lambda f: f.is_stopped, "没有停用，不用恢复。")
SAFE_AGAIN = Condition(
    lambda f: f.state is State.RECTIFIED or f.level not in IS_MAJOR,
    "（疑似）重大隐患整改完成以前不能恢复使用。",
)
NOT_ASKED = Condition(lambda f: not f.asks_extension, "已经申请过延期，请等答复。")
ASKED = Condition(lambda f: f.asks_extension, "没有待答复的延期申请。")
ESCALATED = Condition(lambda f: f.is_escalated, "还没有上报，先登记上报。")
SUPERVISED = Condition(lambda f: f.supervisor_id is not None, "这条隐患没有挂牌督办。")
TRANSFERRED = Condition(lambda f: f.is_transferred, "还没有转给外单位，先登记转办。")
CARDED = Condition(lambda f: f.card is not None, "现在没有红黄牌，不用消牌。")
UNRATED = Condition(lambda f: not f.is_rated, "已经评价过了，谢谢！")


@dataclass(frozen=True)
class Transition:
    """A step: from where, to where (None: it stays), who, with which of these rights.

    ``rights`` empty: the step needs no right of a post, CLOSE needs the closing right of the level.
    ``who_may`` says in words whom to ask; ``needs`` what has to be given; ``does`` what it brings
    about, for the help page.
    """

    sources: tuple[State, ...]
    target: State | None
    who_may: str
    does: str
    rights: tuple[Right, ...] = ()
    who: Who = Who.ANYONE
    needs: tuple[Need, ...] = ()
    conditions: tuple[Condition, ...] = ()


ANSWERABLE = tuple(State)
"""A letter may be answered after the hazard is closed or rejected."""
HANDLERS = "安全员、网格长或分管领导"
LEADERS = "分管安全副校长或校长"

TRANSITIONS: Mapping[Action, Transition] = {
    Action.REPORT_DONE: Transition(
        (State.ASSIGNED,),
        State.RECTIFIED,
        "整改责任人",
        "等待别人复查。",
        who=Who.HOLDER,
        needs=(Need.MEASURE, Need.PHOTO),
    ),
    Action.RECHECK: Transition(
        (State.RECTIFIED,),
        None,
        "有复查权、没有参与整改的人",
        "写明复查合格，等待有权的人销号。",
        (Right.RECHECK_HAZARD,),
        Who.OTHERS,
    ),
    Action.CLOSE: Transition(
        (State.RECTIFIED,),
        State.CLOSED,
        "一般：网格长、安全主任；较大：分管安全副校长；重大：校长。整改人不能自己销号",
        "办结并签认；停用的恢复使用；告诉发现人。",
        who=Who.OTHERS,
        conditions=(CONFIRMED,),
    ),
    Action.SEND_BACK: Transition(
        (State.RECTIFIED,),
        State.ASSIGNED,
        "有复查权、没有参与整改的人",
        "退回责任人重改，这次整改留在记录里。",
        (Right.RECHECK_HAZARD,),
        Who.OTHERS,
        (Need.REASON,),
    ),
    Action.DISPATCH: Transition(
        UNFIXED,
        State.ASSIGNED,
        HANDLERS,
        "定责任人、等级（只升不降）、措施、防范措施、期限和经费；重新派单时期限重新算起。",
        DISPATCH_RIGHTS,
        needs=(Need.PERSON, Need.LEVEL, Need.DEADLINE),
    ),
    Action.FIX_ON_SPOT: Transition(
        UNFIXED,
        State.RECTIFIED,
        "有当场改正权的人，例如安全员、网格长、网格员",
        "当场改好，只作记录，由别人复查。",
        (Right.FIX_ON_SPOT,),
        Who.BYSTANDER,
        (Need.MEASURE,),
        conditions=(NOT_MAJOR,),
    ),
    Action.REQUEST_EXTENSION: Transition(
        (State.ASSIGNED,),
        None,
        "整改责任人",
        "申请把期限改到哪一天；答复以前期限不变。",
        who=Who.HOLDER,
        needs=(Need.DEADLINE, Need.REASON),
        conditions=(NOT_ASKED,),
    ),
    Action.GRANT_EXTENSION: Transition(
        (State.ASSIGNED,),
        None,
        "能定期限的人（安全员、安全主任、校领导），不能是责任人自己",
        "期限改到批准的日子，红黄牌随之重算。",
        (Right.SET_DEADLINE,),
        Who.OTHERS,
        (Need.DEADLINE,),
        (ASKED,),
    ),
    Action.REFUSE_EXTENSION: Transition(
        (State.ASSIGNED,),
        None,
        "能定期限的人（安全员、安全主任、校领导），不能是责任人自己",
        "期限不变。",
        (Right.SET_DEADLINE,),
        Who.OTHERS,
        (Need.REASON,),
        (ASKED,),
    ),
    Action.CONFIRM_MAJOR: Transition(
        OPEN,
        None,
        LEADERS,
        "定为重大隐患，立即停用。",
        LEADING_RIGHTS,
        needs=(Need.REASON,),
        conditions=(SUSPECTED,),
    ),
    Action.DOWNGRADE: Transition(
        OPEN,
        None,
        LEADERS,
        "降一级或两级，写明理由。",
        LEADING_RIGHTS,
        needs=(Need.LEVEL, Need.REASON),
        conditions=(GRADED,),
    ),
    Action.STOP_USE: Transition(
        OPEN,
        None,
        "有停用权或派单权的人，例如校领导、安全员、网格长",
        "部位或设备立即停用，直到恢复使用或销号。",
        (Right.STOP_USE, *DISPATCH_RIGHTS),
        needs=(Need.REASON,),
        conditions=(IN_USE,),
    ),
    Action.RESUME_USE: Transition(
        OPEN,
        None,
        "有停用权的人",
        "恢复使用；重大隐患要等整改完成。",
        (Right.STOP_USE,),
        needs=(Need.REASON,),
        conditions=(STOPPED, SAFE_AGAIN),
    ),
    Action.ESCALATE: Transition(
        OPEN,
        None,
        "安全员、安全主任或校领导",
        "登记上报给谁、文号，等待回复。",
        (*LEADING_RIGHTS, Right.DISPATCH_HAZARD),
        needs=(Need.BODY, Need.REASON),
    ),
    Action.ESCALATION_REPLY: Transition(
        ANSWERABLE,
        None,
        "安全员、安全主任或校领导",
        "登记上级的回复。",
        (*LEADING_RIGHTS, Right.DISPATCH_HAZARD),
        needs=(Need.REPLY,),
        conditions=(ESCALATED,),
    ),
    Action.SUPERVISE: Transition(
        OPEN,
        None,
        "校长",
        "挂牌：定督办人和办结期限，每周写一次进展，直到销号。",
        (Right.CLOSE_MAJOR,),
        needs=(Need.PERSON, Need.DEADLINE, Need.REASON),
    ),
    Action.PROGRESS: Transition(
        OPEN,
        None,
        "督办人或整改责任人",
        "写下本周进展。",
        who=Who.FOLLOWER,
        needs=(Need.PROGRESS,),
        conditions=(SUPERVISED,),
    ),
    Action.TRANSFER: Transition(
        (State.ASSIGNED,),
        None,
        HANDLERS,
        "转给物业、自来水、供电、消防等外单位办理；责任人继续跟到底。",
        DISPATCH_RIGHTS,
        needs=(Need.BODY, Need.REASON),
    ),
    Action.TRANSFER_REPLY: Transition(
        ANSWERABLE,
        None,
        HANDLERS,
        "登记外单位的回复。",
        DISPATCH_RIGHTS,
        needs=(Need.REPLY,),
        conditions=(TRANSFERRED,),
    ),
    Action.LIFT_CARD: Transition(
        UNFIXED,
        None,
        LEADERS,
        "消掉现在的牌；继续拖延会再亮更重的牌。",
        LEADING_RIGHTS,
        Who.OTHERS,
        (Need.REASON,),
        (CARDED,),
    ),
    Action.REJECT: Transition(
        UNFIXED,
        State.REJECTED,
        "安全员、网格长或分管领导，不能是责任人自己",
        "判定不成立，写明理由，留底备查。",
        DISPATCH_RIGHTS,
        Who.OTHERS,
        (Need.REASON,),
        (DECIDED,),
    ),
    Action.RATE: Transition(
        (State.CLOSED,),
        None,
        "发现人（不是自己整改的）",
        "给处理结果打分。",
        who=Who.FINDER,
        needs=(Need.STARS,),
        conditions=(UNRATED,),
    ),
}
"""The workflow, in the order in which a page offers the steps. Source: product.md §2, domain
README §8; the closer is not the fixer (product.md §3 rule 5)."""

NOT_NOW = {
    State.REPORTED: "这条隐患还没有派单，先派给责任人，才能做“%(step)s”。",
    State.ASSIGNED: "这条隐患正在整改，责任人上报整改完成后才能做“%(step)s”。",
    State.RECTIFIED: "这条隐患已上报整改完成，正在等复查，不能再做“%(step)s”。",
    State.CLOSED: "这条隐患已经销号，不能再做“%(step)s”。再次出现请登记为复发。",
    State.REJECTED: "这条隐患已判定不成立，不能再做“%(step)s”。有不同意见请重新登记。",
}
"""Why a step is not open in a state, and what is."""


@dataclass(frozen=True)
class Refusal:
    """Why a step is not open. ``is_right``: to this person never; else only not now."""

    is_right: bool
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def error(self) -> RuleError:
        """What a service raises: 403 or 409 (core.errors)."""
        return (NotAllowed if self.is_right else RuleError)(self.message, **self.values)


def open_actions(facts: Facts, actor: Actor) -> list[Action]:
    """What ``actor`` may do next: what the page offers and what the services accept."""
    return [action for action in TRANSITIONS if refusal(action, facts, actor) is None]


def refusal(action: Action, facts: Facts, actor: Actor) -> Refusal | None:
    """Why ``actor`` may not take this step now; None when they may."""
    move = TRANSITIONS[action]
    rights = (CLOSING_RIGHTS[facts.level],) if action is Action.CLOSE else move.rights
    if rights and not can(actor, rights, facts.grid_id):
        whom = CLOSERS[facts.level] if action is Action.CLOSE else move.who_may
        return Refusal(True, "“%(step)s”要由%(whom)s来做。", {"step": action, "whom": whom})
    if facts.state not in move.sources:
        return Refusal(False, NOT_NOW[facts.state], {"step": action})
    if (wrong := _wrong_person(action, move, facts, actor)) is not None:
        return wrong
    for condition in move.conditions:
        if not condition.holds(facts):
            return Refusal(False, condition.otherwise)
    if action is Action.RECHECK and facts.rechecked:
        return Refusal(
            False, "已经有人复查合格，等待%(whom)s销号。", {"whom": CLOSERS[facts.level]}
        )
    if action is Action.RECHECK and can(actor, CLOSING_RIGHTS[facts.level], facts.grid_id):
        return Refusal(False, "您可以直接销号，不用先写复查合格。")
    return None


def _wrong_person(action: Action, move: Transition, facts: Facts, actor: Actor) -> Refusal | None:
    """Whether the step belongs to somebody else."""
    own = (actor.id, *actor.stands_in_for)
    if move.who is Who.OTHERS and actor.id in (facts.holder_id, facts.fixed_by_id):
        return Refusal(True, "整改责任人不能自己做“%(step)s”，请别人来做。", {"step": action})
    if move.who is Who.BYSTANDER and facts.holder_id in own:
        return Refusal(True, "这条隐患由您整改，改好后请用“整改完成”并拍照。")
    is_theirs = {
        Who.HOLDER: facts.holder_id in own,
        Who.FINDER: facts.reporter_id == actor.id and facts.fixed_by_id != actor.id,
        Who.FOLLOWER: facts.holder_id in own or facts.supervisor_id in own,
    }
    if not is_theirs.get(move.who, True):
        values = {"step": action, "whom": move.who_may}
        return Refusal(True, "“%(step)s”要由%(whom)s来做。", values)
    return None


GRADES = (Level.NORMAL, Level.SERIOUS, Level.SUSPECTED_MAJOR, Level.MAJOR)
"""Upwards."""


def is_lower(level: Level, than: Level) -> bool:
    """Whether ``level`` is less grave."""
    return GRADES.index(level) < GRADES.index(than)


DAYS_SETTING = {
    Level.NORMAL: "days_normal",
    Level.SERIOUS: "days_serious",
    Level.SUSPECTED_MAJOR: "days_major",
    Level.MAJOR: "days_major",
}
"""The school's setting that holds the days to the deadline. Source: domain README §8 step 2."""


def default_deadline(level: Level, found_on: date, days: Mapping[str, int]) -> date:
    """The day by the end of which it has to be done; ``days`` are the school's numbers."""
    return found_on + timedelta(days=days[DAYS_SETTING[level]])


@dataclass(frozen=True)
class CardNumbers:
    """The school's numbers for cards: days overdue after which yellow turns red, and how many times
    the same within 30 days are too many. Source: domain README §7."""

    red_after: int = 7
    repeats: int = 3


def card_numbers(number: Callable[[str], int]) -> CardNumbers:
    """From the school's settings (School.number)."""
    return CardNumbers(number("card_red_after"), number("card_repeats"))


REPEAT_DAYS = 30
"""The same space and category within so many days is counted as again. Source: domain README §7."""


def card(
    state: State,
    level: Level,
    due_on: date | None,
    today: date,
    numbers: CardNumbers,
    *,
    times: int = 1,
    lifted: Card | None = None,
) -> Card | None:
    """Yellow 1 to ``red_after`` days overdue, or for the ``times``-th time here in 30 days; red
    beyond that, or when anything above an ordinary hazard is overdue.

    None when closed or in time, or when a leader ``lifted`` this card or a graver one.
    """
    late = days_late(state, due_on, today)
    found = None
    if late > numbers.red_after or (late > 0 and level is not Level.NORMAL):
        found = Card.RED
    elif late > 0 or (times >= numbers.repeats and state in OPEN):
        found = Card.YELLOW
    return None if lifted in (found, Card.RED) else found


def gravest(cards: Iterable[Card | None]) -> Card | None:
    """Red before yellow before none."""
    found = {*cards}
    return next((one for one in (Card.RED, Card.YELLOW) if one in found), None)


HIGHEST_STEP = 3


def lateness_step(level: Level, late: int, red_after: int) -> int:
    """How far up the grid has to know: 0 nobody, 1 the grid's leader, 2 the fire manager, 3 the
    principal. What is graver than ordinary goes one step further.

    Source: domain README §8 step 7 (overdue → card → leader); the days are the product's.
    """
    if late <= 0:
        return 0
    graver = 0 if level is Level.NORMAL else 1
    longer = 2 if late > 2 * red_after else 1 if late > red_after else 0
    return min(HIGHEST_STEP, 1 + graver + longer)


FIXES = (Action.REPORT_DONE, Action.FIX_ON_SPOT)
"""Steps that say it is fixed; a later SEND_BACK takes that back."""


def is_fixed_in_time(fixed_at: datetime | None, due_on: date | None) -> bool:
    """Whether the fix was reported by the end of the deadline: the deadline is for whoever fixes,
    the recheck and the closing come after it. Source: domain README §8 steps 2 to 5."""
    if fixed_at is None or due_on is None:
        return False
    return clock.local(fixed_at).date() <= due_on


def days_late(state: State, due_on: date | None, today: date) -> int:
    """Calendar days past the deadline while it still has to be fixed; 0 otherwise."""
    if due_on is None or state not in UNFIXED:
        return 0
    return max(0, (today - due_on).days)


NUMBER = re.compile(r"YH-[0-9]{4}-[0-9]{4,9}")
"""What :func:`number` makes."""


def number(year: int, serial: int) -> str:
    """YH-2026-0061."""
    return f"YH-{year}-{serial:04d}"

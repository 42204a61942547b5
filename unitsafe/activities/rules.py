"""What is organised: kinds, forms of each kind, states, and who is asked what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from unitsafe.core.domain import Actor, Right


class Kind(StrEnum):
    """What it is."""

    DRILL = "drill"
    TRAINING = "training"
    LESSON = "lesson"
    PUBLICITY = "publicity"
    MEETING = "meeting"
    SPOT_CHECK = "spot_check"


class State(StrEnum):
    """How far it is. A drill runs by the clock between planned and held."""

    PLANNED = "planned"
    RUNNING = "running"
    HELD = "held"
    EVALUATED = "evaluated"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


class Form(StrEnum):
    """The forms of the kinds."""

    EVACUATION = "evacuation"
    FULL = "full"
    FIRE_FIGHTING = "fire_fighting"
    NIGHT = "night"
    STAFF = "staff"
    INDUCTION = "induction"
    SPECIAL = "special"
    POST = "post"
    MICRO_STATION = "micro_station"
    CLASS_LESSON = "class_lesson"
    TERM_START = "term_start"
    BEFORE_HOLIDAY = "before_holiday"
    FIRE_MONTH = "fire_month"
    FAMILY_LETTER = "family_letter"
    OTHER_PUBLICITY = "other_publicity"
    SAFETY_MEETING = "safety_meeting"
    STAFF_SKILL = "staff_skill"
    PUPIL_SKILL = "pupil_skill"
    TEAM_SKILL = "team_skill"


FORMS = {
    Kind.DRILL: (Form.EVACUATION, Form.FULL, Form.FIRE_FIGHTING, Form.NIGHT),
    Kind.TRAINING: (Form.STAFF, Form.INDUCTION, Form.SPECIAL, Form.POST, Form.MICRO_STATION),
    Kind.LESSON: (Form.CLASS_LESSON,),
    Kind.PUBLICITY: (
        Form.TERM_START,
        Form.BEFORE_HOLIDAY,
        Form.FIRE_MONTH,
        Form.FAMILY_LETTER,
        Form.OTHER_PUBLICITY,
    ),
    Kind.MEETING: (Form.SAFETY_MEETING,),
    Kind.SPOT_CHECK: (Form.STAFF_SKILL, Form.PUPIL_SKILL, Form.TEAM_SKILL),
}
"""Source: domain README §5, §8; content/four_capabilities.yaml ``metrics`` (drills, trainings)."""


class Skill(StrEnum):
    """What a spot check asks for. Source: domain README §3, §4 (一懂三会)."""

    ALARM = "alarm"
    EXTINGUISHER = "extinguisher"
    HYDRANT = "hydrant"
    ESCAPE = "escape"
    RISK = "risk"


class Action(StrEnum):
    """The steps an event may record."""

    PLAN = "plan"
    CHANGE = "change"
    NOTIFY = "notify"
    START = "start"
    STOP = "stop"
    HOLD = "hold"
    COUNT = "count"
    EVALUATE = "evaluate"
    ADD_ISSUE = "add_issue"
    ATTACH = "attach"
    ARCHIVE = "archive"
    CANCEL = "cancel"


ORGANISE = (
    Right.MANAGE_SCHOOL,
    Right.EDIT_DUTY_ROSTER,
    Right.ASSIGN_ALL,
    Right.ASSIGN_HAZARD,
)
"""Who may plan activities and carry them through: the school's leaders, the safety office, 德育处.

Whoever is named as an activity's organiser may carry that one through without any of these.
"""


@dataclass(frozen=True)
class Transition:
    """A step: from which states, to which (None: it stays), for which kinds (None: all)."""

    sources: tuple[State, ...]
    target: State | None = None
    kinds: tuple[Kind, ...] | None = None


OVER = (State.HELD, State.EVALUATED)
HELD = (*OVER, State.ARCHIVED)
"""It took place."""
TRANSITIONS: Mapping[Action, Transition] = {
    Action.CHANGE: Transition((State.PLANNED,)),
    Action.NOTIFY: Transition((State.PLANNED,)),
    Action.START: Transition((State.PLANNED,), State.RUNNING, (Kind.DRILL,)),
    Action.STOP: Transition((State.RUNNING,), State.HELD),
    Action.HOLD: Transition((State.PLANNED,), State.HELD),
    Action.EVALUATE: Transition(OVER, State.EVALUATED),
    Action.ADD_ISSUE: Transition(OVER),
    Action.ATTACH: Transition((State.PLANNED, State.RUNNING, *OVER)),
    Action.ARCHIVE: Transition((State.EVALUATED,), State.ARCHIVED),
    Action.CANCEL: Transition((State.PLANNED, State.RUNNING), State.CANCELLED),
}
"""The whole workflow; PLAN begins it, COUNT belongs to those who take part.
Source: domain README §8 (Drill, Training)."""


def may_organise(actor: Actor, organiser_id: int | None) -> bool:
    """Whether ``actor`` may carry an activity through."""
    return bool(set(ORGANISE) & actor.rights) or actor.id == organiser_id


def open_actions(kind: Kind, state: State, *, may_organise: bool) -> list[Action]:
    """What may be done next: what the page offers and what the services accept."""
    if not may_organise:
        return []
    return [
        action
        for action, move in TRANSITIONS.items()
        if state in move.sources and (move.kinds is None or kind in move.kinds)
    ]


NUMBER = re.compile(r"HD[0-9]{4}-[0-9]{4,9}")
"""What :func:`number` makes."""


def number(year: int, serial: int) -> str:
    """HD2026-0031."""
    return f"HD{year}-{serial:04d}"

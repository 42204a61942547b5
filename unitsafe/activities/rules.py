"""What is organised: kinds, forms of each kind, states, and who is asked what."""

from enum import StrEnum


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

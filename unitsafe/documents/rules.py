"""Which papers a school keeps, what each is about, when it is looked through again. Pure."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from unitsafe.core.domain import Right, RuleError


class Kind(StrEnum):
    """What sort of paper it is."""

    POLICY = "policy"
    EMERGENCY_PLAN = "emergency_plan"
    APPOINTMENT = "appointment"
    REPORT = "report"
    CERTIFICATE = "certificate"
    DRAWING = "drawing"
    CONTRACT = "contract"
    OTHER = "other"


class Topic(StrEnum):
    """What a paper is about; one paper may be about several things (制度汇编)."""

    TRAINING = "training"
    PATROL = "patrol"
    EVACUATION = "evacuation"
    CONTROL_ROOM = "control_room"
    FACILITIES = "facilities"
    HAZARDS = "hazards"
    FIRE_AND_POWER = "fire_and_power"
    FLAMMABLES = "flammables"
    FIRE_TEAM = "fire_team"
    PLAN_DRILL = "plan_drill"
    GAS_AND_ELECTRIC = "gas_and_electric"
    REWARDS = "rewards"
    FURTHER = "further"
    WHOLE_SCHOOL = "whole_school"
    ONE_PLACE = "one_place"
    RESPONSIBLE_PERSON = "responsible_person"
    FIRE_MANAGER = "fire_manager"
    FIRE_DEPARTMENT = "fire_department"
    FIRE_STAFF = "fire_staff"
    LEADING_GROUP = "leading_group"
    TEAM_LIST = "team_list"
    FACILITY_TEST = "facility_test"
    ELECTRIC_TEST = "electric_test"
    GAS_TEST = "gas_test"
    LIGHTNING_TEST = "lightning_test"
    FIRE_RECORD = "fire_record"
    AWARD = "award"
    ACCEPTANCE = "acceptance"
    PRODUCT_PROOF = "product_proof"
    LEGAL_PAPER = "legal_paper"
    SITE_PLAN = "site_plan"
    EVAC_MAP = "evac_map"
    MAINTENANCE = "maintenance"


TOPICS: Mapping[Kind, tuple[Topic, ...]] = {
    Kind.POLICY: (
        Topic.TRAINING,
        Topic.PATROL,
        Topic.EVACUATION,
        Topic.CONTROL_ROOM,
        Topic.FACILITIES,
        Topic.HAZARDS,
        Topic.FIRE_AND_POWER,
        Topic.FLAMMABLES,
        Topic.FIRE_TEAM,
        Topic.PLAN_DRILL,
        Topic.GAS_AND_ELECTRIC,
        Topic.REWARDS,
        Topic.FURTHER,
    ),
    Kind.EMERGENCY_PLAN: (Topic.WHOLE_SCHOOL, Topic.ONE_PLACE),
    Kind.APPOINTMENT: (
        Topic.RESPONSIBLE_PERSON,
        Topic.FIRE_MANAGER,
        Topic.FIRE_DEPARTMENT,
        Topic.FIRE_STAFF,
        Topic.LEADING_GROUP,
        Topic.TEAM_LIST,
    ),
    Kind.REPORT: (
        Topic.FACILITY_TEST,
        Topic.ELECTRIC_TEST,
        Topic.GAS_TEST,
        Topic.LIGHTNING_TEST,
        Topic.FIRE_RECORD,
        Topic.AWARD,
    ),
    Kind.CERTIFICATE: (Topic.ACCEPTANCE, Topic.PRODUCT_PROOF, Topic.LEGAL_PAPER),
    Kind.DRAWING: (Topic.SITE_PLAN, Topic.EVAC_MAP),
    Kind.CONTRACT: (Topic.MAINTENANCE,),
    Kind.OTHER: (),
}
"""Source: Order 61 art. 18 (the 13 topics of policies), art. 42 and 43 (what the archive holds);
content/duties.yaml ``fire_role`` (whom a paper appoints)."""
ALWAYS_ABOUT_SOMETHING = frozenset({Kind.POLICY, Kind.EMERGENCY_PLAN, Kind.APPOINTMENT})
"""Kinds that say what they are about: figures and the archive ask for it."""
REVIEWED = frozenset({Kind.POLICY, Kind.EMERGENCY_PLAN})
"""Kinds that are looked through every year unless somebody sets another day.
Source: domain README §5 (rules in writing, review yearly; product)."""
FOR_EVERYBODY = frozenset({Kind.POLICY, Kind.EMERGENCY_PLAN})
"""Kinds that everybody who signs in may open."""
FRESH_DAYS = 365
"""Source: content/four_capabilities.yaml ``fire_policy_docs_ratio``, ``emergency_plan_score``."""
EVERYBODY = "*"
"""In an audience: all staff."""


def required_policies(flags: Collection[str]) -> tuple[Topic, ...]:
    """The policies that a school with these flags needs, in the order of the law.

    What the school does not have needs no rule: no control room, no gas, laboratory or kitchen;
    a small unit has no team of its own. Source: Order 61 art. 18 ("结合本单位的特点").
    """
    skipped = set()
    if "has_fire_control_room" not in flags:
        skipped.add(Topic.CONTROL_ROOM)
    if not {"has_gas", "has_lab", "has_canteen"} & set(flags):
        skipped.add(Topic.FLAMMABLES)
    if "is_small_unit" in flags:
        skipped.add(Topic.FIRE_TEAM)
    return tuple(topic for topic in TOPICS[Kind.POLICY] if topic not in skipped)


def check_topics(kind: Kind, topics: Collection[Topic]) -> None:
    """Raises RuleError for topics of another kind, or none where one is needed."""
    if not set(topics) <= set(TOPICS[kind]):
        raise RuleError("所选的内容和文件种类不符。", field="topics")
    if kind in ALWAYS_ABOUT_SOMETHING and not topics:
        raise RuleError("请勾选这份文件包含哪些内容。", field="topics")


class State(StrEnum):
    """Whether a paper holds."""

    CURRENT = "current"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class Mark(StrEnum):
    """How far the next review is; computed, never stored."""

    LATE = "late"
    SOON = "soon"


def review_mark(next_review_on: date | None, today: date, ahead: int) -> Mark | None:
    """The mark of a paper that holds; ``ahead`` days before the day it is soon, the day itself is
    still in time."""
    if next_review_on is None or next_review_on > today + timedelta(days=ahead):
        return None
    return Mark.LATE if next_review_on < today else Mark.SOON


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_review(kind: Kind, last: date, months: int) -> date | None:
    """When a paper is looked through again; None for kinds that stay as they are."""
    return months_after(last, months) if kind in REVIEWED else None


class Action(StrEnum):
    """What people do with a paper; also its events."""

    RECORD = "record"
    CHANGE = "change"
    ADD_VERSION = "add_version"
    REVIEW = "review"
    FILL_PLAN = "fill_plan"
    END = "end"
    RESTORE = "restore"


LOOKED_THROUGH = (Action.RECORD, Action.ADD_VERSION, Action.REVIEW)
"""Events whose day is one on which somebody went through the text."""


class Part(StrEnum):
    """What a plan (预案) must say. Source: Order 61 art. 39."""

    ORGANISATION = "organisation"
    ALARM = "alarm"
    EVACUATION = "evacuation"
    FIRE_FIGHTING = "fire_fighting"
    SUPPORT = "support"


class Team(StrEnum):
    """The teams of a plan. Source: Order 61 art. 39 (1)."""

    ACTION = "action"
    LIAISON = "liaison"
    GUIDE = "guide"
    RESCUE = "rescue"


WHOLE_PLAN = len(Part) + len(Team)


def part_key(part: Part) -> str:
    """What events call a part of a plan."""
    return f"part_{part}"


def team_key(team: Team) -> str:
    """What events call a team of a plan."""
    return f"team_{team}"


PLAN_KEYS = (*map(part_key, Part), *map(team_key, Team))


@dataclass(frozen=True)
class Seat:
    """One person of a team: whether they lead it and are still at the school."""

    is_leader: bool
    is_here: bool


def is_manned(seats: Iterable[Seat]) -> bool:
    """Whether a team stands: somebody who is here leads it and somebody else is in it."""
    here = [seat for seat in seats if seat.is_here]
    return any(seat.is_leader for seat in here) and len(here) > 1


def plan_points(parts: Collection[Part], manned: Collection[Team]) -> int:
    """How many of the nine things a plan needs are there."""
    return len(set(parts)) + len(set(manned))


def is_fresh(day: date | None, on: date) -> bool:
    """Whether ``day`` is not more than a year before ``on``."""
    return day is not None and (on - day).days <= FRESH_DAYS


def may_edit(rights: Collection[Right]) -> bool:
    """Who keeps the papers: who manages the school, or edits its facts and sees all of it."""
    return Right.MANAGE_SCHOOL in rights or {Right.EDIT_BASIC_INFO, Right.VIEW_ALL} <= set(rights)


def is_addressed(posts: Collection[str], audience: Collection[str]) -> bool:
    """Whether somebody with these posts is asked to read; visitors never are."""
    if "inspector" in posts:
        return False
    return EVERYBODY in audience or bool(set(posts) & set(audience))

"""What the content pack holds once it has been read and checked: frozen dataclasses.

Field names are those of the YAML files unless ``metadata["yaml"]`` names another; sequences are
tuples and mappings are read-only, so one loaded pack can be shared by every request.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from typing import Any, Literal

Certainty = Literal["verified", "from-memory", "uncertain"]
Recurrence = Literal[
    "day_taught",
    "night",
    "week",
    "month",
    "month_taught",
    "quarter",
    "after_quarter",
    "half_year",
    "term",
    "term_start",
    "before_term",
    "before_holiday",
    "year",
]
"""How often an obligation comes back; content/obligations.yaml says what each means."""

CATEGORY_OF_NO_LAW = ("惯例", "产品约定", "来源材料")
"""Kinds of source that are no law at all; samples (…样本) and drafts (…稿) are added by name."""

SCHOOL_FLAGS = (
    "has_boarding",
    "is_key_unit",
    "has_gas",
    "has_lab",
    "has_bus",
    "has_nap_room",
    "has_canteen",
    "has_fire_control_room",
    "has_fixed_systems",
    "is_small_unit",
)
"""Yes/no facts about a school that switch content on or off."""

STAGES = ("kindergarten", "primary", "junior", "senior", "vocational", "special")
"""学段 of a school."""

_IN_FORCE = re.compile(r"现行|\d{4}-\d{2}-\d{2}起施行")
_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def parse_windows(text: str) -> tuple[tuple[time, time], ...]:
    """The times in ``HH:MM-HH:MM;HH:MM-HH:MM``; empty when any part is written otherwise.

    The second time is on the next day when it is not later than the first (22:00-06:00).
    """
    windows = []
    for part in text.split(";"):
        found = _WINDOW.fullmatch(part.strip())
        if not found:
            return ()
        hour, minute, until_hour, until_minute = map(int, found.groups())
        windows.append((time(hour, minute), time(until_hour, until_minute)))
    return tuple(windows)


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a demand comes from: ``src`` is a key of ``Content.sources``, ``at`` the clause."""

    src: str
    at: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Source:
    key: str
    title: str
    doc_no: str
    kind: str
    status: str
    certainty: Certainty
    note: str = ""

    @property
    def citable(self) -> bool:
        """Whether it is law or a standard in force, so that it may stand on paper as 依据.

        False for samples, drafts, customs and our own conventions, and while its status is still
        to be checked (需核).
        """
        no_law = self.kind in CATEGORY_OF_NO_LAW or self.kind.endswith(("样本", "稿"))
        in_force = bool(_IN_FORCE.match(self.status)) and "需核" not in self.status
        return in_force and not no_law


@dataclass(frozen=True, slots=True)
class Answer:
    """How an item is answered. A number is fine between ``minimum`` and ``maximum`` inclusive."""

    type: Literal["pass_fail", "number"]
    photo: Literal["optional", "on_fail", "always"]
    unit: str = ""
    minimum: Decimal | None = field(default=None, metadata={"yaml": "min"})
    maximum: Decimal | None = field(default=None, metadata={"yaml": "max"})
    na: bool = False

    def judge(self, value: Decimal) -> bool:
        """Whether the measured ``value`` is acceptable. Raises ValueError for a pass/fail item."""
        if self.type != "number":
            raise ValueError("a pass/fail item has no number to judge")
        if self.minimum is not None and value < self.minimum:
            return False
        return self.maximum is None or value <= self.maximum


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One question. ``level`` and ``fix`` are what a hazard found here starts with.

    ``auto`` names a figure which the registers supply and the person only confirms.
    """

    key: str
    text: str
    how: str
    category: str = field(metadata={"yaml": "cat"})
    level: str
    fix: Literal["on_spot", "scheduled", "stop_use"]
    capability: int
    answer: Answer
    basis: tuple[Basis, ...]
    auto: str | None = None


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a checklist is due by default; ``window`` is the text people read."""

    unit: Literal["day", "night", "week", "month", "quarter", "term", "event"]
    times: int
    school_days_only: bool
    window: str
    min_times: int | None = None
    max_gap_hours: int | None = None
    also_monthly: bool = False
    monthly_item_count: int | None = None
    trigger: str = ""
    strict: str = ""

    @property
    def windows(self) -> tuple[tuple[time, time], ...]:
        """``window`` as clock times, or () where it is words."""
        return parse_windows(self.window)


@dataclass(frozen=True, slots=True)
class Checklist:
    key: str
    title: str
    kind: str
    who: tuple[str, ...]
    countersign: str
    frequency: Frequency
    applies_to: tuple[str, ...]
    scope: str
    minutes: int
    print_layout: Literal["month_grid", "form", "night_table", "device_card"]
    basis: tuple[Basis, ...]
    items: tuple[ChecklistItem, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PostForm:
    """A form that a post handles: ``form`` is a checklist or one of ``Content.other_forms``."""

    form: str
    act: Literal["fill", "fill_part", "countersign", "approve", "spot_check", "assess"]


@dataclass(frozen=True, slots=True)
class Post:
    key: str
    title: str
    grid_level: int
    aliases: tuple[str, ...]
    unique: bool
    required: bool
    statements: tuple[str, ...]
    forms: tuple[PostForm, ...]
    rights: tuple[str, ...]
    basis: tuple[Basis, ...]
    fire_role: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class GridLevel:
    level: int
    title: str
    who: str
    unit: str


@dataclass(frozen=True, slots=True)
class SevenFix:
    term: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """What a letter of responsibility shows, and the rules printed with it."""

    letter_fields: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CloseRule:
    """Who closes a hazard, in words, by level."""

    by_level: Mapping[str, str]
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class ServiceLife:
    """Age at which to scrap, in months; None where no common figure exists."""

    months: int | None
    basis: tuple[Basis, ...]
    count_from: Literal["manufactured", "installed", "battery"] | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Months until the first service, and between later ones."""

    first_months: int
    then_months: int
    count_from: Literal["manufactured", "installed", "battery"]
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class EquipmentInspection:
    """``who`` is a post, or maintainer, test_agency, contractor from outside."""

    name: str
    interval_days: int
    who: str
    required: bool
    items: tuple[str, ...]
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class Allocation:
    """A hint how many and where; the design documents rule."""

    text: str
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class EquipmentKind:
    key: str
    name: str
    unit: str
    group: str
    ledger_fields: tuple[str, ...]
    service_life: ServiceLife
    service: Service | None
    inspections: tuple[EquipmentInspection, ...]
    allocation: tuple[Allocation, ...]
    basis: tuple[Basis, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Equipment:
    """``reminders`` are days ahead; ``retention`` years (and the basis) for keeping records."""

    title: str
    reminders: Mapping[str, Any]
    record_retention: Mapping[str, Any]
    kinds: Mapping[str, EquipmentKind]


@dataclass(frozen=True, slots=True)
class Metric:
    key: str
    label: str
    unit: Literal["ratio", "count", "bool", "minutes"]
    formula: str
    ledger: str
    period: Literal["quarter", "snapshot", "term", "half_year"]
    empty: Literal["zero", "worst", "na", "full"]


@dataclass(frozen=True, slots=True)
class Band:
    """Points when the one condition that is set holds; bands are tried from first to last."""

    points: Decimal
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    shortfall_at_most: Decimal | None = None
    at_most_ratio_of: str | None = None
    ratio: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Deduction:
    """``points`` off for each ``per`` units, from full points down to none."""

    per: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Evidence:
    """A figure with bands or a deduction, or a look by people along a ``rubric``."""

    type: Literal["metric", "manual"]
    points: Decimal = Decimal(0)
    metric: str | None = None
    expected: str | None = None
    score: tuple[Band, ...] = ()
    deduct: Deduction | None = None
    rubric: str = ""


@dataclass(frozen=True, slots=True)
class VetoWhen:
    metric: str
    op: Literal[">", ">=", "<", "<=", "=="]
    value: Decimal
    say: str
    min_level: str | None = None


@dataclass(frozen=True, slots=True)
class AssessmentItem:
    key: str
    text: str
    max_points: Decimal
    how_to_score: str
    veto: bool
    evidence: tuple[Evidence, ...]
    basis: tuple[Basis, ...]
    veto_when: VetoWhen | None = None
    applies_when: str | None = None


@dataclass(frozen=True, slots=True)
class AssessmentGroup:
    key: str
    title: str
    points: Decimal
    items: tuple[AssessmentItem, ...]


@dataclass(frozen=True, slots=True)
class Capability:
    key: str
    no: int
    title: str
    meaning: str
    points: Decimal
    groups: tuple[AssessmentGroup, ...]


@dataclass(frozen=True, slots=True)
class GlobalVeto:
    key: str
    text: str
    evidence: Evidence
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    grade: str
    at_least: Decimal


@dataclass(frozen=True, slots=True)
class Scoring:
    total: Decimal
    formula: str
    grades: tuple[Grade, ...]
    grade_basis: tuple[Basis, ...]
    veto_rule: str
    cap_rule: str
    applies_flags: Mapping[str, str]
    manual_rule: str
    workflow: tuple[str, ...]
    deadline: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standard:
    """The quarterly self-assessment of the four capabilities."""

    title: str
    status: str
    scoring: Scoring
    global_vetoes: tuple[GlobalVeto, ...]
    metrics: Mapping[str, Metric]
    capabilities: tuple[Capability, ...]

    @property
    def items(self) -> tuple[AssessmentItem, ...]:
        """All items in printing order."""
        return tuple(
            item for part in self.capabilities for group in part.groups for item in group.items
        )


@dataclass(frozen=True, slots=True)
class Window:
    """One occurrence a day, by the school's clock.

    ``due`` not later than ``opens`` is on the next day. None: from the first day of the period,
    to the end (24:00) of its due day.
    """

    opens: time | None
    due: time | None
    label: str


@dataclass(frozen=True, slots=True)
class PlanTemplate:
    """A plan that a new school starts with; each window of each target is one check.

    A night's windows all belong to the evening's date, also those after midnight.
    Within ``grace_minutes`` after the due time it still counts as on time. ``due_day`` is a day
    of the month, None its last.
    ``space_kinds`` narrows the targets to those holding such spaces; empty means all.
    """

    key: str
    checklist: str
    title: str
    target: Literal["building", "dorm_building", "grid", "campus", "space", "look_back"]
    unit: Literal["day", "night", "week", "month", "quarter", "term", "holiday"]
    days: Literal["teaching", "teaching_or_boarding", "boarding_night", "any"]
    windows: tuple[Window, ...]
    grace_minutes: int
    due_day: int | None
    item_limit: int | None
    months: Literal["all", "quarter_end", "not_quarter_end"]
    needs_flag: str | None
    space_kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShiftTemplate:
    """A shift of duty (值班) that a new school starts with. ``ends`` not later than ``starts`` is
    on the next day; ``posts`` may stand it."""

    key: str
    title: str
    place: str
    starts: time
    ends: time
    days: Literal["teaching", "boarding", "every"]
    people: int
    posts: tuple[str, ...]
    checklist: str | None
    needs_flag: str | None


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something every year asks for. ``who`` is a post, ``proof`` a ledger and a kind of its
    records (``activities:drill``), or ``manual``.

    ``month``: the month at whose end a yearly one is due, None the last of the school year.
    ``times`` are asked for in each period; per day and night for those that run daily. ``needs``
    must all be so, of ``needs_any`` one; empty ``stages`` means all.
    """

    key: str
    text: str
    done: str
    recurrence: Recurrence
    month: int | None
    times: int
    needs: tuple[str, ...]
    needs_any: tuple[str, ...]
    stages: tuple[str, ...]
    not_stages: tuple[str, ...]
    who: str
    proof: str
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """The whole pack. ``version`` is the pack's, the same in every file."""

    version: str
    levels: tuple[str, ...]
    level_note: str
    space_kinds: Mapping[str, str]
    hazard_categories: Mapping[str, str]
    checklists: Mapping[str, Checklist]
    posts: Mapping[str, Post]
    rights: Mapping[str, str]
    other_forms: Mapping[str, str]
    grid_levels: tuple[GridLevel, ...]
    seven_fixes: tuple[SevenFix, ...]
    appointment: Appointment
    close_rule: CloseRule
    sources: Mapping[str, Source]
    equipment: Equipment
    standard: Standard
    plans: Mapping[str, PlanTemplate]
    shifts: Mapping[str, ShiftTemplate]
    obligations: Mapping[str, Obligation]

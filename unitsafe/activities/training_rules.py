"""Who needs which training, what a school year asks for, and when one signs in. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from unitsafe.activities.rules import Form, Kind


class Need(StrEnum):
    """A training that somebody has to have had."""

    STAFF = "staff"
    INDUCTION = "induction"
    SPECIAL = "special"
    POST = "post"


FORM_OF = {
    Need.INDUCTION: Form.INDUCTION,
    Need.SPECIAL: Form.SPECIAL,
    Need.POST: Form.POST,
}
"""Which form of training answers a need; ``STAFF`` is answered by each of them."""
SPECIAL_POSTS = (
    "principal",
    "vice_principal_safety",
    "safety_director",
    "safety_officer",
    "fire_control_operator",
)
"""The responsible person, the manager, full- and part-time fire staff, control room.
Source: Order 61 art. 38; four_capabilities.yaml special_training_valid_ratio."""
ROLE_POSTS = ("dorm_keeper", "canteen_manager", "cook", "gatekeeper")
"""Source: four_capabilities.yaml role_training_coverage; for dormitory keepers 十项规定."""
TEAM_POSTS = ("micro_station_leader", "micro_station_member")
OPERATOR = "fire_control_operator"
SIDE_POSTS = frozenset(
    {
        "grid_leader",
        "grid_member",
        "grid_info",
        "duty_leader",
        "duty_teacher",
        "floor_keeper",
        "room_keeper",
        "student_monitor",
        "inspector",
        *TEAM_POSTS,
    }
)
"""What somebody does beside their work: taking it on is not a change of post (转岗)."""
SETTLING_DAYS = 14
"""Posts that begin until so many days after the school was entered say when they were entered, not
when somebody began; they are nobody's new post. Source: product."""
INDUCTION_EARLY = 30
"""An induction counts from so many days before the post began: it comes before the work (Order 61
art. 36)."""


class CertificateKind(StrEnum):
    """A certificate that the register knows."""

    CONTROL_ROOM = "control_room"
    SAFETY_TRAINING = "safety_training"
    ELECTRICIAN = "electrician"
    OTHER = "other"


class Grade(StrEnum):
    """等级 of a control room operator's certificate."""

    JUNIOR = "junior"
    INTERMEDIATE = "intermediate"
    SENIOR = "senior"


ENOUGH = frozenset({Grade.INTERMEDIATE, Grade.SENIOR})
"""Who may sit in the control room. Source: 87号 art. 15(3); four_capabilities.yaml
operators_certified_ratio."""


class Standing(StrEnum):
    """How a certificate stands."""

    VALID = "valid"
    ENDING = "ending"
    EXPIRED = "expired"
    REPLACED = "replaced"


def standing(expires_on: date | None, *, is_replaced: bool, today: date, days: int) -> Standing:
    """How a certificate stands on ``today``; it is ending ``days`` before its last day."""
    if is_replaced:
        return Standing.REPLACED
    if expires_on is None or expires_on > today + timedelta(days):
        return Standing.VALID
    return Standing.EXPIRED if expires_on < today else Standing.ENDING


class Per(StrEnum):
    """The span in which an obligation comes back."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    TERM = "term"
    NOVEMBER = "november"
    YEAR = "year"


@dataclass(frozen=True)
class Obligation:
    """So many activities of one of ``forms`` in each span; ``basis`` names where it comes from.

    ``posts``: only where somebody holds one of them. ``is_class``: only where there are classes.
    """

    key: str
    kind: Kind
    forms: tuple[Form, ...]
    per: Per
    basis: str
    times: int = 1
    posts: tuple[str, ...] = ()
    is_class: bool = False

    def applies(self, held_posts: Collection[str], *, has_classes: bool) -> bool:
        """Whether the school is obliged."""
        return (not self.posts or bool(set(self.posts) & set(held_posts))) and (
            has_classes or not self.is_class
        )


OBLIGATIONS = (
    Obligation(
        "staff",
        Kind.TRAINING,
        (Form.STAFF,),
        Per.HALF_YEAR,
        "公安部令第61号第三十六条；本校每半年一次",
    ),
    Obligation("special", Kind.TRAINING, (Form.SPECIAL,), Per.YEAR, "公安部令第61号第三十八条"),
    Obligation(
        "post", Kind.TRAINING, (Form.POST,), Per.TERM, "学校消防安全管理十项规定", posts=ROLE_POSTS
    ),
    Obligation(
        "team",
        Kind.TRAINING,
        (Form.MICRO_STATION,),
        Per.MONTH,
        "国办发〔2017〕87号第十五条；本校每月一次",
        posts=TEAM_POSTS,
    ),
    Obligation(
        "lesson",
        Kind.LESSON,
        (Form.CLASS_LESSON,),
        Per.YEAR,
        "消防法第六条；学校消防安全标准化管理评分表",
        times=4,
        is_class=True,
    ),
    Obligation(
        "term_start", Kind.PUBLICITY, (Form.TERM_START,), Per.TERM, "教育部令第23号第三十九条"
    ),
    Obligation(
        "before_holiday",
        Kind.PUBLICITY,
        (Form.BEFORE_HOLIDAY,),
        Per.TERM,
        "教育部令第23号第三十九条",
    ),
    Obligation("fire_month", Kind.PUBLICITY, (Form.FIRE_MONTH,), Per.NOVEMBER, "全国消防宣传月"),
    Obligation(
        "letter", Kind.PUBLICITY, (Form.FAMILY_LETTER,), Per.TERM, "本校每学期一次", is_class=True
    ),
    Obligation(
        "meeting",
        Kind.MEETING,
        (Form.SAFETY_MEETING,),
        Per.MONTH,
        "学校消防安全标准化管理评分表（每月例会）",
    ),
    Obligation(
        "staff_skill", Kind.SPOT_CHECK, (Form.STAFF_SKILL,), Per.QUARTER, "四个能力季度自评"
    ),
    Obligation(
        "pupil_skill",
        Kind.SPOT_CHECK,
        (Form.PUPIL_SKILL,),
        Per.QUARTER,
        "四个能力季度自评",
        is_class=True,
    ),
    Obligation(
        "team_skill",
        Kind.SPOT_CHECK,
        (Form.TEAM_SKILL,),
        Per.QUARTER,
        "四个能力季度自评",
        posts=TEAM_POSTS,
    ),
)
"""What a school year asks for besides drills. Source: domain README §5, §6 (training each
half-year), four_capabilities.yaml (per quarter)."""


@dataclass(frozen=True)
class Span:
    """Days in which so many are due; both days included."""

    first: date
    last: date


def school_year_of(day: date) -> Span:
    """1 September to 31 August around ``day``."""
    start = day.year if day.month >= 9 else day.year - 1
    return Span(date(start, 9, 1), date(start + 1, 8, 31))


def month_span(first: date) -> Span:
    """The month of a day."""
    begins = first.replace(day=1)
    return Span(begins, (begins + timedelta(days=32)).replace(day=1) - timedelta(days=1))


def spans(
    per: Per, year: Span, *, terms: Sequence[Span], taught: Mapping[date, int], least: int = 10
) -> list[Span]:
    """The spans of a school year in which something ``per`` span is due.

    ``taught``: teaching days by the first day of their month. A month or a quarter asks only with
    ``least`` teaching days in one of its months: nobody is at school in August.
    """
    months = [first for first in sorted(taught) if taught[first] >= least]
    match per:
        case Per.MONTH:
            return [month_span(first) for first in months]
        case Per.QUARTER:
            return list(dict.fromkeys(_quarter(first) for first in months))
        case Per.TERM:
            return [term for term in terms if year.first <= term.first <= year.last]
        case Per.HALF_YEAR:
            middle = date(year.last.year, 2, 1)
            return [Span(year.first, middle - timedelta(days=1)), Span(middle, year.last)]
        case Per.NOVEMBER:
            return [month_span(date(year.first.year, 11, 1))]
    return [year]


def _quarter(day: date) -> Span:
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    return Span(first, month_span(first + timedelta(days=63)).last)


@dataclass(frozen=True)
class Tally:
    """Of one obligation: ``required`` in the year, ``held`` in all, ``missed`` in spans that are over,
    ``open`` still to come in the span that runs."""

    required: int
    held: int
    missed: int
    open: int

    @property
    def gap(self) -> int:
        """How many are missing by now."""
        return self.missed + self.open


def tally(due: Iterable[Span], times: int, held: Sequence[date], today: date) -> Tally:
    """``held``: the days on which it took place."""
    required = missed = still = 0
    for span in due:
        there = sum(span.first <= day <= span.last for day in held)
        required += times
        lack = max(times - there, 0)
        if span.last < today:
            missed += lack
        elif span.first <= today:
            still += lack
    return Tally(required, len(held), missed, still)


EARLY, LATE = timedelta(minutes=30), timedelta(hours=2)
"""One signs in from 30 minutes before it begins until two hours after it ends. Source: product."""
USUAL_MINUTES = 60


def sign_window(day: date, starts: time | None, minutes: int | None) -> tuple[datetime, datetime]:
    """From when until when one signs in by QR, on the school's wall clock (naive); without a time of
    day the whole day."""
    if starts is None:
        return datetime.combine(day, time(0)), datetime.combine(day + timedelta(days=1), time(0))
    begins = datetime.combine(day, starts)
    return begins - EARLY, begins + timedelta(minutes=minutes or USUAL_MINUTES) + LATE

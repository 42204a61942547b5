"""What notices say: short texts from plain facts, for a chat on a phone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.labels import WEEKDAYS

MOST_LINES, MOST_NAMES = 5, 8
MOST_BODY = 500
"""Signs of a body; a robot of WeCom takes 2048 bytes with title and link."""


@dataclass(frozen=True)
class Text:
    """A notice's title and body."""

    title: str
    body: str


def text(title: str, lines: Iterable[str]) -> Text:
    """A title of at most 60 signs over lines; empty ones are left out."""
    return Text(short(title, 60), short("\n".join(filter(None, lines)), MOST_BODY))


def short(words: str, most: int) -> str:
    """``words`` in at most ``most`` signs."""
    return words if len(words) <= most else words[: most - 1] + "…"


def on(day: date) -> str:
    """11月23日 周一."""
    return str(_("%(m)s月%(d)s日", m=day.month, d=day.day)) + f" {WEEKDAYS[day.weekday()]}"


def by_when(due_on: date | None, today: date) -> str:
    """今天到期, 明天到期, 超期3天, 11月30日到期."""
    if due_on is None:
        return str(_("没有期限"))
    days = (due_on - today).days
    if days < 0:
        return str(_("超期%(n)s天", n=-days))
    near = {0: _("今天到期"), 1: _("明天到期")}.get(days)
    return str(near or _("%(m)s月%(d)s日到期", m=due_on.month, d=due_on.day))


def until(due_at: datetime) -> str:
    """07:50; the end of the day is 24:00."""
    there = clock.local(due_at)
    return "24:00" if (there.hour, there.minute) == (0, 0) else f"{there:%H:%M}"


def some(parts: Sequence[str], most: int = MOST_LINES, mark: str = "；") -> str:
    """The first of ``parts``, and how many there are when these are not all."""
    shown = mark.join(parts[:most])
    return shown if len(parts) <= most else shown + str(_("等%(n)s项", n=len(parts)))


def tally(names: Mapping[str, int]) -> str:
    """王老师2、李老师1; those with most first."""
    in_order = sorted(names.items(), key=lambda one: (-one[1], one[0]))
    shown = "、".join(f"{name}{n}" for name, n in in_order[:MOST_NAMES])
    return shown if len(names) <= MOST_NAMES else shown + str(_("等%(n)s人", n=len(names)))


@dataclass(frozen=True)
class MyMorning:
    """One person's day. ``checks``: (what, place, due); ``turns``: (what, hours); ``hazards``:
    (number, description, deadline)."""

    checks: Sequence[tuple[str, str, datetime]] = ()
    turns: Sequence[tuple[str, str]] = ()
    hazards: Sequence[tuple[str, str, date | None]] = ()
    to_decide: int = 0
    to_sign: int = 0


def my_morning(facts: MyMorning, today: date) -> Text | None:
    """What one person has to do today; None when there is nothing."""
    checks = [
        _("%(place)s%(what)s（%(due)s前）", place=place, what=what, due=until(due))
        for what, place, due in facts.checks
    ]
    turns = [f"{what} {hours}" for what, hours in facts.turns]
    hazards = [
        f"{number} {short(what, 20)}（{by_when(due, today)}）"
        for number, what, due in facts.hazards
    ]
    waiting = [
        _("隐患%(n)s条", n=facts.to_decide) if facts.to_decide else "",
        _("检查签字%(n)s份", n=facts.to_sign) if facts.to_sign else "",
    ]
    lines = [
        _("值班：%(what)s", what=some(turns)) if turns else "",
        _("检查%(n)s项：%(what)s", n=len(checks), what=some(checks)) if checks else "",
        _("要整改的隐患%(n)s条：%(what)s", n=len(hazards), what=some(hazards)) if hazards else "",
        _("等您处理：%(what)s", what="、".join(filter(None, waiting))) if any(waiting) else "",
    ]
    return text(_("今日安排 %(day)s", day=on(today)), lines) if any(lines) else None


@dataclass(frozen=True)
class SchoolMorning:
    """The school's day, for a group: names with how many checks, who is on duty, how many hazards are
    open, whose are overdue or due until tomorrow."""

    checks: Counter[str] = field(default_factory=Counter)
    unassigned: int = 0
    turns: Sequence[tuple[str, Sequence[str]]] = ()
    open_hazards: int = 0
    overdue: Counter[str] = field(default_factory=Counter)
    due_soon: Counter[str] = field(default_factory=Counter)


def school_morning(facts: SchoolMorning, today: date) -> Text:
    """What the school has to do today."""
    total = facts.checks.total() + facts.unassigned
    turns = [f"{what} {'、'.join(names)}" for what, names in facts.turns if names]
    hazards = [_("未销号的隐患%(n)s条", n=facts.open_hazards)]
    if facts.overdue:
        hazards.append(
            _("超期%(n)s条（%(who)s）", n=facts.overdue.total(), who=tally(facts.overdue))
        )
    if facts.due_soon:
        hazards.append(
            _("今明到期%(n)s条（%(who)s）", n=facts.due_soon.total(), who=tally(facts.due_soon))
        )
    lines = [
        _("值班：%(what)s", what=some(turns, 6)) if turns else "",
        _("今天要做的检查%(n)s项：%(who)s", n=total, who=tally(facts.checks))
        if facts.checks
        else _("今天要做的检查%(n)s项", n=total),
        _("其中%(n)s项还没有人负责", n=facts.unassigned) if facts.unassigned else "",
        "，".join(hazards) if facts.open_hazards else _("没有未销号的隐患"),
    ]
    return text(_("今日安排 %(day)s", day=on(today)), lines)


def hazard_due_soon(number: str, what: str) -> Text:
    """To whoever has to fix it."""
    return text(_("隐患明天到期"), [_("%(number)s %(what)s", number=number, what=short(what, 60))])


def hazard_overdue(number: str, what: str, days: int) -> Text:
    """To whoever has to fix it."""
    return text(
        _("隐患超期%(n)s天", n=days),
        [
            _("%(number)s %(what)s", number=number, what=short(what, 60)),
            _("请尽快整改，改好后拍照报完成；改不了的，申请延期。"),
        ],
    )


def reminder(number: str, what: str, note: str, name: str = "") -> Text:
    """To whoever is asked to see to it; ``name`` where others read it too."""
    return text(
        _("%(name)s请过问一条隐患", name=f"{name}，" if name else ""),
        [_("%(number)s %(what)s", number=number, what=short(what, 60)), short(note, 120)],
    )


def urgent(number: str, what: str, place: str, *, is_stopped: bool) -> Text:
    """A suspected major hazard was reported, or something was put out of use."""
    return text(
        _("停用通知") if is_stopped else _("发现疑似重大隐患"),
        [
            _("%(number)s %(place)s", number=number, place=place),
            short(what, 80),
            _("整改好以前不要使用。") if is_stopped else _("请马上到现场核实处理。"),
        ],
    )


def closed(number: str, what: str) -> Text:
    """To whoever found it."""
    return text(
        _("您发现的隐患已销号"),
        [
            _("%(number)s %(what)s", number=number, what=short(what, 60)),
            _("谢谢您。请打开看看改得怎么样，给这次处理评个分。"),
        ],
    )


def checks_due(places: Sequence[tuple[str, str]], due_at: datetime) -> Text:
    """To the group: (place, who) of the checks that nobody has begun."""
    parts = [f"{place}（{who}）" if who else place for place, who in places]
    return text(
        _("%(n)s项检查还没开始", n=len(parts)),
        [
            _(
                "%(due)s前要完成：%(what)s",
                due=until(due_at),
                what=some(parts, MOST_NAMES, "、"),
            )
        ],
    )


@dataclass(frozen=True)
class Week:
    """What a week came to; ``gaps``: (kind, how many), the largest first."""

    expected: int
    done: int
    missed: int
    found: int
    closed: int
    overdue: int
    gaps: Sequence[tuple[str, int]] = ()


def digest(week: Week, monday: date, today: date) -> Text:
    """To the principal on Friday."""
    gaps = "、".join(f"{what}{n}" for what, n in week.gaps)
    return text(
        _(
            "本周小结 %(a)s月%(b)s日—%(c)s月%(d)s日",
            a=monday.month,
            b=monday.day,
            c=today.month,
            d=today.day,
        ),
        [
            _(
                "检查：应做%(all)s项，完成%(done)s项，漏查%(missed)s项",
                all=week.expected,
                done=week.done,
                missed=week.missed,
            ),
            _(
                "隐患：新发现%(found)s条，销号%(closed)s条，现在超期%(overdue)s条",
                found=week.found,
                closed=week.closed,
                overdue=week.overdue,
            ),
            _("责任缺口：%(gaps)s", gaps=gaps) if gaps else _("没有责任缺口"),
        ],
    )


def trial(name: str) -> Text:
    """A test of a channel."""
    return text(_("测试消息"), [_("“%(name)s”能收到校安网格的提醒。", name=name)])


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())

"""What papers say of trainings, lessons, publicity, meetings and spot checks. They are Chinese only:
made to be signed. Source of their columns: domain README §9."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from unitsafe.activities import attendance, spot_rules
from unitsafe.activities.models import Activity, ClassPart, Decision, SpotAnswer
from unitsafe.activities.papers import place_of, section
from unitsafe.activities.rules import HELD, Form, Kind, Skill
from unitsafe.activities.spot_checks import who
from unitsafe.core.labels import label
from unitsafe.hazards.official import long_day
from unitsafe.hazards.papers import stamp
from unitsafe.paper import shapes
from unitsafe.people.labels import post_title
from unitsafe.school.models import School

Parts = tuple[list[shapes.Fact], list[shapes.RecordSection]]
SPARE = 8
"""Empty lines of a sign-in sheet for whoever comes unasked."""
EMPTY = 24
"""Lines of a sheet on which nobody was asked by name."""


def _minutes(activity: Activity) -> str:
    return f"{activity.minutes}分钟" if activity.minutes else ""


def training(activity: Activity) -> Parts:
    """培训记录: trainer, hours, who took the test and how."""
    took = [one for one in activity.attendances if one.passed is not None]
    passed = sum(bool(one.passed) for one in took)
    mark = activity.details.get("pass_mark")
    facts: list[shapes.Fact] = [
        {"label": "授课人", "value": activity.details.get("trainer") or ""},
        {"label": "时长", "value": _minutes(activity)},
        {"label": "考核", "value": f"{len(took)}人参加，{passed}人合格" if took else "没有考核"},
        {"label": "合格分", "value": "" if mark is None else str(mark)},
    ]
    tests = section(
        "考核结果",
        heads=["姓名", "分数", "结果"],
        widths=[2, 1, 1],
        rows=[
            [
                one.person.name,
                "" if one.score is None else str(one.score),
                "合格" if one.passed else "不合格",
            ]
            for one in took
        ],
    )
    return facts, [tests]


def meeting(activity: Activity, decisions: Sequence[Decision]) -> Parts:
    """会议记录: chair, recorder, who does what by when."""
    facts: list[shapes.Fact] = [
        {"label": "主持人", "value": activity.details.get("chair") or ""},
        {"label": "记录人", "value": activity.details.get("recorder") or ""},
    ]
    decided = section(
        "议定事项",
        heads=["序号", "事项", "承办人", "期限", "办理情况"],
        widths=[0.6, 3.4, 1.1, 1.3, 2.4],
        rows=[
            [
                str(number),
                one.text,
                one.owner.name,
                one.due_on.isoformat(),
                f"{one.done_on.isoformat()} {one.done_note}" if one.done_on else "",
            ]
            for number, one in enumerate(decisions, 1)
        ],
    )
    return facts, [decided]


def with_classes(activity: Activity, parts: Sequence[ClassPart]) -> Parts:
    """消防安全课, 宣传, 致家长的一封信: which classes, and what came back."""
    facts: list[shapes.Fact] = [
        {"label": "授课或主讲人", "value": activity.details.get("trainer") or ""},
        {"label": "时长", "value": _minutes(activity)},
    ]
    if activity.form is Form.FAMILY_LETTER:
        table = section(
            "发放和回收",
            heads=["班级", "发出", "收回", "回执率"],
            widths=[2, 1, 1, 1],
            rows=[
                [one.school_class.name, str(one.sent), str(one.returned), percent(one)]
                for one in parts
            ],
        )
        return facts, [table]
    return facts, [section("参加的班级", ["、".join(one.school_class.name for one in parts)])]


def percent(part: ClassPart) -> str:
    """95%; empty where nothing went out."""
    return f"{round(100 * part.returned / part.sent)}%" if part.sent else ""


def spot_check(activity: Activity, answers: Sequence[SpotAnswer]) -> Parts:
    """抽查记录: how people were drawn, what each could do, the rates."""
    skills = spot_rules.SKILLS[activity.form]
    people: dict[tuple[int | None, int | None, int | None], dict[Skill, bool]] = {}
    names: dict[tuple[int | None, int | None, int | None], str] = {}
    for one in answers:
        people.setdefault(who(one), {})[one.skill] = one.passed
        names[who(one)] = name_of(one)
    rates = spot_rules.rates(((who(one), one.skill, one.passed) for one in answers), skills)
    seed, pool = (activity.details.get(key) for key in ("seed", "pool"))
    facts: list[shapes.Fact] = [
        {"label": "抽查人数", "value": f"{len(people)}人"},
        {"label": "抽取方式", "value": f"从{pool}人中随机抽取（随机数{seed}）" if pool else ""},
    ]
    table = section(
        "抽查结果",
        heads=["对象", *(label(skill) for skill in skills)],
        widths=[2, *(1.0 for _ in skills)],
        rows=[
            [names[one], *(_could(found.get(skill)) for skill in skills)]
            for one, found in people.items()
        ],
    )
    told = "，".join(
        f"{label(skill)}{rate.passed}/{rate.asked}人（{rate.percent}%）"
        for skill, rate in rates.items()
        if rate.asked
    )
    return facts, [table, section("合格率", [told])]


def name_of(answer: SpotAnswer) -> str:
    """A member of staff by name, a pupil by class and number."""
    if answer.person is not None:
        return answer.person.name
    return f"{answer.school_class.name} {answer.pupil}号" if answer.school_class else ""


def _could(passed: bool | None) -> str:
    return {True: "会", False: "不会", None: ""}[passed]


def _facts(activity: Activity) -> list[shapes.Fact]:
    """When, where, by whom."""
    day = activity.held_on or activity.planned_on
    at = f" {activity.planned_at:%H:%M}" if activity.planned_at else ""
    is_meeting = activity.kind is Kind.MEETING
    teacher = activity.details.get("chair" if is_meeting else "trainer") or ""
    return [
        {"label": "时间", "value": f"{day.isoformat()}{at}"},
        {"label": "地点", "value": place_of(activity)},
        {"label": "主持人" if is_meeting else "授课人", "value": teacher},
        {"label": "组织人", "value": activity.organiser.name if activity.organiser else ""},
    ]


def sheet(
    activity: Activity,
    posts: Mapping[int, Sequence[str]],
    school: School,
    *,
    now: datetime,
) -> shapes.SignInSheet:
    """签到表: everybody on the list with room to sign; once it was held, who signed when."""
    is_over = activity.state in HELD
    rows = [
        [
            str(number),
            one.person.name,
            "、".join(post_title(post) for post in posts.get(one.person_id, ())[:2]),
            _signed(one.signed_at, is_own=one.signed_by_id == one.person_id),
        ]
        for number, one in enumerate(activity.attendances, 1)
    ]
    if not is_over:
        spare = SPARE if rows else EMPTY
        rows += [[str(len(rows) + n), "", "", ""] for n in range(1, spare + 1)]
    expected, signed = attendance.heads(activity.attendances)
    return {
        "school": school.name,
        "title": "签到表",
        "period": (activity.held_on or activity.planned_on).isoformat(),
        "printed_at": stamp(now),
        "version": "",
        "number": activity.number,
        "about": activity.title,
        "facts": _facts(activity),
        "rows": rows,
        "total": f"应到{expected}人，实到{signed}人" if is_over else "",
    }


def _signed(at: datetime | None, *, is_own: bool) -> str:
    if at is None:
        return ""
    return f"{stamp(at)} {'本人签到' if is_own else '现场登记'}"


def invitation(
    activity: Activity, address: str, school: School, *, now: datetime
) -> shapes.Invitation:
    """培训通知, 会议通知: what, when, where, who, and the code to sign in by."""
    day = activity.planned_on
    at = f"{activity.planned_at:%H:%M}" if activity.planned_at else ""
    asked = [one.person.name for one in activity.attendances if one.is_expected]
    word = "会议" if activity.kind is Kind.MEETING else "培训"
    title = "议程" if activity.kind is Kind.MEETING else "内容"
    facts = _facts(activity)
    facts[0] = {"label": "时间", "value": f"{long_day(day)} {at}".strip()}
    return {
        "school": school.name,
        "title": f"{word}通知",
        "period": day.isoformat(),
        "printed_at": stamp(now),
        "version": "",
        "number": activity.number,
        "about": activity.title,
        "facts": facts,
        "content": f"{title}：{activity.content}" if activity.content else "",
        "people": "、".join(asked),
        "address": address,
        "qr": "qr",
    }

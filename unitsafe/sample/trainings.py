"""Trainings, lessons, publicity, meetings, spot checks and certificates of the sample school: most of
a term's, with a cook who missed his, a certificate that ran out and a decision that is late."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from unitsafe import clock
from unitsafe.activities import (
    attendance,
    certificates,
    class_parts,
    meetings,
    services,
    spot_checks,
    spot_rules,
    training_queries,
)
from unitsafe.activities.attendance import Result
from unitsafe.activities.certificates import CertificateFacts
from unitsafe.activities.class_parts import Letters
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import FORMS, Form, Kind, Skill
from unitsafe.activities.services import Facts
from unitsafe.activities.training_rules import CertificateKind, Grade
from unitsafe.classes.models import SchoolClass
from unitsafe.core.domain import Actor
from unitsafe.sample.lives import DIRECTOR, HEAD, MANAGER, OFFICER
from unitsafe.sample.world import World

ABSENT = "石大勇"
"""The cook who came to no training; 白铁军's certificate ran out."""
LEADERS = (
    HEAD,
    MANAGER,
    DIRECTOR,
    OFFICER,
    "彭德胜",
    "范雨桐",
    "贺兰芝",
    "韩雪梅",
    "许文静",
    "田佳慧",
)


@dataclass(frozen=True)
class Plan:
    """Something organised ``age`` days before now (negative: to come). ``groups`` and ``people`` are
    asked to come; ``grades`` are those whose classes take part."""

    age: int
    wall: time
    form: Form
    title: str
    content: str = ""
    minutes: int = 40
    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    grades: range = range(0)
    details: dict[str, object] = field(default_factory=dict)
    evaluation: str = ""
    decided: tuple[tuple[str, str, int, str], ...] = ()
    """What, who, due so many days after the meeting, how it was done (empty: it is not)."""
    place: str = "阶梯教室"


ROLE_GROUPS = ("dorm_keeper", "canteen_manager", "cook", "gatekeeper")
TEAM = ("micro_station_leader", "micro_station_member")
SPECIAL = ("principal", "vice_principal_safety", "safety_director", "fire_control_operator")
PLANS = (
    Plan(80, time(8), Form.TERM_START, "开学第一课：校园消防安全", "认识疏散标志，走一遍本班的疏散路线。",
         grades=range(1, 7), details={"trainer": "各班班主任"}, evaluation="各班均已开展。", place="各班教室"),
    Plan(70, time(16), Form.SAFETY_MEETING, "九月消防安全例会", "通报暑期检查情况，部署开学安全工作。", people=LEADERS,
         details={"chair": HEAD, "recorder": OFFICER},
         decided=(("补齐综合楼缺失的疏散指示标志", "彭德胜", 10, "已补装6块。"),), place="会议室"),
    Plan(66, time(15, 30), Form.MICRO_STATION, "微型消防站九月训练", "穿戴战斗服、出水操、灭火器操作各一遍。",
         groups=TEAM, place="操场"),
    Plan(60, time(14), Form.SPECIAL, "消防安全责任人、管理人专门培训", "区消防救援大队授课：责任与处罚、火灾案例。",
         minutes=180, groups=SPECIAL, details={"trainer": "贺明"}, evaluation="全部通过结业考试。", place="区消防救援大队"),
    Plan(48, time(15, 40), Form.STAFF, "秋季学期全员消防培训", "一懂三会：本岗位火灾危险，报警、用灭火器、带学生逃生。",
         minutes=60, groups=("all",), details={"trainer": OFFICER, "pass_mark": 60},
         evaluation="理论考试和灭火器操作同时进行，缺席的人另行补训。"),
    Plan(45, time(10), Form.CLASS_LESSON, "消防安全课：怎样报火警", "怎样拨打119，说清地点、火情和联系方式。",
         grades=range(1, 7), details={"trainer": "各班班主任"}, place="各班教室"),
    Plan(42, time(16), Form.SAFETY_MEETING, "十月消防安全例会", "通报九月巡查和隐患整改，研究综合演练方案。", people=LEADERS,
         details={"chair": HEAD, "recorder": OFFICER},
         decided=(("编制综合演练方案", OFFICER, 6, "方案已印发。"),
                  ("更换宿舍楼两处应急灯", "彭德胜", 14, "已更换并试亮。")), place="会议室"),
    Plan(38, time(14), Form.POST, "宿管、食堂、保安消防专题培训", "夜间火情处置、厨房油锅灭火、开门引导消防车。",
         minutes=90, groups=ROLE_GROUPS, details={"trainer": OFFICER}, evaluation="现场用灭火毯扑灭油盆火。", place="食堂"),
    Plan(36, time(15, 30), Form.MICRO_STATION, "微型消防站十月训练", "接警3分钟到场，连接水带出水。",
         groups=TEAM, place="操场"),
    Plan(26, time(10), Form.STAFF_SKILL, "第四季度教职工一懂三会抽查", place="各办公室"),
    Plan(25, time(10), Form.PUPIL_SKILL, "第四季度学生抽查", place="各班教室"),
    Plan(24, time(10), Form.TEAM_SKILL, "第四季度微型消防站抽查", place="操场"),
    Plan(20, time(8), Form.FAMILY_LETTER, "致家长的一封信：家庭防火", "提醒家庭用电、用气和电动自行车充电安全。",
         grades=range(1, 7), place=""),
    Plan(14, time(9), Form.FIRE_MONTH, "119消防宣传月主题活动", "升旗仪式讲话、消防车进校园、消防知识手抄报。",
         grades=range(1, 7), details={"trainer": "区消防救援大队"}, evaluation="全校参加，学生踊跃。", place="操场"),
    Plan(12, time(16), Form.SAFETY_MEETING, "十一月消防安全例会", "通报综合演练问题，部署冬季防火。", people=LEADERS,
         details={"chair": HEAD, "recorder": OFFICER},
         decided=(("检修教学楼B四层广播", "彭德胜", 9, ""), ("做好取暖设备检查", DIRECTOR, 20, "")), place="会议室"),
    Plan(10, time(10), Form.CLASS_LESSON, "消防安全课：火场逃生", "弯腰捂口鼻，不乘电梯，不返回取物。",
         grades=range(1, 4), details={"trainer": "各班班主任"}, place="各班教室"),
    Plan(-3, time(15, 40), Form.STAFF, "全员消防培训补训", "给缺席和考核不合格的人补训。",
         people=(ABSENT, OFFICER, "林晓岚", "蒋立诚"), details={"trainer": OFFICER, "pass_mark": 60}),
)  # fmt: skip
"""What was and will be organised."""
CERTIFICATES = (
    ("熊志强", CertificateKind.CONTROL_ROOM, Grade.INTERMEDIATE, 700, 1400),
    ("白铁军", CertificateKind.CONTROL_ROOM, Grade.INTERMEDIATE, 1500, -20),
    (HEAD, CertificateKind.SAFETY_TRAINING, None, 320, 45),
    (MANAGER, CertificateKind.SAFETY_TRAINING, None, 150, 580),
    ("刘建", CertificateKind.ELECTRICIAN, None, 900, 1200),
)
"""Whose, which, grade, issued so many days ago, expiring in so many."""


def plan(world: World, seed: int, classes: Sequence[SchoolClass]) -> None:
    """Put it all on the timeline; its chances are its own, so that nothing else changes."""
    rng = Random(seed + 11)
    for one in PLANS:
        day = _taught_day(world, world.setting.today - timedelta(days=one.age), one.age < 0)
        if day > world.setting.first + timedelta(days=3):
            _Told(world, rng, one, day, classes).plan()
    _at(world, world.now - timedelta(hours=5), partial(_certify, world))


def _taught_day(world: World, day: date, is_later: bool) -> date:
    while not world.is_taught(day):
        day += timedelta(days=1 if is_later else -1)
    return day


def _at(world: World, moment: datetime, act: Callable[[datetime], None]) -> None:
    def run(at: datetime) -> None:
        with world.journal.directly():
            act(at)

    world.timeline.at(moment, run)


def _certify(world: World, at: datetime) -> None:
    today = clock.local(at).date()
    by = world.actor(world.people[OFFICER], at)
    for number, (name, kind, grade, since, until) in enumerate(CERTIFICATES, 1):
        facts = CertificateFacts(
            person_id=world.people[name].id,
            kind=kind,
            issued_on=today - timedelta(days=since),
            number=f"QX-{today.year}-{number:05d}",
            grade=grade,
            expires_on=today + timedelta(days=until),
        )
        certificates.add(world.session, facts, by=by, now=at)


@dataclass
class _Told:
    """One of them on its way through the timeline."""

    world: World
    rng: Random
    story: Plan
    day: date
    classes: Sequence[SchoolClass]
    activity_id: int = 0

    def plan(self) -> None:
        """Arranged four days before, held on its day, evaluated the day after."""
        begin = clock.at(self.day, self.story.wall)
        latest = self.world.now - timedelta(hours=2)
        _at(self.world, min(begin - timedelta(days=4), latest), self._arrange)
        if self.story.age < 0:
            return
        _at(self.world, begin + timedelta(minutes=self.story.minutes), self._hold)
        if self.story.evaluation:
            _at(self.world, begin + timedelta(hours=3), self._evaluate)

    @property
    def _activity(self) -> Activity:
        return self.world.session.get_one(Activity, self.activity_id)

    def _by(self, at: datetime) -> Actor:
        return self.world.actor(self.world.people[OFFICER], at)

    def _taking_part(self) -> list[int]:
        return [one.id for one in self.classes if one.grade in self.story.grades]

    def _arrange(self, at: datetime) -> None:
        story, world, by = self.story, self.world, self._by(at)
        kind = next(kind for kind, forms in FORMS.items() if story.form in forms)
        facts = Facts(
            form=story.form,
            title=story.title,
            planned_on=self.day,
            planned_at=story.wall,
            place=story.place,
            organiser_id=world.people[OFFICER].id,
            content=story.content,
            minutes=story.minutes,
            details=dict(story.details),
        )
        made = services.plan(world.session, kind, facts, by=by, now=at)
        self.activity_id = made.id
        today = clock.local(at).date()
        asked = [world.people[name].id for name in story.people]
        if story.groups:
            asked += [one.id for one in training_queries.pool(world.session, story.groups, today)]
        if asked:
            attendance.invite(world.session, made, asked)
        if story.grades:
            class_parts.set_classes(world.session, made, self._taking_part())

    def _hold(self, at: datetime) -> None:
        world, activity, by = self.world, self._activity, self._by(at)
        if activity.kind is Kind.SPOT_CHECK:
            self._ask(activity, by, at)
            return
        rows = training_queries.listed(world.session, activity)
        there = [
            one.person_id
            for one in rows
            if world.by_id[one.person_id].name != ABSENT
            and (activity.form is not Form.STAFF or self.rng.random() < 0.96)
        ]
        results = {}
        if activity.details.get("pass_mark"):
            results = {one: Result(self.rng.choice((58, 72, *range(80, 101, 2)))) for one in there}
        if there:
            attendance.roll(world.session, activity, present=there, results=results, by=by, now=at)
        if activity.form is Form.FAMILY_LETTER:
            self._letters(activity, by, at)
        services.hold(world.session, activity, held_on=self.day, by=by, now=at)
        attendance.held(world.session, activity)
        for text, owner, days, done in self.story.decided:
            self._decide(activity, text, owner, days, done, by, at)

    def _letters(self, activity: Activity, by: Actor, at: datetime) -> None:
        """Every class gave nearly all back; the last one has not counted yet."""
        counts = {
            one.id: Letters(one.pupils, one.pupils - self.rng.randint(0, 3)) for one in self.classes
        }
        last = self.classes[-1]
        counts[last.id] = Letters(last.pupils, last.pupils // 2)
        class_parts.count_letters(self.world.session, activity, counts, by=by, now=at)

    def _decide(
        self,
        activity: Activity,
        text: str,
        owner: str,
        days: int,
        done: str,
        by: Actor,
        at: datetime,
    ) -> None:
        world, person = self.world, self.world.people[owner]
        made = meetings.decide(
            world.session,
            activity,
            text=text,
            owner_id=person.id,
            due_on=self.day + timedelta(days=days),
            by=by,
            now=at,
        )

        def finish(later: datetime) -> None:
            meetings.finish(
                world.session,
                self._activity,
                made,
                note=done,
                by=world.actor(person, later),
                now=later,
            )

        if done:
            _at(world, at + timedelta(days=days - 1), finish)

    def _ask(self, activity: Activity, by: Actor, at: datetime) -> None:
        """Somebody cannot do everything: an honest check finds something."""
        world, skills = self.world, spot_rules.SKILLS[activity.form]

        def able(number: int) -> dict[Skill, bool]:
            return {skill: number != 2 or skill is not skills[-1] for skill in skills}

        if activity.form is Form.PUPIL_SKILL:
            pupils = {(one.id, 7 + n): able(n) for n, one in enumerate(self.classes)}
            spot_checks.answer(world.session, activity, pupils=pupils, by=by, now=at)
            return
        is_team = activity.form is Form.TEAM_SKILL
        groups = TEAM if is_team else ("all",)
        found = training_queries.pool(world.session, groups, clock.local(at).date())
        drawn = spot_checks.draw(
            world.session,
            activity,
            [one.id for one in found],
            2 if is_team else 8,
            by=by,
            now=at,
            choose=self.rng.randrange,
        )
        staff = {one: able(n) for n, one in enumerate(drawn)}
        spot_checks.answer(world.session, activity, staff=staff, by=by, now=at)

    def _evaluate(self, at: datetime) -> None:
        services.evaluate(
            self.world.session,
            self._activity,
            evaluation=self.story.evaluation,
            by=self._by(at),
            now=at,
        )

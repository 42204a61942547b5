"""Drills of the sample school: one on target, a full one that took too long, one at night that
nobody has evaluated yet, and the next one, which is planned."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from unitsafe import clock
from unitsafe.activities import drills, services
from unitsafe.activities.drill_rules import Element
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import Form, Kind
from unitsafe.activities.services import Facts, Issue
from unitsafe.classes.models import SchoolClass
from unitsafe.hazards.rules import Level
from unitsafe.sample.hazard_table import Story
from unitsafe.sample.lives import HEAD, MANAGER, OFFICER, Lives
from unitsafe.sample.world import World

ROUTES = "教学楼A东半部走东侧楼梯，西半部走西侧楼梯；教学楼B同样按东西分流。全体到田径场集合，按班级站队点名。"
NIGHT_ROUTES = "两栋宿舍各层走中间楼梯，到篮球场按班级站队，宿管和值班教师点名。"
STOP_AFTER = 25
"""Seconds from the last head count to the end."""


@dataclass(frozen=True)
class Plan:
    """A drill ``age`` days before now (negative: to come) at ``wall``; the ``slowest`` class is
    complete after so many seconds. ``life``: planned, held, evaluated or archived."""

    age: int
    wall: time
    form: Form
    title: str
    scene: str
    life: str
    slowest: int = 0
    evaluation: str = ""
    problems: str = ""
    improvements: str = ""
    issue: Story | None = None


PLANS = (
    Plan(62, time(9, 40), Form.EVACUATION, "九月应急疏散演练",
         "教学楼A二层教室插座短路起火，浓烟进入走道。", "archived", 112,
         "各班按路线撤离，秩序好，全部在目标时间内到达集合点。",
         "教学楼A西侧楼梯二层平台堆放图书角书架，影响两路汇合。", "移走书架，楼梯平台不再摆放物品。",
         Story("report", "evac_blocked", "教学楼A", "西侧楼梯间", "二层平台摆放图书角书架，演练时两路学生在此拥堵。",
               "boxes", "closed", None, "书架移回教室，平台清空。", {"level": "normal"})),
    Plan(34, time(15, 20), Form.FULL, "灭火和应急疏散综合演练",
         "综合楼实验准备室酒精灯引燃桌面，教学楼同时疏散。", "evaluated", 146,
         "报警、灭火、救护各组到位；疏散用时超过目标，教学楼B四层出发晚。",
         "教学楼B四层广播声音小，听不清疏散口令。", "检修四层广播，演练前试音。",
         Story("report", "fire_facility", "教学楼B", "四层走道", "四层走道广播音量小，演练时听不清口令。",
               "sign", "open", None, "更换扬声器并试音。", {"level": "normal"})),
    Plan(13, time(21, 10), Form.NIGHT, "宿舍夜间疏散演练",
         "学生宿舍1三层充电引发火情，走道灯熄灭。", "held", 171),
    Plan(-2, time(9, 50), Form.EVACUATION, "本月应急疏散演练",
         "教学楼B一层走道冒烟，东侧楼梯不能通行。", "planned"),
)  # fmt: skip
"""What was and will be practised."""


def plan(world: World, seed: int, classes: list[SchoolClass]) -> None:
    """Put the drills on the timeline; their chances are their own, so that nothing else changes."""
    rng = Random(seed + 7)
    lives = Lives(replace(world, rng=Random(seed + 8)))
    for one in PLANS:
        day = _taught_day(world, world.setting.today - timedelta(days=one.age), one.age < 0)
        if day > world.setting.first + timedelta(days=9):
            _Drill(world, lives, rng, one, day, classes).plan()


def _taught_day(world: World, day: date, is_later: bool) -> date:
    while not world.is_taught(day):
        day += timedelta(days=1 if is_later else -1)
    return day


@dataclass
class _Drill:
    """One drill on its way through the timeline."""

    world: World
    lives: Lives
    rng: Random
    story: Plan
    day: date
    classes: list[SchoolClass]
    activity_id: int = 0

    def plan(self) -> None:
        """Arrange it five days before; run it by the clock."""
        story, begin = self.story, clock.at(self.day, self.story.wall)
        self._at(min(begin - timedelta(days=5), self.world.now - timedelta(hours=1)), self._arrange)
        if story.life == "planned":
            return
        self._at(begin, self._start)
        taking = self._taking_part()
        seconds = [self.rng.randint(story.slowest * 2 // 3, story.slowest) for _one in taking]
        seconds[-1] = story.slowest
        for one, after in zip(taking, seconds, strict=True):
            self._at(begin + timedelta(seconds=after), self._counting(one))
        self._at(begin + timedelta(seconds=story.slowest + 5), self._clear)
        self._at(begin + timedelta(seconds=story.slowest + STOP_AFTER), self._stop)
        if story.life != "held":
            self._at(begin + timedelta(hours=5), self._evaluate)
        if story.life == "archived":
            self._at(begin + timedelta(days=2), self._archive)

    def _at(self, moment: datetime, act: object) -> None:
        def run(at: datetime) -> None:
            with self.world.journal.directly():
                act(at)  # type: ignore[operator]

        self.world.timeline.at(moment, run)

    @property
    def _activity(self) -> Activity:
        return self.world.session.get_one(Activity, self.activity_id)

    def _taking_part(self) -> list[SchoolClass]:
        is_night = self.story.form is Form.NIGHT
        return [one for one in self.classes if one.boarders or not is_night]

    def _arrange(self, at: datetime) -> None:
        story, world = self.story, self.world
        is_night = story.form is Form.NIGHT
        elements = list(Element) if story.form is Form.FULL else [Element.ALARM, Element.EVACUATION]
        facts = Facts(
            form=story.form,
            title=story.title,
            planned_on=self.day,
            planned_at=story.wall,
            place="学生宿舍" if is_night else "全校",
            organiser_id=world.people[OFFICER].id,
            content="班主任带队，楼层责任人最后离开并报告本层清空，到集合点后各班点名。",
            target_seconds=180 if is_night else 120,
            details={
                "scene": story.scene,
                "signal": "校园广播连续短鸣",
                "routes": NIGHT_ROUTES if is_night else ROUTES,
                "commander": MANAGER if is_night else HEAD,
                "elements": [one.value for one in elements],
            },
        )
        by = world.actor(world.people[OFFICER], at)
        made = services.plan(world.session, Kind.DRILL, facts, by=by, now=at)
        self.activity_id = made.id
        drills.set_classes(world.session, made, [one.id for one in self._taking_part()])
        services.notify(world.session, made, by=by, now=at)

    def _start(self, at: datetime) -> None:
        by = self.world.actor(self.world.people[OFFICER], at)
        drills.start(self.world.session, self._activity, by=by, now=at)

    def _counting(self, one: SchoolClass) -> object:
        def count(at: datetime) -> None:
            world, activity = self.world, self._activity
            part = next(
                part for part in drills.parts_of(world.session, activity) if part.class_id == one.id
            )
            is_ill = self.rng.random() < 0.25 and part.expected > 10
            drills.count(
                world.session,
                activity,
                part,
                present=part.expected - is_ill,
                note="病假1人" if is_ill else "",
                by=world.actor(world.by_id[one.head_teacher_id or 0], at),
                now=at,
            )

        return count

    def _clear(self, at: datetime) -> None:
        """The organiser hears from each floor by radio; the last one forgets to report."""
        world, activity = self.world, self._activity
        by = world.actor(world.people[OFFICER], at)
        for line in drills.board(world.session, activity, by).floors[:-1]:
            drills.clear(
                world.session,
                activity,
                building_id=line.building.id,
                floor=line.floor,
                late_seconds=self.rng.randint(20, 60),
                by=by,
                now=at,
            )

    def _stop(self, at: datetime) -> None:
        by = self.world.actor(self.world.people[OFFICER], at)
        drills.stop(self.world.session, self._activity, by=by, now=at)

    def _evaluate(self, at: datetime) -> None:
        story, world = self.story, self.world
        by = world.actor(world.people[OFFICER], at)
        details = {
            "suitable": "all",
            "sufficient": "basic" if story.problems else "full",
            "problems": story.problems,
            "improvements": story.improvements,
        }
        services.evaluate(
            world.session,
            self._activity,
            evaluation=story.evaluation,
            details=details,
            by=by,
            now=at,
        )
        if story.issue is None:
            return
        found = Issue(
            description=story.issue.words,
            category=story.issue.item,
            level=Level(story.issue.extras["level"]),
            space_id=world.campus.spaces[story.issue.building, story.issue.space].id,
        )
        hazard = services.add_issue(world.session, self._activity, found, by=by, now=at)
        self.lives.begin(story.issue, hazard.id, at)

    def _archive(self, at: datetime) -> None:
        by = self.world.actor(self.world.people[OFFICER], at)
        services.archive(self.world.session, self._activity, by=by, now=at)

"""The sample school's self-assessments: every quarter of the school year that has ended is scored,
signed and filed, two of its unmet items become hazards; that of the running quarter has begun."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from unitsafe import clock
from unitsafe.assessments import queries, services
from unitsafe.assessments.models import Assessment
from unitsafe.assessments.quarters import Quarter, quarter_of
from unitsafe.assessments.rules import Step
from unitsafe.assessments.sheet import Part, Sheet
from unitsafe.core.domain import Actor
from unitsafe.files import services as files
from unitsafe.files.models import StoredFile
from unitsafe.letters.rules import How
from unitsafe.sample.hazard_table import Story
from unitsafe.sample.lives import DIRECTOR, HEAD, MANAGER, OFFICER, Lives
from unitsafe.sample.maintenance import sheet as page_of
from unitsafe.sample.world import World

TEAM = (DIRECTOR, "韩雪梅", "林晓岚")
"""Who joins the officer."""
DEPARTMENTS = (("彭德胜", "总务处"), ("范雨桐", "教务处"))


@dataclass(frozen=True)
class Look:
    """What somebody of the team scored by looking: ``less`` points below the most."""

    item: str
    part: int
    by: str
    note: str
    less: Decimal = Decimal(0)
    file: str = ""


LOOKS = (
    Look("c1_18", 1, DIRECTOR, "主机无长期故障和屏蔽，水泵、风机在自动位，抽2处消火栓有水"),
    Look("c3_01", 1, "韩雪梅", "从顶层走到室外，综合楼中央楼梯二层防火门闭门器松，关不严",
         Decimal("0.5"), "综合楼楼梯间逐门推试记录.pdf"),
    Look("c3_04", 1, "韩雪梅", "教室、宿舍外窗都能从里面打开，限位器完好"),
    Look("c2_10", 2, OFFICER, "触发四层一个探测器，值班员两分钟内确认、广播，报警用语完整"),
    Look("c4_10", 1, "林晓岚", "教学楼A一层宣传栏，本学期开学后换过内容"),
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """Points other than the ledgers suggest, by ``step``."""

    item: str
    part: int
    step: Decimal
    by: str
    note: str


CHANGES = (
    Change("c1_17", 1, Decimal("-0.5"), DIRECTOR, "现场抽10具灭火器，2具的位置和台账对不上"),
    Change("c2_03", 1, Decimal("0.5"), OFFICER, "开学第一天的排班在纸上，值班表已附进档案"),
    Change("c3_07", 1, Decimal("-0.5"), "韩雪梅", "两间专用教室的疏散图还是旧的集合点"),
    Change("c2_01", 1, Decimal("-0.5"), DIRECTOR, "一名队员长期外借，实际到岗少1人"),
)
"""Tried in this order until CHANGED of them change something."""
CHANGED, MADE = 2, 2
"""Scores that differ from the ledgers; hazards made of unmet items."""
FIX = Story(
    "assessment", "management", "综合楼", "行政办公室", "", "", "redispatched", None,
    "按自评发现的问题补齐，下次自评回头看。", {"due": "20", "to": DIRECTOR},
)  # fmt: skip
"""How those hazards go on."""
BEGUN, LOOKED = 6, 3
"""Days ago on which the running quarter's was opened, and two things looked at."""
RECEIPT = "青教安备〔{year}〕{number}7号"


def plan(world: World, seed: int) -> None:
    """Put the steps of each quarter on the timeline, as far as they lie before now."""
    running = quarter_of(world.setting.today)
    one = quarter_of(world.setting.first)
    lives = Lives(replace(world, rng=Random(seed + 13)))
    while one < running:
        _whole(world, lives, one)
        one = one.after
    _at(world, world.setting.today - timedelta(days=BEGUN), time(15, 10), _open, running)
    _at(world, world.setting.today - timedelta(days=LOOKED), time(16, 5), _look, running, LOOKS[2:])


def _whole(world: World, lives: Lives, quarter: Quarter) -> None:
    """Four working days after the end of the quarter."""
    days = _working_days(world, quarter.after.first)
    _at(world, days[0], time(10, 10), _open, quarter)
    _at(world, days[0], time(15, 20), _look, quarter, LOOKS)
    _at(world, days[0], time(16, 40), _change, quarter)
    for number, (name, department) in enumerate(DEPARTMENTS):
        minute = 30 + 8 * number
        _at(world, days[1], time(9, minute), _sign, quarter, Step.DEPARTMENT, name, department)
    _at(world, days[1], time(16, 30), _sign, quarter, Step.REVIEW, MANAGER)
    _at(world, days[2], time(10, 5), _sign, quarter, Step.SIGN, HEAD)
    _at(world, days[2], time(10, 40), _make_hazards, quarter, lives)
    _at(world, days[3], time(14, 20), _file, quarter)


def _working_days(world: World, day: date) -> list[date]:
    found: list[date] = []
    while len(found) < 4:
        if world.is_taught(day):
            found.append(day)
        day += timedelta(days=1)
    return found


def _at(world: World, day: date, wall: time, act: Callable[..., None], *given: object) -> None:
    moment = clock.at(day, wall)
    if clock.at(world.setting.first) < moment < world.now:
        world.timeline.at(moment, lambda at: act(world, *given, at=at))


@contextmanager
def _table(world: World, quarter: Quarter, at: datetime) -> Iterator[tuple[Assessment, Sheet]]:
    """The assessment of a quarter and its table, between the bulk rows."""
    with world.journal.directly() as session:
        found = queries.locked(session, quarter)
        yield found, queries.sheet(session, quarter, found, clock.local(at).date())


def _who(world: World, name: str, at: datetime) -> Actor:
    return world.actor(world.people[name], at)


def _open(world: World, quarter: Quarter, *, at: datetime) -> None:
    by, today = _who(world, OFFICER, at), clock.local(at).date()
    if quarter_of(today) < quarter:
        return  # it had not begun that many days ago
    with world.journal.directly() as session:
        found = services.open_quarter(session, str(quarter), today, by=by, now=at)
        for name in TEAM:
            services.join(session, found, world.people[name], by=by, now=at)


def _look(world: World, quarter: Quarter, looks: Sequence[Look], *, at: datetime) -> None:
    """Score what people see; once all of it is scored, say that no veto of the school holds."""
    if queries.assessment(world.session, quarter) is None:
        return  # early in the quarter it has not been opened yet
    with _table(world, quarter, at) as (found, sheet):
        for one in looks:
            part = _part(sheet, one)
            if part is None or not part.applies:
                continue
            by = _who(world, one.by, at)
            kept = [_attach(world, one.file, by, at)] if one.file else []
            _score(world, found, sheet, one, part.most - one.less, kept, at)
        if looks is LOOKS:
            for veto in sheet.unsaid:
                services.mark_veto(
                    world.session,
                    found,
                    veto,
                    holds=False,
                    note="",
                    seen=0,
                    by=_who(world, DIRECTOR, at),
                    now=at,
                )


def _change(world: World, quarter: Quarter, *, at: datetime) -> None:
    changed = 0
    with _table(world, quarter, at) as (found, sheet):
        for one in CHANGES:
            part = _part(sheet, one)
            if part is None or part.suggested is None or changed == CHANGED:
                continue
            points = max(Decimal(0), min(part.suggested + one.step, part.most))
            if points != part.suggested:
                _score(world, found, sheet, one, points, [], at)
                changed += 1


def _part(sheet: Sheet, one: Look | Change) -> Part | None:
    item = sheet.item(one.item)
    return item.part(one.part) if item else None


def _score(
    world: World,
    found: Assessment,
    sheet: Sheet,
    one: Look | Change,
    points: Decimal,
    kept: list[StoredFile],
    at: datetime,
) -> None:
    item = sheet.item(one.item)
    if item is None:
        raise LookupError(one.item)
    services.score(
        world.session,
        found,
        item,
        one.part,
        points,
        note=one.note,
        files=kept,
        seen=0,
        by=_who(world, one.by, at),
        now=at,
    )


def _attach(world: World, name: str, by: Actor, at: datetime) -> StoredFile:
    kept = files.keep_file(io.BytesIO(page_of(f"doors {at:%Y-%m-%d}")), name, most_mib=1)
    return files.add_file(world.session, kept, by=by, now=at)


def _sign(
    world: World, quarter: Quarter, step: Step, name: str, department: str = "", *, at: datetime
) -> None:
    by, today = _who(world, name, at), clock.local(at).date()
    with _table(world, quarter, at) as (found, sheet):
        services.sign(
            world.session,
            found,
            sheet,
            step,
            seen=sheet.mark,
            how=How.SCREEN,
            department=department,
            typed_name=name,
            done_on=today,
            today=today,
            by=by,
            now=at,
        )


def _make_hazards(world: World, quarter: Quarter, lives: Lives, *, at: datetime) -> None:
    """Two of the unmet items, the ones that miss most."""
    with _table(world, quarter, at) as (found, sheet):
        worst = sorted(sheet.unmet, key=lambda item: item.got - item.of)[:MADE]
        by = _who(world, OFFICER, at)
        made = [
            hazard
            for item in worst
            for hazard in services.make_hazards(
                world.session, found, sheet, item.key, by=by, now=at
            )
        ]
    for hazard in made:
        lives.begin(FIX, hazard.id, at)


def _file(world: World, quarter: Quarter, *, at: datetime) -> None:
    today = clock.local(at).date()
    with _table(world, quarter, at) as (found, _sheet):
        services.file(
            world.session,
            found,
            done_on=today,
            receipt=RECEIPT.format(year=today.year, number=quarter.number),
            scan=None,
            today=today,
            by=_who(world, OFFICER, at),
            now=at,
        )

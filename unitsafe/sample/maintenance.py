"""The sample school's contractor: a visit a month with readings, reports, a contract, and what there
should be of some kinds."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.domain import Actor
from unitsafe.equipment.models import Equipment
from unitsafe.files import services as files
from unitsafe.hazards.rules import Level
from unitsafe.maintenance import queries, services
from unitsafe.maintenance.models import Maintenance, MaintenanceFinding
from unitsafe.maintenance.rules import MICRO, Kind, Result
from unitsafe.maintenance.services import ContractFacts, Facts, Found
from unitsafe.sample.hazard_table import Story
from unitsafe.sample.lives import OFFICER, Lives
from unitsafe.sample.setting import Setting
from unitsafe.sample.timeline import Act
from unitsafe.sample.world import World

COMPANY, AGENCY = "宁海安居消防维保公司", "青溪建筑消防检测所"
MEN = "贺立、江远"
SYSTEMS = ("auto", "water", "evac")
WORK = "报警主机自检、主备电切换，抽试探测器；消防泵手动启停，试验消火栓测压；抽查应急照明。"
READINGS = {
    ("fire_pump", 0): ("outlet_pressure", (62, 61, 63, 62, 62, 60, 61, 62, 61)),
    ("indoor_hydrant", 0): ("static_pressure", (34, 33, 34, 33, 33, 34, 33, 32, 33)),
    ("indoor_hydrant", 1): ("static_pressure", (28, 28, 27, 27, 28, 26, 27, 28, 27)),
    ("indoor_hydrant", 2): ("static_pressure", (12, 11, 11, 10, 9, 8, 8, 7, 6)),
}
"""By kind and which of them: what is read, and hundredths in turn; the last one is lost slowly."""
EVERY_DAYS = 14
REPORT_NO = "JC-%s-0311"
VISIT_STORY = Story(
    "report", "fire_facility", "综合楼", "三层走道", "维保抽试时一只感烟探测器没有报警。",
    "", "closed", None, "维保单位更换探测器，复测正常。", {"level": "normal"},
)  # fmt: skip
TEST_STORY = Story(
    "report", "fire_facility", "食堂体育馆及室外", "消防水泵房", "稳压泵启停压力表指针不回零。",
    "", "closed", None, "更换压力表并校准。", {"level": "normal"},
)  # fmt: skip
MORE = {("教学楼A", "ext_powder"): 2, ("综合楼", "fire_alarm"): 0, (MICRO, "escape_mask"): 2}
"""Kinds whose number was looked up, and how many more than there are the design asks for."""


def build(setting: Setting, by: Actor) -> None:
    """What was entered before term: the contract, earlier reports, what there should be."""
    session, first = setting.session, setting.first
    contract = ContractFacts(COMPANY, date(first.year, 1, 1), date(first.year, 12, 31), "贺立")
    services.save_contract(session, None, contract, by=by, now=setting.tick())
    earlier = (
        (Kind.GAS_TEST, "青溪燃气公司", date(first.year - 1, 12, 18), ("kitchen",)),
        (Kind.LIGHTNING_TEST, "青溪防雷中心", date(first.year - 1, 8, 20), ("elec",)),
    )
    for kind, company, done_on, systems in earlier:
        facts = Facts(kind, company, done_on, systems=systems, result=Result.PASSED)
        one = services.record(session, facts, (), by=by, now=setting.tick())
        services.sign(session, one, by=by, now=setting.tick())
    _ask_for_more(session, by, setting)


def _ask_for_more(session: Session, by: Actor, setting: Setting) -> None:
    there = {(one.place_name, one.kind): one for one in queries.targets(session, MICRO)}
    for key, more in MORE.items():
        target = there[key]
        kept = {k: row.number for k, row in queries.target_rows(session, target.place).items()}
        services.set_targets(
            session,
            target.place,
            {target.kind: target.have + more},
            seen=services.fingerprint(kept),
            by=by,
            now=setting.tick(),
        )


def plan(world: World, seed: int) -> None:
    """Put visits, reports and readings on the timeline; the chances are their own."""
    contractor = _Contractor(world, seed)
    for number, day in enumerate(_months(world)):
        contractor.visit(day, is_last=day.month == world.setting.today.month, number=number)
    first = world.setting.first
    contractor.test(_taught(world, first + timedelta(days=17)))
    contractor.clean(_taught(world, first + timedelta(days=3)))
    day = first + timedelta(days=4)
    while day < world.setting.today:
        contractor.read(_taught(world, day))
        day += timedelta(days=EVERY_DAYS)


def _months(world: World) -> Iterator[date]:
    """A day of each month of the school year in which there is school, up to now."""
    first = world.setting.first
    for number in range(12):
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        day = _taught(world, date(year, month + 1, 8))
        if day >= world.setting.today:
            return
        if day.month == month + 1:
            yield day


def _taught(world: World, day: date) -> date:
    while not world.is_taught(day):
        day += timedelta(days=1)
    return day


class _Contractor:
    """What the people from outside do, written down by the officer."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self._lives = Lives(replace(world, rng=Random(seed + 2)))
        self._read = 0

    def visit(self, day: date, *, is_last: bool, number: int) -> None:
        """维保, with a finding in the second month; this month's is not signed yet."""

        def act(at: datetime) -> None:
            story = VISIT_STORY if number == 1 else None
            facts = Facts(Kind.MAINTENANCE, COMPANY, day, MEN, SYSTEMS, WORK)
            one = self._record(facts, story, at, name=f"维保单{day:%Y%m}.pdf")
            self._readings(at, during=one)
            if not is_last:
                with self.world.journal.directly() as session:
                    services.sign(session, one, by=self._by(at), now=at)

        self._at(day, time(10, 40), act)

    def test(self, day: date) -> None:
        """年度检测, with a finding that is fixed."""

        def act(at: datetime) -> None:
            facts = Facts(
                Kind.ANNUAL_TEST,
                AGENCY,
                day,
                "池明",
                SYSTEMS,
                "全部探测器、联动、消火栓出水和水泵流量。",
                REPORT_NO % day.year,
                Result.PROBLEMS,
            )
            one = self._record(facts, TEST_STORY, at, name=f"年度检测报告{day.year}.pdf")
            with self.world.journal.directly() as session:
                services.sign(session, one, by=self._by(at), now=at)

        self._at(day, time(16, 5), act)

    def clean(self, day: date) -> None:
        """烟道清洗."""

        def act(at: datetime) -> None:
            facts = Facts(Kind.FLUE_CLEANING, "洁亮清洗公司", day, systems=("kitchen",))
            self._record(facts, None, at, name="清洗单.pdf")

        self._at(day, time(17, 20), act)

    def read(self, day: date) -> None:
        """The officer reads the gauges."""
        self._at(day, time(9, 5), self._readings)

    def _at(self, day: date, wall: time, act: Act) -> None:
        moment = clock.at(day, wall)
        if moment < self.world.now:
            self.world.timeline.at(moment, act)

    def _by(self, at: datetime) -> Actor:
        return self.world.actor(self.world.people[OFFICER], at)

    def _record(self, facts: Facts, story: Story | None, at: datetime, *, name: str) -> Maintenance:
        found = [self._found(story)] if story else []
        by = self._by(at)
        with self.world.journal.directly() as session:
            kept = files.keep_file(
                io.BytesIO(sheet(f"{facts.kind} {facts.done_on}")), name, most_mib=1
            )
            file = files.add_file(session, kept, by=by, now=at)
            one = services.record(session, facts, found, file_ids=[file.id], by=by, now=at)
            hazard_id = session.scalar(
                sa.select(MaintenanceFinding.hazard_id).where(
                    MaintenanceFinding.maintenance_id == one.id
                )
            )
        if story and hazard_id:
            self._lives.begin(story, hazard_id, at)
        return one

    def _found(self, story: Story) -> Found:
        space = self.world.campus.spaces[story.building, story.space]
        return Found(story.words, story.item, Level(story.extras["level"]), space.id)

    def _readings(self, at: datetime, during: Maintenance | None = None) -> None:
        with self.world.journal.directly() as session:
            for (kind, place), (what, hundredths) in READINGS.items():
                pieces = sa.select(Equipment).where(Equipment.kind == kind)
                piece = session.scalars(pieces.order_by(Equipment.id).offset(place)).first()
                if piece is None:
                    continue
                value = hundredths[min(self._read, len(hundredths) - 1)]
                services.add_reading(
                    session,
                    piece,
                    what=what,
                    value=Decimal(value) / 100,
                    measured_at=at - timedelta(minutes=25),
                    read_by=MEN.partition("、")[0] if during else "",
                    during=during,
                    by=self._by(at),
                    now=at,
                )
        self._read += 1


def sheet(words: str) -> bytes:
    """A PDF of one page with a line of ASCII on it, for files that only have to be there."""
    text = f"BT /F1 18 Tf 60 760 Td ({words}) Tj ET".encode("ascii")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(text), text),
    )
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj%b endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 5\n0000000000 65535 f \n" + table + end

"""A small school's September, its figures, points, total and grade worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from unitsafe.assessments import services as assessments
from unitsafe.checks import services as checks
from unitsafe.documents.rules import Kind as DocumentKind
from unitsafe.documents.rules import Topic
from unitsafe.equipment.rules import Life
from unitsafe.equipment.rules import Result as Inspected
from unitsafe.hazards.rules import Level, State
from unitsafe.micro_station.rules import Role as StationRole

PATROLS = (2, 3, 4, 7, 8, 9, 10, 11, 14, 15)
"""Days of September on which checks were planned; on the last nobody walked."""
AFTER = "2026-10-08T09:00"


@pytest.fixture
def september(make, session, now):
    """A day school without fixed systems: one building of three floors, two grids, six people."""
    now.set("2026-09-01T10:00")
    make.school(has_boarding=False, is_key_unit=False)
    people = {
        role: make.someone(role)
        for role in ("principal", "manager", "director", "officer", "teacher", "leader")
    }
    second = make.grid("二层")
    make.assign(people["leader"], second)
    _papers(make)
    _equipment(make, session)
    _station_and_guides(make, people)
    for person in ("principal", "manager", "director", "officer", "leader"):
        make.signed_letter(people[person])
    _patrols(make, session, now, people)
    _hazards(make, session, now)
    now.set("2026-09-21T09:00")
    tip = make.tip()
    now.set("2026-09-24T09:00")
    make.answered_tip(tip, people["officer"])
    now.set(AFTER)
    return people


def _papers(make):
    make.document(
        None,
        DocumentKind.APPOINTMENT,
        title="任命文件",
        topics=[Topic.RESPONSIBLE_PERSON, Topic.FIRE_MANAGER, Topic.FIRE_STAFF],
    )
    make.document(Topic.PATROL)
    make.emergency_plan()


def _equipment(make, session):
    """90 of 100 lights and 49 of 50 signs passed; one of 60 extinguishers is past its end."""
    for kind, fine, wrong in (("emergency_light", 90, 10), ("exit_sign", 49, 1)):
        for quantity, result in ((fine, Inspected.OK), (wrong, Inspected.FAIL)):
            piece = make.equipment(kind=kind, name=kind, quantity=quantity)
            piece.last_result = result  # as its inspection leaves it
    make.equipment(quantity=59, life=Life(date(2026, 3, 1)))
    make.equipment(quantity=1, life=Life(date(2010, 3, 1)))
    session.commit()


def _station_and_guides(make, people):
    for person in ("officer", "teacher", "leader", "director"):
        role = StationRole.LEADER if person == "officer" else StationRole.MEMBER
        make.station_member(people[person], role)
    make.kit_item("灭火毯", expected=50, present=49)
    for floor in (1, 2, 3):
        make.guide(people["teacher"], floor)
    make.pupil(people["teacher"], people["leader"])
    make.pupil(people["teacher"])


def _patrols(make, session, now, people):
    for day in PATROLS:
        now.set(f"2026-09-{day:02}T08:00")
        patrol = make.patrol()
        if day == PATROLS[-1]:
            continue
        make.submitted(patrol, people["officer"])
        now.set(f"2026-09-{day:02}T17:00")
        checks.countersign(
            session, patrol, note="", by=make.actor(people["manager"]), now=make.now()
        )
        session.commit()
    now.set(f"2026-09-{PATROLS[-1]}T14:00")
    monthly = next(one for one in make.day() if one.checklist_key == "monthly_facility")
    make.submitted(monthly, people["officer"])


def _hazards(make, session, now):
    """Ten in the same corridor: eight serious and one normal are closed at once, one stays."""
    now.set("2026-09-08T09:00")
    for _ in range(8):
        make.hazard(State.CLOSED, level=Level.SERIOUS)
    make.hazard(State.CLOSED)
    make.hazard()


ITEMS = {
    # 检查消除火灾隐患能力
    "c1_01": ("1", "2", "3/4"),  # no paper names the head of the department
    "c1_02": ("2", "2", "4/4"),  # two grids of two rooms each, both with a member
    "c1_03": ("0", "1", "5/6"),  # the teacher has not signed: 83%
    "c1_04": ("0", "1", "1/11"),  # 13 less those of fixed systems and of a control room
    "c1_05": ("0", "1", "0"),
    "c1_06": ("0", "0", "0/0"),  # no key area: leaves the denominator
    "c1_07": ("1", "3", "9/10"),  # 90% exactly
    "c1_08": ("2", "2", "9/9"),
    "c1_09": ("0", "2", "0"),
    "c1_10": ("0", "0", "0/0"),  # a day school
    "c1_11": ("0", "0", "0/0"),  # none fell due
    "c1_12": ("1", "1", "0/10"),  # nine patrols and a monthly check, all entered on the day
    "c1_13": ("1", "2", "9/10"),  # the open one has neither measure nor photo
    "c1_14": ("2", "3", "9/10"),
    "c1_15": ("1.5", "2", "1"),  # half a point off
    "c1_16": ("0.5", "2", "0/1 8/9"),  # nothing for the open one; 88.9% signed by the manager
    "c1_17": ("0", "1", "4/6"),  # of the extinguishers the filling is not written down
    "c1_18": ("2", "2", ""),  # looked at
    "c1_19": ("0.5", "1", "1"),  # 1 of 60 is 1.67%
    "c1_20": ("1", "1", "1/1"),
    "c1_21": ("0", "0", "- -"),  # no fixed systems
    # 组织扑救初起火灾能力
    "c2_01": ("1", "2", "4"),
    "c2_02": ("2", "2", "49/50"),  # 98% exactly
    "c2_03": ("0", "1", "0/22"),  # 22 teaching days, the 20th made up for the 25th
    "c2_04": ("0", "2", "0"),
    "c2_05": ("0", "3", "0/9"),
    "c2_06": ("0", "2", "-"),  # no muster: the worst
    "c2_07": ("0", "2", "-"),
    "c2_08": ("0", "2", "-"),
    "c2_09": ("0", "1", "-"),
    "c2_10": ("0", "0", "0/0"),  # no control room: the look at it does not apply either
    "c2_11": ("0", "0", "0/0"),  # no hydrants
    # 组织引导人员疏散逃生能力
    "c3_01": ("2.5", "4", "1"),  # half a point off by looking; one corridor ten times: its point
    "c3_02": ("1", "2", "90/100"),
    "c3_03": ("2", "2", "49/50"),
    "c3_04": ("2", "2", ""),
    "c3_05": ("1", "1", "0"),
    "c3_06": ("2", "2", "3/3"),
    "c3_07": ("0", "2", "0/2"),  # two classrooms
    "c3_08": ("0", "1", "1/2"),
    "c3_09": ("1", "1", "1/1"),
    "c3_10": ("1.5", "3", "0"),  # one was due in September: one short
    "c3_11": ("0", "1", "0"),
    "c3_12": ("0", "1", "0/0"),
    "c3_13": ("0", "1", "0/0"),
    "c3_14": ("1", "1", "0/0"),  # nothing found: full
    "c3_15": ("0", "0", "0"),  # a day school
    # 消防宣传教育培训能力
    "c4_01": ("0", "2", "0/6"),
    "c4_02": ("2", "2", "0/0"),  # nobody began later than the school's first day: full
    "c4_03": ("0", "2", "0/4"),
    "c4_04": ("0", "1", "0/0"),
    "c4_05": ("0", "0", "0/0"),  # no keepers, cooks, guards
    "c4_06": ("0", "2", "0"),
    "c4_07": ("0", "1", "0"),
    "c4_08": ("0", "2", "-"),
    "c4_09": ("0", "0", "0/0"),  # no letter sent: leaves the denominator
    "c4_10": ("3", "3", "2/2"),  # a point by looking, two for signs and labels
    "c4_11": ("0", "2", "-"),
    "c4_12": ("1", "1", "1/1"),  # answered after three days
}
"""Points got, points that apply, the figures (- for nothing measured)."""
SUMS = {
    "cap1": ("15.5", "29"),  # 35 less 1 + 2 + 1 + 2
    "cap2": ("3", "17"),  # 20 less 2 + 1
    "cap3": ("14", "24"),  # 25 less 1
    "cap4": ("6", "18"),  # 20 less 1 + 1
}
TOTAL = "43.8"
"""38.5 of 88 is 43.75 of a hundred: the half is rounded up."""
LOOKED = {"c1_18": "2", "c3_01": "2.5", "c3_04": "2", "c4_10": "1"}


def test_the_september_of_a_small_school_is_scored_as_by_hand(make, session, september):
    found = make.assessment()
    for key, points in LOOKED.items():
        assessments.score(
            session,
            found,
            make.sheet(found).item(key),
            1,
            Decimal(points),
            note="现场看过",
            files=[],
            seen=0,
            by=make.actor(september["teacher"]),
            now=make.now(),
        )
    session.commit()
    sheet = make.sheet(found)
    got = {
        item.key: (item.got, item.of, " ".join(map(_told, filter(_is_metric, item.parts))))
        for item in sheet.items()
    }
    expected = {key: (Decimal(a), Decimal(b), text) for key, (a, b, text) in ITEMS.items()}
    assert got == expected
    sums = {one.key: (one.got, one.of) for one in sheet.capabilities}
    assert sums == {key: (Decimal(a), Decimal(b)) for key, (a, b) in SUMS.items()}
    assert (sheet.got, sheet.of) == (Decimal("38.5"), Decimal(88))
    assert (sheet.total, sheet.grade, sheet.holding) == (Decimal(TOTAL), "不合格", [])
    assert sheet.unanswered == []


def _is_metric(part):
    return part.type == "metric"


def _told(part):
    if part.amount is None:
        return "-"
    return f"{part.amount}/{part.whole}" if part.whole is not None else f"{part.amount}"

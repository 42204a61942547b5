"""Lists of buildings and rooms."""

import pytest
import sqlalchemy as sa

from unitsafe.grids.queries import grid_of_space
from unitsafe.imports.lines import Outcome
from unitsafe.imports.models import What
from unitsafe.imports.words import space_kind_of_name
from unitsafe.places.models import Building, BuildingUse, Space
from unitsafe.sample.places import BUILDINGS, rooms

from .test_reading import DATA

HEADS = "楼栋,楼层,部位,种类,重点部位,网格\n"


def test_an_ugly_list_becomes_buildings_and_rooms(make, session, plan):
    make.school()
    made = plan(What.SPACES, (DATA / "rooms.xlsx").read_bytes())
    assert [line.outcome for line in made.lines] == [Outcome.NEW] * 6
    values = {line.number: line.values for line in made.lines}
    assert (values[6]["building"], values[6]["floor"], values[6]["kind"]) == (
        "教学楼A",
        1,
        "classroom",
    )
    assert (values[7]["kind"], values[8]["kind"]) == ("corridor", "stairwell")
    assert (values[12]["kind"], values[12]["is_key_area"]) == ("kitchen", True)
    assert (values[13]["building"], values[13]["floor"]) == ("食堂", -1)  # 同上
    assert made.more == ["新楼栋 教学楼A：教学，2层，4个部位", "新楼栋 食堂：食堂，1层，2个部位"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",2,201教室,,,", "没有填楼栋"),
        ("实验楼,2,,,,", "没有填部位名称"),
        ("旧楼,1,101教室,,,", "已停用"),
        ("实验楼,顶层,201教室,,,", "看不懂这个楼层"),
        ("实验楼,99,201教室,,,", "楼层要在-5到60之间"),
        ("实验楼,1,甲乙丙,,,", "看不出种类"),
        ("实验楼,1,甲乙丙,普通叫室,,", "看不懂这个种类"),
        ("实验楼,1,201教室,,也许,", "是”或“否"),
        ("实验楼,1,201教室,,,五层", "没有这个网格"),
        ("实验楼,1,201教室,,,01-01", "上级网格"),
        ("实验楼,1," + "长" * 61 + "教室,,,", "最多60个字"),
    ],
)
def test_a_row_with_a_problem_says_what_to_do(make, plan, said, session, row, words):
    make.grid()
    make.building("旧楼").is_active = False
    session.commit()
    (line,) = plan(What.SPACES, HEADS + row).lines
    assert line.outcome is Outcome.PROBLEM
    assert words in said(line)


def test_rows_that_repeat_one_another_or_the_school_are_told_apart(make, plan, said):
    make.grid()
    lines = plan(
        What.SPACES,
        HEADS
        + "教学楼,1,一层教室,,,\n新楼,1,101 教室,,,\n新楼,1,１０１教室,,,\n教学楼,2,一层走道,,,\n",
    ).lines
    outcomes = [line.outcome for line in lines]
    assert outcomes == [Outcome.SAME, Outcome.NEW, Outcome.PROBLEM, Outcome.SAME]
    assert "第3行重复" in said(lines[2])
    assert "已有的不会改" in said(lines[3])


def test_a_room_that_is_in_no_grid_is_put_into_one(make, session, plan, app, now):
    grid, room = make.grid(), make.space(name="空教室")
    (line,) = plan(What.SPACES, HEADS + f"教学楼,,空教室,,,{grid.code}\n").lines
    assert line.outcome is Outcome.FILL
    make.imported(make.someone("officer"), HEADS + "教学楼,,空教室,,,一层\n")
    assert grid_of_space(session, room.id, now().date()) == grid.id
    (line,) = plan(What.SPACES, HEADS + "教学楼,,空教室,,,一层\n").lines
    assert line.outcome is Outcome.SAME


def test_what_was_imported_stands_in_the_school(make, session):
    officer = make.someone("officer")
    run = make.imported(officer, HEADS + "宿舍2号楼,1,101室,,,\n宿舍2号楼,3,走廊,,是,\n")
    building = session.scalars(sa.select(Building).where(Building.name == "宿舍2号楼")).one()
    assert (building.use, building.floors) == (BuildingUse.DORM, 3)
    rows = session.scalars(sa.select(Space).where(Space.building_id == building.id)).all()
    assert {(one.name, one.kind, one.floor, one.is_key_area) for one in rows} == {
        ("101室", "dorm_room", 1, False),
        ("走廊", "corridor", 3, True),
    }
    assert len({one.plate for one in rows}) == 2
    assert run.counts["new"] == 2


def test_the_kind_of_every_room_of_the_sample_school_is_seen_from_its_name():
    uses = {name: use for name, use, _floors in BUILDINGS}
    for room in rooms():
        assert space_kind_of_name(room.name, uses[room.building]) == room.kind, room.name

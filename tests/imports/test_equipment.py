"""Lists of fire equipment."""

from datetime import date

import pytest
import sqlalchemy as sa

from unitsafe.equipment.models import Equipment
from unitsafe.equipment.rules import Life, State
from unitsafe.imports.lines import Outcome
from unitsafe.imports.models import What

from .test_reading import DATA

HEADS = "编号,名称,型号规格,楼栋,部位,数量,出厂日期,上次维修日期,状态\n"


@pytest.fixture
def room(make):
    return make.space(make.building("教学楼A"), "101教室")


def test_an_ugly_register_is_understood(room, plan, said):
    lines = plan(What.EQUIPMENT, (DATA / "equipment.xlsx").read_bytes()).lines
    first, second = lines[0].values, lines[1].values
    assert (first["kind"], first["quantity"], first["space"].id) == ("ext_powder", 2, room.id)
    assert (first["made_on"], first["in_use_on"]) == (date(2024, 9, 1), date(2024, 10, 8))
    assert (second["kind"], second["space"].id) == ("ext_co2", room.id)  # by model; 教学楼A101教室
    assert second["in_use_on"] == date(2023, 5, 4)
    assert "哪一种灭火器" in said(lines[2])
    assert "没有这个部位" in said(lines[3]) and "看不懂这个日期" in said(lines[3])
    assert "和第4行重复" in said(lines[4]) and lines[4].values["state"] is State.FAULTY
    assert all(words in said(lines[5]) for words in ("没有这栋楼", "数量要是", "看不懂这个状态"))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",干粉灭火器,,教学楼A,101教室,1,,,", "没有填编号"),
        ("A1,,,教学楼A,101教室,1,,,", "没有填名称"),
        ("A1,水桶,,教学楼A,101教室,1,,,", "没有这个种类"),
        ("A1,干粉灭火器,,教学楼A,,1,,,", "没有填部位"),
        ("A1,干粉灭火器,,,101教室,1,,,", "看不出在哪栋楼"),
        ("A1,干粉灭火器,,,教学楼A,1,,,", "只写了楼名"),
        ("A1,干粉灭火器,,教学楼A,102教室,1,,,", "相近的有：101教室"),
        ("A1,干粉灭火器,,教学楼A,101教室,1,2030-01,,", "在今天之后"),
        ("A1,干粉灭火器,,教学楼A,101教室,1,2020-01,2019-01,", "早于出厂日期"),
        ("MH-1,灭火毯,,教学楼A,101教室,1,,,", "编号不能重复使用"),
    ],
)
def test_a_row_with_a_problem_says_what_to_do(room, make, plan, said, row, words):
    make.equipment(room, "MH-1")
    (line,) = plan(What.EQUIPMENT, HEADS + row).lines
    assert line.outcome is Outcome.PROBLEM
    assert words in said(line)


def test_january_that_may_be_october_is_to_be_looked_at(room, plan, said):
    (line,) = plan(What.EQUIPMENT, HEADS + "A1,干粉灭火器,,教学楼A,101教室,1,2024.1,,").lines
    assert line.outcome is Outcome.NEW and "如果是10月" in said(line)


def test_blanks_of_a_piece_are_filled_and_nothing_is_overwritten(room, make, session):
    there = make.equipment(room, "MH-1", model="MFZ/ABC4")
    text = HEADS + "mh-1,干粉灭火器,MFZ/ABC5,教学楼A,101教室,3,2024-09,,报废\n"
    run = make.imported(make.someone("officer"), text, What.EQUIPMENT)
    session.refresh(there)
    assert (run.counts["fill"], there.model, there.quantity) == (1, "MFZ/ABC4", 1)
    assert (there.made_on, there.state) == (date(2024, 9, 1), State.IN_USE)


def test_what_was_imported_stands_in_the_register(room, make, session):
    text = HEADS + "A-1,干粉灭火器,MFZ/ABC4,教学楼A,101教室,2,2024-09,,停用\n"
    make.imported(make.someone("officer"), text, What.EQUIPMENT)
    piece = session.scalars(sa.select(Equipment)).one()
    assert (piece.number, piece.state, piece.space_id) == ("A-1", State.STOPPED, room.id)
    assert piece.life == Life(date(2024, 9, 1))

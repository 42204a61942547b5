"""The register as a workbook, on paper, and its labels."""

import io
from datetime import date

import pytest
import python_calamine

from unitsafe.equipment.rules import Life


@pytest.fixture
def officer(make, browser):
    return browser(make.someone("officer"))


def test_the_workbook_holds_what_the_filters_leave(officer, make):
    member = make.someone("teacher")
    make.equipment(
        number="MH-1",
        life=Life(date(2024, 3, 1)),
        made_month_only=True,
        facts={"灭火剂": "ABC干粉"},
        model="=1+1",
    )
    make.equipment(number="XS-1", kind="indoor_hydrant", name="室内消火栓")
    answer = officer.get("/equipment.xlsx?kind=ext_powder")
    book = python_calamine.load_workbook(io.BytesIO(answer.response.data))
    heads, *rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == 1
    line = dict(zip(heads, rows[0], strict=True))
    assert (line["编号"], line["型号规格"], line["出厂日期"]) == ("MH-1", "=1+1", "2024年3月")
    assert line["下次送修"] == date(2029, 3, 1)
    assert (line["责任人"], line["其他登记内容"]) == (member.name, "灭火剂：ABC干粉")


def test_ledger_and_labels_are_printed(officer, make):
    piece = make.equipment(number="MH-1", life=Life(date(2024, 3, 1)))
    for path in (
        "/equipment.pdf",
        "/equipment/labels.pdf",
        f"/equipment/labels.pdf?piece={piece.id}",
    ):
        answer = officer.get(path)
        assert answer.status == 200 and answer.response.data.startswith(b"%PDF")
    assert officer.get("/equipment/labels.pdf?q=没有").status == 404

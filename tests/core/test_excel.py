"""Workbooks: what Excel reads from them."""

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from unitsafe import clock
from unitsafe.core import excel
from unitsafe.core.domain import RuleError
from unitsafe.core.excel import LONGEST_TEXT, Column, workbook


def read(file):
    with file:
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
    return book.get_sheet_by_index(0).to_python()


def test_the_first_row_is_the_headers_and_dates_are_dates():
    moment = clock.parse("2026-11-03T07:46")
    book = workbook(
        "隐患",
        [Column("部位", 20), Column("天"), Column("时间"), Column("数")],
        [("教学楼A", date(2026, 11, 3), moment, 3), ("", None, None, 1.5)],
    )
    head, first, second = read(book)
    assert head == ["部位", "天", "时间", "数"]
    assert first[0] == "教学楼A" and first[3] == 3 and second[3] == 1.5
    assert str(first[1]).startswith("2026-11-03") and str(first[2]) == "2026-11-03 07:46:00"
    assert second[:3] == ["", "", ""]


def test_what_people_typed_stays_text():
    typed = ["=1+1", "http://evil.test/", "00123", "+86 139", "@SUM(A1)", "a\nb", "长" * 40_000]
    rows = read(workbook("表", [Column("字")], [[one] for one in typed]))[1:]
    assert [row[0] for row in rows] == [one[:LONGEST_TEXT] for one in typed]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(excel, "MOST_LINES", 2)
    assert len(read(workbook("表", [Column("字")], [["a"]] * 2))) == 3
    with pytest.raises(RuleError):
        workbook("表", [Column("字")], [["a"]] * 3)


def test_a_table_without_rows_is_its_headers():
    assert read(workbook("空" * 40, [Column("姓名")], [])) == [["姓名"]]

"""Files as schools have them, and files that are none."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from tests.factories import picture
from unitsafe.imports import reading
from unitsafe.imports.reading import Unreadable

DATA = Path(__file__).parents[1] / "data"
ROOMS = [
    (1, ["楼栋", "楼层", "房间名称", "类型", "是否重点部位"]),
    (2, ["教学楼A", "1", "101教室", "普通教室", "否"]),
    (3, ["教学楼A", "三楼", "科学实验室", "", "√"]),
    (4, ["食堂", "1F", "食堂操作间", "厨房", "是"]),
]


def workbook(**cells: object) -> bytes:
    """An .xlsx with these cells."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    for cell, value in cells.items():
        sheet.write(cell, value)
    book.close()
    return stream.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "rooms.xls",
        "rooms.et",
        "rooms-gbk.csv",
        "rooms-utf8-mark.csv",
        "rooms-utf16.csv",
        "rooms-semicolons.csv",
    ],
)
def test_the_same_list_reads_the_same_from_every_kind_of_file(name):
    (sheet,) = reading.read((DATA / name).read_bytes())
    assert sheet.rows == ROOMS


def test_merged_cells_formulas_and_empty_rows_are_normal_life():
    (cover, sheet) = reading.read((DATA / "rooms.xlsx").read_bytes())
    assert (cover.name, sheet.name) == ("说明", "部位清单")  # the hidden sheet is not read
    rows = dict(sheet.rows)
    assert [rows[number][1] for number in (6, 7, 8, 9)] == ["教学楼A"] * 4
    assert rows[6][0] == "1" and rows[9][2] == "2"
    assert 10 not in rows and 14 not in rows
    assert rows[12][5] == "是"


def test_tabs_instead_of_cells_are_read_too():
    (sheet,) = reading.read("姓名\t电话\n王芳\t13800000001\n".encode("gb18030"))
    assert sheet.rows[1] == (2, ["王芳", "13800000001"])


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b" " * (reading.MOST_UNPACKED + 1))
    return stream.getvalue()


def torn() -> bytes:
    whole = bytearray(workbook(A1="楼栋"))
    whole[len(whole) // 3] ^= 0xFF
    return bytes(whole)


def zipped(**parts: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return stream.getvalue()


REFUSED = {
    "a picture": (lambda: picture().read(), "图片"),
    "nothing": (lambda: b"", "空的"),
    "an empty sheet": (lambda: (DATA / "empty.xlsx").read_bytes(), "空的"),
    "encrypted": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "密码",
    ),
    "an old document": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "打不开"),
    "a bomb": (bomb, "太大"),
    "a cell far out": (lambda: workbook(A1="楼栋", XFD90000="x"), "第90000行"),
    "too many columns": (lambda: workbook(A1="楼栋", CA1="x"), "79列"),
    "too many rows": (lambda: "姓名\n".encode() + b"x\n" * 5001, "5002行"),
    "torn": (torn, "损坏"),
    "cut off": (lambda: workbook(A1="楼栋")[:900], "损坏"),
    "a text document": (lambda: zipped(**{"word/document.xml": "<x/>"}), "不是Excel"),
    "a web page": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
    "too large": (lambda: b"x" * (reading.MOST_BYTES + 1), "10 MB"),
    "an open quote": (lambda: ('"' + "x" * 200_000).encode(), "引号"),
}


@pytest.mark.parametrize(("make", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_list_is_refused_with_the_reason(make, said):
    with pytest.raises(Unreadable) as refused:
        reading.read(make())
    assert said in str(refused.value)


def test_five_thousand_rows_are_not_too_many():
    (sheet,) = reading.read("姓名\n".encode() + b"x\n" * reading.MOST_ROWS)
    assert len(sheet.rows) == reading.MOST_ROWS + 1

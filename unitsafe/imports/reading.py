"""A school's file as sheets of texts: .xlsx, .xls and .et by python-calamine, .csv by hand."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import python_calamine

from unitsafe.core.domain import RuleError
from unitsafe.imports.rules import cell_text

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 5000, 60, 20
MOST_UNPACKED = 60 * 1024 * 1024
"""Bytes that the parts of an .xlsx may unpack to; ten times what 5,000 rows of 60 columns need."""
MOST_CELLS = 2_000_000
"""Cells of the rectangle that holds all filled ones: the reader keeps every one of them."""
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FILLED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*[^/>]>')
_SAVE_AS = "请用Excel或WPS打开它，另存为“Excel工作簿（.xlsx）”后再上传。"

Row = tuple[int, list[str]]
"""The number of a row as the spreadsheet counts, and its cells."""


class Unreadable(RuleError):
    """This file cannot be read; the sentence says why and what to do."""


@dataclass(frozen=True)
class Sheet:
    """A worksheet's rows without the empty ones."""

    name: str
    rows: list[Row]


def read(data: bytes) -> list[Sheet]:
    """The sheets of a file that hold something, in its order; by content, whatever it is called.

    :raises Unreadable: not a list, damaged, encrypted, too large, or empty.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable("文件超过10 MB。请删掉图片和用不着的工作表，或分成几个文件。")
    if data.startswith(_ZIP):
        _check_zip(data)
        sheets = _read_workbook(data)
    elif data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unreadable("文件设了密码。请在Excel或WPS里取消密码保护，再上传。")
        sheets = _read_workbook(data)
    else:
        sheets = [_read_text(data)]
    sheets = [sheet for sheet in sheets if sheet.rows][:MOST_SHEETS]
    if not sheets:
        raise Unreadable("表格是空的，没有读到任何内容。")
    return sheets


def _check_zip(data: bytes) -> None:
    """Look at an .xlsx before anything unpacks it: small files can unpack to gigabytes, and one
    cell far out makes the reader keep all those before it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if "xl/workbook.xml" not in package.namelist():
                raise Unreadable("这个文件不是Excel表格。" + _SAVE_AS)
            if sum(part.file_size for part in parts) > MOST_UNPACKED or len(parts) > 2000:
                raise Unreadable("文件解开后太大了。请删掉图片和用不着的工作表，再上传。")
            if package.testzip() is not None:
                raise zipfile.BadZipFile
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _check_extent(package.read(part))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise Unreadable("文件已损坏，打不开。" + _SAVE_AS) from error


def _check_extent(xml: bytes) -> None:
    columns, rows = {b"A"}, 0
    for found in _FILLED.finditer(xml):
        columns.add(found[1])
        rows = max(rows, int(found[2]))
    if rows * max(map(_column_number, columns)) > MOST_CELLS:
        raise Unreadable(
            "表格里很远的地方还有内容（到第%(row)s行）。请把名单复制到一个新表格，再上传。",
            row=rows,
        )


def _column_number(letters: bytes) -> int:
    """27, of AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _read_workbook(data: bytes) -> list[Sheet]:
    try:
        with python_calamine.load_workbook(io.BytesIO(data)) as book:
            return [_read_sheet(book.get_sheet_by_name(name)) for name in _visible(book)]
    except python_calamine.PasswordError as error:
        raise Unreadable("文件设了密码。请在Excel或WPS里取消密码保护，再上传。") from error
    except python_calamine.CalamineError as error:
        raise Unreadable("文件打不开，可能已损坏，或者不是表格。" + _SAVE_AS) from error


def _visible(book: Any) -> Iterator[str]:
    """The names of worksheets that people see."""
    for about in book.sheets_metadata:
        is_sheet = about.typ == python_calamine.SheetTypeEnum.WorkSheet
        if is_sheet and about.visible == python_calamine.SheetVisibleEnum.Visible:
            yield about.name


def _read_sheet(sheet: Any) -> Sheet:
    values = sheet.to_python(skip_empty_area=False)
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        for row in values[top + 1 : bottom + 1]:  # 教学楼A, merged down over its rooms
            row[left] = values[top][left]
    return _sheet(sheet.name, ((n, list(map(cell_text, row))) for n, row in enumerate(values, 1)))


def _sheet(name: str, rows: Iterator[Row]) -> Sheet:
    """The filled rows, cut behind the last filled cell. Raises Unreadable."""
    kept = [(number, cells) for number, cells in rows if any(cells)]
    width = max((_width(cells) for _number, cells in kept), default=0)
    if len(kept) > MOST_ROWS + 1:
        raise Unreadable(
            "工作表“%(name)s”有%(rows)s行，一次最多%(most)s行。请分成几个文件。",
            name=name,
            rows=len(kept),
            most=MOST_ROWS,
        )
    if width > MOST_COLUMNS:
        raise Unreadable(
            "工作表“%(name)s”有%(columns)s列，一次最多%(most)s列。请删掉用不着的列。",
            name=name,
            columns=width,
            most=MOST_COLUMNS,
        )
    return Sheet(name, [(number, cells[:width]) for number, cells in kept])


def _width(cells: Sequence[str]) -> int:
    return max((n for n, cell in enumerate(cells, 1) if cell), default=0)


def _read_text(data: bytes) -> Sheet:
    """A .csv in UTF-8 or GBK, with or without a mark of its encoding; commas, semicolons or tabs."""
    text = _decoded(data)
    head = text.lstrip()[:400].lower()
    if head.startswith(("<html", "<!doctype", "<table", "<?xml", "{\\rtf", "%pdf")):
        raise Unreadable("这个文件里是网页或文档，不是表格。" + _SAVE_AS)
    first_lines = "\n".join(text.splitlines()[:20])
    separator = max(",\t;", key=first_lines.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return _sheet("", ((n, list(map(cell_text, row))) for n, row in enumerate(rows, 1)))
    except csv.Error as error:
        raise Unreadable("文件里的引号不成对，读不出来。" + _SAVE_AS) from error


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search("[\x00-\x08\x0e-\x1f]", text):
            return text
    raise Unreadable(
        "这个文件不是表格，可能是图片或文档改了名字。请上传.xlsx、.xls、.et或.csv文件。"
    )

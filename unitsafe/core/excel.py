"""Excel workbooks of ledgers: first row headers, no merged cells, text that stays text."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter

from unitsafe import clock

Value = str | int | float | date | datetime | None
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
LONGEST_TEXT = 32_767
"""Signs that a cell of Excel can hold."""


@dataclass(frozen=True)
class Column:
    """A column's header and its width in characters."""

    title: str
    width: int = 12


def workbook(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> bytes:
    """One sheet called ``title`` as an .xlsx file, written row by row in little memory.

    Days and instants become Excel's own dates (instants on the school's clock), None an empty
    cell. Text is never read as a formula, a link or a number.
    """
    stream = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        text = book.add_format({"text_wrap": True, "valign": "top"})
        day, moment = (
            book.add_format({"num_format": form, "align": "left", "valign": "top"})
            for form in (DAY, MOMENT)
        )
        sheet = book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.title, head)
        for line, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                if isinstance(value, datetime):
                    there = clock.local(value).replace(tzinfo=None)
                    sheet.write_datetime(line, place, there, moment)
                elif isinstance(value, date):
                    sheet.write_datetime(line, place, value, day)
                elif isinstance(value, str):
                    sheet.write_string(line, place, value[:LONGEST_TEXT], text)
                elif value is not None:
                    sheet.write_number(line, place, value, text)
    return stream.getvalue()

"""Excel workbooks of ledgers: first row headers, no merged cells, text that stays text."""

import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from unitsafe import clock
from unitsafe.core.domain import RuleError

Value = str | int | float | date | datetime | None
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
LONGEST_TEXT = 32_767
"""Signs that a cell of Excel can hold."""


MOST_LINES = 1_048_575
"""Rows that a sheet of Excel can hold below its headers."""
WAIT = 5
"""Seconds that an export waits for others to finish before it gives up."""
_at_once = threading.BoundedSemaphore(2)
"""A long workbook keeps a thread busy for minutes: half of the server's stay free for people."""


@dataclass(frozen=True)
class Column:
    """A column's header and its width in characters; some are too much for a sheet of paper."""

    title: str
    width: int = 12
    on_paper: bool = True


def workbook(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> IO[bytes]:
    """One sheet called ``title`` as an .xlsx file that is gone once it is closed.

    Rows go to disk one by one, so memory does not grow with them. Days and instants become Excel's
    own dates (instants on the school's clock), None an empty cell. Text is never read as a formula,
    a link or a number. Raises RuleError while two others are being made, and for more rows
    than a sheet can hold.
    """
    with turn():
        return written(title, columns, rows)


@contextmanager
def turn() -> Iterator[None]:
    """One of the two exports that may be made at once. Raises RuleError while there is none free."""
    if not _at_once.acquire(timeout=WAIT):
        raise RuleError("现在有别的表正在导出，请过一两分钟再试。")
    try:
        yield
    finally:
        _at_once.release()


def written(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> IO[bytes]:
    """As `workbook`, within a turn that is held already."""
    file = tempfile.TemporaryFile(prefix="unitsafe-export-")  # noqa: SIM115 - the caller closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    try:
        with xlsxwriter.Workbook(file, options) as book:
            head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
            sheet = book.add_worksheet(title[:31])
            sheet.freeze_panes(1, 0)
            sheet.repeat_rows(0)
            for place, column in enumerate(columns):
                sheet.set_column(place, place, column.width)
                sheet.write_string(0, place, column.title, head)
            _write(book, sheet, rows)
    except FileCreateError as error:  # xlsxwriter's wrapping of what the disk said
        file.close()
        raise error.args[0] from None
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _write(book: Any, sheet: Any, rows: Iterable[Sequence[Value]]) -> None:
    text = book.add_format({"text_wrap": True, "valign": "top"})
    day, moment = (
        book.add_format({"num_format": form, "align": "left", "valign": "top"})
        for form in (DAY, MOMENT)
    )
    for line, row in enumerate(rows, start=1):
        if line > MOST_LINES:
            raise RuleError("超过一张Excel表能放的行数，请缩小范围，分几次导出。")
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

"""A ledger as it is narrowed: one set of columns and rows, as a workbook and on paper."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from typing import Any

from flask import Response, abort, request

from unitsafe import clock
from unitsafe.core.access import holds_any
from unitsafe.core.db import db
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.download import Packed, file_name, packed, pdf, xlsx, zip_file
from unitsafe.core.excel import Column, Value, turn, workbook, written
from unitsafe.core.printing import printable, render_pdf
from unitsafe.core.query import date_arg, here, month_of
from unitsafe.paper import shapes
from unitsafe.school.models import School
from unitsafe.school.queries import first_day, school, short_name

EXPORT = (Right.EXPORT_LEDGER, Right.EXPORT_ALL, Right.MANAGE_SCHOOL)
"""Who may take away the whole register of staff, or a ledger's whole year."""
MOST_PRINTED = 2000
"""Rows of one paper: about a hundred pages. A workbook holds them all."""
SENTENCE = 16
"""From this many characters on a column holds sentences."""
SIZES = ((150, 9.0), (200, 8.0))
"""Type in points up to so many characters across the sheet; beyond, the smallest that reads."""
SMALLEST = 7.0
SHEET = 270
"""Millimetres between the margins of ledger.typ."""
UNBROKEN = re.compile(r"(?<![!-~])[!-~]{1,23}(?![!-~])")


@dataclass(frozen=True)
class Ledger:
    """A 台账 of the school; ``rows`` are read once, some at a time."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    narrowed: str = ""
    """The filters in words."""
    period: str = ""
    """In the file's name; empty stands for today."""


@dataclass(frozen=True)
class Files:
    """Where a page's ledger is to be had as a file; empty where it is not."""

    xlsx: str = ""
    pdf: str = ""
    years: Sequence[tuple[int, str]] = ()
    """Whole years as ZIP, for whoever may take them away."""


def files_of(endpoint: str, *, archive: str = "", **changes: Any) -> Files:
    """The addresses of this page's files with its filters and ``changes``; ``archive`` is the
    endpoint of a year's ZIP."""
    return Files(
        here(endpoint, suffix="xlsx", **changes),
        here(endpoint, suffix="pdf", **changes),
        years_of(archive) if archive else (),
    )


def years_of(archive: str) -> list[tuple[int, str]]:
    """This year and the last, as far back as the calendar goes, with the addresses of their ZIPs;
    none without a right of EXPORT."""
    if not holds_any(EXPORT):
        return []
    year, begins_on = clock.today().year, first_day(db.session())
    kept = [one for one in (year, year - 1) if begins_on and begins_on.year <= one]
    return [(one, here(archive, year=one)) for one in kept]


def year_asked() -> int:
    """The year of the address, this one without; one to come and anything else is unknown: 404."""
    this_year = clock.today().year
    text = request.args.get("year") or str(this_year)
    if not (text.isascii() and text.isdigit() and 2000 <= int(text[:5]) <= this_year):
        abort(404)
    return int(text)


def months_of(year: int, first: date | None, last: date | None) -> list[tuple[date, date]]:
    """First and last day of the year's months that have begun, cut to the days from ``first`` to
    ``last``."""
    found = []
    for number in range(1, 13):
        begins, ends = month_of(f"{year}-{number:02d}")
        begins, ends = max(begins, first or begins), min(ends, last or ends)
        if begins <= min(ends, clock.today()):
            found.append((begins, ends))
    return found


def month_book(ledger: Ledger) -> Iterator[Packed]:
    """The ledger of a month as a workbook to pack; nothing when it has no rows."""
    rows = iter(ledger.rows)
    for row in rows:
        with written(ledger.title, ledger.columns, chain([row], rows)) as book:
            yield f"{file_name(short_name(), ledger.title, ledger.period)}.xlsx", book


def as_archive(title: str, year: int, files: Iterable[Packed]) -> Response:
    """``files`` as the ZIP of a year, made on disk one by one. Raises RuleError without any."""
    with turn():
        content = packed(files)
    if content is None:
        raise RuleError("%(year)s年没有符合条件的记录。", year=year)
    return zip_file(content, short_name(), title, str(year))


def as_file(ledger: Ledger, suffix: str) -> Response:
    """The ledger as ``xlsx`` or ``pdf``. Raises RuleError where a paper would be endless."""
    period = ledger.period or _days_asked()
    if suffix == "xlsx":
        book = workbook(ledger.title, ledger.columns, ledger.rows)
        return xlsx(book, short_name(), ledger.title, period)
    data = sheet(ledger, school(db.session()), period=period, now=clock.now())
    return pdf(render_pdf("ledger", data), short_name(), ledger.title, period)


def _days_asked() -> str:
    """The days the address is narrowed to (2026-10-01至2026-10-31), today without any."""
    first, last = date_arg("first"), date_arg("last")
    until = (last or clock.today()).isoformat()
    if first:
        return f"{first.isoformat()}至{until}"
    return f"截至{until}" if last else until


def sheet(ledger: Ledger, school: School, *, period: str, now: datetime) -> shapes.LedgerSheet:
    """The ledger on paper."""
    kept = [place for place, column in enumerate(ledger.columns) if column.on_paper]
    columns = [ledger.columns[place] for place in kept]
    found = list(islice(ledger.rows, MOST_PRINTED + 1))
    if len(found) > MOST_PRINTED:
        raise RuleError(
            "符合条件的超过%(most)s条，打印出来太长。请缩小范围（比如按日期）再打印，或导出Excel。",
            most=MOST_PRINTED,
        )
    rows = [[_text(row[place]) for place in kept] for row in found]
    across = sum(column.width for column in columns)
    size = next((size for most, size in SIZES if across <= most), SMALLEST)
    return {
        "school": school.name,
        "title": ledger.title,
        "period": period,
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "narrowed": ledger.narrowed,
        "size": size,
        "columns": [
            {"title": one.title, "width": width, "is_text": one.width >= SENTENCE}
            for one, width in zip(columns, widths(columns, rows, size), strict=True)
        ],
        "rows": rows,
        "signatures": [
            {"label": name, "names": [], "at": ""} for name in ("填表人", "消防安全管理人")
        ],
    }


def widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], size: float) -> list[float]:
    """Millimetres of each column on the sheet: in proportion, but wide enough for the longest number
    or date in it, which cannot be broken; ``size`` in points."""
    sign = size * 0.353 * 0.58
    runs = [max((_run(row[place]) for row in rows), default=0) for place in range(len(columns))]
    least = [run * sign + 2.4 for run in runs]
    whole = sum(one.width for one in columns)
    wanted = [SHEET * one.width / whole for one in columns]
    pairs = list(zip(least, wanted, strict=True))
    short = sum(max(low - width, 0) for low, width in pairs)
    spare = sum(max(width - low, 0) for low, width in pairs)
    share = max(1 - short / spare, 0) if spare else 0
    found = [low + max(width - low, 0) * share for low, width in pairs]
    return [round(width * min(SHEET / sum(found), 1), 1) for width in found]


def _run(text: str) -> int:
    """The longest run of signs in ``text`` that the sheet does not break (common.typ)."""
    return max((len(run) for run in UNBROKEN.findall(text)), default=0)


def _text(value: Value) -> str:
    """A cell as paper shows it."""
    if isinstance(value, datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def in_words(*parts: str) -> str:
    """The filters that are there, for the line 范围."""
    return "、".join(str(part) for part in parts if part)


def days_in_words(first: date | None, last: date | None) -> str:
    """2026-11-01至2026-11-30; empty without either day."""
    if first and last:
        return f"{first.isoformat()}至{last.isoformat()}"
    if first:
        return f"{first.isoformat()}起"
    return f"截至{last.isoformat()}" if last else ""


def search_in_words(words: str) -> str:
    """含“应急灯”, without the signs that no print font has."""
    return f"含“{''.join(sign for sign in words if not printable(sign))}”" if words else ""

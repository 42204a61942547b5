"""A ledger as it is narrowed: one set of columns and rows, as a workbook and on paper."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from flask import Response

from unitsafe import clock
from unitsafe.core.db import db
from unitsafe.core.domain import RuleError
from unitsafe.core.download import pdf, xlsx
from unitsafe.core.excel import Column, Value, workbook
from unitsafe.core.printing import printable, render_pdf
from unitsafe.core.query import here
from unitsafe.paper import shapes
from unitsafe.school.models import School
from unitsafe.school.queries import school, short_name

MOST_PRINTED = 2000
"""Rows of one paper: about a hundred pages. A workbook holds them all."""
SENTENCE = 16
"""From this many characters on a column holds sentences."""
SIZES = ((150, 9.0), (200, 8.0))
"""Type in points up to so many characters across the sheet; beyond, the smallest that reads."""
SMALLEST = 7.0


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
    zip: str = ""


def files_of(endpoint: str, *, year: str = "") -> Files:
    """The addresses of this page's files with its filters; ``year``: the endpoint of its archive."""
    return Files(
        here(endpoint, suffix="xlsx"),
        here(endpoint, suffix="pdf"),
        here(year) if year else "",
    )


def as_file(ledger: Ledger, suffix: str) -> Response:
    """The ledger as ``xlsx`` or ``pdf``. Raises RuleError where a paper would be endless."""
    period = ledger.period or clock.today().isoformat()
    if suffix == "xlsx":
        book = workbook(ledger.title, ledger.columns, ledger.rows)
        return xlsx(book, short_name(), ledger.title, period)
    data = sheet(ledger, school(db.session()), period=period, now=clock.now())
    return pdf(render_pdf("ledger", data), short_name(), ledger.title, period)


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
    return {
        "school": school.name,
        "title": ledger.title,
        "period": period,
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "narrowed": ledger.narrowed,
        "size": next((size for most, size in SIZES if across <= most), SMALLEST),
        "columns": [
            {"title": one.title, "width": one.width, "is_text": one.width >= SENTENCE}
            for one in columns
        ],
        "rows": rows,
        "signatures": [
            {"label": name, "names": [], "at": ""} for name in ("填表人", "消防安全管理人")
        ],
    }


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

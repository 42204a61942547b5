"""The year's plan on paper and as a workbook."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label
from unitsafe.letters.rules import FIRST_MONTH, How, span
from unitsafe.paper import shapes
from unitsafe.photos import services as photos
from unitsafe.school.models import School
from unitsafe.year_plan import rules
from unitsafe.year_plan.models import PlanSignature
from unitsafe.year_plan.queries import Book, Line
from unitsafe.year_plan.rules import Status

SIGN: Mapping[Status, shapes.MarkName] = {Status.DONE: "ok", Status.DROPPED: "na"}


def sheet(book: Book, school: School, *, now: datetime) -> tuple[shapes.YearPlan, dict[str, Path]]:
    """The plan as a table of works and months, and the file of the signature by name."""
    signature = book.signature
    drawn = signature.signature if signature else None
    files = (
        {"signature": photos.store().path(drawn.digest, photos.SUFFIX)} if drawn is not None else {}
    )
    data: shapes.YearPlan = {
        "school": school.name,
        "title": "年度消防工作计划",
        "period": f"{book.year.replace('-', '—')}学年",
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "months": [f"{first.month}月" for first, _last in months(book.year)],
        "rows": [_row(lines) for lines in by_work(book)],
        "notes": _notes(book),
        "signed": _how_signed(signature),
        "signature": {"name": "signature", "caption": "校长签名"} if drawn else None,
    }
    return data, files


def months(year: str) -> list[tuple[date, date]]:
    """First and last days of the twelve months."""
    first = span(year)[0]
    return [rules.month_of(first, number) for number in range(12)]


def by_work(book: Book) -> list[list[Line]]:
    """The plan's lines by what is to be done, in its order; the school's own stand alone."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in book.lines:
        slot = line.entry.slot if line.obligation is None else ""
        found.setdefault((line.entry.key, slot), []).append(line)
    return list(found.values())


def _row(lines: Sequence[Line]) -> shapes.YearPlanRow:
    one = lines[0]
    cells: list[list[shapes.MarkName]] = [[] for _number in range(12)]
    for line in lines:
        cells[month_number(line)].append(SIGN.get(line.status, "none"))
    return {
        "text": one.text,
        "who": one.post_title,
        "basis": "；".join(one.basis),
        "cells": cells,
    }


def month_number(line: Line) -> int:
    """In which month of the school year it is due, from 0."""
    return (line.entry.due_on.month - FIRST_MONTH) % 12


def _notes(book: Book) -> list[str]:
    """What was left out and why, and what was changed after the signature."""
    found = [
        f"{line.entry.name} {line.text}：不做，{line.drop.note}" for line in book.lines if line.drop
    ]
    found += [
        f"{line.entry.name} {line.text}：{label(line.change)}" for line in book.lines if line.change
    ]
    return found + [f"{text}：签后去掉" for text in book.gone]


def _how_signed(signature: PlanSignature | None) -> str:
    if signature is None:
        return ""
    if signature.how is How.PAPER:
        return f"{signature.signed_on:%Y-%m-%d} 已在纸质计划上签批"
    at = f"{clock.local(signature.at):%Y-%m-%d %H:%M}"
    return f"{signature.typed_name or signature.by.name} {at} 系统签字"


def columns() -> list[Column]:
    """Heads of the workbook."""
    return [
        Column(_("期间"), 14),
        Column(_("要做的事"), 32),
        Column(_("完成期限")),
        Column(_("由谁办"), 18),
        Column(_("状态")),
        Column(_("做了")),
        Column(_("应做")),
        Column(_("怎样算做了"), 32),
        Column(_("依据"), 48),
        Column(_("说明"), 32),
    ]


def lines(book: Book, names: Mapping[str, Sequence[str]]) -> Iterator[list[Value]]:
    """A row per entry, by due day."""
    for line in sorted(book.lines, key=lambda one: (one.entry.due_on, one.order)):
        noted = line.drop or line.tick
        yield [
            line.entry.name,
            line.text,
            line.entry.due_on,
            "、".join([line.post_title, *names.get(line.who, ())]),
            label(line.status),
            line.entry.times if line.tick else line.done,
            line.entry.times if line.of is None else line.of,
            line.obligation.done if line.obligation else "",
            "；".join(line.basis),
            noted.note if noted else "",
        ]

"""What the papers of checks print, from the records."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.checks import queries, rules, taps
from unitsafe.checks.models import Check, CheckEvent
from unitsafe.checks.rules import DONE, Answered, Result
from unitsafe.checks.versions import checklist, edition, items
from unitsafe.content.model import Checklist, ChecklistItem, PlanTemplate
from unitsafe.core.labels import label
from unitsafe.hazards.models import Hazard
from unitsafe.paper import shapes
from unitsafe.people.queries import names
from unitsafe.school.models import School
from unitsafe.school.queries import days as school_days

WEEKDAYS = "一二三四五六日"


def month_grid(
    session: Session,
    school: School,
    checks: Sequence[Check],
    *,
    form: Checklist,
    place: str,
    month: date,
    paper: str,
    plan: PlanTemplate | None,
    now: datetime,
) -> shapes.MonthGrid:
    """The month's checks of one place: items down, days across.

    Days to come are expected as ``plan`` and the calendar say.
    """
    last = calendar.monthrange(month.year, month.month)[1]
    answers = taps.newest_by_check(session, [check.id for check in checks])
    by_day: dict[int, list[Check]] = {}
    for check in checks:
        by_day.setdefault(check.day.day, []).append(check)
    rounds = max((check.round_no for check in checks), default=1)
    expected = _asked_for(by_day) | _to_come(session, plan, month, last, now)
    return {
        "school": school.name,
        "title": _(
            "%(title)s（月表）", title=form.title.removesuffix("记录表").removesuffix("记录")
        ),
        "period": _("%(year)s年%(month)s月", year=month.year, month=month.month),
        "printed_at": _stamp(now),
        "version": content.load().version,
        "paper": "a3" if paper == "a3" else "a4",
        "place": place,
        "rounds": rounds,
        "round_names": _round_names(checks, rounds),
        "days": [
            {
                "day": number,
                "weekday": WEEKDAYS[month.replace(day=number).weekday()],
                "expected": number in expected,
            }
            for number in range(1, last + 1)
        ],
        "items": [
            {
                "no": number,
                "text": item.text,
                "cells": [
                    _cells(by_day.get(day, []), answers, item, rounds) for day in range(1, last + 1)
                ],
            }
            for number, item in enumerate(form.items, start=1)
        ],
        "columns": [_column(by_day.get(day, [])) for day in range(1, last + 1)],
        "abnormal": _abnormal(session, checks, answers, form),
        "basis": content.printable_basis(form.basis, content.load().sources),
        "counts": _counts(checks, now),
    }


def _asked_for(by_day: Mapping[int, Sequence[Check]]) -> set[int]:
    """Days on which something was due that was not skipped with a reason."""
    skipped = rules.State.SKIPPED
    return {day for day, found in by_day.items() if any(one.state is not skipped for one in found)}


def _counts(checks: Sequence[Check], now: datetime) -> shapes.GridCounts:
    done = [check for check in checks if check.state in DONE]
    return {
        "expected": sum(check.state is not rules.State.SKIPPED for check in checks),
        "done": len(done),
        "backfilled": sum(check.is_backfill for check in done),
        "missed": sum(c.state in rules.UNFINISHED and c.missed_at <= now for c in checks),
    }


def _to_come(
    session: Session, plan: PlanTemplate | None, month: date, last: int, now: datetime
) -> set[int]:
    """Days of the month after today on which ``plan`` will ask for a check."""
    return {
        entry.day.day
        for entry in school_days(session, month, month.replace(day=last))
        if plan is not None
        and entry.day > clock.local(now).date()
        and rules.applies(plan, rules.DayFacts(entry.day, entry.teaching, entry.boarding))
    }


def _round_names(checks: Sequence[Check], rounds: int) -> list[str]:
    """One character a round where that tells them apart (上, 下), numbers otherwise."""
    named = {check.round_no: check.label[:1] for check in checks if check.label}
    if len(set(named.values())) < rounds:
        return [str(number) for number in range(1, rounds + 1)]
    return [named[number] for number in range(1, rounds + 1)]


def _cells(
    checks: Sequence[Check],
    answers: Mapping[int, Mapping[str, Answered]],
    item: ChecklistItem,
    rounds: int,
) -> list[shapes.GridMark]:
    if not checks:
        return []
    by_round = {check.round_no: check for check in checks}
    cells: list[shapes.GridMark] = []
    for number in range(1, rounds + 1):
        check = by_round.get(number)
        answer = answers.get(check.id, {}).get(item.key) if check and check.state in DONE else None
        cells.append(
            {
                "mark": _mark(answer),
                "backfill": bool(check and check.is_backfill),
            }
        )
    return cells


def _mark(answer: Answered | None) -> shapes.MarkName:
    if answer is None or not rules.is_answered(answer):
        return "none"
    marks: dict[Result, shapes.MarkName] = {
        Result.OK: "ok",
        Result.FAIL: "fail",
        Result.NA: "na",
    }
    return marks[answer.result]


def _column(checks: Sequence[Check]) -> shapes.GridColumn:
    done = [check for check in checks if check.state in DONE]
    signed = [check for check in done if check.countersigned_at]
    return {
        "patroller": _each_once(c.submitted_by.name for c in done if c.submitted_by),
        "countersigner": _each_once(c.countersigned_by.name for c in signed if c.countersigned_by),
        "signed_on": [
            f"{clock.local(c.countersigned_at):%m-%d}" for c in signed if c.countersigned_at
        ],
        "backfill": any(check.is_backfill for check in done),
    }


def _each_once(found: Any) -> list[str]:
    return list(dict.fromkeys(found))


def _abnormal(
    session: Session,
    checks: Sequence[Check],
    answers: Mapping[int, Mapping[str, Answered]],
    form: Checklist,
) -> list[shapes.GridAbnormal]:
    found: list[shapes.GridAbnormal] = []
    for check in checks:
        if check.state is rules.State.SKIPPED:
            found.append(_skipped(check))
        if check.state not in DONE or not check.fail_count:
            continue
        hazards = queries.findings(session, check.id)
        for item in form.items:
            answer = answers.get(check.id, {}).get(item.key)
            if answer is not None and answer.result is Result.FAIL:
                hazard = hazards.get(item.key)
                found.append(
                    {
                        "day": check.day.day,
                        "text": hazard.description if hazard else answer.note or item.text,
                        "hazard": hazard.number if hazard else "",
                        "handling": handling(hazard),
                    }
                )
    return found


def _skipped(check: Check) -> shapes.GridAbnormal:
    """Why a check was not made, as its record says."""
    notes = [event.note for event in check.events if event.action is rules.Action.SKIP]
    text = _("%(round)s登记不查：%(reason)s", round=check.label, reason=notes[-1] if notes else "")
    return {"day": check.day.day, "text": text, "hazard": "", "handling": ""}


def handling(hazard: Hazard | None) -> str:
    """What became of a finding, in a few words."""
    if hazard is None:
        return ""
    return f"{label(hazard.fix)} · {label(hazard.state)}"


def check_record(
    session: Session, school: School, check: Check, *, now: datetime
) -> tuple[shapes.CheckRecord, dict[str, int]]:
    """One check as a paper, and the photos it names: name in the data → photo id.

    ``check`` comes from queries.check.
    """
    form = checklist(session, check.checklist_id)
    answers = taps.newest_answers(session, check.id)
    hazards = queries.findings(session, check.id)
    photos: list[shapes.Photo] = []
    files: dict[str, int] = {}
    mine = items(session, check.checklist_id, check.item_limit)
    numbers = {item.key: number for number, item in enumerate(mine, start=1)}
    in_order = sorted(
        queries.item_photos(session, check.id).items(), key=lambda one: numbers.get(one[0], 0)
    )
    for key, entries in in_order:
        for entry in entries:
            name = f"photo{entry.photo_id}"
            files[name] = entry.photo_id
            caption = _("第%(n)s项", n=numbers.get(key, ""))
            photos.append(
                {"name": name, "caption": f"{caption} · {check.place} · {_stamp(entry.photo.at)}"}
            )
    at = clock.local(check.performed_at or check.opens_at)
    record: shapes.CheckRecord = {
        "school": school.name,
        "title": form.title,
        "period": f"{check.day.year}年{check.day.month}月{check.day.day}日",
        "printed_at": _stamp(now),
        "version": edition(session, check.checklist_id),
        "blank": False,
        "facts": [
            {"label": _("检查时间"), "value": f"{at:%Y-%m-%d %H:%M}"},
            {"label": _("部位"), "value": " · ".join(t for t in (check.place, check.label) if t)},
            {"label": _("检查人"), "value": check.submitted_by.name if check.submitted_by else ""},
            {"label": _("状态"), "value": _state_text(check, now)},
        ],
        "items": [_record_item(n, item, answers, hazards) for n, item in enumerate(mine, start=1)],
        "remark": check.note or check.explanation,
        "basis": content.printable_basis(form.basis, content.load().sources),
        "photos": photos,
        "history": _history(session, check),
        "signatures": [
            {
                "label": _("检查人签名"),
                "names": [check.submitted_by.name] if check.submitted_by else [],
                "at": _stamp(check.submitted_at),
            },
            {
                "label": _("主管签名"),
                "names": [check.countersigned_by.name] if check.countersigned_by else [],
                "at": _stamp(check.countersigned_at),
            },
        ],
        "seal": False,
    }
    return record, files


def blank_sheet(school: School, form: Checklist, *, now: datetime) -> shapes.CheckRecord:
    """An empty sheet of a checklist, to be filled in by hand."""
    return {
        "school": school.name,
        "title": form.title,
        "period": "",
        "printed_at": _stamp(now),
        "version": content.load().version,
        "blank": True,
        "facts": [
            {"label": name, "value": ""}
            for name in (_("检查时间"), _("部位"), _("检查人"), _("天气或教学情况"))
        ],
        "items": [
            {**_record_item(n, item, {}, {}), "how": item.how}
            for n, item in enumerate(form.items, start=1)
        ],
        "remark": "",
        "basis": content.printable_basis(form.basis, content.load().sources),
        "photos": [],
        "history": [],
        "signatures": [
            {"label": name, "names": [], "at": ""} for name in (_("检查人签名"), _("主管签名"))
        ],
        "seal": False,
    }


def _record_item(
    number: int,
    item: ChecklistItem,
    answers: Mapping[str, Answered],
    hazards: Mapping[str, Hazard],
) -> shapes.RecordItem:
    answer, hazard = answers.get(item.key), hazards.get(item.key)
    value = f"{answer.value.normalize():f}" if answer and answer.value is not None else ""
    return {
        "no": number,
        "group": "",
        "text": item.text,
        "how": "",
        "answer": _mark(answer),
        "value": f"{value} {item.answer.unit}".strip() if value else "",
        "unit": item.answer.unit,
        "problem": hazard.description if hazard else (answer.note if answer else ""),
        "hazard": hazard.number if hazard else "",
        "handling": handling(hazard),
    }


def _state_text(check: Check, now: datetime) -> str:
    parts = [label(check.status(now))]
    if check.is_backfill:
        parts.append(_("补录"))
    if check.source == "paper":
        parts.append(_("按纸质记录补录"))
    return " · ".join(dict.fromkeys(parts))


def _history(session: Session, check: Check) -> list[shapes.RecordVersion]:
    versions = queries.versions_of(session, check)
    if len(versions) < 2:
        return []
    reasons = {
        event.check_id: event.note
        for event in session.scalars(
            sa.select(CheckEvent).where(
                CheckEvent.check_id.in_([one.id for one in versions]),
                CheckEvent.action == rules.Action.CORRECT,
            )
        )
    }
    by = names(session, {one.submitted_by_id for one in versions if one.submitted_by_id})
    return [
        {
            "version": one.version,
            "at": _stamp(one.submitted_at),
            "by": by.get(one.submitted_by_id or 0, ""),
            "note": reasons.get(one.id, ""),
        }
        for one in versions
        if one.state in DONE
    ]


def _stamp(moment: datetime | None) -> str:
    return "" if moment is None else f"{clock.local(moment):%Y-%m-%d %H:%M}"


def month_span(month: date) -> tuple[date, date]:
    """First and last day of the month."""
    first = month.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)

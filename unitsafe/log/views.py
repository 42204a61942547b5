"""The audit log, read-only."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe.core.access import allow
from unitsafe.core.audit import AuditEntry
from unitsafe.core.db import db
from unitsafe.core.domain import Right
from unitsafe.core.excel import Column, Value
from unitsafe.core.htmx import render
from unitsafe.core.paging import fetch_page
from unitsafe.core.query import here, int_arg
from unitsafe.log import queries
from unitsafe.log.labels import SUBJECTS, act_name, all_acts, key_name, subject_name
from unitsafe.people.queries import people
from unitsafe.school.ledgers import Files, Ledger, as_file

bp = Blueprint("log", __name__)
ROWS = 50
LINKS = {
    "person": ("people.detail", "person_id"),
    "building": ("places.building", "building_id"),
    "space": ("plates.space", "space_id"),
    "equipment": ("equipment.detail", "equipment_id"),
    "hazard": ("hazards.detail", "number"),
    "visit": ("visits.detail", "visit_id"),
    "document": ("documents.detail", "document_id"),
    "check": ("checks.detail", "check_id"),
    "grid": ("grids.detail", "code"),
    "letter": ("letters.letter", "letter_id"),
    "appraisal": ("appraisal.month", "month"),
}


@bp.get("/audit")
@allow(Right.VIEW_AUDIT)
def index() -> ResponseReturnValue:
    """What was done, newest first; filters by person, act and record."""
    session = db.session()
    person, act, subject = _asked()
    page = fetch_page(
        session,
        queries.entries(actor_id=person, act=act, subject=subject),
        keys=queries.KEYS,
        after=request.args.get("after"),
        size=ROWS,
    )
    names = queries.names(session, {entry.subject for entry in page.rows})
    kept: dict[str, Any] = {"person": person, "act": act or None, "subject": subject or None}
    everyone = session.scalars(people(include_left=True).order_by("name")).all()
    kinds = [(f"{kind}:", str(title)) for kind, title in SUBJECTS.items()]
    if subject and subject not in dict(kinds):
        kinds.insert(0, (subject, subject_name(subject)))
    return render(
        "log/index.html",
        rows=[_line(entry, names) for entry in page.rows],
        page={
            "next_url": url_for(".index", after=page.next, **kept) if page.next else None,
            "prev_url": None if page.first else url_for(".index", **kept),
        },
        people=[(one.id, one.name) for one in everyone],
        acts=all_acts(),
        kinds=kinds,
        person=person,
        act=act,
        subject=subject,
        filters=sum(value is not None for value in kept.values()),
        files=Files(here(".index_xlsx")),
    )


@bp.get("/audit.xlsx")
@allow(Right.VIEW_AUDIT)
def index_xlsx() -> ResponseReturnValue:
    """Every entry the filters leave, as a workbook, oldest first."""
    columns = [
        Column(_("序号"), 8),
        Column(_("时间"), 16),
        Column(_("谁"), 10),
        Column(_("操作"), 20),
        Column(_("对象"), 24),
        Column(_("内容"), 60),
        Column(_("来自"), 24),
    ]
    return as_file(Ledger(_("操作日志"), columns, _rows()), "xlsx")


def _rows() -> Iterator[list[Value]]:
    person, act, subject = _asked()
    select = queries.entries(actor_id=person, act=act, subject=subject)
    for entry, names in queries.lines(db.session(), select):
        line = _line(entry, names)
        yield [
            entry.id,
            entry.at,
            line["who"],
            line["act"],
            line["subject"],
            "；".join(f"{key}：{text}" for key, text in line["details"]),
            entry.origin,
        ]


def _asked() -> tuple[int | None, str, str]:
    """Person, act and subject of the address."""
    args = request.args
    return int_arg("person"), _plain(args.get("act"), 60), _plain(args.get("subject"), 80)


def _plain(text: str | None, most: int) -> str:
    return (text or "").strip()[:most]


def _line(entry: AuditEntry, names: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows of an entry."""
    kind, _colon, number = entry.subject.partition(":")
    name = names.get(entry.subject, "")
    number = name if kind == "grid" else number
    url = None
    if kind in LINKS and number:
        endpoint, key = LINKS[kind]
        values: dict[str, Any] = {key: number}
        url = url_for(endpoint, **values)
    return {
        "entry": entry,
        "act": act_name(entry.act),
        "who": entry.actor_name or _("系统"),
        "subject": subject_name(entry.subject, name),
        "url": url,
        "details": [(key_name(key), text) for key, text in queries.content_of(entry)],
    }

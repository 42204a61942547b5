"""Reading awards and reminders: of a month, of a person, how many there are in a school year."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session, aliased, joinedload

from unitsafe.appraisal.models import AppraisalNote
from unitsafe.appraisal.rules import NoteKind
from unitsafe.core.domain import Actor, Right
from unitsafe.core.labels import label
from unitsafe.grids.models import Assignment
from unitsafe.letters.rules import school_year, span
from unitsafe.people.accounts import VISITOR
from unitsafe.people.queries import OwnPaper, valid_on

MOST = 300
"""Notes of a month or a person that are shown."""
NOTE_PILL = {
    NoteKind.PRAISE: "ok",
    NoteKind.AWARD: "ok",
    NoteKind.REMINDER: "warn",
    NoteKind.TALK: "warn",
}


@dataclass(frozen=True)
class Noted:
    """A note, and what withdrew it."""

    note: AppraisalNote
    withdrawal: AppraisalNote | None


def _noted() -> sa.Select[Any, Any]:
    later = aliased(AppraisalNote)
    return (
        sa.select(AppraisalNote, later)
        .outerjoin(later, later.withdraws_id == AppraisalNote.id)
        .where(AppraisalNote.withdraws_id.is_(None))
        .options(
            joinedload(AppraisalNote.grid),
            joinedload(AppraisalNote.person),
            joinedload(AppraisalNote.by),
            joinedload(later.by),
        )
        .order_by(AppraisalNote.id.desc())
        .limit(MOST)
    )


def of_month(session: Session, actor: Actor, month: str, people: Collection[int]) -> list[Noted]:
    """The notes of a month that ``actor`` may see, the newest first: all, or those of the grids that
    ``actor`` answers for and of ``people``; a visitor those of grids."""
    select = _noted().where(AppraisalNote.month == month)
    if VISITOR in actor.posts:
        select = select.where(AppraisalNote.grid_id.is_not(None))
    elif Right.VIEW_ALL not in actor.rights:
        select = select.where(
            sa.or_(
                AppraisalNote.person_id.in_(sorted(people)),
                AppraisalNote.grid_id.in_(sorted(actor.grids)),
            )
        )
    return [Noted(*row) for row in session.execute(select)]


def of_person(session: Session, person_id: int, day: date) -> list[OwnPaper]:
    """The notes of a person and of the grids answered for on ``day``, the newest first."""
    grids = sa.select(Assignment.grid_id).where(
        Assignment.person_id == person_id,
        Assignment.grid_id.is_not(None),
        valid_on(Assignment, day),
    )
    mine = sa.or_(AppraisalNote.person_id == person_id, AppraisalNote.grid_id.in_(grids))
    return [_paper(Noted(*row)) for row in session.execute(_noted().where(mine))]


def _paper(one: Noted) -> OwnPaper:
    note = one.note
    year, month = note.month.split("-")
    when = _("%(y)s年%(m)s月", y=year, m=int(month))
    title = f"{when} {note.grid.name}" if note.grid else when
    line = "，".join(part for part in (note.reason, note.measure) if part)
    if one.withdrawal is not None:
        state = _("%(kind)s，已撤销", kind=label(note.kind))
        line = _("%(line)s。撤销原因：%(why)s", line=line, why=one.withdrawal.reason)
        return OwnPaper(title, _url(note), "", state, line)
    return OwnPaper(title, _url(note), NOTE_PILL[note.kind], label(note.kind), line)


def _url(note: AppraisalNote) -> str:
    return url_for("appraisal.month", month=note.month, by="person")


def count_of_year(session: Session, day: date) -> int:
    """Notes of the months of the school year of ``day`` that were not withdrawn."""
    first, last = (f"{one:%Y-%m}" for one in span(school_year(day)))
    later = aliased(AppraisalNote)
    return session.scalars(
        sa.select(sa.func.count())
        .select_from(AppraisalNote)
        .where(
            AppraisalNote.month.between(first, last),
            AppraisalNote.withdraws_id.is_(None),
            ~sa.exists().where(later.withdraws_id == AppraisalNote.id),
        )
    ).one()

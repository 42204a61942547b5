"""Reading drafts and past imports."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe.core.domain import Actor
from unitsafe.imports.models import ImportDraft, ImportItem, ImportRun, ImportSheet, What

MOST_SHOWN = 30


def draft(session: Session, actor: Actor, draft_id: int, what: What) -> ImportDraft | None:
    """One's own draft; None when it is somebody else's, of another kind, or gone."""
    return session.scalars(
        sa.select(ImportDraft).where(
            ImportDraft.id == draft_id,
            ImportDraft.person_id == actor.id,
            ImportDraft.what == what,
        )
    ).first()


def drafts(session: Session, actor: Actor, whats: Iterable[What]) -> Sequence[ImportDraft]:
    """One's own drafts of these kinds, newest first."""
    return session.scalars(
        sa.select(ImportDraft)
        .where(ImportDraft.person_id == actor.id, ImportDraft.what.in_(list(whats)))
        .order_by(ImportDraft.made_at.desc(), ImportDraft.id.desc())
        .limit(MOST_SHOWN)
    ).all()


def sheet_names(session: Session, draft_id: int) -> list[str]:
    """The names of a draft's sheets, in the order of the file."""
    return list(
        session.scalars(
            sa.select(ImportSheet.name)
            .where(ImportSheet.draft_id == draft_id)
            .order_by(ImportSheet.position)
        )
    )


def sheet(session: Session, draft_id: int, position: int) -> ImportSheet | None:
    """A sheet of a draft with its rows."""
    return session.scalars(
        sa.select(ImportSheet).where(
            ImportSheet.draft_id == draft_id, ImportSheet.position == position
        )
    ).first()


def runs(session: Session, whats: Iterable[What]) -> Sequence[ImportRun]:
    """Imports of these kinds that were carried out, newest first, with the people."""
    return session.scalars(
        sa.select(ImportRun)
        .where(ImportRun.what.in_(list(whats)))
        .options(joinedload(ImportRun.by), joinedload(ImportRun.undone_by))
        .order_by(ImportRun.id.desc())
        .limit(MOST_SHOWN)
    ).all()


def run(session: Session, run_id: int, whats: Iterable[What]) -> ImportRun | None:
    """One import of these kinds, with the people."""
    return session.scalars(
        sa.select(ImportRun)
        .where(ImportRun.id == run_id, ImportRun.what.in_(list(whats)))
        .options(joinedload(ImportRun.by), joinedload(ImportRun.undone_by))
    ).first()


@dataclass(frozen=True)
class Made:
    """How many rows of a table an import made, and how many it filled in."""

    table: str
    made: int
    filled: int


def made(session: Session, run_id: int) -> list[Made]:
    """What an import did, by table."""
    rows = session.execute(
        sa.select(
            ImportItem.table_name,
            sa.func.count(sa.case((ImportItem.is_fill.is_(False), 1))),
            sa.func.count(sa.case((ImportItem.is_fill, 1))),
        )
        .where(ImportItem.run_id == run_id)
        .group_by(ImportItem.table_name)
    )
    return [Made(*row) for row in rows]

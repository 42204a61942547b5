"""Checklist versions: the content pack's, and the school's own copies."""

from datetime import datetime

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from unitsafe import content
from unitsafe.checks.models import ChecklistVersion
from unitsafe.content.build import make, plain
from unitsafe.content.model import Checklist, ChecklistItem
from unitsafe.core.db import Rows


def load_content(session: Session, *, now: datetime) -> list[ChecklistVersion]:
    """Bring the pack's checklists in as versions; unchanged ones, and ones the school has made
    its own since, are left alone. Returns what is new."""
    newest = {entry.key: entry for entry in newest_versions(session)}
    ours = set(
        session.execute(
            sa.select(ChecklistVersion.key, ChecklistVersion.origin).where(
                ChecklistVersion.origin != "school"
            )
        )
    )
    added = []
    pack = content.load()
    for key, checklist in pack.checklists.items():
        current = newest.get(key)
        if (key, pack.version) in ours or (current and current.origin == "school"):
            continue
        body = plain(checklist)
        if current and current.body == body:
            continue
        version = ChecklistVersion(
            key=key,
            version=current.version + 1 if current else 1,
            title=checklist.title,
            origin=pack.version,
            body=body,
            published_at=now,
        )
        session.add(version)
        added.append(version)
    session.flush()
    return added


def newest_versions(session: Session) -> list[ChecklistVersion]:
    """The version in use of every checklist, in the order they came in."""
    newest = sa.select(
        ChecklistVersion.key, sa.func.max(ChecklistVersion.version).label("version")
    ).group_by(ChecklistVersion.key)
    latest = newest.subquery()
    return list(
        session.scalars(
            sa.select(ChecklistVersion)
            .join(
                latest,
                sa.and_(
                    latest.c.key == ChecklistVersion.key,
                    latest.c.version == ChecklistVersion.version,
                ),
            )
            .order_by(ChecklistVersion.id)
        )
    )


_BODY = sa.select(ChecklistVersion.body).where(ChecklistVersion.id == sa.bindparam("version_id"))


def checklist(session: Rows, version_id: int) -> Checklist:
    """The checklist of a version; versions never change, so each is read once."""
    kept: dict[int, Checklist] = current_app.extensions.setdefault("checklists", {})
    if version_id not in kept:
        row = session.execute(_BODY, {"version_id": version_id}).first()
        if row is None:
            raise LookupError(f"no checklist version {version_id}")
        kept[version_id] = make(Checklist, row.body)
    return kept[version_id]


def edition(session: Session, version_id: int) -> str:
    """What a paper calls the form's version: the pack's (2026-11), or the number of the school's."""
    found = session.get_one(ChecklistVersion, version_id)
    return str(found.version) if found.origin == "school" else found.origin


def items(
    session: Rows, version_id: int, item_limit: int | None = None
) -> tuple[ChecklistItem, ...]:
    """The items of a check: all of the version's, or the first ones of the short form."""
    return checklist(session, version_id).items[:item_limit]

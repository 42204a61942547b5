"""Versions of the standard: the content pack's, and the school's own."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from unitsafe import content
from unitsafe.assessments.models import AssessmentStandard
from unitsafe.content.build import plain
from unitsafe.content.build import standard as build
from unitsafe.content.model import Standard

SCHOOL = "school"
"""The origin of a version that the school has made."""


def body_of(standard: Standard) -> dict[str, Any]:
    """``standard`` in the shape of its YAML file."""
    body: dict[str, Any] = plain(standard)
    body["metrics"] = [plain(one) for one in standard.metrics.values()]
    return body


def newest(session: Session) -> AssessmentStandard | None:
    """The published version that a new assessment takes; None while it is the pack's own, not yet
    written down (:func:`in_use`)."""
    found = session.scalars(
        sa.select(AssessmentStandard)
        .where(AssessmentStandard.published_at.is_not(None))
        .order_by(AssessmentStandard.number.desc())
        .limit(1)
    ).first()
    is_older_pack = (
        found is not None and found.origin != SCHOOL and found.origin != content.load().version
    )
    return None if is_older_pack else found


def in_use(session: Session, *, now: datetime) -> AssessmentStandard:
    """The version a new assessment takes: the school's newest, otherwise the pack's, which is
    written down the first time. Call it inside a write."""
    found = newest(session)
    if found is None:
        pack = content.load()
        found = AssessmentStandard(
            number=next_number(session),
            origin=pack.version,
            body=body_of(pack.standard),
            made_at=now,
            published_at=now,
        )
        session.add(found)
        session.flush()
    return found


def next_number(session: Session) -> int:
    """The number of the next version."""
    return (session.scalar(sa.select(sa.func.max(AssessmentStandard.number))) or 0) + 1


def draft(session: Session) -> AssessmentStandard | None:
    """The version the school is working on."""
    return session.scalars(
        sa.select(AssessmentStandard).where(AssessmentStandard.published_at.is_(None))
    ).first()


def standard(row: AssessmentStandard | None) -> Standard:
    """The standard of a version (the pack's without one); a published one is built once."""
    if row is None:
        return content.load().standard
    if row.published_at is None:
        return build(row.body)
    known: dict[tuple[int, datetime], Standard] = current_app.extensions.setdefault("standards", {})
    place = (row.id, row.published_at)
    if place not in known:
        known[place] = build(row.body)
    return known[place]


def numbers(standard: Standard) -> dict[str, str]:
    """By the key of an item its number on paper: that of its capability, then counted through it."""
    return {
        item.key: f"{part.no}.{number}"
        for part in standard.capabilities
        for number, item in enumerate(
            (item for group in part.groups for item in group.items), start=1
        )
    }


def edition(row: AssessmentStandard | None) -> str:
    """What a paper calls the version: the pack's (2026-11), or the school's own number."""
    if row is None:
        return content.load().version
    return f"本校第{row.number}版" if row.origin == SCHOOL else row.origin

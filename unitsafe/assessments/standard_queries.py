"""Reading versions of the standard for their pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import content
from unitsafe.assessments import standards
from unitsafe.assessments.models import AssessmentStandard
from unitsafe.content.model import AssessmentGroup, AssessmentItem, Capability, Standard
from unitsafe.people.models import Person

SHOWN = 50
"""Versions in the list: older ones open by their number."""


@dataclass(frozen=True)
class Version:
    """A published version: ``who`` published it when and why; the pack's have nobody and no why."""

    number: int
    origin: str
    at: datetime | None
    who: str
    note: str

    @property
    def is_own(self) -> bool:
        """Whether the school made it."""
        return self.origin == standards.SCHOOL


@dataclass(frozen=True)
class Line:
    """An item with its number in print, and its bases: those that may be printed as 依据, and
    whether there are others."""

    number: str
    item: AssessmentItem
    basis: Sequence[str]
    is_unsure: bool


Section = tuple[Capability, list[tuple[AssessmentGroup, list[Line]]]]


def versions(session: Session) -> list[Version]:
    """The published versions, newest first."""
    row = AssessmentStandard
    found = session.execute(
        sa.select(row.number, row.origin, row.published_at, Person.name, row.note)
        .outerjoin(Person, Person.id == row.published_by_id)
        .where(row.published_at.is_not(None))
        .order_by(row.number.desc())
        .limit(SHOWN)
    )
    return [
        Version(number, origin, at, name or "", note) for number, origin, at, name, note in found
    ]


def version(session: Session, number: int) -> AssessmentStandard | None:
    """The published version of that number."""
    return session.scalars(
        sa.select(AssessmentStandard).where(
            AssessmentStandard.number == number, AssessmentStandard.published_at.is_not(None)
        )
    ).first()


def sections(standard: Standard) -> list[Section]:
    """The whole standard in printing order, items numbered through their capability."""
    numbers = standards.numbers(standard)
    return [
        (
            part,
            [
                (group, [_line(numbers[item.key], item) for item in group.items])
                for group in part.groups
            ],
        )
        for part in standard.capabilities
    ]


def _line(number: str, item: AssessmentItem) -> Line:
    basis = content.printable_basis(item.basis, content.load().sources)
    return Line(number, item, basis, is_unsure=len(basis) < len(item.basis))

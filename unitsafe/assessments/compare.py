"""This quarter beside earlier ones: what fell short last time, and how the points went."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.assessments import queries
from unitsafe.assessments.models import Assessment
from unitsafe.assessments.quarters import Quarter, read
from unitsafe.assessments.sheet import Item, Sheet
from unitsafe.content.build import make
from unitsafe.core.percent import percent
from unitsafe.hazards.models import Hazard

EARLIER = 7
"""Quarters before this one that a trend shows: two years in all."""


@dataclass(frozen=True)
class Past:
    """A signed quarter in short; shares are percent of the points that could be reached, with one
    decimal, by the key of the capability or group."""

    quarter: Quarter
    total: Decimal
    grade: str
    shares: dict[str, float | None]
    titles: dict[str, str]


def past(quarter: Quarter, summary: dict[str, object]) -> Past:
    """A quarter from what was kept of it (services.summary)."""
    sums = {**_sums(summary["capabilities"]), **_sums(summary["groups"])}
    return Past(
        quarter,
        Decimal(str(summary["total"] or 0)),
        str(summary["grade"]),
        {
            key: percent(Decimal(got), Decimal(of), places=1)
            for key, (_title, got, of) in sums.items()
        },
        {key: title for key, (title, _got, _of) in sums.items()},
    )


def _sums(found: object) -> dict[str, tuple[str, str, str]]:
    return {key: tuple(one) for key, one in found.items()} if isinstance(found, dict) else {}


def earlier(session: Session, quarter: Quarter, most: int = EARLIER) -> list[Past]:
    """The signed quarters before ``quarter``, oldest first."""
    rows = session.execute(
        sa.select(Assessment.quarter, Assessment.summary)
        .where(Assessment.quarter < str(quarter), Assessment.summary.is_not(None))
        .order_by(Assessment.quarter.desc())
        .limit(most)
    ).all()
    found = [(read(code), summary) for code, summary in reversed(rows)]
    return [past(one, summary) for one, summary in found if one and summary]


@dataclass(frozen=True)
class LookBack:
    """An item that fell short last time: how it stood, how it stands now, its hazard."""

    item: Item
    now: Item | None
    hazard: Hazard | None

    @property
    def is_better(self) -> bool:
        """Whether it reaches all its points now."""
        return self.now is not None and (not self.now.applies or self.now.got == self.now.of)

    @property
    def is_improved(self) -> bool:
        """Whether it reaches a greater share of its points now."""
        return self.now is not None and self.now.got * self.item.of > self.item.got * self.now.of


def look_back(session: Session, sheet: Sheet) -> tuple[Quarter | None, Sequence[LookBack]]:
    """回头看: what the last signed assessment had missed, and that quarter; None without one."""
    row = session.scalars(
        sa.select(Assessment)
        .where(Assessment.quarter < sheet.code, Assessment.content.is_not(None))
        .order_by(Assessment.quarter.desc())
        .limit(1)
    ).first()
    if row is None or row.content is None:
        return None, []
    before = make(Sheet, row.content["sheet"])
    hazards = queries.hazards(session, row)
    return before.quarter, [
        LookBack(item, sheet.item(item.key), hazards.get(item.key)) for item in before.unmet
    ]

"""Noting that plates were put up."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.plates.models import PlatePosting
from unitsafe.plates.queries import PlateLine


def post_plates(
    session: Session, lines: Collection[PlateLine], *, posted_on: date, by: Actor, now: datetime
) -> None:
    """The plates of these spaces hang since ``posted_on`` and say what they would say today.

    :raises RuleError: there is none.
    """
    if not lines:
        raise RuleError("请先选要登记的部位。")
    session.add_all(
        PlatePosting(
            space_id=line.space.id, posted_on=posted_on, label=line.label, at=now, by_id=by.id
        )
        for line in lines
    )
    data = {"spaces": sorted(line.space.id for line in lines), "posted_on": posted_on}
    audit.record(session, "plate.post", f"plates:{posted_on}", by=by, now=now, data=data)

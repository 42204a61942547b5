"""The figure of the key areas. Source: content/four_capabilities.yaml ``formula``."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core.figures import Figure, Period, metric
from unitsafe.grids import queries as grids
from unitsafe.places.models import Space
from unitsafe.plates.queries import hangs_on


@metric("key_area_owner_ratio")
def key_area_owner_ratio(session: Session, period: Period) -> Figure:
    """Key areas with somebody below the school who answered for them on the day and with a plate
    put up by then ÷ key areas; ``records`` lack one of both.

    Which spaces are key areas, and in use, is known only as it is now.
    """
    rows = session.execute(
        sa.select(Space.id, hangs_on(period.on)).where(Space.is_active, Space.is_key_area)
    ).all()
    answers = grids.answers(session, [space_id for space_id, _ in rows], period.on) if rows else {}
    missing = [
        space_id for space_id, hangs in rows if not hangs or answers[space_id].holder is None
    ]
    records = sa.select(Space).where(Space.id.in_(missing))
    return Figure(len(rows) - len(missing), len(rows), records)

"""Numbers that run through a year and are never given out twice."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session


def next_in_year(session: Session, serials: type[Any], year: int) -> int:
    """The next number of ``year``, inside a write. ``serials``: a table of ``year`` and ``last``."""
    serial = session.scalars(
        sa.select(serials).where(serials.year == year).with_for_update()
    ).first()
    if serial is None:
        serial = serials(year=year, last=0)
        session.add(serial)
    serial.last += 1
    session.flush()
    return int(serial.last)

"""Which plates hang on the walls."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model


class PlatePosting(Model):
    """A plate was put up at a space; ``label`` is the hash of what it says. Written once."""

    __tablename__ = "plate_posting"
    __table_args__ = (sa.Index(None, "space_id", "id"),)  # queries.posted: the newest of a space
    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(sa.ForeignKey("space.id"))
    posted_on: Mapped[date]
    label: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


append_only(PlatePosting.__table__)

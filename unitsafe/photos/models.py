"""A photo: the file is content-addressed, the row says who sent it when."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from unitsafe.core.db import Model


class Photo(Model):
    """``at`` is the server's time of arrival; ``taken_at`` what the camera wrote, if anything."""

    __tablename__ = "photo"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    thumb: Mapped[str] = mapped_column(sa.String(64))
    width: Mapped[int]
    height: Mapped[int]
    at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

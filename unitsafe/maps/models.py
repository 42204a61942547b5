"""Pictures of the campus and its floors, and the grids drawn on them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.db import Model
from unitsafe.grids.models import Grid
from unitsafe.photos.models import Photo
from unitsafe.places.models import Building


class GridMap(Model):
    """A picture of the campus, or with ``building`` and ``floor`` of one floor."""

    __tablename__ = "grid_map"
    __table_args__ = (
        sa.CheckConstraint("(building_id IS NULL) = (floor IS NULL)", name="campus_or_floor"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(60))
    building_id: Mapped[int | None] = mapped_column(sa.ForeignKey("building.id"))
    floor: Mapped[int | None]
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("photo.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    building: Mapped[Building | None] = relationship(lazy="raise")
    photo: Mapped[Photo] = relationship(lazy="raise")


class GridShape(Model):
    """A grid's outline on a map. ``points``: [x, y] in parts of width and height, 0–1, from the
    top left, so that they hold for a picture of another size."""

    __tablename__ = "grid_shape"
    __table_args__ = (
        sa.Index(None, "map_id", "id"),  # queries.shapes
        sa.Index(None, "grid_id"),  # queries.undrawn_grids
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    map_id: Mapped[int] = mapped_column(sa.ForeignKey("grid_map.id"))
    grid_id: Mapped[int] = mapped_column(sa.ForeignKey("grid.id"))
    points: Mapped[list[list[float]]] = mapped_column(sa.JSON)
    drawn_at: Mapped[datetime]
    grid: Mapped[Grid] = relationship(lazy="raise")

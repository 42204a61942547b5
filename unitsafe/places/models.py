"""Buildings and the spaces in them."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.db import Model


class BuildingUse(StrEnum):
    """What a building is for; 宿舍 and 食堂 have checks of their own."""

    TEACHING = "teaching"
    DORM = "dorm"
    CANTEEN = "canteen"
    OFFICE = "office"
    SPORT = "sport"
    OUTDOOR = "outdoor"


class Building(Model):
    """楼栋, or the outdoor part of the campus."""

    __tablename__ = "building"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40), unique=True)
    use: Mapped[BuildingUse] = mapped_column(default=BuildingUse.TEACHING)
    floors: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    spaces: Mapped[list["Space"]] = relationship(
        lazy="raise", back_populates="building", order_by="Space.floor, Space.name"
    )


class Space(Model):
    """部位: a room, corridor, yard. ``kind`` is a key of content ``space_kinds``.

    ``plate`` is the readable code of its QR plate and answers for ever.
    """

    __tablename__ = "space"
    __table_args__ = (sa.UniqueConstraint("building_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    building_id: Mapped[int] = mapped_column(sa.ForeignKey("building.id"))
    floor: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(sa.String(60))
    kind: Mapped[str] = mapped_column(sa.String(30))
    is_key_area: Mapped[bool] = mapped_column(default=False)
    plate: Mapped[str] = mapped_column(sa.String(12), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    building: Mapped[Building] = relationship(lazy="raise", back_populates="spaces")

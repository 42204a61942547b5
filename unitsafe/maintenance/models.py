"""Readings, what contractors and agencies did, contracts, and how much there should be."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.append_only import append_only
from unitsafe.core.db import Model
from unitsafe.equipment.models import Equipment
from unitsafe.files.models import StoredFile
from unitsafe.hazards.models import Hazard
from unitsafe.maintenance.rules import Action, Kind, Result
from unitsafe.people.models import Person
from unitsafe.places.models import Building


class Maintenance(Model):
    """Somebody from outside serviced, tested or cleaned; a test ends with ``result`` and holds to
    ``valid_until``. ``systems`` are groups of content ``equipment``. Once the school's person has
    signed, nothing of it changes."""

    __tablename__ = "maintenance"
    __table_args__ = (
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= done_on", name="valid_after_done"
        ),
        sa.CheckConstraint("(kind = 'maintenance') = (result IS NULL)", name="a_test_has_a_result"),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_by_id IS NULL)", name="signed_by_somebody"
        ),
        sa.Index(None, "done_on", "id"),  # queries.ledger, newest first
        sa.Index(None, "kind", "done_on", "id"),  # ledger of a kind, queries.newest, months
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind]
    company: Mapped[str] = mapped_column(sa.String(60))
    people: Mapped[str] = mapped_column(sa.String(60), default="")
    done_on: Mapped[date]
    systems: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    work: Mapped[str] = mapped_column(sa.Text, default="")
    report_no: Mapped[str] = mapped_column(sa.String(60), default="")
    result: Mapped[Result | None]
    valid_until: Mapped[date | None]
    signed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    signed_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    signed_by: Mapped[Person | None] = relationship(lazy="raise")
    findings: Mapped[list["MaintenanceFinding"]] = relationship(
        lazy="raise", order_by="MaintenanceFinding.id"
    )
    files: Mapped[list["MaintenanceFile"]] = relationship(
        lazy="raise", order_by="MaintenanceFile.id"
    )
    readings: Mapped[list["Reading"]] = relationship(lazy="raise", order_by="Reading.id")
    events: Mapped[list["MaintenanceEvent"]] = relationship(
        lazy="raise", order_by="MaintenanceEvent.id"
    )
    __mapper_args__ = {"version_id_col": version}


class MaintenanceFinding(Model):
    """One thing they found, kept as a hazard."""

    __tablename__ = "maintenance_finding"
    __table_args__ = (sa.Index(None, "maintenance_id", "id"),)  # the record's page, tallies
    id: Mapped[int] = mapped_column(primary_key=True)
    maintenance_id: Mapped[int] = mapped_column(sa.ForeignKey("maintenance.id"))
    hazard_id: Mapped[int] = mapped_column(sa.ForeignKey("hazard.id"), unique=True)
    hazard: Mapped[Hazard] = relationship(lazy="raise")


class MaintenanceFile(Model):
    """The sheet they left, the report, a photo."""

    __tablename__ = "maintenance_file"
    __table_args__ = (
        sa.UniqueConstraint("maintenance_id", "file_id"),
        sa.Index(None, "file_id"),  # queries.file_ids: whether a file may be opened
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    maintenance_id: Mapped[int] = mapped_column(sa.ForeignKey("maintenance.id"))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    file: Mapped[StoredFile] = relationship(lazy="raise")


class MaintenanceEvent(Model):
    """One step with a record; written once. ``changes``: column → what it was and became, as text."""

    __tablename__ = "maintenance_event"
    __table_args__ = (sa.Index(None, "maintenance_id", "id"),)  # the record's page
    id: Mapped[int] = mapped_column(primary_key=True)
    maintenance_id: Mapped[int] = mapped_column(sa.ForeignKey("maintenance.id"))
    action: Mapped[Action]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    by: Mapped[Person] = relationship(lazy="raise")


class Reading(Model):
    """A value read off a system; written once, a wrong one is followed by a right one. ``what`` is a
    key of rules.BY_KEY; ``read_by`` says who read it when that was not the one who typed it."""

    __tablename__ = "reading"
    __table_args__ = (
        sa.CheckConstraint("value >= 0", name="not_negative"),
        sa.Index(None, "equipment_id", "measured_at", "id"),  # a system's table and trend
        sa.Index(None, "maintenance_id", "id"),  # the record's page
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_id: Mapped[int] = mapped_column(sa.ForeignKey("equipment.id"))
    maintenance_id: Mapped[int | None] = mapped_column(sa.ForeignKey("maintenance.id"))
    what: Mapped[str] = mapped_column(sa.String(30))
    value: Mapped[Decimal] = mapped_column(sa.Numeric(12, 3))
    measured_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    read_by: Mapped[str] = mapped_column(sa.String(40), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    by: Mapped[Person] = relationship(lazy="raise")
    equipment: Mapped[Equipment] = relationship(lazy="raise")


class MaintenanceContract(Model):
    """维保合同: with whom, from when to when."""

    __tablename__ = "maintenance_contract"
    __table_args__ = (
        sa.CheckConstraint("until_on >= from_on", name="ends_after_begin"),
        sa.Index(None, "until_on", "id"),  # queries.contracts, the last one first
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    company: Mapped[str] = mapped_column(sa.String(60))
    contact: Mapped[str] = mapped_column(sa.String(60), default="")
    from_on: Mapped[date]
    until_on: Mapped[date]
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    files: Mapped[list["ContractFile"]] = relationship(lazy="raise", order_by="ContractFile.id")
    __mapper_args__ = {"version_id_col": version}


class ContractFile(Model):
    """A scan of a contract."""

    __tablename__ = "contract_file"
    __table_args__ = (
        sa.UniqueConstraint("contract_id", "file_id"),
        sa.Index(None, "file_id"),  # queries.file_ids
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("maintenance_contract.id"))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    file: Mapped[StoredFile] = relationship(lazy="raise")


class EquipmentTarget(Model):
    """How many of a kind a place should have; None where somebody took the number away again.
    ``place``: rules.MICRO, or ``b`` and the building's id."""

    __tablename__ = "equipment_target"
    __table_args__ = (
        sa.UniqueConstraint("place", "kind"),
        sa.CheckConstraint("(place = 'micro') = (building_id IS NULL)", name="place_of_building"),
        sa.CheckConstraint("number >= 0", name="not_negative"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(sa.String(12))
    building_id: Mapped[int | None] = mapped_column(sa.ForeignKey("building.id"))
    kind: Mapped[str] = mapped_column(sa.String(30))
    number: Mapped[int | None]
    changed_at: Mapped[datetime]
    building: Mapped[Building | None] = relationship(lazy="raise")


for _table in (MaintenanceEvent, Reading):
    append_only(_table.__table__)

"""Files on their way in, imports that were carried out, and the rows each of them made."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unitsafe.core.db import Model
from unitsafe.people.models import Person


class What(StrEnum):
    """What a list is of."""

    SPACES = "spaces"
    PEOPLE = "people"
    EQUIPMENT = "equipment"


class ImportDraft(Model):
    """A file read once, until it is imported or a week has gone by. ``sheet`` and ``heads`` are
    places (of the sheet, and of the heads among its rows); ``columns`` is field → column."""

    __tablename__ = "import_draft"
    __table_args__ = (
        sa.Index(None, "person_id", "made_at"),  # queries.drafts
        sa.Index(None, "made_at"),  # services.forget_old
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[What]
    file_name: Mapped[str] = mapped_column(sa.String(120))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime]
    sheet: Mapped[int] = mapped_column(default=0)
    heads: Mapped[int] = mapped_column(default=0)
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ImportSheet(Model):
    """A sheet of a draft: its filled rows, each [number in the file, cells]."""

    __tablename__ = "import_sheet"
    __table_args__ = (sa.UniqueConstraint("draft_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(sa.ForeignKey("import_draft.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(60))
    rows: Mapped[list[Any]] = mapped_column(sa.JSON)


class ImportRun(Model):
    """An import that was carried out. ``counts`` by outcome; ``left_out``: rows that had problems,
    each [number, text, why]. ``audit_id``: its entry in the log, after which any is a use."""

    __tablename__ = "import_run"
    __table_args__ = (sa.Index(None, "what", "id"),)  # queries.runs
    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[What]
    file_name: Mapped[str] = mapped_column(sa.String(120))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    left_out: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    audit_id: Mapped[int] = mapped_column(default=0)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    by: Mapped[Person] = relationship(lazy="raise", foreign_keys=by_id)
    undone_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=undone_by_id)


class ImportItem(Model):
    """A row that an import made, or (``is_fill``) what it wrote into blanks of one that was there:
    column → value as :func:`carrying.stored` keeps it."""

    __tablename__ = "import_item"
    __table_args__ = (sa.Index(None, "run_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("import_run.id"))
    table_name: Mapped[str] = mapped_column(sa.String(40))
    row_id: Mapped[int]
    is_fill: Mapped[bool] = mapped_column(default=False)
    filled: Mapped[dict[str, Any]] = mapped_column(default=dict)

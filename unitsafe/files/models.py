"""A file somebody attached: its bytes lie by their content, the row says what it was called."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from unitsafe.core.db import Model


class StoredFile(Model):
    """``digest`` and ``suffix`` name the file in the store; ``size`` is in bytes."""

    __tablename__ = "stored_file"
    __table_args__ = (sa.Index(None, "digest", "by_id"),)  # services.add_file: sent once more
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    suffix: Mapped[str] = mapped_column(sa.String(8))
    name: Mapped[str] = mapped_column(sa.String(120))
    size: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

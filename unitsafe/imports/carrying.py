"""Carrying a list into the records: the tools that each kind of list uses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from unitsafe.imports.models import ImportItem


@dataclass
class Carrier:
    """An import under way: adds rows and notes each, so that the import can be undone."""

    session: Session
    today: date
    now: datetime
    items: list[ImportItem] = field(default_factory=list)

    def add(self, rows: Iterable[Any]) -> None:
        """Add objects and note them as made."""
        made = list(rows)
        self.session.add_all(made)
        self.session.flush()
        self.items += [ImportItem(table_name=row.__tablename__, row_id=row.id) for row in made]

    def fill(self, row: Any, values: Mapping[str, Any]) -> None:
        """Write into blanks of an object that was there, and note what was written."""
        for column, value in values.items():
            setattr(row, column, value)
        if values:
            filled = {column: stored(value) for column, value in values.items()}
            name = row.__tablename__
            self.items.append(
                ImportItem(table_name=name, row_id=row.id, is_fill=True, filled=filled)
            )


def stored(value: Any) -> Any:
    """A value as a note keeps it; instants in UTC, as the database has them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value

"""What a copy of the database says: whose it is, how much it holds, whether it contradicts itself."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.backups import postgres
from unitsafe.backups.archive import PHOTOS
from unitsafe.backups.rules import BackupError, Fault, Remark
from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.db import UtcDateTime
from unitsafe.core.schema import newest_revision

COUNTED = ("check_record", "hazard", "photo")
"""Tables whose rows are told."""
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass
class Contents:
    """``files``: names in the archive of what the rows refer to; ``remarks``: how many of each."""

    revision: str = ""
    school: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    files: set[str] = field(default_factory=set)
    remarks: Counter[Remark] = field(default_factory=Counter)


def of_sqlite(file: Path, *, deep: bool) -> Contents:
    """Read a copy in ``file``. ``deep``: every index is compared, and the audit log is proven.

    :raises BackupError: it is damaged.
    """
    try:
        with opened(file) as connection:
            found = Contents(whole(connection, deep=deep))
            loose = connection.execute("SELECT count(*) FROM pragma_foreign_key_check").fetchone()
            found.remarks[Remark.LOOSE_ROWS] = loose[0]
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            for table in tables & set(COUNTED):
                row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
                found.counts[table] = row[0]
            for table, sql in _FILES.items():
                if table in tables:
                    for digest, suffix in connection.execute(sql):
                        found.files.add(_file(digest, suffix))
            if "school" in tables:
                row = connection.execute("SELECT name FROM school").fetchone()
                found.school = str(row[0]) if row else ""
    except sqlite3.Error as error:
        line = f"the backup's database is damaged ({error})"
        raise BackupError(line, Fault.DAMAGED) from None
    if deep and "audit_entry" in tables:
        found.remarks[Remark.BROKEN_LOG] = _log_faults(file, found.revision)
    return found


_FILES = {
    "photo": "SELECT digest, '.jpg' FROM photo UNION SELECT thumb, '.jpg' FROM photo",
    "stored_file": "SELECT digest, suffix FROM stored_file",
}


def _file(digest: str, suffix: str) -> str:
    return f"{PHOTOS}/{digest[:2]}/{digest[2:4]}/{digest}{suffix}"


def opened(file: Path) -> "closing[sqlite3.Connection]":
    """The database in ``file``, which must exist; never waits for a lock."""
    return closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=0))


def whole(connection: sqlite3.Connection, *, deep: bool) -> str:
    """The schema revision of a whole database. Raises sqlite3.Error for a damaged one."""
    check = "integrity_check" if deep else "quick_check"
    if (fault := connection.execute(f"PRAGMA {check}(1)").fetchone()[0]) != "ok":
        raise sqlite3.DatabaseError(fault)
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        raise sqlite3.DatabaseError("it holds no schema")
    return str(row[0])


def _log_faults(file: Path, revision: str) -> int:
    """How many entries of the log are not as they were written. What entries claim of other tables
    is only asked of the schema that this program's models read."""
    engine = sa.create_engine(f"sqlite:///{file.absolute().as_posix()}", poolclass=sa.NullPool)
    try:
        with Session(engine) as session:
            claims = revision == newest_revision()
            return sum(1 for _fault in audit.verify(session, claims=claims))
    finally:
        engine.dispose()


def of_dump(file: Path, *, deep: bool) -> Contents:
    """Read a dump of PostgreSQL in ``file`` to its end. ``deep``: the log's chain is proven.

    :raises BackupError: it is damaged, or pg_restore is missing.
    """
    found, log = Contents(), _Chain()
    for table, row in postgres.rows(file):
        found.counts[table] += 1
        if table == "alembic_version":
            found.revision = str(row["version_num"])
        elif table == "school":
            found.school = str(row["name"])
        elif table == "photo":
            found.files |= {_file(str(row[key]), ".jpg") for key in ("digest", "thumb")}
        elif table == "stored_file":
            found.files.add(_file(str(row["digest"]), str(row["suffix"])))
        elif table == "audit_entry" and deep:
            log.add(row)
    if not found.revision:
        raise BackupError("the backup's database holds no schema", Fault.DAMAGED)
    found.remarks[Remark.BROKEN_LOG] = sum(1 for _fault in log.faults())
    return found


class _Chain:
    """The hashes of a log whose rows come in any order."""

    def __init__(self) -> None:
        self.links: dict[int, tuple[str, str, bool]] = {}

    def add(self, row: dict[str, str | None]) -> None:
        actor = row["actor_id"]
        entry = AuditEntry(
            at=UtcDateTime().process_result_value(postgres.moment(str(row["at"])), _DIALECT),
            actor_id=None if actor is None else int(actor),
            **{key: row[key] for key in _TEXTS},
        )
        is_same = audit.entry_hash(entry) == row["hash"]
        self.links[int(str(row["id"]))] = entry.previous, str(row["hash"]), is_same

    def faults(self) -> Iterator[int]:
        before = ""
        for number, (previous, digest, is_same) in sorted(self.links.items()):
            if previous != before or not is_same:
                yield number
            before = digest


_DIALECT = sa.create_mock_engine("postgresql+psycopg://", lambda *_: None).dialect
_TEXTS = ("actor_name", "act", "subject", "data", "origin", "previous")

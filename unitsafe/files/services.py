"""Keeping an attached file, and who may open it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import IO

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from unitsafe.core.blobs import Blobs
from unitsafe.core.domain import Actor
from unitsafe.files import rules
from unitsafe.files.models import StoredFile

visible_through: dict[str, Callable[[Actor], sa.Select[int]]] = {}
"""Features add what makes a file visible: a select of file ids that the actor may see."""


@dataclass(frozen=True)
class KeptFile:
    """A file whose bytes are on the disk."""

    digest: str
    suffix: str
    name: str
    size: int


def store() -> Blobs:
    """Where files lie: beside the photos, so that backups hold them."""
    blobs: Blobs = current_app.extensions["photos"]
    return blobs


def keep_file(stream: IO[bytes], name: str, *, most_mib: int) -> KeptFile:
    """Write the file; outside any write transaction. Raises RuleError, StorageError."""
    data = stream.read(most_mib * rules.MIB + 1)
    if len(data) > most_mib * rules.MIB:  # its whole size for the message, without reading it
        stream.seek(0, 2)
        data = bytes(stream.tell())
    name = rules.tidy_name(name)
    suffix = rules.check_file(name, data, most_mib=most_mib)
    return KeptFile(store().put(data, suffix), suffix, name, len(data))


def add_file(session: Session, kept: KeptFile, *, by: Actor | None, now: datetime) -> StoredFile:
    """The file's row; the same file from the same person under the same name is the same row."""
    by_id = by.id if by else None
    same = sa.select(StoredFile).where(
        StoredFile.digest == kept.digest, StoredFile.by_id == by_id, StoredFile.name == kept.name
    )
    if (found := session.scalars(same).first()) is not None:
        return found
    row = StoredFile(
        digest=kept.digest,
        suffix=kept.suffix,
        name=kept.name,
        size=kept.size,
        at=now,
        by_id=by_id,
    )
    session.add(row)
    session.flush()
    return row


def own(
    session: Session,
    actor: Actor,
    file_ids: Collection[int],
    *,
    without: sa.Select[int] | None = None,
) -> list[StoredFile]:
    """Those of ``file_ids`` that ``actor`` sent, in the order of arrival; ``without`` those that a
    record holds already."""
    select = sa.select(StoredFile).where(StoredFile.id.in_(file_ids), StoredFile.by_id == actor.id)
    if without is not None:
        select = select.where(StoredFile.id.not_in(without))
    return list(session.scalars(select.order_by(StoredFile.id)))


def visible_file(session: Session, actor: Actor, file_id: int) -> StoredFile | None:
    """The file, if ``actor`` sent it or may see a record it belongs to."""
    found = session.get(StoredFile, file_id)
    if found is None or found.by_id == actor.id:
        return found
    for through in visible_through.values():
        ids = through(actor).subquery()
        if session.scalar(sa.select(sa.exists().where(ids.c[0] == file_id))):
            return found
    return None

"""Keeping an uploaded photo."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import IO, BinaryIO, cast

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.blobs import Blobs
from unitsafe.core.domain import Actor
from unitsafe.core.images import MIB, PreparedPhoto, prepare_photo
from unitsafe.photos.models import Photo

SUFFIX = ".jpg"
visible_through: dict[str, Callable[[Actor], sa.Select[int]]] = {}
"""Features add what makes a photo visible: a select of photo ids that the actor may see."""


def store() -> Blobs:
    """Where the files lie."""
    blobs: Blobs = current_app.extensions["photos"]
    return blobs


@dataclass(frozen=True)
class Limits:
    """How large an upload may be, in bytes and pixels, and how long it and its thumbnail become."""

    max_bytes: int = 20 * MIB
    max_pixels: int = 50_000_000
    max_side: int = 1600
    thumb_side: int = 320


PHOTO = Limits()
PLAN = Limits(max_bytes=50 * MIB, max_pixels=36_000_000, max_side=2600, thumb_side=1200)
"""A plan is read: its small print stays, and its "thumbnail" fills a screen. A photo of one has 12 to
24 million pixels; from 36 on it is refused, which spares the PC."""


@dataclass(frozen=True)
class Kept:
    """A photo whose files are written; ``digest`` and ``thumb`` are their keys."""

    picture: PreparedPhoto
    digest: str
    thumb: str


def keep_file(stream: IO[bytes], limits: Limits = PHOTO) -> Kept:
    """Make the photo small and write its files; outside any write transaction.

    :raises PhotoRefused, StorageError: with a sentence for the reader.
    """
    return keep(prepare(stream, limits))


def prepare(stream: IO[bytes], limits: Limits = PHOTO) -> PreparedPhoto:
    """The photo made small and clean; nothing is written. Raises PhotoRefused."""
    return prepare_photo(
        cast(BinaryIO, stream),
        max_bytes=limits.max_bytes,
        max_pixels=limits.max_pixels,
        max_side=limits.max_side,
        thumb_side=limits.thumb_side,
    )


def keep(photo: PreparedPhoto) -> Kept:
    """Write the files of a prepared photo. Raises StorageError."""
    return Kept(photo, store().put(photo.jpeg, SUFFIX), store().put(photo.thumb, SUFFIX))


def add_photo(
    session: Session,
    kept: Kept,
    *,
    by: Actor | None,
    now: datetime,
) -> Photo:
    """The photo's row; the same picture from the same person again is the same photo."""
    by_id = by.id if by else None
    same = session.scalars(
        sa.select(Photo).where(Photo.digest == kept.digest, Photo.by_id == by_id)
    ).first()
    if same is not None:
        return same
    taken = kept.picture.taken_at.replace(tzinfo=clock.ZONE) if kept.picture.taken_at else None
    photo = Photo(
        digest=kept.digest,
        thumb=kept.thumb,
        width=kept.picture.width,
        height=kept.picture.height,
        at=now,
        taken_at=taken,
        by_id=by_id,
    )
    session.add(photo)
    session.flush()
    return photo


def own(
    session: Session,
    actor: Actor,
    photo_ids: Collection[int],
    *,
    without: sa.Select[int] | None = None,
) -> list[int]:
    """Those of ``photo_ids`` that ``actor`` sent, in the order of arrival; ``without`` those that a
    record shows already."""
    select = sa.select(Photo.id).where(Photo.id.in_(photo_ids), Photo.by_id == actor.id)
    if without is not None:
        select = select.where(Photo.id.not_in(without))
    return list(session.scalars(select.order_by(Photo.id)))


def visible_photo(session: Session, actor: Actor, photo_id: int) -> Photo | None:
    """The photo, if ``actor`` sent it or may see a record that shows it."""
    photo = session.get(Photo, photo_id)
    if photo is None or photo.by_id == actor.id:
        return photo
    for through in visible_through.values():
        ids = through(actor).subquery()
        if session.scalar(sa.select(sa.exists().where(ids.c[0] == photo_id))):
            return photo
    return None

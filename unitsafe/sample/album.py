"""The drawn photos in the photo store, and rows that say who took them when."""

import io
from datetime import datetime

from flask import current_app
from sqlalchemy.orm import Session

from unitsafe.core.blobs import Blobs
from unitsafe.core.images import PreparedPhoto, prepare_photo
from unitsafe.photos.models import Photo
from unitsafe.photos.services import Kept
from unitsafe.sample import pictures

SUFFIX = ".jpg"


class Album:
    """Every picture once as a file; :meth:`take` makes a row of it for one occasion."""

    def __init__(self, session: Session) -> None:
        self.session = session
        store: Blobs = current_app.extensions["photos"]
        self._kept = {
            (scene, is_right): _keep(store, pictures.draw_jpeg(scene, is_right=is_right))
            for scene in pictures.SCENES
            for is_right in (False, True)
        }

    def show(self, scene: str, *, is_right: bool, by_id: int, at: datetime) -> list[int]:
        """Ids for a form that takes photos. Without a scene nothing is photographed, but what has
        been put right always is."""
        if not scene and not is_right:
            return []
        return [self.take(scene or "boxes", is_right=is_right, by_id=by_id, at=at)]

    def take(self, scene: str, *, is_right: bool, by_id: int, at: datetime) -> int:
        """Id of a new photo of ``scene``."""
        prepared, thumb = self._kept[scene, is_right]
        photo = Photo(
            digest=prepared.sha256,
            thumb=thumb,
            width=prepared.width,
            height=prepared.height,
            at=at,
            by_id=by_id,
        )
        self.session.add(photo)
        self.session.flush()
        return photo.id

    def kept(self, scene: str) -> Kept:
        """The picture of ``scene`` as services take it that add photos by themselves."""
        prepared, thumb = self._kept[scene, False]
        return Kept(prepared, prepared.sha256, thumb)


def _keep(store: Blobs, jpeg: bytes) -> tuple[PreparedPhoto, str]:
    prepared = prepare_photo(io.BytesIO(jpeg))
    store.put(prepared.jpeg, SUFFIX)
    return prepared, store.put(prepared.thumb, SUFFIX)

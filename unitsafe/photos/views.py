"""Sending and showing photos."""

from collections.abc import Collection

from flask import Blueprint, Response, abort, jsonify, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.access import actor, allow
from unitsafe.core.blobs import StorageError
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right
from unitsafe.core.images import PhotoRefused
from unitsafe.core.query import row_id
from unitsafe.photos import services
from unitsafe.photos.models import Photo

bp = Blueprint("photos", __name__)


@bp.post("/photos")
@allow(Right.CREATE_HAZARD)
def upload() -> ResponseReturnValue:
    """One photo, ahead of the form that will name it."""
    kept = kept_upload()
    if not isinstance(kept, services.Kept):
        return kept
    with writing() as session:
        photo = services.add_photo(session, kept, by=actor(), now=clock.now())
    return as_json(photo)


@bp.get("/photos/<int:photo_id>")
@allow()
def photo(photo_id: int) -> ResponseReturnValue:
    """The picture."""
    found = _visible(photo_id)
    return _send(found.digest)


@bp.get("/photos/<int:photo_id>/thumb")
@allow()
def thumb(photo_id: int) -> ResponseReturnValue:
    """The thumbnail."""
    found = _visible(photo_id)
    return _send(found.thumb)


def sent_photos() -> tuple[list[int], str]:
    """Ids of the photos sent ahead and of those that came with a plain form; why one was refused,
    empty when none was."""
    ids = [number for text in request.form.getlist("photo") if (number := row_id(text))]
    try:
        kept = [
            services.keep_file(one.stream) for one in request.files.getlist("photo_file") if one
        ]
    except PhotoRefused as error:
        return ids, _(error.message, **error.values)
    except StorageError as error:
        return ids, str(error)
    if kept:
        with writing() as session:
            for one in kept:
                ids.append(services.add_photo(session, one, by=actor(), now=clock.now()).id)
    return ids, ""


def kept_upload() -> services.Kept | tuple[Response, int]:
    """The uploaded file as kept, or the refusal to answer with."""
    sent = request.files.get("photo")
    if sent is None or not sent.filename:
        return refused(_("没有收到照片，请重新选择。"))
    try:
        return services.keep_file(sent.stream)
    except PhotoRefused as error:
        return refused(_(error.message, **error.values))
    except StorageError as error:
        return refused(str(error), error.status)


def addresses(photo_id: int) -> dict[str, int | str]:
    """What a page needs to show the photo."""
    return {
        "id": photo_id,
        "url": url_for("photos.photo", photo_id=photo_id),
        "thumb_url": url_for("photos.thumb", photo_id=photo_id),
    }


def as_json(photo: Photo) -> Response:
    """:func:`addresses` for the page's script."""
    return jsonify(addresses(photo.id))


def shown(photo_ids: Collection[int]) -> list[dict[str, int | str]]:
    """Those of ``photo_ids`` that this person sent, to be shown with their form again."""
    return [addresses(number) for number in services.own(db.session(), actor(), photo_ids)]


def refused(message: str, status: int = 422) -> tuple[Response, int]:
    """Why a photo was not kept."""
    return jsonify(message=message), status


def _visible(photo_id: int) -> Photo:
    found = services.visible_photo(db.session(), actor(), photo_id)
    if found is None:
        abort(404)
    return found


def _send(key: str) -> Response:
    path = services.store().path(key, services.SUFFIX)
    if not path.exists():
        abort(404)
    response = send_file(path, mimetype="image/jpeg", etag=key, conditional=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response

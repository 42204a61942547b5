"""Sending files with a form, and opening them."""

from flask import Blueprint, Response, abort, request, send_file
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.access import actor, allow
from unitsafe.core.blobs import StorageError
from unitsafe.core.db import db, writing
from unitsafe.core.domain import RuleError
from unitsafe.core.query import row_id
from unitsafe.core.security import SANDBOXED
from unitsafe.files import services
from unitsafe.files.models import StoredFile
from unitsafe.files.rules import TYPES
from unitsafe.school.queries import school

bp = Blueprint("files", __name__)


@bp.get("/files/<int:file_id>")
@allow()
def open_file(file_id: int) -> Response:
    """The file: a PDF or picture in the browser, everything else as a download."""
    found = services.visible_file(db.session(), actor(), file_id) or abort(404)
    path = services.store().path(found.digest, found.suffix)
    if not path.exists():
        abort(404)
    kind = TYPES[found.suffix]
    response = send_file(
        path,
        mimetype=kind.mime,
        as_attachment=not kind.in_browser,
        download_name=found.name,
        etag=found.digest,
        conditional=True,
    )
    if found.suffix != ".pdf":  # the viewer of a browser does not open a sandboxed PDF
        response.headers["Content-Security-Policy"] = SANDBOXED
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def sent_files() -> tuple[list[int], str]:
    """Ids of the files sent before and of those that came with this form (``file``,
    ``file_upload``); why one was refused, empty when none was."""
    ids = [number for text in request.form.getlist("file") if (number := row_id(text))]
    most = school(db.session()).number("file_mib")
    try:
        kept = [
            services.keep_file(one.stream, one.filename or "", most_mib=most)
            for one in request.files.getlist("file_upload")
            if one
        ]
    except RuleError as error:
        return ids, _(error.message, **error.values)
    except StorageError as error:
        return ids, str(error)
    if kept:
        with writing() as session:
            for one in kept:
                ids.append(services.add_file(session, one, by=actor(), now=clock.now()).id)
    return ids, ""


def shown(file_ids: list[int]) -> list[StoredFile]:
    """Those of ``file_ids`` that this person sent, to be shown with their form again."""
    return services.own(db.session(), actor(), file_ids)

"""随手报: anyone who signed in reports what they see."""

from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right
from unitsafe.core.htmx import render, see_other
from unitsafe.core.images import PhotoRefused
from unitsafe.core.query import int_arg
from unitsafe.hazards import services
from unitsafe.hazards.forms import ReportForm
from unitsafe.hazards.rules import Fix, Level
from unitsafe.hazards.views import bp
from unitsafe.hazards.views.acts import sent_photos
from unitsafe.photos.views import shown
from unitsafe.places.queries import space_choices


@bp.route("/hazards/new", methods=["GET", "POST"])
@allow(Right.CREATE_HAZARD)
def new() -> ResponseReturnValue:
    """Report a hazard; `?space=` fills in the place."""
    start = {"space_id": int_arg("space")}
    form: Any = ReportForm(space_choices(db.session()), data=start)
    photo_error, ids = "", []
    if form.is_submitted():
        try:
            ids = sent_photos()
        except PhotoRefused as error:
            photo_error = _(error.message, **error.values)
        if form.validate() and not photo_error:
            return _report(form, ids)
    return render(
        "hazards/new.html",
        form=form,
        photos=shown(ids),
        photo_error=photo_error,
        status=422 if form.is_submitted() else 200,
    )


def _report(form: Any, photo_ids: list[int]) -> ResponseReturnValue:
    now = clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        hazard = services.report(
            session,
            description=form.description.data,
            category=form.category.data,
            level=Level(form.level.data),
            fix=Fix(form.fix.data),
            space_id=form.space_id.data,
            photo_ids=photo_ids,
            by=actor(),
            now=now,
        )
        key.location = url_for(".detail", number=hazard.number)
    flash(_("已登记，编号%(number)s，谢谢！", number=hazard.number))
    return see_other(key.location)

"""随手报: anyone who signed in reports what they see."""

from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right
from unitsafe.core.htmx import render, see_other
from unitsafe.core.query import int_arg
from unitsafe.hazards import queries, services
from unitsafe.hazards.forms import ReportForm
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import REPORTED_LEVELS, Fix, Level, Source, State
from unitsafe.hazards.views import bp
from unitsafe.photos.views import sent_photos, shown
from unitsafe.places.queries import space_choices


@bp.route("/hazards/new", methods=["GET", "POST"])
@allow(Right.CREATE_HAZARD)
def new() -> ResponseReturnValue:
    """Report a hazard; `?space=`, `?category=` and `?words=` fill in the place, what kind and what is
    wrong, `?source=` and `?ref=` say from where, `?again=` names the closed one that is back."""
    session = db.session()
    before = _closed_before(session, request.values.get("again", ""))
    start = {
        "space_id": int_arg("space"),
        "source": request.args.get("source", Source.REPORT),
        "ref": request.args.get("ref", "")[:40],
        "category": request.args.get("category", ""),
        "description": request.args.get("words", "")[:500],
    }
    if before is not None:
        start |= {
            "again": before.number,
            "space_id": before.space_id,
            "category": before.category,
            "level": before.level if before.level in REPORTED_LEVELS else Level.SUSPECTED_MAJOR,
        }
    form: Any = ReportForm(space_choices(session), data=start)
    photo_error = ""
    ids: list[int] = []
    if form.is_submitted():
        ids, photo_error = sent_photos()
        if form.validate() and not photo_error:
            return _report(form, ids)
    return render(
        "hazards/new.html",
        form=form,
        before=before,
        photos=shown(ids),
        photo_error=photo_error,
        status=422 if form.is_submitted() else 200,
    )


def _closed_before(session: Session, number: str) -> Hazard | None:
    """The closed hazard of that number that this person may see."""
    found = queries.hazard(session, actor(), number)
    return found if found is not None and found.state is State.CLOSED else None


def _report(form: Any, photo_ids: list[int]) -> ResponseReturnValue:
    now = clock.now()
    before = _closed_before(db.session(), form.again.data or "")
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
            source=form.found_through,
            source_ref=(form.ref.data or "")[:40],
            recurrence_of=before,
            by=actor(),
            now=now,
        )
        key.location = url_for(".detail", number=hazard.number)
    flash(_("已登记，编号%(number)s，谢谢！", number=hazard.number))
    return see_other(key.location)

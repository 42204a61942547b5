"""One hazard: what it is, what was done, what this person may do now."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.download import pdf
from unitsafe.core.htmx import render, see_other, wants_fragment
from unitsafe.core.printing import render_pdf
from unitsafe.hazards import papers, queries, rules
from unitsafe.hazards.following import ensure_followed
from unitsafe.hazards.forms import FORMS, DispatchForm
from unitsafe.hazards.labels import LEVEL_KIND, STATE_KIND
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Action, Level
from unitsafe.hazards.views import bp
from unitsafe.people.queries import active_people, told_apart
from unitsafe.photos import services as photos
from unitsafe.school.queries import school, short_name


def get_hazard(session: Session, number: str) -> Hazard:
    """The hazard this person may see, else 404."""
    hazard = queries.hazard(session, actor(), number)
    if hazard is None:
        abort(404)
    return hazard


def dispatch_form(hazard: Hazard, **kwargs: Any) -> DispatchForm:
    """派单, filled with what the hazard and the school's defaults suggest."""
    session = db.session()
    found = school(session)
    days = {key: found.number(key) for key in rules.DAYS_SETTING.values()}
    today = clock.today()
    due_on = max(hazard.due_on or today, rules.default_deadline(hazard.level, today, days))
    levels = tuple(
        dict.fromkeys([Level.NORMAL, Level.SERIOUS, Level.SUSPECTED_MAJOR, hazard.level])
    )
    people = told_apart(active_people(session))
    return DispatchForm(
        people,
        levels,
        data={
            "to_id": hazard.holder_id,
            "level": hazard.level.value,
            "due_on": due_on,
            "measure": hazard.measure,
            "interim_measure": hazard.interim_measure,
        },
        **kwargs,
    )


def show(
    number: str, forms: Mapping[Action, Any] | None = None, status: int = 200
) -> ResponseReturnValue:
    """The hazard's page with a form for each action that is open to this person."""
    session = db.session()
    hazard = get_hazard(session, number)
    open_forms: dict[Action, Any] = {}
    for action in hazard.actions_open_to(actor()):
        given = (forms or {}).get(action)
        if given is None:
            given = (
                dispatch_form(hazard, formdata=None)
                if action is Action.DISPATCH
                else FORMS[action](formdata=None)
            )
        open_forms[action] = given
    shown = queries.photos(session, hazard.id)
    found = school(session)
    return render(
        "hazards/detail.html",
        fragment="panel",
        hazard=hazard,
        forms=open_forms,
        photos_before=[p for p in shown if not p.is_after],
        photos_after=[p for p in shown if p.is_after],
        card=rules.card(
            hazard.state, hazard.level, hazard.due_on, clock.today(), found.number("card_red_after")
        ),
        late=rules.days_late(hazard.state, hazard.due_on, clock.today()),
        category=content.load().hazard_categories.get(hazard.category, hazard.category),
        state_kind=STATE_KIND,
        level_kind=LEVEL_KIND,
        status=status,
    )


def show_changed(number: str, message: str) -> ResponseReturnValue:
    """The hazard after a saved change: by swap for htmx, by redirect for a plain browser."""
    flash(message)
    return show(number) if wants_fragment() else see_other(url_for(".detail", number=number))


@bp.get("/hazards/<number>")
@allow()
def detail(number: str) -> ResponseReturnValue:
    """One hazard."""
    ensure_followed(clock.today(), now=clock.now())
    return show(number)


@bp.get("/hazards/<number>.pdf")
@allow()
def hazard_pdf(number: str) -> ResponseReturnValue:
    """One hazard on paper."""
    session = db.session()
    hazard = get_hazard(session, number)
    shown = queries.photos(session, hazard.id)
    data = papers.hazard_sheet(hazard, shown, school(session), now=clock.now())
    files = {
        papers.photo_name(entry): photos.store().path(entry.photo.digest, photos.SUFFIX)
        for entry in shown
    }
    return pdf(render_pdf("hazard_sheet", data, photos=files), short_name(), "隐患处理单", number)

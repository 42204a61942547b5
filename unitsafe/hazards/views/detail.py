"""One hazard: what it is, what was done, what this person may do now."""

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, flash, url_for
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
from unitsafe.hazards.forms import ActForm, DispatchForm, act_form
from unitsafe.hazards.labels import LEVEL_KIND, STATE_KIND
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Action, Card, CardNumbers, Level, Need, State
from unitsafe.hazards.views import bp
from unitsafe.people.queries import active_people, told_apart
from unitsafe.photos import services as photos
from unitsafe.school.queries import school, short_name, the_school


def get_hazard(session: Session, number: str) -> Hazard:
    """The hazard this person may see, else 404."""
    hazard = queries.hazard(session, actor(), number)
    if hazard is None:
        abort(404)
    return hazard


def open_now(hazard: Hazard) -> list[Action]:
    """What this person may do with it now."""
    return hazard.actions_open_to(actor(), card_of(hazard))


def card_of(hazard: Hazard) -> Card | None:
    """The card it carries today."""
    return hazard.card(clock.today(), _card_numbers())


def _card_numbers() -> CardNumbers:
    found = the_school() or abort(404)
    return rules.card_numbers(found.number)


def form_of(action: Action, hazard: Hazard, **kwargs: Any) -> ActForm:
    """The form of a step, filled with what the hazard and the school's defaults suggest."""
    needs_people = Need.PERSON in rules.TRANSITIONS[action].needs
    people = told_apart(active_people(db.session())) if needs_people else []
    if action is Action.DISPATCH:
        return _dispatch_form(hazard, people, **kwargs)
    return act_form(action, hazard, people, **kwargs)


def _dispatch_form(hazard: Hazard, people: list[tuple[int, str]], **kwargs: Any) -> DispatchForm:
    found = school(db.session())
    days = {key: found.number(key) for key in rules.DAYS_SETTING.values()}
    today = clock.today()
    usual = rules.default_deadline(hazard.level, today, days)
    due_on = hazard.due_on if hazard.due_on and hazard.due_on >= today else usual
    levels: tuple[Level, ...] = (Level.NORMAL, Level.SERIOUS, Level.SUSPECTED_MAJOR)
    if hazard.level in rules.IS_MAJOR:
        levels = (hazard.level,)
    return DispatchForm(
        people,
        tuple(level for level in levels if not rules.is_lower(level, hazard.level)),
        is_again=hazard.state is State.ASSIGNED,
        data={
            "to_id": hazard.holder_id,
            "level": hazard.level,
            "due_on": due_on,
            "measure": hazard.measure,
            "interim_measure": hazard.interim_measure,
            "budget": hazard.budget,
        },
        **kwargs,
    )


def show(number: str, forms: Mapping[Action, Any] | None = None, status: int = 200) -> Response:
    """The hazard's page with a form for each step that is open to this person."""
    session = db.session()
    hazard = get_hazard(session, number)
    card = card_of(hazard)
    newest = queries.newest_event(hazard.events)
    open_forms: dict[Action, Any] = {}
    for action in hazard.actions_open_to(actor(), card):
        given = (forms or {}).get(action) or form_of(action, hazard, formdata=None)
        given.seen.data = newest.id if newest else 0
        open_forms[action] = given
    shown = queries.photos(session, hazard.id)
    return render(
        "hazards/detail.html",
        fragment="panel",
        hazard=hazard,
        forms=open_forms,
        wrong_forms=[action for action, form in open_forms.items() if form.errors],
        main=[action for action in open_forms if _is_main(action, hazard)],
        beside=[action for action in open_forms if action in BESIDE],
        photos_before=[p for p in shown if not p.is_after],
        photos_after=[p for p in shown if p.is_after],
        card=card,
        is_again=hazard.times >= _card_numbers().repeats,
        late=hazard.days_late(clock.today()),
        last_replies=queries.last_replies(hazard.events),
        recurrences=queries.recurrences(session, hazard),
        looked_again=queries.looked_again(session, actor(), hazard, clock.now()),
        category=content.load().hazard_categories.get(hazard.category, hazard.category),
        state_kind=STATE_KIND,
        level_kind=LEVEL_KIND,
        status=status,
    )


MAIN = (
    Action.REPORT_DONE,
    Action.RECHECK,
    Action.CLOSE,
    Action.GRANT_EXTENSION,
    Action.CONFIRM_MAJOR,
    Action.RATE,
)
"""Steps that the hazard waits for: their forms stand open."""

BESIDE = (Action.SEND_BACK, Action.REFUSE_EXTENSION, Action.DOWNGRADE)
"""What one may answer instead: folded, but not under the rest."""


def _is_main(action: Action, hazard: Hazard) -> bool:
    if action is Action.DISPATCH:
        return hazard.state is State.REPORTED
    return action in MAIN


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


@bp.get("/hazards/workflow")
@allow()
def workflow() -> ResponseReturnValue:
    """How a hazard goes from found to closed: the rules themselves, for people to read."""
    return render(
        "hazards/workflow.html",
        steps_in=lambda state: [
            (action, step) for action, step in rules.TRANSITIONS.items() if state in step.sources
        ],
        states=list(State),
        state_kind=STATE_KIND,
        closers=rules.CLOSERS,
        days={level: school(db.session()).number(key) for level, key in rules.DAYS_SETTING.items()},
        numbers=_card_numbers(),
    )


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

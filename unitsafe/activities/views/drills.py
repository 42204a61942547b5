"""Drills: their part of the shared pages, the notice, the run."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import abort, flash, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.activities import drill_papers, drills, metrics_drills, queries, today_drills
from unitsafe.activities.drill_forms import CountForm, DrillEvaluationForm, DrillForm
from unitsafe.activities.drill_papers import duration
from unitsafe.activities.drill_rules import is_on_target
from unitsafe.activities.forms import StepForm
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import Action, Form, Kind, State, may_organise
from unitsafe.activities.services import Changes
from unitsafe.activities.term_drills import term_drills
from unitsafe.activities.views import bp
from unitsafe.activities.views.kinds import KINDS, KindPage, Paper
from unitsafe.activities.views.pages import ONE, found
from unitsafe.classes import queries as classes
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.download import pdf
from unitsafe.core.errors import sentence
from unitsafe.core.errors import status as status_of
from unitsafe.core.htmx import render, see_other
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import row_id
from unitsafe.school.queries import school, short_name

bp.add_app_template_filter(duration, "duration")
__all__ = ["metrics_drills", "today_drills"]


def _offer(session: Session, form: DrillForm, activity: Activity | None) -> None:
    """The classes of today; a new drill is for all of them, at night for those with boarders."""
    found_classes = classes.classes(session)
    form.offer_classes([(one.id, one.name) for one in found_classes])
    if form.is_submitted():
        return
    if activity is not None:
        form.classes.data = [one.class_id for one in drills.parts_of(session, activity)]
        return
    is_night, is_small = (form.form.data is one for one in (Form.NIGHT, Form.FIRE_FIGHTING))
    form.classes.data = [
        one.id for one in found_classes if not is_small and (one.boarders or not is_night)
    ]
    form.target_seconds.data = school(session).number("drill_target_seconds")


def _save(session: Session, activity: Activity, form: DrillForm) -> Changes:
    return drills.set_classes(session, activity, form.classes.data or [])


def _shown(session: Session, activity: Activity, by: Actor, _now: datetime) -> Mapping[str, Any]:
    return {
        "board": drills.board(session, activity, by),
        "elements": drill_papers.elements(activity),
        "suitable": drill_papers.SUITABLE.get(activity.details.get("suitable") or "", ""),
        "sufficient": drill_papers.SUFFICIENT.get(activity.details.get("sufficient") or "", ""),
        "on_target": is_on_target(activity.seconds, activity.target_seconds),
        "may_count": activity.state is State.RUNNING and drills.may_count(session, activity, by),
    }


def _paper(session: Session, activity: Activity) -> Paper:
    return drill_papers.parts(activity, drills.board(session, activity, actor()))


KINDS[Kind.DRILL] = KindPage(
    form=DrillForm,
    evaluation=DrillEvaluationForm,
    offer=_offer,
    save=_save,
    held=drills.held_on_paper,
    shown=_shown,
    above=lambda session, now: {"months": term_drills(session, clock.local(now).date())},
    paper=_paper,
)


def _drill(number: str) -> Activity:
    activity = found(number)
    return activity if activity.kind is Kind.DRILL else abort(404)


@bp.get(ONE + "/notice.pdf")
@allow()
def notice_pdf(activity_number: str) -> ResponseReturnValue:
    """演练通知."""
    session, activity = db.session(), _drill(activity_number)
    board = drills.board(session, activity, actor())
    data = drill_papers.notice(activity, board, school(session), now=clock.now())
    return pdf(render_pdf("official", data), short_name(), "演练通知", data["period"])


@bp.get(ONE + "/run")
@allow()
def run(activity_number: str) -> ResponseReturnValue:
    """The drill by the clock: floors, classes, who is missing."""
    return _show(_drill(activity_number))


def _show(
    activity: Activity, wrong: CountForm | None = None, status: int = 200
) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    end = activity.ended_at or now
    may = may_organise(actor(), activity.organiser_id)
    return render(
        "activities/run.html",
        fragment="board",
        oob=(),
        activity=activity,
        board=drills.board(session, activity, actor()),
        is_running=activity.state is State.RUNNING,
        elapsed=(end - activity.started_at).total_seconds() if activity.started_at else None,
        may_count=drills.may_count(session, activity, actor()),
        may_organise=may,
        count_form=lambda **given: CountForm(None, **given),
        stop_form=StepForm(None, action=Action.STOP.value),
        start_form=StepForm(None, action=Action.START.value),
        wrong=wrong,
        on_target=is_on_target(activity.seconds, activity.target_seconds),
        status=status,
    )


@bp.post(ONE + "/count")
@allow()
def count(activity_number: str) -> ResponseReturnValue:
    """A class was counted, or a floor is empty. Scripts that ask for JSON get it."""
    activity, form = _drill(activity_number), CountForm()
    if not form.validate():
        errors = [text for texts in form.errors.values() for text in texts]
        return _refused(activity, form, str(errors[0]), 422)
    now = clock.now()
    try:
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=now)
            key.location = url_for(".run", activity_number=activity_number)
            _count(session, queries.by_number(session, activity_number), form, now)
    except once.Repeated:
        if not _wants_json():
            raise
    except RuleError as error:
        field, text = error.values.get("field"), sentence(error)
        if field is None and not _wants_json():
            raise
        form.present.errors = [text]
        return _refused(_drill(activity_number), form, text, 422 if field else status_of(error))
    if _wants_json():
        return jsonify(saved=True)
    flash(_("已记下。"))
    return see_other(url_for(".run", activity_number=activity_number))


def _count(session: Session, activity: Activity, form: CountForm, now: datetime) -> None:
    late = form.late_seconds.data or 0
    if form.building_id.data:
        drills.clear(
            session,
            activity,
            building_id=row_id(form.building_id.data) or 0,
            floor=form.floor.data or 0,
            late_seconds=late,
            by=actor(),
            now=now,
        )
        return
    part_id = row_id(form.part_id.data or "") or 0
    part = next(
        (one for one in drills.parts_of(session, activity) if one.id == part_id), None
    ) or abort(404)
    drills.count(
        session,
        activity,
        part,
        present=part.expected if form.whole.data else form.present.data,
        late_seconds=late,
        note=form.note.data or "",
        by=actor(),
        now=now,
    )


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _refused(activity: Activity, form: CountForm, text: str, status: int) -> ResponseReturnValue:
    if _wants_json():
        return jsonify(message=text), status
    return _show(activity, form, status)

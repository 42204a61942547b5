"""Meetings: what they decided, and whether it was done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe.activities import meetings, queries
from unitsafe.activities.models import Activity, Decision
from unitsafe.activities.rules import Kind
from unitsafe.activities.training_forms import DecisionForm, DoneForm
from unitsafe.activities.views import bp
from unitsafe.activities.views.kinds import KINDS
from unitsafe.activities.views.pages import found, organised, show
from unitsafe.activities.views.training import may_roll, meeting_page
from unitsafe.core.access import actor, allow
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.domain import Actor
from unitsafe.people import queries as people

ADDRESS = "/activities/<meeting_number>"


def _shown(session: Session, activity: Activity, by: Actor, _now: datetime) -> Mapping[str, Any]:
    decisions = meetings.decisions(session, activity)
    return {
        "decisions": decisions,
        "decision_form": _form(formdata=None) if may_roll(activity, by) else None,
        "done_forms": {
            one.id: DoneForm(formdata=None)
            for one in decisions
            if one.done_on is None and meetings.may_finish(activity, one, by)
        },
    }


KINDS[Kind.MEETING] = meeting_page(_shown)


def _form(**values: Any) -> DecisionForm:
    form = DecisionForm(**values)
    form.offer(people.told_apart(people.active_people(db.session())))
    return form


@bp.post(ADDRESS + "/decisions")
@allow()
def decide(meeting_number: str) -> ResponseReturnValue:
    """Somebody takes something over."""
    organised(meeting_number)
    form = _form()
    return carry_out(
        form,
        lambda session, now: meetings.decide(
            session,
            queries.by_number(session, meeting_number),
            text=form["text"].data,
            owner_id=form.owner_id.data,
            due_on=form.due_on.data,
            by=actor(),
            now=now,
        ),
        _("议定事项已登记，到期会在承办人的“今日”里提醒。"),
        location=url_for(".detail", activity_number=meeting_number),
        again=lambda: show(found(meeting_number), own={"decision_form": form}, status=422),
    )


@bp.post(ADDRESS + "/decisions/<int:decision_id>")
@allow()
def finish(meeting_number: str, decision_id: int) -> ResponseReturnValue:
    """It was done."""
    activity, form = found(meeting_number), DoneForm()
    decision = db.session.get(Decision, decision_id)
    if decision is None or decision.activity_id != activity.id:
        abort(404)
    return carry_out(
        form,
        lambda session, now: meetings.finish(
            session,
            queries.by_number(session, meeting_number),
            session.get_one(Decision, decision_id),
            note=form.note.data or "",
            by=actor(),
            now=now,
        ),
        _("已登记办结。"),
        location=url_for(".detail", activity_number=meeting_number),
        again=lambda: show(activity, own={"done_forms": {decision_id: form}}, status=422),
    )

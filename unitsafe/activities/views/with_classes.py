"""Lessons, publicity and letters to the families: which classes, what came back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.activities import attendance, class_parts, queries, training_papers
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import Form, Kind
from unitsafe.activities.services import Changes
from unitsafe.activities.training_forms import ClassesForm, LettersForm
from unitsafe.activities.views import bp
from unitsafe.activities.views.kinds import KINDS, KindPage, Paper
from unitsafe.activities.views.pages import organised, show
from unitsafe.activities.views.training import may_roll
from unitsafe.classes import queries as classes
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Actor
from unitsafe.core.htmx import see_other


def _offer(session: Session, form: ClassesForm, activity: Activity | None) -> None:
    """The classes of today; a letter to the families goes to all of them."""
    found = classes.classes(session)
    form.offer_classes([(one.id, one.name) for one in found])
    if form.is_submitted():
        return
    if activity is not None:
        form.classes.data = [one.class_id for one in class_parts.parts(session, activity)]
    elif form.form.data is Form.FAMILY_LETTER:
        form.classes.data = [one.id for one in found]


def _save(session: Session, activity: Activity, form: ClassesForm) -> Changes:
    return class_parts.set_classes(session, activity, form.classes.data or [])


def _shown(session: Session, activity: Activity, by: Actor, _now: datetime) -> Mapping[str, Any]:
    parts = class_parts.parts(session, activity)
    return {
        "parts": parts,
        "sent": sum(one.sent for one in parts),
        "returned": sum(one.returned for one in parts),
        "may_count": activity.form is Form.FAMILY_LETTER and may_roll(activity, by),
        "letters_form": LettersForm(formdata=None),
        "percent": training_papers.percent,
        "wrong": {},
        "typed": None,
    }


def _paper(session: Session, activity: Activity) -> Paper:
    return training_papers.with_classes(activity, class_parts.parts(session, activity))


KINDS[Kind.LESSON] = KINDS[Kind.PUBLICITY] = KindPage(
    form=ClassesForm, offer=_offer, save=_save, shown=_shown, paper=_paper
)


@bp.post("/activities/<letter_number>/letters")
@allow()
def letters(letter_number: str) -> ResponseReturnValue:
    """How many letters each class got and gave back."""
    activity = organised(letter_number)
    if activity.form is not Form.FAMILY_LETTER:
        abort(404)
    attendance.check_open(activity, actor())
    form, now = LettersForm(), clock.now()
    ids = [one.class_id for one in class_parts.parts(db.session(), activity)]
    counts, wrong = form.read(ids)
    if not form.validate() or wrong:
        again = {"letters_form": form, "wrong": wrong, "typed": request.form}
        return show(activity, own=again, status=422)
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        key.location = url_for(".detail", activity_number=letter_number)
        one = queries.by_number(session, letter_number)
        class_parts.count_letters(session, one, counts, by=actor(), now=now)
    flash(_("发放和回收的份数已保存。"))
    return see_other(key.location)

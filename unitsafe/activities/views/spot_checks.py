"""Spot checks: drawing people, the sheet of answers, what came of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.activities import queries, spot_checks, spot_rules, training_papers, training_queries
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import Form, Kind
from unitsafe.activities.training_forms import MOST_PUPILS, AnswersForm, DrawForm
from unitsafe.activities.training_rules import TEAM_POSTS
from unitsafe.activities.views import bp
from unitsafe.activities.views.kinds import KINDS, KindPage, Paper
from unitsafe.activities.views.pages import organised, show
from unitsafe.activities.views.training import may_roll, posts_held
from unitsafe.classes import queries as classes
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Actor
from unitsafe.core.htmx import see_other

ADDRESS = "/activities/<check_number>"


def _shown(session: Session, activity: Activity, by: Actor, now: datetime) -> Mapping[str, Any]:
    skills = spot_rules.SKILLS[activity.form]
    rows = spot_checks.answers(session, activity)
    told = [(spot_checks.who(one), one.skill, one.passed) for one in rows]
    people: dict[Any, dict[str, Any]] = {}
    for one in rows:
        line = people.setdefault(
            spot_checks.who(one), {"name": training_papers.name_of(one), "could": {}}
        )
        line["could"][one.skill] = one.passed
    asked = {one.person_id for one in rows}
    waiting = [one for one in activity.attendances if one.person_id not in asked]
    may = may_roll(activity, by)
    is_pupils = activity.form is Form.PUPIL_SKILL
    is_due = activity.planned_on <= clock.local(now).date()
    return {
        "has_list": True,
        "skills": skills,
        "lines": list(people.values()),
        "rates": spot_rules.rates(told, skills),
        "least": spot_rules.LEAST[activity.form],
        "waiting": waiting,
        "is_pupils": is_pupils,
        "draw_form": _draw_form(activity, formdata=None)
        if may and not is_pupils and "seed" not in activity.details
        else None,
        "answers_form": AnswersForm(formdata=None)
        if may and is_due and (is_pupils or waiting)
        else None,
        "classes": classes.classes(session) if may and is_pupils else [],
        "most": range(1, MOST_PUPILS + 1),
        "wrong": {},
        "typed": None,
    }


def _draw_form(activity: Activity, **values: Any) -> DrawForm:
    is_team = activity.form is Form.TEAM_SKILL
    form = DrawForm(**values)
    if not form.is_submitted():
        form.groups.data = list(TEAM_POSTS) if is_team else ["all"]
    form.offer(posts_held())
    return form


def _paper(session: Session, activity: Activity) -> Paper:
    return training_papers.spot_check(activity, spot_checks.answers(session, activity))


KINDS[Kind.SPOT_CHECK] = KindPage(shown=_shown, paper=_paper)


def _spot_check(number: str) -> Activity:
    activity = organised(number)
    return activity if activity.kind is Kind.SPOT_CHECK else abort(404)


@bp.post(ADDRESS + "/draw")
@allow()
def draw(check_number: str) -> ResponseReturnValue:
    """Draw people by chance."""
    activity = _spot_check(check_number)
    form = _draw_form(activity)

    def act(session: Session, now: datetime) -> list[int]:
        pool = training_queries.pool(session, form.groups.data or [], clock.today())
        return spot_checks.draw(
            session,
            queries.by_number(session, check_number),
            [one.id for one in pool],
            form.number.data or 0,
            by=actor(),
            now=now,
        )

    return carry_out(
        form,
        act,
        lambda drawn: _("随机抽到%(n)s个人。", n=len(drawn)),
        location=url_for(".detail", activity_number=check_number),
        again=lambda: show(activity, own={"draw_form": form}, status=422),
    )


@bp.post(ADDRESS + "/answers")
@allow()
def answer(check_number: str) -> ResponseReturnValue:
    """What those who were asked could do."""
    activity, form, now = _spot_check(check_number), AnswersForm(), clock.now()
    skills, is_pupils = spot_rules.SKILLS[activity.form], activity.form is Form.PUPIL_SKILL
    given: dict[str, Any]
    if is_pupils:
        known = [one.id for one in classes.classes(db.session())]
        found, wrong = form.pupils(known, skills)
        given = {"pupils": found}
    else:
        drawn = [one.person_id for one in activity.attendances]
        staff, wrong = form.staff(drawn, skills)
        given = {"staff": staff}
    if not form.validate() or wrong:
        again = {"answers_form": form, "wrong": wrong, "typed": request.form}
        return show(activity, own=again, status=422)
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        key.location = url_for(".detail", activity_number=check_number)
        one = queries.by_number(session, check_number)
        number = spot_checks.answer(session, one, **given, by=actor(), now=now)
    flash(_("已登记%(n)s个人的结果。", n=number))
    return see_other(key.location)

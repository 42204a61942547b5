"""今日, and whether the server is well."""

import logging
from collections import Counter
from datetime import date, datetime

import sqlalchemy as sa
from flask import Blueprint, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.checks import planning
from unitsafe.core.access import actor, actor_or_none, ask_to_sign_in, holds_any, public
from unitsafe.core.db import db
from unitsafe.core.domain import Right
from unitsafe.core.htmx import render
from unitsafe.core.waiting import waiting
from unitsafe.coverage import gaps, snapshot
from unitsafe.coverage.rules import Kind
from unitsafe.grids import queries as grids
from unitsafe.hazards.rules import card_numbers
from unitsafe.letters import services as letters
from unitsafe.letters.queries import to_sign
from unitsafe.school import queries as schools
from unitsafe.school.models import School
from unitsafe.school.rules import week_of
from unitsafe.tips import queries as tips
from unitsafe.tips.rules import HANDLE
from unitsafe.today import board
from unitsafe.visits.queries import late_replies

bp = Blueprint("today", __name__)
log = logging.getLogger(__name__)


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """What is due now; to the set-up when there is no school, to the sign-in when signed out."""
    school = schools.the_school()
    if school is None:
        return redirect(url_for("setup.index"), code=303)
    if actor_or_none() is None:
        return ask_to_sign_in()
    session, now, today = db.session(), clock.now(), clock.today()
    planning.ensure_planned(session, today, now=now)
    letters.ensure_current(session, today, now=now)
    term = schools.term_of(session, today)
    sees_school = Right.VIEW_ALL in actor().rights
    stands = board.stands_today(session, today)
    return render(
        "today/index.html",
        day=schools.day(session, today),
        week=week_of(term.starts_on, today) if term else None,
        mine=board.my_day(session, actor(), now, stands),
        waiting=list(waiting(session, actor(), today)),
        letter=to_sign(session, actor().id, today),
        board=board.school_day(session, actor(), now, card_numbers(school.number), stands)
        if sees_school
        else None,
        tips=tips.waiting(session, today) if holds_any(HANDLE) else None,
        gaps=_gaps(session, school, today, now) if sees_school else None,
        late_replies=late_replies(session, today) if sees_school else 0,
        has_grids=grids.root(session) is not None,
    )


def _gaps(session: Session, school: School, today: date, now: datetime) -> Counter[Kind]:
    """How much of each kind nobody answers for."""
    return gaps.counts(session, snapshot.read(session, school, today=today, now=now))


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """200 when the database answers, 503 when it does not: for a monitor."""
    try:
        db.session.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError:
        log.exception("the database does not answer")
        return jsonify(status="database does not answer"), 503
    return jsonify(status="ok")

"""Trainings and meetings: who is asked, signing in by code or list, the papers for both."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort, current_app, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.activities import (
    attendance,
    meetings,
    queries,
    training_papers,
    training_queries,
)
from unitsafe.activities.attendance import SIGNED_KINDS
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import Kind, State, may_organise
from unitsafe.activities.services import Changes
from unitsafe.activities.training_forms import (
    InvitedForm,
    MeetingForm,
    RollForm,
    TrainingForm,
    groups,
)
from unitsafe.activities.views import bp
from unitsafe.activities.views.kinds import KINDS, KindPage, Paper
from unitsafe.activities.views.pages import found, organised
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.download import pdf
from unitsafe.core.errors import sentence
from unitsafe.core.forms import Form, choices
from unitsafe.core.htmx import render, see_other
from unitsafe.core.printing import render_pdf
from unitsafe.core.qr import qr_svg
from unitsafe.people import queries as people
from unitsafe.people.labels import BY_GRID, post_title
from unitsafe.school.address import public_address, reaches_phones
from unitsafe.school.queries import school, short_name

ADDRESS = "/activities/<training_number>"
"""A training or a meeting."""
NOT_CHOSEN = BY_GRID | {"inspector", "student_monitor"}


def posts_held() -> list[str]:
    """The posts that somebody at the school holds, in the order of the content."""
    held = people.posts_held(db.session(), clock.today())
    return [key for key in content.load().posts if key in held and key not in NOT_CHOSEN]


def _offer(_session: Session, form: Any, _activity: Activity | None) -> None:
    form.offer_groups(posts_held())


def _save(session: Session, activity: Activity, form: Any) -> Changes:
    if not form.groups.data:
        return {}
    asked = training_queries.pool(session, form.groups.data, clock.today())
    return attendance.invite(session, activity, [one.id for one in asked])


def may_roll(activity: Activity, by: Actor) -> bool:
    """Whether ``by`` may still change who was there."""
    return may_organise(by, activity.organiser_id) and activity.state not in (
        State.ARCHIVED,
        State.CANCELLED,
    )


def _shown(session: Session, activity: Activity, by: Actor, _now: datetime) -> Mapping[str, Any]:
    expected, signed = attendance.heads(activity.attendances)
    took = [one.passed for one in activity.attendances if one.passed is not None]
    return {
        "has_list": True,
        "may_roll": may_roll(activity, by),
        "expected": expected,
        "signed": signed,
        "took": len(took),
        "passed": sum(took),
        "names": people.names(
            session, {one.signed_by_id for one in activity.attendances if one.signed_by_id}
        ),
    }


def _training_paper(_session: Session, activity: Activity) -> Paper:
    return training_papers.training(activity)


def _meeting_paper(session: Session, activity: Activity) -> Paper:
    return training_papers.meeting(activity, meetings.decisions(session, activity))


KINDS[Kind.TRAINING] = KindPage(
    form=TrainingForm,
    offer=_offer,
    save=_save,
    held=attendance.held,
    shown=_shown,
    paper=_training_paper,
)


def meeting_page(shown: Any) -> KindPage:
    """A meeting signs in as a training does; ``shown`` adds what it decided."""

    def both(session: Session, activity: Activity, by: Actor, now: datetime) -> Mapping[str, Any]:
        return {**_shown(session, activity, by, now), **shown(session, activity, by, now)}

    return KindPage(
        form=MeetingForm,
        offer=_offer,
        save=_save,
        held=attendance.held,
        shown=both,
        paper=_meeting_paper,
    )


def _signed_kind(activity: Activity) -> Activity:
    return activity if activity.kind in SIGNED_KINDS else abort(404)


def sign_address(activity: Activity) -> str:
    """Where the code leads: only who saw it knows the word."""
    word = attendance.sign_word(activity.number, current_app.config["SECRET_KEY"])
    return public_address() + url_for(".sign", training_number=activity.number, w=word)


@bp.route(ADDRESS + "/sign", methods=["GET", "POST"])
@allow()
def sign(training_number: str) -> ResponseReturnValue:
    """Sign in for oneself, with the word of the code."""
    session, now = db.session(), clock.now()
    word = request.values.get("w", "")[:40]
    if not attendance.is_sign_word(word, training_number, current_app.config["SECRET_KEY"]):
        abort(404)
    activity = session.scalars(
        sa.select(Activity).where(Activity.number == training_number)
    ).first()
    if activity is None or activity.kind not in SIGNED_KINDS:
        abort(404)
    form = Form()
    if request.method == "POST" and form.validate():
        with writing() as tx:
            key = once.claim(tx, form.once.data, by=actor().id, now=now)
            key.location = url_for(".sign", training_number=training_number, w=word)
            attendance.sign_in(tx, queries.by_number(tx, training_number), by=actor(), now=now)
        return see_other(key.location)
    mine = training_queries.own_attendance(session, activity, actor().id)
    return render(
        "activities/sign.html",
        activity=activity,
        mine=mine,
        refusal=None if mine and mine.signed_at else _refusal(activity, now),
        form=form,
        word=word,
    )


def _refusal(activity: Activity, now: datetime) -> str | None:
    """Why the person cannot sign in now; None when they can."""
    try:
        attendance.check_sign_in(activity, actor(), now)
    except RuleError as error:
        return sentence(error)
    return None


@bp.get(ADDRESS + "/qr")
@allow()
def qr(training_number: str) -> ResponseReturnValue:
    """The code for the screen of the room, and who has signed in so far."""
    activity = _signed_kind(organised(training_number))
    address = sign_address(activity)
    expected, signed = attendance.heads(activity.attendances)
    return render(
        "activities/qr.html",
        fragment="signed",
        oob=(),
        activity=activity,
        code=qr_svg(address),
        is_local=not reaches_phones(address),
        expected=expected,
        signed=signed,
    )


@bp.route(ADDRESS + "/invited", methods=["GET", "POST"])
@allow()
def invited(training_number: str) -> ResponseReturnValue:
    """Who is asked to come: everybody with a box to tick, whole groups at once."""
    activity = _signed_kind(organised(training_number))
    attendance.check_open(activity, actor())
    session, form = db.session(), InvitedForm()
    form.groups.choices = choices(groups(posts_held()))
    if form.validate_on_submit():
        now = clock.now()
        with writing() as tx:
            key = once.claim(tx, form.once.data, by=actor().id, now=now)
            key.location = url_for(".detail", activity_number=training_number)
            chosen = form.groups.data or []
            added = training_queries.pool(tx, chosen, clock.today()) if chosen else []
            staff = {one.id for one in people.people_by_id(tx, form.people)}
            attendance.set_invited(
                tx,
                queries.by_number(tx, training_number),
                staff | {one.id for one in added},
                by=actor(),
                now=now,
            )
        flash(_("应到名单已保存。"))
        return see_other(key.location)
    posts = training_queries.posts_of(session, clock.today())
    staff_now = people.active_people(session)
    return render(
        "activities/invited.html",
        activity=activity,
        form=form,
        people=people.told_apart(staff_now),
        posts={
            one.id: "、".join(post_title(post) for post in posts.get(one.id, ())[:2])
            for one in staff_now
        },
        chosen={one.person_id for one in activity.attendances if one.is_expected},
        status=422 if form.is_submitted() else 200,
    )


@bp.route(ADDRESS + "/people", methods=["GET", "POST"])
@allow()
def roll(training_number: str) -> ResponseReturnValue:
    """The organiser's list: who was there, how the tests went."""
    activity = _signed_kind(organised(training_number))
    attendance.check_open(activity, actor())
    session, form = db.session(), RollForm()
    listed = {one.person_id for one in activity.attendances}
    others = [one for one in people.active_people(session) if one.id not in listed]
    form.more.choices = choices([("", _("请选择")), *people.told_apart(others)])
    absent = [
        one.person.name
        for one in activity.attendances
        if one.signed_at is None and one.person_id in form.tested - form.came
    ]
    wrong = _("填了成绩的要先勾选到场：%(names)s。", names="、".join(absent)) if absent else ""
    if form.validate_on_submit() and not wrong:
        now = clock.now()
        try:
            results = form.results()
            with writing() as tx:
                key = once.claim(tx, form.once.data, by=actor().id, now=now)
                key.location = (
                    url_for(".roll", training_number=training_number)
                    if form.more.data
                    else url_for(".detail", activity_number=training_number)
                )
                attendance.roll(
                    tx,
                    queries.by_number(tx, training_number),
                    present=form.came & (listed | {form.more.data}),
                    results=results,
                    by=actor(),
                    now=now,
                )
            flash(_("签到和考核已保存。"))
            return see_other(key.location)
        except ValueError:
            wrong = _("分数请填0到1000之间的整数。")
    return render(
        "activities/people.html",
        activity=activity,
        form=form,
        wrong=wrong,
        sent=request.form if form.is_submitted() else None,
        ticked=form.came
        if form.is_submitted()
        else {one.person_id for one in activity.attendances if one.signed_at},
        has_tests=activity.kind is Kind.TRAINING,
        status=422 if form.is_submitted() else 200,
    )


@bp.get(ADDRESS + "/sheet.pdf")
@allow()
def sheet_pdf(training_number: str) -> ResponseReturnValue:
    """签到表: to sign by hand, or filled with who signed in."""
    activity = _signed_kind(found(training_number))
    session = db.session()
    data = training_papers.sheet(
        activity,
        training_queries.posts_of(session, activity.held_on or activity.planned_on),
        school(session),
        now=clock.now(),
    )
    return pdf(render_pdf("sign_in_sheet", data), short_name(), data["title"], data["period"])


@bp.get(ADDRESS + "/invitation.pdf")
@allow()
def invitation_pdf(training_number: str) -> ResponseReturnValue:
    """The notice to put up, with the code to sign in by."""
    activity = _signed_kind(organised(training_number))
    address = sign_address(activity)
    data = training_papers.invitation(activity, address, school(db.session()), now=clock.now())
    printed = render_pdf("invitation", data, drawings={"qr": qr_svg(address)})
    return pdf(printed, short_name(), data["title"], data["period"])

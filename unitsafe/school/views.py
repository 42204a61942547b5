"""Pages of the school: settings and calendar."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, Response, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.htmx import render, see_other
from unitsafe.school import queries, services
from unitsafe.school.forms import DayForm, SettingsForm, TermForm, values_of
from unitsafe.school.models import SchoolDay, Term
from unitsafe.school.rules import FLAGS, school_year
from unitsafe.school.settings import SETTINGS

bp = Blueprint("school", __name__)


@bp.route("/settings", methods=["GET", "POST"])
@allow(Right.MANAGE_SCHOOL)
def settings() -> ResponseReturnValue:
    """Facts, switches and numbers of the school."""
    school = queries.the_school() or abort(404)
    form = SettingsForm(data=values_of(school))
    if form.validate_on_submit():
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
            services.change_school(
                session,
                name=form.name.data,
                short_name=form.short_name.data,
                stage=form.stage.data,
                address=form.address.data or "",
                hotline=form.hotline.data or "",
                flags=form.flags,
                numbers=form.numbers,
                by=actor(),
                now=clock.now(),
            )
            key.location = url_for(".settings")
        flash(_("学校设置已保存。"))
        return see_other(key.location)
    return render(
        "school/settings.html",
        form=form,
        flags=FLAGS,
        numbers=[f"number_{one.key}" for one in SETTINGS.values() if not one.is_weight],
        weights=[f"number_{one.key}" for one in SETTINGS.values() if one.is_weight],
        status=422 if form.is_submitted() else 200,
    )


@bp.get("/calendar")
@allow()
def calendar() -> ResponseReturnValue:
    """The days of one term, by month and week."""
    return _show_calendar(TermForm(formdata=None, data={"name": _next_name()}))


@bp.post("/calendar/terms")
@allow(Right.MANAGE_SCHOOL)
def add_term() -> ResponseReturnValue:
    """Add a term; its days follow the statutory holidays."""
    form = TermForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
                term = services.add_term(
                    session,
                    name=form.name.data,
                    starts_on=form.starts_on.data,
                    ends_on=form.ends_on.data,
                    by=actor(),
                    now=clock.now(),
                )
                key.location = url_for(".calendar", term=term.id)
            flash(_("“%(name)s”已添加，请核对节假日和调休。", name=form.name.data))
            return see_other(key.location)
        except RuleError as error:
            form.form_errors.append(sentence(error))
    return _show_calendar(form, status=422)


@bp.route("/calendar/terms/<int:term_id>", methods=["GET", "POST"])
@allow(Right.MANAGE_SCHOOL)
def term(term_id: int) -> ResponseReturnValue:
    """Correct a term's name or days."""
    found = queries.term(db.session(), term_id) or abort(404)
    form = TermForm(obj=found)
    if form.validate_on_submit():
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
                services.change_term(
                    session,
                    queries.term(session, term_id) or abort(404),
                    name=form.name.data,
                    starts_on=form.starts_on.data,
                    ends_on=form.ends_on.data,
                    by=actor(),
                    now=clock.now(),
                )
                key.location = url_for(".calendar", term=term_id)
            flash(_("“%(name)s”已改好，请核对节假日和调休。", name=form.name.data))
            return see_other(key.location)
        except RuleError as error:
            form.form_errors.append(sentence(error))
    status = 422 if form.is_submitted() else 200
    return render("school/term.html", form=form, term=found, status=status)


def _show_calendar(form: TermForm, status: int = 200) -> Response:
    terms = queries.terms(db.session())
    term = _chosen(terms)
    months = queries.months(db.session(), term) if term else []
    entries = [day for month in months for week in month.weeks for day in week.days if day]
    return render(
        "school/calendar.html",
        terms=terms,
        term=term,
        months=months,
        counts=_counts(entries),
        not_published=queries.NOT_PUBLISHED,
        is_unpublished=any(day.note == queries.NOT_PUBLISHED for day in entries),
        form=form,
        may_edit=Right.MANAGE_SCHOOL in actor().rights,
        status=status,
    )


def _chosen(terms: Sequence[Term]) -> Term | None:
    """The term that was asked for, else the one that runs, else the newest."""
    wanted = request.args.get("term", type=int)
    today = clock.today()
    by_id = {term.id: term for term in terms}
    running = next((term for term in terms if term.starts_on <= today <= term.ends_on), None)
    return by_id.get(wanted or 0) or running or next(iter(terms), None)


def _counts(entries: list[SchoolDay]) -> dict[str, int]:
    return {
        "teaching": sum(day.teaching for day in entries),
        "boarding": sum(day.boarding for day in entries),
        "make_up": sum(day.teaching and day.day.weekday() >= 5 for day in entries),
        "edited": sum(day.edited for day in entries),
    }


def _next_name() -> str:
    today = clock.today()
    half = _("第一学期") if today.month >= 8 or today.month == 1 else _("第二学期")
    return str(_("%(year)s学年%(half)s", year=school_year(today), half=half))


@bp.route("/calendar/<day>", methods=["GET", "POST"])
@allow(Right.MANAGE_SCHOOL)
def day(day: str) -> ResponseReturnValue:
    """Set one day by hand."""
    date_shown = _day(day)
    entry = queries.day(db.session(), date_shown) or abort(404)
    form = DayForm(obj=entry)
    if form.validate_on_submit():
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
            services.set_day(
                session,
                date_shown,
                teaching=form.teaching.data,
                boarding=form.boarding.data,
                note=form.note.data or "",
                by=actor(),
                now=clock.now(),
            )
            term = queries.term_of(session, date_shown)
            key.location = url_for(
                ".calendar", term=term.id if term else None, _anchor=f"m{date_shown:%Y-%m}"
            )
        flash(_("%(day)s 的安排已保存。", day=date_shown.isoformat()))
        return see_other(key.location)
    term = queries.term_of(db.session(), date_shown)
    status = 422 if form.is_submitted() else 200
    return render(
        "school/day.html", form=form, day=date_shown, entry=entry, term=term, status=status
    )


def _day(text: str) -> date:
    """The day of an address. Anything but 2026-11-03 is unknown: 404."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        abort(404)
    return found if found.isoformat() == text else abort(404)

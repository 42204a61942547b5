"""Pages of visits: the ledger, one visit, its reply."""

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.domain import Right
from unitsafe.core.download import pdf
from unitsafe.core.htmx import render
from unitsafe.core.labels import label
from unitsafe.core.paging import fetch_page
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import chips, date_arg, here
from unitsafe.hazards import queries as hazards
from unitsafe.hazards.labels import LEVEL_KIND
from unitsafe.hazards.labels import STATE_KIND as HAZARD_KIND
from unitsafe.hazards.ledger_rows import with_steps
from unitsafe.hazards.papers import photo_name
from unitsafe.photos import services as photos
from unitsafe.photos.views import sent_photos
from unitsafe.photos.views import shown as shown_photos
from unitsafe.places import queries as places
from unitsafe.school.ledgers import (
    Ledger,
    as_file,
    days_in_words,
    files_of,
    in_words,
    search_in_words,
)
from unitsafe.school.queries import school, short_name
from unitsafe.visits import papers, queries, rules, services
from unitsafe.visits.forms import EditVisitForm, FindingForm, FindingRow, ReplyForm, VisitForm
from unitsafe.visits.labels import STATE_KIND, changed
from unitsafe.visits.models import Visit
from unitsafe.visits.rules import Kind, State

bp = Blueprint("visits", __name__)
photos.visible_through["visits"] = queries.photo_ids
SEE = Right.VIEW_ALL
EDIT = (Right.DISPATCH_HAZARD, Right.MANAGE_SCHOOL)
ONE = "/visits/<int:visit_id>"
ROWS = 3
"""Findings on the form of a new visit; more are added on its page."""


def _may_edit() -> bool:
    return holds_any(EDIT)


@bp.get("/visits")
@allow(SEE)
def index() -> ResponseReturnValue:
    """Visits, newest first."""
    session, today, filters = db.session(), clock.today(), read_filters()
    page = fetch_page(
        session,
        queries.ledger(filters, today),
        keys=queries.LEDGER_ORDER,
        after=request.args.get("after"),
    )
    counts = queries.counts_by_state(session, filters, today)
    whole = sum(counts.values())
    return render(
        "visits/index.html",
        fragment="rows",
        oob=(),
        page=page,
        tallies=queries.tallies(session, [visit.id for visit in page.rows]),
        chips=chips(".index", "state", State, counts, filters.state),
        total=counts[filters.state] if filters.state else whole,
        filters=filters,
        is_filtered=filters != queries.Filters(),
        kinds=list(Kind),
        files=files_of(".index_file"),
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        state_kind=STATE_KIND,
        may_edit=_may_edit(),
    )


def read_filters() -> queries.Filters:
    """The filters in the address; what cannot be understood is left out."""
    args = request.args
    state, kind = args.get("state"), args.get("kind")
    return queries.Filters(
        state=State(state) if state in set(State) else None,
        kind=Kind(kind) if kind in set(Kind) else None,
        first=date_arg("first"),
        last=date_arg("last"),
        words=args.get("q", "").strip()[:50],
    )


@bp.get("/visits.<any(xlsx, pdf):suffix>")
@allow(SEE)
def index_file(suffix: str) -> ResponseReturnValue:
    """Every visit the filters leave, as a workbook or on paper."""
    today, filters = clock.today(), read_filters()
    found = queries.lines(db.session(), filters, today)
    rows = (papers.row(visit, tally, today) for visit, tally in found)
    narrowed = in_words(
        label(filters.state),
        label(filters.kind),
        days_in_words(filters.first, filters.last),
        search_in_words(filters.words),
    )
    return as_file(Ledger(_("迎检台账"), papers.columns(), rows, narrowed), suffix)


@bp.route("/visits/new", methods=["GET", "POST"])
@allow(*EDIT)
def new() -> ResponseReturnValue:
    """Write down a visit with what it found."""
    form = VisitForm(visited_on=clock.today())
    spaces = places.space_choices(db.session())
    rows = [FindingRow(prefix=f"finding-{number}") for number in range(1, ROWS + 1)]
    for row in rows:
        row.offer(spaces)
    if not form.is_submitted():
        return _show_form(form, rows=rows)
    return _saved(form, rows=rows)


@bp.route(ONE + "/edit", methods=["GET", "POST"])
@allow(*EDIT)
def edit(visit_id: int) -> ResponseReturnValue:
    """Complete or correct a visit until its reply is out."""
    visit = _found(visit_id)
    form = EditVisitForm(obj=visit)
    return _saved(form, visit) if form.is_submitted() else _show_form(form, visit)


def _saved(
    form: VisitForm, visit: Visit | None = None, rows: list[FindingRow] | tuple[()] = ()
) -> ResponseReturnValue:
    """The visit as it was saved; the form again where something is wrong."""
    ids, photo_error = sent_photos()
    visit_id, sound = visit.id if visit else None, [row.validate() for row in rows]

    def save(session: Session, now: datetime) -> Visit:
        if visit_id is None:
            found = [row.found() for row in rows if row.is_used]
            return services.record(session, form.facts(), found, photo_ids=ids, by=actor(), now=now)
        one = session.get_one(Visit, visit_id)
        services.change(
            session,
            one,
            form.facts(),
            seen=form["version"].data or 0,
            photo_ids=ids,
            by=actor(),
            now=now,
        )
        return one

    return carry_out(
        form,
        save,
        _("检查记录已保存。"),
        location=lambda one: url_for(".detail", visit_id=one.id),
        again=lambda: _show_form(form, visit, rows, ids, photo_error, status=422),
        is_sound=all(sound) and not photo_error,
        otherwise="body",
    )


def _show_form(
    form: VisitForm,
    visit: Visit | None = None,
    rows: list[FindingRow] | tuple[()] = (),
    ids: list[int] | tuple[()] = (),
    photo_error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    return render(
        "visits/form.html",
        form=form,
        visit=visit,
        rows=rows,
        photos=shown_photos(ids),
        photo_error=photo_error,
        bodies=queries.bodies(db.session()),
        status=status,
    )


@bp.get(ONE)
@allow(SEE)
def detail(visit_id: int) -> ResponseReturnValue:
    """One visit: what they found and how far it is, the reply."""
    return _show(visit_id)


def _found(visit_id: int) -> Visit:
    return queries.visit(db.session(), visit_id) or abort(404)


def _show(
    visit_id: int,
    *,
    finding_form: FindingForm | None = None,
    reply_form: ReplyForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session, today, visit = db.session(), clock.today(), _found(visit_id)
    is_open = visit.replied_on is None and _may_edit()
    if is_open and finding_form is None:
        finding_form = _finding_form(formdata=None)
    tally = queries.tallies(session, [visit.id]).get(visit.id, queries.Tally())
    return render(
        "visits/detail.html",
        visit=visit,
        state=visit.state(today),
        state_kind=STATE_KIND,
        hazard_kind=HAZARD_KIND,
        level_kind=LEVEL_KIND,
        tally=tally,
        changed=changed,
        days_left=rules.days_left(visit.reply_due_on, visit.replied_on, today),
        finding_form=finding_form if is_open else None,
        reply_form=(reply_form or ReplyForm(formdata=None, replied_on=today)) if is_open else None,
        status=status,
    )


def _finding_form(**kwargs: Any) -> FindingForm:
    form = FindingForm(**kwargs)
    form.offer(places.space_choices(db.session()))
    return form


@bp.post(ONE + "/findings")
@allow(*EDIT)
def add_finding(visit_id: int) -> ResponseReturnValue:
    """Something that was not written down at first."""
    _found(visit_id)
    form = _finding_form()
    return carry_out(
        form,
        lambda session, now: services.add_finding(
            session, session.get_one(Visit, visit_id), form.found(), by=actor(), now=now
        ),
        lambda hazard: _("已补登为隐患%(number)s。", number=hazard.number),
        location=url_for(".detail", visit_id=visit_id),
        again=lambda: _show(visit_id, finding_form=form, status=422),
    )


@bp.post(ONE + "/reply")
@allow(*EDIT)
def reply(visit_id: int) -> ResponseReturnValue:
    """The reply went out."""
    _found(visit_id)
    form = ReplyForm()
    return carry_out(
        form,
        lambda session, now: services.reply(
            session,
            session.get_one(Visit, visit_id),
            reply_no=form.reply_no.data or "",
            replied_on=form.replied_on.data,
            by=actor(),
            now=now,
        ),
        _("已登记复函。"),
        location=url_for(".detail", visit_id=visit_id),
        again=lambda: _show(visit_id, reply_form=form, status=422),
    )


@bp.get(ONE + "/reply.pdf")
@allow(SEE)
def reply_pdf(visit_id: int) -> ResponseReturnValue:
    """整改复函, with the photos before and after."""
    session, visit = db.session(), _found(visit_id)
    found = [finding.hazard for finding in visit.findings]
    shown = hazards.photos_of(session, [one.id for one in found])
    data = papers.reply(visit, with_steps(session, found), shown, school(session), now=clock.now())
    files = {
        photo_name(entry): photos.store().path(entry.photo.digest, photos.SUFFIX)
        for entries in shown.values()
        for entry in entries
    }
    printed = render_pdf("official", data, photos=files)
    return pdf(printed, short_name(), "整改复函", visit.visited_on.isoformat())

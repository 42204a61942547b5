"""The month's appraisal of every grid or person, on screen, on paper and as a workbook; awards and
reminders."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.appraisal import labels, notes, papers, queries, rules, services
from unitsafe.appraisal.forms import NoteForm, WithdrawForm
from unitsafe.appraisal.models import AppraisalNote
from unitsafe.appraisal.queries import WALK, Book, Line, PersonLine
from unitsafe.checks import planning
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.download import pdf, xlsx
from unitsafe.core.excel import workbook
from unitsafe.core.forms import choices
from unitsafe.core.htmx import render
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import month_of, row_id
from unitsafe.coverage import seven_fixes
from unitsafe.grids.labels import grid_title
from unitsafe.grids.models import Grid
from unitsafe.grids.queries import grids
from unitsafe.hazards.rules import card_numbers
from unitsafe.people.accounts import VISITOR
from unitsafe.people.models import Person
from unitsafe.people.queries import active_people, own_notes, told_apart
from unitsafe.school.queries import school, short_name

bp = Blueprint("appraisal", __name__)
__all__ = ["bp", "labels"]
READERS = (Right.VIEW_ALL, Right.ASSIGN_IN_GRID)
"""Those who see the whole school, and who leads a grid: that one and what is below."""
WRITERS = (Right.MANAGE_SCHOOL, Right.SIGN_ASSESSMENT)
"""Those who record awards and reminders: the officer, the manager, the principal."""
MONTH = "/appraisal/<month>"
own_notes.append(notes.of_person)
seven_fixes.awards.append(notes.count_of_year)


@bp.get("/appraisal")
@allow()
def index() -> ResponseReturnValue:
    """The last month that is over; one's own line for those who see no grid's."""
    before = clock.today().replace(day=1) - timedelta(days=1)
    by = _by() if holds_any(READERS) else "person"
    return redirect(url_for(".month", month=f"{before:%Y-%m}", by=by), code=303)


def _by() -> str | None:
    """What the address asks for: ``person`` or, None, the grids. People are none of a visitor's
    business."""
    if request.args.get("by") != "person":
        return None
    if _visits():
        abort(403)
    return "person"


def _visits() -> bool:
    return VISITOR in actor().posts


@bp.get(MONTH)
@allow()
def month(month: str) -> ResponseReturnValue:
    """Every grid's figures, or every person's, each with the rows behind it. Whoever may not see
    other people's sees their own."""
    if not _by() and not holds_any(READERS):
        g.missing_rights = frozenset(READERS)
        abort(403)
    return _show(month)


def _show(
    month: str,
    *,
    note_form: NoteForm | None = None,
    withdraw_form: WithdrawForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    first, last = month_of(month)
    session, today = db.session(), clock.today()
    planning.ensure_planned(session, today, now=clock.now())
    book = _book(first, last)
    by = _by()
    found = _lines(session, book, by)
    may_write = holds_any(WRITERS) and first <= today
    return render(
        "appraisal/month.html",
        month=month,
        first=first,
        last=last,
        by=by,
        tables=_tables(found, by),
        is_future=first > today,
        is_running=first <= today <= last,
        is_empty=all(line.month == rules.Month() for line in found),
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{last + timedelta(days=1):%Y-%m}" if last < today else None,
        chips=[
            (_("按网格"), url_for(".month", month=month), by is None),
            (_("按人"), url_for(".month", month=month, by="person"), by == "person"),
        ]
        if holds_any(READERS) and not _visits()
        else [],
        may_export=holds_any(READERS),
        weights=book.weights,
        share=rules.share,
        notes=notes.of_month(session, actor(), month, queries.people_of(actor(), book)),
        note_pill=notes.NOTE_PILL,
        note_form=(note_form or _note_form(session, formdata=None)) if may_write else None,
        note_open=note_form is not None,
        withdraw_form=_withdraw_forms(withdraw_form) if may_write else None,
        untouchable={actor().id} | queries.above(session, actor(), today),
        checks_at=lambda line, **more: url_for("checks.index", **_checks(line, book), **more),
        hazards_at=lambda **more: url_for("hazards.index", valid=1, **more),
        status=status,
    )


def _book(first: date, last: date) -> Book:
    session = db.session()
    number = school(session).number
    return queries.book(
        session, first, last, clock.now(), card_numbers(number), rules.weights(number)
    )


def _lines(session: Session, book: Book, by: str | None) -> list[Line] | list[PersonLine]:
    read: Callable[..., Any] = queries.person_lines if by else queries.lines
    found: list[Line] | list[PersonLine] = read(session, actor(), book)
    return found


def _tables(found: list[Any], by: str | None) -> list[tuple[str, list[Any]]]:
    """The tables of the page with their titles."""
    if by:
        return [(_("个人"), found)] if found else []
    blocks = [line for line in found if line.grid.level == 2]
    leaves = [line for line in found if line.grid.level == 3]
    return [one for one in ((_("片区"), blocks), (_("三级网格"), leaves)) if one[1]]


def _checks(line: Line | PersonLine, book: Book) -> dict[str, Any]:
    """The ledger of the grid's walks, or of the person's checks, in the month."""
    span = {"first": book.first.isoformat(), "last": book.last.isoformat()}
    if isinstance(line, PersonLine):
        return {"person": line.person.id, **span}
    return {"grid": line.grid.code, "checklist": WALK, **span}


@bp.get(f"{MONTH}.xlsx")
@allow(*READERS)
def month_xlsx(month: str) -> ResponseReturnValue:
    """The same figures as a workbook."""
    first, last = month_of(month)
    by = _by()
    row: Callable[..., Any] = papers.person_row if by else papers.grid_row
    found = _lines(db.session(), _book(first, last), by)
    rows = [
        row(place, line)
        for _title, some in _tables(found, by)
        for place, line in zip(rules.places([one.score for one in some]), some, strict=True)
    ]
    title = _("个人考核") if by else _("网格考核")
    columns = papers.columns(by_person=by is not None)
    return xlsx(workbook(title, columns, rows), short_name(), title, _named(month))


def _where() -> str:
    """The grids that a leader's papers are about; empty for whoever sees the whole school."""
    if Right.VIEW_ALL in actor().rights:
        return ""
    led = actor().leads
    own = [one for one in grids(db.session()) if one.id in led]
    return "、".join(grid_title(one) for one in own if one.parent_id not in led)


def _named(month: str) -> str:
    """2026-11, with the grids of a leader."""
    return "_".join(part for part in (_where(), month) if part)


@bp.get(f"{MONTH}.pdf")
@allow(*READERS)
def month_pdf(month: str) -> ResponseReturnValue:
    """Grids, then people, awards and reminders, to be signed and sealed; or the people alone."""
    first, last = month_of(month)
    session, by = db.session(), _by()
    book = _book(first, last)
    data = papers.sheet(
        [] if by else queries.lines(session, actor(), book),
        queries.person_lines(session, actor(), book),
        notes.of_month(session, actor(), month, queries.people_of(actor(), book)),
        book.weights,
        school(session),
        first,
        where=_where(),
        now=clock.now(),
    )
    title = _("个人考核表") if by else _("月度考核表")
    return pdf(render_pdf("appraisal", data), short_name(), title, _named(month))


def _note_form(session: Session, **kwargs: Any) -> NoteForm:
    form = NoteForm(**kwargs)
    if _by():
        above = queries.above(session, actor(), clock.today())
        staff = [one for one in active_people(session) if one.id not in above]
        offered = [(f"person-{key}", name) for key, name in told_apart(staff)]
    else:
        offered = [
            (f"grid-{one.id}", f"{one.code} {one.name}") for one in grids(session) if one.level > 1
        ]
    form.whom.choices = choices([("", _("请选择")), *offered])
    return form


def _withdraw_forms(sent: WithdrawForm | None) -> Callable[[int], WithdrawForm]:
    """The form that withdraws a note, by its id: the one that was sent is shown again."""

    def form(note_id: int) -> WithdrawForm:
        if sent is not None and row_id(sent.withdraws.data or "") == note_id:
            return sent
        return WithdrawForm(formdata=None, withdraws=str(note_id))

    return form


@bp.post(MONTH)
@allow(*WRITERS)
def note(month: str) -> ResponseReturnValue:
    """Record an award or a reminder; or, with ``withdraws``, let an earlier one hold no more."""
    first, _last = month_of(month)
    location = url_for(".month", month=month, by=_by(), _anchor="notes")
    if request.form.get("withdraws"):
        return _withdraw(month, location)
    form = _note_form(db.session())

    def act(session: Session, now: Any) -> str:
        what, _dash, key = form.whom.data.partition("-")
        is_person = what == "person"
        whom = session.get_one(Person, int(key)) if is_person else session.get_one(Grid, int(key))
        services.note(
            session,
            first,
            whom,
            form.kind.data,
            reason=form.reason.data,
            measure=form.measure.data or "",
            by=actor(),
            now=now,
        )
        return whom.name

    return carry_out(
        form,
        act,
        lambda name: _("已登记%(name)s的奖惩。", name=name),
        location=location,
        again=lambda: _show(month, note_form=form, status=422),
        otherwise="whom",
    )


def _withdraw(month: str, location: str) -> ResponseReturnValue:
    form = WithdrawForm()

    def act(session: Session, now: Any) -> None:
        one = session.get(AppraisalNote, row_id(form.withdraws.data or "") or 0)
        if one is None or one.month != month:
            raise RuleError("没有找到这一条奖惩记录，请刷新页面再看。")
        whom = session.get_one(Person, one.person_id) if one.person_id else None
        named = whom or session.get_one(Grid, one.grid_id)
        services.withdraw(session, one, named.name, reason=form.reason.data, by=actor(), now=now)

    return carry_out(
        form,
        act,
        _("这一条已撤销。"),
        location=location,
        again=lambda: _show(month, withdraw_form=form, status=422),
    )

"""The year on one page, each of its entries, and the signature under it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.core import once
from unitsafe.core.access import actor, allow, may_open
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.download import pdf, xlsx
from unitsafe.core.errors import sentence
from unitsafe.core.excel import workbook
from unitsafe.core.forms import Form, choices
from unitsafe.core.htmx import render, see_other
from unitsafe.core.labels import label
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import here
from unitsafe.files import services as files
from unitsafe.files.models import StoredFile
from unitsafe.files.views import sent_files, shown
from unitsafe.letters.rules import school_year, span
from unitsafe.photos import services as photos
from unitsafe.photos.signatures import keep_signature
from unitsafe.school.queries import school, short_name
from unitsafe.year_plan import papers, queries, rules, services
from unitsafe.year_plan import registers as _registers  # noqa: F401
from unitsafe.year_plan import today as _today  # noqa: F401
from unitsafe.year_plan.facts import Link, ledger_of
from unitsafe.year_plan.forms import MARK_FORMS, AddForm, PaperForm, SignForm
from unitsafe.year_plan.labels import STATUS_MARK
from unitsafe.year_plan.queries import Book, Line
from unitsafe.year_plan.rules import Act, Status

bp = Blueprint("year_plan", __name__)
YEAR = "/year-plan/<year>"
ONE = YEAR + "/<work>/<period>"
CHIPS = (Status.LATE, Status.DUE, Status.DONE, Status.AHEAD)
photos.visible_through["year_plan"] = queries.photo_ids
files.visible_through["year_plan"] = queries.file_ids


@bp.get("/year-plan")
@allow()
def index() -> ResponseReturnValue:
    """The school year that runs."""
    return redirect(url_for(".year", year=school_year(clock.today())), code=303)


@bp.get(YEAR)
@allow()
def year(year: str) -> ResponseReturnValue:
    """Twelve months: what is due in each, and how it stands."""
    return _show_year(_known(year))


def _known(year: str) -> str:
    """A school year that people plan for; anything else is unknown: 404."""
    try:
        first, _last = span(year)
    except ValueError:
        abort(404)
    if not 2000 <= first.year <= clock.today().year + 1:
        abort(404)
    return year


def _show_year(
    year: str,
    *,
    add_form: AddForm | None = None,
    sign_form: SignForm | None = None,
    paper_form: PaperForm | None = None,
    kept: Sequence[StoredFile] = (),
    file_error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session, today = db.session(), clock.today()
    book = queries.read(session, year, today)
    lines, state = _filtered(book)
    first, last = span(year)
    is_open = rules.may_sign_on(year, today) and (book.signature is None or book.is_adjusted)
    manages = Right.MANAGE_SCHOOL in actor().rights
    seen = {"seen": book.mark, "signed_on": today}
    return render(
        "year_plan/year.html",
        fragment="plan",
        oob=(),
        book=book,
        title_year=year.replace("-", "—"),
        months=[
            (begins, [line for line in _by_day(lines) if papers.month_number(line) == number])
            for number, (begins, _ends) in enumerate(papers.months(year))
        ],
        rows=[
            (work[0], [[one for one in work if papers.month_number(one) == n] for n in range(12)])
            for work in papers.by_work(Book(year, lines, None, ()))
        ],
        counts={one: sum(line.status is one for line in book.lines) for one in Status},
        chips=_chips(book, state, year),
        is_filtered=len(lines) < len(book.lines),
        this_month=today.replace(day=1) if first <= today <= last else first,
        before=f"{first.year - 1}-{first.year}",
        after=f"{last.year}-{last.year + 1}" if first.year <= today.year else None,
        marks=STATUS_MARK,
        sign_by=rules.sign_by(year),
        add_form=(add_form or _add_form()) if manages and today <= last else None,
        add_open=add_form is not None,
        sign_form=(sign_form or SignForm(formdata=None, data=seen))
        if is_open and Right.SIGN_ASSESSMENT in actor().rights
        else None,
        paper_form=(paper_form or PaperForm(formdata=None, data=seen))
        if is_open and manages
        else None,
        paper_open=paper_form is not None,
        kept=kept,
        file_error=file_error,
        most=school(session).number("file_mib"),
        status=status,
    )


def _filtered(book: Book) -> tuple[list[Line], Status | None]:
    """What the filters of the address leave, and the state among them."""
    asked = request.args.get("state")
    state = Status(asked) if asked in set(Status) else None
    is_mine = request.args.get("mine") == "1"
    lines = [
        line
        for line in book.lines
        if (state is None or line.status is state) and (not is_mine or line.who in actor().posts)
    ]
    return lines, state


def _by_day(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.entry.due_on, line.order))


def _chips(book: Book, state: Status | None, year: str) -> list[tuple[str, str, bool]]:
    is_mine = request.args.get("mine") == "1"
    mine = [line for line in book.lines if line.who in actor().posts]
    counted = mine if is_mine else book.lines
    found = []
    if mine:
        address = here(".year", year=year, mine=None if is_mine else "1")
        found.append((_("我负责的 %(n)s", n=len(mine)), address, is_mine))
    found.append((_("全部状态"), here(".year", year=year, state=""), state is None))
    return found + [
        (
            f"{label(one)} {sum(line.status is one for line in counted)}",
            here(".year", year=year, state=one.value),
            state is one,
        )
        for one in CHIPS
    ]


def _add_form() -> AddForm:
    form = AddForm()
    titles = [(key, post.title) for key, post in content.load().posts.items()]
    form.post.choices = choices([("", _("请选择")), *titles])
    return form


@bp.get(YEAR + ".pdf")
@allow()
def year_pdf(year: str) -> ResponseReturnValue:
    """The plan on paper, to be signed and sealed."""
    session = db.session()
    book = queries.read(session, _known(year), clock.today())
    data, pictures = papers.sheet(book, school(session), now=clock.now())
    printed = render_pdf("year_plan", data, photos=pictures)
    return pdf(printed, short_name(), _("年度消防工作计划"), year)


@bp.get(YEAR + ".xlsx")
@allow()
def year_xlsx(year: str) -> ResponseReturnValue:
    """Every entry with what is behind it."""
    session, title, today = db.session(), _("年度消防工作计划"), clock.today()
    book = queries.read(session, _known(year), today)
    rows = papers.lines(book, queries.names_by_post(session, today))
    return xlsx(workbook(title, papers.columns(), rows), short_name(), title, year)


@bp.get(ONE)
@allow()
def entry(year: str, work: str, period: str) -> ResponseReturnValue:
    """One entry: what counts as done, what is recorded, what may be marked."""
    return _show_entry(_known(year), work, period)


def _line(book: Book, work: str, period: str) -> Line:
    return book.line(work, period) or abort(404)


def _show_entry(
    year: str,
    work: str,
    period: str,
    *,
    form: Form | None = None,
    act: Act | None = None,
    kept: Sequence[StoredFile] = (),
    file_error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session, today = db.session(), clock.today()
    book = queries.read(session, year, today)
    line = _line(book, work, period)
    names = queries.names_by_post(session, today)
    acts = services.open_acts(line) if Right.MANAGE_SCHOOL in actor().rights else []
    return render(
        "year_plan/entry.html",
        book=book,
        line=line,
        marks=STATUS_MARK,
        names=names.get(line.who, []),
        unsure=_is_unsure(line),
        where=_ledger_url(line),
        url_of=_url_of,
        acts={
            one: form if form is not None and one is act else _mark_form(one, today) for one in acts
        },
        opened=act,
        kept=kept,
        file_error=file_error,
        most=school(session).number("file_mib"),
        status=status,
    )


def _mark_form(act: Act, today: date) -> Form:
    form: Form = MARK_FORMS[act](formdata=None, data={"act": act.value, "done_on": today})
    return form


def _is_unsure(line: Line) -> bool:
    """Whether part of what it rests on may not be cited yet."""
    return line.obligation is not None and len(line.basis) < len(line.obligation.basis)


def _ledger_url(line: Line) -> str | None:
    """Where the records are kept, for the days of the entry."""
    if line.obligation is None:
        return None
    ledger, kind = ledger_of(line.obligation.proof)
    return _url_of(ledger.open(kind, line.entry.first, line.entry.last)) if ledger else None


def _url_of(link: Link | None) -> str | None:
    """The address of a page; None where this person may not open it."""
    if link is None or not may_open(link.endpoint):
        return None
    return url_for(link.endpoint, **link.args)


@bp.post(ONE + "/mark")
@allow(Right.MANAGE_SCHOOL)
def mark(year: str, work: str, period: str) -> ResponseReturnValue:
    """Done by hand, taken back, left out, put back: by the form's ``act``."""
    _line(queries.read(db.session(), _known(year), clock.today()), work, period)
    asked = request.form.get("act", "")
    if asked not in set(Act):
        abort(422)
    act = Act(asked)
    form: Any = MARK_FORMS[act]()
    ids, file_error = sent_files() if act is Act.DONE else ([], "")
    again: dict[str, Any] = {"act": act, "kept": shown(ids), "file_error": file_error}
    if not form.validate() or file_error:
        return _show_entry(year, work, period, form=form, status=422, **again)
    today = clock.today()
    return _carry_out(
        form,
        lambda session, now: services.mark(
            session,
            year,
            _line(queries.read(session, year, today), work, period),
            act,
            done_on=form.done_on.data if act is Act.DONE else None,
            note=form.note.data or "",
            file=_first(session, ids),
            today=today,
            by=actor(),
            now=now,
        ),
        _("已登记。"),
        location=url_for(".entry", year=year, work=work, period=period),
        again=lambda status: _show_entry(year, work, period, form=form, status=status, **again),
    )


def _carry_out(
    form: Form,
    act: Callable[[Session, datetime], object],
    message: str,
    *,
    location: str,
    again: Callable[[int], ResponseReturnValue],
) -> ResponseReturnValue:
    """``act`` done once, then the page at ``location``; where a rule is broken the form ``again``,
    by its status, under the rule's sentence: these rules are about the plan, not about a field."""
    now = clock.now()
    try:
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=now)
            key.location = location
            act(session, now)
    except RuleError as error:
        form.form_errors.append(sentence(error))
        return again(409)
    flash(message)
    return see_other(location)


def _first(session: Session, ids: list[int]) -> StoredFile | None:
    """The file that came with the form; only one's own."""
    return next(iter(files.own(session, actor(), ids)), None)


@bp.post(YEAR + "/add")
@allow(Right.MANAGE_SCHOOL)
def add(year: str) -> ResponseReturnValue:
    """Put something of the school's own on the plan."""
    year, form = _known(year), _add_form()
    if not form.validate():
        return _show_year(year, add_form=form, status=422)
    return _carry_out(
        form,
        lambda session, now: services.add(
            session,
            year,
            text=form.text.data or "",
            due_on=form.due_on.data,
            post=form.post.data,
            by=actor(),
            now=now,
        ),
        _("已加进计划。"),
        location=url_for(".year", year=year),
        again=lambda status: _show_year(year, add_form=form, status=status),
    )


@bp.post(YEAR + "/sign")
@allow(Right.SIGN_ASSESSMENT)
def sign(year: str) -> ResponseReturnValue:
    """The principal signs on the screen."""
    year, form = _known(year), SignForm()
    kept, is_sound = keep_signature(form, actor().name)
    if not is_sound:
        return _show_year(year, sign_form=form, status=422)
    today = clock.today()
    return _carry_out(
        form,
        lambda session, now: services.sign_on_screen(
            session,
            queries.read(session, year, today),
            seen=form.seen.data or "",
            typed_name=form.typed_name.data or "",
            signature=photos.add_photo(session, kept, by=actor(), now=now) if kept else None,
            today=today,
            by=actor(),
            now=now,
        ),
        _("年度计划已签批。"),
        location=url_for(".year", year=year),
        again=lambda status: _show_year(year, sign_form=form, status=status),
    )


@bp.post(YEAR + "/paper")
@allow(Right.MANAGE_SCHOOL)
def paper(year: str) -> ResponseReturnValue:
    """Record the plan that was signed on paper."""
    year, form = _known(year), PaperForm()
    ids, file_error = sent_files()
    file_error = file_error or ("" if ids else _("请附上签好的计划扫描件或照片。"))
    again: dict[str, Any] = {"paper_form": form, "kept": shown(ids), "file_error": file_error}
    if not form.validate() or file_error:
        return _show_year(year, status=422, **again)
    today = clock.today()
    return _carry_out(
        form,
        lambda session, now: services.sign_on_paper(
            session,
            queries.read(session, year, today),
            seen=form.seen.data or "",
            signed_on=form.signed_on.data,
            scan=_first(session, ids),
            today=today,
            by=actor(),
            now=now,
        ),
        _("已登记纸质签批。"),
        location=url_for(".year", year=year),
        again=lambda status: _show_year(year, status=status, **again),
    )

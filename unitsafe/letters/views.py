"""Pages of the letters: the ledger, one letter to read and sign, the papers."""

from typing import Any

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.core import once
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.blobs import StorageError
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.download import pdf
from unitsafe.core.errors import sentence
from unitsafe.core.htmx import render, see_other
from unitsafe.core.images import PhotoRefused
from unitsafe.core.images_child import UNSUPPORTED
from unitsafe.core.labels import label
from unitsafe.core.paging import fetch_page
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import here, row_id
from unitsafe.grids import queries as grids
from unitsafe.letters import metrics, papers, queries, rules, services  # noqa: F401
from unitsafe.letters.forms import PaperForm, SignForm
from unitsafe.letters.labels import STATE_KIND
from unitsafe.letters.models import ResponsibilityLetter
from unitsafe.letters.rules import State
from unitsafe.people.queries import OwnPaper, own_papers, posts_held
from unitsafe.photos import services as photos
from unitsafe.photos.signatures import keep_signature
from unitsafe.school.ledgers import Ledger, as_file
from unitsafe.school.queries import school, short_name

bp = Blueprint("letters", __name__)
ONE = "/letters/<int:letter_id>"
CHIPS = (State.UNSIGNED, State.OVERDUE, State.SIGNED, State.ENDED)
photos.visible_through["letters"] = queries.photo_ids


def _own_papers(session: Session, person_id: int, day: Any) -> list[OwnPaper]:
    """The person's letter, for their own page."""
    found = queries.current(session, person_id, day)
    if found is None:
        return []
    state = found.state(day)
    line = (
        _("%(day)s签订", day=found.signed_on.isoformat())
        if found.signed_on
        else _("请在%(day)s前签订", day=found.due_on.isoformat())
    )
    title = _("%(year)s %(title)s", year=found.content["year"], title=found.content["title"])
    url = url_for("letters.letter", letter_id=found.id)
    return [OwnPaper(title, url, STATE_KIND[state], label(state), line)]


own_papers.append(_own_papers)


@bp.get("/letters")
@allow(*queries.SEES_ALL)
def index() -> ResponseReturnValue:
    """The letters of a school year, newest first."""
    session, today = db.session(), clock.today()
    services.ensure_current(session, today, now=clock.now())
    filters = _filters()
    counts = queries.letter_counts(session, today, filters)
    page = fetch_page(
        session,
        queries.ledger(filters, today),
        keys=queries.LEDGER_ORDER,
        after=request.args.get("after"),
    )
    numbers = {
        State.UNSIGNED: counts.unsigned,
        State.OVERDUE: counts.overdue,
        State.SIGNED: counts.signed,
        State.ENDED: counts.ended,
    }
    chips = [(_("全部 %(n)s", n=counts.total), here(".index", state=""), not filters.state)]
    chips += [
        (f"{label(one)} {numbers[one]}", here(".index", state=one.value), filters.state is one)
        for one in CHIPS
    ]
    held = posts_held(session, today)
    return render(
        "letters/index.html",
        fragment="rows",
        oob=(),
        page=page,
        counts=counts,
        shown=numbers[filters.state] if filters.state else counts.total,
        most_printed=queries.MOST_PRINTED,
        chips=chips,
        filters=filters,
        years=queries.school_years(session, today),
        blocks=[grid for grid in grids.grids(session) if grid.level == 2],
        posts=[post for key, post in content.load().posts.items() if key in held],
        state_kind=STATE_KIND,
        pdf_url=here(".letters_pdf"),
        xlsx_url=here(".index_xlsx"),
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        args=request.args,
    )


def _filters() -> queries.Filters:
    """The filters in the address; what cannot be understood is left out."""
    args, session = request.args, db.session()
    year, state, code = args.get("year", ""), args.get("state"), args.get("grid", "")[:20]
    if year not in queries.school_years(session, clock.today()):
        year = rules.school_year(clock.today())
    return queries.Filters(
        year=year,
        state=State(state) if state in set(State) else None,
        grid_ids=grids.below(session, [code]) if code else frozenset(),
        post=args.get("post", "")[:40],
        words=args.get("q", "").strip()[:40],
    )


@bp.get("/letters.xlsx")
@allow(*queries.SEES_ALL)
def index_xlsx() -> ResponseReturnValue:
    """Who has signed and who has not, as the filters leave it, by grid."""
    session, today = db.session(), clock.today()
    services.ensure_current(session, today, now=clock.now())
    filters = _filters()
    rows = (papers.row(one, today) for one in queries.lines(session, filters, today))
    ledger = Ledger(_("责任书签订台账"), papers.columns(), rows, period=filters.year)
    return as_file(ledger, "xlsx")


@bp.get("/letters.pdf")
@allow(*queries.SEES_ALL)
def letters_pdf() -> ResponseReturnValue:
    """Everything the filters show, by grid, each letter from a new page."""
    session, today = db.session(), clock.today()
    services.ensure_current(session, today, now=clock.now())
    filters = _filters()
    found = queries.to_print(session, filters, today)
    if not found:
        abort(404)
    return _printed(found, filters.year)


@bp.get(ONE)
@allow()
def letter(letter_id: int) -> ResponseReturnValue:
    """One letter: its text, and what this person may do with it."""
    return _show(letter_id)


@bp.get(ONE + ".pdf")
@allow()
def letter_pdf(letter_id: int) -> ResponseReturnValue:
    """One letter on paper, to be signed by hand and sealed."""
    found = get_letter(db.session(), letter_id)
    return _printed([found], found.school_year, found.person.name)


def _printed(found: Any, year: str, name: str = "") -> ResponseReturnValue:
    data, files = papers.letters(found, school(db.session()), now=clock.now())
    what = "_".join(part for part in (_("责任书"), name) if part)
    return pdf(render_pdf("letter", data, photos=files), short_name(), what, year)


def get_letter(session: Session, letter_id: int) -> ResponsibilityLetter:
    """The letter this person may see, else 404."""
    return queries.letter(session, actor(), letter_id) or abort(404)


def _show(
    letter_id: int,
    *,
    sign_form: SignForm | None = None,
    paper_form: PaperForm | None = None,
    photo_error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session, today = db.session(), clock.today()
    found = get_letter(session, letter_id)
    is_open = found.how is None and found.ended_on is None
    is_own = found.person_id == actor().id
    may_record = is_open and Right.EDIT_GRID in actor().rights
    seen = {"version": found.version, "signed_on": today}
    return render(
        "letters/letter.html",
        letter=found,
        text=found.content,
        state=found.state(today),
        state_kind=STATE_KIND,
        late=max((today - found.due_on).days, 0) if is_open else 0,
        versions=queries.versions_of(session, found),
        sees_all=holds_any(queries.SEES_ALL),
        sign_form=(sign_form or SignForm(formdata=None, data=seen)) if is_open and is_own else None,
        paper_form=(paper_form or PaperForm(formdata=None, data=seen)) if may_record else None,
        paper_open=paper_form is not None,
        photo_error=photo_error,
        status=status,
    )


@bp.post(ONE + "/sign")
@allow()
def sign(letter_id: int) -> ResponseReturnValue:
    """The person signs on the screen."""
    found = get_letter(db.session(), letter_id)
    if found.person_id != actor().id:
        raise RuleError("责任书只能由本人签字。")
    form = SignForm()
    kept, is_sound = keep_signature(form, actor().name)
    if not is_sound:
        return _show(letter_id, sign_form=form, status=422)
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        key.location = url_for(".letter", letter_id=letter_id)
        services.sign_on_screen(
            session,
            get_letter(session, letter_id),
            version=form.version.data or 0,
            typed_name=form.typed_name.data or "",
            signature=photos.add_photo(session, kept, by=actor(), now=clock.now())
            if kept
            else None,
            today=clock.today(),
            by=actor(),
            now=clock.now(),
        )
    flash(_("责任书已签订。"))
    return see_other(key.location)


@bp.post(ONE + "/paper")
@allow(Right.EDIT_GRID)
def paper(letter_id: int) -> ResponseReturnValue:
    """Record a letter that was signed by hand, with pictures of it."""
    get_letter(db.session(), letter_id)
    form = PaperForm()
    try:
        kept = [photos.keep_file(one.stream) for one in request.files.getlist("photo_file") if one]
    except (PhotoRefused, StorageError) as error:
        return _show(letter_id, paper_form=form, photo_error=_refusal(error), status=422)
    ids = [number for text in request.form.getlist("photo") if (number := row_id(text))]
    missing = "" if ids or kept else _("请附上签好的责任书照片，每页拍一张。")
    if not form.validate() or missing:
        return _show(letter_id, paper_form=form, photo_error=missing, status=422)
    try:
        location = _record_paper(letter_id, form, ids, kept)
    except RuleError as error:
        form.form_errors.append(sentence(error))
        return _show(letter_id, paper_form=form, status=409)
    flash(_("已登记纸质签字。"))
    return see_other(location)


def _record_paper(letter_id: int, form: PaperForm, ids: list[int], kept: list[photos.Kept]) -> str:
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        key.location = url_for(".letter", letter_id=letter_id)
        new = [photos.add_photo(session, one, by=actor(), now=clock.now()).id for one in kept]
        services.sign_on_paper(
            session,
            get_letter(session, letter_id),
            version=form.version.data or 0,
            signed_on=form.signed_on.data,
            scan_ids=[*ids, *new],
            today=clock.today(),
            by=actor(),
            now=clock.now(),
        )
    return key.location


def _refusal(error: PhotoRefused | StorageError) -> str:
    """Why a picture was not kept; a PDF from a scanner has a way out."""
    if isinstance(error, StorageError):
        return str(error)
    if error.message == UNSUPPORTED:
        return str(_("扫描件要是照片格式：请在扫描时选JPG，或直接用手机拍照，PDF暂不能上传。"))
    return str(_(error.message, **error.values))

"""Pages of an import: the file, its columns, the preview of every row, the result, and back."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core import download, once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render, see_other
from unitsafe.core.labels import label
from unitsafe.core.query import here, row_id
from unitsafe.imports import queries, reading, services, undoing, workbooks
from unitsafe.imports.columns import Field, find_heads, guess
from unitsafe.imports.forms import (
    CarryForm,
    ColumnsForm,
    UploadForm,
    columns_form,
    letter,
)
from unitsafe.imports.kinds import EVERY_RIGHT, KINDS, Kind, of_word
from unitsafe.imports.labels import OUTCOME_KIND, WEIGHT_KIND
from unitsafe.imports.lines import Line, Outcome, Plan, Weight
from unitsafe.imports.models import ImportDraft, ImportRun, ImportSheet, What
from unitsafe.imports.reading import Row
from unitsafe.imports.rules import one_line
from unitsafe.school.queries import short_name

bp = Blueprint("imports", __name__)
ONE = "/import/<what>/<int:draft_id>"
ROWS = 100
"""Rows of a preview on one page."""
HEADS_OFFERED = 15
CONFIRM = "confirm"


def _kinds() -> list[Kind]:
    """The kinds of lists that whoever is signed in may import."""
    return [kind for kind in KINDS.values() if kind.rights & actor().rights]


def _kind(word: str) -> Kind:
    kind = of_word(word) or abort(404)
    if not kind.rights & actor().rights:
        g.missing_rights = kind.rights
        abort(403)
    return kind


def _whats() -> list[What]:
    return [kind.what for kind in _kinds()]


@bp.get("/import")
@allow(*EVERY_RIGHT)
def index() -> ResponseReturnValue:
    """The kinds of lists, files that wait, and what was imported before."""
    session = db.session()
    return render(
        "imports/index.html",
        kinds=_kinds(),
        drafts=queries.drafts(session, actor(), _whats()),
        runs=queries.runs(session, _whats()),
        discard_form=lambda: Form(formdata=None),
    )


@bp.get("/import/<what>.xlsx")
@allow(*EVERY_RIGHT)
def template(what: str) -> ResponseReturnValue:
    """An empty list to fill in."""
    kind = _kind(what)
    content = workbooks.template(db.session(), kind)
    return download.xlsx(content, short_name(), str(_("%(what)s导入模板", what=kind.title)), "")


@bp.route("/import/<what>", methods=["GET", "POST"])
@allow(*EVERY_RIGHT)
def upload(what: str) -> ResponseReturnValue:
    """The file; what was read of it is kept until the import is done."""
    kind, form = _kind(what), UploadForm()
    if form.validate_on_submit():
        try:
            return see_other(_keep(kind, form))
        except RuleError as error:
            form.file.errors = [sentence(error)]
    status = 422 if form.is_submitted() else 200
    return render("imports/upload.html", kind=kind, form=form, status=status)


def _keep(kind: Kind, form: UploadForm) -> str:
    data = form.file.data.stream.read(reading.MOST_BYTES + 1)
    sheets = reading.read(data)
    name = one_line(form.file.data.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        draft = services.keep_draft(
            session,
            kind,
            sheets,
            file_name=name,
            sha256=services.digest(data),
            by=actor(),
            now=clock.now(),
        )
        key.location = url_for(".columns", what=kind.what, draft_id=draft.id)
    return key.location


def _draft(kind: Kind, draft_id: int) -> ImportDraft:
    return queries.draft(db.session(), actor(), draft_id, kind.what) or abort(404)


def _sheet(draft: ImportDraft, position: int) -> ImportSheet:
    return queries.sheet(db.session(), draft.id, position) or abort(404)


# Which column is what


@bp.route(ONE, methods=["GET", "POST"])
@allow(*EVERY_RIGHT)
def columns(what: str, draft_id: int) -> ResponseReturnValue:
    """Which sheet, which row of heads, which columns: guessed, and to be corrected."""
    kind = _kind(what)
    draft = _draft(kind, draft_id)
    sheet, heads, chosen = _chosen(kind, draft)
    form = _columns_form(kind, sheet, heads, chosen)
    if form.validate_on_submit() and form.check_columns(kind.fields):
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
            draft = _draft(kind, draft_id)
            services.choose(draft, sheet=sheet.position, heads=heads, columns=form.columns())
            key.location = url_for(".preview", what=kind.what, draft_id=draft_id)
            session.flush()
        return see_other(key.location)
    names = queries.sheet_names(db.session(), draft_id)
    return render(
        "imports/columns.html",
        kind=kind,
        draft=draft,
        form=form,
        sheet=sheet,
        heads=heads,
        sheet_names=[name or _("全部内容") for name in names],
        head_rows=sheet.rows[:HEADS_OFFERED],
        samples=sheet.rows[heads + 1 : heads + 4],
        width=max(len(cells) for _number, cells in sheet.rows),
        letter=letter,
        discard_form=Form(formdata=None),
        status=422 if form.is_submitted() else 200,
    )


def _chosen(kind: Kind, draft: ImportDraft) -> tuple[ImportSheet, int, dict[str, int]]:
    """Sheet, row of heads and columns: as asked for in the address or form, else as kept."""
    asked = request.form if request.method == "POST" else request.args
    position, row = row_id(asked.get("sheet", "")), row_id(asked.get("heads", ""))
    sheet = _sheet(draft, draft.sheet if position is None else position)
    is_kept = sheet.position == draft.sheet and row in (None, draft.heads)
    heads = draft.heads if is_kept else row
    if heads is None or heads >= len(sheet.rows) or (position != draft.sheet and row is None):
        heads = draft.heads if is_kept else find_heads(sheet.rows, kind.fields)
    kept: dict[str, int] = draft.columns
    return sheet, heads, kept if is_kept else guess(sheet.rows[heads][1], kind.fields)


def _columns_form(
    kind: Kind, sheet: ImportSheet, heads: int, chosen: dict[str, int]
) -> ColumnsForm:
    form_class = columns_form(kind.fields, _offered(sheet.rows, heads), chosen)
    form = form_class(sheet=str(sheet.position), heads=str(heads))
    form.sheet.data, form.heads.data = str(sheet.position), str(heads)
    return form


def _offered(rows: Sequence[Row], heads: int) -> list[tuple[str, str]]:
    """The columns that hold something: (place, "B 楼层（如：三楼）")."""
    head, below = rows[heads][1], rows[heads + 1 :]
    found = []
    for column in range(max(len(cells) for _number, cells in rows)):
        title = head[column].replace("\n", "") if column < len(head) else ""
        texts = (cells[column] for _number, cells in below if column < len(cells))
        example = next((text for text in texts if text), "").replace("\n", "、")
        if title or example:
            words = f"{letter(column)} {title[:20]}"
            if example:
                words += str(_("（如：%(example)s）", example=example[:16]))
            found.append((str(column), words))
    return found


@bp.post(ONE + "/discard")
@allow(*EVERY_RIGHT)
def discard(what: str, draft_id: int) -> ResponseReturnValue:
    """Forget the file."""
    kind, form = _kind(what), Form()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        services.drop_draft(session, _draft(kind, draft_id))
        key.location = url_for(".index")
    flash(_("已放弃这个文件，没有导入任何内容。"))
    return see_other(key.location)


# Every row before it counts


@bp.route(ONE + "/preview", methods=["GET", "POST"])
@allow(*EVERY_RIGHT)
def preview(what: str, draft_id: int) -> ResponseReturnValue:
    """What each row would do, with its problems; the button imports all or nothing."""
    kind, form = _kind(what), CarryForm()
    leaves_out = (form.leave_out.data or request.args.get("leave_out")) == "1"
    error, status = "", 200
    if form.validate_on_submit():
        try:
            return see_other(_carry_out(kind, draft_id, form))
        except RuleError as broken:
            error, status = sentence(broken), 409
    elif form.is_submitted():
        status = 422
    draft = _draft(kind, draft_id)
    if not draft.columns:
        return see_other(url_for(".columns", what=kind.what, draft_id=draft_id))
    return _show_plan(kind, draft, leaves_out=leaves_out, error=error, status=status)


def _carry_out(kind: Kind, draft_id: int, form: CarryForm) -> str:
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        draft = _draft(kind, draft_id)
        run = services.carry_out(
            session,
            draft,
            _sheet(draft, draft.sheet),
            seen=form.seen.data or "",
            leave_out=form.leave_out.data == "1",
            confirmed=bool(form.confirmed.data),
            today=clock.today(),
            by=actor(),
            now=clock.now(),
        )
        key.location = url_for(".run", run_id=run.id)
    flash(_("导入完成。"))
    return key.location


def _show_plan(
    kind: Kind, draft: ImportDraft, *, leaves_out: bool, error: str = "", status: int = 200
) -> ResponseReturnValue:
    rows = _sheet(draft, draft.sheet).rows
    plan = services.plan_of(db.session(), kind, rows, draft, clock.today())
    only = request.args.get("only", "")
    shown = _only(plan, only)
    page = min(max(row_id(request.args.get("page", "")) or 1, 1), max(1, -(-len(shown) // ROWS)))
    form = CarryForm(formdata=None, seen=plan.seen, leave_out="1" if leaves_out else "")

    def address(**changes: str) -> str:
        return here(".preview", what=kind.what, draft_id=draft.id, **changes)

    return render(
        "imports/preview.html",
        fragment="rows",
        oob=(),
        kind=kind,
        draft=draft,
        plan=plan,
        lines=shown[(page - 1) * ROWS : page * ROWS],
        fields=_told(kind, plan),
        chips=_chips(plan, only, address),
        previous_url=address(page=str(page - 1)) if page > 1 else None,
        next_url=address(page=str(page + 1)) if page * ROWS < len(shown) else None,
        page=page,
        pages=-(-len(shown) // ROWS),
        form=form,
        leaves_out=leaves_out,
        leave_out_url=address(leave_out="1", page=""),
        keep_url=address(leave_out="", page=""),
        error=error,
        outcome_kind=OUTCOME_KIND,
        weight_kind=WEIGHT_KIND,
        status=status,
    )


def _told(kind: Kind, plan: Plan) -> list[Field]:
    """The fields of which some row says something, or something is said."""
    told = {key for line in plan.lines for key, text in line.texts.items() if text}
    told |= {note.field for line in plan.lines for note in line.notes}
    return [field for field in kind.fields if field.key in told]


def _only(plan: Plan, only: str) -> Sequence[Line]:
    if only == CONFIRM:
        return [line for line in plan.lines if line.has(Weight.CONFIRM)]
    return plan.doing(Outcome(only)) if only in set(Outcome) else plan.lines


def _chips(plan: Plan, only: str, address: Any) -> list[tuple[str, str, bool]]:
    """All rows, and those of each outcome that there are."""
    found = [(_("全部 %(n)s", n=len(plan.lines)), address(only="", page=""), not only)]
    order = (Outcome.PROBLEM, Outcome.NEW, Outcome.FILL, Outcome.SAME)
    for outcome in order:
        if plan.counts[outcome]:
            text = f"{label(outcome)} {plan.counts[outcome]}"
            found.append((text, address(only=outcome.value, page=""), only == outcome))
    if plan.confirms:
        text = _("请核对 %(n)s", n=plan.confirms)
        found.append((text, address(only=CONFIRM, page=""), only == CONFIRM))
    return found


# What was imported


@bp.get("/import/runs/<int:run_id>")
@allow(*EVERY_RIGHT)
def run(run_id: int) -> ResponseReturnValue:
    """What an import did; it can be taken back as long as nothing depends on it."""
    return _show_run(_run(run_id))


def _run(run_id: int) -> ImportRun:
    return queries.run(db.session(), run_id, _whats()) or abort(404)


def _show_run(
    found: ImportRun, *, held: undoing.StillUsed | None = None, status: int = 200
) -> ResponseReturnValue:
    return render(
        "imports/run.html",
        run=found,
        kind=KINDS[found.what],
        made=queries.made(db.session(), found.id),
        form=Form(formdata=None),
        held=held,
        error=sentence(held) if held else "",
        status=status,
    )


@bp.post("/import/runs/<int:run_id>/undo")
@allow(*EVERY_RIGHT)
def undo(run_id: int) -> ResponseReturnValue:
    """Take back what an import made."""
    form = Form()
    try:
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
            undoing.undo(session, _run(run_id), today=clock.today(), by=actor(), now=clock.now())
            key.location = url_for(".run", run_id=run_id)
    except undoing.StillUsed as error:
        return _show_run(_run(run_id), held=error, status=409)
    flash(_("已撤销，学校的资料和导入前一样。"))
    return see_other(key.location)

"""One check: fill it in, or read it."""

from collections.abc import Iterable, Mapping

from flask import abort, flash, get_template_attribute, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.checks import look_back, queries, quick_taps, services, sheet_page, taps
from unitsafe.checks.forms import CountersignForm, FindingForm, ReasonForm, SubmitForm
from unitsafe.checks.models import Check
from unitsafe.checks.rules import EntrySource, read_answer
from unitsafe.checks.taps import Given, Sheet
from unitsafe.checks.views import bp
from unitsafe.content.model import ChecklistItem
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing, writing_rows
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import answer as error_answer
from unitsafe.core.errors import sentence
from unitsafe.core.htmx import render, see_other, wants_fragment
from unitsafe.core.images import PhotoRefused
from unitsafe.core.query import row_id
from unitsafe.hazards.rules import Fix, Level
from unitsafe.photos import services as photo_services
from unitsafe.photos.views import as_json, kept_upload


def get_check(session: Session, check_id: int) -> Check:
    """The check this person may see, else 404."""
    check = queries.check(session, actor(), check_id)
    if check is None:
        abort(404)
    return check


def show(
    check_id: int,
    *,
    submit: SubmitForm | None = None,
    missing: Iterable[services.Missing] = (),
    forms: Mapping[str, object] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The check's page, with what was typed and what is missing."""
    session, now = db.session(), clock.now()
    check = get_check(session, check_id)
    sent = request.form if request.method == "POST" else None
    page = sheet_page.read(session, check, actor(), now, sent=sent, missing=list(missing))
    if submit is None:
        submit = SubmitForm(formdata=None)
    submit.seen.data = str(page.seen)
    return render(
        "checks/sheet.html",
        page=page,
        check=check,
        submit_form=submit,
        versions=queries.versions_of(session, check)
        if check.version > 1 or check.superseded_by_id
        else [],
        forms={
            "countersign": CountersignForm(formdata=None),
            "explain": ReasonForm(formdata=None),
            "skip": ReasonForm(formdata=None),
            "correct": ReasonForm(formdata=None),
            **(forms or {}),
        },
        status=status,
    )


@bp.get("/checks/<int:check_id>")
@allow()
def detail(check_id: int) -> ResponseReturnValue:
    """Run the check, or read it."""
    return show(check_id)


def answers_from_form(sheet: Sheet, keys: Iterable[str] | None = None) -> dict[str, Given]:
    """What the form says of the items (of ``keys`` only). Raises RuleError for nonsense."""
    wanted = None if keys is None else set(keys)
    given = {}
    for item in sheet.items:
        if wanted is not None and item.key not in wanted:
            continue
        read = read_answer(item, request.form.getlist(f"answer-{item.key}"))
        if read is not None:
            note = request.form.get(f"note-{item.key}")
            given[item.key] = Given(*read, note=note.strip()[:500] if note is not None else None)
    return given


@bp.post("/checks/<int:check_id>/answers")
@allow()
def answers(check_id: int) -> ResponseReturnValue:
    """Save answers: one tap from htmx, or everything filled in so far without JavaScript."""
    now, by = clock.now(), actor()
    tapped = next((k[7:] for k in request.form if k.startswith("answer-")), None)
    with writing_rows() as rows:
        sheet = taps.read_sheet(rows, check_id)
        if sheet is None:
            abort(404)
        given = answers_from_form(sheet)
        if not wants_fragment():
            _drop_stale(sheet, given)
        taps.save_answers(rows, sheet, given, by=by, now=now)
    if not wants_fragment():
        flash(_("已保存。"))
        return see_other(url_for(".detail", check_id=check_id))
    if tapped not in given:
        return error_answer(422, _("请选“正常”“异常”或“不适用”。"))
    return _tap_answer(check_id, sheet, tapped)


def _tap_answer(check_id: int, sheet: Sheet, item_key: str) -> ResponseReturnValue:
    """The state line of the item that was tapped, and the progress bar."""
    saved = sheet.answers.get(item_key)
    if saved is not None and item_key not in sheet.failed_once:
        locale = str(get_locale())
        quick_taps.let_in(request.environ, current_user.token, locale)
        undo_at = url_for(".undo", check_id=check_id, item_key=item_key)
        return make_response(quick_taps.told(sheet, item_key, undo_at, locale))
    session = db.session()
    check = get_check(session, check_id)
    page = sheet_page.read(session, check, actor(), clock.now(), only=item_key)
    body = get_template_attribute("checks/_item.html", "state")(page, page.rows[0])
    return make_response(str(body) + quick_taps.progress_bar(sheet.progress, str(get_locale())))


def _drop_stale(sheet: Sheet, given: dict[str, Given]) -> None:
    """A page that is older than somebody else's answer does not overwrite it."""
    seen = row_id(request.form.get("seen", "")) or 0
    stale = taps.changed_by_others(sheet, given, seen, actor())
    for key in stale:
        del given[key]


@bp.post("/checks/<int:check_id>/undo/<item_key>")
@allow()
def undo(check_id: int, item_key: str) -> ResponseReturnValue:
    """Take the last tap of an item back."""
    now = clock.now()
    with writing() as session:
        sheet = taps.read_sheet(session, check_id)
        if sheet is None:
            abort(404)
        taps.undo(session, sheet, item_key, by=actor(), now=now)
    if not wants_fragment():
        return see_other(url_for(".detail", check_id=check_id, _anchor=f"item-{item_key}"))
    return _item_answer(check_id, item_key)


def _item_answer(check_id: int, item_key: str) -> ResponseReturnValue:
    """A whole item and the progress bar, for a swap."""
    session = db.session()
    check = get_check(session, check_id)
    page = sheet_page.read(session, check, actor(), clock.now(), only=item_key)
    body = get_template_attribute("checks/_item.html", "item")(page, page.rows[0], focus=True)
    return make_response(str(body) + quick_taps.progress_bar(page.progress, str(get_locale())))


@bp.post("/checks/<int:check_id>/photos/<item_key>")
@allow()
def photo(check_id: int, item_key: str) -> ResponseReturnValue:
    """A photo of an item, sent behind the tap."""
    get_check(db.session(), check_id)
    kept = kept_upload()
    if not isinstance(kept, photo_services.Kept):
        return kept
    with writing() as session:
        check = get_check(session, check_id)
        row = photo_services.add_photo(session, kept, by=actor(), now=clock.now())
        services.add_photo(session, check, item_key, row.id, by=actor(), now=clock.now())
    return as_json(row)


@bp.post("/checks/<int:check_id>/findings/<item_key>")
@allow()
def register(check_id: int, item_key: str) -> ResponseReturnValue:
    """登记隐患 from a failed item, in place."""
    try:
        kept = _sent_photos()
    except PhotoRefused as error:
        flash(_(error.message, **error.values), "error")
        return show(check_id, status=422)
    now, by = clock.now(), actor()
    with writing() as session:
        check = get_check(session, check_id)
        sheet = taps.read_sheet(session, check_id)
        if sheet is None or item_key not in {item.key for item in sheet.items}:
            abort(404)
        taps.require_fillable(sheet, by, now)
        given = answers_from_form(sheet, None if not wants_fragment() else [item_key])
        _drop_stale(sheet, given)
        taps.save_answers(session, sheet, given, by=by, now=now)
        _attach(session, check, kept)
        is_sound = _register(session, check, sheet, item_key)
    if not is_sound:
        left = [services.Missing(0, item_key, "", "hazard")]
        if wants_fragment():
            session = db.session()
            page = sheet_page.read(
                session,
                get_check(session, check_id),
                by,
                now,
                sent=request.form,
                missing=left,
                only=item_key,
            )
            body = get_template_attribute("checks/_item.html", "state")(page, page.rows[0])
            return make_response(body, 422)
        return show(check_id, missing=left, status=422)
    if wants_fragment():
        session = db.session()
        page = sheet_page.read(
            session, get_check(session, check_id), by, now, sent=request.form, only=item_key
        )
        return make_response(
            get_template_attribute("checks/_item.html", "state")(page, page.rows[0])
        )
    flash(_("隐患已登记。"))
    return see_other(url_for(".detail", check_id=check_id, _anchor=f"item-{item_key}"))


@bp.post("/checks/<int:check_id>/submit")
@allow()
def submit(check_id: int) -> ResponseReturnValue:
    """Sign and hand in. What is filled in is kept even when something is still missing; findings
    become hazards only with the record that names them."""
    form = SubmitForm()
    is_sound = form.validate()
    try:
        kept = _sent_photos()
    except PhotoRefused as error:
        flash(_(error.message, **error.values), "error")
        return show(check_id, submit=form, status=422)
    now, by = clock.now(), actor()
    fault = ""
    with writing() as session:
        key = once.claim(session, form.once.data, by=by.id, now=now)
        check = get_check(session, check_id)
        key.location = url_for(".detail", check_id=check.id)
        sheet = taps.read_sheet(session, check_id)
        if sheet is None:
            abort(404)
        given = answers_from_form(sheet)
        _drop_stale(sheet, given)
        taps.save_answers(session, sheet, given, by=by, now=now)
        _attach(session, check, kept)
        written = [item.key for item in sheet.failed if _sound_finding(session, check, item)]
        left = services.missing(session, sheet, _without_photo(sheet), written)
        if is_sound and not left:
            try:
                services.require_submittable(session, check, form.performed(), by=by, now=now)
                for item_key in written:
                    _register(session, check, sheet, item_key)
                services.submit(
                    session,
                    check,
                    sheet,
                    note=form.note.data or "",
                    performed_at=form.performed(),
                    source=EntrySource(form.source.data),
                    by=by,
                    now=now,
                )
            except RuleError as error:
                fault = sentence(error)
        if left or fault or not is_sound:
            once.release(session, key)
    if fault:
        form.performed_at.errors = [*form.performed_at.errors, fault]
    if left or fault or not is_sound:
        form.once.data = None
        return show(check_id, submit=form, missing=left, status=422)
    flash(_("已提交，谢谢！"))
    return see_other(url_for("today.index"))


def _register(session: Session, check: Check, sheet: Sheet, item_key: str) -> bool:
    """The hazard of a failed item from its part of the form; False when that is not sound."""
    item = next(item for item in sheet.items if item.key == item_key)
    form = _sound_finding(session, check, item)
    if form is None:
        return item_key in queries.findings(session, check.id)
    services.add_finding(
        session,
        check,
        item_key,
        description=form.description.data,
        category=form.category.data,
        level=Level(form.level.data),
        fix=Fix(form.fix.data),
        space_id=form.space_id.data or None,
        by=actor(),
        now=clock.now(),
    )
    return True


def _sound_finding(session: Session, check: Check, item: ChecklistItem) -> FindingForm | None:
    """The finding of ``item`` as it was sent; None when it was not, or not soundly."""
    if f"finding-{item.key}-description" not in request.form:
        return None
    old = look_back.hazard_of(session, check)
    spaces = sheet_page.spaces_of(session, check)
    form = FindingForm.for_item(item, spaces, request.form, again=old)
    return form if form.validate() else None


def _without_photo(sheet: Sheet) -> set[str]:
    """Items of which the form says that no photo can be taken."""
    return {
        item.key for item in sheet.items if request.form.get(f"finding-{item.key}-without_photo")
    }


def _sent_photos() -> dict[str, list[photo_services.Kept]]:
    """Photos that came with a plain form, kept outside the write. Raises PhotoRefused."""
    return {
        name[len("photo-") : -len("_file")]: [
            photo_services.keep_file(sent.stream)
            for sent in request.files.getlist(name)
            if sent.filename
        ]
        for name in request.files
        if name.startswith("photo-") and name.endswith("_file")
    }


def _attach(session: Session, check: Check, kept: Mapping[str, list[photo_services.Kept]]) -> None:
    for item_key, photos in kept.items():
        for one in photos:
            row = photo_services.add_photo(session, one, by=actor(), now=clock.now())
            services.add_photo(session, check, item_key, row.id, by=actor(), now=clock.now())

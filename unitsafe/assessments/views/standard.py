"""The standard: the version in use, earlier ones, and the draft that the school changes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.assessments import queries, standards
from unitsafe.assessments import standard_edit as edit
from unitsafe.assessments import standard_queries as versions
from unitsafe.assessments import standard_services as services
from unitsafe.assessments import standard_words as words
from unitsafe.assessments.labels import points
from unitsafe.assessments.models import AssessmentStandard
from unitsafe.assessments.standard_edit import Fault
from unitsafe.assessments.standard_forms import (
    AddForm,
    GradesForm,
    ItemForm,
    PartForm,
    PublishForm,
    add_form,
    grades_form,
    item_form,
)
from unitsafe.assessments.views import bp
from unitsafe.content.build import make
from unitsafe.content.model import AssessmentItem, Standard
from unitsafe.core import once
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import Form
from unitsafe.core.htmx import MESSAGES, render, see_other, wants_fragment
from unitsafe.core.query import int_arg

HERE = "/assessments/standard"
DRAFT = f"{HERE}/draft"
EDITS = (Right.RUN_ASSESSMENT, Right.MANAGE_SCHOOL)
"""Who changes the draft."""
PUBLISHES = (Right.RUN_ASSESSMENT, Right.SIGN_ASSESSMENT, Right.MANAGE_SCHOOL)
"""Who reads it and makes it a version."""


@bp.get(HERE)
@allow(*queries.SEES)
def standard() -> ResponseReturnValue:
    """The version in use, or the one asked for, with the list of all."""
    session = db.session()
    number = int_arg("version")
    current = standards.newest(session)
    row = current if number is None else versions.version(session, number)
    if number is not None and row is None:
        abort(404)
    found = standards.standard(row)
    return render(
        "assessments/standard.html",
        standard=found,
        sections=versions.sections(found),
        edition=standards.edition(row),
        is_current=row is current,
        row=row,
        versions=versions.versions(session),
        words=words,
        points=points,
        way=lambda evidence: words.way(evidence, found.metrics),
        sources=content.load().sources,
        has_draft=standards.draft(session) is not None,
        copy_form=_act_form("copy") if holds_any(EDITS) else None,
        opens_draft=holds_any(PUBLISHES),
    )


@dataclass
class Line:
    """An item of the draft: who changed it, and what is open at it."""

    item: AssessmentItem
    by: str = ""
    is_own: bool = False
    is_removed: bool = False
    form: Form | None = None
    other: PartForm | None = None
    now: list[str] = field(default_factory=list)


@bp.get(DRAFT)
@allow(*PUBLISHES)
def draft() -> ResponseReturnValue:
    """The draft; ``?item=`` opens an item, ``?add=`` a new one in that group."""
    row = standards.draft(db.session())
    if row is None:
        return see_other(url_for(".standard"))
    key, group = request.args.get("item", ""), request.args.get("add", "")
    if not holds_any(EDITS):
        return _show(row)
    if group and edit.group(row.body, group) is not None:
        return _show(row, adding=add_form(standards.standard(row), group), fragment="adder")
    fragment = "item" if edit.group_of(row.body, key) else None
    if edit.item(row.body, key) is None or request.args.get("close"):
        return _show(row, key=key, fragment=fragment)
    return _show(row, key=key, form=_item_form(row, key), fragment=fragment)


def _item_form(row: AssessmentStandard, key: str, *, is_sent: bool = False) -> ItemForm:
    entry = edit.item(row.body, key) or abort(404)
    before = make(AssessmentItem, entry)
    return item_form(before, standards.standard(row), edit.mark(entry), is_sent=is_sent)


def _show(
    row: AssessmentStandard,
    *,
    key: str = "",
    form: ItemForm | None = None,
    now: list[str] | None = None,
    adding: AddForm | None = None,
    grades: GradesForm | None = None,
    publishing: PublishForm | None = None,
    fragment: str | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The draft with what is open in it; for htmx the item ``key``, or the form of a new one, with
    the sums and what is still in the way."""
    found, may_edit = standards.standard(row), holds_any(EDITS)
    lines = _lines(row)
    line = next((one for some in lines.values() for one in some if one.item.key == key), None)
    if line is not None and may_edit:
        line.form, line.now = form, now or []
        line.other = _part_form(row, "remove", key) if form else None
    if may_edit and not (fragment and wants_fragment()):
        for one in (one for some in lines.values() for one in some if one.is_removed):
            one.other = _part_form(row, "restore", one.item.key)
    elif line is not None and line.is_removed and may_edit:
        line.other = _part_form(row, "restore", key)
    group = adding.group.data if adding else edit.group_of(row.body, key)
    publish_form = publishing or PublishForm(formdata=None, data={"seen": str(row.revision)})
    publish_form.seen.id = "publish-seen"
    return render(
        "assessments/standard_draft.html",
        fragment=fragment,
        oob=("sums", "finish", MESSAGES) if request.method == "POST" else (),
        row=row,
        standard=found,
        lines=lines,
        line=line,
        group=next(
            (one for part in found.capabilities for one in part.groups if one.key == group), None
        ),
        adding=adding,
        is_whole=edit.total(row.body) == edit.WHOLE,
        sum_text=edit.sum_text(row.body),
        faults=_named(row, found),
        may_edit=may_edit,
        grades_form=(grades or grades_form(found.scoring.grades, _grades_mark(row)))
        if may_edit
        else None,
        grades_open=grades is not None,
        publish_form=publish_form,
        drop_form=_act_form("drop") if may_edit else None,
        points=points,
        way=lambda evidence: words.way(evidence, found.metrics),
        status=status,
    )


def _lines(row: AssessmentStandard) -> dict[str, list[Line]]:
    """The items by group, removed ones where they were."""
    edits = row.body["edits"]
    found = {
        one["key"]: [_line(entry, edits) for entry in one["items"]] for one in edit.groups(row.body)
    }
    for gone in reversed(row.body["removed"]):
        line = _line(gone["item"], edits)
        line.is_removed = True
        found[gone["group"]].insert(gone["at"], line)
    return found


def _line(entry: dict[str, Any], edits: dict[str, str]) -> Line:
    key = entry["key"]
    return Line(make(AssessmentItem, entry), edits.get(key, ""), key.startswith(edit.OWN))


def _act_form(act: str) -> PartForm:
    return PartForm(formdata=None, data={"act": act})


def _part_form(row: AssessmentStandard, act: str, key: str) -> PartForm:
    data = {"act": act, "item": key, "seen": edit.mark(edit.part(row.body, key))}
    return PartForm(formdata=None, data=data)


def _grades_mark(row: AssessmentStandard) -> str:
    return edit.mark(edit.part(row.body, edit.GRADES))


def _named(row: AssessmentStandard, found: Standard) -> list[tuple[Fault, str]]:
    """What is in the way of publishing, with the item it is about."""
    texts = {one.key: one.text for one in found.items}
    return [(fault, texts.get(fault.item, "")) for fault in services.faults(row)]


@bp.post(DRAFT)
@allow(*EDITS)
def edit_draft() -> ResponseReturnValue:
    """Copy the version in use to change it; change an item or the grades, add, remove, restore,
    throw away: by the form's ``act``."""
    once.check(db.session(), request.form.get("once"), by=actor().id)
    act = request.form.get("act", "")
    if act == "copy":
        return _copy()
    return _ACTS[act](_draft()) if act in _ACTS else abort(422)


def _copy() -> ResponseReturnValue:
    form = PartForm()
    if not form.validate():
        abort(422)
    return _done(
        form,
        lambda session, now: services.copy(session, by=actor(), now=now),
        "",
        location=url_for(".draft"),
    )


def _draft() -> AssessmentStandard:
    """The draft. Raises RuleError when there is none."""
    found = standards.draft(db.session())
    if found is None:
        raise RuleError(services.NO_DRAFT)
    return found


def _save_item(row: AssessmentStandard) -> ResponseReturnValue:
    key = request.form.get("item", "")
    _need_there(row, key)
    form = _item_form(row, key, is_sent=True)
    current = edit.mark(edit.item(row.body, key))
    if form.seen.data != current:
        name = row.body["edits"].get(key, "")
        form.form_errors.append(_("%(name)s刚刚改过这一项，请看过再改。", name=name))
        form.seen.data = current
        return _show(row, key=key, form=form, now=_as_it_is(row, key), fragment="item", status=422)
    if not form.validate():
        return _show(row, key=key, form=form, fragment="item", status=422)
    try:
        return _done(
            form,
            lambda session, now: services.change_item(
                session, form.entry(), seen=current, by=actor(), now=now
            ),
            _("已保存。"),
            location=_at(key),
            fragment=lambda: _show(_draft(), key=key, fragment="item"),
        )
    except services.Refused as refused:
        form.show(list(refused.faults))
        return _show(_draft(), key=key, form=form, fragment="item", status=422)


def _need_there(row: AssessmentStandard, key: str) -> None:
    """:raises RuleError: the item was taken out meanwhile."""
    if edit.item(row.body, key) is None and edit.group_of(row.body, key):
        raise RuleError("这一项刚刚被%(name)s移除了。", name=row.body["edits"].get(key, ""))


def _as_it_is(row: AssessmentStandard, key: str) -> list[str]:
    """What somebody else has made of an item."""
    item = make(AssessmentItem, edit.item(row.body, key) or {})
    metrics = standards.standard(row).metrics
    ways = [words.way(one, metrics) for one in item.evidence]
    return [item.text, item.how_to_score, *ways]


def _at(key: str) -> str:
    return url_for(".draft", _anchor=f"item-{key}")


def _add(row: AssessmentStandard) -> ResponseReturnValue:
    group = request.form.get("group", "")
    if edit.group(row.body, group) is None:
        abort(404)
    form = add_form(standards.standard(row), group, is_sent=True)
    if not form.validate():
        return _show(row, adding=form, fragment="adder", status=422)
    try:
        return _done(
            form,
            lambda session, now: services.add_item(
                session,
                group,
                text=form.text.data,
                how_to_score=form.how_to_score.data,
                points=Decimal(form.points.data or 0),
                metric=form.metric.data,
                rubric=form.rubric.data,
                by=actor(),
                now=now,
            ),
            _("已增加一项。"),
            location=lambda key: url_for(".draft", item=key, _anchor=f"item-{key}"),
        )
    except RuleError as error:
        named = str(error.values.get("field", ""))
        if named not in form:
            raise
        form[named].errors = [sentence(error)]
        return _show(row, adding=form, fragment="adder", status=422)


def _remove(row: AssessmentStandard) -> ResponseReturnValue:
    form = PartForm()
    key = form.item.data or ""
    if not form.validate() or not edit.group_of(row.body, key):
        abort(422)
    return _done(
        form,
        lambda session, now: services.remove_item(
            session, key, seen=form.seen.data or "", by=actor(), now=now
        ),
        _("已移除，可以恢复。"),
        location=_at(key),
        fragment=lambda: _show(_draft(), key=key, fragment="item"),
    )


def _restore(row: AssessmentStandard) -> ResponseReturnValue:
    form = PartForm()
    key = form.item.data or ""
    if not form.validate() or not edit.group_of(row.body, key):
        abort(422)
    return _done(
        form,
        lambda session, now: services.restore_item(session, key, by=actor(), now=now),
        _("已恢复。"),
        location=_at(key),
        fragment=lambda: _show(_draft(), key=key, fragment="item"),
    )


def _save_grades(row: AssessmentStandard) -> ResponseReturnValue:
    grades = standards.standard(row).scoring.grades
    form = grades_form(grades, _grades_mark(row), is_sent=True)
    if not form.validate():
        return _show(row, grades=form, status=422)
    try:
        return _done(
            form,
            lambda session, now: services.change_grades(
                session, form.grades(), seen=form.seen.data or "", by=actor(), now=now
            ),
            _("已保存。"),
            location=url_for(".draft", _anchor="grades"),
        )
    except services.Refused as refused:
        form.show(list(refused.faults))
        return _show(row, grades=form, status=422)


def _drop(_row: AssessmentStandard) -> ResponseReturnValue:
    form = PartForm()
    if not form.validate():
        abort(422)
    return _done(
        form,
        lambda session, now: services.drop(session, by=actor(), now=now),
        _("草稿已放弃。"),
        location=url_for(".standard"),
    )


_ACTS: dict[str, Callable[[AssessmentStandard], ResponseReturnValue]] = {
    "item": _save_item,
    "add": _add,
    "remove": _remove,
    "restore": _restore,
    "grades": _save_grades,
    "drop": _drop,
}


@bp.post(f"{DRAFT}/publish")
@allow(*PUBLISHES)
def publish_standard() -> ResponseReturnValue:
    """Make the draft a version; assessments opened from now on take it."""
    once.check(db.session(), request.form.get("once"), by=actor().id)
    row = _draft()
    form = PublishForm()
    if not form.validate():
        return _show(row, publishing=form, status=422)
    seen = form.seen.data or ""
    try:
        return _done(
            form,
            lambda session, now: services.publish(
                session,
                seen=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
                note=form.note.data or "",
                by=actor(),
                now=now,
            ),
            _("已发布。以后开始的自评用这一版，已经开始的不变。"),
            location=url_for(".standard"),
        )
    except RuleError as error:
        form.form_errors.append(sentence(error))
        row = _draft()
        form.seen.data = str(row.revision)
        return _show(row, publishing=form, status=409)


def _done(
    form: Form,
    act: Callable[[Session, datetime], Any],
    message: str,
    *,
    location: str | Callable[[Any], str],
    fragment: Callable[[], ResponseReturnValue] | None = None,
) -> ResponseReturnValue:
    """``act`` done once inside a write; then, for htmx, the ``fragment`` if there is one, otherwise
    the page at ``location``, which may be told from what ``act`` returned."""
    now = clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        made = act(session, now)
        key.location = location if isinstance(location, str) else location(made)
    if fragment is not None and wants_fragment():
        return fragment()  # which shows it: a message would hide the sums
    if message:
        flash(message)
    return see_other(key.location)

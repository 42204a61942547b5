"""Pages of classes."""

from flask import Blueprint, abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.classes import queries, services
from unitsafe.classes.forms import ClassForm, RetireForm
from unitsafe.classes.models import SchoolClass
from unitsafe.classes.services import Facts
from unitsafe.core import once
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.excel import Column, Value
from unitsafe.core.htmx import render, see_other
from unitsafe.people import queries as people
from unitsafe.places import queries as places
from unitsafe.school.ledgers import Ledger, as_file, files_of

bp = Blueprint("classes", __name__)
EDIT = (Right.EDIT_BASIC_INFO,)
ONE = "/classes/<int:class_id>"


def _may_edit() -> bool:
    return holds_any(EDIT)


@bp.get("/classes")
@allow()
def index() -> ResponseReturnValue:
    """Every class: how many pupils, who leads them, where they sit."""
    session = db.session()
    found = queries.classes(session)
    return render(
        "classes/index.html",
        classes=found,
        pupils=sum(one.pupils for one in found),
        boarders=sum(one.boarders for one in found),
        retired=queries.retired(session) if _may_edit() else [],
        files=files_of(".index_file"),
        may_edit=_may_edit(),
        back_form=lambda: RetireForm(formdata=None, back="1"),
    )


@bp.get("/classes.<any(xlsx, pdf):suffix>")
@allow()
def index_file(suffix: str) -> ResponseReturnValue:
    """The classes as a workbook or on paper."""
    columns = [
        Column(_("班级"), 16),
        Column(_("年级"), 8),
        Column(_("学生人数"), 10),
        Column(_("其中住宿"), 10),
        Column(_("班主任"), 12),
        Column(_("教室"), 24),
    ]
    rows = [_row(one) for one in queries.classes(db.session())]
    return as_file(Ledger(_("班级名册"), columns, rows), suffix)


def _row(one: SchoolClass) -> list[Value]:
    return [
        one.name,
        one.grade,
        one.pupils,
        one.boarders,
        one.head_teacher.name if one.head_teacher else "",
        f"{one.space.building.name} {one.space.name}" if one.space else "",
    ]


@bp.route("/classes/new", methods=["GET", "POST"])
@allow(*EDIT)
def new() -> ResponseReturnValue:
    """Add a class."""
    return _edit(ClassForm(), None)


@bp.route(ONE, methods=["GET", "POST"])
@allow(*EDIT)
def edit(class_id: int) -> ResponseReturnValue:
    """Change a class."""
    one = db.session.get(SchoolClass, class_id) or abort(404)
    return _edit(ClassForm(obj=one), one)


def _edit(form: ClassForm, one: SchoolClass | None) -> ResponseReturnValue:
    session, class_id = db.session(), one.id if one else None
    form.offer(people.told_apart(people.active_people(session)), places.space_choices(session))
    if form.validate_on_submit():
        try:
            url = _save(form, class_id)
            flash(_("%(name)s已保存。", name=form.name.data))
            return see_other(url)
        except RuleError as error:
            form.name.errors = [sentence(error)]
            one = session.get(SchoolClass, class_id) if class_id else None
    return render(
        "classes/form.html",
        form=form,
        one=one,
        retire_form=RetireForm(formdata=None),
        status=422 if form.is_submitted() else 200,
    )


def _save(form: ClassForm, class_id: int | None) -> str:
    now = clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        key.location = url_for(".index")
        facts = Facts(
            name=form.name.data or "",
            grade=form.grade.data,
            pupils=form.pupils.data,
            boarders=form.boarders.data,
            head_teacher_id=form.head_teacher_id.data or None,
            space_id=form.space_id.data or None,
        )
        one = session.get_one(SchoolClass, class_id) if class_id else None
        services.save(session, one, facts, by=actor(), now=now)
    return key.location


@bp.post(ONE + "/retire")
@allow(*EDIT)
def retire(class_id: int) -> ResponseReturnValue:
    """The class left school, or is there again."""
    form, now = RetireForm(), clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        key.location = url_for(".index")
        one = session.get(SchoolClass, class_id) or abort(404)
        services.retire(session, one, is_active=bool(form.back.data), by=actor(), now=now)
        name = one.name
    said = _("%(name)s已恢复。", name=name) if form.back.data else _("%(name)s已停用。", name=name)
    flash(said)
    return see_other(key.location)

"""One person: facts, posts, absences, leaving."""

from typing import Any

import sqlalchemy as sa
from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectChoice

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render, see_other
from unitsafe.core.printing import printable
from unitsafe.people import accounts, devices, queries, services
from unitsafe.people.forms import (
    AbsenceForm,
    EndAbsenceForm,
    FactsForm,
    GivePasswordForm,
    PersonForm,
    VisitForm,
)
from unitsafe.people.labels import post_groups
from unitsafe.people.models import Absence, Person, PersonStatus
from unitsafe.people.passwords import hash_password
from unitsafe.people.rules import last_day_of_visit
from unitsafe.people.views import bp
from unitsafe.people.views.shared import (
    EDIT,
    ONE,
    active,
    blame,
    known_words,
    manages,
    may_edit,
    temporary_until,
    this_device,
)


@bp.get(ONE)
@allow(Right.VIEW_ALL)
def detail(person_id: int) -> ResponseReturnValue:
    """One person: posts, grids, absences, account."""
    return _show(person_id)


def _show(
    person_id: int,
    *,
    absence: AbsenceForm | None = None,
    visit: VisitForm | None = None,
    error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    today = clock.today()
    person = queries.person(db.session(), person_id) or abort(404)
    is_active = person.status is PersonStatus.ACTIVE
    edits = may_edit() and is_active
    return render(
        "people/detail.html",
        person=person,
        is_active=is_active,
        missing=printable(person.name),
        duties=queries.duty_lines(db.session(), person.id, today) if is_active else [],
        absences=queries.absences(db.session(), person.id, today),
        stands_in=queries.standing_in_for(db.session(), person.id, today),
        notes=[]
        if accounts.VISITOR in actor().posts
        else [one for of in queries.own_notes for one in of(db.session(), person.id, today)],
        absence_form=(absence or _absence_form(person.id)) if edits else None,
        back_form=lambda: EndAbsenceForm(formdata=None),
        press=lambda: Form(formdata=None),
        handover=queries.handover_lines(db.session(), person),
        devices=devices.open_ones(db.session(), person.id, today) if manages() else [],
        visit_form=(visit or VisitForm(formdata=None, until_on=person.account_until))
        if person.account_until and manages() and is_active
        else None,
        this_device=this_device(),
        last_visit=last_day_of_visit(today),
        may_edit=edits,
        manages=manages() and is_active,
        may_leave=edits and _may_let_leave(person) and person.id != actor().id,
        error=error,
        status=status,
    )


def _may_let_leave(person: Person) -> bool:
    """Closing an account is for those who manage accounts."""
    return manages() or person.username is None


@bp.route(ONE + "/edit", methods=["GET", "POST"])
@allow(*EDIT)
def edit(person_id: int) -> ResponseReturnValue:
    """A person's facts; with the right for it also account and posts."""
    person = active(queries.person(db.session(), person_id))
    kind = PersonForm if manages() else FactsForm
    form = kind(
        data={
            "name": person.name,
            "phone": person.phone,
            "work_days": list(person.work_days),
            "username": person.username,
            "posts": queries.posts_on(person, clock.today()),
            "name_seen": person.name,
        }
    )
    if form.validate_on_submit():
        try:
            return see_other(_change(person_id, form))
        except RuleError as error:
            blame(form, error)
            person = active(queries.person(db.session(), person_id))
    status = 422 if form.is_submitted() else 200
    return render(
        "people/edit.html", form=form, person=person, offered_posts=post_groups(), status=status
    )


def _change(person_id: int, form: FactsForm) -> str:
    today = clock.today()
    with writing() as tx:
        key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
        person = active(queries.person(tx, person_id))
        held = set(queries.posts_on(person, today))
        username, posts = person.username, held
        if isinstance(form, PersonForm):
            offered = {post for _level, group in post_groups() for post, _title in group}
            username = form.username.data or None
            posts = set(form.posts.data) | (held - offered)
        services.change_person(
            tx,
            person,
            name=form.name.data,
            username=username,
            phone=form.phone.data or "",
            work_days=form.weekdays,
            posts=sorted(posts),
            today=today,
            by=actor(),
            now=clock.now(),
        )
        key.location = url_for(".detail", person_id=person_id)
    flash(_("%(name)s的信息已保存。", name=form.name.data))
    return key.location


@bp.route(ONE + "/password", methods=["GET", "POST"])
@allow(Right.MANAGE_SCHOOL)
def give_password(person_id: int) -> ResponseReturnValue:
    """Give a temporary password; the person is signed out everywhere."""
    person = active(db.session.get(Person, person_id))
    if not person.username:
        raise RuleError("%(name)s还没有账号，请先在“修改”里填写账号。", name=person.name)
    form = GivePasswordForm(password=services.temporary_password())
    form.known = known_words(person)
    if form.validate_on_submit():
        hashed = hash_password(form.password.data)
        with writing() as tx:
            key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
            person = active(tx.get(Person, person_id))
            services.set_password(
                tx,
                person,
                hashed,
                by=actor(),
                now=clock.now(),
                temporary_until=temporary_until(),
            )
            name = person.name
            key.location = url_for(".detail", person_id=person_id)
        flash(_("%(name)s的密码已换成临时密码。", name=name))
        return see_other(key.location)
    status = 422 if form.is_submitted() else 200
    return render("people/give_password.html", form=form, person=person, status=status)


@bp.post(ONE + "/leave")
@allow(*EDIT)
def leave(person_id: int) -> ResponseReturnValue:
    """The person leaves the school: account closed, grids handed back, history kept."""
    form = Form()
    try:
        with writing() as tx:
            key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
            person = active(queries.person(tx, person_id))
            if not _may_let_leave(person):
                raise RuleError("这位教职工有账号，请找能管理账号的学校安全员办理离校。")
            name = person.name
            services.leave(tx, person, today=clock.today(), by=actor(), now=clock.now())
            key.location = url_for(".detail", person_id=person_id)
    except RuleError as error:
        return _show(person_id, error=sentence(error), status=409)
    flash(_("%(name)s已设为离校，账号已停用。还要交接的列在下面。", name=name))
    return see_other(key.location)


def _absence_form(person_id: int, **kwargs: Any) -> AbsenceForm:
    """The form with the possible deputies."""
    form = AbsenceForm(**kwargs) if kwargs else AbsenceForm(formdata=None, from_on=clock.today())
    others = [one for one in queries.active_people(db.session()) if one.id != person_id]
    form.deputy_id.choices = [SelectChoice(*one) for one in queries.told_apart(others)]  # type: ignore[arg-type]
    form.deputy_id.choices.insert(0, SelectChoice("", _("请选择")))
    return form


@bp.post(ONE + "/absence")
@allow(*EDIT)
def absence(person_id: int) -> ResponseReturnValue:
    """Note days away with a deputy; or, with ``absence_id``, that the person is back."""
    active(db.session.get(Person, person_id))
    if request.form.get("absence_id"):
        return _end_absence(person_id)
    form = _absence_form(person_id, formdata=request.form)
    if form.validate():
        try:
            with writing() as tx:
                key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
                active(tx.get(Person, person_id))
                absence = services.add_absence(
                    tx,
                    person_id=person_id,
                    deputy_id=form.deputy_id.data,
                    from_on=form.from_on.data,
                    until_on=form.until_on.data,
                    reason=form.reason.data or "",
                    by=actor(),
                    now=clock.now(),
                )
                notes = queries.touched_by(tx, absence)
                key.location = url_for(".detail", person_id=person_id)
            flash(_("请假和代理人已登记。"))
            for note in notes:
                flash(note, "warning")
            return see_other(key.location)
        except RuleError as error:
            form.form_errors.append(sentence(error))
    return _show(person_id, absence=form, status=422)


def _end_absence(person_id: int) -> ResponseReturnValue:
    form = EndAbsenceForm()
    wanted = form.absence_id.data or ""
    with writing() as tx:
        key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
        found = tx.scalars(
            sa.select(Absence).where(
                Absence.id == (int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0),
                Absence.person_id == person_id,
            )
        ).first()
        if found is None:
            abort(404)
        services.end_absence(tx, found, today=clock.today(), by=actor(), now=clock.now())
        key.location = url_for(".detail", person_id=person_id)
    flash(_("已登记返岗。"))
    return see_other(key.location)


@bp.post(ONE + "/visit")
@allow(Right.MANAGE_SCHOOL)
def visit(person_id: int) -> ResponseReturnValue:
    """Let a visitor's account run until another day."""
    active(db.session.get(Person, person_id))
    form = VisitForm()
    if form.validate():
        try:
            with writing() as tx:
                key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
                accounts.extend_visit(
                    tx,
                    active(tx.get(Person, person_id)),
                    until_on=form.until_on.data,
                    today=clock.today(),
                    by=actor(),
                    now=clock.now(),
                )
                key.location = url_for(".detail", person_id=person_id)
            flash(_("到期日已改为%(day)s。", day=form.until_on.data.isoformat()))
            return see_other(key.location)
        except RuleError as error:
            form.until_on.errors = [sentence(error)]
    return _show(person_id, visit=form, status=422)


@bp.post(ONE + "/sign_out")
@allow(Right.MANAGE_SCHOOL)
def sign_out_everywhere(person_id: int) -> ResponseReturnValue:
    """End every device of the person (a lost phone)."""
    form = Form()
    with writing() as tx:
        key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
        person = tx.get(Person, person_id) or abort(404)
        name = person.name
        but = this_device() if person_id == actor().id else 0
        ended = devices.sign_out_everywhere(tx, person_id, by=actor(), now=clock.now(), but=but)
        key.location = url_for(".detail", person_id=person_id)
    if ended:
        flash(_("%(name)s的%(n)s台设备已退出登录。", name=name, n=ended))
    else:
        flash(_("%(name)s没有设备在登录。", name=name))
    return see_other(key.location)

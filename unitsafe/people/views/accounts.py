"""Accounts from the staff list, one-time links on screen and paper, visitors."""

from collections.abc import Collection

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.download import pdf
from unitsafe.core.errors import sentence
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render, see_other
from unitsafe.core.printing import printable, render_pdf
from unitsafe.core.qr import qr_svg
from unitsafe.people import accounts, papers, queries
from unitsafe.people.forms import ChosenForm, VisitorForm
from unitsafe.people.models import Person
from unitsafe.people.rules import (
    last_day_of_link,
    last_day_of_visit,
    proposed_usernames,
    usual_last_day,
)
from unitsafe.people.views import bp
from unitsafe.people.views.shared import ONE, active
from unitsafe.school.address import public_address, reaches_phones
from unitsafe.school.queries import school, short_name


@bp.route("/people/accounts", methods=["GET", "POST"])
@allow(Right.MANAGE_SCHOOL)
def open_accounts() -> ResponseReturnValue:
    """Who has an account and who has none; a press opens one for everybody ticked."""
    form = ChosenForm()
    if form.validate_on_submit():
        try:
            with writing() as tx:
                key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
                opened = accounts.open_accounts(
                    tx, set(form.person.data), by=actor(), now=clock.now()
                )
                key.location = url_for(".open_accounts")
            flash(_("已开通%(n)s个账号。下一步：打印登录条，裁开发给本人。", n=opened))
            return see_other(key.location)
        except RuleError as error:
            form.form_errors.append(sentence(error))
    return _show(opening=form if form.is_submitted() else None)


def _show(
    *, opening: ChosenForm | None = None, printing: ChosenForm | None = None
) -> ResponseReturnValue:
    session, today = db.session(), clock.today()
    without = queries.without_account(session)
    names = proposed_usernames([one.name for one in without], queries.usernames(session))
    waiting = queries.never_signed_in(session, today, days=0)
    late = {one.id for one in queries.never_signed_in(session, today)}
    return render(
        "people/accounts.html",
        without=list(zip(without, names, strict=True)),
        waiting=waiting,
        late=late,
        total=queries.accounts(session, today),
        opening=opening or ChosenForm(formdata=None),
        chosen=_ticked(opening, without),
        printing=printing or ChosenForm(formdata=None),
        printed=_ticked(printing, waiting),
        days=school(session).number("link_days"),
        address=public_address(),
        is_local=not reaches_phones(public_address()),
        status=422 if opening or printing else 200,
    )


def _ticked(form: ChosenForm | None, people: Collection[Person]) -> set[int]:
    """Everybody at first, later what was sent."""
    return set(form.person.data or ()) if form else {one.id for one in people}


@bp.post("/people/slips.pdf")
@allow(Right.MANAGE_SCHOOL)
def slips() -> ResponseReturnValue:
    """Fresh links on paper, to be cut apart. A second press is a second print: its links count."""
    form = ChosenForm()
    if not form.validate():
        return _show(printing=form)
    with writing() as tx:
        people = queries.people_by_id(tx, set(form.person.data))
        if missing := printable("".join(one.name + (one.username or "") for one in people)):
            raise RuleError(
                "打印字体里没有“%(chars)s”，请先改姓名的写法，或在这个人的页面上生成链接发给本人。",
                chars="".join(missing),
            )
        if not people:
            raise RuleError("勾选的人都不在校了，请刷新页面看看。")
        links = [(one, _new_link(tx, one)) for one in people]
    data = papers.sign_in_slips(school(db.session()), links, now=clock.now())
    day = clock.today().isoformat()
    return pdf(render_pdf("sign_in_slips", data), short_name(), _("登录条"), day)


def _new_link(tx: Session, person: Person) -> str:
    """The whole address of a new link."""
    days = school(tx).number("link_days")
    token = accounts.make_link(tx, person, days=days, by=actor(), now=clock.now())
    return public_address() + url_for(".login_link", token=token)


@bp.post(ONE + "/link")
@allow(Right.MANAGE_SCHOOL)
def make_link(person_id: int) -> ResponseReturnValue:
    """A new link for one person, shown this once: only its hash is kept."""
    form = Form()
    with writing() as tx:
        key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
        person = active(tx.get(Person, person_id))
        link = _new_link(tx, person)
        key.location = url_for(".detail", person_id=person_id)
    days = school(db.session()).number("link_days")
    return render(
        "people/link.html",
        person=person,
        link=link,
        code=qr_svg(link),
        until=last_day_of_link(clock.today(), days, person.account_until),
        printing=ChosenForm(formdata=None),
        is_local=not reaches_phones(link),
    )


@bp.route("/people/visitors/new", methods=["GET", "POST"])
@allow(Right.MANAGE_SCHOOL)
def new_visitor() -> ResponseReturnValue:
    """An account for visiting inspectors that ends by itself."""
    today = clock.today()
    form = VisitorForm(until_on=usual_last_day(today))
    if form.validate_on_submit():
        try:
            with writing() as tx:
                key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
                visitor = accounts.add_visitor(
                    tx,
                    name=form.name.data,
                    until_on=form.until_on.data,
                    today=today,
                    by=actor(),
                    now=clock.now(),
                )
                key.location = url_for(".detail", person_id=visitor.id)
            flash(_("%(name)s的账号已开通，接着按“生成登录链接”发给他们。", name=form.name.data))
            return see_other(key.location)
        except RuleError as error:
            form.until_on.errors = [sentence(error)]
    return render(
        "people/new_visitor.html",
        form=form,
        first=today,
        last=last_day_of_visit(today),
        status=422 if form.is_submitted() else 200,
    )

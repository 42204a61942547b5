"""Pages of people: signing in, one's own page, the register of staff."""

from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Blueprint, abort, flash, g, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import login_user, logout_user
from wtforms import SelectChoice

from unitsafe import clock, content
from unitsafe.core import access, once
from unitsafe.core.access import actor, allow, public
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Actor, Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.htmx import render, see_other
from unitsafe.core.printing import printable
from unitsafe.core.security import limiter
from unitsafe.people import queries, services
from unitsafe.people.forms import (
    AbsenceForm,
    ChangePasswordForm,
    DisplayForm,
    EndAbsenceForm,
    FactsForm,
    GivePasswordForm,
    LeaveForm,
    NewPersonForm,
    PersonForm,
    SignInForm,
)
from unitsafe.people.labels import post_groups, post_title, weekdays
from unitsafe.people.models import Absence, Person, PersonStatus
from unitsafe.people.passwords import hash_password, is_password, weakness
from unitsafe.school.queries import the_school

bp = Blueprint("people", __name__)
bp.add_app_template_filter(post_title, "post")
bp.add_app_template_filter(weekdays, "weekdays")
EDIT = (Right.EDIT_BASIC_INFO, Right.MANAGE_SCHOOL)
MOST_ROWS = 100
ONE = "/people/<int:person_id>"


# Signing in and out


def safe_path(text: str | None) -> str:
    """``text`` when it is a path of this site, else ``/``."""
    path = text or ""
    is_plain = path.startswith("/") and not path.startswith("//") and "\\" not in path
    if not is_plain or any(ord(sign) < 33 for sign in path):
        return "/"
    parts = urlsplit(path)
    return path if not parts.scheme and not parts.netloc else "/"


def _account_key() -> str:
    return f"sign-in:{(request.form.get('username') or '').strip().lower()[:40]}"


def _own_key() -> str:
    someone = access.actor_or_none()
    return f"password:{someone.id if someone else 0}"


def _was_wrong(_response: Any) -> bool:
    return bool(g.get("wrong_password"))


@bp.route("/login", methods=["GET", "POST"])
@public
@limiter.limit("10 per 5 minutes", key_func=_account_key, methods=["POST"], deduct_when=_was_wrong)
@limiter.limit(
    "300 per 5 minutes", key_func=get_remote_address, methods=["POST"], deduct_when=_was_wrong
)
def login() -> ResponseReturnValue:
    """Sign in; limits count wrong tries per account, since a school is one address."""
    if the_school() is None:
        return see_other(url_for("setup.index"))
    form = SignInForm(next=request.args.get("next"))
    back = safe_path(form.next.data)
    if request.method == "GET" and access.actor_or_none():
        return see_other(back)
    if form.validate_on_submit():
        person = queries.person_by_username(db.session(), form.username.data)
        if is_password(form.password.data, person.password_hash if person else None) and person:
            _sign_in(person, stay=form.stay.data)
            return see_other(back)
        g.wrong_password = True
        form.form_errors.append(_("账号或密码不对。"))
    status = 422 if form.is_submitted() else 200
    return render("people/login.html", form=form, status=status)


def _sign_in(person: Person, *, stay: bool) -> None:
    """Begin a fresh session for ``person`` (what the browser brought along is dropped)."""
    origin = f"{request.remote_addr or ''} {(request.user_agent.string or '')[:120]}"
    who = Actor(id=person.id, name=person.name, origin=origin)
    token = queries.token_of(person)
    with writing() as tx:
        if found := tx.get(Person, who.id):
            services.sign_in(tx, found, today=clock.today(), by=who, now=clock.now())
    session.clear()
    session.permanent = stay
    login_user(access.Session(who, token))


@bp.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """Sign out on this device."""
    logout_user()
    session.clear()
    flash(_("已退出登录。"))
    return see_other(url_for(".login"))


# One's own page


@bp.get("/me")
@allow()
def me() -> ResponseReturnValue:
    """Who I am here: posts, grids, absences, settings of the screen."""
    today = clock.today()
    person = queries.person(db.session(), actor().id) or abort(404)
    pack = content.load()
    posts = sorted(actor().posts, key=lambda key: list(pack.posts).index(key))
    return render(
        "people/me.html",
        person=person,
        posts=[pack.posts[key] for key in posts],
        duties=queries.duty_lines(db.session(), person.id, today),
        absences=queries.absences(db.session(), person.id, today),
        stands_in=queries.standing_in_for(db.session(), person.id, today),
        display=DisplayForm(large_text=not person.large_text),
    )


@bp.post("/me/display")
@allow()
def display() -> ResponseReturnValue:
    """Large text on or off."""
    form = DisplayForm()
    with writing() as tx:
        key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
        person = tx.get(Person, actor().id) or abort(404)
        person.large_text = bool(form.large_text.data)
        key.location = url_for(".me")
    return see_other(url_for(".me"))


@bp.route("/me/password", methods=["GET", "POST"])
@allow()
@limiter.limit("10 per 5 minutes", key_func=_own_key, methods=["POST"], deduct_when=_was_wrong)
def password() -> ResponseReturnValue:
    """Change one's own password; every other device is signed out."""
    form = ChangePasswordForm()
    if form.validate_on_submit() and _may_change(form):
        hashed = hash_password(form.password.data)
        with writing() as tx:
            key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
            person = tx.get(Person, actor().id) or abort(404)
            services.set_password(tx, person, hashed, by=actor(), now=clock.now())
            token = queries.token_of(person)
            key.location = url_for(".me")
        stay = session.permanent
        who = actor()
        session.clear()
        session.permanent = stay
        login_user(access.Session(who, token))
        flash(_("密码已修改，其他设备要重新登录。"))
        return see_other(url_for(".me"))
    person = db.session.get(Person, actor().id) or abort(404)
    status = 422 if form.is_submitted() else 200
    return render("people/password.html", form=form, username=person.username, status=status)


def _may_change(form: ChangePasswordForm) -> bool:
    person = db.session.get(Person, actor().id) or abort(404)
    if not is_password(form.current.data, person.password_hash):
        g.wrong_password = True
        form.current.errors = [_("现在的密码不对。")]
        return False
    if why := weakness(form.password.data, person.username or ""):
        form.password.errors = [why]
        return False
    return True


# The register of staff


@bp.get("/people")
@allow(Right.VIEW_ALL)
def index() -> ResponseReturnValue:
    """Everyone at the school, by name; filters by text and post."""
    today = clock.today()
    search = (request.args.get("q") or "").strip()[:40]
    held = queries.posts_held(db.session(), today)
    post = request.args.get("post") or ""
    post = post if post in held else ""
    has_left = request.args.get("left") == "1"
    select = queries.people(search, include_left=has_left)
    if has_left:
        select = select.where(Person.status == PersonStatus.LEFT)
    elif post:
        select = select.where(queries.holding(post, today))
    total = queries.count(db.session(), select)
    rows = db.session.scalars(select.order_by(Person.name, Person.id).limit(MOST_ROWS)).all()
    offered = [one for one in content.load().posts.values() if one.key in held]
    chips = [(_("全部"), url_for(".index", q=search or None), not post and not has_left)]
    for one in offered:
        if one.grid_level <= 2 or one.key == post:  # the many posts of level 3 are in the filter
            url = url_for(".index", post=one.key, q=search or None)
            chips.append((one.title, url, one.key == post))
    chips.append((_("已离校"), url_for(".index", left=1, q=search or None), has_left))
    return render(
        "people/index.html",
        people=[(person, queries.posts_on(person, today)) for person in rows],
        total=total,
        most=MOST_ROWS,
        search=search,
        post=post,
        offered=offered,
        has_left=has_left,
        chips=chips,
        may_edit=_may_edit(),
    )


def _may_edit() -> bool:
    return bool(set(EDIT) & actor().rights)


def _manages() -> bool:
    """Accounts, posts and passwords are for those who manage the school."""
    return Right.MANAGE_SCHOOL in actor().rights


@bp.route("/people/new", methods=["GET", "POST"])
@allow(*EDIT)
def new() -> ResponseReturnValue:
    """Add somebody."""
    form: FactsForm = (
        NewPersonForm(password=services.temporary_password()) if _manages() else FactsForm()
    )
    if form.validate_on_submit():
        try:
            return see_other(_add(form))
        except RuleError as error:
            _blame(form, error)
    status = 422 if form.is_submitted() else 200
    return render("people/new.html", form=form, offered_posts=post_groups(), status=status)


def _add(form: FactsForm) -> str:
    username = (form.username.data or None) if isinstance(form, NewPersonForm) else None
    posts = form.posts.data if isinstance(form, NewPersonForm) else []
    hashed = None
    if username and isinstance(form, NewPersonForm):
        hashed = hash_password(form.password.data)
    with writing() as tx:
        key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
        person = services.add_person(
            tx,
            name=form.name.data,
            username=username,
            password_hash=hashed,
            phone=form.phone.data or "",
            work_days=form.weekdays,
            posts=posts,
            from_on=clock.today(),
            by=actor(),
            now=clock.now(),
        )
        key.location = url_for(".detail", person_id=person.id)
    flash(_("已添加%(name)s。", name=form.name.data))
    return key.location


def _blame(form: FactsForm, error: RuleError) -> None:
    """Show what the school forbids beside the account where it is about that, else on top."""
    if isinstance(form, PersonForm) and "username" in error.values:
        form.username.errors = [sentence(error)]
    else:
        form.form_errors.append(sentence(error))


@bp.get(ONE)
@allow(Right.VIEW_ALL)
def detail(person_id: int) -> ResponseReturnValue:
    """One person: posts, grids, absences, account."""
    return _show(person_id)


def _show(
    person_id: int, *, absence: AbsenceForm | None = None, error: str = "", status: int = 200
) -> ResponseReturnValue:
    today = clock.today()
    person = queries.person(db.session(), person_id) or abort(404)
    is_active = person.status is PersonStatus.ACTIVE
    may_edit = _may_edit() and is_active
    return render(
        "people/detail.html",
        person=person,
        is_active=is_active,
        missing=printable(person.name),
        duties=queries.duty_lines(db.session(), person.id, today) if is_active else [],
        absences=queries.absences(db.session(), person.id, today),
        stands_in=queries.standing_in_for(db.session(), person.id, today),
        absence_form=(absence or _absence_form(person.id)) if may_edit else None,
        back_form=lambda: EndAbsenceForm(formdata=None),
        leave_form=LeaveForm(formdata=None),
        may_edit=may_edit,
        manages=_manages() and is_active,
        may_leave=may_edit and _may_let_leave(person) and person.id != actor().id,
        error=error,
        status=status,
    )


def _may_let_leave(person: Person) -> bool:
    """Closing an account is for those who manage accounts."""
    return _manages() or person.username is None


@bp.route(ONE + "/edit", methods=["GET", "POST"])
@allow(*EDIT)
def edit(person_id: int) -> ResponseReturnValue:
    """A person's facts; with the right for it also account and posts."""
    person = _active(queries.person(db.session(), person_id))
    kind = PersonForm if _manages() else FactsForm
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
            _blame(form, error)
            person = _active(queries.person(db.session(), person_id))
    status = 422 if form.is_submitted() else 200
    return render(
        "people/edit.html", form=form, person=person, offered_posts=post_groups(), status=status
    )


def _change(person_id: int, form: FactsForm) -> str:
    today = clock.today()
    with writing() as tx:
        key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
        person = _active(queries.person(tx, person_id))
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


def _active(person: Person | None) -> Person:
    """Whoever is still at the school; 404 for nobody, RuleError for who has left."""
    if person is None:
        abort(404)
    if person.status is not PersonStatus.ACTIVE:
        raise RuleError("%(name)s已经离校，不能再修改。", name=person.name)
    return person


@bp.route(ONE + "/password", methods=["GET", "POST"])
@allow(Right.MANAGE_SCHOOL)
def give_password(person_id: int) -> ResponseReturnValue:
    """Give a temporary password; the person is signed out everywhere."""
    person = _active(db.session.get(Person, person_id))
    if not person.username:
        raise RuleError("%(name)s还没有账号，请先在“修改”里填写账号。", name=person.name)
    form = GivePasswordForm(password=services.temporary_password())
    form.username.data = person.username
    if form.validate_on_submit():
        hashed = hash_password(form.password.data)
        with writing() as tx:
            key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
            person = _active(tx.get(Person, person_id))
            services.set_password(tx, person, hashed, by=actor(), now=clock.now())
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
    form = LeaveForm()
    try:
        with writing() as tx:
            key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
            person = _active(queries.person(tx, person_id))
            if not _may_let_leave(person):
                raise RuleError("这位教职工有账号，请找能管理账号的学校安全员办理离校。")
            name = person.name
            services.leave(tx, person, today=clock.today(), by=actor(), now=clock.now())
            key.location = url_for(".detail", person_id=person_id)
    except RuleError as error:
        return _show(person_id, error=sentence(error), status=409)
    flash(_("%(name)s已设为离校，账号已停用。", name=name))
    return see_other(key.location)


def _absence_form(person_id: int, **kwargs: Any) -> AbsenceForm:
    """The form with the possible deputies."""
    form = AbsenceForm(**kwargs) if kwargs else AbsenceForm(formdata=None, from_on=clock.today())
    others = [one for one in queries.active_people(db.session()) if one.id != person_id]
    form.deputy_id.choices = [SelectChoice(one.id, one.name) for one in others]  # type: ignore[arg-type]
    form.deputy_id.choices.insert(0, SelectChoice("", _("请选择")))
    return form


@bp.post(ONE + "/absence")
@allow(*EDIT)
def absence(person_id: int) -> ResponseReturnValue:
    """Note days away with a deputy; or, with ``absence_id``, that the person is back."""
    _active(db.session.get(Person, person_id))
    if request.form.get("absence_id"):
        return _end_absence(person_id)
    form = _absence_form(person_id, formdata=request.form)
    if form.validate():
        try:
            with writing() as tx:
                key = once.claim(tx, form.once.data, by=actor().id, now=clock.now())
                _active(tx.get(Person, person_id))
                services.add_absence(
                    tx,
                    person_id=person_id,
                    deputy_id=form.deputy_id.data,
                    from_on=form.from_on.data,
                    until_on=form.until_on.data,
                    reason=form.reason.data or "",
                    by=actor(),
                    now=clock.now(),
                )
                key.location = url_for(".detail", person_id=person_id)
            flash(_("请假和代理人已登记。"))
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

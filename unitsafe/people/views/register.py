"""The register of staff."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.htmx import render, see_other
from unitsafe.people import queries, services
from unitsafe.people.forms import (
    FactsForm,
    NewPersonForm,
)
from unitsafe.people.labels import post_groups
from unitsafe.people.models import Person, PersonStatus
from unitsafe.people.passwords import hash_password
from unitsafe.people.views import bp
from unitsafe.people.views.shared import EDIT, blame, manages, may_edit

MOST_ROWS = 100


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
        may_edit=may_edit(),
    )


@bp.route("/people/new", methods=["GET", "POST"])
@allow(*EDIT)
def new() -> ResponseReturnValue:
    """Add somebody."""
    form: FactsForm = (
        NewPersonForm(password=services.temporary_password()) if manages() else FactsForm()
    )
    if form.validate_on_submit():
        try:
            return see_other(_add(form))
        except RuleError as error:
            blame(form, error)
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

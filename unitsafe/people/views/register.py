"""The register of staff."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.content.model import Post
from unitsafe.core import once
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.excel import Column
from unitsafe.core.hooks import duties_changed
from unitsafe.core.htmx import render, see_other
from unitsafe.core.labels import label
from unitsafe.people import queries, services
from unitsafe.people.forms import (
    FactsForm,
    NewPersonForm,
)
from unitsafe.people.labels import post_groups, post_title, weekdays
from unitsafe.people.models import Person, PersonStatus
from unitsafe.people.passwords import hash_password
from unitsafe.people.views import bp
from unitsafe.people.views.shared import EDIT, blame, manages, may_edit, temporary_until
from unitsafe.school.ledgers import (
    EXPORT,
    Files,
    Ledger,
    as_file,
    files_of,
    in_words,
    search_in_words,
)

MOST_ROWS = 100


@dataclass(frozen=True)
class _Filters:
    """What the register is narrowed to; the post is one that somebody holds."""

    search: str
    post: str
    has_left: bool
    held: frozenset[str]

    @classmethod
    def read(cls) -> "_Filters":
        """From the address."""
        held = frozenset(queries.posts_held(db.session(), clock.today()))
        post = request.args.get("post") or ""
        return cls(
            search=(request.args.get("q") or "").strip()[:40],
            post=post if post in held else "",
            has_left=request.args.get("left") == "1",
            held=held,
        )

    def select(self) -> sa.Select[Any]:
        """The people of the register, with their posts; sort by name."""
        select = queries.people(self.search, include_left=self.has_left)
        if self.has_left:
            return select.where(Person.status == PersonStatus.LEFT)
        if self.post:
            return select.where(queries.holding(self.post, clock.today()))
        return select

    def words(self) -> dict[str, Any]:
        """For the addresses of the same list."""
        words = {"q": self.search, "post": self.post, "left": "1" if self.has_left else ""}
        return {key: word for key, word in words.items() if word}


@bp.get("/people")
@allow(Right.VIEW_ALL)
def index() -> ResponseReturnValue:
    """Everyone at the school, by name; filters by text and post."""
    today, filters = clock.today(), _Filters.read()
    total = queries.count(db.session(), filters.select())
    rows = db.session.scalars(
        filters.select().order_by(Person.name, Person.id).limit(MOST_ROWS)
    ).all()
    offered = [one for one in content.load().posts.values() if one.key in filters.held]
    return render(
        "people/index.html",
        people=[(person, queries.posts_on(person, today)) for person in rows],
        total=total,
        most=MOST_ROWS,
        search=filters.search,
        post=filters.post,
        offered=offered,
        has_left=filters.has_left,
        chips=_chips(filters, offered),
        files=files_of(".index_file", **filters.words()) if _may_export() else Files(),
        may_edit=may_edit(),
        manages=manages(),
    )


def _chips(filters: _Filters, offered: list[Post]) -> list[tuple[str, str, bool]]:
    q, has_left = filters.search or None, filters.has_left
    chips = [(_("全部"), url_for(".index", q=q), not filters.post and not has_left)]
    for one in offered:
        if one.grid_level <= 2 or one.key == filters.post:  # the many posts of level 3: the filter
            url = url_for(".index", post=one.key, q=q)
            chips.append((one.title, url, one.key == filters.post))
    return [*chips, (_("已离校"), url_for(".index", left=1, q=q), has_left)]


def _may_export() -> bool:
    return holds_any(EXPORT)


@bp.get("/people.<any(xlsx, pdf):suffix>")
@allow(*EXPORT)
def index_file(suffix: str) -> ResponseReturnValue:
    """The register as it is narrowed, all rows, as a workbook or on paper."""
    if Right.VIEW_ALL not in actor().rights:
        abort(404)
    today, filters = clock.today(), _Filters.read()
    columns = [
        Column(_("姓名"), 12),
        Column(_("岗位"), 30),
        Column(_("电话"), 16),
        Column(_("账号"), 16),
        Column(_("最近登录"), 12),
        Column(_("哪几天在校"), 18),
        Column(_("状态"), 8),
    ]
    rows = (
        (
            person.name,
            "、".join(post_title(key) for key in queries.posts_on(person, today)),
            person.phone,
            person.username,
            person.last_seen_on,
            weekdays(person.work_days),
            label(person.status),
        )
        for person in db.session.scalars(filters.select().order_by(Person.name, Person.id))
    )
    narrowed = in_words(
        post_title(filters.post) if filters.post else "",
        label(PersonStatus.LEFT) if filters.has_left else "",
        search_in_words(filters.search),
    )
    return as_file(Ledger(_("人员名册"), columns, rows, narrowed), suffix)


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
            temporary_until=temporary_until(),
            phone=form.phone.data or "",
            work_days=form.weekdays,
            posts=posts,
            from_on=clock.today(),
            by=actor(),
            now=clock.now(),
        )
        duties_changed(tx, clock.today(), clock.now())
        key.location = url_for(".detail", person_id=person.id)
    flash(_("已添加%(name)s。", name=form.name.data))
    return key.location

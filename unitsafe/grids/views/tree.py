"""The whole tree, who answered for a place on a day, and a new grid."""

from collections import defaultdict
from datetime import date
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from wtforms import SelectChoice

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.download import pdf
from unitsafe.core.errors import sentence
from unitsafe.core.hooks import duties_changed
from unitsafe.core.htmx import render, see_other
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import date_arg
from unitsafe.grids import papers, queries, services
from unitsafe.grids.forms import NewGridForm
from unitsafe.grids.models import Grid, Role
from unitsafe.grids.views import bp
from unitsafe.grids.views.detail import may_edit
from unitsafe.school.ledgers import Ledger, as_file
from unitsafe.school.queries import school, short_name


@bp.get("/grids")
@allow()
def index() -> ResponseReturnValue:
    """The tree with who answers for what, the spaces nobody answers for, and who answered when."""
    session, today = db.session(), clock.today()
    every = queries.grids(session)
    children: dict[int | None, list[Grid]] = defaultdict(list)
    for grid in every:
        children[grid.parent_id].append(grid)
    placed = queries.placed_spaces(session, today)
    return render(
        "grids/index.html",
        root=next(iter(children[None]), None),
        children=children,
        duties=queries.duties(session, today),
        counts=queries.space_counts(session, today),
        leaves=sum(grid.level == 3 for grid in every),
        unplaced=[one.space for one in placed if one.grid is None],
        has_spaces=bool(placed),
        leader=Role.LEADER,
        member=Role.MEMBER,
        may_edit=may_edit(),
        **_search(session, today),
    )


def _search(session: Session, today: date) -> dict[str, Any]:
    """查某天谁负责: the places that were asked for, and who answered for each on that day."""
    words, day = request.args.get("q", "").strip()[:50], date_arg("on") or today
    found = queries.find_spaces(session, words) if words else []
    return {
        "words": words,
        "on": day,
        "found": found,
        "answers": queries.answers(session, [space.id for space in found], day) if found else {},
    }


@bp.get("/grids.pdf")
@allow()
def tree_pdf() -> ResponseReturnValue:
    """网格责任分布表 on paper, of the day that was asked for."""
    session, today = db.session(), date_arg("on") or clock.today()
    if queries.root(session) is None:
        abort(404)
    data = papers.grid_table(session, school(session), actor(), today=today, now=clock.now())
    return pdf(render_pdf("grid_table", data), short_name(), "网格责任分布表", today.isoformat())


@bp.get("/grids.xlsx")
@allow()
def tree_xlsx() -> ResponseReturnValue:
    """网格责任分布表 as a workbook, of the day that was asked for."""
    session, today = db.session(), date_arg("on") or clock.today()
    if queries.root(session) is None:
        abort(404)
    data = papers.grid_table(session, school(session), actor(), today=today, now=clock.now())
    rows = (papers.row(one) for one in data["rows"])
    return as_file(Ledger(data["title"], papers.columns(), rows, period=today.isoformat()), "xlsx")


@bp.route("/grids/new", methods=["GET", "POST"])
@allow(Right.EDIT_GRID)
def new() -> ResponseReturnValue:
    """Add a grid under another one; the first one is the school's own."""
    form = NewGridForm(parent_id=request.args.get("parent", type=int))
    parents = [grid for grid in queries.grids(db.session()) if grid.level < 3]
    form.parent_id.choices = [
        SelectChoice(grid.id, f"{grid.code} {grid.name}")  # type: ignore[arg-type]
        for grid in parents
    ] or [SelectChoice(0, _("没有，这是全校网格"))]  # type: ignore[arg-type]
    if form.validate_on_submit():
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
                parent = queries.grid(session, form.parent_id.data)
                grid = services.add_grid(
                    session, name=form.name.data, parent=parent, by=actor(), now=clock.now()
                )
                duties_changed(session, clock.today(), clock.now())
                key.location = url_for(".detail", code=grid.code)
            flash(_("已添加网格%(name)s。", name=form.name.data))
            return see_other(key.location)
        except RuleError as error:
            form.form_errors.append(sentence(error))
    status = 422 if form.is_submitted() else 200
    return render("grids/new.html", form=form, is_first=not parents, status=status)

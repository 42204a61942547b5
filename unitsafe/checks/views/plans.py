"""What is checked, how often, by whom; the checklists."""

from flask import abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.checks import papers, planning, queries, versions
from unitsafe.checks.models import ChecklistVersion, Plan
from unitsafe.checks.plan_form import PlanForm
from unitsafe.checks.rules import ON_DUTY
from unitsafe.checks.views import bp
from unitsafe.content.build import make
from unitsafe.content.model import Checklist
from unitsafe.core import audit, once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right
from unitsafe.core.download import pdf
from unitsafe.core.htmx import render, see_other
from unitsafe.core.printing import render_pdf
from unitsafe.school.queries import school, short_name


@bp.get("/plans")
@allow(Right.VIEW_ALL)
def plans() -> ResponseReturnValue:
    """All plans but those of the duty roster, which follow from its shifts."""
    pack = content.load()
    return render(
        "checks/plans.html",
        plans=[plan for plan in queries.plans(db.session()) if plan.target != ON_DUTY],
        checklists=pack.checklists,
        posts=pack.posts,
    )


@bp.route("/plans/<int:plan_id>", methods=["GET", "POST"])
@allow(Right.MANAGE_SCHOOL)
def plan(plan_id: int) -> ResponseReturnValue:
    """Change a plan's name, windows, grace, or switch it off."""
    found = db.session.get(Plan, plan_id)
    if found is None or found.target == ON_DUTY:
        abort(404)
    form = PlanForm.of(found)
    if not form.validate_on_submit():
        return render(
            "checks/plan.html", plan=found, form=form, status=422 if form.is_submitted() else 200
        )
    now = clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        key.location = url_for(".plans")
        target = session.get_one(Plan, plan_id)
        form.write_to(target)
        data = {"title": target.title, "windows": target.windows, "active": target.is_active}
        audit.record(session, "plan.change", f"plan:{plan_id}", by=actor(), now=now, data=data)
        planning.plan_again(session, clock.today(), now)
    flash(_("计划已保存，今天没开始的检查已按新计划排好。"))
    return see_other(url_for(".plans"))


@bp.get("/checklists")
@allow()
def checklists() -> ResponseReturnValue:
    """All checklists in use."""
    found = versions.newest_versions(db.session())
    lists = [(version, make(Checklist, version.body)) for version in found]
    return render("checks/checklists.html", lists=lists, posts=content.load().posts)


@bp.get("/checklists/<key>")
@allow()
def checklist(key: str) -> ResponseReturnValue:
    """One checklist with its items and where they come from."""
    version, form = _newest(key)
    pack = content.load()
    return render(
        "checks/checklist.html",
        version=version,
        form=form,
        posts=pack.posts,
        categories=pack.hazard_categories,
        basis=content.printable_basis(form.basis, pack.sources),
    )


@bp.get("/checklists/<key>.pdf")
@allow()
def checklist_pdf(key: str) -> ResponseReturnValue:
    """A blank sheet to fill in by hand."""
    _version, form = _newest(key)
    data = papers.blank_sheet(school(db.session()), form, now=clock.now())
    return pdf(render_pdf("check_record", data), short_name(), form.title, _("空白表"))


def _newest(key: str) -> tuple[ChecklistVersion, Checklist]:
    newest = {version.key: version for version in versions.newest_versions(db.session())}
    if key not in newest:
        abort(404)
    return newest[key], make(Checklist, newest[key].body)

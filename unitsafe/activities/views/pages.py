"""One activity: planning it, its page, its record on paper."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.activities import papers, queries, services
from unitsafe.activities.forms import (
    STEPS,
    ActivityForm,
    AttachForm,
    EvaluationForm,
    HoldForm,
    IssueForm,
    StepForm,
)
from unitsafe.activities.labels import STATE_KIND, changed
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import (
    FORMS,
    ORGANISE,
    Action,
    Form,
    Kind,
    may_organise,
    open_actions,
)
from unitsafe.activities.views import bp
from unitsafe.activities.views.kinds import page_of
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import NotAllowed, RuleError
from unitsafe.core.download import pdf
from unitsafe.core.errors import sentence
from unitsafe.core.htmx import render, see_other
from unitsafe.core.labels import label
from unitsafe.core.printing import render_pdf
from unitsafe.files.views import shown as shown_files
from unitsafe.hazards.labels import STATE_KIND as HAZARD_KIND
from unitsafe.people import queries as people
from unitsafe.photos import services as photos
from unitsafe.photos.views import addresses
from unitsafe.photos.views import shown as shown_photos
from unitsafe.places import queries as places
from unitsafe.school.queries import school, short_name

ONE = "/activities/<activity_number>"
BLOCKS = (Action.HOLD, Action.EVALUATE, Action.ADD_ISSUE, Action.ATTACH)
"""Steps with a form of their own on the page; the others are STEPS."""


def found(number: str) -> Activity:
    """The activity of that number, where this person may see it; 404 otherwise."""
    return queries.activity(db.session(), actor(), number) or abort(404)


def organised(number: str) -> Activity:
    """The activity, for whoever may carry it through; NotAllowed for others who see it."""
    activity = found(number)
    if not may_organise(actor(), activity.organiser_id):
        raise NotAllowed("请由组织人、安全员、德育处或校领导来办。")
    return activity


@bp.route("/activities/new", methods=["GET", "POST"])
@allow(*ORGANISE)
def new() -> ResponseReturnValue:
    """Plan an activity; ``?kind=drill&form=evacuation`` says which."""
    given = request.values.get("kind")
    kind = Kind(given) if given in set(Kind) else Kind.DRILL
    asked = request.args.get("form")
    shape = Form(asked) if asked in set(FORMS[kind]) else FORMS[kind][0]
    form = page_of(kind).form(
        form=shape, title=label(shape), planned_on=clock.today(), organiser_id=actor().id
    )
    _offer(form, kind, None)
    return _saved(form, kind) if form.is_submitted() else _show_form(form, kind)


@bp.route(ONE + "/edit", methods=["GET", "POST"])
@allow()
def edit(activity_number: str) -> ResponseReturnValue:
    """Change what is planned."""
    activity = organised(activity_number)
    services.check(activity, Action.CHANGE, actor())
    form = page_of(activity.kind).form(obj=activity)
    if not form.is_submitted():
        form.fill(activity)
    _offer(form, activity.kind, activity)
    if form.is_submitted():
        return _saved(form, activity.kind, activity)
    return _show_form(form, activity.kind, activity)


def _offer(form: ActivityForm, kind: Kind, activity: Activity | None) -> None:
    session = db.session()
    staff = people.told_apart(people.active_people(session))
    form.offer(kind, places.space_choices(session), staff)
    page_of(kind).offer(session, form, activity)


def _saved(form: ActivityForm, kind: Kind, activity: Activity | None = None) -> ResponseReturnValue:
    """To the activity as it was saved; the form again where something is wrong."""
    number = activity.number if activity else None
    if form.validate():
        try:
            location = _save(form, kind, number)
            flash(_("已保存。"))
            return see_other(location)
        except RuleError as error:
            beside = error.values.get("field")
            if not isinstance(beside, str) or beside not in form:
                raise
            form[beside].errors = [sentence(error)]
    return _show_form(form, kind, found(number) if number else None, status=422)


def _save(form: ActivityForm, kind: Kind, number: str | None) -> str:
    now, page = clock.now(), page_of(kind)
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        if number is None:
            activity = services.plan(session, kind, form.facts(), by=actor(), now=now)
            page.save(session, activity, form)
        else:
            activity = queries.by_number(session, number)
            services.change(
                session,
                activity,
                form.facts(),
                seen=form.version.data or 0,
                more=page.save(session, activity, form),
                by=actor(),
                now=now,
            )
        key.location = url_for(".detail", activity_number=activity.number)
    return key.location


def _show_form(
    form: ActivityForm, kind: Kind, activity: Activity | None = None, status: int = 200
) -> ResponseReturnValue:
    return render("activities/form.html", form=form, kind=kind, activity=activity, status=status)


@bp.get(ONE)
@allow()
def detail(activity_number: str) -> ResponseReturnValue:
    """One activity: facts, people, what it showed, and the steps that are possible now."""
    return show(found(activity_number))


def show(
    activity: Activity,
    forms: Mapping[Action, Any] | None = None,
    *,
    photo_ids: list[int] | tuple[()] = (),
    file_ids: list[int] | tuple[()] = (),
    errors: Mapping[str, str] | None = None,
    own: Mapping[str, Any] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The activity's page; ``forms`` are those that came back with something wrong, ``own`` the
    values of the kind's part that did."""
    session, page = db.session(), page_of(activity.kind)
    given = dict(forms or {})
    may = may_organise(actor(), activity.organiser_id)
    actions = open_actions(activity.kind, activity.state, may_organise=may)
    this_school = school(session)
    return render(
        "activities/detail.html",
        activity=activity,
        actions=actions,
        steps=[one for one in STEPS if one in actions],
        step_form=lambda action: given.get(action) or StepForm(None, action=action.value),
        forms={
            one: given.get(one) or blank_form(one, activity) for one in BLOCKS if one in actions
        },
        opened=set(given),
        place=papers.place_of(activity),
        held=papers.held(activity),
        is_late_entry=papers.is_late_entry(activity, this_school.number("backfill_hours")),
        state_kind=STATE_KIND,
        hazard_kind=HAZARD_KIND,
        changed=changed,
        gallery=[addresses(one.photo_id) for one in activity.photos],
        photos=shown_photos(photo_ids),
        files=shown_files(list(file_ids)),
        errors=errors or {},
        most_mib=this_school.number("file_mib"),
        own={**page.shown(session, activity, actor(), clock.now()), **(own or {})},
        status=status,
    )


def blank_form(action: Action, activity: Activity) -> Any:
    """A step's form as it is first shown."""
    if action is Action.HOLD:
        day = min(activity.planned_on, clock.today())
        return HoldForm(formdata=None, held_on=day, started=activity.planned_at)
    if action is Action.EVALUATE:
        form: EvaluationForm = page_of(activity.kind).evaluation(formdata=None)
        form.fill(activity)
        return form
    if action is Action.ADD_ISSUE:
        return issue_form(formdata=None, space_id=activity.space_id)
    return AttachForm(formdata=None)


def issue_form(**values: Any) -> IssueForm:
    """The form of an issue with its selects filled."""
    form = IssueForm(**values)
    form.offer(places.space_choices(db.session()))
    return form


@bp.get(ONE + ".pdf")
@allow()
def activity_pdf(activity_number: str) -> ResponseReturnValue:
    """演练记录, 培训记录, 会议记录, with photos, to be signed."""
    session, activity = db.session(), found(activity_number)
    facts, sections = page_of(activity.kind).paper(session, activity)
    data = papers.record(activity, school(session), facts=facts, sections=sections, now=clock.now())
    files = {
        papers.photo_name(photo.id): photos.store().path(photo.digest, photos.SUFFIX)
        for photo in queries.photos_of(session, activity)
    }
    printed = render_pdf("activity_record", data, photos=files)
    return pdf(printed, short_name(), data["title"], data["period"])

"""Pages of hot work: the ledger, the application, one permit with its steps."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.content.model import ChecklistItem
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.download import pdf
from unitsafe.core.errors import sentence
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render, see_other
from unitsafe.core.labels import label
from unitsafe.core.paging import fetch_page
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import chips, date_arg, here
from unitsafe.hot_work import papers, queries, rules, services
from unitsafe.hot_work import today as _today  # noqa: F401
from unitsafe.hot_work.forms import ApplyForm, CancelForm, DecideForm, StartForm, StepForm
from unitsafe.hot_work.labels import ANSWERS, STATE_KIND
from unitsafe.hot_work.models import HotWorkPermit
from unitsafe.hot_work.rules import BEFORE_WORK, Action, Measure, State
from unitsafe.people.queries import active_people, told_apart
from unitsafe.photos import services as photos
from unitsafe.photos.views import addresses, sent_photos
from unitsafe.photos.views import shown as shown_photos
from unitsafe.places.queries import space_choices
from unitsafe.school.ledgers import (
    Ledger,
    as_file,
    days_in_words,
    files_of,
    in_words,
    search_in_words,
)
from unitsafe.school.queries import school, short_name

bp = Blueprint("hot_work", __name__)
photos.visible_through["hot_work"] = queries.photo_ids
ONE = "/hot-work/<int:permit_id>"


def _items() -> list[ChecklistItem]:
    """The site's checklist."""
    items = content.load().checklists["hot_work"].items
    return [item for item in items if item.key in BEFORE_WORK]


@bp.get("/hot-work")
@allow()
def index() -> ResponseReturnValue:
    """Permits, the latest window first."""
    session, filters = db.session(), read_filters()
    page = fetch_page(
        session,
        queries.ledger(actor(), filters),
        keys=queries.LEDGER_ORDER,
        after=request.args.get("after"),
    )
    counts = queries.counts_by_state(session, actor(), filters)
    shown = [state for state in State if counts[state] or filters.state is state]
    return render(
        "hot_work/index.html",
        fragment="rows",
        oob=(),
        page=page,
        chips=chips(".index", "state", shown, counts, filters.state),
        total=counts[filters.state] if filters.state else sum(counts.values()),
        filters=filters,
        is_filtered=filters != queries.Filters(),
        files=files_of(".index_file"),
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        state_kind=STATE_KIND,
        window_of=papers.window_of,
        place_of=papers.place_of,
        may_apply=Right.CREATE_HAZARD in actor().rights,
    )


def read_filters() -> queries.Filters:
    """The filters in the address; what cannot be understood is left out."""
    state = request.args.get("state")
    return queries.Filters(
        state=State(state) if state in set(State) else None,
        first=date_arg("first"),
        last=date_arg("last"),
        words=request.args.get("q", "").strip()[:50],
    )


@bp.get("/hot-work.<any(xlsx, pdf):suffix>")
@allow()
def index_file(suffix: str) -> ResponseReturnValue:
    """Every permit the filters leave, as a workbook or on paper."""
    filters = read_filters()
    rows = map(papers.row, queries.lines(db.session(), actor(), filters))
    narrowed = in_words(
        label(filters.state),
        days_in_words(filters.first, filters.last),
        search_in_words(filters.words),
    )
    return as_file(Ledger(_("动火台账"), papers.columns(), rows, narrowed), suffix)


@bp.route("/hot-work/new", methods=["GET", "POST"])
@allow(Right.CREATE_HAZARD)
def new() -> ResponseReturnValue:
    """Apply for hot work."""
    form = ApplyForm(day=clock.today(), starts=time(18, 30), ends=time(20, 30))
    form.offer(space_choices(db.session()), told_apart(active_people(db.session())))
    if not form.is_submitted():
        return render("hot_work/new.html", form=form)
    return carry_out(
        form,
        lambda session, now: services.apply(session, form.facts(), by=actor(), now=now),
        lambda permit: _("动火单%(number)s已提交，等待审批。", number=permit.number),
        location=lambda permit: url_for(".detail", permit_id=permit.id),
        again=lambda: render("hot_work/new.html", form=form, status=422),
    )


@bp.get(ONE)
@allow()
def detail(permit_id: int) -> ResponseReturnValue:
    """One permit: what, when, who, how far."""
    return _show(_found(permit_id))


def _found(permit_id: int) -> HotWorkPermit:
    return queries.permit(db.session(), actor(), permit_id) or abort(404)


FORMS: dict[Action, type[Form]] = {
    Action.APPROVE: DecideForm,
    Action.CANCEL: CancelForm,
    Action.START: StartForm,
    Action.FINISH: StepForm,
    Action.AFTER_CHECK: StepForm,
}
"""The form of each step that the page offers; approving and refusing share one."""


def _show(
    permit: HotWorkPermit,
    *,
    again: dict[Action, Form] | None = None,
    sent: list[int] | tuple[()] = (),
    photo_error: str = "",
) -> ResponseReturnValue:
    """The page; ``again`` is a form that is shown once more with what is wrong."""
    open_to = rules.open_actions(permit.state, actor(), permit.parties)
    forms = {action: form(formdata=None) for action, form in FORMS.items() if action in open_to}
    forms.update({action: form for action, form in (again or {}).items() if action in forms})
    minutes = school(db.session()).number("hot_work_after_minutes")
    return render(
        "hot_work/detail.html",
        permit=permit,
        forms=forms,
        items=_items(),
        given={key: request.form.get(f"answer-{key}") for key in BEFORE_WORK},
        answers=ANSWERS,
        measures=[Measure(one) for one in permit.measures if one in set(Measure)],
        photos=[addresses(one.photo_id) for one in permit.photos],
        sent=shown_photos(sent),
        photo_error=photo_error,
        state_kind=STATE_KIND,
        minutes=minutes,
        check_from=permit.after_check_from(minutes),
        window_of=papers.window_of,
        place_of=papers.place_of,
        status=422 if again or photo_error else 200,
    )


def _stepped(
    permit_id: int,
    action: Action,
    form: Form,
    act: Callable[[Session, HotWorkPermit, list[int], datetime], Any],
    message: str,
) -> ResponseReturnValue:
    """The permit after a step, with the photos that came along; the form again where wrong."""
    permit = _found(permit_id)
    rules.check(action, permit.state, actor(), permit.parties)
    ids, photo_error = sent_photos()
    if form.validate() and not photo_error:
        now = clock.now()
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=now)
                key.location = url_for(".detail", permit_id=permit_id)
                act(session, session.get_one(HotWorkPermit, permit_id), ids, now)
            flash(message)
            return see_other(key.location)
        except RuleError as error:
            field = error.values.get("field")
            if field == "photo":
                photo_error = sentence(error)
            elif field in form:
                form[str(field)].errors = [sentence(error)]
            else:
                raise
    return _show(_found(permit_id), again={action: form}, sent=ids, photo_error=photo_error)


@bp.post(ONE + "/decide")
@allow(Right.APPROVE_HOTWORK)
def decide(permit_id: int) -> ResponseReturnValue:
    """Approve or refuse."""
    form = DecideForm()
    note = form.note.data or ""

    def act(session: Session, permit: HotWorkPermit, _ids: list[int], now: datetime) -> None:
        if form.decision.data == "approve":
            services.approve(session, permit, note=note, by=actor(), now=now)
        else:
            services.refuse(session, permit, reason=note, by=actor(), now=now)

    return _stepped(permit_id, Action.APPROVE, form, act, _("审批意见已登记。"))


@bp.post(ONE + "/cancel")
@allow()
def cancel(permit_id: int) -> ResponseReturnValue:
    """It is no longer needed."""
    form = CancelForm()

    def act(session: Session, permit: HotWorkPermit, _ids: list[int], now: datetime) -> None:
        services.cancel(session, permit, reason=form.reason.data, by=actor(), now=now)

    return _stepped(permit_id, Action.CANCEL, form, act, _("动火单已取消。"))


@bp.post(ONE + "/start")
@allow()
def start(permit_id: int) -> ResponseReturnValue:
    """The watcher looked at the site; the work begins."""
    keys = [item.key for item in _items()]
    given = {key: request.form.get(f"answer-{key}", "") for key in keys}

    def act(session: Session, permit: HotWorkPermit, ids: list[int], now: datetime) -> None:
        services.start(
            session, permit, answers=given, keys=keys, photo_ids=ids, by=actor(), now=now
        )

    return _stepped(permit_id, Action.START, StartForm(), act, _("已登记开工，请全程监护。"))


@bp.post(ONE + "/finish")
@allow()
def finish(permit_id: int) -> ResponseReturnValue:
    """The work is over."""
    form = StepForm()

    def act(session: Session, permit: HotWorkPermit, ids: list[int], now: datetime) -> None:
        services.finish(session, permit, note=form.note.data, photo_ids=ids, by=actor(), now=now)

    return _stepped(permit_id, Action.FINISH, form, act, _("已登记完工，请按时复查现场。"))


@bp.post(ONE + "/after_check")
@allow()
def after_check(permit_id: int) -> ResponseReturnValue:
    """The site was looked at again."""
    form = StepForm()

    def act(session: Session, permit: HotWorkPermit, ids: list[int], now: datetime) -> None:
        services.after_check(
            session, permit, note=form.note.data, photo_ids=ids, by=actor(), now=now
        )

    return _stepped(permit_id, Action.AFTER_CHECK, form, act, _("复查已登记，动火单办结。"))


@bp.get(ONE + ".pdf")
@allow()
def permit_pdf(permit_id: int) -> ResponseReturnValue:
    """动火审批表."""
    permit = _found(permit_id)
    data = papers.permit(permit, _items(), school(db.session()), now=clock.now())
    return pdf(render_pdf("hot_work_permit", data), short_name(), data["title"], permit.number)

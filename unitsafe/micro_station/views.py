"""Pages of the station: one page for all of it, a line of the kit, the count, its papers."""

from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db, writing
from unitsafe.core.download import pdf, xlsx
from unitsafe.core.excel import workbook
from unitsafe.core.forms import Form, new_key
from unitsafe.core.htmx import render, see_other
from unitsafe.core.printing import render_pdf
from unitsafe.micro_station import labels, metrics, papers, queries, rules, services  # noqa: F401
from unitsafe.micro_station import today as _today  # noqa: F401
from unitsafe.micro_station.forms import (
    MOST,
    Choices,
    CountForm,
    ItemForm,
    MemberForm,
    MusterForm,
    StationForm,
)
from unitsafe.micro_station.models import KitItem, StationMember
from unitsafe.micro_station.queries import EDIT
from unitsafe.people.queries import active_people, told_apart
from unitsafe.places.queries import space_choices
from unitsafe.roster.queries import term_span
from unitsafe.school.queries import school, short_name

bp = Blueprint("micro_station", __name__)


def _may_edit() -> bool:
    return holds_any(EDIT)


def _duty(session: Session, today: date) -> queries.Duty:
    """The duty of the term up to today."""
    first, _last = term_span(session, today)
    return queries.duty(session, first, today)


@bp.get("/micro-station")
@allow()
def index() -> ResponseReturnValue:
    """Team, kit, duty, musters."""
    return _show()


def _show(**again: Form) -> ResponseReturnValue:
    """The page; ``again`` are forms that are shown once more with what is wrong."""
    session, today = db.session(), clock.today()
    station, team, kit = (
        queries.station(session),
        queries.members(session, today),
        queries.kit(session),
    )
    asked = school(session)
    warn_days = asked.number("kit_warn_days")
    shift_id = station.shift_id if station else None
    return render(
        "micro_station/index.html",
        station=station,
        team=team,
        members_least=asked.number("station_members_least"),
        kit=[(one, one.state(today, warn_days)) for one in kit],
        kit_bad=sum(one.state(today, warn_days) in rules.BAD for one in kit),
        state_kind=labels.STATE_KIND,
        duty=_duty(session, today),
        on_duty=queries.on_duty(session, shift_id, today) if shift_id else (),
        counts=queries.counts(session),
        musters=[
            (one, rules.is_slow(one.seconds, asked.number("muster_minutes")))
            for one in queries.musters(session)
        ],
        spoken=rules.spoken,
        may_edit=_may_edit(),
        once=new_key(),
        forms={**_forms(session, today, station), **again} if _may_edit() else {},
        status=422 if again else 200,
    )


def _forms(session: Session, today: date, station: object) -> dict[str, Form]:
    return {
        "member": _member_form(formdata=None),
        "muster": MusterForm(formdata=None, day=today),
        "station": _station_form(formdata=None, obj=station),
        "default_kit": Form(formdata=None),
    }


def _people() -> Choices:
    return told_apart(active_people(db.session()))


def _member_form(**kwargs: Any) -> MemberForm:
    """Holders of the station's posts are offered first."""
    form, posted = MemberForm(**kwargs), queries.post_holders(db.session(), clock.today())
    form.offer(sorted(_people(), key=lambda one: one[0] not in posted))
    return form


def _station_form(**kwargs: Any) -> StationForm:
    form, session = StationForm(**kwargs), db.session()
    form.offer(space_choices(session), queries.shift_choices(session))
    return form


@bp.post("/micro-station/setting")
@allow(*EDIT)
def set_up() -> ResponseReturnValue:
    """Where the station is, its phone, its shift."""
    form = _station_form()
    return carry_out(
        form,
        lambda session, now: services.set_up(
            session,
            space_id=form.space_id.data or None,
            phone=form.phone.data or "",
            shift_id=form.shift_id.data or None,
            by=actor(),
            now=now,
        ),
        _("已保存。"),
        location=url_for(".index"),
        again=lambda: _show(station=form),
    )


@bp.post("/micro-station/members")
@allow(*EDIT)
def add_member() -> ResponseReturnValue:
    """Somebody joins the team."""
    form = _member_form()
    return carry_out(
        form,
        lambda session, now: services.add_member(
            session, person_id=form.person_id.data, role=form.role.data, by=actor(), now=now
        ),
        _("已加入队伍。"),
        location=url_for(".index", _anchor="team"),
        again=lambda: _show(member=form),
    )


@bp.post("/micro-station/members/<int:member_id>/end")
@allow(*EDIT)
def end_member(member_id: int) -> ResponseReturnValue:
    """Somebody leaves the team."""
    if db.session.get(StationMember, member_id) is None:
        abort(404)
    form, now = Form(), clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        key.location = url_for(".index", _anchor="team")
        member = session.get_one(StationMember, member_id)
        if member.until_on is None:
            services.end_member(session, member, by=actor(), now=now)
    flash(_("已离队，原来的记录保留。"))
    return see_other(key.location)


@bp.post("/micro-station/kit/default")
@allow(*EDIT)
def default_kit() -> ResponseReturnValue:
    """The usual lines that are still missing."""
    form, now = Form(), clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        key.location = url_for(".index", _anchor="kit")
        added = services.default_kit(session, by=actor(), now=now)
    flash(_("已列入%(n)s种常用器材，点验以后填上实有数量。", n=added))
    return see_other(key.location)


@bp.route("/micro-station/kit/new", methods=["GET", "POST"])
@allow(*EDIT)
def new_item() -> ResponseReturnValue:
    """One more line of the kit."""
    return _item_page(None)


@bp.route("/micro-station/kit/<int:item_id>", methods=["GET", "POST"])
@allow(*EDIT)
def kit_item(item_id: int) -> ResponseReturnValue:
    """Change a line of the kit."""
    return _item_page(queries.item(db.session(), item_id) or abort(404))


def _item_page(item: KitItem | None) -> ResponseReturnValue:
    form = ItemForm(obj=item)
    form.offer(_people())
    if item is None:
        del form.is_dropped

    def shown() -> ResponseReturnValue:
        status = 422 if form.is_submitted() else 200
        return render("micro_station/item.html", form=form, item=item, status=status)

    if not form.is_submitted():
        return shown()
    item_id = item.id if item else None
    return carry_out(
        form,
        lambda session, now: services.save_item(
            session,
            session.get_one(KitItem, item_id) if item_id else None,
            form.facts(),
            by=actor(),
            now=now,
        ),
        _("器材已保存。"),
        location=url_for(".index", _anchor="kit"),
        again=shown,
    )


@bp.route("/micro-station/count", methods=["GET", "POST"])
@allow(*EDIT)
def count() -> ResponseReturnValue:
    """点验: how many of each line are there and sound."""
    kit, form = queries.kit(db.session()), CountForm()
    sent = {one.id: request.form.get(f"n-{one.id}", "").strip() for one in kit}
    wrong = {key for key, text in sent.items() if not _is_number(text)}

    def shown() -> ResponseReturnValue:
        return render(
            "micro_station/count.html",
            form=form,
            kit=kit,
            sent=sent if form.is_submitted() else {},
            wrong=wrong if form.is_submitted() else (),
            most=MOST,
            status=422 if form.is_submitted() else 200,
        )

    if not form.is_submitted() or wrong or not kit:
        return shown()
    return carry_out(
        form,
        lambda session, now: services.count_kit(
            session,
            {key: int(text) for key, text in sent.items()},
            note=form.note.data or "",
            by=actor(),
            now=now,
        ),
        _("点验已登记。"),
        location=url_for(".index", _anchor="kit"),
        again=shown,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(MOST))


@bp.post("/micro-station/musters")
@allow(*EDIT)
def add_muster() -> ResponseReturnValue:
    """A muster that was tried."""
    form = MusterForm()

    def act(session: Session, now: datetime) -> None:
        seconds = form.minutes.data * 60 + (form.seconds.data or 0)
        services.add_muster(
            session,
            signal_at=clock.at(form.day.data, form.signal.data),
            place=form.place.data,
            arrived=form.arrived.data,
            seconds=seconds,
            note=form.note.data or "",
            by=actor(),
            now=now,
        )

    return carry_out(
        form,
        act,
        _("抽测已登记。"),
        location=url_for(".index", _anchor="musters"),
        again=lambda: _show(muster=form),
    )


@bp.get("/micro-station.pdf")
@allow()
def station_pdf() -> ResponseReturnValue:
    """微型消防站一览表."""
    session, today = db.session(), clock.today()
    data = papers.sheet(
        queries.station(session),
        queries.members(session, today),
        queries.kit(session),
        _duty(session, today),
        queries.musters(session)[:5],
        school(session),
        now=clock.now(),
    )
    return pdf(render_pdf("micro_station", data), short_name(), data["title"], data["period"])


@bp.get("/micro-station.xlsx")
@allow()
def kit_xlsx() -> ResponseReturnValue:
    """The kit as a workbook."""
    session, today = db.session(), clock.today()
    warn_days = school(session).number("kit_warn_days")
    rows = (papers.row(one, today, warn_days) for one in queries.kit(session))
    book = workbook(_("微型消防站器材"), papers.columns(), rows)
    return xlsx(book, short_name(), _("微型消防站器材"), today.isoformat())

"""Pages of the evacuation: the whole school, one floor, the paper of a building."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.classes.queries import classes
from unitsafe.core import once
from unitsafe.core.access import actor, allow, holds_any
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right
from unitsafe.core.download import pdf
from unitsafe.core.forms import Form, new_key
from unitsafe.core.htmx import render, see_other
from unitsafe.core.printing import render_pdf
from unitsafe.evacuation import labels, metrics, papers, queries, services  # noqa: F401
from unitsafe.evacuation import today as _today  # noqa: F401
from unitsafe.evacuation.forms import (
    Choices,
    GuideForm,
    MapsForm,
    PointForm,
    PupilForm,
    RouteForm,
    VolunteerForm,
)
from unitsafe.evacuation.models import EvacGuide
from unitsafe.evacuation.queries import EDIT
from unitsafe.evacuation.rules import Part
from unitsafe.people.queries import active_people, told_apart
from unitsafe.places.labels import floor_name
from unitsafe.places.models import Building, Space
from unitsafe.places.queries import building
from unitsafe.school.queries import school, short_name, term_of

bp = Blueprint("evacuation", __name__)
FLOOR = "/evacuation/<int:building_id>/<int(signed=True):floor>"


def _may_edit() -> bool:
    return holds_any(EDIT)


def _term_start(session: Session, today: date) -> date:
    """Since when a check of a map counts: the first day of term, between terms of the year."""
    term = term_of(session, today)
    return term.starts_on if term else today.replace(month=1, day=1)


@bp.get("/evacuation")
@allow()
def index() -> ResponseReturnValue:
    """Floors with their guides, assembly points, who helps whom, volunteers."""
    return _show()


def _show(**forms: Form) -> ResponseReturnValue:
    """The page; ``forms`` are those that are shown again with what is wrong."""
    session, today = db.session(), clock.today()
    led = defaultdict(list)
    for guide in queries.guides(session, today):
        led[guide.building_id, guide.floor].append(guide)
    found = queries.floors(session)
    by_building: dict[int, list[queries.Floor]] = defaultdict(list)
    for one in found:
        by_building[one.building_id].append(one)
    everyone = queries.volunteers(session, today)
    asked = school(session)
    return render(
        "evacuation/index.html",
        by_building=by_building,
        led=led,
        led_floors=sum(one.key in led for one in found),
        all_floors=len(found),
        routes=queries.routes(session),
        maps=(counts := queries.map_counts(session, _term_start(session, today), today)),
        maps_done=sum(done for done, _all in counts.values()),
        maps_all=sum(whole for _done, whole in counts.values()),
        points=queries.points(session, today),
        pupils=queries.pupils(session, actor(), today),
        people_volunteers=[one for one in everyone if one.person_id],
        class_volunteers=[one for one in everyone if one.class_id],
        volunteers_least=asked.number("volunteers_per_class"),
        percent_least=asked.number("staff_volunteer_percent"),
        staff=queries.staff_count(session),
        floor_name=floor_name,
        may_edit=_may_edit(),
        once=new_key(),
        status=422 if forms else 200,
        **_forms(session, forms),
    )


def _forms(session: Session, shown: dict[str, Form]) -> dict[str, Any]:
    """The page's forms, with the number of classes for their ratio."""
    every = classes(session)
    if not _may_edit():
        return {"classes": every}
    fresh: dict[str, Form] = {
        "point_form": PointForm(formdata=None),
        "pupil_form": _offered(PupilForm(formdata=None)),
        "volunteer_form": _offered(VolunteerForm(formdata=None)),
    }
    return {"classes": every, **fresh, **shown}


def _people() -> Choices:
    return told_apart(active_people(db.session()))


def _offered(form: PupilForm | VolunteerForm) -> PupilForm | VolunteerForm:
    form.offer([(one.id, one.name) for one in classes(db.session())], _people())
    return form


@bp.post("/evacuation/points")
@allow(*EDIT)
def add_point() -> ResponseReturnValue:
    """A place where people are counted."""
    form = PointForm()
    return carry_out(
        form,
        lambda session, now: services.add_point(
            session,
            name=form.name.data,
            place=form.place.data,
            for_whom=form.for_whom.data or "",
            by=actor(),
            now=now,
        ),
        _("集合点已添加。"),
        location=url_for(".index", _anchor="points"),
        again=lambda: _show(point_form=form),
    )


@bp.post("/evacuation/pupils")
@allow(*EDIT)
def add_pupil() -> ResponseReturnValue:
    """A pupil who cannot leave alone."""
    form = PupilForm()
    _offered(form)
    return carry_out(
        form,
        lambda session, now: services.add_pupil(
            session,
            class_id=form.class_id.data,
            initials=form.initials.data,
            need=form.need.data,
            helper_id=form.helper_id.data or None,
            second_id=form.second_id.data or None,
            by=actor(),
            now=now,
        ),
        _("帮扶已登记。"),
        location=url_for(".index", _anchor="pupils"),
        again=lambda: _show(pupil_form=form),
    )


@bp.post("/evacuation/volunteers")
@allow(*EDIT)
def add_volunteer() -> ResponseReturnValue:
    """A volunteer among the staff or the pupils."""
    form = VolunteerForm()
    _offered(form)
    return carry_out(
        form,
        lambda session, now: services.add_volunteer(
            session,
            person_id=form.person_id.data or None,
            class_id=form.class_id.data or None,
            initials=form.initials.data or "",
            by=actor(),
            now=now,
        ),
        _("已登记。"),
        location=url_for(".index", _anchor="volunteers"),
        again=lambda: _show(volunteer_form=form),
    )


@bp.post("/evacuation/<any(guides, points, pupils, volunteers):part>/<int:row_id>/end")
@allow(*EDIT)
def end(part: str, row_id: int) -> ResponseReturnValue:
    """It no longer holds; what it was stays on record."""
    which = Part(part)
    model = services.MODELS[which]
    found = db.session.get(model, row_id) or abort(404)
    location = url_for(".index", _anchor=part)
    if isinstance(found, EvacGuide):
        location = _at_floor(found.building_id, found.floor)
    now, form = clock.now(), Form()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        key.location = location
        row: Any = session.get_one(model, row_id)
        if row.until_on is None:
            services.end(session, which, row, by=actor(), now=now)
    flash(_("已结束，原来的记录保留。"))
    return see_other(location)


@bp.get(FLOOR)
@allow()
def floor(building_id: int, floor: int) -> ResponseReturnValue:
    """One floor: its way out, its guides, the maps in its rooms."""
    return _show_floor(_found(building_id, floor), floor)


def _found(building_id: int, floor: int) -> Building:
    """The building, if it has such a floor."""
    session = db.session()
    if (building_id, floor) not in {one.key for one in queries.floors(session)}:
        abort(404)
    return building(session, building_id) or abort(404)


def _show_floor(
    one: Building,
    number: int,
    *,
    route_form: RouteForm | None = None,
    guide_form: GuideForm | None = None,
    maps_form: MapsForm | None = None,
) -> ResponseReturnValue:
    session, today = db.session(), clock.today()
    is_again = any((route_form, guide_form, maps_form))
    route = queries.routes(session).get((one.id, number))
    rooms = queries.rooms(session, one.id, number)
    if _may_edit():
        route_form = route_form or _route_form(formdata=None, obj=route)
        guide_form = guide_form or _guide_form(formdata=None)
        maps_form = maps_form or _maps_form(rooms, formdata=None)
    return render(
        "evacuation/floor.html",
        building=one,
        number=number,
        floor_name=floor_name,
        route=route,
        guides=[g for g in queries.guides(session, today, one.id) if g.floor == number],
        rooms=rooms,
        since=_term_start(session, today),
        route_form=route_form,
        guide_form=guide_form,
        maps_form=maps_form,
        may_edit=_may_edit(),
        once=new_key(),
        status=422 if is_again else 200,
    )


def _route_form(**kwargs: object) -> RouteForm:
    form = RouteForm(**kwargs)
    points = queries.points(db.session(), clock.today())
    form.offer([(one.id, f"{one.name}（{one.place}）") for one in points])
    return form


def _guide_form(**kwargs: object) -> GuideForm:
    form = GuideForm(**kwargs)
    form.offer(_people())
    return form


def _maps_form(rooms: Sequence[tuple[Space, date | None]], **kwargs: object) -> MapsForm:
    form = MapsForm(checked_on=clock.today(), **kwargs)
    form.offer([(space.id, space.name) for space, _last in rooms])
    return form


def _at_floor(building_id: int, number: int) -> str:
    return url_for(".floor", building_id=building_id, floor=number)


@bp.post(FLOOR + "/route")
@allow(*EDIT)
def save_route(building_id: int, floor: int) -> ResponseReturnValue:
    """The way out of the floor."""
    one, form = _found(building_id, floor), _route_form()
    return carry_out(
        form,
        lambda session, now: services.save_route(
            session,
            building_id,
            floor,
            route=form.route.data,
            exits=form.exits.data or "",
            point_id=form.point_id.data or None,
            by=actor(),
            now=now,
        ),
        _("疏散路线已保存。"),
        location=_at_floor(building_id, floor),
        again=lambda: _show_floor(one, floor, route_form=form),
    )


@bp.post(FLOOR + "/guides")
@allow(*EDIT)
def add_guide(building_id: int, floor: int) -> ResponseReturnValue:
    """Somebody leads the floor out."""
    one, form = _found(building_id, floor), _guide_form()
    return carry_out(
        form,
        lambda session, now: services.add_guide(
            session,
            building_id,
            floor,
            person_id=form.person_id.data,
            deputy_id=form.deputy_id.data or None,
            stand=form.stand.data or "",
            by=actor(),
            now=now,
        ),
        _("引导员已安排。"),
        location=_at_floor(building_id, floor),
        again=lambda: _show_floor(one, floor, guide_form=form),
    )


@bp.post(FLOOR + "/maps")
@allow(*EDIT)
def check_maps(building_id: int, floor: int) -> ResponseReturnValue:
    """The maps in these rooms were looked at."""
    one = _found(building_id, floor)
    form = _maps_form(queries.rooms(db.session(), building_id, floor))
    return carry_out(
        form,
        lambda session, now: services.check_maps(
            session,
            building_id,
            floor,
            form.space.data or [],
            checked_on=form.checked_on.data,
            by=actor(),
            now=now,
        ),
        _("核对已登记。"),
        location=_at_floor(building_id, floor),
        again=lambda: _show_floor(one, floor, maps_form=form),
    )


@bp.get("/evacuation/<int:building_id>.pdf")
@allow(Right.VIEW_ALL, *EDIT)
def building_pdf(building_id: int) -> ResponseReturnValue:
    """疏散引导分工表 of a building."""
    session, today = db.session(), clock.today()
    numbers = [one.number for one in queries.floors(session) if one.building_id == building_id]
    one = building(session, building_id) if numbers else None
    if one is None:
        abort(404)
    data = papers.plan(
        one,
        numbers,
        guides=queries.guides(session, today, building_id),
        routes=queries.routes(session),
        classes=queries.classes_by_floor(session, building_id),
        maps=queries.map_counts(session, _term_start(session, today), today),
        pupils=queries.pupils(session, None, today),
        school=school(session),
        now=clock.now(),
    )
    return pdf(render_pdf("evacuation_plan", data), short_name(), data["title"], today.isoformat())

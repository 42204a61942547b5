"""Putting a picture up, changing it, taking it down."""

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.blobs import StorageError
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.htmx import render, see_other
from unitsafe.core.images import PhotoRefused
from unitsafe.core.query import int_arg, row_id
from unitsafe.maps import queries, services
from unitsafe.maps.forms import MapForm, PlainForm
from unitsafe.maps.labels import why_refused
from unitsafe.maps.models import GridMap
from unitsafe.maps.views import bp
from unitsafe.photos import services as photos
from unitsafe.photos.models import Photo
from unitsafe.places import queries as places
from unitsafe.places.labels import floor_name
from unitsafe.places.models import Building


@bp.route("/grids/map/new", methods=["GET", "POST"])
@allow(Right.EDIT_GRID)
def new() -> ResponseReturnValue:
    """Upload a picture of the campus or of a floor."""
    buildings = places.buildings(db.session())
    form = MapForm(buildings, building_id=int_arg("building"))
    if form.is_submitted() and _is_sound(form, needs_picture=True):
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
                building = _building(session, form)
                made = services.add_map(
                    session,
                    title=_title(form, building),
                    building=building,
                    floor=form.floor.data,
                    photo=_photo(session, form) or abort(400),
                    by=actor(),
                    now=clock.now(),
                )
                key.location = url_for(".edit", map_id=made.id)
            flash(_("图片已上传。现在把每个网格画上去。"))
            return see_other(key.location)
        except RuleError as error:
            form.floor.errors = [sentence(error)]
    status = 422 if form.is_submitted() else 200
    return render("maps/new.html", form=form, photo_id=_received(form), status=status)


@bp.route("/grids/map/<int:map_id>/change", methods=["GET", "POST"])
@allow(Right.EDIT_GRID)
def change(map_id: int) -> ResponseReturnValue:
    """Another title, place or picture; what is drawn stays."""
    found = queries.grid_map(db.session(), map_id) or abort(404)
    form = MapForm(
        places.buildings(db.session()),
        building_id=found.building_id,
        floor=found.floor,
        title=found.title,
    )
    if form.is_submitted() and _is_sound(form):
        try:
            _save(map_id, form)
            flash(_("图的设置已保存。"))
            return see_other(url_for(".edit", map_id=map_id))
        except services.OtherProportions as error:
            form.accept_proportions.errors = [sentence(error)]
        except RuleError as error:
            form.floor.errors = [sentence(error)]
        found = queries.grid_map(db.session(), map_id) or abort(404)
    return render(
        "maps/change.html",
        form=form,
        map=found,
        photo_id=_received(form),
        retire_form=PlainForm(formdata=None),
        status=422 if form.is_submitted() else 200,
    )


def _save(map_id: int, form: MapForm) -> None:
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        key.location = url_for(".edit", map_id=map_id)
        found = queries.grid_map(session, map_id) or abort(404)
        building = _building(session, form)
        services.change_map(
            session,
            found,
            title=_title(form, building),
            building=building,
            floor=form.floor.data,
            photo=_photo(session, form) or found.photo,
            accept_proportions=form.accept_proportions.data,
            by=actor(),
            now=clock.now(),
        )


def _is_sound(form: MapForm, *, needs_picture: bool = False) -> bool:
    """Whether everything is filled in; the picture that came along is kept in any case, so that a
    form shown again need not be given it twice."""
    fault = _receive(form)
    form.validate()
    if fault:
        form.picture.errors = [fault]
    elif needs_picture and _received(form) is None:
        form.picture.errors = [_("请选择一张图片。")]
    return not form.errors


def _receive(form: MapForm) -> str:
    """Keep the picture that was sent; why not, if it was refused."""
    sent = request.files.get(form.picture.name)
    if sent is None or not sent.filename:
        return ""
    try:
        kept = photos.keep_file(sent.stream, photos.PLAN)
    except (PhotoRefused, StorageError) as error:
        return why_refused(error)
    with writing() as session:
        photo = photos.add_photo(session, kept, by=actor(), now=clock.now())
    form.photo_id.data = str(photo.id)
    return ""


def _received(form: MapForm) -> int | None:
    """Id of the picture that has arrived; only one's own counts."""
    photo = db.session().get(Photo, row_id(form.photo_id.data or "") or 0)
    return photo.id if photo is not None and photo.by_id == actor().id else None


def _photo(session: Session, form: MapForm) -> Photo | None:
    photo = session.get(Photo, row_id(form.photo_id.data or "") or 0)
    return photo if photo is not None and photo.by_id == actor().id else None


def _building(session: Session, form: MapForm) -> Building | None:
    return session.get(Building, form.building_id.data) if form.building_id.data else None


def _title(form: MapForm, building: Building | None) -> str:
    """The title that was typed, or one that says what the picture shows."""
    if form.title.data:
        return str(form.title.data)
    if building is None:
        return str(_("校园平面图"))
    floor = floor_name(form.floor.data or 0)
    return str(_("%(building)s %(floor)s平面图", building=building.name, floor=floor))


@bp.post("/grids/map/<int:map_id>/retire")
@allow(Right.EDIT_GRID)
def retire(map_id: int) -> ResponseReturnValue:
    """Take a map down, or put it up again."""
    form = PlainForm()
    is_back = form.back.data == "1"
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        found = session.get(GridMap, map_id) or abort(404)
        act = services.restore if is_back else services.retire
        act(session, found, by=actor(), now=clock.now())
        key.location = url_for(".index", map=map_id) if is_back else url_for(".index")
        title = found.title
    flash(_("%(name)s已恢复使用。", name=title) if is_back else _("%(name)s已停用。", name=title))
    return see_other(key.location)

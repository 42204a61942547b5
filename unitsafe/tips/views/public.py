"""What anybody may open, without an account: telling the school, and what became of it."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from werkzeug.datastructures import FileStorage

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import public
from unitsafe.core.db import db, writing
from unitsafe.core.errors import sentence
from unitsafe.core.htmx import render, see_other
from unitsafe.core.images import PhotoRefused, PreparedPhoto
from unitsafe.core.security import limiter
from unitsafe.photos import services as photos
from unitsafe.places import queries as places
from unitsafe.places.models import Space
from unitsafe.school.address import public_address
from unitsafe.school.models import School
from unitsafe.school.queries import the_school
from unitsafe.tips import queries, rules, services
from unitsafe.tips.forms import RateForm, TipForm
from unitsafe.tips.labels import HAZARD_WORDS, OUTCOME_KIND, RATINGS, STEPS
from unitsafe.tips.models import Tip
from unitsafe.tips.rules import Action, Channel, State
from unitsafe.tips.views import bp


def was_unknown(response: Response) -> bool:
    """Whether the request counts against the limit on guessing numbers."""
    return response.status_code == 404


def _set_up_first() -> ResponseReturnValue:
    return redirect(url_for("setup.index"), code=303)


@bp.route("/tip", methods=["GET", "POST"])
@public
@limiter.limit("60 per minute", key_func=lambda: "tip", methods=["POST"])
def new() -> ResponseReturnValue:
    """Tell the school; `?space=` (the code of a plate) fills in the place, `?number=` asks for one
    that was sent."""
    school = the_school()
    if school is None:
        return _set_up_first()
    if "number" in request.args:
        return _look_up(request.args["number"])
    start = _space_of(request.args.get("space", ""))
    form = TipForm(
        data={"space": start.plate, "place": _title(start)} if start is not None else None
    )
    if not form.is_submitted():
        return _ask(form, school)
    if form.homepage.data:
        return _thank_the_trapped()
    sent = [one for one in request.files.getlist("photo_file") if one.filename]
    photo_error = ""
    if len(sent) > rules.MOST_PHOTOS:
        photo_error = _("最多%(most)s张照片。", most=rules.MOST_PHOTOS)
    if not form.validate() or photo_error:
        return _ask(form, school, photo_error=photo_error, had_photos=bool(sent), status=422)
    try:
        return _receive(form, school, sent)
    except PhotoRefused as error:
        photo_error = _(error.message, **error.values)
        return _ask(form, school, photo_error=photo_error, status=422)
    except services.TooMany as error:
        form.form_errors.append(sentence(error))
        return _ask(form, school, had_photos=bool(sent), status=429)


def _receive(form: Any, school: School, sent: Sequence[FileStorage]) -> ResponseReturnValue:
    """Photos are shrunk and written only when the tip would be taken: what is refused leaves no
    file behind, or strangers could fill the disk."""
    now = clock.now()
    once.check(db.session(), form.once.data, by=None)
    services.check_flood(db.session(), school, now)
    has_room = bool(sent) and _takes_photos(school, now)
    prepared: list[PreparedPhoto] = []
    if has_room:
        prepared = [photos.prepare(one.stream) for one in sent]
    kept = [photos.keep(one) for one in prepared]
    space_id, channel = _place_of(form)
    with writing() as session:
        key = once.claim(session, form.once.data, by=None, now=now)
        tip = services.receive(
            session,
            text=form.text.data,
            place=form.place.data,
            space_id=space_id,
            name=form.name.data or "",
            phone=form.phone.data or "",
            channel=channel,
            kept=kept,
            word=rules.new_word(),
            by=None,
            now=now,
        )
        key.location = url_for(".progress", tip_number=tip.address_number, sent=1)
    if sent and not has_room:
        flash(_("文字已经收到。现在暂时不能存照片，需要时我们会到现场看。"), "warning")
    return see_other(key.location)


def _place_of(form: Any) -> tuple[int | None, Channel]:
    """The space that was meant: the plate's, if its name was left as it stood, else the one of that
    name."""
    start = _space_of(form.space.data or "")
    if start is not None and form.place.data == _title(start):
        return start.id, Channel.PLATE
    found = queries.space_named(db.session(), form.place.data)
    return found.id if found else None, Channel.PLATE if start is not None else Channel.WEB


def _space_of(plate: str) -> Space | None:
    found = places.space_by_plate(db.session(), plate.strip()[:12]) if plate.strip() else None
    return places.space(db.session(), found.id) if found and found.is_active else None


def _title(space: Space) -> str:
    return f"{space.building.name} {space.name}"


def _takes_photos(school: School, now: datetime) -> bool:
    return services.takes_photos(db.session(), school, photos.store(), now)


def _ask(
    form: TipForm,
    school: School,
    *,
    photo_error: str = "",
    had_photos: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    return render(
        "tips/new.html",
        form=form,
        spaces=[title for _id, title in places.space_choices(db.session())],
        takes_photos=_takes_photos(school, clock.now()),
        photo_error=photo_error,
        had_photos=had_photos or bool(photo_error),
        most_photos=rules.MOST_PHOTOS,
        days=school.number("tip_days"),
        status=status,
    )


def _thank_the_trapped() -> ResponseReturnValue:
    """A program filled what no person sees: answered like a tip, and nothing is kept."""
    number = rules.number(clock.today().year, secrets.randbelow(900) + 1)
    return see_other(url_for(".progress", tip_number=f"{number}-{rules.new_word()}", sent=1))


def _look_up(typed: str) -> ResponseReturnValue:
    parts = rules.typed_number(typed)
    if parts is None:
        return _unknown(typed)
    return see_other(url_for(".progress", tip_number="-".join(parts)))


def _unknown(typed: str) -> Response:
    shown = "".join(sign for sign in typed[:40] if sign.isprintable())
    return render("tips/unknown.html", typed=shown, status=404)


@bp.get("/tip/<tip_number>")
@public
@limiter.limit("100 per 5 minutes", key_func=get_remote_address, deduct_when=was_unknown)
def progress(tip_number: str) -> ResponseReturnValue:
    """What became of a tip, for whoever knows its number."""
    return _show(tip_number)


def _show(tip_number: str, form: RateForm | None = None, status: int = 200) -> ResponseReturnValue:
    if the_school() is None:
        return _set_up_first()
    tip = queries.tip_of_sender(db.session(), tip_number)
    if tip is None:
        return _unknown(tip_number)
    if form is None and rules.may_rate(tip.state, tip.rating):
        form = RateForm(formdata=None)
    return render(
        "tips/progress.html",
        tip=tip,
        step=list(State).index(tip.state),
        steps=STEPS,
        moments=_moments(tip),
        answers=[event for event in tip.events if event.action is Action.ANSWER],
        hazard_words=HAZARD_WORDS[tip.hazard.state] if tip.hazard else "",
        late=rules.days_late(tip.state, tip.due_on, clock.today()),
        outcome_kind=OUTCOME_KIND,
        rating_words=RATINGS.get(tip.rating or 0, ""),
        address=public_address() + url_for(".progress", tip_number=tip.address_number),
        is_new="sent" in request.args,
        form=form,
        status=status,
    )


def _moments(tip: Tip) -> list[datetime | None]:
    """When each step was reached."""
    at = {event.action: event.at for event in reversed(tip.events)}
    return [tip.received_at, tip.accepted_at, at.get(Action.MAKE_HAZARD), tip.answered_at]


@bp.post("/tip/<tip_number>/rate")
@public
@limiter.limit("60 per minute", key_func=lambda: "tip-rate")
def rate(tip_number: str) -> ResponseReturnValue:
    """How it was handled, in the words of whoever sent it; once."""
    if the_school() is None:
        return _set_up_first()
    if queries.tip_of_sender(db.session(), tip_number) is None:
        return _unknown(tip_number)
    form: Any = RateForm()
    if not form.validate():
        return _show(tip_number, form, 422)
    now = clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=None, now=now)
        key.location = url_for(".progress", tip_number=tip_number)
        tip = queries.tip_of_sender(session, tip_number)
        if tip is not None:
            services.rate(
                session,
                tip,
                rating=int(form.rating.data),
                follow_up=form.follow_up.data or "",
                now=now,
            )
    flash(_("评价已收到，谢谢您。"))
    return see_other(key.location)

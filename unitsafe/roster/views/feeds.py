"""One's turns in the calendar of one's phone."""

from flask import Response, abort, flash, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow, public
from unitsafe.core.db import db, writing
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render, see_other
from unitsafe.core.security import limiter
from unitsafe.roster import feed as services
from unitsafe.roster import queries
from unitsafe.roster.views import bp
from unitsafe.school.address import public_address, reaches_phones
from unitsafe.school.queries import short_name

KEEP_SECONDS = 900


@bp.get("/me/calendar")
@allow()
def my_calendar() -> ResponseReturnValue:
    """The secret address of my turns, and how to use it."""
    feed = queries.feed_of(db.session(), actor().id)
    address = public_address()
    path = url_for(".calendar_feed", feed=feed.token) if feed else ""
    return render(
        "roster/calendar.html",
        feed=feed,
        address=f"{address}{path}" if feed else "",
        path=path,
        reaches_phones=reaches_phones(address),
        form=Form(formdata=None),
    )


@bp.post("/me/calendar")
@allow()
def renew_calendar() -> ResponseReturnValue:
    """Open my feed, or give it a new address."""
    form, now = Form(), clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        services.renew(session, actor().id, by=actor(), now=now)
        key.location = url_for(".my_calendar")
    flash(_("订阅地址已生成；以前的地址不能再用。"))
    return see_other(key.location)


def _feed_key() -> str:
    return f"feed:{(request.view_args or {}).get('feed', '')[:50]}"


@bp.get("/calendar/<feed>.ics")
@public
@limiter.limit("30 per 5 minutes", key_func=_feed_key)
def calendar_feed(feed: str) -> ResponseReturnValue:
    """The turns of whoever has this token; 404 for anybody else."""
    session, today = db.session(), clock.today()
    person = queries.reader_of_feed(session, feed) or abort(404)
    response: Response = make_response(services.calendar(session, person, short_name(), today))
    response.mimetype = "text/calendar"
    response.headers["Cache-Control"] = f"private, max-age={KEEP_SECONDS}"
    response.headers["Content-Disposition"] = 'inline; filename="duty.ics"'
    response.add_etag()
    return response.make_conditional(request)

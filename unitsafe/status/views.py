"""运行情况: how the server is doing."""

from datetime import datetime, timedelta
from time import monotonic

from flask import Blueprint, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.domain import Right
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render
from unitsafe.core.security import limiter
from unitsafe.core.tally import tally
from unitsafe.status import report, services
from unitsafe.status import today as _today  # noqa: F401
from unitsafe.status.rules import Verdict

bp = Blueprint("status", __name__)
SLOWEST = 10


def _key() -> str:
    return f"status:{actor().id}"


@bp.get("/status")
@allow(Right.MANAGE_SCHOOL)
def index() -> ResponseReturnValue:
    """What is in order, what is not, and what to tell whoever helps."""
    return _show()


def _show(status: int = 200) -> ResponseReturnValue:
    session, now, app = db.session(), clock.now(), current_app
    uptime = timedelta(seconds=monotonic() - tally.began)
    lines = list(report.lines(session, app.config["SETTINGS"], tally, uptime, now=now))
    return render(
        "status/index.html",
        lines=lines,
        wrong=sum(line.verdict in (Verdict.WARN, Verdict.BAD) for line in lines),
        facts=report.facts(session, app.extensions["photos"], now - uptime, now=now),
        errors=[(_moment(error.at, now), error) for error in tally.errors()],
        slowest=tally.slowest(SLOWEST),
        form=Form(formdata=None),
        most=services.NEWEST,
        status=status,
    )


def _moment(at: float, now: datetime) -> datetime:
    """On the school's clock, which in a sample school is not the real one."""
    return now - timedelta(seconds=monotonic() - at)


@bp.post("/status/verify")
@allow(Right.MANAGE_SCHOOL)
@limiter.limit("6 per minute", key_func=_key)
def verify() -> ResponseReturnValue:
    """Prove that nobody has changed the newest entries of the log."""
    form = Form()
    if not form.validate():
        return _show(422)
    once.check(db.session(), form.once.data, by=actor().id)
    found = services.verify(db.session())
    entries, faults = found
    said = _("检验了%(n)s条操作日志，没有被改过。", n=entries)
    if faults:
        said = _("检验了%(n)s条操作日志，有对不上的。", n=entries)
    return carry_out(
        form,
        lambda session, now: services.note(session, found, by=actor(), now=now),
        said,
        location=url_for(".index"),
        again=lambda: _show(422),
    )

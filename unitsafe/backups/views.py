"""The page of backups: what there is, one more, a proof, a copy to take along."""

from pathlib import Path

from flask import Blueprint, Flask, abort, current_app, flash, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock, config
from unitsafe.backups import catalogue, labels, queries, services, today, working
from unitsafe.backups.catalogue import Backup, Proof
from unitsafe.backups.rules import DAILY_AT, BackupError, Kind
from unitsafe.backups.working import Attempt
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import Right
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render, see_other
from unitsafe.core.labels import label
from unitsafe.school.queries import school

bp = Blueprint("backups", __name__)
__all__ = ["bp", "labels", "today"]
MOST_SHOWN = 60


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined, no-any-return]


def _folder() -> Path:
    return services.folder_of(_app())


def _press() -> Form:
    return Form(formdata=None)


@bp.get("/backups")
@allow(Right.MANAGE_SCHOOL)
def index() -> ResponseReturnValue:
    """The backups there are, and how the school stands with them."""
    settings: config.Config = current_app.config["SETTINGS"]
    folder, own = settings.backups, school(db.session())
    found = catalogue.backups(folder)
    return render(
        "backups/index.html",
        "backups",
        oob=(),
        backups=found[:MOST_SHOWN],
        total=len(found),
        last_good=next((one for one in found if one.is_good), None),
        days_late=queries.days_late(own, folder, clock.today()),
        failure=catalogue.failure(folder),
        work=working.going_on(folder),
        folder=folder,
        is_near=queries.is_on_the_same_disk(folder, settings.data),
        is_locking=bool(settings.backup_passphrase),
        keep=services.keep(own),
        daily_at=DAILY_AT,
        press=_press,
    )


@bp.post("/backups")
@allow(Right.MANAGE_SCHOOL)
def make() -> ResponseReturnValue:
    """Make one now; what takes longer than a moment goes on beside, and the page shows it."""
    app, by, now = _app(), actor(), clock.now()
    back = _claimed(Form())
    attempt = working.in_background(lambda: services.back_up(app, kind=Kind.MANUAL, by=by, now=now))
    if made := attempt.result:
        flash(_("备份做好了，检验过，内容完整：%(name)s", name=made.name))
    else:
        _say(attempt)
    return see_other(back)


@bp.post("/backups/<name>/prove")
@allow(Right.MANAGE_SCHOOL)
def prove(name: str) -> ResponseReturnValue:
    """Read one to its end and show what it holds."""
    found, app, now = _backup(name), _app(), clock.now()
    back = _claimed(Form())
    attempt = working.in_background(lambda: services.prove(app, found.name, now=now))
    proof: Proof | None = attempt.result
    if proof is None:
        _say(attempt)
    elif proof.fault:
        flash(_("%(name)s：%(what)s", name=found.name, what=label(proof.fault)), "error")
    else:
        flash(_("%(name)s检验过，内容完整。", name=found.name))
    return see_other(back)


def _claimed(form: Form) -> str:
    """Where the answer is to be seen, once the form was found to be a new one."""
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        key.location = url_for(".index")
        return key.location


def _say(attempt: Attempt) -> None:
    error: BackupError | None = attempt.error
    if error is None:
        flash(_("还在进行，完成以后结果显示在这里。"))
    else:
        flash(_("没有做成：%(what)s", what=label(error.fault)), "error")


@bp.get("/backups/<name>")
@allow(Right.MANAGE_SCHOOL)
def download(name: str) -> ResponseReturnValue:
    """Take one along; the log tells who did."""
    found = _backup(name)
    if request.method == "GET":
        with writing() as session:
            services.record_download(session, found.name, by=actor(), now=clock.now())
    answer = send_file(
        _folder() / found.name,
        mimetype="application/zip",
        as_attachment=True,
        download_name=found.name,
        conditional=False,
        etag=False,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _backup(name: str) -> Backup:
    return catalogue.find(_folder(), name) or abort(404)

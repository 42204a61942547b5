"""What is done to a check besides filling it in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe.checks import queries, services
from unitsafe.checks.forms import CountersignForm, ReasonForm
from unitsafe.checks.models import Check
from unitsafe.checks.views import bp
from unitsafe.checks.views.sheet import get_check, show
from unitsafe.core.access import actor, allow
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.forms import Form
from unitsafe.core.htmx import see_other

Act = Callable[[Session, Check, Form, datetime], Check | None]


def _carry_out(check_id: int, name: str, form: Form, done: str, act: Act) -> ResponseReturnValue:
    """The way of all acts: form, key, change, back to the check (or the one that came of it)."""

    def carried(session: Session, now: datetime) -> Check:
        check = get_check(session, check_id)
        return act(session, check, form, now) or check

    return carry_out(
        form,
        carried,
        done,
        location=lambda check: url_for(".detail", check_id=check.id),
        again=lambda: show(check_id, forms={name: form}, status=422),
    )


@bp.post("/checks/<int:check_id>/countersign")
@allow()
def countersign(check_id: int) -> ResponseReturnValue:
    """Sign as the second person, then on to the next one that waits."""

    def act(session: Session, check: Check, form: Any, now: datetime) -> None:
        services.countersign(session, check, note=form.note.data or "", by=actor(), now=now)

    answer = _carry_out(check_id, "countersign", CountersignForm(), _("已签字。"), act)
    following = queries.to_countersign(db.session(), actor(), limit=200)
    if following and getattr(answer, "status_code", 0) == 303:
        return see_other(url_for(".detail", check_id=following[0].id))
    return answer


@bp.post("/checks/<int:check_id>/explain")
@allow()
def explain(check_id: int) -> ResponseReturnValue:
    """Say why it was missed."""

    def act(session: Session, check: Check, form: Any, now: datetime) -> None:
        services.explain(session, check, reason=form.reason.data, by=actor(), now=now)

    return _carry_out(check_id, "explain", ReasonForm(), _("已记录漏查原因。"), act)


@bp.post("/checks/<int:check_id>/skip")
@allow()
def skip(check_id: int) -> ResponseReturnValue:
    """Record that it will not be done."""

    def act(session: Session, check: Check, form: Any, now: datetime) -> None:
        services.skip(session, check, reason=form.reason.data, by=actor(), now=now)

    return _carry_out(check_id, "skip", ReasonForm(), _("已登记不查及原因。"), act)


@bp.post("/checks/<int:check_id>/correct")
@allow()
def correct(check_id: int) -> ResponseReturnValue:
    """Begin a new version of a submitted record."""

    def act(session: Session, check: Check, form: Any, now: datetime) -> Check:
        return services.correct(session, check, reason=form.reason.data, by=actor(), now=now)

    done = _("已建立更正版本，请改好后重新提交；提交前仍以原记录为准。")
    return _carry_out(check_id, "correct", ReasonForm(), done, act)

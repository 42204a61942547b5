"""Which permits wait for whom."""

from collections.abc import Iterator
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.domain import Actor
from unitsafe.core.waiting import Waiting, waits
from unitsafe.hot_work import queries
from unitsafe.hot_work.models import HotWorkPermit
from unitsafe.hot_work.rules import State
from unitsafe.school.queries import the_school


@waits("hot_work")
def permits(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    """To approve, to start, to finish, to look at afterwards. Anybody may be a watcher."""
    now, school = clock.now(), the_school()
    minutes = school.number("hot_work_after_minutes") if school else 0
    for permit in queries.waiting(session, actor, today):
        yield _line(permit, minutes, now)


def _line(permit: HotWorkPermit, minutes: int, now: datetime) -> Waiting:
    url = url_for("hot_work.detail", permit_id=permit.id)
    starts, ends = clock.local(permit.starts_at), clock.local(permit.ends_at)
    where = f"{permit.space.building.name} {permit.space.name}"
    window = f"{where} · {starts:%m-%d %H:%M}—{ends:%H:%M}"
    if permit.state is State.APPLIED:
        return Waiting(url, "!", _("动火单等您审批"), window, _("去审批"))
    if permit.state is State.APPROVED:
        return Waiting(url, "!", _("您监护的动火今天进行"), window, _("现场核查"))
    if permit.state is State.WORKING:
        is_over = now >= permit.ends_at
        return Waiting(
            url, "!", _("动火作业中"), window, _("登记完工"), "late" if is_over else "warn"
        )
    since = permit.after_check_from(minutes)
    is_due = since is not None and now >= since
    line = where if is_due or since is None else f"{where} · {clock.local(since):%H:%M}"
    title = _("动火现场该复查了") if is_due else _("完工后还要复查现场")
    return Waiting(url, "!", title, line, _("去复查"), "late" if is_due else "due")

"""What 今日 says to whoever looks after the server."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from time import monotonic

from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.domain import Actor, Right
from unitsafe.core.tally import tally
from unitsafe.core.waiting import Waiting, waits
from unitsafe.reminders.queries import last_round
from unitsafe.status import queries, rules
from unitsafe.status.report import disk_name, size


@waits("status")
def waiting(session: Session, actor: Actor, _day: date) -> Iterable[Waiting]:
    """A disk that is nearly full, reminders that stand still."""
    return list(_lines(session)) if Right.MANAGE_SCHOOL in actor.rights else []


def _lines(session: Session) -> Iterator[Waiting]:
    address = url_for("status.index")
    for disk in queries.disks(current_app.config["SETTINGS"]):
        if rules.is_nearly_full(disk.free, disk.total):
            title = _("服务器%(disk)s快满了", disk=disk_name(disk.use))
            line = _("只剩%(free)s，满了就不能保存", free=size(disk.free))
            yield Waiting(address, "!", title, line, _("去看"), "late")
    uptime = timedelta(seconds=monotonic() - tally.began)
    if rules.silence(last_round(session), clock.now(), uptime):
        line = _("超过1小时没有检查该发哪些提醒")
        yield Waiting(address, "!", _("提醒停了"), line, _("去看"), "late")

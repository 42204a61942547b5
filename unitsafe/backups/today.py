"""What waits on 今日 because of backups."""

from collections.abc import Iterator
from datetime import date

from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe.backups import queries
from unitsafe.core.domain import Actor, Right
from unitsafe.core.waiting import Waiting, waits
from unitsafe.school.queries import the_school


@waits("backups")
def backups(_session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    """That the last good backup is too old, for whoever runs the school's installation."""
    own = the_school()
    if own is None or Right.MANAGE_SCHOOL not in actor.rights:
        return
    if days := queries.days_late(own, current_app.config["SETTINGS"].backups, today):
        title = _("%(n)s天没有可用的备份", n=days)
        line = _("电脑坏了，这几天的记录就找不回来")
        yield Waiting(url_for("backups.index"), "!", title, line, _("去备份"), "late")

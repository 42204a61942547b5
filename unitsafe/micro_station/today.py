"""What the station has waiting: kit that is short or expired, or has to be counted."""

from collections.abc import Iterator
from datetime import date, timedelta

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.domain import Actor
from unitsafe.core.waiting import Waiting, waits
from unitsafe.micro_station import queries
from unitsafe.micro_station.rules import BAD, KitState
from unitsafe.school.queries import the_school


@waits("micro_station")
def kit(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    """Lines of the kit to be filled up, replaced or counted, for whoever keeps the station."""
    school = the_school()
    if school is None or not set(queries.EDIT) & actor.rights:
        return
    days, lines = school.number("kit_warn_days"), queries.kit(session)
    states = [(one.name, one.state(today, days)) for one in lines]
    bad = [name for name, state in states if state in BAD]
    soon = [name for name, state in states if state is KitState.SOON]
    url = url_for("micro_station.index", _anchor="kit")
    if bad:
        yield Waiting(url, len(bad), _("微站器材缺少或过期"), _listed(bad), _("去补齐"), "late")
    last = queries.last_count_at(session) if lines else None
    counted_on = clock.local(last).date() if last else None
    limit = timedelta(days=school.number("kit_count_days"))
    if lines and (counted_on is None or counted_on + limit <= today):
        line = _("上次点验%(day)s", day=counted_on.isoformat()) if counted_on else _("还没有点验过")
        yield Waiting(url_for("micro_station.count"), "!", _("微站器材该点验了"), line, _("去点验"))
    if soon:
        yield Waiting(url, len(soon), _("微站器材快到期"), _listed(soon), _("去看看"), "warn")


def _listed(names: list[str]) -> str:
    shown = "、".join(names[:3])
    return str(_("%(shown)s等", shown=shown)) if len(names) > 3 else shown

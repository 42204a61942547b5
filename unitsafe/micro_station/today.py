"""What the station has waiting: kit that is short, expired or soon will be."""

from collections.abc import Iterator
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe.core.domain import Actor
from unitsafe.core.waiting import Waiting, waits
from unitsafe.micro_station import queries
from unitsafe.micro_station.rules import BAD, KitState
from unitsafe.school.queries import the_school


@waits("micro_station")
def kit(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    """Lines of the kit to be filled up or replaced, for whoever keeps the station."""
    school = the_school()
    if school is None or not set(queries.EDIT) & actor.rights:
        return
    days = school.number("kit_warn_days")
    states = [(one.name, one.state(today, days)) for one in queries.kit(session)]
    bad = [name for name, state in states if state in BAD]
    soon = [name for name, state in states if state is KitState.SOON]
    url = url_for("micro_station.index", _anchor="kit")
    if bad:
        yield Waiting(url, len(bad), _("微站器材缺少或过期"), _listed(bad), _("去补齐"), "late")
    if soon:
        yield Waiting(url, len(soon), _("微站器材快到期"), _listed(soon), _("去看看"), "warn")


def _listed(names: list[str]) -> str:
    shown = "、".join(names[:3])
    return str(_("%(shown)s等", shown=shown)) if len(names) > 3 else shown

"""What the evacuation has waiting: floors that nobody leads out."""

from collections.abc import Iterator
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe.core.domain import Actor
from unitsafe.core.waiting import Waiting, waits
from unitsafe.evacuation import queries
from unitsafe.places.labels import floor_name


@waits("evacuation")
def floors(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    """Floors without a guide, for whoever arranges it."""
    if not set(queries.EDIT) & actor.rights:
        return
    missing = queries.without_guide(session, today)
    if missing:
        first = missing[0]
        yield Waiting(
            url_for("evacuation.index"),
            len(missing),
            _("有楼层没有疏散引导员"),
            _("%(first)s等", first=f"{first.building} {floor_name(first.number)}")
            if len(missing) > 1
            else f"{first.building} {floor_name(first.number)}",
            _("去安排"),
            "warn",
        )

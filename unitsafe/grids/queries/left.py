"""Grids of somebody who left that nobody has taken over since."""

from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session, aliased

from unitsafe.core.labels import label
from unitsafe.grids.models import Assignment, Grid
from unitsafe.people.models import Person
from unitsafe.people.queries import HandoverLine, handover_sources


def grids_left(session: Session, person: Person) -> list[HandoverLine]:
    """Grids answered for to the last day whose role nobody answers for from the next day on."""
    later = aliased(Assignment)
    taken_over = sa.exists().where(
        later.grid_id == Assignment.grid_id,
        later.role == Assignment.role,
        later.person_id != Assignment.person_id,
        later.from_on <= (person.left_on or date.min) + timedelta(1),
        sa.or_(later.until_on.is_(None), later.until_on > person.left_on),
    )
    rows = session.execute(
        sa.select(Grid.code, Grid.name, Assignment.role)
        .join(Grid, Grid.id == Assignment.grid_id)
        .where(
            Assignment.person_id == person.id,
            Assignment.until_on >= person.left_on,
            Grid.is_active,
            ~taken_over,
        )
        .order_by(Grid.code, Assignment.role)
    )
    return [
        HandoverLine(_("网格"), f"{row.name} {label(row.role)}", "grids.detail", {"code": row.code})
        for row in rows
    ]


handover_sources.append(grids_left)

"""Figures of the grids. Source: content/four_capabilities.yaml ``metrics``, each ``formula``."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core.figures import Figure, Period, metric
from unitsafe.grids.models import Assignment, GridSpace, Role
from unitsafe.people.models import Person
from unitsafe.people.queries import at_school_on, valid_on
from unitsafe.places.models import Space


def has_member(on: date) -> sa.ColumnElement[bool]:
    """Spaces whose grid had a member on that day, or that had a duty holder of their own."""
    holds = sa.and_(valid_on(Assignment, on), Person.id == Assignment.person_id, at_school_on(on))
    member = sa.select(GridSpace.space_id).where(
        valid_on(GridSpace, on),
        Assignment.grid_id == GridSpace.grid_id,
        Assignment.role == Role.MEMBER,
        holds,
    )
    own = sa.select(Assignment.space_id).where(Assignment.space_id.is_not(None), holds)
    return sa.or_(Space.id.in_(member), Space.id.in_(own))


@metric("grid_coverage_ratio")
def grid_coverage_ratio(session: Session, period: Period) -> Figure:
    """Spaces in use with a grid member on the day (or a duty holder of their own) ÷ spaces in use;
    ``records`` are the others.

    Members and the grids of the spaces are those of the day; which spaces are in use is known only
    as it is now.
    """
    held = has_member(period.on)
    whole, amount = session.execute(
        sa.select(sa.func.count(), sa.func.count(sa.case((held, 1)))).where(Space.is_active)
    ).one()
    return Figure(amount, whole, sa.select(Space).where(Space.is_active, sa.not_(held)))

"""The figure of the letters. Source: content/four_capabilities.yaml ``formula``."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core.figures import Figure, Period, metric
from unitsafe.grids.models import Assignment
from unitsafe.letters.models import ResponsibilityLetter
from unitsafe.letters.rules import GRID_POSTS, NOT_ASKED, school_year
from unitsafe.people.models import Person, PersonPost
from unitsafe.people.queries import at_school_on, valid_on


def has_duty(on: date) -> sa.ColumnElement[bool]:
    """People at the school who had a duty on that day that a letter is about (rules.asked_for)."""
    posts = sa.select(PersonPost.person_id).where(
        valid_on(PersonPost, on), PersonPost.post.not_in(NOT_ASKED)
    )
    grids = sa.select(Assignment.person_id).where(
        valid_on(Assignment, on), Assignment.role.in_(GRID_POSTS)
    )
    return sa.and_(at_school_on(on), sa.or_(Person.id.in_(posts), Person.id.in_(grids)))


def has_signed(on: date) -> sa.ColumnElement[bool]:
    """People whose letter of that school year was signed by that day and still held."""
    letter = ResponsibilityLetter
    return Person.id.in_(
        sa.select(letter.person_id).where(
            letter.school_year == school_year(on),
            letter.signed_on <= on,
            sa.or_(letter.ended_on.is_(None), letter.ended_on > on),
        )
    )


@metric("responsibility_letter_ratio")
def responsibility_letter_ratio(session: Session, period: Period) -> Figure:
    """People with a duty on the day who have signed for it in this school year ÷ people with a duty
    on the day; ``records`` have not. A letter signed for duties that have changed since holds no
    more."""
    on, signed = has_duty(period.on), has_signed(period.on)
    whole, amount = session.execute(
        sa.select(sa.func.count(), sa.func.count(sa.case((signed, 1)))).where(on)
    ).one()
    return Figure(amount, whole, sa.select(Person).where(on, sa.not_(signed)))

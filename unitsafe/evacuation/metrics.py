"""Figures of the evacuation. Source: content/four_capabilities.yaml ``metrics``."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core.figures import Figure, Period, metric
from unitsafe.evacuation import queries
from unitsafe.evacuation.models import PupilInNeed
from unitsafe.people.queries import valid_on


@metric("evac_guides_assigned_ratio")
def evac_guides_assigned_ratio(session: Session, period: Period) -> Figure:
    """Floors with a guide on the day ÷ floors of teaching, dormitory and canteen buildings
    (有引导员的楼层数 ÷ 楼层总数). Records: spaces on floors without one."""
    led = queries.guides_on(session, period.on)
    found = queries.floors(session)
    return Figure(
        sum(one.key in led for one in found),
        len(found),
        records=queries.spaces_without_guide(period.on),
    )


@metric("evac_map_posted_ratio")
def evac_map_posted_ratio(session: Session, period: Period) -> Figure:
    """Classrooms and dormitory rooms whose map was checked in the period, a term ÷ all of them
    (近一学期核对过疏散图的教室宿舍数 ÷ 总数). Records: rooms not checked."""
    counts = queries.map_counts(session, period.first, period.on).values()
    return Figure(
        sum(done for done, _all in counts),
        sum(whole for _done, whole in counts),
        records=queries.unchecked_rooms(period.first, period.on),
    )


@metric("special_needs_helper_ratio")
def special_needs_helper_ratio(session: Session, period: Period) -> Figure:
    """Pupils in need with two helpers who are at the school ÷ pupils in need on the day
    (有两名帮扶人的学生数 ÷ 需帮扶学生数). Records: pupils without."""
    helped = queries.has_helpers()
    done, whole = session.execute(
        sa.select(sa.func.sum(sa.case((helped, 1), else_=0)), sa.func.count()).where(
            valid_on(PupilInNeed, period.on)
        )
    ).one()
    missing = sa.select(PupilInNeed).where(
        valid_on(PupilInNeed, period.on), sa.not_(sa.func.coalesce(helped, sa.false()))
    )
    return Figure(done or 0, whole, records=missing)

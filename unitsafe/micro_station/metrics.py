"""Figures of the station. Source: content/four_capabilities.yaml ``metrics``."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core.figures import Figure, Period, metric
from unitsafe.micro_station import queries
from unitsafe.micro_station.models import KitItem, Muster


@metric("micro_station_members")
def micro_station_members(session: Session, period: Period) -> Figure:
    """People in the team on the day (现任队员人数)."""
    select = queries.members_on(period.on)
    total = session.scalar(select.with_only_columns(sa.func.count(), maintain_column_froms=True))
    return Figure(total or 0, records=select)


@metric("micro_station_kit_ok_ratio")
def micro_station_kit_ok_ratio(session: Session, period: Period) -> Figure:
    """Pieces that are there and not expired on the day ÷ pieces on the list
    (在位且有效的器材件数 ÷ 清单件数). Records: lines that are short or expired."""
    expired = sa.func.coalesce(KitItem.expires_on < period.on, sa.false())
    sound = sa.case(
        (expired, 0),
        (KitItem.present < KitItem.expected, KitItem.present),
        else_=KitItem.expected,
    )
    done, whole = session.execute(
        sa.select(sa.func.sum(sound), sa.func.sum(KitItem.expected)).where(KitItem.is_active)
    ).one()
    lacking = sa.or_(expired, KitItem.present < KitItem.expected)
    return Figure(
        done or 0, whole or 0, records=sa.select(KitItem).where(KitItem.is_active, lacking)
    )


@metric("micro_station_duty_coverage")
def micro_station_duty_coverage(session: Session, period: Period) -> Figure:
    """Teaching days and boarding nights of the period, up to the day, on which the station's shift
    has somebody ÷ all of them (有排班的教学日（含住宿夜）÷ 应排日). Records: days without."""
    duty = queries.duty(session, period.first, period.on)
    return Figure(
        duty.covered, duty.expected, records=queries.days_without_duty(period.first, period.on)
    )


@metric("micro_muster_minutes")
def micro_muster_minutes(session: Session, period: Period) -> Figure:
    """Minutes of the slowest muster of the period (本季度抽测集合到场用时的最大值); None without
    one. Records: the musters, the slowest first."""
    select = queries.muster_between(period.first, period.last)
    slowest = session.scalar(select.with_only_columns(sa.func.max(Muster.seconds)).order_by(None))
    return Figure(None if slowest is None else slowest / 60, records=select)

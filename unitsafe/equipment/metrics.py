"""Figures counted from the register of equipment. All look at the register as it stands, and at
the days that have come by ``period.on``. What was scrapped counts nowhere."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core.figures import Figure, Period, metric
from unitsafe.equipment.labels import kinds
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.queries import is_lacking, is_past
from unitsafe.equipment.rules import NOT_AGENTS, SYSTEMS, Result, Sort, State

KEPT = Equipment.state != State.SCRAPPED
HYDRANTS = ("indoor_hydrant", "outdoor_hydrant")


def _of_group(groups: Collection[str]) -> sa.ColumnElement[bool]:
    return Equipment.kind.in_([key for key, kind in kinds().items() if kind.group in groups])


def extinguishers() -> sa.ColumnElement[bool]:
    """Extinguishers of every kind."""
    keys = [k for k, kind in kinds().items() if kind.group == "extinguisher"]
    return Equipment.kind.in_([key for key in keys if key not in NOT_AGENTS])


def _pieces(session: Session, *where: sa.ColumnElement[bool]) -> int:
    """How many pieces, rows of several counted as such."""
    found = session.scalar(sa.select(sa.func.sum(Equipment.quantity)).where(*where))
    return found or 0


def _rows(*where: sa.ColumnElement[bool]) -> sa.Select[Equipment]:
    return sa.select(Equipment).where(*where).order_by(Equipment.number)


@metric("equipment_register_completeness")
def register_completeness(session: Session, period: Period) -> Figure:
    """Rows of the register with everything required written down, and somebody who answers for
    the place, ÷ all rows. Records: those that lack something.

    Source: 必填字段齐全的设施 ÷ 设施总数 (content/four_capabilities.yaml).
    """
    lacks = is_lacking(period.on)
    whole, lacking = session.execute(
        sa.select(sa.func.count(), sa.func.sum(sa.case((lacks, 1), else_=0)))
        .select_from(Equipment)
        .where(KEPT)
    ).one()
    return Figure(whole - (lacking or 0), whole, _rows(KEPT, lacks))


@metric("facilities_stopped_unapproved")
def stopped_unapproved(session: Session, period: Period) -> Figure:
    """How many facilities (water, automatic, separation) are stopped without who approved it or
    without an interim measure, or longer than was approved. Records: those.

    Source: 状态为停用/瘫痪且无审批和防范措施的系统数 (content/four_capabilities.yaml).
    """
    where = (
        Equipment.state == State.STOPPED,
        _of_group(SYSTEMS),
        sa.or_(
            Equipment.approver == "",
            Equipment.measure == "",
            Equipment.until_on.is_(None),
            Equipment.until_on < period.on,
        ),
    )
    found = session.scalar(sa.select(sa.func.count()).select_from(Equipment).where(*where))
    return Figure(found or 0, records=_rows(*where))


@metric("extinguishers_expired")
def extinguishers_expired(session: Session, period: Period) -> Figure:
    """How many extinguishers in use have reached their end of life, or the day of their service.
    Records: those rows.

    Source: 超过报废年限或送修逾期仍在用的灭火器具数 (content/four_capabilities.yaml).
    """
    where = (
        extinguishers(),
        Equipment.state == State.IN_USE,
        sa.or_(is_past(Sort.SCRAP, period.on), is_past(Sort.SERVICE, period.on)),
    )
    return Figure(_pieces(session, *where), records=_rows(*where))


@metric("extinguisher_total")
def extinguisher_total(session: Session, period: Period) -> Figure:
    """How many extinguishers the school has, those at a workshop included. What the band
    ``at_most_ratio_of`` of extinguishers_expired refers to (content/four_capabilities.yaml)."""
    where = (extinguishers(), KEPT)
    return Figure(_pieces(session, *where), records=_rows(*where))


def _in_order(session: Session, keys: Collection[str]) -> Figure:
    """Pieces in use whose newest inspection was fine ÷ all of these kinds. Records: the others."""
    all_of = (Equipment.kind.in_(keys), KEPT)
    fine = sa.and_(
        Equipment.state == State.IN_USE,
        sa.func.coalesce(Equipment.last_result == Result.OK, sa.false()),
    )
    return Figure(
        _pieces(session, *all_of, fine),
        _pieces(session, *all_of),
        _rows(*all_of, sa.not_(fine)),
    )


@metric("hydrants_ok_ratio")
def hydrants_ok(session: Session, period: Period) -> Figure:
    """Hydrants in use, indoor and outdoor, whose newest inspection was fine ÷ all hydrants.

    Source: 最近一次检查合格的室内外消火栓 ÷ 消火栓总数 (content/four_capabilities.yaml).
    """
    return _in_order(session, HYDRANTS)


@metric("emergency_light_ok_ratio")
def emergency_lights_ok(session: Session, period: Period) -> Figure:
    """Emergency lights in use whose newest inspection was fine ÷ all of them.

    Source: 最近一次检查合格的应急灯 ÷ 总数 (content/four_capabilities.yaml).
    """
    return _in_order(session, ("emergency_light",))


@metric("exit_sign_ok_ratio")
def exit_signs_ok(session: Session, period: Period) -> Figure:
    """Exit signs in use whose newest inspection was fine ÷ all of them.

    Source: 最近一次检查合格的标志 ÷ 总数 (content/four_capabilities.yaml).
    """
    return _in_order(session, ("exit_sign",))

"""What people do with the station: each act is accounted for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.micro_station import queries
from unitsafe.micro_station.models import KitCount, KitItem, MicroStation, Muster, StationMember
from unitsafe.micro_station.rules import DEFAULT_KIT, Group, Role
from unitsafe.school import queries as schools

SUBJECT = "micro_station:1"


def set_up(
    session: Session,
    *,
    space_id: int | None,
    phone: str,
    shift_id: int | None,
    by: Actor,
    now: datetime,
) -> None:
    """Where the station is, its phone, which shift stands its duty."""
    found = session.get(MicroStation, 1) or MicroStation(id=1)
    found.space_id, found.phone, found.shift_id = space_id, phone, shift_id
    session.add(found)
    data = {"space": space_id, "phone": phone, "shift": shift_id}
    audit.record(session, "micro_station.set_up", SUBJECT, by=by, now=now, data=data)


def add_member(
    session: Session, *, person_id: int, role: Role, by: Actor, now: datetime
) -> StationMember:
    """Somebody joins the team today. Raises RuleError for who is in it, and for a second leader."""
    today = clock.local(now).date()
    team = queries.members(session, today)
    if any(one.person_id == person_id for one in team):
        raise RuleError("这个人已经在队里了。要换角色，先结束再添加。", field="person_id")
    if role is Role.LEADER and any(one.role is Role.LEADER for one in team):
        raise RuleError("站长只有一名。换站长，先结束现在的站长。", field="role")
    member = StationMember(person_id=person_id, role=role, from_on=today)
    session.add(member)
    session.flush()
    data = {"person": person_id, "role": role}
    audit.record(session, "micro_station.member", SUBJECT, by=by, now=now, data=data)
    return member


def end_member(session: Session, member: StationMember, *, by: Actor, now: datetime) -> None:
    """Somebody leaves the team: yesterday was the last day."""
    member.until_on = clock.local(now).date() - timedelta(days=1)
    data = {"person": member.person_id}
    audit.record(session, "micro_station.leave", SUBJECT, by=by, now=now, data=data)


@dataclass(frozen=True)
class Facts:
    """What is written down of a line of the kit."""

    kit_group: Group
    name: str
    expected: int
    present: int
    model: str = ""
    expires_on: date | None = None
    keeper_id: int | None = None
    is_active: bool = True


def save_item(
    session: Session, item: KitItem | None, facts: Facts, *, by: Actor, now: datetime
) -> KitItem:
    """A new line of the kit (None), or what has changed of one."""
    item = item or KitItem()
    for name, value in asdict(facts).items():
        setattr(item, name, value)
    session.add(item)
    session.flush()
    data = {name: value for name, value in asdict(facts).items() if value is not None}
    audit.record(session, "micro_station.kit", f"kit_item:{item.id}", by=by, now=now, data=data)
    return item


def default_kit(session: Session, *, by: Actor, now: datetime) -> int:
    """The usual lines that the kit does not have yet; how many. None is there until counted."""
    known = set(session.scalars(sa.select(KitItem.name).where(KitItem.is_active)))
    team = len(queries.members(session, clock.local(now).date()))
    heads = max(team, schools.school(session).number("station_members_least"))
    lines = [line for line in DEFAULT_KIT if line.name not in known]
    session.add_all(
        KitItem(kit_group=line.group, name=line.name, expected=line.expected(heads))
        for line in lines
    )
    session.flush()
    if lines:
        data = {"n": len(lines)}
        audit.record(session, "micro_station.default_kit", SUBJECT, by=by, now=now, data=data)
    return len(lines)


def count_kit(
    session: Session, counted: Mapping[int, int], *, note: str, by: Actor, now: datetime
) -> KitCount:
    """点验: how many of each line are there and sound. Raises RuleError for an incomplete count."""
    items = queries.kit(session)
    if missing := [one.name for one in items if one.id not in counted]:
        raise RuleError("还没有点完：%(what)s。", what="、".join(missing[:3]))
    for one in items:
        one.present = counted[one.id]
    entry = KitCount(
        at=now, by_id=by.id, note=note, counted={str(one.id): one.present for one in items}
    )
    session.add(entry)
    session.flush()
    data = {"counted": entry.counted, "note": note}
    audit.record(session, "micro_station.count", SUBJECT, by=by, now=now, data=data)
    return entry


def add_muster(
    session: Session,
    *,
    signal_at: datetime,
    place: str,
    arrived: int,
    seconds: int,
    note: str,
    by: Actor,
    now: datetime,
) -> Muster:
    """A muster that was tried.

    :raises RuleError: it is still to come, or more came than are in the team and no ``note`` says why.
    """
    if signal_at > now:
        raise RuleError("抽测时间不能是以后。", field="day")
    team = len(queries.members(session, clock.local(signal_at).date()))
    if team and arrived > team and not note:
        raise RuleError(
            "队员只有%(team)s名，到场%(arrived)s人，请在讲评里写明原因。",
            team=team,
            arrived=arrived,
            field="note",
        )
    muster = Muster(
        signal_at=signal_at,
        place=place,
        arrived=arrived,
        seconds=seconds,
        note=note,
        at=now,
        by_id=by.id,
    )
    session.add(muster)
    session.flush()
    data = {"at": signal_at, "seconds": seconds, "arrived": arrived}
    audit.record(session, "micro_station.muster", SUBJECT, by=by, now=now, data=data)
    return muster

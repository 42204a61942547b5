"""What happens to people during the year: grids handed over, absences, somebody leaving."""

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from unitsafe import clock
from unitsafe.checks.models import Answer
from unitsafe.grids import services as grids
from unitsafe.grids.models import Role
from unitsafe.people import accounts, services
from unitsafe.people.models import Person, PersonStatus, SignIn
from unitsafe.sample.grids import HANDOVERS
from unitsafe.sample.people import LEAVER, NEWCOMERS, PAST_VISITOR
from unitsafe.sample.world import World

HANDOVER_DAYS = ((10, 12), (9, 21))
"""Month and day of each handover; before term when that is still to come."""
PAST_ABSENCE = ("袁静怡", "方䶮", (10, 14), 2, "参加市教研活动")
PRESENT_ABSENCE = ("赵婉清", "谢雨晴", "病假")
"""Who is away, who stands in, from when (month, day), days after the first, why."""
MANAGER = "梁志远"
PHONES = ("手机 微信", "手机 Chrome", "手机 微信", "手机 华为浏览器", "手机 Safari")
COMPUTERS = ("电脑 Edge", "电脑 360浏览器")


def plan(world: World) -> None:
    """Put the events of the year on the timeline."""
    for (grid, successor), (month, day) in zip(HANDOVERS, HANDOVER_DAYS, strict=True):
        _hand_over(world, grid, successor, _past_day(world, month, day, 29))
    name, deputy, (month, day), days, reason = PAST_ABSENCE
    first = _past_day(world, month, day, 27)
    _be_absent(world, name, deputy, first, first + timedelta(days=days), reason)
    name, deputy, reason = PRESENT_ABSENCE
    today = world.setting.today
    _be_absent(world, name, deputy, today - timedelta(days=1), today + timedelta(days=2), reason)
    _be_visited(world, today - timedelta(days=20))


def _past_day(world: World, month: int, day: int, otherwise: int) -> date:
    """That day of the school year if it is well past, else the ``otherwise``-th of August."""
    wanted = date(world.setting.first.year, month, day)
    if wanted + timedelta(days=4) < world.setting.today:
        return wanted
    return date(world.setting.first.year, 8, otherwise)


def _hand_over(world: World, grid: str, successor: str, day: date) -> None:
    def act(at: datetime) -> None:
        by = world.actor(world.people[MANAGER], at)
        with world.journal.directly() as session:
            grids.assign(
                session,
                person=world.people[successor],
                grid=world.grids[grid],
                role=Role.MEMBER,
                from_on=day,
                by=by,
                now=at,
            )
            if grid == HANDOVERS[0][0]:
                leaver = session.scalars(
                    sa.select(Person)
                    .where(Person.name == LEAVER)
                    .options(selectinload(Person.posts))
                    .execution_options(populate_existing=True)
                ).one()
                services.leave(session, leaver, today=day - timedelta(days=1), by=by, now=at)

    world.timeline.at(clock.at(day - timedelta(days=1), time(18, 5)), act)


def _be_absent(world: World, name: str, deputy: str, first: date, last: date, reason: str) -> None:
    def act(at: datetime) -> None:
        with world.journal.directly() as session:
            services.add_absence(
                session,
                person_id=world.people[name].id,
                deputy_id=world.people[deputy].id,
                from_on=first,
                until_on=last,
                reason=reason,
                by=world.actor(world.people[MANAGER], at),
                now=at,
            )

    world.timeline.at(clock.at(first - timedelta(days=1), time(16, 12)), act)


def _be_visited(world: World, first: date) -> None:
    """An account for inspectors, which has long ended by itself."""

    def act(at: datetime) -> None:
        with world.journal.directly() as session:
            visitor = accounts.add_visitor(
                session,
                name=PAST_VISITOR,
                until_on=first + timedelta(days=2),
                today=first,
                by=world.actor(world.people[MANAGER], at),
                now=at,
            )
            visitor.last_seen_on = first

    if first > world.setting.first:
        world.timeline.at(clock.at(first, time(8, 30)), act)


def remember_visits(world: World) -> None:
    """When each account was last used, and on which devices people are signed in."""
    answers = sa.select(Answer.by_id, sa.func.max(Answer.at)).group_by(Answer.by_id)
    last = {row[0]: row[1] for row in world.session.execute(answers)}
    for person in world.people.values():
        if person.username is None or (person.name in NEWCOMERS and person.id not in last):
            continue
        seen = last.get(person.id) or world.now - timedelta(days=world.rng.randint(1, 12))
        person.last_seen_on = clock.local(seen).date()
        if person.status is PersonStatus.ACTIVE:
            _remember_devices(world, person, seen)


def _remember_devices(world: World, person: Person, seen: datetime) -> None:
    """The phone on which the person is signed in, for a third of them a PC as well."""
    rng, number = world.rng, person.id
    phone, computer = PHONES[number % len(PHONES)], COMPUTERS[number % len(COMPUTERS)]
    for device in (phone, computer) if number % 3 == 0 else (phone,):
        last = clock.local(seen).date() - timedelta(days=rng.randint(0, 2))
        made_at = clock.at(last - timedelta(days=rng.randint(1, 25)), time(7, rng.randint(0, 59)))
        world.session.add(
            SignIn(
                person_id=person.id,
                key=f"{rng.getrandbits(128):032x}",
                device=device,
                address=f"192.168.8.{20 + person.id}",
                made_at=max(made_at, person.created_at),
                last_seen_on=last,
            )
        )

"""What happens during the year: the tree tidied up, grids handed over, absences, somebody leaving."""

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from unitsafe import clock
from unitsafe.checks.models import Answer
from unitsafe.core.domain import Actor
from unitsafe.grids import services as grids
from unitsafe.grids.models import Assignment, Role
from unitsafe.people import accounts, services
from unitsafe.people.models import Person, PersonStatus, SignIn
from unitsafe.sample import places
from unitsafe.sample.grids import HANDOVERS, LEAVES, MERGED, SPLIT_OFF, table
from unitsafe.sample.people import LEAVER, NEWCOMERS, PAST_VISITOR
from unitsafe.sample.world import World

HANDOVER_DAYS = ((10, 12), (9, 21))
"""Month and day of each handover; before term when that is still to come."""
RECENTLY = timedelta(days=3)
"""How long ago the last grid changed hands, with an open hazard."""
TIDIED = ((8, 26), time(15, 20))
"""When one grid was merged into another and one was split, before term."""
PAST_ABSENCE = ("袁静怡", "方䶮", (10, 14), 2, "参加市教研活动")
PRESENT_ABSENCE = ("赵婉清", "谢雨晴", "病假")
"""Who is away, who stands in, from when (month, day), days after the first, why."""
MANAGER = "梁志远"
PHONES = ("手机 微信", "手机 Chrome", "手机 微信", "手机 华为浏览器", "手机 Safari")
COMPUTERS = ("电脑 Edge", "电脑 360浏览器")


def plan(world: World) -> None:
    """Put the events of the year on the timeline."""
    _tidy_up(world)
    handed = [_past_day(world, *when, 29) for when in HANDOVER_DAYS]
    handed.append(world.setting.today - RECENTLY)
    for (grid, successor, note), on in zip(HANDOVERS, handed, strict=True):
        _hand_over(world, grid, successor, note, on)
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


def _tidy_up(world: World) -> None:
    """The sick room joins the public area; the chemicals' store gets a grid of its own."""
    (month, day), hour = TIDIED
    moment = clock.at(date(world.setting.first.year, month, day), hour)

    def act(at: datetime) -> None:
        by = world.actor(world.people[MANAGER], at)
        name, part_of = SPLIT_OFF
        building, _, leaf = name.partition(" ")
        rooms = [r.name for r in places.rooms() if (r.building, r.leaf) == (building, leaf)]
        keeper, helper = next(
            (row[2], row[3]) for row in table(LEAVES) if row[:2] == [building, leaf]
        )
        with world.journal.directly() as session:
            gone, into = world.grids[MERGED[0]], world.grids[MERGED[1]]
            grids.merge(session, gone, into, by=by, now=at)
            fresh = grids.split(
                session,
                world.grids[part_of],
                name=name,
                space_ids=[world.campus.spaces[building, room].id for room in rooms],
                member=world.people[keeper],
                by=by,
                now=at,
            )
            grids.assign(
                session,
                person=world.people[helper],
                grid=fresh,
                role=Role.HELPER,
                from_on=clock.local(at).date(),
                by=by,
                now=at,
            )
        world.add_grid(name, fresh)

    world.timeline.at(moment, act)


def _hand_over(world: World, grid: str, successor: str, note: str, day: date) -> None:
    def act(at: datetime) -> None:
        by = world.actor(world.people[MANAGER], at)
        with world.journal.directly() as session:
            grids.assign(
                session,
                person=world.people[successor],
                grid=world.grids[grid],
                role=Role.MEMBER,
                from_on=day,
                note=note,
                by=by,
                now=at,
            )
            _no_longer_help(world, grid, successor, day, by, at)
            if grid == HANDOVERS[0][0]:
                leaver = session.scalars(
                    sa.select(Person)
                    .where(Person.name == LEAVER)
                    .options(selectinload(Person.posts))
                    .execution_options(populate_existing=True)
                ).one()
                services.leave(session, leaver, today=day - timedelta(days=1), by=by, now=at)

    world.timeline.at(clock.at(day - timedelta(days=1), time(18, 5)), act)


def _no_longer_help(world: World, grid: str, name: str, day: date, by: Actor, at: datetime) -> None:
    """Whoever helped in a grid and is its member from ``day`` on helps until the day before."""
    helped = sa.select(Assignment).where(
        Assignment.grid_id == world.grids[grid].id,
        Assignment.person_id == world.people[name].id,
        Assignment.role == Role.HELPER,
    )
    for term in world.session.scalars(helped):
        grids.end(world.session, term, until_on=day - timedelta(days=1), by=by, now=at)


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

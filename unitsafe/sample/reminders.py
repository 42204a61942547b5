"""The staff's group as a channel of the sample school: what it was sent, and switched off since, so
that a demonstration sends nothing to anybody."""

from collections import Counter
from datetime import date, datetime, time

import sqlalchemy as sa

from unitsafe import clock
from unitsafe.checks import queries as checks
from unitsafe.checks.models import Check, Plan
from unitsafe.checks.rules import DAILY
from unitsafe.core import audit
from unitsafe.core.domain import Actor
from unitsafe.people.models import Person
from unitsafe.reminders import services
from unitsafe.reminders.models import Channel, Notice
from unitsafe.reminders.rules import Kind
from unitsafe.sample.setting import Setting
from unitsafe.sample.world import World
from unitsafe.school.models import SchoolDay

NAME = "教职工工作群"
URL, MASKED = "wecombot://sample-school-has-none", "wecombot://s...e"
MANAGER = "梁志远"
DAYS, SHOWN = 6, 5
WEEKDAYS = "一二三四五六日"


def build(setting: Setting, by: Actor) -> None:
    """The group's robot, entered with the school."""
    services.add_channel(
        setting.session, name=NAME, url=URL, masked=MASKED, by=by, now=setting.tick()
    )


def remember(world: World) -> None:
    """What the group was sent on the last days; then the channel was switched off."""
    session = world.session
    channel = session.scalars(sa.select(Channel)).one()
    taught = session.scalars(
        sa.select(SchoolDay.day)
        .where(SchoolDay.teaching, SchoolDay.day <= world.setting.today)
        .order_by(SchoolDay.day.desc())
        .limit(DAYS)
    ).all()
    for day in reversed(taught):
        at = clock.at(day, time(7))
        if channel.made_at < at < world.now:
            session.add(_morning(world, channel, day, at))
    channel.is_active = False
    data = {"name": channel.name, "channel": channel.masked}
    audit.record(
        session,
        "channel.off",
        f"channel:{channel.id}",
        by=world.signer(MANAGER),
        now=world.now,
        data=data,
    )


def _morning(world: World, channel: Channel, day: date, at: datetime) -> Notice:
    rows = world.session.execute(
        sa.select(Person.name, sa.func.count())
        .select_from(Check)
        .join(Plan, Plan.id == Check.plan_id)
        .join(Person, Person.id == Check.assignee_id)
        .where(Check.day == day, checks.is_listed(), Plan.unit.in_(DAILY))
        .group_by(Person.id, Person.name)
        .order_by(Person.id)
    )
    due: Counter[str] = Counter({row[0]: row[1] for row in rows})
    names = "、".join(f"{name}{n}" for name, n in due.most_common(SHOWN))
    return Notice(
        key=f"{Kind.MORNING}:{day}:channel {channel.id}",
        kind=Kind.MORNING,
        channel_id=channel.id,
        title=f"今日安排 {day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}",
        body=f"今天要做的检查{due.total()}项：{names}等{len(due)}人",
        path="/",
        created_at=at,
        not_before=at,
        attempts=1,
        sent_at=at,
    )

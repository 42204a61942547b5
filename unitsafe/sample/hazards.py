"""Hazards of the sample school: found in checks or reported, then worked off step by step.

Every step goes through hazards.services, by somebody who has the right to it.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from unitsafe import clock
from unitsafe.checks import services as checks
from unitsafe.checks.models import Check, CheckPhoto
from unitsafe.content.model import ChecklistItem
from unitsafe.core import audit
from unitsafe.core.domain import Actor
from unitsafe.grids import queries as grids
from unitsafe.hazards import rules, services
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto, HazardSerial
from unitsafe.hazards.rules import LEVEL_OF_CONTENT, Action, Fix, Level, Source, State
from unitsafe.people.models import Person
from unitsafe.sample import habits, places
from unitsafe.sample.grids import BLOCKS, table
from unitsafe.sample.hazard_table import Story, stories
from unitsafe.sample.timeline import Act
from unitsafe.sample.world import World

LIVES: Mapping[str, tuple[tuple[Action, float], ...]] = {
    "open": (),
    "reported": (),
    "spot": (),
    "done": ((Action.REPORT_DONE, 1.2),),
    "checked": ((Action.REPORT_DONE, 2), (Action.RECHECK, 1)),
    "closed": ((Action.REPORT_DONE, 1.6), (Action.CLOSE, 1)),
    "slow": ((Action.REPORT_DONE, 5.5), (Action.CLOSE, 1.5)),
    "checked_closed": ((Action.REPORT_DONE, 2), (Action.RECHECK, 1), (Action.CLOSE, 1.4)),
    "returned": (
        (Action.REPORT_DONE, 1),
        (Action.SEND_BACK, 1),
        (Action.REPORT_DONE, 1.3),
        (Action.CLOSE, 1),
    ),
    "returned_open": ((Action.REPORT_DONE, 1), (Action.SEND_BACK, 1)),
    "spot_closed": ((Action.CLOSE, 1),),
    "spot_checked_closed": ((Action.RECHECK, 1), (Action.CLOSE, 1.5)),
    "rejected": ((Action.REJECT, 0.5),),
    "redispatched": (
        (Action.DISPATCH, 0.5),
        (Action.REPORT_DONE, 3),
        (Action.RECHECK, 1),
        (Action.CLOSE, 1),
    ),
    "major_open": ((Action.DISPATCH, 0.4),),
    "major_closed": (
        (Action.DISPATCH, 0.4),
        (Action.REPORT_DONE, 4),
        (Action.RECHECK, 1),
        (Action.CLOSE, 1.5),
    ),
}
"""What happens after a hazard is found: acts, each so many days after the one before."""

CHECK_SOURCES = {
    "patrol": "daily_fire_patrol",
    "walk": "grid_walk",
    "night": "night_dorm",
    "facility": "monthly_facility",
    "inspection": "quarterly_inspection",
}
FINDERS = {"night": {"学生宿舍1": "高淑芬", "学生宿舍2": "姜玉珍"}}
"""Who reports what no check was due for; everything else the safety officer."""

LEAF_OF = {(room.building, room.name): f"{room.building} {room.leaf}" for room in places.rooms()}
"""Name of the leaf grid of each space."""
OFFICER, MANAGER, DIRECTOR, HEAD = "周立新", "梁志远", "罗向东", "沈清和"
BEFORE_TERM = 11
"""Days before term from which on hazards are reported: rooms are looked over for the new year."""
SEND_BACK_REASON = "照片里还能看到松动，请再处理一次。"
RECHECK_NOTE = "现场复查，已按要求整改。"
CLOSE_NOTE = "复查合格，同意销号。"
INTERIM = "整改完成前专人看护，设警示标志，每天巡查时复看。"


class Hazards:
    """Hands stories to the checks that find them, and lets each hazard live on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._leaders = {block: leader for block, leader, _ in table(BLOCKS)}
        self._waiting: list[tuple[date, Story]] = []
        first, now = world.setting.first, world.now
        rows = list(stories())
        anytime = [story for story in rows if story.age is None]
        days = (world.setting.today - first).days
        fitting = anytime[: round(len(anytime) * min(1, days / 70))]
        for number, story in enumerate(fitting):
            share = (number * 7 % len(fitting) + 0.5) / len(fitting)  # mixes the kinds over time
            self._place(story, first + timedelta(days=int(share * max(days - 9, 1))))
        for story in rows:
            if story.age is not None and not story.is_under_way:
                self._place(story, clock.local(now - timedelta(days=story.age)).date())
        self._under_way = next((story for story in rows if story.is_under_way), None)

    def _place(self, story: Story, day: date) -> None:
        first = self.world.setting.first
        if story.source in CHECK_SOURCES and day >= first:
            self._waiting.append((day, story))
            return
        self._report_on(story, max(day, first - timedelta(days=BEFORE_TERM)))

    def take(self, checklist_key: str, day: date, place: str) -> Story | None:
        """The story that the check of ``place`` on ``day`` finds, if any waits for it.

        A story with an age belongs to its day, the others to the first check after theirs.
        """
        monthly = checklist_key in ("monthly_facility", "quarterly_inspection")
        for number, (due, story) in enumerate(self._waiting):
            if CHECK_SOURCES[story.source] != checklist_key or not self._is_at(story, place):
                continue
            reach = day + timedelta(days=25) if monthly else day
            if due == day if story.age is not None else due <= reach:
                del self._waiting[number]
                return story
        return None

    def take_under_way(self) -> Story | None:
        """The story of the check that is being filled at this moment; once."""
        story, self._under_way = self._under_way, None
        return story

    def report_rest(self, day: date) -> None:
        """Stories of ``day`` that no check was due for are reported by whoever came past."""
        for due, story in list(self._waiting):
            if due == day and story.age is not None:
                self._waiting.remove((due, story))
                self._report_on(story, day)

    def _is_at(self, story: Story, place: str) -> bool:
        if story.source == "walk":
            return LEAF_OF[story.building, story.space] == place
        return place in (story.building, "全校")

    # how a hazard comes in

    def _report_on(self, story: Story, day: date) -> None:
        world = self.world
        if story.age is not None and day == clock.local(
            world.now - timedelta(days=story.age)
        ).date():
            moment = _in_daylight(world.now - timedelta(days=story.age), world.now)
        else:
            moment = habits.office_hour(world.rng, day)
        world.timeline.at(moment, lambda at: self._report(story, at))

    def _report(self, story: Story, at: datetime) -> None:
        world = self.world
        name = story.extras.get("by") or FINDERS.get(story.source, {}).get(story.building, OFFICER)
        by = world.actor(world.people[name], at)
        with world.journal.directly() as session:
            photo_ids = self._photo(story, by.id, at, is_right=False)
            item = self._item(story)
            facts = self._facts(story, item)
            if story.life == "reported":
                hazard = self._wait_for_dispatch(story, facts, photo_ids, by, at)
            else:
                hazard = services.report(
                    session,
                    description=story.words,
                    category=item.category if item else story.item,
                    level=facts[0],
                    fix=facts[1],
                    space_id=world.campus.spaces[story.building, story.space].id,
                    photo_ids=photo_ids,
                    by=by,
                    now=at,
                )
        self._live(story, hazard.id, at)

    def find(self, story: Story, check_id: int, item: ChecklistItem, by_id: int, at: datetime) -> None:
        """The failed ``item`` of a check becomes a hazard, with its photo."""
        world = self.world
        by = world.actor(world.by_id[by_id], at)
        with world.journal.directly() as session:
            for photo_id in self._photo(story, by_id, at, is_right=False):
                session.add(CheckPhoto(check_id=check_id, item_key=item.key, photo_id=photo_id))
            session.flush()
            level, fix = self._facts(story, item)
            hazard = checks.add_finding(
                session,
                session.get_one(Check, check_id),
                item.key,
                description=story.words,
                category=item.category,
                level=level,
                fix=fix,
                space_id=world.campus.spaces[story.building, story.space].id,
                by=by,
                now=at,
            )
        self._live(story, hazard.id, at)

    def _item(self, story: Story) -> ChecklistItem | None:
        from unitsafe import content

        if story.source not in CHECK_SOURCES:
            return None
        items = content.load().checklists[CHECK_SOURCES[story.source]].items
        return next(item for item in items if item.key == story.item)

    def _facts(self, story: Story, item: ChecklistItem | None) -> tuple[Level, Fix]:
        """Level and fix: the story's own, else what the item suggests."""
        level = Level(story.extras.get("level") or LEVEL_OF_CONTENT[item.level if item else "一般"])
        fix = Fix(story.extras.get("fix") or (item.fix if item else Fix.SCHEDULED))
        return level, fix

    def _photo(self, story: Story, by_id: int, at: datetime, *, is_right: bool) -> list[int]:
        scene = story.picture or ("boxes" if is_right else "")
        if not scene:
            return []
        return [self.world.album.take(scene, is_right=is_right, by_id=by_id, at=at)]

    def _wait_for_dispatch(
        self,
        story: Story,
        facts: tuple[Level, Fix],
        photo_ids: list[int],
        by: Actor,
        at: datetime,
    ) -> Hazard:
        """A hazard that nobody holds yet, as services.report leaves it when it finds nobody."""
        session, day = self.world.session, clock.local(at).date()
        space = self.world.campus.spaces[story.building, story.space]
        serial = session.get(HazardSerial, day.year) or HazardSerial(year=day.year, last=0)
        serial.last += 1
        session.add(serial)
        hazard = Hazard(
            number=rules.number(day.year, serial.last),
            level=facts[0],
            category=story.item,
            description=story.words,
            space_id=space.id,
            grid_id=grids.grid_of_space(session, space.id, day),
            fix=facts[1],
            source=Source.REPORT,
            found_at=at,
            reporter_id=by.id,
            events=[HazardEvent(action=Action.REPORT, at=at, by_id=by.id, note=story.words)],
        )
        session.add(hazard)
        session.flush()
        for photo_id in photo_ids:
            session.add(
                HazardPhoto(hazard_id=hazard.id, photo_id=photo_id, is_after=False, at=at)
            )
        data = {"description": story.words}
        audit.record(
            session, f"hazard.{Action.REPORT}", f"hazard:{hazard.number}", by=by, now=at, data=data
        )
        return hazard

    # how it lives on

    def _live(self, story: Story, hazard_id: int, found_at: datetime) -> None:
        world, steps = self.world, LIVES[story.life]
        moment = found_at
        for number, (action, days) in enumerate(steps, start=1):
            if story.age is None:
                moment = self._working_moment(moment, days)
            else:
                share = (world.now - found_at) * number / (len(steps) + 1)
                moment = max(
                    _in_daylight(found_at + share, world.now), moment + timedelta(minutes=7)
                )
            world.timeline.at(moment, _step(self, story, hazard_id, action))

    def _working_moment(self, after: datetime, days: float) -> datetime:
        moment = after + timedelta(days=days)
        day = clock.local(moment).date()
        while not self.world.is_taught(day):
            day += timedelta(days=1)
        return max(habits.office_hour(self.world.rng, day), after + timedelta(minutes=50))

    def step(self, story: Story, hazard_id: int, action: Action, at: datetime) -> None:
        """Carry out one act of the hazard's life by the first person who may."""
        world = self.world
        with world.journal.directly() as session:
            hazard = session.get_one(Hazard, hazard_id)
            by = self._who(story, hazard, action, at)
            if action is Action.DISPATCH:
                self._dispatch(story, hazard, by, at)
            elif action is Action.REJECT:
                services.reject(session, hazard, reason=story.measure, by=by, now=at)
            elif action is Action.REPORT_DONE:
                photo_ids = self._photo(story, by.id, at, is_right=True)
                services.report_done(
                    session, hazard, measure=story.measure, photo_ids=photo_ids, by=by, now=at
                )
            elif action is Action.RECHECK:
                services.recheck(session, hazard, note=RECHECK_NOTE, by=by, now=at)
            elif action is Action.SEND_BACK:
                services.send_back(session, hazard, reason=SEND_BACK_REASON, by=by, now=at)
            else:
                hazard.closed_at = at  # state and time have to reach the table together
                services.close(session, hazard, note=CLOSE_NOTE, by=by, now=at)

    def _dispatch(self, story: Story, hazard: Hazard, by: Actor, at: datetime) -> None:
        to: Person = self.world.people[story.extras.get("to", "彭德胜")]
        level = hazard.level
        if level is Level.SUSPECTED_MAJOR:
            level = Level(story.extras.get("confirm", Level.MAJOR))
        due_on = clock.local(at).date() + timedelta(days=int(story.extras.get("due", 5)))
        services.dispatch(
            self.world.session,
            hazard,
            to=to,
            level=level,
            due_on=due_on,
            measure=story.measure,
            interim_measure=INTERIM if level is not Level.NORMAL else "",
            by=by,
            now=at,
        )

    def _who(self, story: Story, hazard: Hazard, action: Action, at: datetime) -> Actor:
        """Who does it: the holder, or the nearest of those who may."""
        world = self.world
        if action is Action.REPORT_DONE:
            return world.actor(world.by_id[hazard.holder_id or 0], at)
        leader = self._leaders[story.building]
        names = {
            Action.DISPATCH: (MANAGER,) if hazard.level is Level.SUSPECTED_MAJOR else (OFFICER,),
            Action.REJECT: (OFFICER, DIRECTOR),
            Action.RECHECK: (OFFICER, leader, DIRECTOR),
            Action.SEND_BACK: (OFFICER, leader, DIRECTOR),
            Action.CLOSE: (leader, DIRECTOR, MANAGER, HEAD),
        }[action]
        for name in names:
            actor = world.actor(world.people[name], at)
            if action in hazard.actions_open_to(actor):
                return actor
        raise LookupError(f"nobody may {action} {hazard.number}, which is {hazard.state}")


def _step(hazards: Hazards, story: Story, hazard_id: int, action: Action) -> Act:
    return lambda at: hazards.step(story, hazard_id, action, at)


def _in_daylight(moment: datetime, now: datetime) -> datetime:
    """``moment``, or the late afternoon before when it falls into the night."""
    wall = clock.local(moment)
    if time(7) <= wall.time() <= time(18, 40):
        return moment
    day = wall.date() if wall.time() > time(18, 40) else wall.date() - timedelta(days=1)
    return min(clock.at(day, time(16, 30 + wall.minute // 2)), now)

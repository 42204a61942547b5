"""Hazards of the sample school: which check finds which, and what people report by themselves."""

from datetime import date, datetime, timedelta

from unitsafe import clock, content
from unitsafe.checks import services as checks
from unitsafe.checks.models import Check, CheckPhoto
from unitsafe.content.model import ChecklistItem
from unitsafe.core import audit
from unitsafe.core.domain import Actor
from unitsafe.grids import queries as grids
from unitsafe.hazards import rules, services
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto, HazardSerial
from unitsafe.hazards.rules import LEVEL_OF_CONTENT, Action, Fix, Level, Source
from unitsafe.sample import habits, places
from unitsafe.sample.hazard_table import Story, stories
from unitsafe.sample.lives import OFFICER, Lives, in_daylight
from unitsafe.sample.world import World

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
BEFORE_TERM = 11
"""Days before term from which on hazards are reported: rooms are looked over for the new year."""


class Hazards:
    """Hands stories to the checks that find them, and lets each hazard live on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lives = Lives(world)
        self._waiting: list[tuple[date, Story]] = []
        first, now = world.setting.first, world.now
        rows = list(stories())
        anytime = [story for story in rows if story.age is None]
        days = (world.setting.today - first).days
        fitting = anytime[: round(len(anytime) * min(1, days / 70))]
        order = world.rng.sample(range(len(fitting)), len(fitting))  # mixes the kinds over time
        for number, story in zip(order, fitting, strict=True):
            share = (number + 0.5) / len(fitting)
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

    def _report_on(self, story: Story, day: date) -> None:
        world = self.world
        if (
            story.age is not None
            and day == clock.local(world.now - timedelta(days=story.age)).date()
        ):
            earlier = timedelta(seconds=world.rng.randint(30, 1500 if story.age < 1 else 7200))
            moment = in_daylight(world.now - timedelta(days=story.age) - earlier, world.now)
        else:
            while story.age is None and not world.is_taught(day):
                day += timedelta(days=1)
            moment = habits.office_hour(world.rng, day)
        world.timeline.at(moment, lambda at: self._report(story, at))

    def _report(self, story: Story, at: datetime) -> None:
        world = self.world
        name = story.extras.get("by") or FINDERS.get(story.source, {}).get(story.building, OFFICER)
        by = world.actor(world.people[name], at)
        with world.journal.directly() as session:
            photo_ids = world.album.show(story.picture, is_right=False, by_id=by.id, at=at)
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
        self.lives.begin(story, hazard.id, at)

    def find(
        self, story: Story, check_id: int, item: ChecklistItem, by_id: int, at: datetime
    ) -> None:
        """The failed ``item`` of a check becomes a hazard, with its photo."""
        world = self.world
        by = world.actor(world.by_id[by_id], at)
        with world.journal.directly() as session:
            for photo_id in world.album.show(story.picture, is_right=False, by_id=by_id, at=at):
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
        self.lives.begin(story, hazard.id, at)

    def _item(self, story: Story) -> ChecklistItem | None:
        if story.source not in CHECK_SOURCES:
            return None
        items = content.load().checklists[CHECK_SOURCES[story.source]].items
        return next(item for item in items if item.key == story.item)

    def _facts(self, story: Story, item: ChecklistItem | None) -> tuple[Level, Fix]:
        """Level and fix: the story's own, else what the item suggests."""
        level = Level(story.extras.get("level") or LEVEL_OF_CONTENT[item.level if item else "一般"])
        fix = Fix(story.extras.get("fix") or (item.fix if item else Fix.SCHEDULED))
        return level, fix

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
            events=[
                HazardEvent(
                    action=Action.REPORT, at=at, by_id=by.id, level=facts[0], note=story.words
                )
            ],
        )
        session.add(hazard)
        session.flush()
        for photo_id in photo_ids:
            session.add(HazardPhoto(hazard_id=hazard.id, photo_id=photo_id, is_after=False, at=at))
        data = {"description": story.words}
        audit.record(
            session, f"hazard.{Action.REPORT}", f"hazard:{hazard.number}", by=by, now=at, data=data
        )
        return hazard

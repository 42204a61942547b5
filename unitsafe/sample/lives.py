"""What becomes of a hazard: step by step, each by somebody who has the right to it."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from unitsafe import clock
from unitsafe.core.domain import Actor
from unitsafe.hazards import services
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Action, Level
from unitsafe.people.models import Person
from unitsafe.sample import habits
from unitsafe.sample.grids import BLOCKS, table
from unitsafe.sample.hazard_table import Story
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

OFFICER, MANAGER, DIRECTOR, HEAD = "周立新", "梁志远", "罗向东", "沈清和"
SEND_BACK_REASON = "照片里还能看到松动，请再处理一次。"
RECHECK_NOTE = "现场复查，已按要求整改。"
CLOSE_NOTE = "复查合格，同意销号。"
INTERIM = "整改完成前专人看护，设警示标志，每天巡查时复看。"


class Lives:
    """Puts the steps of each hazard on the timeline and carries them out through the services."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._leaders = {block: leader for block, leader, _ in table(BLOCKS)}

    def begin(self, story: Story, hazard_id: int, found_at: datetime) -> None:
        """Plan what follows: on working days, or spread evenly up to now where the age is fixed."""
        world, steps = self.world, LIVES[story.life]
        moment = found_at
        for number, (action, days) in enumerate(steps, start=1):
            if story.age is None:
                moment = self._working_moment(moment, days)
            else:
                share = (world.now - found_at) * number / (len(steps) + 1)
                moment = max(
                    in_daylight(found_at + share, world.now), moment + timedelta(minutes=7)
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
                photo_ids = world.album.show(story.picture, is_right=True, by_id=by.id, at=at)
                services.report_done(
                    session, hazard, measure=story.measure, photo_ids=photo_ids, by=by, now=at
                )
            elif action is Action.RECHECK:
                services.recheck(session, hazard, note=RECHECK_NOTE, by=by, now=at)
            elif action is Action.SEND_BACK:
                services.send_back(session, hazard, reason=SEND_BACK_REASON, by=by, now=at)
            else:
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


def _step(lives: Lives, story: Story, hazard_id: int, action: Action) -> Act:
    return lambda at: lives.step(story, hazard_id, action, at)


def in_daylight(moment: datetime, now: datetime) -> datetime:
    """``moment``; out of the night into the same day's morning or afternoon, at latest ``now``."""
    wall = clock.local(moment)
    if wall.time() > time(18, 40):
        return min(clock.at(wall.date(), time(16, 30 + wall.minute // 2, wall.second)), moment)
    if wall.time() >= time(7):
        return moment
    morning = clock.at(wall.date(), time(7, 5 + wall.minute // 2, wall.second))
    yesterday = wall.date() - timedelta(days=1)
    return morning if morning <= now else clock.at(yesterday, time(16, 30 + wall.minute // 2))

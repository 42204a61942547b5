"""What becomes of a hazard: step by step, each by somebody who has the right to it."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from unitsafe import clock
from unitsafe.core.domain import Actor
from unitsafe.hazards import services
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import IS_MAJOR, Action, Level
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
    "closed": ((Action.REPORT_DONE, 1.6), (Action.CLOSE, 1), (Action.RATE, 0.4)),
    "slow": ((Action.REPORT_DONE, 5.5), (Action.CLOSE, 1.5)),
    "checked_closed": (
        (Action.REPORT_DONE, 2),
        (Action.RECHECK, 1),
        (Action.CLOSE, 1.4),
        (Action.RATE, 0.4),
    ),
    "asking": ((Action.REQUEST_EXTENSION, 1),),
    "transferred": ((Action.TRANSFER, 1), (Action.TRANSFER_REPLY, 2)),
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
    "no_major": ((Action.DOWNGRADE, 0.3), (Action.REJECT, 0.3)),
    "redispatched": (
        (Action.DISPATCH, 0.5),
        (Action.REPORT_DONE, 3),
        (Action.RECHECK, 1),
        (Action.CLOSE, 1),
    ),
    "major_open": (
        (Action.CONFIRM_MAJOR, 0.1),
        (Action.ESCALATE, 0.1),
        (Action.DISPATCH, 0.4),
        (Action.SUPERVISE, 0.4),
        (Action.ESCALATION_REPLY, 1),
        (Action.PROGRESS, 2),
    ),
    "major_closed": (
        (Action.CONFIRM_MAJOR, 0.1),
        (Action.DISPATCH, 0.3),
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
SUPERVISE_REASON = "涉及宿舍夜间逃生，挂牌督办，每周报进展。"
BUDGET = 12000
"""Yuan for what is major."""
SAID: Mapping[Action, Mapping[str, Any]] = {
    Action.RECHECK: {"note": RECHECK_NOTE},
    Action.SEND_BACK: {"reason": SEND_BACK_REASON},
    Action.CLOSE: {"note": CLOSE_NOTE},
    Action.CONFIRM_MAJOR: {"reason": "影响夜间逃生，对照判定指南确认为重大隐患。"},
    Action.ESCALATE: {
        "body": "区教育局安全科",
        "document_no": "校安报〔2026〕3号",
        "reason": "报告重大隐患、已采取的停用措施和整改方案。",
    },
    Action.ESCALATION_REPLY: {
        "reply": "同意整改方案，要求月底前完成，每周报一次进度。",
        "document_no": "教安函〔2026〕41号",
    },
    Action.PROGRESS: {"note": "施工单位已进场，先拆三层东侧四间。"},
    Action.TRANSFER: {
        "body": "厨房排烟清洗公司",
        "document_no": "",
        "reason": "请在本季度结束前清洗排烟罩和烟道，出具清洗记录。",
    },
    Action.TRANSFER_REPLY: {"reply": "已排本周六上门清洗。", "document_no": ""},
    Action.RATE: {"stars": 5, "note": "处理得很快。"},
}
"""What is said with a step that is the same for every hazard."""
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
            if action is Action.CONFIRM_MAJOR and "confirm" in story.extras:
                action = Action.DOWNGRADE
            by = self._who(story, hazard, action, at)
            if by is not None:
                given = self._given(story, hazard, action, by, at)
                getattr(services, action.value)(session, hazard, **given, by=by, now=at)

    def _given(
        self, story: Story, hazard: Hazard, action: Action, by: Actor, at: datetime
    ) -> dict[str, Any]:
        """What is said with the step."""
        today = clock.local(at).date()
        if action is Action.DISPATCH:
            due_on = today + timedelta(days=int(story.extras.get("due", 5)))
            return {
                "to": self.world.people[story.extras.get("to", "彭德胜")],
                "level": hazard.level,
                "due_on": due_on,
                "measure": story.measure,
                "interim_measure": INTERIM if hazard.level is not Level.NORMAL else "",
                "budget": BUDGET if hazard.level in IS_MAJOR else None,
            }
        if action is Action.REPORT_DONE:
            photo_ids = self.world.album.show(story.picture, is_right=True, by_id=by.id, at=at)
            return {"measure": story.measure, "photo_ids": photo_ids}
        if action is Action.SUPERVISE:
            to = self.world.people[DIRECTOR]
            return {"to": to, "due_on": today + timedelta(days=30), "reason": SUPERVISE_REASON}
        if action is Action.REQUEST_EXTENSION:
            wanted = max(today, hazard.due_on or today) + timedelta(days=5)
            return {"due_on": wanted, "reason": "配件要从厂家调，预计下周到货。"}
        if action is Action.DOWNGRADE:
            reason = "现场核对，不构成重大隐患，按较大处理。"
            return {"level": Level(story.extras["confirm"]), "reason": reason}
        return dict(SAID[action]) if action in SAID else {"reason": story.measure}

    def _who(self, story: Story, hazard: Hazard, action: Action, at: datetime) -> Actor | None:
        """Who does it: the holder, or the nearest of those who may; None where a finder who fixed
        it does not rate it."""
        world = self.world
        if action in (Action.REPORT_DONE, Action.REQUEST_EXTENSION):
            return world.actor(world.by_id[hazard.holder_id or 0], at)
        leader = self._leaders[story.building]
        names = {
            Action.DISPATCH: (MANAGER,) if hazard.level in IS_MAJOR else (OFFICER,),
            Action.CONFIRM_MAJOR: (MANAGER,),
            Action.DOWNGRADE: (MANAGER,),
            Action.ESCALATE: (MANAGER,),
            Action.ESCALATION_REPLY: (OFFICER,),
            Action.SUPERVISE: (HEAD,),
            Action.PROGRESS: (DIRECTOR,),
            Action.TRANSFER: (OFFICER,),
            Action.TRANSFER_REPLY: (OFFICER,),
            Action.RATE: (world.by_id[hazard.reporter_id or 0].name,),
            Action.REJECT: (OFFICER, DIRECTOR),
            Action.RECHECK: (OFFICER, leader, DIRECTOR),
            Action.SEND_BACK: (OFFICER, leader, DIRECTOR),
            Action.CLOSE: (leader, DIRECTOR, MANAGER, HEAD),
        }[action]
        for name in names:
            actor = world.actor(world.people[name], at)
            if action in hazard.actions_open_to(actor):
                return actor
        if action is Action.RATE:
            return None
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

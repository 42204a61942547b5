"""A visit of the fire-rescue brigade in the sample school: three findings, the reply not out yet."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random

import sqlalchemy as sa

from unitsafe import clock
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Level
from unitsafe.hazards.services import add_photos
from unitsafe.sample.hazard_table import Story
from unitsafe.sample.lives import MANAGER, OFFICER, Lives
from unitsafe.sample.world import World
from unitsafe.visits import services
from unitsafe.visits.models import VisitFinding
from unitsafe.visits.rules import Kind
from unitsafe.visits.services import Facts, Found

DAYS_AGO, DAYS_TO_REPLY, DAYS_TO_FIX = 9, 15, 12
BASIS = "检查记录第%s项"
STORIES = (
    Story("report", "evac_sign_light", "教学楼A", "西侧楼梯间", "二层平台疏散指示标志被展板遮挡。",
          "sign", "closed", None, "展板移走，标志露出。", {"level": "normal"}),
    Story("report", "electricity", "综合楼", "总务库房", "库房照明用普通灯具，下方堆放纸箱。",
          "boxes", "done", None, "更换带罩灯具，纸箱移开0.5米以外。", {"level": "serious"}),
    Story("report", "management", "食堂体育馆及室外", "食堂操作间", "排烟罩清洗记录缺一个季度。",
          "", "open", None, "补做清洗并留存记录。", {"level": "normal"}),
)  # fmt: skip
"""What they found, and how far it is."""


def plan(world: World, seed: int) -> None:
    """Put the visit on the timeline; its chances are its own, so that nothing else changes."""
    day = world.setting.today - timedelta(days=DAYS_AGO)
    while not world.is_taught(day):
        day -= timedelta(days=1)
    if day <= world.setting.first:
        return
    lives = Lives(replace(world, rng=Random(seed + 1)))

    def act(at: datetime) -> None:
        facts = Facts(
            kind=Kind.SPECIAL,
            body="青溪区消防救援大队",
            visited_on=day,
            inspectors="贺明、江雪",
            accompanied_by=f"{MANAGER}、{OFFICER}",
            document_no=f"青消检记〔{day.year}〕第0137号",
            reply_due_on=day + timedelta(days=DAYS_TO_REPLY),
            summary="消防安全制度较健全，巡查记录完整；疏散指示和用电管理要再细一些。",
        )
        with world.journal.directly() as session:
            found = [
                Found(
                    description=story.words,
                    category=story.item,
                    level=Level(story.extras["level"]),
                    space_id=world.campus.spaces[story.building, story.space].id,
                    due_on=day + timedelta(days=DAYS_TO_FIX),
                    basis=BASIS % "一二三"[number],
                )
                for number, story in enumerate(STORIES)
            ]
            by = world.actor(world.people[OFFICER], at)
            visit = services.record(session, facts, found, by=by, now=at)
            hazards = session.scalars(
                sa.select(Hazard)
                .join(VisitFinding, VisitFinding.hazard_id == Hazard.id)
                .where(VisitFinding.visit_id == visit.id)
                .order_by(Hazard.id)
            ).all()
            for story, hazard in zip(STORIES, hazards, strict=True):
                shown = world.album.show(story.picture, is_right=False, by_id=by.id, at=at)
                add_photos(session, hazard, shown, is_after=False, by=by, now=at)
        for story, hazard in zip(STORIES, hazards, strict=True):
            lives.begin(story, hazard.id, at)

    world.timeline.at(clock.at(day, time(15, 40)), act)

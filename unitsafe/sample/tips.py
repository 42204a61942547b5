"""What people told the sample school without an account, and what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from unitsafe import clock
from unitsafe.hazards.rules import Fix, Level
from unitsafe.sample.lives import OFFICER, in_daylight
from unitsafe.sample.world import World
from unitsafe.tips import rules, services
from unitsafe.tips.models import Tip
from unitsafe.tips.rules import Channel, Outcome


@dataclass(frozen=True)
class Story:
    """One tip; ``age`` in days before now; ``life``: new, hazard or rated."""

    age: float
    place: tuple[str, str] | str
    text: str
    life: str
    channel: Channel = Channel.WEB
    scene: str = ""
    name: str = ""
    phone: str = ""


STORIES = (
    Story(
        24,
        "北门外人行道",
        "北门外人行道有一根隔离桩倒了，早上接送孩子的车容易开上来。",
        "rated",
        name="一年级家长",
        phone="13900000000",
    ),
    Story(
        2.2,
        ("教学楼A", "东侧楼梯间"),
        "东边楼梯二层的窗台堆着花盆，课间人多，怕被碰下来。",
        "hazard",
        Channel.PLATE,
        "boxes",
    ),
    Story(0.09, "体育馆西侧", "体育馆西侧小门放学时锁着，万一着火出不去。", "new"),
)
ANSWER = "隔离桩当天已经修好，并加固了旁边两根。谢谢您关心学校安全。"


def plan(world: World) -> None:
    """Put the tips on the timeline; their secret words come from a source of their own, so that
    the rest of the year stays as it is."""
    rng = Random(len(STORIES))
    for story in STORIES:
        moment = in_daylight(world.now - timedelta(days=story.age), world.now)
        if clock.local(moment).date() > world.setting.first:
            _plan(world, story, moment, rules.new_word(rng.choice))


def _plan(world: World, story: Story, moment: datetime, word: str) -> None:
    space = None if isinstance(story.place, str) else world.campus.spaces[story.place]
    made: list[int] = []

    def receive(at: datetime) -> None:
        with world.journal.directly() as session:
            tip = services.receive(
                session,
                text=story.text,
                place=story.place if isinstance(story.place, str) else " ".join(story.place),
                space_id=space.id if space else None,
                name=story.name,
                phone=story.phone,
                channel=story.channel,
                kept=[world.album.kept(story.scene)] if story.scene else [],
                word=word,
                by=None,
                now=at,
            )
            made.append(tip.id)

    def handle(at: datetime) -> None:
        by = world.actor(world.people[OFFICER], at)
        with world.journal.directly() as session:
            tip = session.get_one(Tip, made[0])
            services.accept(session, tip, by=by, now=at)
            if story.life == "hazard":
                services.make_hazard(
                    session,
                    tip,
                    description=story.text,
                    category="building",
                    level=Level.NORMAL,
                    fix=Fix.SCHEDULED,
                    space_id=space.id if space else None,
                    by=by,
                    now=at,
                )
            else:
                services.note(session, tip, text="通知总务处到现场修好。", by=by, now=at)
                services.answer(session, tip, outcome=Outcome.FIXED, text=ANSWER, by=by, now=at)
                services.reward(session, tip, text="寄去一封感谢信", by=by, now=at)

    def rate(at: datetime) -> None:
        with world.journal.directly() as session:
            tip = session.get_one(Tip, made[0])
            services.rate(session, tip, rating=5, follow_up="处理得很快，谢谢！", now=at)

    world.timeline.at(moment, receive)
    if story.life != "new":
        world.timeline.at(moment + timedelta(hours=3), handle)
    if story.life == "rated":
        world.timeline.at(moment + timedelta(hours=30), rate)

"""Drawing people by chance and writing down what they could do; an answer is never overwritten."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe import clock
from unitsafe.activities import services, spot_rules
from unitsafe.activities.attendance import check_open
from unitsafe.activities.models import Activity, Attendance, SpotAnswer
from unitsafe.activities.rules import Action, Form, Kind, Skill, State
from unitsafe.activities.training_queries import asked_lately
from unitsafe.core.domain import Actor, RuleError
from unitsafe.people import queries as people

LARGEST_SEED = 1_000_000


def draw(
    session: Session,
    activity: Activity,
    pool: Collection[int],
    number: int,
    *,
    by: Actor,
    now: datetime,
    choose: Callable[[int], int] = secrets.randbelow,
) -> list[int]:
    """Draw ``number`` of ``pool`` by chance; ids of who was drawn.

    The seed and the size of the pool stay with the check. It is drawn once: drawing until the
    right people come is no chance.
    """
    _check(activity, by)
    if activity.form is Form.PUPIL_SKILL:
        raise RuleError("学生按班级和学号抽查，不用抽人。")
    if "seed" in activity.details:
        raise RuleError("已经抽过人了，不能重抽。有人不在，就在备注里写明原因。")
    if not pool:
        raise RuleError("所选的岗位没有在岗的人，请另选。", field="groups")
    seed = choose(LARGEST_SEED)
    drawn = spot_rules.sample(pool, asked_lately(session, activity.form), number, seed)
    listed = sa.select(Attendance.person_id).where(Attendance.activity_id == activity.id)
    known = set(session.scalars(listed))
    session.add_all(
        Attendance(activity_id=activity.id, person_id=one) for one in drawn if one not in known
    )
    activity.details = {**activity.details, "seed": seed, "pool": len(pool)}
    session.flush()
    names = people.names(session, set(drawn))
    told = {"drawn": ("", "、".join(names[one] for one in drawn)), "seed": ("", str(seed))}
    services.log(session, activity, Action.CHANGE, changes=told, by=by, now=now)
    return drawn


Given = Mapping[Skill, bool]
Pupil = tuple[int, int]
"""Class id and number in class."""


def answer(
    session: Session,
    activity: Activity,
    *,
    staff: Mapping[int, Given] | None = None,
    pupils: Mapping[Pupil, Given] | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Write down what people could do; how many of them. The first answers make the check held."""
    _check(activity, by)
    today = clock.local(now).date()
    if activity.planned_on > today:
        raise RuleError("还没有到抽查的日子。")
    known = {(row.person_id, row.class_id, row.pupil) for row in answers(session, activity)}
    given: list[tuple[tuple[int | None, int | None, int | None], Given]] = [
        *(((one, None, None), skills) for one, skills in (staff or {}).items()),
        *(((None, *one), skills) for one, skills in (pupils or {}).items()),
    ]
    for who, skills in given:
        if who in known:
            raise RuleError("有人已经登记过了，请看过最新的结果再填。")
        _keep(session, activity, who, skills)
    if not given:
        raise RuleError("请至少填一个人的结果。")
    if activity.state is State.PLANNED:
        services.hold(session, activity, held_on=today, by=by, now=now)
    session.flush()
    told = {"asked": (str(len(known)), str(len(known) + len(given)))}
    _present(
        session, activity, len(known) + len(given), [who[0] for who, _skills in given], now, by
    )
    services.log(session, activity, Action.COUNT, changes=told, by=by, now=now)
    return len(given)


def _keep(
    session: Session,
    activity: Activity,
    who: tuple[int | None, int | None, int | None],
    skills: Given,
) -> None:
    if set(skills) != set(spot_rules.SKILLS[activity.form]):
        raise RuleError("每个人的每一项都要填。")
    person_id, class_id, pupil = who
    session.add_all(
        SpotAnswer(
            activity_id=activity.id,
            person_id=person_id,
            class_id=class_id,
            pupil=pupil,
            skill=skill,
            passed=passed,
        )
        for skill, passed in skills.items()
    )


def _present(
    session: Session,
    activity: Activity,
    asked: int,
    person_ids: Sequence[int | None],
    now: datetime,
    by: Actor,
) -> None:
    """Whoever was asked was there."""
    rows = session.scalars(sa.select(Attendance).where(Attendance.activity_id == activity.id)).all()
    for row in rows:
        if row.person_id in person_ids and row.signed_at is None:
            row.signed_at, row.signed_by_id = now, by.id
    activity.present = asked
    activity.expected = max(len(rows), asked)


def answers(session: Session, activity: Activity) -> Sequence[SpotAnswer]:
    """What was answered, with people and classes, in order."""
    return session.scalars(
        sa.select(SpotAnswer)
        .where(SpotAnswer.activity_id == activity.id)
        .options(joinedload(SpotAnswer.person), joinedload(SpotAnswer.school_class))
        .order_by(SpotAnswer.id)
    ).all()


def who(row: SpotAnswer) -> tuple[int | None, int | None, int | None]:
    """What tells the asked people of one check apart."""
    return row.person_id, row.class_id, row.pupil


def _check(activity: Activity, by: Actor) -> None:
    check_open(activity, by)
    if activity.kind is not Kind.SPOT_CHECK:
        raise RuleError("这不是一次抽查。")

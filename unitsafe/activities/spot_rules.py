"""Spot checks: who is asked, what they are asked, and how they did. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from random import Random

from unitsafe.activities.rules import Form, Skill

SKILLS = {
    Form.STAFF_SKILL: (Skill.RISK, Skill.ALARM, Skill.EXTINGUISHER, Skill.ESCAPE),
    Form.PUPIL_SKILL: (Skill.ALARM, Skill.ESCAPE),
    Form.TEAM_SKILL: (Skill.HYDRANT,),
}
"""Source: four_capabilities.yaml spotcheck_staff_rate (一懂三会), spotcheck_student_rate,
spotcheck_hydrant_rate."""
LEAST = {Form.STAFF_SKILL: 5, Form.PUPIL_SKILL: 10, Form.TEAM_SKILL: 1}
"""Asking fewer people in a quarter gives no figure. Source: four_capabilities.yaml
spotcheck_alarm_rate (不少于5人; the same sheet gives the other skills), spotcheck_student_rate
(不少于10人)."""


def sample(pool: Collection[int], lately: Collection[int], number: int, seed: int) -> list[int]:
    """So many of ``pool`` by chance; whoever was asked ``lately`` only when there is nobody else.

    The same ``seed`` and people give the same sample, so that anybody can draw it again.
    """
    chance = Random(seed)
    fresh = sorted(set(pool) - set(lately))
    again = sorted(set(pool) & set(lately))
    chance.shuffle(fresh)
    chance.shuffle(again)
    return [*fresh, *again][:number]


@dataclass(frozen=True)
class Rate:
    """``passed`` of ``asked`` people."""

    passed: int
    asked: int

    @property
    def percent(self) -> int | None:
        """Whole percents; None when nobody was asked."""
        return round(100 * self.passed / self.asked) if self.asked else None


Answered = tuple[object, Skill, bool]
"""Who (anything that tells people apart), which skill, whether they could."""


def rates(answers: Iterable[Answered], skills: Sequence[Skill]) -> dict[Skill, Rate]:
    """How many could do each of ``skills``."""
    found = list(answers)
    return {
        skill: Rate(
            sum(could for _who, asked, could in found if asked is skill),
            sum(asked is skill for _who, asked, _could in found),
        )
        for skill in skills
    }


def all_round(answers: Iterable[Answered], skills: Collection[Skill]) -> Rate:
    """How many could do all of ``skills``, of everybody who was asked any of them."""
    could: dict[object, set[Skill]] = {}
    for who, skill, passed in answers:
        if skill in skills:
            could.setdefault(who, set())
            if passed:
                could[who].add(skill)
    return Rate(sum(done >= set(skills) for done in could.values()), len(could))

"""What is answered to each item: fine, not applicable, a plausible number, now and then a note."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from unitsafe.checks.rules import Result
from unitsafe.content.model import ChecklistItem
from unitsafe.sample import words

OUTDOORS = "食堂体育馆及室外"
ONLY_IN: Mapping[str, tuple[str, ...]] = {
    "dp_shutter": ("综合楼", OUTDOORS),
    "dp_alarm_host": ("综合楼",),
    "mf_hyd_press": ("教学楼B", "综合楼", "学生宿舍1", "学生宿舍2"),
    "mf_outdoor": (OUTDOORS,),
    "mf_tank": (OUTDOORS,),
    "mf_pump": (OUTDOORS,),
    "mf_valve": ("综合楼", "学生宿舍1", "学生宿舍2", OUTDOORS),
    "mf_sprinkler": ("综合楼", "学生宿舍1", "学生宿舍2"),
    "mf_alarm_self": ("综合楼",),
    "mf_standalone": ("教学楼A", "学生宿舍1", "学生宿舍2"),
    "mf_shutter_run": ("综合楼", OUTDOORS),
    "mf_smoke": ("综合楼", "学生宿舍1", "学生宿舍2", OUTDOORS),
    "mf_gas_link": (OUTDOORS,),
}
"""Items that apply only in some buildings; elsewhere they are 不适用."""


def _between(low: str, high: str, step: str) -> Callable[[Random], Decimal]:
    least, unit = Decimal(low), Decimal(step)
    steps = int((Decimal(high) - least) / unit)
    return lambda rng: least + unit * rng.randint(0, steps)


NUMBERS: Mapping[str, Callable[[Random], Decimal]] = {
    "mf_ext_done": _between("100", "100", "1"),
    "mf_hyd_press": _between("0.14", "0.33", "0.01"),
    "mf_elight_min": _between("34", "92", "1"),
    "qi_quiz": _between("90", "100", "5"),
    "qi_flue": _between("12", "74", "1"),
    "gd_guard": _between("2", "3", "1"),
    "bt_detect": _between("100", "100", "1"),
    "nd_count": _between("0", "0", "1"),
    "nd_gap": _between("0", "0", "1"),
}
FAILING: Mapping[str, Decimal] = {
    "mf_ext_done": Decimal("92"),
    "mf_hyd_press": Decimal("0.05"),
    "mf_elight_min": Decimal("18"),
    "qi_quiz": Decimal("80"),
    "qi_flue": Decimal("97"),
    "nd_count": Decimal("1"),
    "nd_gap": Decimal("2.6"),
}
NOTE_ODDS = 0.008


@dataclass(frozen=True)
class Given:
    """One item's answer."""

    result: Result
    value: Decimal | None = None
    note: str = ""


def give(
    rng: Random,
    items: Sequence[ChecklistItem],
    building: str | None,
    *,
    fails: Mapping[str, str],
    known: Mapping[str, Decimal],
) -> list[Given]:
    """An answer for every item.

    ``fails``: item key → note of what is wrong; ``known``: numbers that follow from elsewhere.
    """
    return [_one(rng, item, building, fails, known) for item in items]


def _one(
    rng: Random,
    item: ChecklistItem,
    building: str | None,
    fails: Mapping[str, str],
    known: Mapping[str, Decimal],
) -> Given:
    if item.key in fails:
        return Given(Result.FAIL, FAILING.get(item.key), fails[item.key])
    if item.answer.na and building and building not in ONLY_IN.get(item.key, (building,)):
        return Given(Result.NA)
    note = ""
    if item.category in words.NOTES and rng.random() < NOTE_ODDS:
        note = rng.choice(words.NOTES[item.category])
    if item.answer.type == "number":
        value = known.get(item.key, NUMBERS[item.key](rng))
        return Given(Result.OK if item.answer.judge(value) else Result.FAIL, value, note)
    return Given(Result.OK, None, note)

"""The tables behind every check: when it is due, how it stands, who may do what."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import product

import pytest

from unitsafe import clock, content
from unitsafe.checks import rules
from unitsafe.checks.rules import (
    Action,
    Answered,
    Clocks,
    DayFacts,
    Facts,
    Result,
    State,
    Status,
    open_actions,
    read_answer,
    slots,
    status,
)
from unitsafe.content.model import Answer, ChecklistItem, PlanTemplate, Window
from unitsafe.core.domain import Actor, Right, RuleError

DAILY = {"daily_fire_patrol", "grid_walk", "night_dorm"}
NO_TERM, HOLIDAY = (False, False), (False, False)
TAUGHT, EVE, BOTH = (True, False), (False, True), (True, True)


def of(key: str, day: str, kind: tuple[bool, bool] = NO_TERM) -> list[rules.Slot]:
    return slots(content.load().plans[key], DayFacts(date.fromisoformat(day), *kind))


def plan(unit: str, **changes: object) -> PlanTemplate:
    values = {
        "key": "p",
        "checklist": "c",
        "title": "t",
        "target": "building",
        "unit": unit,
        "days": "any",
        "windows": (Window(None, None, ""),),
        "grace_minutes": 0,
        "due_day": None,
        "item_limit": None,
        "months": "all",
        "needs_flag": None,
        "space_kinds": (),
    }
    return PlanTemplate(**{**values, **changes})


def wall(moment: datetime) -> str:
    return f"{clock.local(moment):%m-%d %H:%M}"


def walls(slot: rules.Slot) -> tuple[str, ...]:
    four = slot.clocks
    return tuple(wall(m) for m in (four.opens_at, four.due_at, four.grace_ends_at, four.missed_at))


# -- what is due on a day --------------------------------------------------------------------------

WHEN = [
    ("daily_fire_patrol", TAUGHT, 1),
    ("daily_fire_patrol", EVE, 1),
    ("daily_fire_patrol", BOTH, 1),
    ("daily_fire_patrol", HOLIDAY, 0),
    ("grid_walk", TAUGHT, 2),
    ("grid_walk", BOTH, 2),
    ("grid_walk", EVE, 0),
    ("grid_walk", HOLIDAY, 0),
    ("night_dorm", EVE, 4),
    ("night_dorm", BOTH, 4),
    ("night_dorm", TAUGHT, 0),
    ("night_dorm", HOLIDAY, 0),
    ("monthly_facility", TAUGHT, 0),
    ("quarterly_inspection", TAUGHT, 0),
    ("monthly_inspection", TAUGHT, 0),
]


@pytest.mark.parametrize(("key", "kind", "rounds"), WHEN)
def test_an_ordinary_day_has_as_many_rounds_of_each_plan_as_its_kind_asks(key, kind, rounds):
    found = of(key, "2026-11-23", kind)
    assert [slot.round_no for slot in found] == list(range(1, rounds + 1))
    assert {slot.day for slot in found} <= {date(2026, 11, 23)}


PERIODS = (
    [("monthly_facility", month, True) for month in range(1, 13)]
    + [("quarterly_inspection", month, month in (3, 6, 9, 12)) for month in range(1, 13)]
    + [("monthly_inspection", month, month not in (3, 6, 9, 12)) for month in range(1, 13)]
)


@pytest.mark.parametrize(("key", "month", "is_due"), PERIODS)
def test_the_first_of_a_month_brings_that_months_inspections(key, month, is_due):
    assert len(of(key, f"2026-{month:02d}-01")) == is_due
    assert of(key, f"2026-{month:02d}-02") == []


@pytest.mark.parametrize("kind", [HOLIDAY, TAUGHT, EVE, BOTH])
@pytest.mark.parametrize("key", ["monthly_facility", "quarterly_inspection"])
def test_monthly_and_quarterly_inspections_are_due_in_the_holidays_too(key, kind):
    assert len(of(key, "2026-12-01", kind)) == 1


CLOCKS = [
    (
        "daily_fire_patrol",
        "2026-11-23",
        0,
        ("11-23 07:00", "11-23 18:00", "11-23 20:00", "11-24 00:00"),
    ),
    ("grid_walk", "2026-11-23", 0, ("11-23 07:20", "11-23 08:20", "11-23 09:20", "11-24 00:00")),
    ("grid_walk", "2026-11-23", 1, ("11-23 16:00", "11-23 17:30", "11-23 18:30", "11-24 00:00")),
    ("night_dorm", "2026-11-23", 0, ("11-23 22:00", "11-24 00:00", "11-24 00:30", "11-24 12:00")),
    ("night_dorm", "2026-11-23", 1, ("11-24 00:00", "11-24 02:00", "11-24 02:30", "11-24 12:00")),
    ("night_dorm", "2026-11-23", 3, ("11-24 04:00", "11-24 06:00", "11-24 06:30", "11-24 12:00")),
    ("night_dorm", "2026-12-31", 3, ("01-01 04:00", "01-01 06:00", "01-01 06:30", "01-01 12:00")),
    (
        "monthly_facility",
        "2026-11-01",
        0,
        ("11-01 00:00", "11-26 00:00", "11-29 00:00", "12-01 00:00"),
    ),
    (
        "monthly_facility",
        "2027-02-01",
        0,
        ("02-01 00:00", "02-26 00:00", "03-01 00:00", "03-01 00:00"),
    ),
    (
        "quarterly_inspection",
        "2026-12-01",
        0,
        ("12-01 00:00", "01-01 00:00", "01-01 00:00", "01-01 00:00"),
    ),
    (
        "monthly_inspection",
        "2028-02-01",
        0,
        ("02-01 00:00", "03-01 00:00", "03-01 00:00", "03-01 00:00"),
    ),
]


@pytest.mark.parametrize(("key", "day", "number", "four"), CLOCKS)
def test_a_check_opens_is_due_ends_its_grace_and_is_missed_at_these_times(key, day, number, four):
    assert walls(of(key, day, BOTH)[number]) == four


def every_slot() -> list[rules.Slot]:
    days = [date(2026, 9, 1) + timedelta(n) for n in range(400)]
    facts = [DayFacts(day, True, True) for day in days]
    return [
        slot
        for template in content.load().plans.values()
        for one in facts
        for slot in slots(template, one)
    ]


def test_the_four_clocks_never_run_backwards_and_a_days_length_is_always_the_same():
    found = every_slot()
    assert len(found) > 2800
    for slot in found:
        four = slot.clocks
        assert four.opens_at < four.due_at <= four.grace_ends_at <= four.missed_at
        assert all(m.tzinfo is UTC for m in (four.opens_at, four.due_at, four.missed_at))
    patrols = [slot for slot in found if slot.label == "" and walls(slot)[1].endswith("18:00")]
    lengths = {slot.clocks.due_at - slot.clocks.opens_at for slot in patrols}
    assert lengths == {timedelta(hours=11)}  # no summer time in the school's zone


def test_a_week_belongs_to_its_monday_and_ends_on_sunday_even_over_new_year():
    assert slots(plan("week"), DayFacts(date(2026, 12, 29), True, False)) == []
    (slot,) = slots(plan("week"), DayFacts(date(2026, 12, 28), True, False))
    assert walls(slot) == ("12-28 00:00", "01-04 00:00", "01-04 00:00", "01-04 00:00")


def test_a_due_day_that_a_short_month_does_not_have_is_its_last_day():
    (slot,) = slots(plan("month", due_day=31), DayFacts(date(2027, 2, 1), True, False))
    assert walls(slot)[1] == "03-01 00:00"


def test_a_gatekeepers_watch_over_midnight_is_not_missed_before_it_is_due():
    watch = plan("day", windows=(Window(time(22), time(6), ""),), grace_minutes=30)
    (slot,) = slots(watch, DayFacts(date(2026, 11, 23), True, False))
    four = slot.clocks
    assert walls(slot)[:2] == ("11-23 22:00", "11-24 06:00")
    assert four.due_at <= four.grace_ends_at <= four.missed_at


def test_rounds_are_named_only_where_there_are_several():
    assert [slot.label for slot in of("grid_walk", "2026-11-23", TAUGHT)] == ["上午巡", "下午巡"]
    assert [slot.label for slot in of("daily_fire_patrol", "2026-11-23", TAUGHT)] == [""]


# -- how a check stands ----------------------------------------------------------------------------

FOUR = Clocks(*(clock.parse(f"2026-11-23T{t}") for t in ("07:00", "08:00", "09:00", "23:00")))
MOMENTS = ("06:59:59", "07:00:00", "07:59:59", "08:00:00", "22:59:59", "23:00:00")
AS_DUE = ("upcoming", "open", "open", "late", "late", "missed")
AS_BEGUN = ("in_progress", "in_progress", "in_progress", "late", "late", "missed")
STATUS = [
    *((State.DUE, at, False, then) for at, then in zip(MOMENTS, AS_DUE, strict=True)),
    *((State.IN_PROGRESS, at, False, then) for at, then in zip(MOMENTS, AS_BEGUN, strict=True)),
    (State.DUE, "22:59:59", True, "late"),
    (State.DUE, "23:00:00", True, "explained"),
    (State.IN_PROGRESS, "23:00:00", True, "explained"),
    *(
        (state, at, explained, state.value)
        for state in (State.SUBMITTED, State.COUNTERSIGNED, State.SKIPPED)
        for at in MOMENTS
        for explained in (False, True)
    ),
]


@pytest.mark.parametrize(("state", "at", "explained", "then"), STATUS)
def test_what_people_see_is_the_state_read_against_the_clocks(state, at, explained, then):
    moment = clock.parse(f"2026-11-23T{at}")
    assert status(state, FOUR, moment, explained=explained) is Status(then)


LATER = [
    (timedelta(0), 24, False),
    (timedelta(hours=24), 24, False),
    (timedelta(hours=24, microseconds=1), 24, True),
    (timedelta(hours=2, seconds=1), 2, True),
    (timedelta(hours=167), 168, False),
]


@pytest.mark.parametrize(("gap", "hours", "is_backfill"), LATER)
def test_entered_more_than_a_day_after_the_event_is_marked(gap, hours, is_backfill):
    assert rules.is_backfill(FOUR.due_at, FOUR.due_at + gap, hours) is is_backfill


@pytest.mark.parametrize(("seconds", "may"), [(0, True), (10, True), (15, True), (15.001, False)])
def test_a_tap_can_be_taken_back_for_ten_seconds_and_a_slow_networks_five(seconds, may):
    assert rules.may_undo(FOUR.due_at, FOUR.due_at + timedelta(seconds=seconds)) is may


# -- answers ---------------------------------------------------------------------------------------


def item(kind: str = "pass_fail", **limits: object) -> ChecklistItem:
    answer = Answer(kind, "on_fail", unit="MPa", **limits)
    return ChecklistItem("i", "t", "h", "other", "一般", "on_spot", 1, answer, ())


PRESSURE = {"minimum": Decimal("0.07"), "maximum": Decimal("100"), "na": True}
SENT = [
    ("pass_fail", [], None),
    ("pass_fail", ["", "  "], None),
    ("pass_fail", ["ok"], (Result.OK, None)),
    ("pass_fail", [" fail "], (Result.FAIL, None)),
    ("pass_fail", ["na"], (Result.NA, None)),
    ("number", [""], None),
    ("number", ["", "na"], (Result.NA, None)),
    ("number", ["0.5", "na"], (Result.NA, None)),
    ("number", ["0.07"], (Result.OK, Decimal("0.07"))),
    ("number", ["0.069"], (Result.FAIL, Decimal("0.069"))),
    ("number", ["100"], (Result.OK, Decimal(100))),
    ("number", ["100.001"], (Result.FAIL, Decimal("100.001"))),
    ("number", ["０．５"], (Result.OK, Decimal("0.5"))),
    ("number", ["１２。５"], (Result.OK, Decimal("12.5"))),
    ("number", ["－１"], (Result.FAIL, Decimal(-1))),
    ("number", [" 3 "], (Result.OK, Decimal(3))),
    ("number", ["0"], (Result.FAIL, Decimal(0))),
    ("number", ["999999999.999"], (Result.FAIL, Decimal("999999999.999"))),
]


@pytest.mark.parametrize(("kind", "sent", "read"), SENT)
def test_what_a_form_sent_is_read_and_judged(kind, sent, read):
    assert read_answer(item(kind, **(PRESSURE if kind == "number" else {})), sent) == read


NONSENSE = [
    ("pass_fail", "cleared"),
    ("pass_fail", "yes"),
    ("pass_fail", "1"),
    ("number", "很多"),
    ("number", "ok"),
    ("number", "1,5"),
    ("number", "--1"),
    ("number", "0x10"),
    ("number", "NaN"),
    ("number", "sNaN"),
    ("number", "Infinity"),
    ("number", "-inf"),
    ("number", "1000000000"),
    ("number", "-1e9"),
    ("number", "1e999999999"),
    ("number", "1e-999999999"),
    ("number", "0.0001"),
    ("number", "9" * 5000),
    ("number", "0." + "9" * 5000),
]


@pytest.mark.parametrize(("kind", "sent"), NONSENSE)
def test_nonsense_is_refused_in_words(kind, sent):
    with pytest.raises(RuleError) as refusal:
        read_answer(item(kind, **(PRESSURE if kind == "number" else {})), [sent])
    assert len(refusal.value.message) < 80


def answered(result: Result) -> Answered:
    return Answered(1, result, None, "", FOUR.due_at, 1)


def test_progress_counts_this_checks_items_and_no_answer_that_was_taken_back():
    items = [ChecklistItem(**{**vars_of(item()), "key": key}) for key in "abcde"]
    given = {
        "a": answered(Result.OK),
        "b": answered(Result.FAIL),
        "c": answered(Result.CLEARED),
        "d": answered(Result.NA),
        "gone": answered(Result.FAIL),
    }
    found = rules.progress(items, given)
    assert (found.answered, found.failed, found.total, found.left) == (3, 1, 5, 2)
    assert rules.progress(items, {}).left == 5


def vars_of(one: ChecklistItem) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}


PHOTOS = [
    (
        rule,
        result,
        (rule, result)
        in {
            ("always", Result.OK),
            ("always", Result.FAIL),
            ("always", Result.CLEARED),
            ("on_fail", Result.FAIL),
        },
    )
    for rule, result in product(("optional", "on_fail", "always"), Result)
]


@pytest.mark.parametrize(("rule", "result", "needs"), PHOTOS)
def test_a_photo_is_compulsory_only_where_the_checklist_says(rule, result, needs):
    assert rules.needs_photo(rule, result) is needs


# -- who may do what -------------------------------------------------------------------------------

ME, SOMEONE = 1, 2
HERE, THERE = 10, 20


def actor(*posts: str, leads: int = 0, keeps: int = 0, rights: frozenset[Right] | None = None):
    known = content.load().posts
    held = frozenset(Right(r) for post in posts for r in known[post].rights)
    return Actor(
        ME,
        "某某",
        frozenset(posts),
        held if rights is None else rights,
        leads=frozenset({leads} - {0}),
        keeps=frozenset({keeps} - {0}),
    )


def facts(target: str = "building", state: State = State.DUE, **changes: object) -> Facts:
    by_target = {
        "building": ({"safety_officer", "gatekeeper"}, "vice_principal_safety"),
        "dorm_building": ({"dorm_keeper", "duty_leader"}, "safety_director"),
        "campus": ({"vice_principal_safety", "safety_director"}, "principal"),
        "grid": ({"grid_member", "room_keeper"}, "grid_leader"),
    }
    who, countersign = by_target[target]
    values = {
        "state": state,
        "target": target,
        "grid_id": HERE,
        "who": frozenset(who),
        "countersign": countersign,
        "assignee_id": SOMEONE,
        "submitted_by_id": None,
    }
    return Facts(**{**values, **changes})


FILLERS = {
    "building": {"safety_officer", "gatekeeper"},
    "dorm_building": {"dorm_keeper", "duty_leader"},
    "campus": {"vice_principal_safety", "safety_director"},
    "grid": set(),
}
SIGNERS = {
    "building": {"vice_principal_safety"},
    "dorm_building": {"safety_director"},
    "campus": {"principal"},
    "grid": set(),
}
EVERY_POST = sorted(content.load().posts)


@pytest.mark.parametrize("target", FILLERS)
@pytest.mark.parametrize("post", EVERY_POST)
def test_a_post_fills_only_the_checks_of_its_own_list_and_signs_only_after_another(post, target):
    assert rules.may_fill(facts(target), actor(post)) is (post in FILLERS[target])
    done = facts(target, State.SUBMITTED, submitted_by_id=SOMEONE)
    assert rules.may_countersign(done, actor(post)) is (post in SIGNERS[target])


IN_GRID = [
    ("the member of this grid", {"posts": ("grid_member",), "keeps": HERE}, True, False),
    ("the member of another grid", {"posts": ("grid_member",), "keeps": THERE}, False, False),
    ("a room keeper here", {"posts": ("room_keeper",), "keeps": HERE}, True, False),
    ("a helper here without the post", {"posts": (), "keeps": HERE}, False, False),
    ("the leader above it", {"posts": ("grid_leader",), "leads": HERE}, True, True),
    ("another block's leader", {"posts": ("grid_leader",), "leads": THERE}, False, False),
    ("the principal", {"posts": ("principal",)}, False, False),
    ("the officer", {"posts": ("safety_officer",)}, False, False),
    ("the inspector", {"posts": ("inspector",)}, False, False),
]


@pytest.mark.parametrize(("who", "held", "fills", "signs"), IN_GRID, ids=lambda v: str(v)[:30])
def test_a_grids_walk_is_filled_where_one_answers_and_signed_by_its_leader(who, held, fills, signs):
    person = actor(*held["posts"], leads=held.get("leads", 0), keeps=held.get("keeps", 0))
    assert rules.may_fill(facts("grid"), person) is fills, who
    walked = facts("grid", State.SUBMITTED, submitted_by_id=SOMEONE)
    assert rules.may_countersign(walked, person) is signs, who


@pytest.mark.parametrize("target", FILLERS)
def test_whoever_it_is_due_from_fills_it_whatever_their_post(target):
    assert rules.may_fill(facts(target, assignee_id=ME), actor())


@pytest.mark.parametrize("target", FILLERS)
@pytest.mark.parametrize("post", EVERY_POST)
def test_nobody_signs_their_own_record(post, target):
    done = facts(target, State.SUBMITTED, submitted_by_id=ME)
    assert not rules.may_countersign(done, actor(post, leads=HERE, keeps=HERE))


FILLER_OPEN = {
    Status.UPCOMING: [Action.SKIP],
    Status.OPEN: [Action.FILL, Action.SUBMIT, Action.SKIP],
    Status.IN_PROGRESS: [Action.FILL, Action.SUBMIT, Action.SKIP],
    Status.LATE: [Action.FILL, Action.SUBMIT, Action.SKIP],
    Status.MISSED: [Action.FILL, Action.SUBMIT, Action.SKIP, Action.EXPLAIN],
    Status.EXPLAINED: [Action.FILL, Action.SUBMIT, Action.SKIP],
}


@pytest.mark.parametrize("state", [State.DUE, State.IN_PROGRESS])
@pytest.mark.parametrize("moment", FILLER_OPEN)
def test_an_unfinished_check_is_open_to_its_filler_and_to_nobody_else(moment, state):
    assert open_actions(facts(state=state), actor("safety_officer"), moment) == FILLER_OPEN[moment]
    for post in set(EVERY_POST) - FILLERS["building"]:
        assert open_actions(facts(state=state), actor(post), moment) == []


DONE_OPEN = [
    (State.SUBMITTED, "safety_officer", SOMEONE, False, [Action.CORRECT]),
    (State.SUBMITTED, "safety_officer", ME, False, [Action.CORRECT]),
    (State.SUBMITTED, "vice_principal_safety", SOMEONE, False, [Action.COUNTERSIGN]),
    (State.SUBMITTED, "vice_principal_safety", ME, False, [Action.CORRECT]),
    (State.SUBMITTED, "principal", SOMEONE, False, []),
    (State.SUBMITTED, "inspector", SOMEONE, False, []),
    (State.COUNTERSIGNED, "safety_officer", SOMEONE, False, [Action.CORRECT]),
    (State.COUNTERSIGNED, "vice_principal_safety", SOMEONE, False, []),
    (State.COUNTERSIGNED, "safety_officer", ME, True, []),
    (State.SKIPPED, "safety_officer", None, False, []),
    (State.SKIPPED, "vice_principal_safety", None, False, []),
]


@pytest.mark.parametrize(("state", "post", "by", "superseded", "expected"), DONE_OPEN)
def test_a_finished_check_is_only_signed_or_corrected(state, post, by, superseded, expected):
    of_check = facts(state=state, submitted_by_id=by, is_superseded=superseded)
    assert open_actions(of_check, actor(post), Status(state.value)) == expected


def test_a_superseded_record_is_not_signed_any_more():
    old = facts(state=State.SUBMITTED, submitted_by_id=SOMEONE, is_superseded=True)
    assert open_actions(old, actor("vice_principal_safety"), Status.SUBMITTED) == []

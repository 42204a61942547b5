"""When equipment is serviced and scrapped."""

from datetime import date

import pytest

from unitsafe import content
from unitsafe.core.domain import RuleError
from unitsafe.equipment import rules
from unitsafe.equipment.rules import Dates, Day, Due, Life, Mark, Result, Sort, Standing, State

KINDS = content.load().equipment.kinds


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 9, 1), 120, date(2034, 9, 1)),
        (date(2024, 9, 15), 60, date(2029, 9, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2024, 12, 31), 1, date(2025, 1, 31)),
        (date(2024, 5, 1), 0, date(2024, 5, 1)),
    ],
)
def test_a_period_ends_on_its_anniversary(day, months, later):
    assert rules.add_months(day, months) == later


MADE, USED = date(2020, 9, 1), date(2020, 10, 8)


@pytest.mark.parametrize(
    ("kind", "life", "expected"),
    [
        ("ext_powder", Life(MADE), Dates(date(2025, 9, 1), date(2030, 9, 1))),
        ("ext_powder", Life(MADE, USED, date(2025, 8, 20)), Dates(date(2027, 8, 20), date(2030, 9, 1))),
        ("ext_powder", Life(MADE, USED, date(2029, 8, 20)), Dates(None, date(2030, 9, 1))),
        ("ext_water", Life(MADE), Dates(date(2023, 9, 1), date(2026, 9, 1))),
        ("ext_co2", Life(MADE), Dates(date(2025, 9, 1), date(2032, 9, 1))),
        ("ext_powder", Life(in_use_on=USED), Dates()),
        ("emergency_light", Life(MADE, USED), Dates(None, date(2024, 10, 8))),
        ("emergency_light", Life(MADE, USED, date(2024, 9, 1)), Dates(None, date(2028, 9, 1))),
        ("emergency_light", Life(MADE), Dates(None, date(2024, 9, 1))),
        ("gas_detector", Life(MADE), Dates(None, date(2025, 9, 1))),
        ("indoor_hydrant", Life(MADE, USED), Dates()),
    ],
)  # fmt: skip
def test_service_and_scrap_dates_follow_the_kind(kind, life, expected):
    assert rules.dates(KINDS[kind], life) == expected


@pytest.mark.parametrize(
    ("on", "mark"),
    [
        (date(2026, 11, 22), Mark.PAST),
        (date(2026, 11, 23), Mark.PAST),
        (date(2026, 11, 24), Mark.SOON),
        (date(2027, 1, 22), Mark.SOON),
        (date(2027, 1, 23), Mark.FAR),
    ],
)
def test_a_day_that_comes_near_is_marked(on, mark):
    assert rules.mark(on, date(2026, 11, 23), ahead_days=60) is mark


@pytest.mark.parametrize(
    ("life", "field"),
    [
        (Life(date(2026, 11, 24)), "made_on"),
        (Life(MADE, date(2020, 8, 31)), "in_use_on"),
        (Life(MADE, USED, date(2019, 1, 1)), "last_service_on"),
        (Life(None, None, date(2027, 1, 1)), "last_service_on"),
    ],
)
def test_days_that_cannot_be_are_refused(life, field):
    with pytest.raises(RuleError) as refused:
        rules.check_life(life, date(2026, 11, 23))
    assert refused.value.values["field"] == field


def test_what_is_not_known_is_no_fault():
    rules.check_life(Life(), date(2026, 11, 23))
    rules.check_life(Life(MADE, MADE, MADE), date(2026, 11, 23))


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_a_state_changes_into_any_other_and_scrapping_needs_a_reason(before, after):
    if before is after:
        with pytest.raises(RuleError):
            rules.check_move(before, after, "原因")
    elif State.SCRAPPED in (before, after):
        with pytest.raises(RuleError):
            rules.check_move(before, after, "")
        rules.check_move(before, after, "原因")
    else:
        rules.check_move(before, after, "")


# Days as they are written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-15", Day(date(2024, 3, 15), False)),
        ("2024.3.5", Day(date(2024, 3, 5), False)),
        ("2024年3月15日", Day(date(2024, 3, 15), False)),
        (" 2024-02-29 ", Day(date(2024, 2, 29), False)),
        ("2024-03", Day(date(2024, 3, 1), True)),
        ("2024年3月", Day(date(2024, 3, 1), True)),
        ("2024/12", Day(date(2024, 12, 1), True)),
        ("2023-02-29", None),
        ("2024-13", None),
        ("2024", None),
        ("2024-", None),
        ("2024年3月15日左右", None),
        ("0024-03-01", None),
        ("", None),
    ],
)
def test_a_day_or_a_month_is_read(text, expected):
    assert rules.read_day(text) == expected


# What comes due

MONTHS = [
    ("ext_powder", Life(date(2024, 3, 1)), Dates(date(2029, 3, 1), date(2034, 3, 1))),
    ("ext_powder", Life(date(2024, 2, 29)), Dates(date(2029, 2, 28), date(2034, 2, 28))),
    ("ext_water", Life(date(2024, 2, 29)), Dates(date(2027, 2, 28), date(2030, 2, 28))),
    ("ext_co2", Life(date(2020, 2, 29)), Dates(date(2025, 2, 28), date(2032, 2, 29))),
    # serviced late: the next is counted from the day it really was
    (
        "ext_powder",
        Life(date(2018, 1, 10), None, date(2023, 6, 20)),
        Dates(date(2025, 6, 20), date(2028, 1, 10)),
    ),
    # a plate's day of expiry ends the life earlier, never later
    ("escape_mask", Life(date(2024, 1, 1), expires_on=date(2026, 6, 30)), Dates(None, date(2026, 6, 30))),
    ("escape_mask", Life(date(2024, 1, 1), expires_on=date(2029, 1, 1)), Dates(None, date(2027, 1, 1))),
    ("fire_blanket", Life(expires_on=date(2027, 5, 1)), Dates(None, date(2027, 5, 1))),
    ("gas_hose", Life(in_use_on=USED, expires_on=date(2027, 5, 1)), Dates(None, date(2027, 5, 1))),
    ("exit_sign", Life(MADE, USED, None, date(2024, 2, 29)), Dates(None, date(2028, 2, 29))),
    ("emergency_light", Life(MADE, USED, date(2023, 1, 1), date(2024, 1, 1)), Dates(None, date(2028, 1, 1))),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "life", "expected"), MONTHS)
def test_months_alone_leap_days_late_services_and_plates(kind, life, expected):
    assert rules.dates(KINDS[kind], life) == expected


@pytest.mark.parametrize(
    ("interval", "last", "expected"),
    [
        (30, None, date(2026, 9, 30)),  # registered on 18 September
        (30, date(2026, 9, 30), date(2026, 10, 31)),
        (30, date(2026, 10, 1), date(2026, 11, 30)),
        (31, date(2026, 12, 31), date(2027, 1, 31)),
        (28, date(2028, 1, 15), date(2028, 2, 29)),
        (90, date(2026, 10, 1), date(2026, 12, 30)),
        (365, date(2024, 2, 29), date(2025, 2, 28)),
        (7, None, date(2026, 9, 25)),
        (180, date(2026, 3, 1), date(2026, 8, 28)),
    ],
)
def test_the_next_inspection(interval, last, expected):
    assert rules.next_inspection(interval, last, date(2026, 9, 18)) == expected


def due(kind, state=State.IN_USE, inspected=None, **own):
    return rules.due(
        rules.in_force(KINDS[kind], own),
        Life(MADE, USED),
        state,
        registered_on=date(2026, 9, 18),
        inspected=inspected or {},
    )


def test_what_the_school_looks_at_and_what_a_firm_does_come_due_apart():
    assert due("indoor_hydrant") == [
        Due(Sort.INSPECT, "开箱检查", date(2026, 9, 30)),
        Due(Sort.UPKEEP, "出水试验", date(2027, 9, 18)),
    ]
    first = rules.earliest(due("fire_pump", inspected={"月手动启动": date(2026, 10, 3)}))
    assert first[Sort.UPKEEP] == date(2026, 11, 30) and first[Sort.INSPECT] is None


@pytest.mark.parametrize(
    ("state", "sorts"),
    [
        (State.IN_USE, [Sort.INSPECT, Sort.SERVICE, Sort.SCRAP]),
        (State.FAULTY, [Sort.INSPECT, Sort.SERVICE, Sort.SCRAP]),
        (State.STOPPED, [Sort.SERVICE, Sort.SCRAP]),
        (State.OUT_FOR_SERVICE, [Sort.SCRAP]),
        (State.SCRAPPED, []),
    ],
)
def test_what_is_away_is_not_inspected_and_what_is_scrapped_has_no_days(state, sorts):
    assert [one.sort for one in due("ext_powder", state)] == sorts


def test_the_schools_own_numbers_count_instead():
    own = {"inspect:逐具月检": 15, rules.FIRST: 36, rules.LIFE: 96}
    assert due("ext_powder", **own) == [
        Due(Sort.INSPECT, "逐具月检", date(2026, 10, 3)),
        Due(Sort.SERVICE, "", date(2023, 9, 1)),
        Due(Sort.SCRAP, "", date(2028, 9, 1)),
    ]
    assert rules.in_force(KINDS["indoor_hydrant"], {rules.LIFE: 12}).service_life.months is None
    assert set(rules.interval_keys(KINDS["ext_powder"])) == {
        "inspect:逐具月检",
        "first",
        "then",
        "life",
    }


def test_an_inspection_on_its_last_day_is_in_time():
    today = date(2026, 11, 30)
    assert rules.mark(today, today, 7, last_day_counts=True) is Mark.SOON
    assert rules.mark(today, today, 7) is Mark.PAST


# What is written down


def test_the_facts_of_a_kind_are_what_no_piece_has_otherwise():
    assert rules.fact_fields(KINDS["ext_co2"]) == [
        "灭火剂",
        "充装量",
        "维修单位",
        "空瓶重",
        "标称重",
    ]
    assert rules.fact_fields(KINDS["kitchen_flue"]) == ["清洗单位", "上次清洗日期"]
    assert rules.fact_fields(KINDS["micro_station_kit"]) == ["有效期"]
    assert (
        rules.is_day("有效期至") and rules.is_day("上次清洗日期") and not rules.is_day("栓口压力")
    )
    assert rules.has_battery(KINDS["emergency_light"]) and rules.has_battery(KINDS["evac_kit"])
    assert not rules.has_battery(KINDS["ext_powder"])


WHOLE = {
    **{"number": "MH-1", "name": "灭火器", "model": "MFZ", "space_id": 1, "maker": "厂"},
    **{"made_on": MADE, "in_use_on": USED, "state": State.IN_USE},
}
AGENT = {"灭火剂": "ABC干粉", "充装量": "4 kg"}


@pytest.mark.parametrize(
    ("kind", "columns", "facts", "lacks"),
    [
        ("ext_powder", WHOLE, AGENT, []),
        ("ext_powder", WHOLE, {}, ["灭火剂", "充装量"]),
        ("ext_powder", {**WHOLE, "maker": "", "made_on": None}, AGENT, ["生产单位", "出厂日期"]),
        ("ext_powder", {**WHOLE, "last_service_on": USED}, AGENT, ["维修单位"]),
        ("ext_powder", {**WHOLE, "last_service_on": USED}, {**AGENT, "维修单位": "厂"}, []),
        ("indoor_hydrant", {**WHOLE, "maker": "", "made_on": None}, {}, []),
        ("fire_blanket", {**WHOLE, "maker": "", "model": ""}, {}, []),
        ("indoor_hydrant", {**WHOLE, "name": ""}, {}, ["名称"]),
    ],
)
def test_what_the_ledger_lacks(kind, columns, facts, lacks):
    assert rules.lacking(KINDS[kind], columns, facts) == lacks


def test_dates_among_the_facts_feed_the_due_days():
    assert rules.expires_on({"有效期": "2027-05", "判废日期": "2027-04-30"}) == date(2027, 4, 30)
    assert rules.expires_on({"有效期": "看不清"}) is None
    flue = rules.last_done(KINDS["kitchen_flue"], {"上次清洗日期": "2026-09-01"})
    assert flue == {"专业清洗": date(2026, 9, 1)}
    assert rules.last_done(KINDS["lightning"], {"检测日期": "2026-03"}) == {
        "年检": date(2026, 3, 1)
    }
    assert rules.last_done(KINDS["ext_powder"], {"检测日期": "2026-03"}) == {}


@pytest.mark.parametrize(
    ("first", "count", "expected"),
    [
        ("MH-8", 3, ["MH-8", "MH-9", "MH-10"]),
        ("MH-008", 3, ["MH-008", "MH-009", "MH-010"]),
        ("A1-1F-99", 2, ["A1-1F-99", "A1-1F-100"]),
        ("传达室", 1, ["传达室"]),
    ],
)
def test_a_series_of_numbers(first, count, expected):
    assert rules.series(first, count) == expected


@pytest.mark.parametrize(
    ("first", "count", "field"),
    [("MH-A", 2, "number"), ("MH-1", 201, "count"), ("MH-1", 0, "count")],
)
def test_a_series_that_cannot_be(first, count, field):
    with pytest.raises(RuleError) as refused:
        rules.series(first, count)
    assert refused.value.values["field"] == field


def test_a_life_that_ends_before_it_begins_is_refused():
    with pytest.raises(RuleError) as refused:
        rules.check_life(Life(MADE), date(2026, 11, 23), scrap_on=date(2020, 8, 31))
    assert refused.value.values["field"] == "expires_on"
    rules.check_life(Life(MADE), date(2026, 11, 23), scrap_on=date(2021, 1, 1))  # over, but known


# Inspections and states

SEEN = {"has_photo": True, "on": USED, "today": USED, "begins_on": MADE, "is_late_entry": False}


@pytest.mark.parametrize(
    ("result", "failed", "note", "changes", "field"),
    [
        (Result.OK, [], "", {}, ""),
        (Result.OK, ["压力"], "", {}, "result"),
        (Result.FAIL, [], "", {}, "failed"),
        (Result.FAIL, ["压力"], "", {}, ""),
        (Result.FAIL, [], "漏气", {}, ""),
        (Result.FAIL, ["压力"], "", {"has_photo": False}, "photo"),
        (Result.MISSING, [], "", {"has_photo": False}, ""),
        (Result.OK, [], "", {"on": date(2020, 10, 9)}, "on"),
        (Result.OK, [], "", {"on": date(2020, 8, 31)}, "on"),
        (Result.OK, [], "", {"is_late_entry": True}, "reason"),
    ],
)
def test_an_inspection_says_what_was_found(result, failed, note, changes, field):
    told = {**SEEN, "reason": "", **changes}
    if not field:
        rules.check_inspection(result, failed, note, **told)
        return
    with pytest.raises(RuleError) as refused:
        rules.check_inspection(result, failed, note, **told)
    assert refused.value.values["field"] == field


STOP = Standing(USED, date(2020, 11, 1), "校长", "加放灭火器")


@pytest.mark.parametrize(
    ("state", "standing", "note", "field"),
    [
        (State.STOPPED, STOP, "检修", ""),
        (State.STOPPED, Standing(), "检修", "approver"),
        (State.STOPPED, Standing(USED, None, "校长", "加放"), "检修", "until_on"),
        (State.STOPPED, Standing(USED, MADE, "校长", "加放"), "检修", "until_on"),
        (State.STOPPED, Standing(USED, USED, "校长"), "检修", "measure"),
        (State.STOPPED, STOP, "", "note"),
        (State.OUT_FOR_SERVICE, Standing(USED, USED, service_unit="维修部"), "", ""),
        (State.OUT_FOR_SERVICE, Standing(USED, USED), "", "service_unit"),
        (State.OUT_FOR_SERVICE, Standing(USED, service_unit="维修部"), "", "until_on"),
        (State.IN_USE, Standing(), "", ""),
        (State.FAULTY, Standing(), "", ""),
    ],
)
def test_a_standstill_names_who_allowed_it_until_when_and_what_is_done_meanwhile(
    state, standing, note, field
):
    if not field:
        rules.check_standing(state, standing, note)
        return
    with pytest.raises(RuleError) as refused:
        rules.check_standing(state, standing, note)
    assert refused.value.values["field"] == field


@pytest.mark.parametrize(
    ("away", "sent", "whole", "substitute", "is_fine"),
    [
        (0, 1, 4, "", True),
        (0, 1, 3, "", False),
        (0, 1, 3, "备用灭火器MH-90", True),
        (1, 1, 8, "", True),
        (2, 1, 8, "", False),
        (0, 2, 8, "", True),
    ],
)
def test_not_more_than_a_quarter_is_away_at_once_without_substitutes(
    away, sent, whole, substitute, is_fine
):
    if is_fine:
        rules.check_away(away, sent, whole, substitute=substitute)
        return
    with pytest.raises(RuleError, match="四分之一") as refused:
        rules.check_away(away, sent, whole, substitute=substitute)
    assert str(whole) in str(refused.value) and str(away) in str(refused.value)

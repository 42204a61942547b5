"""The figures of the register on a small ledger counted by hand."""

from datetime import date

import pytest

from unitsafe.core.figures import METRICS, Period
from unitsafe.equipment import metrics
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.rules import Life, Result, State

QUARTER = Period(date(2026, 10, 1), date(2026, 12, 31), date(2026, 11, 23))
KEYS = {
    "equipment_register_completeness": 0,
    "facilities_stopped_unapproved": 0,
    "extinguishers_expired": 0,
    "extinguisher_total": 0,
    "hydrants_ok_ratio": 0,
    "emergency_light_ok_ratio": 0,
    "exit_sign_ok_ratio": 0,
}


@pytest.fixture
def figure(session):
    def count(key):
        found = METRICS[key](session, QUARTER)
        return found, sorted(one.number for one in session.scalars(found.records))

    return count


@pytest.mark.parametrize("key", KEYS)
def test_an_empty_register_counts_nothing(make, figure, key):
    make.school()
    found, records = figure(key)
    assert found.amount == 0 and records == []
    ratios = "ratio", "completeness"
    assert found.value is None if key.endswith(ratios) else found.value == 0


def set_to(session, piece, **values):
    for name, value in values.items():
        setattr(piece, name, value)
    session.commit()
    return piece


def test_completeness(make, session, figure):
    whole = {
        "model": "MFZ/ABC4",
        "maker": "厂",
        "life": Life(date(2024, 1, 1), date(2024, 2, 1)),
        "facts": {"灭火剂": "ABC干粉", "充装量": "4 kg"},
    }
    make.equipment(number="MH-1", **whole)
    make.equipment(number="MH-2", **{**whole, "maker": ""})
    make.equipment(make.space(make.building("旧楼"), "无人负责的房间"), "MH-3", **whole)
    make.equipment(number="XS-1", kind="indoor_hydrant")
    set_to(session, make.equipment(number="MH-9"), state=State.SCRAPPED)
    found, missing = figure("equipment_register_completeness")
    assert (found.amount, found.whole, missing) == (2, 4, ["MH-2", "MH-3"])


def test_facilities_stopped_without_approval(make, session, figure):
    approved = {
        "state": State.STOPPED,
        "approver": "校长",
        "measure": "加放灭火器",
        "until_on": date(2026, 11, 23),
    }
    for number, kind, changes in (
        ("A", "indoor_hydrant", {}),
        ("B", "fire_alarm", {"approver": ""}),
        ("C", "fire_door", {"measure": ""}),
        ("D", "fire_pump", {"until_on": date(2026, 11, 22)}),
        ("E", "ext_powder", {"approver": ""}),
        ("F", "sprinkler", {"state": State.FAULTY, "approver": ""}),
    ):
        set_to(session, make.equipment(number=number, kind=kind), **{**approved, **changes})
    found, records = figure("facilities_stopped_unapproved")
    assert (found.amount, records) == (3, ["B", "C", "D"])


def test_extinguishers_past_their_life_or_service(make, session, figure):
    make.equipment(number="MH-1", life=Life(date(2024, 1, 1)), quantity=3)
    make.equipment(number="MH-2", life=Life(date(2021, 11, 23)), quantity=2)  # service is due today
    make.equipment(number="MH-3", life=Life(date(2021, 11, 24)))
    make.equipment(number="MH-4", life=Life(date(2016, 11, 1), None, date(2025, 11, 1)))
    away = make.equipment(number="MH-5", life=Life(date(2010, 1, 1)))
    set_to(session, away, state=State.OUT_FOR_SERVICE)
    make.equipment(number="MT-1", kind="fire_blanket", facts={"有效期": "2020-01"})
    found, records = figure("extinguishers_expired")
    assert (found.amount, records) == (3, ["MH-2", "MH-4"])
    total, _records = figure("extinguisher_total")
    assert total.amount == 8


def test_hydrants_lights_and_signs_whose_last_inspection_was_fine(make, session, figure):
    fine = {"last_result": Result.OK, "inspected_on": date(2026, 11, 2)}
    for number, kind, changes in (
        ("X1", "indoor_hydrant", fine),
        ("X2", "outdoor_hydrant", {**fine, "last_result": Result.FAIL}),
        ("X3", "indoor_hydrant", {}),
        ("X4", "indoor_hydrant", {**fine, "state": State.STOPPED}),
        ("L1", "emergency_light", {**fine, "quantity": 3}),
        ("L2", "emergency_light", {}),
        ("S1", "exit_sign", fine),
        ("S2", "exit_sign", {**fine, "state": State.SCRAPPED}),
    ):
        set_to(session, make.equipment(number=number, kind=kind), **changes)
    found, records = figure("hydrants_ok_ratio")
    assert (found.amount, found.whole, records) == (1, 4, ["X2", "X3", "X4"])
    found, records = figure("emergency_light_ok_ratio")
    assert (found.amount, found.whole, records) == (3, 4, ["L2"])
    found, records = figure("exit_sign_ok_ratio")
    assert (found.amount, found.whole, records) == (1, 1, [])


def test_every_figure_is_registered_and_says_where_it_comes_from():
    for key in KEYS:
        assert METRICS[key].__module__ == metrics.__name__ and METRICS[key].__doc__
    assert Equipment.__tablename__ == "equipment"

"""The sample school's fire equipment."""

from collections import Counter

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from unitsafe import clock, content
from unitsafe.equipment import rules
from unitsafe.equipment.labels import kinds
from unitsafe.equipment.models import Equipment, EquipmentEvent, EquipmentInspection
from unitsafe.equipment.rules import Action, Mark, Result, State


def pieces(sample):
    return sample.session.scalars(sa.select(Equipment).options(joinedload(Equipment.space))).all()


def test_every_building_has_its_equipment(sample):
    found = pieces(sample)
    assert 110 <= len(found) <= 140 and sample.counts["器材"] == len(found)
    assert len({one.space.building_id for one in found}) == sample.counts["楼栋"]
    assert {one.kind for one in found} <= set(kinds())
    assert len({one.kind for one in found}) >= 15


def test_some_of_it_needs_somebody(sample):
    states = Counter(one.state for one in pieces(sample))
    assert set(states) == set(State)
    assert states[State.IN_USE] > 110
    events = sample.session.scalars(sa.select(EquipmentEvent)).all()
    moves = [event for event in events if event.action is Action.STATE]
    assert len(moves) == sum(states.values()) - states[State.IN_USE]
    assert all(event.note and event.at <= sample.now for event in moves)


def test_it_was_inspected_lately_and_a_fault_became_a_hazard(sample):
    looks = sample.session.scalars(sa.select(EquipmentInspection)).all()
    results = Counter(look.result for look in looks)
    assert results[Result.OK] > 100 and results[Result.FAIL] == 1
    assert next(look for look in looks if look.hazard_id).result is Result.FAIL
    complete = Counter(one.is_complete for one in pieces(sample))
    assert complete[True] > complete[False] > 0


def test_some_of_it_is_near_its_end_and_some_is_past_it(sample):
    today, marks = clock.local(sample.now).date(), Counter()
    for one in pieces(sample):
        scrap_on = rules.dates(content.load().equipment.kinds[one.kind], one.life).scrap_on
        marks[rules.mark(scrap_on, today, 180) if scrap_on else None] += 1
    assert marks[Mark.PAST] and marks[Mark.SOON]
    assert marks[Mark.FAR] > marks[Mark.SOON] + marks[Mark.PAST]

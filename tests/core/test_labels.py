"""Every word of the enums has its own Chinese name."""

from enum import StrEnum

import pytest

from unitsafe.checks import rules as checks
from unitsafe.core.labels import label, label_all
from unitsafe.equipment.rules import State as EquipmentState
from unitsafe.grids.models import Role
from unitsafe.hazards import rules as hazards
from unitsafe.imports.lines import Outcome
from unitsafe.imports.models import What
from unitsafe.people.models import PersonStatus
from unitsafe.places.models import BuildingUse
from unitsafe.school.rules import Stage

SHOWN = [
    *(checks.Status, checks.Result, checks.EntrySource, checks.Action),
    *(hazards.State, hazards.Level, hazards.Fix, hazards.Source, hazards.Action, hazards.Card),
    *(Role, PersonStatus, BuildingUse, Stage),
    *(EquipmentState, What, Outcome),
]
EVERY = [member for kind in SHOWN for member in kind]


@pytest.mark.parametrize("member", EVERY, ids=lambda m: f"{type(m).__name__}.{m.name}")
def test_every_member_has_a_chinese_name(app, member):
    with app.test_request_context():
        text = label(member)
    assert text and not text.isascii()


@pytest.mark.parametrize("kind", SHOWN)
def test_no_two_members_of_an_enum_share_a_name(app, kind):
    with app.test_request_context():
        names = [label(member) for member in kind]
    assert len(set(names)) == len(names)


def test_where_a_hazard_was_found_is_not_called_what_somebody_did(app):
    with app.test_request_context():
        assert label(hazards.Source.REPORT) == "随手报"
        assert label(hazards.Action.REPORT) == "登记"


def test_nothing_is_called_nothing_and_an_unnamed_member_is_a_bug():
    class Colour(StrEnum):
        RED = "red"

    class Light(StrEnum):
        RED = "red"

    assert label(None) == ""
    with pytest.raises(KeyError):
        label(Light.RED)
    label_all({Colour.RED: "红"})
    assert label(Colour.RED) == "红"
    with pytest.raises(KeyError):
        label(Light.RED)

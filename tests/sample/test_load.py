"""Loading: what is refused, what repeats, and that every moment of the year works."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.sample.facts import faults
from unitsafe import clock
from unitsafe.checks.models import Check
from unitsafe.core.domain import RuleError
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import State
from unitsafe.people.models import Person
from unitsafe.sample.load import load_sample
from unitsafe.school.models import School, Term

SEPTEMBER = clock.parse("2026-09-03T12:00")


def test_a_database_that_holds_a_sample_school_is_refused(empty):
    load_sample(empty, seed=1, now=SEPTEMBER)
    people = empty.scalar(sa.select(sa.func.count()).select_from(Person))
    with pytest.raises(RuleError, match="空的数据库"):
        load_sample(empty, seed=2, now=SEPTEMBER)
    assert empty.scalar(sa.select(sa.func.count()).select_from(Person)) == people


def test_a_database_that_holds_one_person_is_refused_and_left_alone(empty):
    empty.add(Person(name="甲", created_at=SEPTEMBER))
    empty.commit()
    with pytest.raises(RuleError):
        load_sample(empty, seed=1, now=SEPTEMBER)
    assert empty.get(School, 1) is None


def test_the_same_seed_and_time_give_the_same_school(dump):
    assert dump("a", 5, "2026-09-10T10:00") == dump("b", 5, "2026-09-10T10:00")


def test_another_seed_gives_another_year_at_the_same_school(dump):
    one, other = dump("a", 5, "2026-09-03T10:00"), dump("b", 6, "2026-09-03T10:00")
    assert one["answer"] != other["answer"]
    assert one["grid"] == other["grid"]


MOMENTS = {
    "before dawn on the first day of another year": "2025-09-01T00:10",
    "the first morning": "2026-09-01T08:00",
    "the National Day holiday": "2026-10-04T10:00",
    "the following spring": "2027-03-17T16:40",
}


@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
def test_the_records_are_sound_whenever_it_is_loaded(now, tmp_path: Path, make_loaded):
    with make_loaded(tmp_path, now) as sample:
        assert list(faults(sample.session, sample.now)) == []
        states = set(sample.session.scalars(sa.select(Hazard.state).distinct()))
        assert states == set(State)
        assert sample.session.scalar(sa.select(sa.func.count()).select_from(Check))
        today = clock.local(sample.now).date()
        term = sa.select(Term).where(Term.starts_on <= today, Term.ends_on >= today)
        assert sample.session.scalars(term).one()

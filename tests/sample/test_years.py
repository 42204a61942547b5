"""The years before the term: as many, as sound, and nothing in them left to do."""

import shutil
from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa

from tests.sample.conftest import NOW, school_in
from tests.sample.facts import _checks as check_faults
from tests.sample.facts import _findings as finding_faults
from unitsafe import clock
from unitsafe.activities.models import Activity, ActivitySerial
from unitsafe.checks.models import Answer, Check
from unitsafe.checks.rules import State
from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.db import write_tx
from unitsafe.core.domain import RuleError
from unitsafe.hazards import effects
from unitsafe.hazards import rules as hazards
from unitsafe.hazards.models import Hazard, HazardEvent, HazardSerial
from unitsafe.letters.models import ResponsibilityLetter
from unitsafe.roster.models import RosterEntry
from unitsafe.sample.past_hazards import A_YEAR
from unitsafe.sample.years import add_years, plan
from unitsafe.school.models import SchoolDay, Term

FIRST, LAST = date(2025, 9, 1), date(2026, 8, 31)
IN_PAST = Check.day.between(FIRST, date(2026, 8, 30))


@pytest.fixture(scope="module")
def grown(kept, tmp_path_factory):
    """The kept sample school with one year before its term."""
    folder = tmp_path_factory.mktemp("years")
    shutil.copytree(kept[0], folder, dirs_exist_ok=True)
    with school_in(folder) as session:
        with write_tx(session):
            add_years(session, 1, seed=1, now=clock.parse(NOW))
        yield session


def count(session, model, *where):
    return session.scalar(sa.select(sa.func.count()).select_from(model).where(*where))


def test_a_year_holds_a_tenth_of_what_ten_must_hold(grown):
    assert count(grown, Check, IN_PAST) > 20_000
    assert count(grown, Answer) > 200_000
    assert count(grown, Hazard, Hazard.found_at < clock.parse("2026-08-31T00:00")) >= A_YEAR - 1
    assert count(grown, RosterEntry, RosterEntry.day < LAST) > 800
    assert count(grown, ResponsibilityLetter, ResponsibilityLetter.school_year == "2025-2026") > 40
    kinds = set(grown.scalars(sa.select(Activity.kind).where(Activity.held_on < LAST)))
    assert len(kinds) >= 5


def test_the_database_finds_nothing_wrong(grown):
    assert grown.execute(sa.text("PRAGMA foreign_key_check")).all() == []
    assert grown.scalar(sa.text("PRAGMA integrity_check")) == "ok"


def test_the_checks_keep_the_rules(grown):
    assert list(check_faults(grown, clock.parse(NOW))) == []
    assert list(finding_faults(grown)) == []
    states = Counter(grown.scalars(sa.select(Check.state).where(IN_PAST)))
    assert set(states) == {State.COUNTERSIGNED, State.SKIPPED, State.DUE}
    assert 0.95 < states[State.COUNTERSIGNED] / states.total() < 0.99
    missed = sa.select(Check.explanation).where(IN_PAST, Check.state == State.DUE)
    assert all(grown.scalars(missed))
    late = Check.submitted_at > Check.missed_at
    assert count(grown, Check, IN_PAST, late, Check.is_backfill.is_(False)) == 0


def test_the_past_lies_on_days_of_its_own_calendar(grown):
    assert count(grown, Term) == 3
    walked = set(
        grown.scalars(
            sa.select(Check.day).where(IN_PAST, Check.checklist_key == "grid_walk").distinct()
        )
    )
    taught = sa.select(SchoolDay.day).where(SchoolDay.teaching, SchoolDay.day < LAST)
    assert walked == set(grown.scalars(taught))


def test_the_log_is_whole_and_tells_that_nobody_lived_through_the_year(grown):
    assert list(audit.verify(grown)) == []
    entry = grown.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.act, entry.actor_id) == ("sample.year", None)


def test_the_steps_of_a_past_hazard_lead_to_its_row(grown):
    over = (hazards.State.CLOSED, hazards.State.REJECTED)
    past = sa.select(Hazard).where(Hazard.found_at < clock.parse("2026-08-31T00:00"))
    some = grown.scalars(past.order_by(Hazard.id)).all()[::97]
    assert some
    for hazard in some:
        steps = grown.scalars(
            sa.select(HazardEvent)
            .where(HazardEvent.hazard_id == hazard.id)
            .order_by(HazardEvent.id)
        ).all()
        row = effects.replay([one.step for one in steps])
        assert hazard.state in over
        assert row["state"] is hazard.state


def test_numbers_run_through_each_year(grown):
    for model, serials, head in (
        (Hazard, HazardSerial, "YH-{}-"),
        (Activity, ActivitySerial, "HD{}-"),
    ):
        years = grown.execute(sa.select(serials.year, serials.last)).all()
        assert len(years) > 1
        for year, last in years:
            start = head.format(year)
            found = grown.scalars(sa.select(model.number).where(model.number.startswith(start)))
            assert sorted(found) == [f"{start}{n:04d}" for n in range(1, last + 1)]


def test_the_same_seed_gives_the_same_years(grown, kept, tmp_path):
    shutil.copytree(kept[0], tmp_path, dirs_exist_ok=True)
    columns = sa.select(Hazard.number, Hazard.found_at, Hazard.description, Hazard.space_id)
    chosen = columns.order_by(Hazard.id)
    with school_in(tmp_path) as session:
        with write_tx(session):
            add_years(session, 1, seed=1, now=clock.parse(NOW))
        again = session.execute(chosen).all()
    assert grown.execute(chosen).all() == again


def test_a_term_that_has_only_begun_gives_no_years(sample):
    with pytest.raises(RuleError, match="学期第三周"), write_tx(sample.session) as session:
        add_years(session, 1, seed=1, now=clock.parse("2026-09-10T12:00"))
    assert count(sample.session, Term) == 1


def test_ten_years_know_their_holidays():
    past = plan(date(2026, 9, 1), 10)
    assert [name for name, _, _ in past.terms][::19] == ["2016年秋季学期", "2026年春季学期"]
    taught = {day.day for day in past.days if day.teaching}
    assert date(2017, 10, 3) not in taught
    assert date(2017, 9, 30) in taught

"""The sample school's letters of responsibility and its plates."""

from collections import Counter

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from unitsafe import clock
from unitsafe.grids.models import Assignment
from unitsafe.letters import queries
from unitsafe.letters.models import LetterScan, ResponsibilityLetter
from unitsafe.letters.rules import How, State
from unitsafe.people.models import Person, PersonStatus
from unitsafe.people.queries import person_by_username
from unitsafe.plates.queries import Filters, plate_lines
from unitsafe.sample.grids import HANDOVERS
from unitsafe.sample.people import PAST_VISITOR
from unitsafe.sample.terms import HOTLINE


def current(sample):
    today = clock.local(sample.now).date()
    rows = sample.session.scalars(
        sa.select(ResponsibilityLetter)
        .where(ResponsibilityLetter.ended_on.is_(None))
        .options(joinedload(ResponsibilityLetter.person))
    ).all()
    return {one.person.name: (one, one.state(today)) for one in rows}


def test_everybody_at_the_school_has_one_letter_and_most_are_signed(sample):
    found = current(sample)
    staff = sample.session.scalars(
        sa.select(Person.name).where(Person.status == PersonStatus.ACTIVE)
    )
    assert set(found) == set(staff) - {"来访检查组", PAST_VISITOR}
    states = Counter(state for _, state in found.values())
    assert states == {State.SIGNED: 45, State.UNSIGNED: 4, State.OVERDUE: 1}
    today = clock.local(sample.now).date()
    counts = queries.letter_counts(sample.session, today)
    assert (counts.signed, counts.unsigned, counts.overdue) == (45, 5, 1)
    ways = Counter(one.how for one, state in found.values() if state is State.SIGNED)
    assert ways[How.SCREEN] > ways[How.PAPER] > 10


def test_the_teacher_of_the_sample_has_one_to_sign(sample):
    today = clock.local(sample.now).date()
    teacher = person_by_username(sample.session, "teacher")
    letter = queries.to_sign(sample.session, teacher.id, today)
    assert letter is not None and letter.version == 2 and letter.due_on > today


def test_whoever_took_over_a_grid_has_signed_again_within_the_week(sample):
    found = current(sample)
    for grid, name, _why in HANDOVERS:
        letter, state = found[name]
        assert (letter.version, state) == (2, State.SIGNED)
        assert letter.signed_on <= letter.due_on
        assert grid in {place["name"] for place in letter.content["places"]}


def test_signed_letters_were_signed_in_time_and_papers_have_a_picture(sample):
    for name, (letter, state) in current(sample).items():
        if state is State.SIGNED:
            assert letter.changed_on <= letter.signed_on <= letter.due_on, name
        if letter.how is How.PAPER:
            scans = sa.select(LetterScan.id).where(LetterScan.letter_id == letter.id)
            assert sample.session.scalars(scans).all(), name
        if letter.how is How.SCREEN:
            assert letter.signature_id is not None, name


def test_letters_end_when_duties_do(sample):
    today = clock.local(sample.now).date()
    ended = sample.session.scalars(
        queries.ledger(queries.Filters("2026-2027", state=State.ENDED), today)
    ).all()
    assert "宋佳玲" in {one.person.name for one in ended}
    held = sa.select(Assignment.id).where(Assignment.until_on.is_not(None))
    assert sample.session.scalars(held).all()


def test_most_plates_hang_and_those_of_a_new_holder_are_to_be_printed_again(sample):
    today = clock.local(sample.now).date()
    lines = plate_lines(sample.session, Filters(), today, hotline=HOTLINE)
    bare = [line for line in lines if line.posted_on is None]
    stale = {line.grid.name for line in lines if line.is_stale}
    assert 0 < len(bare) < 8
    assert stale >= {grid for grid, _name, _why in HANDOVERS}

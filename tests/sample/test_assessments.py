"""The self-assessments of the sample school."""

from unitsafe import clock
from unitsafe.assessments import queries
from unitsafe.assessments.quarters import read
from unitsafe.assessments.rules import State, Step
from unitsafe.hazards.rules import State as HazardState


def table(sample, code):
    found = queries.assessment(sample.session, read(code))
    return found, queries.sheet(sample.session, read(code), found, clock.local(sample.now).date())


def test_the_quarter_that_ended_is_scored_signed_and_filed(sample):
    found, sheet = table(sample, "2026Q3")
    assert (found.state, len(sheet.members)) == (State.SIGNED, 4)
    assert sheet.is_complete and sheet.total is not None
    changed = [part for item in sheet.items() for part in item.parts if part.is_changed]
    assert len(changed) == 2 and all(part.given.note for part in changed)
    assert [file.name for item in sheet.items() for file in item.files] == [
        "综合楼楼梯间逐门推试记录.pdf"
    ]
    assert [one.step for one in queries.events(sample.session, found)] == [
        *(Step.OPEN, Step.DEPARTMENT, Step.DEPARTMENT, Step.REVIEW, Step.SIGN, Step.FILE)
    ]
    made = queries.hazards(sample.session, found)
    assert [one.state for one in made.values()] == [HazardState.CLOSED] * 2


def test_the_running_quarter_has_begun(sample):
    found, sheet = table(sample, "2026Q4")
    assert (found.state, sheet.frozen_at, len(sheet.members)) == (State.OPEN, None, 4)
    assert {item.key for item in sheet.unanswered} == {"c1_18", "c3_01"}
    assert len(sheet.unsaid) == 4

"""The signed self-assessments, which prove their entries in the year's plan."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.assessments.models import Assessment, AssessmentEvent
from unitsafe.assessments.quarters import read
from unitsafe.assessments.rules import Step
from unitsafe.year_plan.facts import Found, Link, Reach, Record, ledger


@ledger("assessments", lambda _kind, _first, _last: Link("assessments.index"))
def signed(session: Session, kinds: frozenset[str], reach: Reach) -> Found:
    """The signed quarters, each on a day of the quarter after it: one that was late counts for
    its own quarter."""
    rows = session.execute(
        sa.select(Assessment.quarter, AssessmentEvent.done_on)
        .join(AssessmentEvent, AssessmentEvent.assessment_id == Assessment.id)
        .where(AssessmentEvent.step == Step.SIGN)
        .order_by(Assessment.quarter)
    )
    found = []
    for code, signed_on in rows:
        if quarter := read(code):
            day = max(quarter.after.first, min(signed_on, quarter.after.last))
            link = Link("assessments.sheet", {"quarter": code})
            found.append(Record(day, title=quarter.name, link=link))
    return {kind: [one for one in found if reach.first <= one.day <= reach.last] for kind in kinds}

"""The sample school's papers."""

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from unitsafe import clock
from unitsafe.core.figures import Period
from unitsafe.documents import queries
from unitsafe.documents.metrics import emergency_plan_score, fire_policy_docs_ratio
from unitsafe.documents.models import Document, DocumentVersion
from unitsafe.documents.rules import Kind, Mark


def test_two_policies_are_missing_and_one_is_late(sample):
    today = clock.local(sample.now).date()
    period = Period(today.replace(day=1), today, today)
    ratio = fire_policy_docs_ratio(sample.session, period)
    assert (ratio.amount, ratio.whole) == (10, 13)
    (late,) = sample.session.scalars(ratio.records)
    assert late.mark(today, 30) is Mark.LATE


def test_the_plan_was_revised_and_one_team_has_no_leader(sample):
    today = clock.local(sample.now).date()
    plan, version = queries.plan_on(sample.session, today)
    assert (plan.latest, version.number, len(version.parts)) == (2, 2, 5)
    lacking = [team for team, seated in queries.teams(plan).items() if not seated.leader]
    assert len(lacking) == 1
    score = emergency_plan_score(sample.session, Period(today, today, today))
    assert (score.amount, score.whole) == (8, 9)


def test_some_have_read_what_they_are_asked_to_and_every_version_has_a_file(sample):
    found = sample.session.scalars(
        sa.select(Document).options(selectinload(Document.audience))
    ).all()
    assert {one.kind for one in found} > {Kind.POLICY, Kind.APPOINTMENT, Kind.REPORT}
    everyone = queries.staff(sample.session, clock.local(sample.now).date())
    read = queries.progress(sample.session, found, everyone).values()
    assert len(read) == 4
    assert all(0 < one.read < one.asked for one in read)
    versions = sample.session.scalars(
        sa.select(DocumentVersion).options(selectinload(DocumentVersion.files))
    )
    assert all(len(version.files) == 1 and version.at <= sample.now for version in versions)

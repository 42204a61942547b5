"""Figures of the assessment that come from the papers."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core.figures import Figure, Period, metric
from unitsafe.documents import rules
from unitsafe.documents.models import Document, DocumentTopic
from unitsafe.documents.queries import held_on, looked_through_on, plan_on
from unitsafe.documents.rules import Kind, Seat, Team
from unitsafe.school.queries import school


@metric("fire_policy_docs_ratio")
def fire_policy_docs_ratio(session: Session, period: Period) -> Figure:
    """制度齐备率 on the day looked at.

    Numerator: required topics with a policy that held then and was issued, revised or looked
    through in the 365 days before. Denominator: the topics the school needs, 13 at most
    (rules.required_policies). ``records``: policies that held and were not looked through.
    Source: content/four_capabilities.yaml; Order 61 art. 18.
    """
    wanted = rules.required_policies([key for key, on in school(session).flags.items() if on])
    looked = looked_through_on(period.on)
    policies = sa.and_(Document.kind == Kind.POLICY, held_on(period.on))
    rows = session.execute(
        sa.select(DocumentTopic.topic, looked)
        .select_from(Document)
        .join(DocumentTopic, DocumentTopic.document_id == Document.id)
        .where(policies)
    )
    fresh = {topic for topic, day in rows if rules.is_fresh(day, period.on)}
    oldest = sa.literal(period.on.fromordinal(period.on.toordinal() - rules.FRESH_DAYS))
    missing = sa.select(Document).where(policies, sa.or_(looked.is_(None), looked < oldest))
    return Figure(len(fresh & set(wanted)), len(wanted), missing)


@metric("emergency_plan_score")
def emergency_plan_score(session: Session, period: Period) -> Figure:
    """预案完整度 on the day looked at.

    Numerator: how many of the five parts the plan's version of that day contains, and how many of
    the four teams stand (a leader and somebody else, both at the school); 0 when that version is
    older than 365 days: an old plan counts as none (product). Denominator: nine. ``records``: the
    plan. Source: content/four_capabilities.yaml; Order 61 art. 39.
    """
    found = plan_on(session, period.on)
    if found is None:
        return Figure(0, rules.WHOLE_PLAN, sa.select(Document).where(sa.false()))
    plan, version = found
    manned = [
        team
        for team in Team
        if rules.is_manned(
            Seat(row.is_leader, row.person.left_on is None or row.person.left_on > period.on)
            for row in plan.members
            if row.team is team
        )
    ]
    points = rules.plan_points([one.part for one in version.parts], manned)
    is_fresh = rules.is_fresh(version.issued_on, period.on)
    records = sa.select(Document).where(Document.id == plan.id)
    return Figure(points if is_fresh else 0, rules.WHOLE_PLAN, records)

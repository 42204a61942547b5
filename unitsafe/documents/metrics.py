"""Figures of the assessment that come from the papers."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core.figures import Figure, Period, metric
from unitsafe.coverage.rules import SPARED
from unitsafe.documents import rules
from unitsafe.documents.models import Document, DocumentTopic
from unitsafe.documents.queries import held_on, looked_through_on, plan_on
from unitsafe.documents.rules import Kind, Seat, Team, Topic
from unitsafe.people.models import Person, PersonPost
from unitsafe.people.queries import at_school_on, valid_on
from unitsafe.school.queries import school

KEY_POSTS = {
    "principal": Topic.RESPONSIBLE_PERSON,
    "vice_principal_safety": Topic.FIRE_MANAGER,
    "safety_director": Topic.FIRE_DEPARTMENT,
    "safety_officer": Topic.FIRE_STAFF,
}
"""The posts that must be filled, and what the paper is about that names whoever holds them.
Source: content/four_capabilities.yaml key_posts_filled_ratio; duties.yaml ``fire_role``."""


@metric("key_posts_filled_ratio")
def key_posts_filled_ratio(session: Session, period: Period) -> Figure:
    """Key posts that somebody at the school held on the day and for which a paper of appointment was
    in force (以文件明确并公示) ÷ the four of KEY_POSTS; a small unit needs no head of a department.
    ``records`` are the papers. Source: content/four_capabilities.yaml; Order 61 art. 6, 15.
    """
    is_small = school(session).has("is_small_unit")
    wanted = {post: topic for post, topic in KEY_POSTS.items() if not (is_small and post in SPARED)}
    held = session.scalars(
        sa.select(PersonPost.post)
        .join(Person, Person.id == PersonPost.person_id)
        .where(
            PersonPost.post.in_(wanted), valid_on(PersonPost, period.on), at_school_on(period.on)
        )
        .distinct()
    )
    papers = sa.and_(Document.kind == Kind.APPOINTMENT, held_on(period.on))
    topics = set(
        session.scalars(
            sa.select(DocumentTopic.topic)
            .join(Document, Document.id == DocumentTopic.document_id)
            .where(papers)
        )
    )
    amount = sum(wanted[post] in topics for post in held)
    return Figure(amount, len(wanted), sa.select(Document).where(papers), are_counted=True)


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

"""Reading an assessment: its table, its team, its steps."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, defer, joinedload, selectinload

from unitsafe import content
from unitsafe.assessments import figures, standards
from unitsafe.assessments.models import (
    Assessment,
    AssessmentEvent,
    AssessmentHazard,
    AssessmentMember,
    AssessmentStandard,
    Score,
    ScoreFile,
    VetoMark,
)
from unitsafe.assessments.quarters import Quarter, read
from unitsafe.assessments.rules import HEADS, ZERO, Counts, is_vetoed, suggest, veto_metric
from unitsafe.assessments.sheet import (
    Attached,
    Capability,
    Given,
    Group,
    Item,
    Member,
    Part,
    Sheet,
    Veto,
)
from unitsafe.content.build import make
from unitsafe.content.model import AssessmentItem, Evidence, Standard
from unitsafe.core.domain import Actor, Right
from unitsafe.hazards.models import Hazard
from unitsafe.people import queries as people
from unitsafe.people.models import Person
from unitsafe.school import queries as schools

SEES = (Right.VIEW_ALL, Right.RUN_ASSESSMENT, Right.SIGN_ASSESSMENT, Right.MANAGE_SCHOOL)
"""Who reads every assessment; heads of departments (HEADS) too, the people of a team theirs."""
RUNS = (Right.RUN_ASSESSMENT, Right.MANAGE_SCHOOL)
"""Who opens an assessment and forms its team."""


def assessment(session: Session, quarter: Quarter, *, lock: bool = False) -> Assessment | None:
    """The assessment of ``quarter``; with ``lock`` nobody else changes it meanwhile."""
    select = (
        sa.select(Assessment)
        .where(Assessment.quarter == str(quarter))
        .options(joinedload(Assessment.standard, innerjoin=True))
    )
    return session.scalars(select.with_for_update(of=Assessment) if lock else select).first()


def locked(session: Session, quarter: Quarter) -> Assessment:
    """The assessment of ``quarter``, which nobody else changes meanwhile; it is known to be there."""
    found = assessment(session, quarter, lock=True)
    if found is None:
        raise LookupError(f"no assessment of {quarter}")
    return found


def quarter_of_assessment(found: Assessment) -> Quarter:
    """The quarter it is about."""
    quarter = read(found.quarter)
    if quarter is None:
        raise ValueError(f"no quarter {found.quarter!r}")
    return quarter


def opened(session: Session, quarters: Collection[Quarter]) -> set[str]:
    """Which of ``quarters`` have an assessment."""
    codes = [str(one) for one in quarters]
    return set(session.scalars(sa.select(Assessment.quarter).where(Assessment.quarter.in_(codes))))


def ledger(actor: Actor) -> sa.Select[Assessment]:
    """The assessments that ``actor`` may read in short, newest first: without their tables and
    their standards' texts."""
    version = joinedload(Assessment.standard, innerjoin=True)
    return (
        sa.select(Assessment)
        .where(sa.literal(sees_all(actor)) | Assessment.id.in_(_teams(actor)))
        .options(
            defer(Assessment.content, raiseload=True),
            version.defer(AssessmentStandard.body, raiseload=True),
        )
        .order_by(Assessment.quarter.desc())
    )


def sees_all(actor: Actor) -> bool:
    """Whether ``actor`` may read every assessment: by right, or as the head of a department that
    may have to sign."""
    return not (actor.rights.isdisjoint(SEES) and actor.posts.isdisjoint(HEADS))


def may_see(session: Session, actor: Actor, found: Assessment | None) -> bool:
    """Whether ``actor`` may read this assessment; without one, its preview is for those with the
    right."""
    if found is None:
        return not actor.rights.isdisjoint(SEES)
    return sees_all(actor) or actor.id in {one.person_id for one in members(session, found)}


def sheet(
    session: Session,
    quarter: Quarter,
    found: Assessment | None,
    today: date,
    *,
    now: datetime | None = None,
) -> Sheet:
    """The table of ``quarter``: the signed one as it was signed; otherwise the figures kept at the
    quarter's end, or of ``today`` (``now``, when that is told) while it runs, with what the team
    said so far."""
    if found is not None and found.content is not None:
        return make(Sheet, found.content["sheet"])
    row = figures.kept(session, quarter)
    counts = figures.counts(row) if row else figures.count(session, quarter, today, now=now)
    school = schools.school(session)
    version = found.standard if found else standards.newest(session)
    standard = standards.standard(version)
    scores = _scores(session, found)
    marks = _veto_marks(session, found)
    flags = {name for name, is_on in school.flags.items() if is_on}
    numbers = standards.numbers(standard)
    capabilities = tuple(
        Capability(
            part.key,
            part.no,
            part.title,
            part.points,
            tuple(
                Group(
                    group.key,
                    group.title,
                    group.points,
                    tuple(
                        _item(item, numbers[item.key], standard, counts, flags, scores)
                        for item in group.items
                    ),
                )
                for group in part.groups
            ),
        )
        for part in standard.capabilities
    )
    return Sheet(
        code=str(quarter),
        title=standard.title,
        edition=standards.edition(version),
        on=row.on if row else min(today, quarter.last),
        frozen_at=row.at if row else None,
        grades=standard.scoring.grades,
        cap_below=school.number("assessment_cap"),
        capabilities=capabilities,
        vetoes=tuple(_vetoes(standard, counts, flags, marks)),
        members=tuple(
            Member(one.person_id, one.person.name, title_of(one.person, today))
            for one in (members(session, found) if found else ())
        ),
    )


def person(session: Session, person_id: int | None) -> Person | None:
    """Somebody who may join a team."""
    return session.get(Person, person_id) if person_id else None


Scores = Mapping[tuple[str, int], Sequence[Score]]
"""By item and part what was said, oldest first."""


def _item(
    item: AssessmentItem,
    number: str,
    standard: Standard,
    counts: Counts,
    flags: set[str],
    scores: Scores,
) -> Item:
    applies = item.applies_when is None or item.applies_when in flags
    return Item(
        key=item.key,
        number=number,
        text=item.text,
        most=item.max_points,
        how_to_score=item.how_to_score,
        parts=tuple(
            _part(place, one, standard, counts, applies, scores.get((item.key, place), ()))
            for place, one in enumerate(item.evidence, start=1)
        ),
        basis=item.basis,
        veto=item.veto,
        applies_when=item.applies_when or "",
    )


def _part(
    number: int,
    evidence: Evidence,
    standard: Standard,
    counts: Counts,
    applies: bool,
    said: Sequence[Score],
) -> Part:
    newest = said[-1] if said else None
    part = Part(
        number=number,
        type=evidence.type,
        most=evidence.points,
        rubric=evidence.rubric,
        applies=applies,
        given=_given(newest) if newest else None,
        files=tuple(Attached(one.file_id, one.file.name) for score in said for one in score.files),
    )
    if evidence.metric:
        metric = standard.metrics[evidence.metric]
        counted = counts[metric.key]
        hint = suggest(evidence, metric, counts)
        part = replace(
            part,
            metric=metric.key,
            label=metric.label,
            unit=metric.unit,
            formula=metric.formula,
            amount=counted.amount,
            whole=counted.whole,
            expected=counts[evidence.expected].amount if evidence.expected else None,
            empty=hint.empty,
            applies=applies and hint.points is not None,
            suggested=hint.points if applies else None,
        )
    if not part.applies:
        return part
    points = newest.points if newest and newest.points is not None else part.suggested
    return replace(part, points=None if points is None else max(ZERO, min(points, part.most)))


def _given(row: Score | VetoMark) -> Given:
    return Given(row.id, row.by.name, row.at, row.note)


def _vetoes(
    standard: Standard, counts: Counts, flags: set[str], marks: Mapping[str, VetoMark]
) -> list[Veto]:
    """Those of the whole school, which people have to answer, then those of the items, which the
    ledgers answer and people may only set."""
    found = [Veto(one.key, one.text, basis=one.basis) for one in standard.global_vetoes]
    for item in standard.items:
        when = item.veto_when
        if when is None or (item.applies_when and item.applies_when not in flags):
            continue
        key = veto_metric(when)
        holds = is_vetoed(when, counts)
        found.append(
            Veto(
                item.key,
                when.say,
                item=item.key,
                metric=key,
                amount=counts[key].amount,
                counted=holds,
                holds=holds,
                basis=item.basis,
            )
        )
    return [_marked(one, marks.get(one.key)) for one in found]


def _marked(veto: Veto, mark: VetoMark | None) -> Veto:
    if mark is None:
        return veto
    return replace(veto, holds=veto.counted or mark.holds, given=_given(mark))


def _said(found: Assessment) -> sa.Select[Score]:
    """Everything that was said of the items, with who said it and the files behind it."""
    return (
        sa.select(Score)
        .where(Score.assessment_id == found.id)
        .options(
            joinedload(Score.by, innerjoin=True),
            selectinload(Score.files).joinedload(ScoreFile.file, innerjoin=True),
        )
    )


def _scores(session: Session, found: Assessment | None) -> Scores:
    if found is None:
        return {}
    said: dict[tuple[str, int], list[Score]] = defaultdict(list)
    for row in session.scalars(_said(found).order_by(Score.id)):
        said[row.item, row.part].append(row)
    return said


def history(session: Session, found: Assessment, item: str) -> Sequence[Score]:
    """What was said of an item, newest first."""
    return session.scalars(_said(found).where(Score.item == item).order_by(Score.id.desc())).all()


def newest_score(session: Session, found: Assessment, item: str, part: int) -> Score | None:
    """What counts of a part, if anybody said something."""
    return session.scalars(
        sa.select(Score)
        .where(Score.assessment_id == found.id, Score.item == item, Score.part == part)
        .options(joinedload(Score.by, innerjoin=True))
        .order_by(Score.id.desc())
        .limit(1)
    ).first()


def newest_mark(session: Session, found: Assessment, veto: str) -> VetoMark | None:
    """What counts of a veto, if anybody said something."""
    return session.scalars(
        sa.select(VetoMark)
        .where(VetoMark.assessment_id == found.id, VetoMark.veto == veto)
        .options(joinedload(VetoMark.by, innerjoin=True))
        .order_by(VetoMark.id.desc())
        .limit(1)
    ).first()


def _veto_marks(session: Session, found: Assessment | None) -> dict[str, VetoMark]:
    if found is None:
        return {}
    rows = session.scalars(
        sa.select(VetoMark)
        .where(VetoMark.assessment_id == found.id)
        .options(joinedload(VetoMark.by, innerjoin=True))
        .order_by(VetoMark.id)
    )
    return {row.veto: row for row in rows}


def members(session: Session, found: Assessment) -> Sequence[AssessmentMember]:
    """The team as it is, in the order they joined."""
    return session.scalars(
        sa.select(AssessmentMember)
        .where(AssessmentMember.assessment_id == found.id, AssessmentMember.left_at.is_(None))
        .options(joinedload(AssessmentMember.person, innerjoin=True).selectinload(Person.posts))
        .order_by(AssessmentMember.id)
    ).all()


def membership(session: Session, found: Assessment, person_id: int) -> AssessmentMember | None:
    """The row of somebody who is in the team, or was."""
    return session.scalars(
        sa.select(AssessmentMember)
        .where(AssessmentMember.assessment_id == found.id, AssessmentMember.person_id == person_id)
        .options(joinedload(AssessmentMember.person, innerjoin=True))
    ).first()


def title_of(person: Person, day: date) -> str:
    """The first of a person's posts as a word."""
    posts = content.load().posts
    return next((posts[one].title for one in people.posts_on(person, day) if one in posts), "")


def events(session: Session, found: Assessment) -> Sequence[AssessmentEvent]:
    """The steps, oldest first."""
    return session.scalars(
        sa.select(AssessmentEvent)
        .where(AssessmentEvent.assessment_id == found.id)
        .options(
            joinedload(AssessmentEvent.by, innerjoin=True),
            joinedload(AssessmentEvent.signature),
            joinedload(AssessmentEvent.file),
        )
        .order_by(AssessmentEvent.id)
    ).all()


def hazards(session: Session, found: Assessment | None) -> dict[str, Hazard]:
    """By item the hazard made of it."""
    if found is None:
        return {}
    rows = session.scalars(
        sa.select(AssessmentHazard)
        .where(AssessmentHazard.assessment_id == found.id)
        .options(joinedload(AssessmentHazard.hazard, innerjoin=True))
        .order_by(AssessmentHazard.id)
    )
    return {row.item: row.hazard for row in rows}


def photo_ids(actor: Actor) -> sa.Select[int]:
    """Ids of the drawn signatures, for those who may read."""
    return _for(actor, sa.select(AssessmentEvent.signature_id), AssessmentEvent.assessment_id)


def file_ids(actor: Actor) -> sa.Select[int]:
    """Ids of what lies behind scores and steps, for those who may read."""
    scores = sa.select(ScoreFile.file_id).join(Score, Score.id == ScoreFile.score_id)
    both = sa.union(
        _for(actor, scores, Score.assessment_id),
        _for(actor, sa.select(AssessmentEvent.file_id), AssessmentEvent.assessment_id),
    ).subquery()
    return sa.select(both.c[0]).where(both.c[0].is_not(None))


def own_ids(session: Session, actor: Actor) -> set[int]:
    """Ids of the assessments in whose team ``actor`` is."""
    return set(session.scalars(_teams(actor)))


def _teams(actor: Actor) -> sa.Select[int]:
    return sa.select(AssessmentMember.assessment_id).where(
        AssessmentMember.person_id == actor.id, AssessmentMember.left_at.is_(None)
    )


def _for(
    actor: Actor, select: sa.Select[int], assessment_id: InstrumentedAttribute[int]
) -> sa.Select[int]:
    if sees_all(actor):
        return select
    return select.where(assessment_id.in_(_teams(actor)))

"""Reading papers: who may see them, the register, one paper, its readers, which policies there are."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session, joinedload, selectinload

from unitsafe.core.db import like
from unitsafe.core.domain import Actor, Right
from unitsafe.core.labels import label
from unitsafe.core.paging import AT_ONCE
from unitsafe.documents import rules
from unitsafe.documents.models import (
    Document,
    DocumentAudience,
    DocumentEvent,
    DocumentFile,
    DocumentMember,
    DocumentPart,
    DocumentReading,
    DocumentTopic,
    DocumentVersion,
)
from unitsafe.documents.rules import EVERYBODY, Kind, Part, State, Team, Topic
from unitsafe.people.models import Person, PersonStatus
from unitsafe.people.queries import (
    HandoverLine,
    active_people,
    handover_sources,
    holders_by_post,
)

LEDGER_ORDER = (Document.issued_on, Document.id)
CURRENT = Document.state == State.CURRENT
MARKS = ("review", "late")
"""What the register is asked for: to be looked through soon or late, and late only."""


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Policies and plans for everybody; the rest for those who see the whole school, for whoever
    keeps the paper and whoever is asked to read it."""
    if Right.VIEW_ALL in actor.rights or Right.MANAGE_SCHOOL in actor.rights:
        return sa.true()
    return sa.or_(
        Document.kind.in_(rules.FOR_EVERYBODY), Document.owner_id == actor.id, addressed_to(actor)
    )


def addressed_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Papers that ask the actor to read them."""
    if not rules.is_addressed(actor.posts, (EVERYBODY,)):
        return sa.false()
    return sa.exists().where(
        DocumentAudience.document_id == Document.id,
        DocumentAudience.post.in_((EVERYBODY, *sorted(actor.posts))),
    )


def unread_by(actor: Actor) -> sa.ColumnElement[bool]:
    """Papers that hold, ask the actor to read them, and whose newest version they have not read."""
    is_read = sa.exists().where(
        DocumentVersion.document_id == Document.id,
        DocumentVersion.number == Document.latest,
        DocumentReading.version_id == DocumentVersion.id,
        DocumentReading.person_id == actor.id,
    )
    return sa.and_(CURRENT, addressed_to(actor), ~is_read)


def to_review(today: date, ahead: int) -> sa.ColumnElement[bool]:
    """Papers that hold and are to be looked through by then; the late ones too."""
    return sa.and_(CURRENT, Document.next_review_on <= today + timedelta(days=ahead))


@dataclass(frozen=True)
class Filters:
    """What the register is narrowed to; ``state`` None shows also what no longer holds."""

    kind: Kind | None = None
    topic: Topic | None = None
    state: State | None = State.CURRENT
    mark: str = ""
    unread: bool = False
    words: str = ""


def ledger(actor: Actor, filters: Filters, today: date, ahead: int) -> sa.Select[Any]:
    """Papers with owner, topics and audience; page by LEDGER_ORDER."""
    return (
        sa.select(Document)
        .where(*_conditions(actor, filters, today, ahead))
        .options(
            joinedload(Document.owner),
            selectinload(Document.topics),
            selectinload(Document.audience),
        )
    )


def _conditions(
    actor: Actor, filters: Filters, today: date, ahead: int
) -> list[sa.ColumnElement[bool]]:
    found = [visible_to(actor)]
    if filters.kind:
        found.append(Document.kind == filters.kind)
    if filters.topic:
        found.append(_about((filters.topic,)))
    if filters.state:
        found.append(Document.state == filters.state)
    if filters.mark:
        found.append(to_review(today, -1 if filters.mark == "late" else ahead))
    if filters.unread:
        found.append(unread_by(actor))
    if filters.words:
        pattern = like(filters.words)
        columns = (Document.title, Document.document_no)
        found.append(sa.or_(*(column.like(pattern, escape="\\") for column in columns)))
    return found


def _about(topics: Collection[Topic]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        DocumentTopic.document_id == Document.id, DocumentTopic.topic.in_(topics)
    )


def counts_by_kind(
    session: Session, actor: Actor, filters: Filters, today: date, ahead: int
) -> Counter[Kind]:
    """How many papers of each kind the filters leave (the kind itself and the topic left out)."""
    wider = replace(filters, kind=None, topic=None)
    rows = session.execute(
        sa.select(Document.kind, sa.func.count())
        .where(*_conditions(actor, wider, today, ahead))
        .group_by(Document.kind)
    )
    return Counter({row[0]: row[1] for row in rows})


def lines(
    session: Session, actor: Actor, filters: Filters, today: date, ahead: int
) -> Iterator[tuple[Document, "Progress | None"]]:
    """The whole register by day, upwards, with how many have read each paper; some at a time."""
    select = ledger(actor, filters, today, ahead).order_by(*LEDGER_ORDER)
    everyone = staff(session, today)
    for found in session.scalars(select.execution_options(yield_per=AT_ONCE)).partitions():
        read = progress(session, found, everyone)
        yield from ((one, read.get(one.id)) for one in found)


def document(session: Session, actor: Actor, document_id: int) -> Document | None:
    """One paper with everything its page shows; None when unknown or not visible."""
    versions = selectinload(Document.versions)
    return session.scalars(
        sa.select(Document)
        .where(Document.id == document_id, visible_to(actor))
        .options(
            joinedload(Document.owner),
            selectinload(Document.topics),
            selectinload(Document.audience),
            selectinload(Document.members).joinedload(DocumentMember.person),
            selectinload(Document.events).joinedload(DocumentEvent.by),
            versions.joinedload(DocumentVersion.by),
            versions.selectinload(DocumentVersion.files).joinedload(DocumentFile.file),
            versions.selectinload(DocumentVersion.parts),
        )
    ).first()


def readings(session: Session, version_id: int) -> dict[int, Any]:
    """Who has read a version: person's id → when."""
    rows = session.execute(
        sa.select(DocumentReading.person_id, DocumentReading.at).where(
            DocumentReading.version_id == version_id
        )
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class Staff:
    """Everybody who can be asked to read, by name, and who holds which post."""

    people: Sequence[Person]
    by_post: Mapping[str, Sequence[int]]

    def asked(self, audience: Collection[str]) -> list[Person]:
        """The people of an audience, by name."""
        if EVERYBODY in audience:
            return list(self.people)
        ids = {one for post in audience for one in self.by_post.get(post, ())}
        return [person for person in self.people if person.id in ids]


def staff(session: Session, today: date) -> Staff:
    """The staff of today."""
    return Staff(active_people(session), holders_by_post(session, today))


@dataclass(frozen=True)
class Progress:
    """How many of those who are asked have read the newest version."""

    read: int
    asked: int


def progress(session: Session, found: Collection[Document], everyone: Staff) -> dict[int, Progress]:
    """By paper's id, for those of ``found`` (loaded with audience) that ask somebody."""
    rows = session.execute(
        sa.select(DocumentVersion.document_id, DocumentReading.person_id)
        .join(DocumentReading, DocumentReading.version_id == DocumentVersion.id)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(
            Document.id.in_([one.id for one in found]),
            DocumentVersion.number == Document.latest,
        )
    )
    readers: dict[int, set[int]] = {}
    for document_id, person_id in rows:
        readers.setdefault(document_id, set()).add(person_id)
    told = {}
    for one in found:
        if asked := {person.id for person in everyone.asked([a.post for a in one.audience])}:
            told[one.id] = Progress(len(asked & readers.get(one.id, set())), len(asked))
    return told


def topics_held(session: Session) -> dict[Topic, date]:
    """What the papers that hold are about, each with the newest day somebody went through one."""
    rows = session.execute(
        sa.select(DocumentTopic.topic, sa.func.max(Document.reviewed_on))
        .join(Document, Document.id == DocumentTopic.document_id)
        .where(CURRENT)
        .group_by(DocumentTopic.topic)
    )
    return {row[0]: row[1] for row in rows}


def held_on(day: date) -> sa.ColumnElement[bool]:
    """Papers that held at the end of that day."""
    return sa.and_(
        Document.issued_on <= day, sa.or_(Document.ended_on.is_(None), Document.ended_on > day)
    )


def looked_through_on(day: date) -> sa.ScalarSelect[date]:
    """The last day, up to ``day``, on which somebody went through the paper."""
    return (
        sa.select(sa.func.max(DocumentEvent.day))
        .where(
            DocumentEvent.document_id == Document.id,
            DocumentEvent.action.in_(rules.LOOKED_THROUGH),
            DocumentEvent.day <= day,
        )
        .correlate(Document)
        .scalar_subquery()
    )


def plan_on(session: Session, day: date) -> tuple[Document, DocumentVersion] | None:
    """The school's plan and its version of that day, with parts and teams; the newest of several."""
    row = session.execute(
        sa.select(Document, DocumentVersion)
        .join(DocumentVersion, DocumentVersion.document_id == Document.id)
        .where(
            Document.kind == Kind.EMERGENCY_PLAN,
            _about((Topic.WHOLE_SCHOOL,)),
            held_on(day),
            DocumentVersion.issued_on <= day,
        )
        .options(
            selectinload(Document.members).joinedload(DocumentMember.person),
            selectinload(DocumentVersion.parts),
        )
        .order_by(DocumentVersion.issued_on.desc(), DocumentVersion.id.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def file_ids(actor: Actor) -> sa.Select[int]:
    """Ids of the files of the papers that ``actor`` may see, old versions too."""
    return (
        sa.select(DocumentFile.file_id)
        .join(DocumentVersion, DocumentVersion.id == DocumentFile.version_id)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(visible_to(actor))
    )


def parts_of(version: DocumentVersion) -> dict[Part, DocumentPart]:
    """The parts of a version (loaded with them)."""
    return {one.part: one for one in version.parts}


@dataclass(frozen=True)
class Seated:
    """A team of a plan: who of it is at the school, and who has left and is not replaced yet."""

    leader: Person | None
    members: Sequence[Person]
    gone: Sequence[Person]

    @property
    def is_manned(self) -> bool:
        """Whether it has a leader and somebody else."""
        seats = [rules.Seat(is_leader=False, is_here=True) for _one in self.members]
        leader = [rules.Seat(is_leader=True, is_here=True)] if self.leader else []
        return rules.is_manned(leader + seats)


def teams(one: Document) -> dict[Team, Seated]:
    """The teams of a plan (loaded with members and their people) as they stand now."""
    found = {}
    for team in Team:
        rows = [row for row in one.members if row.team is team]
        here = [row for row in rows if row.person.status is PersonStatus.ACTIVE]
        found[team] = Seated(
            next((row.person for row in here if row.is_leader), None),
            [row.person for row in here if not row.is_leader],
            [row.person for row in rows if row not in here],
        )
    return found


def _papers_left(session: Session, person: Person) -> list[HandoverLine]:
    """Papers that somebody who left still keeps, and teams of plans they are still in."""
    kept = session.scalars(
        sa.select(Document).where(CURRENT, Document.owner_id == person.id).order_by(Document.id)
    )
    seats = session.execute(
        sa.select(Document.id, Document.title, DocumentMember.team)
        .join(Document, Document.id == DocumentMember.document_id)
        .where(CURRENT, DocumentMember.person_id == person.id)
        .order_by(Document.id, DocumentMember.id)
    )
    found = [
        HandoverLine(_("文件"), one.title, "documents.edit", {"document_id": one.id})
        for one in kept
    ]
    return found + [
        HandoverLine(
            _("预案"), f"{row.title} {label(row.team)}", "documents.plan", {"document_id": row.id}
        )
        for row in seats
    ]


handover_sources.append(_papers_left)

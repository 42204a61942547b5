"""What people do with papers: each change appends an event and an audit entry."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, NotAllowed, RuleError
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
from unitsafe.documents.rules import Action, Kind, Part, State, Team, Topic
from unitsafe.files import services as files
from unitsafe.people.models import Person
from unitsafe.people.queries import names
from unitsafe.school.queries import school


@dataclass(frozen=True)
class Facts:
    """What is written down of a paper; ``next_review_on`` None takes the usual day."""

    title: str
    topics: Sequence[Topic] = ()
    document_no: str = ""
    issued_on: date = date.min
    owner_id: int | None = None
    next_review_on: date | None = None
    audience: Collection[str] = ()


@dataclass(frozen=True)
class TeamList:
    """Who is in a team; the leader need not stand among the members."""

    leader_id: int | None = None
    member_ids: Collection[int] = field(default_factory=tuple)


def record(
    session: Session,
    kind: Kind,
    facts: Facts,
    *,
    file_ids: Collection[int] = (),
    note: str = "",
    by: Actor,
    now: datetime,
) -> Document:
    """A paper with its first version."""
    _check_right(by)
    _check(kind, facts, clock.local(now).date())
    one = Document(
        kind=kind,
        title=facts.title,
        document_no=facts.document_no,
        issued_on=facts.issued_on,
        owner_id=facts.owner_id,
        reviewed_on=facts.issued_on,
        next_review_on=_next(session, kind, facts.issued_on, facts.next_review_on),
        recorded_at=now,
        topics=[DocumentTopic(topic=topic) for topic in facts.topics],
        audience=[DocumentAudience(post=post) for post in sorted(facts.audience)],
        members=[],
    )
    session.add(one)
    session.flush()
    _add_version(session, one, facts.issued_on, note, file_ids, by=by, now=now)
    _log(session, one, Action.RECORD, facts.issued_on, note, by=by, now=now)
    return one


def change(
    session: Session, one: Document, facts: Facts, *, seen: int, by: Actor, now: datetime
) -> None:
    """Correct what is written down (``one`` loaded with topics and audience); the event tells old
    and new. ``seen`` is the version of the row that the person had before them."""
    _check_right(by)
    if one.version != seen:
        raise RuleError("刚刚有人改过这份文件的登记，请看过最新内容再改。")
    _check(one.kind, facts, clock.local(now).date())
    before = _shown(session, one)
    if one.reviewed_on == one.issued_on and one.latest == 1:
        one.reviewed_on = facts.issued_on
    one.title, one.document_no, one.issued_on = facts.title, facts.document_no, facts.issued_on
    one.owner_id = facts.owner_id
    one.next_review_on = _next(session, one.kind, one.reviewed_on, facts.next_review_on)
    one.topics = _kept(one.topics, "topic", facts.topics, DocumentTopic)
    one.audience = _kept(one.audience, "post", sorted(facts.audience), DocumentAudience)
    session.flush()
    after = _shown(session, one)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes:
        today = clock.local(now).date()
        _log(session, one, Action.CHANGE, today, "", changes=changes, by=by, now=now)


def add_version(
    session: Session,
    one: Document,
    *,
    issued_on: date,
    note: str = "",
    file_ids: Collection[int] = (),
    by: Actor,
    now: datetime,
) -> DocumentVersion:
    """A newer text; the earlier ones stay, and whoever is asked to read is asked again."""
    _check_open(one, by)
    _check_day(issued_on, "issued_on", not_before=_last_issue(session, one), now=now)
    made = _add_version(session, one, issued_on, note, file_ids, by=by, now=now)
    _went_through(session, one, issued_on, None)
    _log(session, one, Action.ADD_VERSION, issued_on, note, by=by, now=now)
    return made


def review(
    session: Session,
    one: Document,
    *,
    reviewed_on: date,
    next_review_on: date | None = None,
    note: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """Somebody went through the text and found nothing to change."""
    _check_open(one, by)
    _check_day(reviewed_on, "reviewed_on", not_before=one.reviewed_on, now=now)
    if next_review_on and next_review_on <= reviewed_on:
        raise RuleError("下次复核应在这次之后。", field="next_review_on")
    _went_through(session, one, reviewed_on, next_review_on)
    _log(session, one, Action.REVIEW, reviewed_on, note, by=by, now=now)


def set_state(
    session: Session, one: Document, state: State, *, note: str, by: Actor, now: datetime
) -> None:
    """It no longer holds (replaced, withdrawn), or holds again after a mistake."""
    _check_right(by)
    if state is one.state:
        raise RuleError("这份文件已经是“%(state)s”。", state=state)
    today = clock.local(now).date()
    changes = {"state": [str(one.state), str(state)]}
    one.state, one.ended_on = state, None if state is State.CURRENT else today
    action = Action.RESTORE if state is State.CURRENT else Action.END
    _log(session, one, action, today, note, changes=changes, by=by, now=now)


def mark_read(session: Session, one: Document, *, number: int, by: Actor, now: datetime) -> None:
    """The person has read version ``number`` (``one`` loaded with audience)."""
    if not rules.is_addressed(by.posts, [entry.post for entry in one.audience]):
        raise RuleError("这份文件没有要求您阅读。")
    if one.state is not State.CURRENT:
        raise RuleError("这份文件已经不再执行，不用阅读。")
    if number != one.latest:
        raise RuleError("刚刚有了新版本，请看过新版本再点“我已阅读”。")
    version = _version(session, one)
    if not session.scalar(
        sa.select(DocumentReading.id).where(
            DocumentReading.version_id == version.id, DocumentReading.person_id == by.id
        )
    ):
        session.add(DocumentReading(version_id=version.id, person_id=by.id, at=now))
        data = {"version": number}
        audit.record(session, "document.read", f"document:{one.id}", by=by, now=now, data=data)


def fill_plan(
    session: Session,
    one: Document,
    *,
    number: int,
    parts: Mapping[Part, str],
    teams: Mapping[Team, TeamList],
    by: Actor,
    now: datetime,
) -> None:
    """Where version ``number`` of a plan says what it must, and who is in its teams (``one`` loaded
    with members and their people). What is missing from ``parts`` or empty is not in the text."""
    _check_open(one, by)
    if one.kind is not Kind.EMERGENCY_PLAN:
        raise RuleError("只有预案要填写内容和行动小组。")
    if number != one.latest:
        raise RuleError("刚刚有了新版本，请看过新版本再填写。")
    version = _version(session, one)
    before = _plan_words(session, one, version)
    _set_parts(session, version, parts)
    one.members = _seated(session, one.members, teams)
    session.flush()
    after = _plan_words(session, one, version)
    changes = {
        key: [before.get(key, ""), after.get(key, "")]
        for key in rules.PLAN_KEYS
        if before.get(key, "") != after.get(key, "")
    }
    if changes:
        today = clock.local(now).date()
        _log(session, one, Action.FILL_PLAN, today, "", changes=changes, by=by, now=now)


def _check_right(by: Actor) -> None:
    if not rules.may_edit(by.rights):
        raise NotAllowed("制度与档案由学校安全员登记，请找他办理。")


def _check_open(one: Document, by: Actor) -> None:
    _check_right(by)
    if one.state is not State.CURRENT:
        raise RuleError("这份文件已经不再执行；需要时先恢复执行。")


def _check(kind: Kind, facts: Facts, today: date) -> None:
    rules.check_topics(kind, facts.topics)
    if facts.issued_on > today:
        raise RuleError("发布日期不能是以后的日子。", field="issued_on")
    if facts.next_review_on and facts.next_review_on <= facts.issued_on:
        raise RuleError("下次复核应在发布之后。", field="next_review_on")


def _check_day(day: date, field: str, *, not_before: date, now: datetime) -> None:
    if day > clock.local(now).date():
        raise RuleError("日期不能是以后的日子。", field=field)
    if day < not_before:
        raise RuleError("日期不能早于上一次（%(day)s）。", day=not_before.isoformat(), field=field)


def _next(session: Session, kind: Kind, last: date, chosen: date | None) -> date | None:
    months = school(session).number("document_months")
    return chosen or rules.next_review(kind, last, months)


def _went_through(session: Session, one: Document, day: date, chosen: date | None) -> None:
    """Note that the text was gone through on ``day``."""
    one.reviewed_on = max(one.reviewed_on, day)
    one.next_review_on = _next(session, one.kind, one.reviewed_on, chosen)


def _last_issue(session: Session, one: Document) -> date:
    return _version(session, one).issued_on


def _version(session: Session, one: Document) -> DocumentVersion:
    """The newest version, with its parts."""
    return session.scalars(
        sa.select(DocumentVersion)
        .where(DocumentVersion.document_id == one.id, DocumentVersion.number == one.latest)
        .options(selectinload(DocumentVersion.parts))
    ).one()


def _add_version(
    session: Session,
    one: Document,
    issued_on: date,
    note: str,
    file_ids: Collection[int],
    *,
    by: Actor,
    now: datetime,
) -> DocumentVersion:
    own = files.own(session, by, file_ids)
    if not own and not note:
        raise RuleError("请上传文件；没有电子件的，在说明里写纸质件放在哪里。", field="note")
    one.latest += 1
    made = DocumentVersion(
        document_id=one.id,
        number=one.latest,
        issued_on=issued_on,
        note=note,
        at=now,
        by_id=by.id,
        files=[DocumentFile(file_id=file.id) for file in own],
        parts=[],
    )
    session.add(made)
    session.flush()
    return made


def _kept(rows: Sequence[object], name: str, wanted: Collection[str], model: type) -> list:  # type: ignore[type-arg]
    """Rows of ``model`` for ``wanted``: those there already stay, the others are new."""
    there = {getattr(row, name): row for row in rows}
    return [there.get(value) or model(**{name: value}) for value in wanted]


def _set_parts(session: Session, version: DocumentVersion, parts: Mapping[Part, str]) -> None:
    there = {row.part: row for row in version.parts}
    found = []
    for part in Part:
        if place := parts.get(part, ""):
            row = there.get(part) or DocumentPart(part=part)
            row.place = place
            found.append(row)
    version.parts = found


def _seated(
    session: Session, members: Sequence[DocumentMember], teams: Mapping[Team, TeamList]
) -> list[DocumentMember]:
    there = {(row.team, row.person_id): row for row in members}
    found = []
    for team, chosen in teams.items():
        for person_id in dict.fromkeys([chosen.leader_id, *chosen.member_ids]):
            if not person_id:
                continue
            row = there.get((team, person_id)) or DocumentMember(
                team=team, person=session.get_one(Person, person_id)
            )
            row.is_leader = person_id == chosen.leader_id
            found.append(row)
    return found


def _plan_words(session: Session, one: Document, version: DocumentVersion) -> dict[str, str]:
    """What a plan holds, as text by rules.PLAN_KEYS; a leader stands first, with a star."""
    told = {rules.part_key(row.part): row.place for row in version.parts}
    people = names(session, {row.person_id for row in one.members})
    for team in Team:
        seats = sorted(
            (row for row in one.members if row.team is team), key=lambda row: not row.is_leader
        )
        told[rules.team_key(team)] = "、".join(
            people[row.person_id] + ("*" if row.is_leader else "") for row in seats
        )
    return told


def _shown(session: Session, one: Document) -> dict[str, str]:
    owner = names(session, {one.owner_id} if one.owner_id else set())
    return {
        "title": one.title,
        "document_no": one.document_no,
        "issued_on": one.issued_on.isoformat(),
        "owner": owner.get(one.owner_id or 0, ""),
        "next_review_on": one.next_review_on.isoformat() if one.next_review_on else "",
        "topics": ",".join(entry.topic for entry in one.topics),
        "audience": ",".join(entry.post for entry in one.audience),
    }


def _log(
    session: Session,
    one: Document,
    action: Action,
    day: date,
    note: str,
    *,
    changes: Mapping[str, list[str]] | None = None,
    by: Actor,
    now: datetime,
) -> None:
    session.add(
        DocumentEvent(
            document_id=one.id,
            action=action,
            day=day,
            at=now,
            by_id=by.id,
            note=note,
            changes=dict(changes or {}),
        )
    )
    session.flush()
    data: dict[str, object] = {
        name: new for name, (_old, new) in (changes or {}).items() if name not in rules.PLAN_KEYS
    }
    if action in (Action.RECORD, Action.ADD_VERSION):
        data |= {"name": one.title, "version": one.latest}
    if note:
        data["note"] = note
    audit.record(session, f"document.{action}", f"document:{one.id}", by=by, now=now, data=data)

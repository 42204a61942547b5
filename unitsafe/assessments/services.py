"""What people do with an assessment. All of it is written once; what changes is what counts."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from unitsafe import content
from unitsafe.assessments import figures, queries, rules, standards
from unitsafe.assessments.models import (
    Assessment,
    AssessmentEvent,
    AssessmentHazard,
    AssessmentMember,
    Score,
    ScoreFile,
    VetoMark,
)
from unitsafe.assessments.quarters import Quarter, read
from unitsafe.assessments.rules import MOVES, State, Step
from unitsafe.assessments.sheet import Item, Sheet, Veto, content_hash
from unitsafe.content.build import make, plain
from unitsafe.core import audit
from unitsafe.core.domain import Actor, NotAllowed, Right, RuleError
from unitsafe.core.printing import unprintable
from unitsafe.files.models import StoredFile
from unitsafe.hazards import services as hazards
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Fix, Level, Source
from unitsafe.letters.rules import How
from unitsafe.people.models import Person
from unitsafe.photos.models import Photo
from unitsafe.school import queries as schools

MANAGER = "消防安全管理人"
"""The fire role (content/duties.yaml) that reviews. Source: ``scoring.workflow``."""
CATEGORIES = {
    "equipment": "fire_facility",
    "facility_checks": "fire_facility",
    "maintenance": "fire_facility",
}
"""Ledger of a metric → category of the hazard made of its item; everything else is management."""


def open_quarter(
    session: Session, code: str, today: date, *, by: Actor, now: datetime
) -> Assessment:
    """Begin the assessment of a quarter; the one that is there when there is one.

    :raises RuleError: no quarter, one that has not begun, one before the school's calendar.
    """
    quarter = read(code)
    if quarter is None:
        raise RuleError("没有这个季度，请选一个季度。", field="quarter")
    if (found := queries.assessment(session, quarter)) is not None:
        return found
    if quarter.first > today:
        raise RuleError("%(name)s还没有开始，不能自评。", name=quarter.name, field="quarter")
    if not figures.has_ledgers(session, quarter):
        raise RuleError(
            "%(name)s在校历开始以前，没有台账可评。", name=quarter.name, field="quarter"
        )
    figures.keep(session, quarter, now=now)
    found = Assessment(quarter=str(quarter), standard=standards.in_use(session, now=now))
    session.add(found)
    session.flush()
    _append(session, found, Step.OPEN, by=by, now=now, done_on=today)
    session.add(AssessmentMember(assessment_id=found.id, person_id=by.id))
    session.flush()
    _log(session, found, Step.OPEN, by=by, now=now, data={"quarter": code})
    return found


def join(
    session: Session, found: Assessment, person: Person | None, *, by: Actor, now: datetime
) -> None:
    """Take ``person`` into the team. Raises RuleError."""
    _need_open(found)
    if person is None:
        raise RuleError("请选择要加入的人。", field="person")
    if person.id in {one.person_id for one in queries.members(session, found)}:
        raise RuleError("%(name)s已经在小组里。", name=person.name, field="person")
    row = queries.membership(session, found, person.id)
    if row is None:
        session.add(AssessmentMember(assessment_id=found.id, person_id=person.id))
    else:
        row.left_at = None
    _log(session, found, "join", by=by, now=now, data={"member": person.name})


def leave(session: Session, found: Assessment, person_id: int, *, by: Actor, now: datetime) -> None:
    """Take somebody out of the team; what they scored stays. Raises RuleError."""
    _need_open(found)
    row = queries.membership(session, found, person_id)
    if row is None or row.left_at is not None:
        raise RuleError("这个人不在小组里。")
    row.left_at = now
    _log(session, found, "leave", by=by, now=now, data={"member": row.person.name})


def score(
    session: Session,
    found: Assessment,
    item: Item,
    part_number: int,
    points: Decimal | None,
    *,
    note: str,
    files: Sequence[StoredFile],
    seen: int,
    by: Actor,
    now: datetime,
) -> Score:
    """Give a part of ``item`` points (None: what the ledgers suggest counts again). ``seen`` is the
    id of the score that was on the page, 0 for none.

    :raises RuleError: not of the team, not open, more than there is, no reason, someone was quicker.
    """
    _need_team(session, found, by)
    part = item.part(part_number)
    if part is None or not part.applies:
        raise RuleError("这一项本校不适用，不用打分。")
    if points is None and part.type == "manual":
        raise RuleError("请打分。", field="points")
    points = None if points is None else _plain_points(points, part.most)
    if points == part.suggested:
        points = None  # the ledgers' points count, also when those change
    if points is not None and not note:
        why = "请写明现场情况。" if part.type == "manual" else "改分要写明原因。"
        raise RuleError(why, field="note")
    newest = queries.newest_score(session, found, item.key, part_number)
    if (newest.id if newest else 0) != seen:
        raise RuleError(
            "%(name)s刚刚打了%(points)s分（%(note)s），请看过再改。",
            name=newest.by.name if newest else "",
            points=part.suggested if newest is None or newest.points is None else newest.points,
            note=newest.note if newest else "",
            field="points",
        )
    row = Score(
        assessment_id=found.id,
        item=item.key,
        part=part_number,
        points=points,
        note=note,
        at=now,
        by_id=by.id,
    )
    session.add(row)
    session.flush()
    session.add_all(ScoreFile(score_id=row.id, file_id=one.id) for one in files)
    data = {
        "item": item.text,
        "part": part_number,
        "score": points,
        "suggested": part.suggested,
        "note": note,
        "files": [one.name for one in files],
    }
    _log(session, found, "score", by=by, now=now, data=data)
    return row


def _plain_points(points: Decimal, most: Decimal) -> Decimal:
    """``points`` as they are read back later (models.Points): the table is the same one before and
    after. Raises RuleError."""
    if not points.is_finite() or not 0 <= points <= most:
        raise RuleError("得分要在0到%(most)s之间。", most=most, field="points")
    if points != round(points, 2):
        raise RuleError("得分最多两位小数。", field="points")
    return points.normalize() + 0


def mark_veto(
    session: Session,
    found: Assessment,
    veto: Veto,
    holds: bool,
    *,
    note: str,
    seen: int,
    by: Actor,
    now: datetime,
) -> None:
    """Say whether a veto holds; one that the ledgers tell of cannot be denied.

    :raises RuleError: not of the team, not open, no reason, someone was quicker.
    """
    _need_team(session, found, by)
    if veto.counted and not holds:
        raise RuleError("台账显示这一条成立，请先处理台账里的问题。", field="note")
    if (holds or veto.holds) and not note:
        raise RuleError("请写明情况。", field="note")
    newest = queries.newest_mark(session, found, veto.key)
    if (newest.id if newest else 0) != seen:
        name = newest.by.name if newest else ""
        raise RuleError("%(name)s刚刚核过这一条，请看过再改。", name=name, field="note")
    row = VetoMark(
        assessment_id=found.id, veto=veto.key, holds=holds, note=note, at=now, by_id=by.id
    )
    session.add(row)
    session.flush()
    data = {"veto": veto.text, "holds": holds, "note": note}
    _log(session, found, "veto", by=by, now=now, data=data)


def sign(
    session: Session,
    found: Assessment,
    sheet: Sheet,
    step: Step,
    *,
    seen: str,
    how: How,
    department: str = "",
    signer: str = "",
    typed_name: str = "",
    signature: Photo | None = None,
    scan: StoredFile | None = None,
    done_on: date,
    today: date,
    by: Actor,
    now: datetime,
) -> AssessmentEvent:
    """A department, the manager or the principal signs ``sheet``: on the screen, or ``by`` records
    the paper that ``signer`` has signed. The principal's signature freezes it for ever.

    :raises RuleError: not theirs to sign, not their turn, something unanswered, another table.
    """
    _need_state(found, step)
    if how is How.SCREEN:
        if not may_sign(step, by):
            raise NotAllowed(_WHO[step])
        if signature is None and typed_name != by.name:
            raise RuleError("请填写您的姓名“%(name)s”。", name=by.name, field="typed_name")
        signer = by.name
    elif by.rights.isdisjoint(queries.RUNS):
        raise NotAllowed("纸上的签字由安全员或安全主任登记。")
    elif not signer:
        raise RuleError("请填写是谁签的字。", field="signer")
    elif scan is None:
        raise RuleError("请附上签好的评分表扫描件或照片。", field="file")
    need_ready(session, found, sheet, step)
    _need_day(session, found, sheet.quarter, done_on, today)
    if step is Step.DEPARTMENT:
        _need_department(session, found, sheet, department)
    if seen != sheet.mark:
        raise RuleError("评分表刚刚有变动，请看过新的内容再签。")
    event = _append(
        session,
        found,
        step,
        by=by,
        now=now,
        done_on=done_on,
        mark=sheet.mark,
        how=how,
        department=department,
        signer=signer,
        typed_name="" if signature else typed_name,
        signature_id=signature.id if signature else None,
        file_id=scan.id if scan else None,
    )
    found.state = MOVES[step][1]
    data = {
        "signer": signer,
        "department": department,
        "how": how,
        "done_on": done_on,
        "total": sheet.total,
        "level": sheet.grade,
    }
    if step is Step.SIGN:
        found.content = {"sheet": plain(sheet)}
        found.summary = summary(sheet)
        data["content"] = content_hash(found.content)
    _log(session, found, step, by=by, now=now, data=data)
    return event


_WHO = {
    Step.DEPARTMENT: "被评部门由部门负责人签字。",
    Step.REVIEW: "由消防安全管理人（分管安全副校长）审核。",
    Step.SIGN: "由消防安全责任人（校长）签批。",
}


def may_sign(step: Step, actor: Actor) -> bool:
    """Whether a step is this person's to sign on the screen."""
    posts = content.load().posts
    held = [posts[key] for key in actor.posts if key in posts]
    if step is Step.DEPARTMENT:
        return not rules.HEADS.isdisjoint(actor.posts)
    if step is Step.REVIEW:
        return any(post.fire_role == MANAGER for post in held)
    return Right.SIGN_ASSESSMENT in actor.rights


def may_return(actor: Actor) -> bool:
    """Whether this person may give a reviewed table back to the team."""
    return may_sign(Step.REVIEW, actor) or may_sign(Step.SIGN, actor)


def need_ready(session: Session, found: Assessment, sheet: Sheet, step: Step) -> None:
    """:raises RuleError: with what still has to be done before ``step``."""
    if sheet.frozen_at is None:
        raise RuleError(
            "本季度还没有结束，现在的分数是预览；%(day)s以后才能签字。", day=sheet.quarter.last
        )
    least = schools.school(session).number("assessment_team")
    if len(sheet.members) < least:
        raise RuleError(
            "评估小组不能少于%(n)s人，现在%(have)s人。", n=least, have=len(sheet.members)
        )
    left = [item.number for item in sheet.unanswered]
    if left:
        raise RuleError("还有%(n)s项没有打分：%(items)s。", n=len(left), items="、".join(left))
    if sheet.unsaid:
        raise RuleError(
            "还有%(n)s条否决项没有核：%(items)s。",
            n=len(sheet.unsaid),
            items="；".join(one.text for one in sheet.unsaid),
        )
    if message := unprintable(" ".join(_texts(sheet))):
        raise RuleError("签了字也打印不出来：%(why)s", why=message)
    if step is Step.DEPARTMENT:
        return
    before, missing = _BEFORE[step]
    events = queries.events(session, found)
    if not any(one.step is before and one.mark == sheet.mark for one in events):
        raise RuleError(missing)


def _texts(sheet: Sheet) -> Iterator[str]:
    """Everything of the table that people have typed."""
    for item in sheet.items():
        yield from (item.text, item.how_to_score, *(file.name for file in item.files))
        for part in item.parts:
            yield part.rubric
            yield part.given.note if part.given else ""
    for veto in sheet.vetoes:
        yield veto.text
        yield veto.given.note if veto.given else ""


_BEFORE = {
    Step.REVIEW: (Step.DEPARTMENT, "请先由被评部门签字；签字后改过分的要重签。"),
    Step.SIGN: (Step.REVIEW, "审核以后评分表有变动（比如学校条件改了），请先退回小组核对。"),
}
"""Which signature under the same table a later one needs."""


def _need_department(session: Session, found: Assessment, sheet: Sheet, name: str) -> None:
    """Each department signs the same table once."""
    if not name:
        raise RuleError("请填写部门。", field="department")
    for one in queries.events(session, found):
        if (one.step, one.department, one.mark) == (Step.DEPARTMENT, name, sheet.mark):
            raise RuleError("%(name)s已经签过了。", name=name, field="department")


def _need_day(
    session: Session, found: Assessment, quarter: Quarter, done_on: date, today: date
) -> None:
    """Signing and filing come after the quarter, and in their order."""
    signed = [one.done_on for one in queries.events(session, found) if one.how is not None]
    if not max([quarter.last + timedelta(days=1), *signed]) <= done_on <= today:
        raise RuleError("日期要在季度结束和前面的签字以后，不晚于今天。", field="done_on")


def give_back(
    session: Session, found: Assessment, *, note: str, today: date, by: Actor, now: datetime
) -> None:
    """Return a reviewed table to the team. Raises RuleError."""
    _need_state(found, Step.RETURN)
    if not may_return(by):
        raise NotAllowed("由审核或签批的人退回。")
    if not note:
        raise RuleError("请写明为什么退回。", field="note")
    _append(session, found, Step.RETURN, by=by, now=now, done_on=today, note=note)
    found.state = State.OPEN
    _log(session, found, Step.RETURN, by=by, now=now, data={"note": note})


def file(
    session: Session,
    found: Assessment,
    *,
    done_on: date,
    receipt: str,
    scan: StoredFile | None,
    today: date,
    by: Actor,
    now: datetime,
) -> None:
    """Record that the signed table was filed. Raises RuleError."""
    if by.rights.isdisjoint(queries.RUNS):
        raise NotAllowed("备案由安全员或安全主任登记。")
    _need_state(found, Step.FILE)
    _need_day(session, found, queries.quarter_of_assessment(found), done_on, today)
    _append(
        session,
        found,
        Step.FILE,
        by=by,
        now=now,
        done_on=done_on,
        receipt=receipt,
        file_id=scan.id if scan else None,
    )
    _log(session, found, Step.FILE, by=by, now=now, data={"done_on": done_on, "receipt": receipt})


def make_hazards(
    session: Session,
    found: Assessment,
    sheet: Sheet,
    only: str = "",
    *,
    by: Actor,
    now: datetime,
) -> list[Hazard]:
    """A hazard of each item that fell short and has none yet, or of the item ``only``. Raises
    RuleError."""
    if by.rights.isdisjoint(queries.RUNS):
        _need_member(session, found, by)
    known = queries.hazards(session, found)
    vetoed = {veto.item for veto in sheet.holding}
    made = []
    for item in sheet.unmet:
        if item.key in known or (only and item.key != only):
            continue
        hazard = hazards.report(
            session,
            description=_described(item),
            category=_category(item),
            level=Level.MAJOR if item.key in vetoed else Level.NORMAL,
            fix=Fix.SCHEDULED,
            space_id=None,
            source=Source.ASSESSMENT,
            source_ref=f"{found.quarter}/items/{item.key}",
            by=by,
            now=now,
        )
        session.add(AssessmentHazard(assessment_id=found.id, item=item.key, hazard_id=hazard.id))
        made.append(hazard)
    session.flush()
    return made


def _described(item: Item) -> str:
    notes = [part.given.note for part in item.parts if part.given and part.given.note]
    return f"四个能力自评未达标（{item.got}/{item.of}分）：{item.text}。{'；'.join(notes)}"


def _category(item: Item) -> str:
    metrics = content.load().standard.metrics
    ledgers = [metrics[part.metric].ledger for part in item.parts if part.metric in metrics]
    return next((CATEGORIES[one] for one in ledgers if one in CATEGORIES), "management")


def summary(sheet: Sheet) -> dict[str, object]:
    """Points by capability and group, for lists and comparisons."""
    return {
        "total": str(sheet.total or ""),
        "grade": sheet.grade,
        "vetoes": len(sheet.holding),
        "unmet": [item.key for item in sheet.unmet],
        "capabilities": {
            one.key: [one.title, str(one.got), str(one.of)] for one in sheet.capabilities
        },
        "groups": {
            group.key: [group.title, str(group.got), str(group.of)]
            for one in sheet.capabilities
            for group in one.groups
        },
    }


def _need_open(found: Assessment) -> None:
    if found.state is State.REVIEWED:
        raise RuleError("评分表已经审核，要改请先退回。")
    if found.state is State.SIGNED:
        raise RuleError("评分表已经签批，不能再改。")


_NOT_YET = {
    Step.RETURN: "还没有审核，不用退回。",
    Step.SIGN: "要先由消防安全管理人审核，再由校长签批。",
    Step.FILE: "签批以后才能登记备案。",
}


def _need_state(found: Assessment, step: Step) -> None:
    if found.state is MOVES[step][0]:
        return
    if step in _NOT_YET and found.state is not State.SIGNED:
        raise RuleError(_NOT_YET[step])
    _need_open(found)


def _need_team(session: Session, found: Assessment, by: Actor) -> None:
    _need_open(found)
    _need_member(session, found, by)


def _need_member(session: Session, found: Assessment, by: Actor) -> None:
    if by.id not in {one.person_id for one in queries.members(session, found)}:
        raise NotAllowed("只有评估小组的成员可以打分。")


def _append(
    session: Session, found: Assessment, step: Step, *, by: Actor, now: datetime, **facts: object
) -> AssessmentEvent:
    event = AssessmentEvent(assessment_id=found.id, step=step, by_id=by.id, at=now, **facts)
    session.add(event)
    session.flush()
    return event


def _log(
    session: Session,
    found: Assessment,
    act: str,
    *,
    by: Actor,
    now: datetime,
    data: dict[str, object],
) -> None:
    audit.record(
        session, f"assessment.{act}", f"assessment:{found.quarter}", by=by, now=now, data=data
    )


@audit.verifier("assessment.sign")
def _is_untouched(session: Session, entry: audit.AuditEntry) -> str | None:
    quarter = read(entry.subject.partition(":")[2])
    found = queries.assessment(session, quarter) if quarter else None
    if (
        found is None
        or found.content is None
        or content_hash(found.content) != json.loads(entry.data)["content"]
        or found.summary != summary(make(Sheet, found.content["sheet"]))
    ):
        return f"the assessment of {quarter} is not the one that was signed"
    return None

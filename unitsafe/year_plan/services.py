"""Adding to the plan, marking its entries, signing it."""

import json
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import content
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.files.models import StoredFile
from unitsafe.letters.rules import How, span
from unitsafe.photos.models import Photo
from unitsafe.year_plan import rules
from unitsafe.year_plan.models import OwnEntry, PlanMark, PlanSignature
from unitsafe.year_plan.queries import Book, Line, content_hash, newest_signature
from unitsafe.year_plan.rules import Act, Status


def add(
    session: Session, year: str, *, text: str, due_on: date, post: str, by: Actor, now: datetime
) -> OwnEntry:
    """Put something of the school's own on the plan.

    :raises RuleError: a day outside the school year, no such post.
    """
    first, last = span(year)
    if not first <= due_on <= last:
        raise RuleError("完成期限要在%(a)s到%(b)s之间。", a=first, b=last)
    if post not in content.load().posts:
        raise RuleError("请选择由哪个岗位办。")
    one = OwnEntry(school_year=year, text=text, due_on=due_on, post=post, at=now, by_id=by.id)
    session.add(one)
    session.flush()
    data = {"work": text, "due_on": due_on, "who": post}
    audit.record(session, "year_plan.add", f"year_plan:{year}", by=by, now=now, data=data)
    return one


def open_acts(line: Line) -> list[Act]:
    """What may be marked on an entry now."""
    if line.drop is not None:
        return [Act.RESTORE]
    acts = []
    if line.is_manual and line.tick is None:
        acts.append(Act.DONE)
    if line.tick is not None:
        acts.append(Act.UNDONE)
    elif line.status is not Status.DONE:
        acts.append(Act.DROP)
    return acts


def mark(
    session: Session,
    year: str,
    line: Line,
    act: Act,
    *,
    done_on: date | None = None,
    note: str = "",
    file: StoredFile | None = None,
    today: date,
    by: Actor,
    now: datetime,
) -> None:
    """Mark an entry.

    :raises RuleError: not open to that act, a day that cannot be, no reason for leaving it out.
    """
    if act not in open_acts(line):
        raise RuleError("这一项的状态刚刚变了，请看过再操作。")
    if act is Act.DONE and (done_on is None or not line.entry.first <= done_on <= today):
        raise RuleError("完成日期要在%(first)s到今天之间。", first=line.entry.first)
    if act in (Act.DROP, Act.UNDONE) and not note:
        raise RuleError("请写明原因。")
    session.add(
        PlanMark(
            school_year=year,
            key=line.entry.key,
            slot=line.entry.slot,
            act=act,
            done_on=done_on if act is Act.DONE else None,
            note=note,
            file_id=file.id if file and act is Act.DONE else None,
            at=now,
            by_id=by.id,
        )
    )
    session.flush()
    data = {"work": line.text, "period": line.entry.name, "done_on": done_on, "note": note}
    audit.record(session, f"year_plan.{act}", f"year_plan:{year}", by=by, now=now, data=data)


def sign_on_screen(
    session: Session,
    book: Book,
    *,
    seen: str,
    typed_name: str,
    signature: Photo | None,
    today: date,
    by: Actor,
    now: datetime,
) -> PlanSignature:
    """Sign the plan whose ``mark`` was ``seen``: drawn, or with one's own name typed.

    :raises RuleError: another name, another plan than the one that was read, nothing to sign.
    """
    if signature is None and typed_name != by.name:
        raise RuleError("请填写您的姓名“%(name)s”。", name=by.name)
    one = _new(session, book, seen, How.SCREEN, today, today=today, by=by, now=now)
    one.typed_name = "" if signature else typed_name
    one.signature_id = signature.id if signature else None
    return _signed(session, one, by=by, now=now)


def sign_on_paper(
    session: Session,
    book: Book,
    *,
    seen: str,
    signed_on: date,
    scan: StoredFile | None,
    today: date,
    by: Actor,
    now: datetime,
) -> PlanSignature:
    """Record the printed plan that was signed by hand on ``signed_on``.

    :raises RuleError: no scan, a day that cannot be, another plan, nothing to sign.
    """
    if scan is None:
        raise RuleError("请附上签好的计划扫描件或照片。")
    one = _new(session, book, seen, How.PAPER, signed_on, today=today, by=by, now=now)
    one.file_id = scan.id
    return _signed(session, one, by=by, now=now)


def _new(
    session: Session,
    book: Book,
    seen: str,
    how: How,
    signed_on: date,
    *,
    today: date,
    by: Actor,
    now: datetime,
) -> PlanSignature:
    earlier = newest_signature(session, book.year)
    if earlier is not None and not book.is_adjusted:
        raise RuleError("这份计划已经签过了，签后没有调整。")
    if not rules.may_sign_on(book.year, today) or not rules.may_sign_on(book.year, signed_on):
        raise RuleError("签批日期要在本学年内，最早提前一个月。")
    if signed_on > today:
        raise RuleError("签批日期不能晚于今天。")
    if seen != book.mark:
        raise RuleError("计划的内容刚刚变了，请看过新的内容再签。")
    return PlanSignature(
        school_year=book.year,
        version=earlier.version + 1 if earlier else 1,
        content=book.snapshot,
        how=how,
        signed_on=signed_on,
        at=now,
        by_id=by.id,
    )


def _signed(session: Session, one: PlanSignature, *, by: Actor, now: datetime) -> PlanSignature:
    session.add(one)
    session.flush()
    data = {
        "year": one.school_year,
        "version": one.version,
        "how": one.how,
        "signed_on": one.signed_on,
        "text": content_hash(one.content),
    }
    audit.record(
        session, "year_plan.sign", f"year_plan:{one.school_year}", by=by, now=now, data=data
    )
    return one


@audit.verifier("year_plan.sign")
def _plan_is_untouched(session: Session, entry: audit.AuditEntry) -> str | None:
    data = json.loads(entry.data)
    one = session.scalars(
        sa.select(PlanSignature).where(
            PlanSignature.school_year == data["year"], PlanSignature.version == data["version"]
        )
    ).first()
    if one is None or content_hash(one.content) != data["text"]:
        return f"the plan of {data['year']} is not the one that was signed"
    return None

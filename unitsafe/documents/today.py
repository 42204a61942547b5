"""What the papers have waiting for a person."""

from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe.core.domain import Actor
from unitsafe.core.waiting import Waiting, waits
from unitsafe.documents import rules
from unitsafe.documents.models import Document
from unitsafe.documents.queries import to_review, unread_by
from unitsafe.documents.rules import EVERYBODY
from unitsafe.school.queries import the_school


@waits("documents")
def documents(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    """What the actor is asked to read, and what is to be looked through: one's own papers, all of
    them for whoever keeps the register."""
    if not rules.is_addressed(actor.posts, (EVERYBODY,)):
        return
    yield from _to_read(session, actor)
    yield from _to_review(session, actor, today)


def _to_read(session: Session, actor: Actor) -> Iterator[Waiting]:
    number, first, title = session.execute(
        sa.select(sa.func.count(), sa.func.min(Document.id), sa.func.min(Document.title)).where(
            unread_by(actor)
        )
    ).one()
    if number == 1:
        url = url_for("documents.detail", document_id=first)
        yield Waiting(
            url, 1, _("请阅读《%(title)s》", title=title), _("看完点“我已阅读”"), _("去看")
        )
    elif number:
        url = url_for("documents.index", unread=1)
        yield Waiting(
            url, number, _("请阅读%(n)s份文件", n=number), _("看完点“我已阅读”"), _("去看")
        )


def _to_review(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    school = the_school()
    if school is None:
        return
    mine = sa.true() if rules.may_edit(actor.rights) else Document.owner_id == actor.id
    number, first, due_on = session.execute(
        sa.select(
            sa.func.count(), sa.func.min(Document.id), sa.func.min(Document.next_review_on)
        ).where(to_review(today, school.number("document_ahead")), mine)
    ).one()
    if due_on is None:
        return
    late = (today - due_on).days
    line = (
        _("最早的一份已超期%(n)s天", n=late)
        if late > 0
        else _("最早的一份%(day)s前复核", day=due_on.isoformat())
    )
    yield Waiting(
        url_for("documents.detail", document_id=first)
        if number == 1
        else url_for("documents.index", mark="review"),
        number,
        _("制度、预案该复核了"),
        line,
        _("去复核"),
        "late" if late > 0 else "due",
    )

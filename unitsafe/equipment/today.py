"""What the register of equipment has waiting under 今日."""

from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe.core.domain import Actor, Right
from unitsafe.core.waiting import Waiting, waits
from unitsafe.equipment import queries, rules
from unitsafe.equipment.models import Equipment


@waits("equipment")
def waiting(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    """What has come due, for those who keep the register; what is still to be inspected this
    month, for the post that inspects and for those who have grids, not for who only leads all."""
    if queries.EDITORS & actor.rights:
        yield from _due(session, today)
    inspects = Right.EDIT_EQUIPMENT in actor.rights
    if inspects or actor.keeps or (actor.leads and Right.VIEW_ALL not in actor.rights):
        yield from _to_inspect(session, actor, today)


def _due(session: Session, today: date) -> Iterator[Waiting]:
    if past := queries.past_due(session, today):
        yield Waiting(
            url_for("equipment.index", due="any.past"),
            past,
            _("消防器材已到期"),
            _("检查、送修或报废的日子到了，还没有处理"),
            _("去看"),
            "late",
        )


def _to_inspect(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    mine = queries.inspected_by(actor, today)
    row = session.execute(
        sa.select(
            sa.func.count(), sa.func.sum(sa.case((Equipment.inspect_on < today, 1), else_=0))
        ).where(queries.is_to_inspect(today), mine)
    ).one()
    if row[0]:
        yield Waiting(
            url_for("equipment.to_inspect"),
            row[0],
            _("器材检查：还有%(n)s件", n=row[0]),
            _("%(day)s前查完", day=f"{today.month}月{rules.month_end(today).day}日"),
            _("去检查"),
            "late" if row[1] else "due",
        )

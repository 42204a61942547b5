"""Many hazards given to one person at once: all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core.domain import Actor, RuleError
from unitsafe.hazards import queries, services
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import IS_MAJOR
from unitsafe.people.models import Person

REASON = "和其他隐患一起改派"
"""Why a deadline moved, where it did."""
MOST = 100
"""Hazards that one form may hold; a page of the ledger shows fewer."""


@dataclass(frozen=True)
class Pick:
    """A row that was ticked, as it was when its page was made."""

    number: str
    version: int


class SomeRefused(RuleError):
    """Nothing was assigned: ``lines`` says of each refused hazard why."""

    def __init__(self, lines: Sequence[tuple[str, RuleError]]) -> None:
        super().__init__("%(n)s条不能派单，所以一条也没有派。", n=len(lines))
        self.lines = lines


def dispatch_many(
    session: Session,
    picks: Sequence[Pick],
    *,
    to: Person,
    due_on: date,
    by: Actor,
    now: datetime,
) -> list[Hazard]:
    """Give every hazard of ``picks`` to ``to`` by ``due_on``; level and measures stay.

    :raises SomeRefused: for what changed since the page was made, is not visible to ``by``, or what
        ``services.dispatch`` refuses. The caller's transaction must then leave nothing behind.
    """
    numbers = [pick.number for pick in picks]
    found = {
        one.number: one
        for one in session.scalars(
            sa.select(Hazard).where(Hazard.number.in_(numbers), queries.visible_to(by))
        )
    }
    refused: list[tuple[str, RuleError]] = []
    for pick in picks:
        hazard = found.get(pick.number)
        try:
            if hazard is None:
                raise RuleError("没有这条隐患，或者不在您的网格里。")
            if hazard.version != pick.version:
                raise RuleError("刚刚有人处理过，请看过最新情况再派。")
            if hazard.level in IS_MAJOR or hazard.supervisor_id is not None:
                raise RuleError("重大、疑似重大和挂牌督办的隐患请逐条派单。")
            services.dispatch(
                session,
                hazard,
                to=to,
                level=hazard.level,
                due_on=due_on,
                measure=hazard.measure,
                interim_measure=hazard.interim_measure,
                reason=REASON,
                by=by,
                now=now,
            )
        except RuleError as error:
            refused.append((pick.number, error))
    if refused:
        raise SomeRefused(refused)
    return list(found.values())

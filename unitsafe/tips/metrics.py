"""The figure of the tips. Source: content/four_capabilities.yaml ``formula``."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.figures import Figure, Period, metric
from unitsafe.tips.models import Tip


@metric("report_handled_rate")
def report_handled_rate(session: Session, period: Period) -> Figure:
    """Tips of the period answered by their day ÷ tips of the period; ``records`` were answered late
    or not.

    Their day: seven days after they came in, or what the school has set (Tip.due_on). A tip without
    an answer whose day had not passed by the day looked at is not counted.
    """
    tips = session.execute(
        sa.select(Tip.id, Tip.due_on, Tip.answered_at).where(
            Tip.received_at >= clock.at(period.first), Tip.received_at < clock.end_of(period.on)
        )
    ).all()
    amount, late = 0, []
    for tip in tips:
        last = min(tip.due_on, period.on)
        if tip.answered_at is not None and clock.local(tip.answered_at).date() <= last:
            amount += 1
        elif tip.due_on <= period.on:
            late.append(tip.id)
    return Figure(amount, amount + len(late), sa.select(Tip).where(Tip.id.in_(late)))

"""Each step of lateness tells the next person up the grid: its leader, the manager, the principal.

What was told is an event of the hazard, so that asking again tells nobody twice.
"""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.domain import Actor
from unitsafe.grids import queries as grids
from unitsafe.hazards import queries, rules, services
from unitsafe.hazards.models import Hazard, HazardEvent
from unitsafe.hazards.rules import HIGHEST_STEP, UNFIXED, Action
from unitsafe.people.models import Person
from unitsafe.people.queries import deputies, holders_by_post
from unitsafe.school import queries as schools

POSTS = {2: "vice_principal_safety", 3: "principal"}
"""Who is told at the steps above the grid's leader. Source: content/duties.yaml ``fire_role``."""


def tell(session: Session, *, now: datetime) -> int:
    """Tell whoever has to know by now, inside a write; how many steps were new."""
    today = clock.local(now).date()
    late = _late(session, today)
    if not late:
        return 0
    red_after = schools.school(session).number("card_red_after")
    above = _Above(session, today)
    told = 0
    for hazard in late:
        days = hazard.days_late(today)
        for step in range(
            hazard.told_step + 1, rules.lateness_step(hazard.level, days, red_after) + 1
        ):
            person = above.at(step, hazard)
            note = f"超期{days}天，请督促整改。" if person else f"超期{days}天，上一级没有人在岗。"
            services.remind(session, hazard, to=person, note=note, now=now)
            told += 1
    return told


def _late(session: Session, today: date) -> Sequence[Hazard]:
    return session.scalars(
        sa.select(Hazard)
        .where(Hazard.state.in_(UNFIXED), Hazard.due_on < today, Hazard.told_step < HIGHEST_STEP)
        .order_by(Hazard.id)
    ).all()


class _Above:
    """Who stands above a hazard today, read once; deputies for those away."""

    def __init__(self, session: Session, today: date) -> None:
        self.session = session
        self.tree = grids.tree_on(session, today)
        self.held = grids.duties(session, today)
        self.posts = holders_by_post(session, today)
        self.deputies = deputies(session, today)

    def at(self, step: int, hazard: Hazard) -> Person | None:
        """The person of that step; None where nobody is there, or only the holder is."""
        if step == 1:
            above = grids.leaders_above(self.tree, self.held, hazard.grid_id)
            return next((one for one in above if one.id != hazard.holder_id), None)
        ids = [self.deputies.get(one, one) for one in self.posts.get(POSTS[step], ())]
        found = next((one for one in ids if one != hazard.holder_id), None)
        return self.session.get(Person, found) if found else None


def told_to(session: Session, actor: Actor, today: date, limit: int = 20) -> Sequence[Hazard]:
    """Late hazards of which ``actor``, or somebody for whom they stand in, was told; longest first."""
    told = sa.exists().where(
        HazardEvent.hazard_id == Hazard.id,
        HazardEvent.action == Action.REMIND,
        HazardEvent.to_id.in_((actor.id, *actor.stands_in_for)),
    )
    return session.scalars(
        sa.select(Hazard)
        .where(
            Hazard.state.in_(UNFIXED),
            Hazard.due_on < today,
            Hazard.told_step > 0,
            told,
        )
        .options(*queries.ROW)
        .order_by(Hazard.due_on, Hazard.id)
        .limit(limit)
    ).all()

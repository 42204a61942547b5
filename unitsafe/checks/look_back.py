"""回头看: each week the sampled closed hazards become checks, done by somebody who did not fix them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe import clock
from unitsafe.checks import queries, rules
from unitsafe.checks.models import Check, Plan
from unitsafe.checks.planning import Target, target_sources
from unitsafe.checks.rules import DONE, LOOK_BACK
from unitsafe.core.domain import Actor
from unitsafe.grids import queries as grids
from unitsafe.hazards import look_back
from unitsafe.hazards import queries as hazards
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto
from unitsafe.hazards.queries import LookedAgain
from unitsafe.hazards.rules import Action, State
from unitsafe.places.models import Space
from unitsafe.school import queries as schools

LONGEST_PLACE = 80
"""What Check.place holds."""


def target_key(hazard_id: int) -> str:
    """The name of a hazard among the checks."""
    return f"h{hazard_id}"


def targets(session: Session, day: date) -> Mapping[int, Sequence[Target]]:
    """Per plan the closed hazards that are looked at again in the week of ``day``; on every day of
    that week the same ones."""
    plan_ids = session.scalars(
        sa.select(Plan.id).where(Plan.target == LOOK_BACK, Plan.is_active)
    ).all()
    sampled = _sampled(session, rules.period("week", day)[0]) if plan_ids else []
    if not sampled:
        return {}
    tree, held = grids.tree_on(session, day), grids.duties(session, day)
    found = []
    for hazard in sampled:
        in_use = hazard.grid_id in tree and tree[hazard.grid_id].now.is_active
        leaders = grids.leaders_above(tree, held, hazard.grid_id)
        instead = next((one.id for one in leaders if one.id != hazard.fixed_by_id), None)
        found.append(
            Target(
                target_key(hazard.id),
                _place(hazard),
                hazard.grid_id if in_use else None,
                hazard.space.building_id if hazard.space else None,
                None,
                not_by_id=hazard.fixed_by_id,
                instead_id=instead,
            )
        )
    return dict.fromkeys(plan_ids, found)


def _sampled(session: Session, monday: date) -> list[Hazard]:
    """The hazards of that week's sample that no earlier week has looked at."""
    school = schools.school(session)
    first, last = look_back.closed_between(monday, school.number("look_back_days"))
    earlier = (
        sa.select(Check.target_key)
        .join(Plan, Plan.id == Check.plan_id)
        .where(Plan.target == LOOK_BACK, Check.day < monday)
    )
    rows = session.scalars(
        sa.select(Hazard)
        .where(
            Hazard.state == State.CLOSED,
            Hazard.closed_at >= clock.at(first),
            Hazard.closed_at < clock.at(last + timedelta(days=1)),
            ("h" + sa.cast(Hazard.id, sa.String)).not_in(earlier),
        )
        .options(joinedload(Hazard.space).joinedload(Space.building), joinedload(Hazard.grid))
        .order_by(Hazard.closed_at, Hazard.id)
    )
    shares = {level: school.number(key) for level, key in look_back.SHARE_SETTING.items()}
    return [one for one in rows if look_back.is_sampled(one.number, one.state, shares[one.level])]


def _place(hazard: Hazard) -> str:
    space = hazard.space
    name = f"{space.building.name} {space.name}" if space else hazard.grid.name
    return f"{name[: LONGEST_PLACE - len(hazard.number) - 1]} {hazard.number}"


def hazard_of(session: Session, check: Check) -> Hazard | None:
    """The closed hazard that a check looks at again, with its place; None for other checks."""
    if check.target != LOOK_BACK:
        return None
    return session.scalars(
        sa.select(Hazard)
        .where(Hazard.id == int(check.target_key[1:]))
        .options(joinedload(Hazard.space).joinedload(Space.building), joinedload(Hazard.grid))
    ).one()


@dataclass(frozen=True)
class Left:
    """A closed hazard as it was left: what was done, and photos of it."""

    hazard: Hazard
    measure: str
    photos: Sequence[HazardPhoto]


def as_left(session: Session, old: Hazard | None) -> Left | None:
    """What whoever looks again has to know of the hazard."""
    if old is None:
        return None
    done = session.scalars(
        sa.select(HazardEvent.note)
        .where(
            HazardEvent.hazard_id == old.id,
            HazardEvent.action.in_((Action.REPORT_DONE, Action.FIX_ON_SPOT)),
        )
        .order_by(HazardEvent.id.desc())
    ).first()
    shown = [photo for photo in hazards.photos(session, old.id) if photo.is_after]
    return Left(old, done or old.measure, shown)


def is_barred(check: Check, old: Hazard | None, by: Actor) -> bool:
    """Whether ``by`` fixed the hazard that the check looks at again while somebody else is there
    to look."""
    return old is not None and old.fixed_by_id == by.id and check.assignee_id not in (None, by.id)


def _looked_again(
    session: Session, actor: Actor, hazard: Hazard, now: datetime
) -> list[LookedAgain]:
    """The checks that looked at a hazard again, for its page."""
    rows = session.execute(
        sa.select(Check, queries.visible_to(actor))
        .join(Plan, Plan.id == Check.plan_id)
        .where(
            Plan.target == LOOK_BACK,
            Check.target_key == target_key(hazard.id),
            queries.is_listed(),
        )
        .order_by(Check.id)
    )
    return [
        LookedAgain(
            check.day,
            check.status(now),
            is_back=check.fail_count > 0 if check.state in DONE else None,
            check_id=check.id if is_visible else None,
        )
        for check, is_visible in rows
    ]


target_sources[LOOK_BACK] = targets
hazards.look_back_sources.append(_looked_again)

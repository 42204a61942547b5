"""Producing the due checks of a day from the plans; asking again changes nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.checks import rules
from unitsafe.checks.models import (
    Answer,
    Check,
    CheckEvent,
    ChecklistVersion,
    CheckPhoto,
    Finding,
    Plan,
    PlannedDay,
)
from unitsafe.checks.rules import DAILY, Action, DayFacts, State
from unitsafe.checks.versions import load_content, newest_versions
from unitsafe.content.build import plain
from unitsafe.core.disk import catch_up
from unitsafe.grids import queries as grids
from unitsafe.grids.models import Grid, GridSpace, Handover, Role
from unitsafe.hazards import escalation, following
from unitsafe.people.queries import deputies, holders_by_post, valid_on
from unitsafe.places.models import Building, BuildingUse, Space
from unitsafe.school import queries as schools
from unitsafe.school.models import School
from unitsafe.school.rules import Span

LONGEST_GAP = 400
"""Days that are made up for when nobody opened the app; a school year and a bit."""


def create_default_plans(session: Session, school: School, *, now: datetime) -> None:
    """The plans a new school starts with, and the checklists they use.

    Asked again, when a newer program brings another plan, it adds only what never was there: a plan
    that a school has changed or switched off is left alone.
    """
    load_content(session, now=now)
    known = set(session.scalars(sa.select(Plan.key)))
    for template in content.load().plans.values():
        if template.key in known:
            continue
        session.add(
            Plan(
                key=template.key,
                checklist_key=template.checklist,
                title=template.title,
                target=template.target,
                unit=template.unit,
                days=template.days,
                windows=[
                    {
                        "opens": window.opens.isoformat("minutes") if window.opens else None,
                        "due": window.due.isoformat("minutes") if window.due else None,
                        "label": window.label,
                    }
                    for window in template.windows
                ],
                grace_minutes=template.grace_minutes,
                due_day=template.due_day,
                item_limit=template.item_limit,
                months=template.months,
                space_kinds=plain(template.space_kinds),
                is_active=template.needs_flag is None or school.has(template.needs_flag),
            )
        )
    session.flush()


def ensure_planned(session: Session, today: date, *, now: datetime) -> None:
    """Produce every day up to ``today`` that is still missing. Cheap when nothing is.

    What was arranged for one of these days takes effect: open work goes to whoever takes over.
    """
    last = session.scalar(sa.select(sa.func.max(PlannedDay.day)))
    if last is not None and last >= today:
        return
    if schools.the_school() is None:
        return
    catch_up(lambda tx: _plan_up_to(tx, today, now))


def _plan_up_to(tx: Session, today: date, now: datetime) -> None:
    last = tx.scalar(sa.select(sa.func.max(PlannedDay.day)))
    first = today if last is None else max(last + timedelta(days=1), today - timedelta(LONGEST_GAP))
    day = first
    while day <= today:
        plan_day(tx, day, now=now)
        day += timedelta(days=1)
    following.follow(tx, now=now)
    escalation.tell(tx, now=now)
    if _changed_hands(tx, first, today):
        plan_again(tx, today, now)  # checks of the week and month that were planned before


def _changed_hands(session: Session, first: date, last: date) -> bool:
    """Whether a grid got a successor on one of these days."""
    found = sa.select(Handover.id).where(Handover.from_on.between(first, last))
    return session.scalar(found.limit(1)) is not None


Loose = dict[tuple[int, date, int, str], int]
"""Checks that nobody has touched: plan, day (:func:`_mark`), round and target → id."""


def plan_day(
    session: Session,
    day: date,
    *,
    now: datetime,
    whole_periods: bool = False,
    loose: Loose | None = None,
) -> int:
    """Produce the checks of one day inside a write; returns how many are new.

    Those of ``loose`` that are still due are brought up to date and taken out of it.

    On the first day the plans ever run, or when asked for ``whole_periods``, those of the week,
    month and quarter that began earlier are produced too, so that a school that starts on the
    20th, or a building added then, still gets its monthly checks.
    """
    is_first = session.scalar(sa.select(sa.func.count()).select_from(PlannedDay)) == 0
    campus = _read_campus(session, day)
    added = 0
    for plan in session.scalars(sa.select(Plan).where(Plan.is_active).order_by(Plan.id)):
        version = campus.versions.get(plan.checklist_key)
        if version is None:
            continue
        whole = is_first or whole_periods
        for facts in _days_to_look_at(session, plan, day, campus, whole=whole):
            for slot in rules.slots(plan.template, facts):
                if whole and slot.clocks.due_at <= now:
                    continue  # nobody could have known of it in time
                added += _produce(session, plan, version, slot, campus, loose or {})
    session.merge(PlannedDay(day=day, at=now))
    session.flush()
    return added


def plan_again(session: Session, day: date, now: datetime) -> None:
    """After the calendar, a plan or the grids changed: what nobody has touched and is not late yet,
    of this day and of the week and month it lies in, is brought up to date, or dropped where it is
    due no more. It keeps its number, so that a page that is open still speaks of the same place.
    On a past day that turned out to be no school day, what nobody did is excused, visibly."""
    if session.get(PlannedDay, day) is None:
        return
    if day < clock.local(now).date():
        _excuse(session, day, now)
        return
    loose = _loose(session, day, now)
    plan_day(session, day, now=now, whole_periods=True, loose=loose)
    session.execute(sa.delete(Check).where(Check.id.in_(loose.values())))


def _loose(session: Session, day: date, now: datetime) -> Loose:
    begun = {rules.period(unit, day)[0] for unit in ("week", "month")}
    periodic = sa.select(Plan.id).where(Plan.unit.not_in(DAILY))
    special = set(session.scalars(sa.select(Plan.id).where(Plan.unit.in_(rules.SPECIAL))))
    rows = session.execute(
        sa.select(
            Check.plan_id, Check.day, Check.due_at, Check.round_no, Check.target_key, Check.id
        ).where(
            sa.or_(
                Check.day == day,
                sa.and_(Check.day.in_(begun), Check.plan_id.in_(periodic)),
                sa.and_(Check.day >= day - schools.MOST_BEFORE, Check.plan_id.in_(special)),
            ),
            Check.state == State.DUE,
            Check.started_at.is_(None),
            Check.explanation == "",
            Check.due_at > now,  # what is late stays late
            *(
                ~sa.exists().where(one.check_id == Check.id).correlate(Check)
                for one in (Answer, CheckPhoto, Finding)
            ),
        )
    )
    return {
        (plan, _mark(on, due_at, is_special=plan in special), round_no, target): number
        for plan, on, due_at, round_no, target, number in rows
    }


def _mark(day: date, due_at: datetime, *, is_special: bool) -> date:
    """What tells the checks of a plan apart: their day, or where that may move with the school's
    numbers, when they are due."""
    return clock.local(due_at).date() if is_special else day


def _excuse(session: Session, day: date, now: datetime) -> None:
    entry = schools.day(session, day)
    facts = DayFacts(day, bool(entry and entry.teaching), bool(entry and entry.boarding))
    plans = session.scalars(sa.select(Plan).where(Plan.unit.in_(DAILY)))
    void = [plan.id for plan in plans if not rules.applies(plan.template, facts)]
    reason = "校历已改，这一天不用查。"
    for check in session.scalars(
        sa.select(Check).where(Check.plan_id.in_(void), Check.day == day, Check.state == State.DUE)
    ):
        check.state, check.explanation = State.SKIPPED, reason
        session.add(CheckEvent(check_id=check.id, action=Action.SKIP, at=now, note=reason))
    session.flush()


@dataclass(frozen=True)
class Target:
    """Where a plan applies: a building, a grid, the campus, a closed hazard, or a turn on duty.

    ``grid_id`` None: the grid of the building, without one the school's. ``assignee_id`` None:
    who holds a post that fills the form, but never ``not_by_id``; then rather ``instead_id``.
    """

    key: str
    place: str
    grid_id: int | None
    building_id: int | None
    assignee_id: int | None
    not_by_id: int | None = None
    instead_id: int | None = None


TargetSource = Callable[[Session, date], Mapping[int, Sequence[Target]]]
target_sources: dict[str, TargetSource] = {}
"""Features further right that know where plans with that ``target`` apply on a day: by plan id."""


@dataclass
class _Campus:
    """What producing a day needs to know, read once."""

    root: Grid | None
    versions: dict[str, ChecklistVersion]
    buildings: Sequence[Building]
    building_grids: dict[int, int]
    grids: Sequence[Grid]
    kinds: dict[int, set[str]]
    members: dict[int, int]
    post_holder: dict[str, int] = field(default_factory=dict)
    elsewhere: dict[str, Mapping[int, Sequence[Target]]] = field(default_factory=dict)
    spans: Mapping[str, Sequence[Span]] = field(default_factory=dict)


def _read_campus(session: Session, day: date, *, with_turns: bool = True) -> _Campus:
    all_grids = grids.grids(session)
    by_id = {grid.id: grid for grid in all_grids}
    placed = session.execute(
        sa.select(GridSpace.grid_id, Space.kind, Space.building_id)
        .join(Space, Space.id == GridSpace.space_id)
        .where(valid_on(GridSpace, day), Space.is_active)
    ).all()
    kinds: dict[int, set[str]] = {}
    in_building: dict[int, set[int]] = {}
    for grid_id, kind, building_id in placed:
        kinds.setdefault(grid_id, set()).add(kind)
        in_building.setdefault(building_id, set()).add(grid_id)
    root = next((grid for grid in all_grids if grid.level == 1), None)
    members = {}
    for grid_id, duty_list in grids.duties(session, day).items():
        if duty := grids.first_with(duty_list, Role.MEMBER):
            members[grid_id] = duty.person.id
    campus = _Campus(
        root=root,
        versions={version.key: version for version in newest_versions(session)},
        buildings=session.scalars(
            sa.select(Building).where(Building.is_active).order_by(Building.position)
        ).all(),
        building_grids={
            building: _common_grid(ids, by_id, root) for building, ids in in_building.items()
        }
        if root
        else {},
        grids=all_grids,
        kinds=kinds,
        members=members,
    )
    standing_in = deputies(session, day)
    for post, ids in holders_by_post(session, day).items():
        present = next((one for one in ids if one not in standing_in), None)
        campus.post_holder[post] = present or standing_in[ids[0]]
    campus.spans = schools.special_spans(session, schools.school(session), day)
    if with_turns:
        campus.elsewhere = {name: source(session, day) for name, source in target_sources.items()}
    return campus


def _common_grid(ids: set[int], by_id: dict[int, Grid], root: Grid | None) -> int:
    """The lowest grid above all of ``ids``."""
    codes = [by_id[one].code.split("-") for one in ids if one in by_id]
    shared = codes[0][:2] if codes else []
    for code in codes:
        while code[: len(shared)] != shared:
            shared = shared[:-1]
    text = "-".join(shared)
    found = next((grid.id for grid in by_id.values() if grid.code == text), None)
    return found or (root.id if root else 0)


def _days_to_look_at(
    session: Session, plan: Plan, day: date, campus: "_Campus", *, whole: bool
) -> Iterator[DayFacts]:
    entry = schools.day(session, day)
    teaching, boarding = bool(entry and entry.teaching), bool(entry and entry.boarding)
    if plan.unit in rules.SPECIAL:
        for span in campus.spans[plan.unit]:
            if whole or span.first == day:
                yield DayFacts(span.first, teaching, boarding, begins=span)
        return
    yield DayFacts(day, teaching, boarding)
    if whole and plan.unit not in DAILY and (first := rules.period(plan.unit, day)[0]) < day:
        yield DayFacts(first, False, False)


def _targets(plan: Plan, campus: _Campus, who: Sequence[str]) -> Iterator[Target]:
    if campus.root is None:
        return
    holders = [campus.post_holder[post] for post in who if campus.post_holder.get(post)]
    pool = next(iter(holders), None)
    if plan.target in campus.elsewhere:
        for target in campus.elsewhere[plan.target].get(plan.id, ()):
            grid_id = campus.building_grids.get(target.building_id or 0, campus.root.id)
            yield replace(
                target,
                grid_id=target.grid_id or grid_id,
                assignee_id=target.assignee_id
                or next((one for one in holders if one != target.not_by_id), target.instead_id),
            )
    elif plan.target == "campus":
        yield Target("c", "全校", campus.root.id, None, pool)
    elif plan.target == "grid":
        for grid in campus.grids:
            kinds = campus.kinds.get(grid.id, set())
            if grid.level == 3 and (kinds & set(plan.space_kinds) if plan.space_kinds else kinds):
                yield Target(f"g{grid.id}", grid.name, grid.id, None, campus.members.get(grid.id))
    else:
        for building in campus.buildings:
            if plan.target == "dorm_building" and building.use is not BuildingUse.DORM:
                continue
            grid_id = campus.building_grids.get(building.id, campus.root.id)
            yield Target(f"b{building.id}", building.name, grid_id, building.id, pool)


def _produce(
    session: Session,
    plan: Plan,
    version: ChecklistVersion,
    slot: rules.Slot,
    campus: _Campus,
    loose: Loose,
) -> int:
    body = version.body
    who = list(body["who"])
    is_special = plan.unit in rules.SPECIAL
    mark = _mark(slot.day, slot.clocks.due_at, is_special=is_special)
    same = Check.due_at == slot.clocks.due_at if is_special else Check.day == slot.day
    known = set(
        session.scalars(
            sa.select(Check.target_key).where(
                Check.plan_id == plan.id, same, Check.round_no == slot.round_no
            )
        )
    )
    rows = [
        {
            "plan_id": plan.id,
            "checklist_id": version.id,
            "checklist_key": version.key,
            "title": plan.title,
            "label": slot.label,
            "day": slot.day,
            "round_no": slot.round_no,
            "target": plan.target,
            "target_key": target.key,
            "place": target.place,
            "building_id": target.building_id,
            "grid_id": target.grid_id,
            "item_limit": plan.item_limit,
            "who": f",{','.join(who)},",
            "countersign": body["countersign"],
            "assignee_id": target.assignee_id,
            "opens_at": slot.clocks.opens_at,
            "due_at": slot.clocks.due_at,
            "grace_ends_at": slot.clocks.grace_ends_at,
            "missed_at": slot.clocks.missed_at,
        }
        for target in _targets(plan, campus, who)
    ]
    fresh = [row for row in rows if row["target_key"] not in known]
    renewed = [
        {"id": number, **row}
        for row in rows
        if (number := loose.pop((plan.id, mark, slot.round_no, str(row["target_key"])), None))
    ]
    if fresh:
        session.execute(sa.insert(Check), fresh)
    if renewed:
        session.execute(sa.update(Check), renewed)
    return len(fresh)


@dataclass(frozen=True)
class Reach:
    """Whom a plan hits: at how many places, and which of them nobody is due to check."""

    plan: Plan
    places: int
    unmanned: Sequence[str]


def reach(session: Session, day: date) -> list[Reach]:
    """What each active plan would produce on ``day``, the calendar left aside; plans whose targets
    come from further right (turns on duty) are theirs to judge."""
    campus = _read_campus(session, day, with_turns=False)
    found = []
    for plan in session.scalars(sa.select(Plan).where(Plan.is_active).order_by(Plan.id)):
        if plan.target in target_sources:
            continue
        version = campus.versions.get(plan.checklist_key)
        who = list(version.body["who"]) if version else []
        targets = list(_targets(plan, campus, who))
        unmanned = [target.place for target in targets if target.assignee_id is None]
        found.append(Reach(plan, len(targets), unmanned))
    return found

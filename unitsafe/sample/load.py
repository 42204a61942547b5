"""Loading the sample school into an empty database."""

from datetime import datetime
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.checks.models import Answer, Check
from unitsafe.checks.planning import create_default_plans
from unitsafe.classes import queries as class_queries
from unitsafe.core.db import write_tx
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.hooks import unannounced
from unitsafe.equipment.models import Equipment
from unitsafe.grids.models import Grid
from unitsafe.hazards.models import Hazard
from unitsafe.people.models import Person, PersonStatus
from unitsafe.places.models import Building, Space
from unitsafe.sample import (
    appraisal,
    assessments,
    classes,
    documents,
    drills,
    duties,
    equipment,
    events,
    grids,
    maintenance,
    maps,
    people,
    places,
    plates,
    reminders,
    stations,
    terms,
    tips,
    trainings,
    visits,
    year_plan,
)
from unitsafe.sample.album import Album
from unitsafe.sample.history import History
from unitsafe.sample.journal import Journal
from unitsafe.sample.setting import Setting
from unitsafe.sample.timeline import Timeline
from unitsafe.sample.world import World
from unitsafe.sample.years import add_years
from unitsafe.school.models import School

NOT_EMPTY = "这里已经有数据了，样本学校只能装进空的数据库。"


def load_sample(session: Session, *, seed: int, now: datetime, years: int = 0) -> dict[str, int]:
    """A fictional boarding primary school with its history from 1 September to ``now``.

    ``years``: school years before that, made from the term's records. The same ``seed`` and ``now`` give the same data (but for the password's salt). Commits, and
    returns how many of what there are, by Chinese label. Needs an app context, whose photo store
    takes the pictures.

    :raises RuleError: the database already holds a school, a person or a check; with ``years``, the
        term has only begun.
    """
    with write_tx(session), unannounced():
        for model in (School, Person, Check):
            if session.scalar(sa.select(model.id).limit(1)) is not None:
                raise RuleError(NOT_EMPTY)
        world = _set_up(session, Random(seed), now, seed)
        events.plan(world)
        visits.plan(world, seed)
        drills.plan(world, seed, list(class_queries.classes(session)))
        maintenance.plan(world, seed)
        trainings.plan(world, seed, list(class_queries.classes(session)))
        tips.plan(world)
        stations.plan(world)
        year_plan.plan(world)
        appraisal.plan(world)
        assessments.plan(world, seed)
        History(world, seed).run()
        events.remember_visits(world)
        reminders.remember(world)
        session.flush()
        if years:
            add_years(session, years, seed=seed, now=now)
        return _counts(session)


def _set_up(session: Session, rng: Random, now: datetime, seed: int) -> World:
    """The school as it was entered before term: people, campus, grids, calendar, plans."""
    setting, timeline = Setting(session, now), Timeline()
    school = terms.found_school(setting)
    staff = people.build(setting, rng)
    manager = staff["梁志远"]
    by = Actor(manager.id, manager.name, origin=people.origin(manager))
    campus = places.build(setting, rng, by)
    tree = grids.build(setting, campus, staff, by)
    plates.build(setting, school, by)
    maps.build(setting, campus, tree, by)
    pieces = equipment.build(setting, campus, by, seed)
    maintenance.build(setting, by)
    reminders.build(setting, by)
    journal = Journal(session)
    terms.enter_terms(setting, timeline, journal, by)
    create_default_plans(session, school, now=setting.tick())
    session.flush()
    world = World(setting, rng, timeline, journal, Album(session), campus, staff, tree)
    equipment.plan(world, pieces)
    classes.build(setting, campus, staff, by)
    duties.enter(world, school)
    documents.enter(world)
    return world


def _counts(session: Session) -> dict[str, int]:
    def count(model: type, *where: sa.ColumnElement[bool]) -> int:
        found = session.scalar(sa.select(sa.func.count()).select_from(model).where(*where))
        return found or 0

    return {
        "楼栋": count(Building),
        "部位": count(Space),
        "网格": count(Grid, Grid.is_active.is_(True)),
        "教职工": count(
            Person,
            Person.status == PersonStatus.ACTIVE,
            Person.name.not_in((people.VISITOR, people.PAST_VISITOR)),
        ),
        "检查": count(Check),
        "答案": count(Answer),
        "隐患": count(Hazard),
        "器材": count(Equipment),
    }

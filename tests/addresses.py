"""Every address of the app with something real behind it: a furnished school and its keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.factories import Make, sign_in
from unitsafe.activities.models import Certificate, Decision
from unitsafe.activities.rules import Form as ActivityForm
from unitsafe.core.db import db
from unitsafe.grids.models import Assignment, Role
from unitsafe.hazards.models import Hazard, HazardPhoto
from unitsafe.imports.models import What
from unitsafe.people.models import Person
from unitsafe.places.queries import space as space_by_id
from unitsafe.roster.models import CalendarFeed

ROLES = ("nobody", "teacher", "leader", "officer", "manager", "principal", "inspector")
"""Everyone who signs in; ``nobody`` has an account and no post."""
ITEM = "gw_passage"
"""An item of the grid walk."""


@dataclass
class Campus:
    """Keys of the furnished school's objects, as addresses spell them.

    ``keys``: what belongs to the grid 一层 of the teacher and the leader; ``foreign``: what belongs
    to the grid 二层 of another block; ``spare``: what a test may retire or see leave.
    """

    keys: dict[str, Any]
    foreign: dict[str, Any]
    spare: dict[str, Any]
    more: dict[str, Any] = field(default_factory=dict)


def furnish(make: Make) -> Campus:
    """Two blocks with a teacher each, checks due today, hazards, photos, everyone of ROLES."""
    for role in ROLES:
        make.someone(role)
    session, other = make.session, make.person("另一位教师", ["homeroom_teacher"])
    far = make.grid("二层", block="综合楼片")
    make.assign(other, far, Role.MEMBER)
    checks = make.day()
    walks = {
        check.grid_id: check for check in reversed(checks) if check.checklist_key == "grid_walk"
    }
    patrol = next(check for check in checks if check.checklist_key == "daily_fire_patrol")
    mine, teacher, officer = make.grid(), make.someone("teacher"), make.someone("officer")
    near, away = make.space_in(mine), make.space_in(far)
    held = session.scalars(sa.select(Assignment).where(Assignment.grid_id == mine.id)).first()
    far_held = session.scalars(sa.select(Assignment).where(Assignment.grid_id == far.id)).first()
    assert held is not None and far_held is not None
    leaver, spare_building = make.person("即将离校"), make.building("旧仓库")
    spare_space = make.space(spare_building, "旧库房")
    unplaced = make.space(name="新教室")
    hazard, foreign_hazard = make.hazard(), make.hazard(grid=far)
    campus_map = make.grid_map()
    common = {"item_key": ITEM, "key": "grid_walk", "day": "2026-11-24", "term_id": 1}
    common |= {"suffix": "xlsx"}
    common |= {"year": "2026-2027", "work": "key_areas", "period": "2026-2027"}
    common |= _roster(make, teacher, other)
    near_plate, far_plate = (_plate(session, place.id) for place in (near, away))
    keys = {
        **common,
        "building_id": make.building().id,
        "space_id": near.id,
        "plate": near_plate,
        "check_id": walks[mine.id].id,
        "code": mine.code,
        "assignment_id": held.id,
        "number": hazard.number,
        "person_id": teacher.id,
        "device_id": sign_in(session, teacher, "旧手机", make.now()).id,
        "token": make.link(make.newcomer("还没登录的老师")),
        "photo_id": _shown(make, hazard, officer, "green"),
        "file_id": make.file(officer).id,
        "plan_id": make.plan("daily_fire_patrol").id,
        "letter_id": make.letter(teacher).id,
        "map_id": campus_map.id,
        "shape_id": make.shape(campus_map, mine).id,
    }
    foreign = {
        **keys,
        "space_id": away.id,
        "plate": far_plate,
        "check_id": walks[far.id].id,
        "code": far.code,
        "assignment_id": far_held.id,
        "number": foreign_hazard.number,
        "person_id": other.id,
        "photo_id": _shown(make, foreign_hazard, officer, "blue"),
        "letter_id": make.letter(other).id,
    }
    spare = {
        "building_id": spare_building.id,
        "space_id": spare_space.id,
        "person_id": leaver.id,
        "map_id": make.grid_map("旧平面图").id,
    }
    more = {
        "patrol": patrol.id,
        "other": other,
        "teacher_photo": make.photo(teacher).id,
        "far_grid": far.id,
        "unplaced": unplaced.id,
        "grid_id": mine.id,
    }
    keys |= {
        "what": "spaces",
        "equipment_id": make.equipment(near).id,
        "visit_id": make.visit().id,
        "maintenance_id": make.maintenance(1).id,
        "contract_id": make.contract().id,
        "document_id": make.emergency_plan().id,
        "class_id": (
            school_class := make.school_class(
                "三年级1班", space_id=near.id, head_teacher_id=teacher.id
            )
        ).id,
        "activity_number": make.drill(school_class).number,
        "view_id": make.saved_view(officer).id,
        "draft_id": make.draft(officer).id,
        "tip_id": (tip := make.tip()).id,
        "tip_number": tip.address_number,
        "run_id": make.imported(officer, "姓名,电话\n新来的人,13800000000\n", What.PEOPLE).id,
    }
    keys |= _trainings(make, teacher)
    keys |= _reminders(make, teacher)
    keys["name"] = make.backup()
    keys |= _safety(make)
    keys |= _assessment(make)
    make.standard_draft()
    spare["channel_id"] = make.channel(name="旧群").id
    foreign["equipment_id"] = make.equipment(away).id
    spare["draft_id"] = make.draft(officer).id
    return Campus(keys, foreign, spare, more)


def _roster(make: Make, teacher: Person, other: Person) -> dict[str, Any]:
    """Turns of the teacher and another, a swap the other asked for, the teacher's feed."""
    shift = make.shift(checklist_key="gate_duty")
    mine = make.turn(teacher, date(2026, 11, 25), shift)
    swap = make.swap(make.turn(other, date(2026, 11, 26), shift), teacher)
    feed = CalendarFeed(person_id=teacher.id, token="secret" * 7, renewed_at=make.now())
    make.session.add(feed)
    make.session.commit()
    return {
        "month": "2026-11",
        "shift_id": shift.id,
        "slot": 1,
        "entry_id": mine.id,
        "swap_id": swap.id,
        "feed": feed.token,
    }


def _trainings(make: Make, teacher: Person) -> dict[str, Any]:
    """A training, a meeting with a decision and a spot check of the teacher, a letter, a certificate."""
    meeting = make.activity(ActivityForm.SAFETY_MEETING, [teacher])
    decision = Decision(
        activity_id=meeting.id, text="补标志", owner_id=teacher.id, due_on=date(2026, 11, 20)
    )
    certificate = Certificate(
        person_id=teacher.id, kind="safety_training", issued_on=date(2026, 1, 5)
    )
    make.session.add_all([decision, certificate])
    make.session.commit()
    letter = make.activity(ActivityForm.FAMILY_LETTER, classes=[make.school_class("五年级1班", 5)])
    return {
        "training_number": make.activity(people=[teacher]).number,
        "meeting_number": meeting.number,
        "check_number": make.activity(ActivityForm.STAFF_SKILL, [teacher]).number,
        "letter_number": letter.number,
        "decision_id": decision.id,
        "certificate_id": certificate.id,
    }


def _reminders(make: Make, teacher: Person) -> dict[str, Any]:
    """A channel of the school and the teacher's own, which nobody answers."""
    nobody = "json://127.0.0.1:9/"
    make.channel(teacher, url=nobody, name="我的微信")
    return {
        "channel_id": make.channel(url=nobody).id,
        "sort": "wecom",
        "way": "serverchan",
    }


def _safety(make: Make) -> dict[str, Any]:
    """A guide, a member and a line of the kit of the station, a permit of the teacher."""
    make.school_class()
    return {
        "floor": 1,
        "part": "guides",
        "row_id": make.guide().id,
        "member_id": make.station_member().id,
        "item_id": make.kit_item().id,
        "permit_id": make.permit().id,
    }


def _assessment(make: Make) -> dict[str, Any]:
    """The assessment of the quarter that ended last, answered by a team of three, nothing signed."""
    return {
        "quarter": make.answered_assessment().quarter,
        "item": "c3_04",
        "veto": "gv_fire",
        "metric": "fire_lane_findings",
        "step": "department",
    }


def _plate(session: Session, space_id: int) -> str:
    found = space_by_id(session, space_id)
    assert found is not None
    return found.plate


def _shown(make: Make, hazard: Hazard, by: Person, colour: str) -> int:
    """The id of a photo that the hazard shows."""
    photo = make.photo(by, colour)
    make.session.add(
        HazardPhoto(hazard_id=hazard.id, photo_id=photo.id, is_after=False, at=make.now())
    )
    make.session.commit()
    return photo.id


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    """(method, rule) of every address, GET first, in the order of the addresses."""
    for method in ("GET", "POST"):
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if method in (rule.methods or ()):
                yield method, rule


def address(app: Flask, endpoint: str, keys: Mapping[str, Any]) -> str:
    """The path of ``endpoint`` with its arguments from ``keys``."""
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    values = {name: keys[name] for name in rule.arguments}
    built = app.url_map.bind("").build(endpoint, values, force_external=False)
    return str(built)


def contents(session: Session, without: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """All rows of all tables as text, but for the tables ``without``."""
    session.rollback()
    found = {}
    for table in db.metadata.sorted_tables:
        if table.name not in without:
            found[table.name] = sorted(str(tuple(row)) for row in session.execute(sa.select(table)))
    session.rollback()
    return found


def changed(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> dict[str, Any]:
    """Tables whose rows differ, with the rows that came and went."""
    return {
        name: {"new": set(after[name]) - set(rows), "gone": set(rows) - set(after[name])}
        for name, rows in before.items()
        if rows != after[name]
    }

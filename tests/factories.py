"""Objects of a small school with plain defaults; a test names only what it is about."""

import io
import itertools
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.activities import attendance, class_parts, drills
from unitsafe.activities import services as activities
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import FORMS
from unitsafe.activities.rules import Form as ActivityForm
from unitsafe.activities.rules import Kind as ActivityKind
from unitsafe.activities.services import Facts as ActivityFacts
from unitsafe.assessments import queries as assessment_queries
from unitsafe.assessments import services as assessments
from unitsafe.assessments import standard_services
from unitsafe.assessments.models import Assessment, AssessmentStandard
from unitsafe.assessments.quarters import read as read_quarter
from unitsafe.assessments.rules import State as AssessmentState
from unitsafe.assessments.rules import Step
from unitsafe.assessments.sheet import Sheet
from unitsafe.checks import planning, services, taps
from unitsafe.checks.models import Check, Plan
from unitsafe.checks.rules import EntrySource, Result
from unitsafe.checks.taps import Given
from unitsafe.classes.models import SchoolClass
from unitsafe.core.domain import Actor
from unitsafe.documents import services as documents
from unitsafe.documents.models import Document
from unitsafe.documents.rules import EVERYBODY, Topic
from unitsafe.documents.rules import Kind as DocumentKind
from unitsafe.documents.services import Facts as DocumentFacts
from unitsafe.equipment import services as registers
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.services import Facts
from unitsafe.evacuation import services as evacuation
from unitsafe.evacuation.models import EvacGuide, PupilInNeed
from unitsafe.evacuation.rules import Need
from unitsafe.files import services as files
from unitsafe.files.models import StoredFile
from unitsafe.grids import actors
from unitsafe.grids import services as grids
from unitsafe.grids.models import Assignment, Grid, Role
from unitsafe.hazards import services as hazards
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Fix, Level, State
from unitsafe.hazards.saved_views import SavedView
from unitsafe.hot_work import services as hot_work
from unitsafe.hot_work.models import HotWorkPermit
from unitsafe.hot_work.rules import Measure
from unitsafe.imports import reading
from unitsafe.imports import services as imports
from unitsafe.imports.kinds import KINDS
from unitsafe.imports.models import ImportDraft, ImportRun, ImportSheet, What
from unitsafe.letters import queries as letter_queries
from unitsafe.letters import services as letters
from unitsafe.letters.models import ResponsibilityLetter
from unitsafe.letters.rules import How
from unitsafe.maintenance import services as maintenance
from unitsafe.maintenance.models import Maintenance, MaintenanceContract, Reading
from unitsafe.maintenance.rules import Kind as MaintenanceKind
from unitsafe.maintenance.services import ContractFacts
from unitsafe.maintenance.services import Facts as MaintenanceFacts
from unitsafe.maintenance.services import Found as MaintenanceFound
from unitsafe.maps import services as maps
from unitsafe.maps.models import GridMap, GridShape
from unitsafe.maps.rules import Point
from unitsafe.micro_station import services as stations
from unitsafe.micro_station.models import KitItem, StationMember
from unitsafe.micro_station.rules import Group
from unitsafe.micro_station.rules import Role as StationRole
from unitsafe.people import accounts, devices
from unitsafe.people import services as people
from unitsafe.people.models import Person, SignIn
from unitsafe.photos import services as photos
from unitsafe.photos.models import Photo
from unitsafe.places import services as places
from unitsafe.places.models import Building, BuildingUse, Space
from unitsafe.reminders.models import Channel
from unitsafe.roster import planning as roster
from unitsafe.roster import swaps
from unitsafe.roster.models import RosterEntry, Shift, Swap
from unitsafe.roster.rules import ShiftDays
from unitsafe.school import services as schools
from unitsafe.school.models import School
from unitsafe.school.rules import Stage
from unitsafe.tips import rules as tip_rules
from unitsafe.tips import services as tips
from unitsafe.tips.models import Tip
from unitsafe.tips.rules import Channel as TipChannel
from unitsafe.tips.rules import Outcome
from unitsafe.visits import services as visits
from unitsafe.visits.models import Visit
from unitsafe.visits.rules import Kind
from unitsafe.visits.services import Facts as VisitFacts
from unitsafe.visits.services import Found

TERM = (date(2026, 9, 1), date(2027, 1, 22))
POSTS = {
    "principal": "principal",
    "manager": "vice_principal_safety",
    "officer": "safety_officer",
    "director": "safety_director",
    "teacher": "homeroom_teacher",
    "inspector": "inspector",
}
PDF = b"%PDF-1.4\n%%EOF\n"
SQUARE = ((0.1, 0.1), (0.5, 0.1), (0.5, 0.5), (0.1, 0.5))


COOKIES: dict[str, str] = {}
"""What the browsers of the tests hold: the secret of each hash that a device's row keeps."""


def new_key() -> str:
    """The hash of a fresh secret."""
    secret = secrets.token_hex(16)
    hashed = devices.key_hash(secret)
    COOKIES[hashed] = secret
    return hashed


def sign_in(session: Session, person: Person, device: str, now: datetime) -> SignIn:
    """A device on which the person is signed in; saved."""
    person = session.get_one(Person, person.id)
    person.last_seen_on = clock.local(now).date()
    made = SignIn(
        person_id=person.id,
        key=new_key(),
        device=device,
        address="",
        made_at=now,
        last_seen_on=clock.local(now).date(),
    )
    session.add(made)
    session.commit()
    return made


Give = Callable[[str, "Make", Callable[[], School]], School]


class Make:
    """Saves what it makes. ``now`` is the test's clock; ``give`` has plain schools ready."""

    def __init__(
        self,
        session: Session,
        app: Flask,
        now: Callable[[], datetime],
        give: Give = lambda _name, _make, build: build(),
    ) -> None:
        self.session, self.app, self.now, self.give = session, app, now, give
        self.serial = itertools.count(1)
        self._people: dict[str, Person] = {}

    def state(self) -> dict[str, Any]:
        """What a later ``Make`` needs to go on from here."""
        people = {role: person.id for role, person in self._people.items()}
        return {"serial": next(self.serial), "people": people}

    def resume(self, state: dict[str, Any]) -> None:
        """Go on where the other stood."""
        self.serial = itertools.count(state["serial"])
        self._people = {
            role: self.session.get_one(Person, key) for role, key in state["people"].items()
        }

    def school(self, *, is_sample: bool = False, **flags: bool) -> School:
        """The school, its term and plans; the one there already is kept."""
        found = self.session.get(School, 1)
        if found is not None:
            return found
        if is_sample or flags:
            return self._found_school(is_sample, flags)
        return self.give("school", self, lambda: self._found_school(False, {"has_boarding": True}))

    def _found_school(self, is_sample: bool, flags: dict[str, bool]) -> School:
        with self.app.app_context():
            school = schools.create_school(
                self.session,
                name="育新小学",
                short_name="育新",
                stage=Stage.PRIMARY,
                flags=flags or {"has_boarding": True},
                is_sample=is_sample,
                now=self.now(),
            )
            schools.add_term(
                self.session,
                name="2026年秋季学期",
                starts_on=TERM[0],
                ends_on=TERM[1],
                by=None,
                now=self.now(),
            )
            planning.create_default_plans(self.session, school, now=self.now())
        self.session.commit()
        return school

    def person(self, name: str = "", posts: Collection[str] = (), **values: object) -> Person:
        """A member of staff since the first day of term, who uses the account."""
        person = self.newcomer(name, posts, **values)
        sign_in(self.session, person, "", self.now())
        return person

    def newcomer(self, name: str = "", posts: Collection[str] = (), **values: object) -> Person:
        """A member of staff who has an account and never signed in."""
        self.school()
        number = next(self.serial)
        person = people.add_person(
            self.session,
            name=name or f"教师{number}",
            username=str(values.get("username") or f"user{number}"),
            password_hash=None,
            phone="",
            posts=posts,
            from_on=TERM[0],
            by=None,
            now=self.now(),
        )
        self.session.commit()
        return person

    def someone(self, role: str) -> Person:
        """The school's principal, manager, officer, director, teacher, leader or inspector."""
        if role not in self._people:
            posts = [POSTS[role]] if role in POSTS else []
            self._people[role] = self.person(role, posts, username=role)
            if role == "leader":
                self.assign(self._people[role], self.block(), Role.LEADER)
            if role == "teacher":
                self.assign(self._people[role], self.grid(), Role.MEMBER)
        return self._people[role]

    def link(self, person: Person) -> str:
        """The token of a one-time link for the person."""
        token = accounts.make_link(
            self.session, person, days=14, by=self.actor(self.someone("officer")), now=self.now()
        )
        self.session.commit()
        return token

    def visitor(self, until_on: date) -> Person:
        """A visiting inspector whose account ends."""
        visitor = accounts.add_visitor(
            self.session,
            name=f"检查组{next(self.serial)}",
            until_on=until_on,
            today=clock.local(self.now()).date(),
            by=self.actor(self.someone("officer")),
            now=self.now(),
        )
        sign_in(self.session, visitor, "", self.now())
        return visitor

    def actor(self, person: Person) -> Actor:
        """The person as the policy sees them."""
        with self.app.app_context():
            today = clock.local(self.now()).date()
            actor = actors.actor_for(self.session, person.id, today=today)
        assert actor is not None
        return actor

    def root(self) -> Grid:
        """The school's grid."""
        self.school()
        found = self.session.scalars(sa.select(Grid).where(Grid.level == 1)).first()
        return found or self._save(
            grids.add_grid(self.session, name="全校", parent=None, by=None, now=self.now())
        )

    def block(self, name: str = "教学楼片") -> Grid:
        """A level-2 grid."""
        root = self.root()
        found = self.session.scalars(sa.select(Grid).where(Grid.name == name)).first()
        return found or self._save(
            grids.add_grid(self.session, name=name, parent=root, by=None, now=self.now())
        )

    def grid(self, name: str = "一层", block: str = "教学楼片") -> Grid:
        """A leaf grid with one classroom and one corridor of the building 教学楼."""
        found = self.session.scalars(
            sa.select(Grid).where(Grid.name == name, Grid.level == 3)
        ).first()
        if found is not None:
            return found
        grid = grids.add_grid(
            self.session, name=name, parent=self.block(block), by=None, now=self.now()
        )
        building = self.building()
        rooms = [
            self.space(building, f"{name}{what}", kind)
            for what, kind in (("教室", "classroom"), ("走道", "corridor"))
        ]
        grids.put_spaces(
            self.session, grid, [room.id for room in rooms], today=TERM[0], by=None, now=self.now()
        )
        return self._save(grid)

    def building(self, name: str = "教学楼", use: BuildingUse = BuildingUse.TEACHING) -> Building:
        """A building."""
        self.school()
        found = self.session.scalars(sa.select(Building).where(Building.name == name)).first()
        return found or self._save(
            places.save_building(
                self.session, None, name=name, use=use, floors=3, by=None, now=self.now()
            )
        )

    def space(
        self, building: Building | None = None, name: str = "", kind: str = "classroom"
    ) -> Space:
        """A space."""
        return self._save(
            places.save_space(
                self.session,
                None,
                building_id=(building or self.building()).id,
                floor=1,
                name=name or f"{next(self.serial)}室",
                kind=kind,
                is_key_area=False,
                by=None,
                now=self.now(),
            )
        )

    def space_in(self, grid: Grid) -> Space:
        """The first space of a leaf grid."""
        from unitsafe.grids.queries import spaces_of

        return spaces_of(self.session, [grid.id], TERM[0])[grid.id][0]

    def empty_grid(self, name: str, block: str = "教学楼片") -> Grid:
        """A leaf grid without spaces."""
        return self._save(
            grids.add_grid(
                self.session, name=name, parent=self.block(block), by=None, now=self.now()
            )
        )

    def assign(
        self, person: Person, grid: Grid, role: Role = Role.MEMBER, from_on: date = TERM[0]
    ) -> Assignment:
        """``person`` answers for ``grid``, since the first day of term unless told otherwise."""
        return self._save(
            grids.assign(
                self.session,
                person=person,
                grid=grid,
                role=role,
                from_on=from_on,
                by=None,
                now=self.now(),
            )
        )

    def day(self, day: date | None = None) -> list[Check]:
        """The checks that fall due on a day, those of its month included."""
        day = day or clock.local(self.now()).date()
        self.someone("officer")
        self.someone("teacher")
        with self.app.app_context():
            planning.plan_day(self.session, day, now=self.now())
        self.session.commit()
        return list(
            self.session.scalars(
                sa.select(Check).where(Check.day.in_((day, day.replace(day=1)))).order_by(Check.id)
            )
        )

    def patrol(self) -> Check:
        """Today's fire patrol of 教学楼, due from the officer."""
        return next(check for check in self.day() if check.checklist_key == "daily_fire_patrol")

    def walk(self) -> Check:
        """This morning's walk of 一层, due from the teacher."""
        return next(check for check in self.day() if check.checklist_key == "grid_walk")

    def answered(self, check: Check, by: Person, **results: Result) -> taps.Sheet:
        """The check with every item in order, except those named."""
        with self.app.app_context():
            sheet = taps.read_sheet(self.session, check.id)
            assert sheet is not None
            given = {item.key: Given(results.get(item.key, Result.OK)) for item in sheet.items}
            taps.save_answers(self.session, sheet, given, by=self.actor(by), now=self.now())
        self.session.commit()
        self.session.refresh(check)
        return sheet

    def submitted(self, check: Check, by: Person) -> Check:
        """The check filled in and handed in by ``by``."""
        sheet = self.answered(check, by)
        with self.app.app_context():
            services.submit(
                self.session,
                check,
                sheet,
                note="",
                performed_at=None,
                source=EntrySource.SCREEN,
                by=self.actor(by),
                now=self.now(),
            )
        self.session.commit()
        return check

    def photo(self, by: Person, colour: str = "red") -> Photo:
        """A photo that ``by`` uploaded."""
        with self.app.app_context():
            kept = photos.keep_file(picture(colour))
            photo = photos.add_photo(self.session, kept, by=self.actor(by), now=self.now())
        self.session.commit()
        return photo

    def file(self, by: Person, name: str = "检测报告.pdf") -> StoredFile:
        """A small PDF that ``by`` uploaded."""
        with self.app.app_context():
            kept = files.keep_file(io.BytesIO(PDF), name, most_mib=1)
            found = files.add_file(self.session, kept, by=self.actor(by), now=self.now())
        self.session.commit()
        return found

    def school_class(self, name: str = "三年级2班", grade: int = 3, **facts: Any) -> SchoolClass:
        """A class of 42 pupils."""
        self.school()
        made = SchoolClass(name=name, grade=grade, **{"pupils": 42, **facts})
        self.session.add(made)
        self.session.commit()
        return made

    def drill(
        self,
        *classes: SchoolClass,
        form: ActivityForm = ActivityForm.EVACUATION,
        planned_on: date = date(2026, 11, 23),
        by: Person | None = None,
        **facts: Any,
    ) -> Activity:
        """A drill that the officer has planned for today, with these classes."""
        actor = self.actor(by or self.someone("officer"))
        given = {"title": "十一月疏散演练", "organiser_id": actor.id, **facts}
        planned = ActivityFacts(form=form, planned_on=planned_on, **given)
        with self.app.app_context():
            made = activities.plan(
                self.session, ActivityKind.DRILL, planned, by=actor, now=self.now()
            )
            drills.set_classes(self.session, made, [one.id for one in classes])
        self.session.commit()
        return made

    def activity(
        self,
        form: ActivityForm = ActivityForm.STAFF,
        people: Sequence[Person] = (),
        classes: Sequence[SchoolClass] = (),
        **facts: Any,
    ) -> Activity:
        """What the officer has planned for today, with these people and classes."""
        self.school()
        actor = self.actor(self.someone("officer"))
        given = {"title": "全员消防培训", "organiser_id": actor.id, **facts}
        planned = ActivityFacts(form=form, planned_on=date(2026, 11, 23), **given)
        kind = next(kind for kind, forms in FORMS.items() if form in forms)
        with self.app.app_context():
            made = activities.plan(self.session, kind, planned, by=actor, now=self.now())
            attendance.invite(self.session, made, [one.id for one in people])
            class_parts.set_classes(self.session, made, [one.id for one in classes])
        self.session.commit()
        return made

    def hazard(
        self,
        state: State = State.ASSIGNED,
        *,
        level: Level = Level.NORMAL,
        by: Person | None = None,
        grid: Grid | None = None,
    ) -> Hazard:
        """A hazard in the teacher's grid, found by the officer, as far as ``state``."""
        finder = by or self.someone("officer")
        holder = self.someone("teacher")
        space = self.space_in(grid or self.grid())
        with self.app.app_context():
            hazard = hazards.report(
                self.session,
                description="后门被书柜占住一半",
                category="evac_blocked",
                level=level,
                fix=Fix.SCHEDULED,
                space_id=space.id,
                by=self.actor(finder),
                now=self.now(),
            )
            if level is Level.MAJOR:
                hazard.level = Level.MAJOR  # as its manager's confirmation leaves it
            self.session.commit()
            if state in (State.RECTIFIED, State.CLOSED):
                hazards.report_done(
                    self.session,
                    hazard,
                    measure="书柜已搬走",
                    photo_ids=[self.photo(holder).id],
                    by=self.actor(holder),
                    now=self.now(),
                )
            if state is State.CLOSED:
                closer = {Level.NORMAL: "director", Level.SERIOUS: "manager"}.get(
                    level, "principal"
                )
                hazards.close(
                    self.session,
                    hazard,
                    note="",
                    by=self.actor(self.someone(closer)),
                    now=self.now(),
                )
            if state is State.REJECTED:
                hazards.reject(
                    self.session,
                    hazard,
                    reason="已有围挡",
                    by=self.actor(self.someone("director")),
                    now=self.now(),
                )
        self.session.commit()
        return hazard

    def saved_view(self, person: Person, name: str = "我的整改中", **query: str) -> SavedView:
        """Filters of the hazard ledger that the person keeps."""
        view = SavedView(
            person_id=person.id,
            name=name,
            query=query or {"state": "assigned"},
            saved_at=self.now(),
        )
        self.session.add(view)
        return self._save(view)

    def visit(self, findings: int = 1, **facts: Any) -> Visit:
        """The district's visit of today, recorded by the officer, with so many findings in the
        teacher's grid."""
        space = self.space_in(self.grid())
        self.someone("teacher")
        given = {
            "kind": Kind.ROUTINE,
            "body": "区教育局",
            "visited_on": clock.local(self.now()).date(),
        }
        found = [
            Found(f"第{number}个问题", "evac_blocked", Level.NORMAL, space.id)
            for number in range(1, findings + 1)
        ]
        with self.app.app_context():
            visit = visits.record(
                self.session,
                VisitFacts(**{**given, **facts}),
                found,
                by=self.actor(self.someone("officer")),
                now=self.now(),
            )
        return self._save(visit)

    def document(
        self,
        topic: Topic | None = Topic.PATROL,
        kind: DocumentKind = DocumentKind.POLICY,
        **facts: Any,
    ) -> Document:
        """A policy of 1 September with a PDF, kept by the officer; all staff are asked to read it."""
        officer = self.someone("officer")
        given = {
            "title": "防火巡查、检查制度",
            "topics": [topic] if topic else [],
            "issued_on": TERM[0],
            "owner_id": officer.id,
            "audience": [EVERYBODY],
        }
        file = self.file(officer, "制度.pdf")
        with self.app.app_context():
            made = documents.record(
                self.session,
                kind,
                DocumentFacts(**{**given, **facts}),
                file_ids=[file.id],
                by=self.actor(officer),
                now=self.now(),
            )
        return self._save(made)

    def standard_draft(self) -> AssessmentStandard:
        """The standard that the officer has copied to change it; the one there already is kept."""
        by = self.actor(self.someone("officer"))
        with self.app.app_context():
            made = standard_services.copy(self.session, by=by, now=self.now())
        return self._save(made)

    def emergency_plan(self, **facts: Any) -> Document:
        """The school's plan of 1 September; nothing of it is located yet, nobody in its teams."""
        given = {"title": "灭火和应急疏散预案", **facts}
        return self.document(Topic.WHOLE_SCHOOL, DocumentKind.EMERGENCY_PLAN, **given)

    def tip(self, channel: TipChannel = TipChannel.WEB, **values: Any) -> Tip:
        """A tip about the teacher's grid that nobody has accepted yet."""
        space = self.space_in(self.grid())
        kept = values.pop("kept", ())
        sent = {"name": "王女士", "phone": "13812341234", "text": "走道堆了纸箱", **values}
        tip = tips.receive(
            self.session,
            place="教学楼 一层教室",
            space_id=space.id,
            channel=channel,
            kept=kept,
            word=tip_rules.new_word(),
            by=None,
            now=self.now(),
            **sent,
        )
        return self._save(tip)  # type: ignore[no-any-return]

    def answered_tip(self, tip: Tip, by: Person) -> Tip:
        """The tip with an answer."""
        tips.answer(
            self.session,
            tip,
            outcome=Outcome.FIXED,
            text="纸箱已经清走。",
            by=self.actor(by),
            now=self.now(),
        )
        return self._save(tip)  # type: ignore[no-any-return]

    def letter(self, person: Person) -> ResponsibilityLetter:
        """The person's letter of this school year, as today's duties ask for it."""
        self.session.expire_all()
        letters.renew(self.session, today=clock.local(self.now()).date(), now=self.now())
        self.session.commit()
        found = letter_queries.current(self.session, person.id, clock.local(self.now()).date())
        assert found is not None
        return found

    def signed_letter(self, person: Person) -> ResponsibilityLetter:
        """The person's letter, signed today on the screen with the name typed."""
        letter = self.letter(person)
        letters.sign_on_screen(
            self.session,
            letter,
            version=letter.version,
            typed_name=person.name,
            signature=None,
            today=clock.local(self.now()).date(),
            by=self.actor(person),
            now=self.now(),
        )
        self.session.commit()
        return letter

    def grid_map(
        self, title: str = "校园平面图", building: Building | None = None, floor: int = 1
    ) -> GridMap:
        """A picture of the campus, or of one floor, 400×300."""
        photo = self.photo(self.someone("officer"))
        made = maps.add_map(
            self.session,
            title=title,
            building=building,
            floor=floor if building else None,
            photo=photo,
            by=None,
            now=self.now(),
        )
        return self._save(made)  # type: ignore[no-any-return]

    def shape(self, found: GridMap, grid: Grid, points: Sequence[Point] = SQUARE) -> GridShape:
        """An outline of ``grid`` on a map: its upper left quarter."""
        made = maps.draw(self.session, found, grid, points, by=None, now=self.now())
        return self._save(made)  # type: ignore[no-any-return]

    def maintenance(self, findings: int = 0, **facts: Any) -> Maintenance:
        """A contractor's visit of today, with so many findings in the teacher's grid."""
        space = self.space_in(self.grid())
        self.someone("teacher")
        given = {
            "kind": MaintenanceKind.MAINTENANCE,
            "company": "安居维保公司",
            "done_on": clock.local(self.now()).date(),
        }
        found = [
            MaintenanceFound(f"第{number}个问题", "fire_facility", Level.NORMAL, space.id)
            for number in range(1, findings + 1)
        ]
        by = self.actor(self.someone("officer"))
        with self.app.app_context():
            made = maintenance.record(
                self.session, MaintenanceFacts(**{**given, **facts}), found, by=by, now=self.now()
            )
        return self._save(made)

    def contract(self, until_on: date = date(2027, 8, 31), **facts: Any) -> MaintenanceContract:
        """A contract since 1 September."""
        given = {"company": "安居维保公司", "from_on": TERM[0], "until_on": until_on, **facts}
        by = self.actor(self.someone("officer"))
        return self._save(
            maintenance.save_contract(
                self.session, None, ContractFacts(**given), by=by, now=self.now()
            )
        )

    def reading(self, equipment: Equipment, what: str, value: str, **facts: Any) -> Reading:
        """A value that the officer read off ``equipment`` just now."""
        given = {"measured_at": self.now(), **facts}
        by = self.actor(self.someone("officer"))
        return self._save(
            maintenance.add_reading(
                self.session,
                equipment,
                what=what,
                value=Decimal(value),
                by=by,
                now=self.now(),
                **given,
            )
        )

    def equipment(
        self, space: Space | None = None, number: str = "", kind: str = "ext_powder", **facts: Any
    ) -> Equipment:
        """A piece in use in a space."""
        facts = {"name": "干粉灭火器", **facts}
        place = space or self.space_in(self.grid())
        return self._save(
            registers.save_equipment(
                self.session,
                None,
                Facts(number or f"MH-{next(self.serial):03d}", kind, space_id=place.id, **facts),
                today=clock.local(self.now()).date(),
                by=None,
                now=self.now(),
            )
        )

    def draft(self, by: Person, text: str = "", what: What = What.SPACES) -> ImportDraft:
        """A list that ``by`` has uploaded, its columns as they were guessed."""
        data = (text or f"楼栋,楼层,部位\n新楼,1,{next(self.serial)}01教室\n").encode()
        return self._save(
            imports.keep_draft(
                self.session,
                KINDS[what],
                reading.read(data),
                file_name="名单.csv",
                sha256=imports.digest(data),
                by=self.actor(by),
                now=self.now(),
            )
        )

    def imported(self, by: Person, text: str = "", what: What = What.SPACES) -> ImportRun:
        """A list that was carried in."""
        draft, today = self.draft(by, text, what), clock.local(self.now()).date()
        sheet = self.session.scalars(
            sa.select(ImportSheet).where(ImportSheet.draft_id == draft.id)
        ).one()
        with self.app.app_context():
            plan = imports.plan_of(self.session, KINDS[what], sheet.rows, draft, today)
            run = imports.carry_out(
                self.session,
                draft,
                sheet,
                seen=plan.seen,
                leave_out=True,
                confirmed=True,
                today=today,
                by=self.actor(by),
                now=self.now(),
            )
        return self._save(run)

    def plan(self, key: str) -> Plan:
        """A default plan."""
        self.school()
        return self.session.scalars(sa.select(Plan).where(Plan.key == key)).one()

    def shift(self, title: str = "校门早护导", **values: Any) -> Shift:
        """A shift of every teaching day, 07:20 to 08:00, for homeroom teachers."""
        found = self.session.scalars(sa.select(Shift).where(Shift.title == title)).first()
        if found is not None:
            return found
        self.school()
        defaults = {
            "place": "南门",
            "starts": time(7, 20),
            "ends": time(8),
            "days": ShiftDays.TEACHING,
            "people": 1,
            "posts": ["homeroom_teacher"],
            "checklist_key": None,
            "position": next(self.serial),
        }
        shift = Shift(title=title, **{**defaults, **values})
        self.session.add(shift)
        self.session.flush()
        roster.keep_plan(self.session, shift)
        return self._save(shift)

    def turn(
        self, person: Person | None, day: date, shift: Shift | None = None, slot: int = 1
    ) -> RosterEntry:
        """``person`` on a shift (校门早护导) that day."""
        shift = shift or self.shift()
        entry = RosterEntry(
            shift_id=shift.id, day=day, slot=slot, person_id=person.id if person else None
        )
        self.session.add(entry)
        return self._save(entry)

    def swap(self, entry: RosterEntry, other: Person, theirs: RosterEntry | None = None) -> Swap:
        """The holder of ``entry`` asks ``other`` for a swap."""
        holder = self.session.get_one(Person, entry.person_id)
        with self.app.app_context():
            return self._save(
                swaps.ask(
                    self.session,
                    entry,
                    other_id=other.id,
                    other_entry=theirs,
                    note="那天有公开课",
                    by=self.actor(holder),
                    now=self.now(),
                )
            )

    def channel(
        self,
        person: Person | None = None,
        url: str = "wecombot://693axxx6-7aoc-4bc4",
        name: str = "教师群",
        **values: Any,
    ) -> Channel:
        """A channel of the school, or a person's own."""
        self.school()
        made = Channel(
            name=name,
            person_id=person.id if person else None,
            url=url,
            masked="wecombot://6...4/",
            made_at=self.now(),
            **values,
        )
        self.session.add(made)
        return self._save(made)  # type: ignore[no-any-return]

    def backup(self) -> str:
        """The name of a file in the folder of backups, which nobody has looked into."""
        folder: Path = self.app.config["SETTINGS"].backups
        folder.mkdir(exist_ok=True)
        (folder / "unitsafe-20261120-160000.zip").write_bytes(b"no zip")
        return "unitsafe-20261120-160000.zip"

    def absent(self, person: Person, deputy: Person, first: date, last: date) -> None:
        """``person`` is away, ``deputy`` stands in."""
        with self.app.app_context():
            people.add_absence(
                self.session,
                person_id=person.id,
                deputy_id=deputy.id,
                from_on=first,
                until_on=last,
                reason="病假",
                by=self.actor(self.someone("officer")),
                now=self.now(),
            )
        self.session.commit()

    def guide(self, person: Person | None = None, floor: int = 1, **facts: Any) -> EvacGuide:
        """Somebody, the teacher unless named, who leads a floor of 教学楼 out."""
        building = facts.pop("building", None) or self.building()
        with self.app.app_context():
            guide = evacuation.add_guide(
                self.session,
                building.id,
                floor,
                person_id=(person or self.someone("teacher")).id,
                **{"deputy_id": None, "stand": "东侧楼梯口", **facts},
                by=self.actor(self.someone("officer")),
                now=self.now(),
            )
        return self._save(guide)  # type: ignore[no-any-return]

    def pupil(self, *helpers: Person, school_class: SchoolClass | None = None) -> PupilInNeed:
        """李某, who cannot walk alone, with up to two helpers."""
        first, second = [*(one.id for one in helpers), None, None][:2]
        with self.app.app_context():
            pupil = evacuation.add_pupil(
                self.session,
                class_id=(school_class or self.school_class(f"{next(self.serial)}班")).id,
                initials="李某",
                need=Need.MOBILITY,
                helper_id=first,
                second_id=second,
                by=self.actor(self.someone("officer")),
                now=self.now(),
            )
        return self._save(pupil)  # type: ignore[no-any-return]

    def station_member(
        self, person: Person | None = None, role: StationRole = StationRole.MEMBER
    ) -> StationMember:
        """Somebody in the micro station's team."""
        with self.app.app_context():
            member = stations.add_member(
                self.session,
                person_id=(person or self.person()).id,
                role=role,
                by=self.actor(self.someone("officer")),
                now=self.now(),
            )
        return self._save(member)  # type: ignore[no-any-return]

    def kit_item(self, name: str = "强光手电", **facts: Any) -> KitItem:
        """Six torches of the micro station, all there."""
        given = {"kit_group": Group.LIGHT, "expected": 6, "present": 6, **facts}
        with self.app.app_context():
            item = stations.save_item(
                self.session,
                None,
                stations.Facts(name=name, **given),
                by=self.actor(self.someone("officer")),
                now=self.now(),
            )
        return self._save(item)  # type: ignore[no-any-return]

    def permit(self, **facts: Any) -> HotWorkPermit:
        """Welding this evening, applied for by the teacher and watched by the officer."""
        given = {
            "work": "烟道支架电焊",
            "worker": "张师傅",
            "certificate_no": "T330100199001010011",
            "certificate_until": date(2027, 6, 30),
            "day": clock.local(self.now()).date(),
            "starts": time(18, 30),
            "ends": time(20, 30),
            "measures": list(Measure),
        }
        by = facts.pop("by", None) or self.someone("teacher")
        given |= {"space_id": self.space_in(self.grid()).id}
        given |= {"watcher_id": self.someone("officer").id}
        with self.app.app_context():
            permit = hot_work.apply(
                self.session,
                hot_work.Facts(**{**given, **facts}),
                by=self.actor(by),
                now=self.now(),
            )
        return self._save(permit)  # type: ignore[no-any-return]

    def assessment(self, quarter: str = "2026Q3", team: Sequence[Person] = ()) -> Assessment:
        """The assessment of a quarter, the one that ended last unless named, begun by the officer;
        the teacher and the leader are in the team unless others are named."""
        by, today = self.actor(self.someone("officer")), clock.local(self.now()).date()
        joining = team or [self.someone(role) for role in ("teacher", "leader")]
        with self.app.app_context():
            found = assessments.open_quarter(self.session, quarter, today, by=by, now=self.now())
            here = {one.person_id for one in assessment_queries.members(self.session, found)}
            for person in joining:
                if person.id not in here:
                    assessments.join(self.session, found, person, by=by, now=self.now())
        return self._save(found)  # type: ignore[no-any-return]

    def sheet(self, found: Assessment) -> Sheet:
        """The table of an assessment as it stands."""
        self.session.expire_all()
        quarter = read_quarter(found.quarter)
        assert quarter is not None
        with self.app.app_context():
            here = assessment_queries.assessment(self.session, quarter)
            today = clock.local(self.now()).date()
            return assessment_queries.sheet(self.session, quarter, here, today)

    def answered_assessment(
        self, quarter: str = "2026Q3", team: Sequence[Person] = ()
    ) -> Assessment:
        """One in which the officer gave everything that people score its full points; no veto of
        the whole school holds."""
        found = self.assessment(quarter, team)
        by, sheet = self.actor(self.someone("officer")), self.sheet(found)
        given = {"note": "现场看过", "seen": 0, "by": by, "now": self.now()}
        for item in sheet.unanswered:
            for part in item.parts:
                if part.is_unanswered:
                    assessments.score(
                        self.session, found, item, part.number, part.most, files=[], **given
                    )
        for veto in sheet.unsaid:
            assessments.mark_veto(self.session, found, veto, False, **{**given, "note": ""})
        return self._save(found)  # type: ignore[no-any-return]

    def signed_assessment(
        self,
        quarter: str = "2026Q3",
        team: Sequence[Person] = (),
        as_far_as: AssessmentState = AssessmentState.SIGNED,
    ) -> Assessment:
        """One that the director has signed for the departments and the manager has reviewed, then
        signed by the principal, all with their names typed today."""
        found = self.answered_assessment(quarter, team)
        signers = {Step.DEPARTMENT: "director", Step.REVIEW: "manager", Step.SIGN: "principal"}
        for step, role in signers.items():
            if found.state is not as_far_as:
                self.sign_assessment(found, step, self.someone(role))
        return found

    def sign_assessment(self, found: Assessment, step: Step, person: Person) -> None:
        """``person`` takes a step by typing their name."""
        sheet, by = self.sheet(found), self.actor(person)
        today = clock.local(self.now()).date()
        with self.app.app_context():
            assessments.sign(
                self.session,
                found,
                sheet,
                step,
                seen=sheet.mark,
                how=How.SCREEN,
                department="安全办" if step is Step.DEPARTMENT else "",
                typed_name=person.name,
                done_on=today,
                today=today,
                by=by,
                now=self.now(),
            )
        self.session.commit()

    def _save(self, made):  # type: ignore[no-untyped-def]
        self.session.commit()
        return made


def picture(colour: str = "red", size: tuple[int, int] = (400, 300)) -> io.BytesIO:
    """A small JPEG as a browser would send it."""
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "JPEG")
    stream.seek(0)
    return stream

"""Every form of the app, filled in so that the right person's press would change something."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from tests.addresses import ITEM, Campus, address
from tests.factories import Make, picture
from tests.pages import Browser, Page
from unitsafe.activities.attendance import sign_word
from unitsafe.activities.models import ClassPart, DrillClass
from unitsafe.activities.rules import State as ActivityState
from unitsafe.checks.models import Check
from unitsafe.checks.rules import Result
from unitsafe.classes.models import SchoolClass
from unitsafe.grids.models import GridSpace, Role
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Level, State
from unitsafe.hot_work.rules import BEFORE_WORK
from unitsafe.hot_work.rules import State as HotWork
from unitsafe.people.passwords import hash_password

PASSWORD = "open-sesame-7"
PASSWORDS = {"password": "sesame-open-8", "again": "sesame-open-8"}
OWN = frozenset(
    {
        "documents.mark_read",
        "activities.sign",
        "hazards.save_view",
        "people.display",
        "people.password",
        "people.login",
        "people.login_link",
        "people.logout",
        "people.sign_out",
        "people.sign_out_others",
        "roster.renew_calendar",
        "tips.new",
        "tips.rate",
        "reminders.mine",
        "reminders.own_channel",
        "reminders.test_own",
        "reminders.remove_own",
    }
)
"""What everybody may do to their own account and session."""


@dataclass(frozen=True)
class Write:
    """A form: who may send it, where it stands, what to type into it.

    ``page``: the address that shows the form; None when ``typed`` is all of it. ``files`` are
    names of file fields.
    """

    endpoint: str
    role: str
    path: str
    page: str | None
    typed: dict[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    def filled(self, browser: Browser) -> dict[str, Any]:
        """What ``browser``, in which ``role`` is signed in, would send."""
        found = controls(browser.get(self.page).page, self.path) if self.page else {}
        found.pop("csrf_token", None)
        sent = {**found, **self.typed}
        return {**sent, **{name: upload(name) for name in self.files}}


def upload(name: str) -> tuple[io.BytesIO, str]:
    """A file for a field of that name: a list for ``file``, else a photo."""
    if name == "file":
        return io.BytesIO("楼栋,楼层,部位\n综合楼,2,201教室\n".encode()), "教室.csv"
    return picture(), "photo.jpg"


def controls(page: Page, action: str) -> dict[str, Any]:
    """What a browser sends from the form with that ``action`` as the page shows it."""
    sent: dict[str, list[str]] = {}
    form = next((f for f in page.root.iter("form") if f.get("action") == action), None)
    assert form is not None, f"no form for {action}"
    for element in form.iter():
        if element.tag not in ("input", "textarea", "select"):
            continue
        name, kind = element.get("name"), element.get("type")
        if not name or kind in ("file", "submit") or element.get("disabled") is not None:
            continue
        if kind in ("radio", "checkbox") and element.get("checked") is None:
            continue
        if element.tag == "select":
            options = list(element.iter("option"))
            chosen = [one for one in options if one.get("selected") is not None] or options[:1]
            sent.setdefault(name, []).extend(one.get("value", "") for one in chosen)
        elif element.tag == "textarea":
            sent.setdefault(name, []).append((element.text or "").removeprefix("\n"))
        else:
            sent.setdefault(name, []).append(element.get("value", "on" if kind else ""))
    return {name: values[0] if len(values) == 1 else values for name, values in sent.items()}


def writes(make: Make, campus: Campus) -> dict[str, Write]:
    """The forms by endpoint, for a school furnished as ``campus``."""
    app = make.app
    found = {}
    for endpoint, role, keys, page, typed, files in _all(make, campus):
        values = {**campus.keys, **keys}
        found[endpoint] = Write(
            endpoint,
            role,
            address(app, endpoint, values),
            address(app, page, values) if page else None,
            dict(typed),
            tuple(files),
        )
    return found


Line = tuple[str, str, Mapping[str, Any], str | None, Mapping[str, Any], tuple[str, ...]]


def _all(make: Make, campus: Campus) -> Iterator[Line]:
    yield from _checks(make, campus)
    yield from _hazards(make, campus)
    yield from _people(make, campus)
    yield from _places(campus)
    yield from _grids(make, campus)
    yield from _maps(campus)
    yield from _school()
    yield from _letters(make, campus)
    yield from _year_plan(make)
    yield from _assessments(make)
    yield from _standard()
    praised = {"whom": f"grid-{campus.more['grid_id']}", "reason": "一日双巡没有漏一次"}
    yield "appraisal.note", "officer", {}, "appraisal.month", praised, ()
    yield from _roster(make, campus)
    yield from _visits(campus)
    yield from _documents()
    yield from _activities(make, campus)
    yield from _equipment(campus)
    yield from _maintenance(make, campus)
    yield from _imports(campus)
    yield from _tips(make)
    yield from _reminders()
    yield from _evacuation(make, campus)
    yield from _micro_station(make, campus)
    yield from _hot_work(make, campus)


def _checks(make: Make, campus: Campus) -> Iterator[Line]:
    teacher, officer, walk = make.someone("teacher"), make.someone("officer"), campus.keys
    upper = make.grid("三层")
    make.assign(teacher, upper)
    patrol = make.session.get_one(Check, campus.more["patrol"])
    missed = _walk(make, date(2026, 11, 20), make.grid().id)
    done = make.submitted(_walk(make, date(2026, 11, 23), upper.id), teacher)
    _one_tap(make, patrol, officer)
    here = "checks.detail"
    ok = {f"answer-{ITEM}": "ok"}
    finding = {
        f"answer-{ITEM}": "fail",
        f"finding-{ITEM}-space_id": campus.keys["space_id"],
        f"finding-{ITEM}-description": "走道堆了课桌",
        f"finding-{ITEM}-level": "normal",
        f"finding-{ITEM}-fix": "scheduled",
        f"finding-{ITEM}-category": "evac_blocked",
    }
    every = {f"answer-{key}": "ok" for key in _items(make, walk["check_id"])}
    undo = {"check_id": patrol.id, "item_key": "dp_fire_use"}
    yield "checks.answers", "teacher", {}, None, ok, ()
    yield "checks.undo", "officer", undo, None, {}, ()
    yield "checks.photo", "teacher", {}, None, {}, ("photo",)
    yield "checks.register", "teacher", {}, None, finding, ()
    yield "checks.submit", "teacher", {}, here, every, ()
    yield "checks.skip", "teacher", {}, here, {"reason": "全校停课"}, ()
    yield "checks.explain", "teacher", {"check_id": missed.id}, here, {"reason": "外出培训"}, ()
    yield "checks.correct", "teacher", {"check_id": done.id}, here, {"reason": "选错了"}, ()
    yield "checks.countersign", "leader", {"check_id": done.id}, here, {"note": "已核对"}, ()
    yield "checks.plan", "officer", {}, "checks.plan", {"title": "每日防火巡查（改）"}, ()


def _walk(make: Make, day: date, grid_id: int) -> Check:
    make.day(day)
    return make.session.scalars(
        sa.select(Check)
        .where(Check.checklist_key == "grid_walk", Check.day == day, Check.grid_id == grid_id)
        .order_by(Check.round_no)
    ).first() or _replanned(make, day, grid_id)


def _replanned(make: Make, day: date, grid_id: int) -> Check:
    """The walk of a grid that came after the day was planned."""
    from unitsafe.checks import planning

    with make.app.app_context():
        planning.plan_again(make.session, day, make.now())
    make.session.commit()
    return make.session.scalars(
        sa.select(Check)
        .where(Check.checklist_key == "grid_walk", Check.day == day, Check.grid_id == grid_id)
        .order_by(Check.round_no)
    ).one()


def _items(make: Make, check_id: int) -> list[str]:
    from unitsafe.checks.taps import read_sheet

    with make.app.app_context():
        sheet = read_sheet(make.session, check_id)
    assert sheet is not None
    return [item.key for item in sheet.items]


def _one_tap(make: Make, check: Check, by: Any) -> None:
    from unitsafe.checks import taps

    with make.app.app_context():
        sheet = taps.read_sheet(make.session, check.id)
        assert sheet is not None
        given = {"dp_fire_use": taps.Given(Result.OK)}
        taps.save_answers(make.session, sheet, given, by=make.actor(by), now=make.now())
    make.session.commit()


def _hazards(make: Make, campus: Campus) -> Iterator[Line]:
    fixed = {"number": make.hazard(State.RECTIFIED).number}
    here, other = "hazards.detail", campus.more["other"].id
    reason = {"reason": "照片看不清"}
    done = {"measure": "已清走", "photo": campus.more["teacher_photo"]}
    report = {
        "space_id": campus.keys["space_id"],
        "description": "插座松了",
        "category": "evac_blocked",
    }
    number = campus.keys["number"]
    version = make.session.scalars(sa.select(Hazard.version).where(Hazard.number == number)).one()
    many = {"pick": f"{number}/{version}", "to_id": other}
    yield "hazards.dispatch_many", "officer", {}, "hazards.index", many, ()
    yield "hazards.save_view", "officer", {}, "hazards.index", {"name": "我的筛选"}, ()
    yield "hazards.drop_view", "officer", {}, "hazards.index", {}, ()
    yield "hazards.new", "teacher", {}, "hazards.new", report, ()
    yield "hazards.dispatch", "officer", {}, here, {"to_id": other}, ()
    yield "hazards.reject", "officer", {}, here, reason, ()
    yield "hazards.report_done", "teacher", {}, here, done, ()
    yield "hazards.recheck", "officer", fixed, here, {"note": "合格"}, ()
    yield "hazards.send_back", "officer", fixed, here, reason, ()
    yield "hazards.close", "leader", fixed, here, {"note": "合格"}, ()
    until = {"due_on": "2026-12-04"}
    letter = {"body": "区消防救援大队", "document_no": "教安〔2026〕12号", **reason}
    asking = _marked(make, extension_to=date(2026, 12, 1))
    grave = _marked(make, level=Level.SUSPECTED_MAJOR, times=3)
    watched = _marked(make, supervisor_id=make.someone("teacher").id)
    sent = _marked(make, escalated_to="区教育局", transferred_to="供电公司", stop_use=True)
    yield "hazards.fix_on_spot", "officer", {}, here, {"measure": "当场移走"}, ()
    yield "hazards.request_extension", "teacher", {}, here, until | reason, ()
    yield "hazards.grant_extension", "officer", asking, here, until, ()
    yield "hazards.refuse_extension", "officer", asking, here, reason, ()
    yield "hazards.confirm_major", "manager", grave, here, reason, ()
    yield "hazards.downgrade", "manager", grave, here, reason | {"level": "serious"}, ()
    yield "hazards.stop_use", "manager", {}, here, reason, ()
    yield "hazards.resume_use", "manager", sent, here, reason, ()
    yield "hazards.escalate", "officer", {}, here, letter, ()
    yield "hazards.escalation_reply", "officer", sent, here, {"reply": "已派人来看"}, ()
    yield "hazards.supervise", "principal", {}, here, {"to_id": other} | until | reason, ()
    yield "hazards.progress", "teacher", watched, here, {"note": "材料已到"}, ()
    yield "hazards.transfer", "leader", {}, here, letter, ()
    yield "hazards.transfer_reply", "leader", sent, here, {"reply": "周五来修"}, ()
    yield "hazards.lift_card", "manager", grave, here, reason, ()
    closed = {"number": make.hazard(State.CLOSED).number}
    yield "hazards.rate", "officer", closed, here, {"stars": "5"}, ()
    yield "photos.upload", "leader", {}, None, {}, ("photo",)


def _marked(make: Make, **marks: Any) -> dict[str, Any]:
    """The number of a hazard of which this is so."""
    hazard = make.hazard()
    for name, value in marks.items():
        setattr(hazard, name, value)
    make.session.commit()
    return {"number": hazard.number}


def _people(make: Make, campus: Campus) -> Iterator[Line]:
    teacher = make.someone("teacher")
    teacher.password_hash = hash_password(PASSWORD)
    make.session.commit()
    here, spare = "people.detail", {"person_id": campus.spare["person_id"]}
    new = {"current": PASSWORD, **PASSWORDS}
    away = {
        "deputy_id": campus.more["other"].id,
        "from_on": "2026-11-24",
        "until_on": "2026-11-25",
        "reason": "培训",
    }
    yield "people.display", "teacher", {}, "people.me", {}, ()
    yield "people.password", "teacher", {}, "people.password", new, ()
    yield "people.new", "officer", {}, "people.new", {"name": "新老师", "username": "xin"}, ()
    yield "people.edit", "officer", {}, "people.edit", {"phone": "13800000000"}, ()
    yield "people.give_password", "officer", {}, "people.give_password", {}, ()
    yield "people.absence", "officer", {}, here, away, ()
    nobody = make.newcomer("没有账号的老师")
    nobody.username = nobody.account_at = None
    visitor = {"person_id": make.visitor(date(2026, 11, 26)).id}
    yield "people.open_accounts", "officer", {}, "people.open_accounts", {}, ()
    yield "people.slips", "officer", {}, "people.open_accounts", {}, ()
    yield "people.make_link", "officer", {}, here, {}, ()
    yield "people.new_visitor", "officer", {}, "people.new_visitor", {"name": "区教育局"}, ()
    yield "people.visit", "officer", visitor, here, {"until_on": "2026-12-01"}, ()
    yield "people.sign_out_everywhere", "officer", {}, here, {}, ()
    yield "people.sign_out", "teacher", {}, "people.me", {}, ()
    yield "people.sign_out_others", "teacher", {}, "people.me", {}, ()
    yield "people.login_link", "nobody", {}, "people.login_link", PASSWORDS, ()
    yield "people.leave", "officer", spare, here, {}, ()


def _places(campus: Campus) -> Iterator[Line]:
    spare, here = campus.spare, "places.building"
    space = {"name": "值班室", "floor": 1, "kind": "classroom"}
    building = {"name": "实验楼", "use": "teaching", "floors": 4}
    yield "places.new_building", "officer", {}, "places.new_building", building, ()
    yield "places.edit_building", "officer", {}, "places.edit_building", {"floors": 5}, ()
    yield "places.retire_building", "officer", spare, here, {}, ()
    yield "places.add_space", "officer", {}, here, space, ()
    yield "places.edit_space", "officer", {}, "places.edit_space", {"name": "改名室"}, ()
    yield "places.retire_space", "officer", spare, "places.edit_space", {}, ()


def _grids(make: Make, campus: Campus) -> Iterator[Line]:
    here, other = "grids.detail", campus.more["other"]
    until = {"until_on": "2026-11-23"}
    assign = {"person_id": other.id, "role": "helper", "from_on": "2026-11-23"}
    planned = make.assign(other, make.grid(), Role.HELPER, date(2026, 12, 1))
    empty = make.empty_grid("空网格")
    far, block = make.grid("二层"), make.block("综合楼片")
    hand_over = {"person_id": other.id, "note": "岗位调整"}
    split = {"name": "一层东", "space": campus.keys["space_id"]}
    yield "grids.new", "officer", {}, "grids.new", {"name": "新片"}, ()
    yield "grids.rename", "officer", {}, here, {"name": "一层东"}, ()
    yield "grids.assign", "officer", {}, here, assign, ()
    yield "grids.end", "officer", {}, here, until, ()
    yield "grids.cancel", "officer", {"assignment_id": planned.id}, here, {}, ()
    yield "grids.hand_over", "officer", {}, "grids.hand_over", hand_over, ()
    placed = {"space": campus.more["unplaced"], "grid_id": campus.more["grid_id"]}
    yield "coverage.place", "officer", {}, "coverage.index", placed, ()
    annex = make.building("配楼")
    hall, _room = make.space(annex, "门厅"), make.space(annex, "新会议室")
    make.session.add(GridSpace(space_id=hall.id, grid_id=far.id, from_on=date(2026, 9, 1)))
    make.session.commit()
    yield "coverage.place_by_floor", "officer", {}, "coverage.index", {}, ()
    yield "grids.spaces", "officer", {}, here, {"space": campus.foreign["space_id"]}, ()
    yield "grids.move", "officer", {}, here, {"parent_id": block.id}, ()
    yield "grids.shift", "officer", {}, here, {"step": "down"}, ()
    yield "grids.split", "officer", {}, here, split, ()
    yield "grids.merge", "officer", {}, here, {"into_id": far.id}, ()
    yield "grids.retire", "officer", {"code": empty.code}, here, {}, ()


def _maps(campus: Campus) -> Iterator[Line]:
    grid = campus.more["far_grid"]
    drawn = {"grid_id": grid, "points": "60,60; 90,60; 90,90"}
    spare = {"map_id": campus.spare["map_id"]}
    yield "maps.new", "officer", {}, "maps.new", {"title": "南区"}, ("picture",)
    yield "maps.change", "officer", {}, "maps.change", {"title": "新名称"}, ()
    yield "maps.retire", "officer", spare, "maps.change", {}, ()
    yield "maps.draw", "officer", {}, "maps.edit", drawn, ()
    yield "maps.erase", "officer", {}, "maps.edit", {}, ()


def _school() -> Iterator[Line]:
    term = {"name": "2027年春季学期", "starts_on": "2027-02-22", "ends_on": "2027-07-02"}
    calendar = "school.calendar"
    yield "school.settings", "officer", {}, "school.settings", {"short_name": "育新校"}, ()
    yield "school.add_term", "officer", {}, calendar, term, ()
    yield "school.term", "officer", {}, "school.term", {"ends_on": "2027-01-15"}, ()
    yield "school.day", "officer", {}, "school.day", {"note": "运动会"}, ()


def _letters(make: Make, campus: Campus) -> Iterator[Line]:
    here, other = "letters.letter", {"letter_id": campus.foreign["letter_id"]}
    scan = {"photo": make.photo(make.someone("officer"), "white").id}
    posted = {"spaces": str(campus.keys["space_id"])}
    yield "letters.sign", "teacher", {}, here, {"agree": "y", "typed_name": "teacher"}, ()
    yield "letters.paper", "officer", other, here, scan, ()
    yield "plates.posted", "officer", {}, "plates.posted", posted, ()


def _year_plan(make: Make) -> Iterator[Line]:
    here, page = "year_plan.year", "year_plan.entry"
    new = {"text": "消防器材进社区", "due_on": "2027-03-31", "post": "safety_officer"}
    scan = {"file": make.file(make.someone("officer"), "签批件.pdf").id}
    yield "year_plan.add", "officer", {}, here, new, ()
    yield "year_plan.mark", "officer", {}, page, {"done_on": "2026-11-23", "note": "逐处核对"}, ()
    yield "year_plan.paper", "officer", {}, here, scan, ()
    signed = {"agree": "y", "typed_name": make.someone("principal").name}
    yield "year_plan.sign", "principal", {}, here, signed, ()


def _assessments(make: Make) -> Iterator[Line]:
    here, item = "assessments.sheet", "assessments.item"
    score = {"points": "1", "note": "一扇窗打不开"}
    held = {"holds": "yes", "note": "宿舍有过火"}
    joins = {"person": str(make.someone("manager").id)}
    scan = make.file(by=make.someone("officer")).id
    signed = {"paper": "1", "department": "总务处", "signer": "彭德胜", "file": str(scan)}
    running = {"quarter": "2026Q4"}
    yield "assessments.open_quarter", "officer", {}, "assessments.index", running, ()
    yield "assessments.score", "teacher", {}, item, score, ()
    yield "assessments.mark_veto", "teacher", {}, here, held, ()
    yield "assessments.team", "officer", {}, here, joins, ()
    yield "assessments.make_hazards", "officer", {}, here, {}, ()
    yield "assessments.take", "officer", {}, "assessments.step", signed, ()


def _standard() -> Iterator[Line]:
    here = "assessments.draft"
    yield "assessments.edit_draft", "officer", {}, here, {"g1_at": "92"}, ()
    yield "assessments.publish_standard", "principal", {}, here, {"note": "首次发布"}, ()


def _roster(make: Make, campus: Campus) -> Iterator[Line]:
    teacher, other = make.someone("teacher"), campus.more["other"]
    asked = make.swap(make.turn(teacher, date(2026, 12, 1)), other)
    shift = {"title": "课间楼层", "place": "各楼层", "starts": "09:10", "ends": "11:40"}
    shift |= {"days": "teaching", "posts": "homeroom_teacher"}
    ask, turn = {"choice": f"p{other.id}", "note": "公开课"}, {"person_id": other.id}
    withdrawn = {"swap_id": asked.id}
    yield "roster.fill", "officer", {}, "roster.fill", {}, ()
    yield "roster.turn", "officer", {}, "roster.turn", turn, ()
    yield "roster.new_shift", "officer", {}, "roster.new_shift", shift, ()
    yield "roster.shift", "officer", {}, "roster.shift", {"place": "北门"}, ()
    yield "roster.default_shifts", "officer", {}, "roster.shifts", {}, ()
    yield "roster.ask", "teacher", {}, "roster.ask", ask, ()
    yield "roster.agree", "teacher", {}, "roster.swaps", {}, ()
    yield "roster.decline", "teacher", {}, "roster.swaps", {}, ()
    yield "roster.withdraw", "teacher", withdrawn, "roster.swaps", {}, ()
    yield "roster.renew_calendar", "teacher", {}, "roster.my_calendar", {}, ()


def _evacuation(make: Make, campus: Campus) -> Iterator[Line]:
    index, floor, other = "evacuation.index", "evacuation.floor", campus.more["other"].id
    point = {"name": "1号集合点", "place": "田径场"}
    pupil = {"class_id": make.school_class("一年级1班").id, "initials": "李某"}
    yield "evacuation.add_point", "officer", {}, index, point, ()
    yield "evacuation.add_pupil", "officer", {}, index, {**pupil, "helper_id": other}, ()
    yield "evacuation.add_volunteer", "officer", {}, index, {"person_id": other}, ()
    yield "evacuation.end", "officer", {}, floor, {}, ()
    yield "evacuation.save_route", "officer", {}, floor, {"route": "走东楼梯"}, ()
    yield "evacuation.add_guide", "officer", {}, floor, {"person_id": other}, ()
    yield "evacuation.check_maps", "officer", {}, floor, {"space": campus.keys["space_id"]}, ()


def _micro_station(make: Make, campus: Campus) -> Iterator[Line]:
    here, other = "micro_station.index", campus.more["other"].id
    item = {"name": "消防斧", "expected": 2, "present": 1}
    counted = {f"n-{campus.keys['item_id']}": "5"}
    muster = {"day": "2026-11-20", "signal": "16:00", "place": "教学楼前"}
    muster |= {"arrived": 6, "minutes": 2, "seconds": 40}
    yield "micro_station.set_up", "officer", {}, here, {"phone": "110"}, ()
    yield "micro_station.add_member", "officer", {}, here, {"person_id": other}, ()
    yield "micro_station.end_member", "officer", {}, here, {}, ()
    yield "micro_station.default_kit", "officer", {}, None, {"once": "usual"}, ()
    yield "micro_station.new_item", "officer", {}, "micro_station.new_item", item, ()
    yield "micro_station.kit_item", "officer", {}, "micro_station.kit_item", {"present": 2}, ()
    yield "micro_station.count", "officer", {}, "micro_station.count", counted, ()
    yield "micro_station.add_muster", "officer", {}, here, muster, ()


def _hot_work(make: Make, campus: Campus) -> Iterator[Line]:
    here = "hot_work.detail"
    new = {"space_id": campus.keys["space_id"], "work": "栏杆焊接", "worker": "王师傅"}
    new |= {"certificate_no": "T33", "certificate_until": "2027-01-01"}
    new |= {"day": "2026-11-24", "starts": "19:00", "ends": "20:00"}
    new |= {"watcher_id": campus.more["other"].id, "measures": "clear"}
    note, away = {"note": "没有余火"}, {"reason": "改期"}
    shown = {"photo": make.photo(make.someone("officer")).id}
    site = {f"answer-{key}": "ok" for key in BEFORE_WORK} | shown
    approved = permit_as_far_as(make, HotWork.APPROVED)
    working = permit_as_far_as(make, HotWork.WORKING)
    finished = permit_as_far_as(make, HotWork.FINISHED)
    yield "hot_work.new", "teacher", {}, "hot_work.new", new, ()
    yield "hot_work.decide", "manager", {}, here, {"decision": "approve"}, ()
    yield "hot_work.cancel", "teacher", {}, here, away, ()
    yield "hot_work.start", "officer", {"permit_id": approved}, here, site, ()
    yield "hot_work.finish", "officer", {"permit_id": working}, here, note, ()
    yield "hot_work.after_check", "officer", {"permit_id": finished}, here, note, ()


def permit_as_far_as(make: Make, state: HotWork) -> int:
    """The id of a permit of this hour, with no pupils there before noon, that is in ``state``; the
    work ended an hour ago when finished."""
    permit, school = make.permit(), make.school()
    school.settings = {"pupils_from": 12}
    permit.starts_at, permit.ends_at = (make.now() + timedelta(hours=n) for n in (-2, 2))
    permit.state = state
    if state is HotWork.FINISHED:
        permit.finished_at = make.now() - timedelta(hours=1)
    make.session.commit()
    return permit.id


def _visits(campus: Campus) -> Iterator[Line]:
    here, category = "visits.detail", {"category": "other"}
    new = {"body": "区教育局", "visited_on": "2026-11-20", "finding-1-description": "通道堆物"}
    new |= {"finding-1-category": "evac_blocked", "finding-1-space_id": campus.keys["space_id"]}
    yield "visits.new", "officer", {}, "visits.new", new, ()
    yield "visits.edit", "officer", {}, "visits.edit", {"document_no": "教检〔2026〕3号"}, ()
    yield "visits.add_finding", "officer", {}, here, {"description": "台账缺页", **category}, ()
    yield "visits.reply", "officer", {}, here, {"replied_on": "2026-11-23"}, ()


def _documents() -> Iterator[Line]:
    here = "documents.detail"
    new = {"title": "用火用电制度", "topics": "fire_and_power", "note": "纸质件在档案柜"}
    newer = {"issued_on": "2026-11-20", "note": "纸质件在档案柜"}
    yield "documents.new", "officer", {}, "documents.new", new, ()
    yield (
        "documents.edit",
        "officer",
        {},
        "documents.edit",
        {"document_no": "育新校〔2026〕1号"},
        (),
    )
    yield "documents.add_version", "officer", {}, here, newer, ()
    yield "documents.review", "officer", {}, here, {"note": "没有变化"}, ()
    yield "documents.set_state", "officer", {}, here, {"state": "withdrawn", "note": "作废"}, ()
    yield "documents.mark_read", "teacher", {}, here, {}, ()
    yield "documents.plan", "officer", {}, "documents.plan", {"part_alarm": "第3页"}, ()


def _activities(make: Make, campus: Campus) -> Iterator[Line]:
    here, session = "activities.detail", make.session
    school_class = session.get_one(SchoolClass, campus.keys["class_id"])
    running, held = make.drill(school_class), make.drill(school_class)
    running.state, running.started_at = ActivityState.RUNNING, make.now()
    held.state, held.held_on = ActivityState.HELD, date(2026, 11, 23)
    session.commit()
    part = session.scalars(sa.select(DrillClass).where(DrillClass.activity_id == running.id)).one()
    run, over = {"activity_number": running.number}, {"activity_number": held.number}
    drill = {"commander": "校长", "scene": "起火", "signal": "广播", "routes": "东楼梯"}
    issue = {"description": "门锁着", "category": "evac_blocked"}
    judged = {"evaluation": "好", "suitable": "all", "sufficient": "full"}
    new_class = {"name": "四年级1班", "grade": 4, "pupils": 40}
    counted = {"part_id": part.id, "building_id": "", "floor": "", "present": 42}
    yield "activities.new", "officer", {}, "activities.new", drill, ()
    yield "activities.edit", "officer", {}, "activities.edit", {**drill, "place": "全校"}, ()
    yield "activities.step", "officer", {}, here, {"action": "notify"}, ()
    yield "activities.hold", "officer", {}, here, {"expected": 42, "present": 41}, ()
    yield "activities.count", "teacher", run, "activities.run", counted, ()
    yield "activities.evaluate", "officer", over, here, judged, ()
    yield "activities.add_issue", "officer", over, here, issue, ()
    yield "activities.attach", "officer", {}, here, {}, ("photo_file",)
    yield from _trainings(make, campus)
    yield "classes.new", "officer", {}, "classes.new", new_class, ()
    yield "classes.edit", "officer", {}, "classes.edit", {"pupils": 44}, ()
    yield "classes.retire", "officer", {}, "classes.edit", {}, ()


def _trainings(make: Make, campus: Campus) -> Iterator[Line]:
    here, keys = "activities.detail", campus.keys
    word = sign_word(keys["training_number"], make.app.secret_key or "")
    meeting = {"activity_number": keys["meeting_number"]}
    letter = {"activity_number": keys["letter_number"]}
    check = {"activity_number": keys["check_number"]}
    teacher, officer = (make.someone(one).id for one in ("teacher", "officer"))
    class_id = make.session.scalars(sa.select(ClassPart.class_id)).one()
    decided = {"text": "换灯", "owner_id": teacher, "due_on": "2026-11-30"}
    could = {f"{teacher}-{skill}": "yes" for skill in ("risk", "alarm", "extinguisher", "escape")}
    paper = {"person_id": teacher, "kind": "electrician", "issued_on": "2026-11-02"}
    yield "activities.sign", "teacher", {}, None, {"w": word}, ()
    yield "activities.invited", "officer", {}, "activities.invited", {"person": [officer]}, ()
    yield "activities.roll", "officer", {}, "activities.roll", {"came": [teacher]}, ()
    counts = {f"sent-{class_id}": "40", f"returned-{class_id}": "38"}
    yield "activities.letters", "officer", letter, here, counts, ()
    yield "activities.decide", "officer", meeting, here, decided, ()
    yield "activities.finish", "teacher", meeting, here, {"note": "已补"}, ()
    yield "activities.draw", "officer", check, here, {"number": "2"}, ()
    yield "activities.answer", "officer", check, here, could, ()
    yield "activities.new_certificate", "officer", {}, "activities.new_certificate", paper, ()
    yield "activities.end_certificate", "officer", {}, "activities.certificate_index", {}, ()


def _reminders() -> Iterator[Line]:
    group = {"name": "安全工作群", "token": "693axxx6-7aoc-4bc4"}
    own = {"token": "SCT123456TabcdefG"}
    yield "backups.make", "officer", {}, "backups.index", {}, ()
    yield "backups.prove", "officer", {}, "backups.index", {}, ()
    yield "status.verify", "officer", {}, "status.index", {}, ()
    yield "reminders.hours", "officer", {}, "reminders.index", {"morning": "06:50"}, ()
    yield "reminders.new_channel", "officer", {}, "reminders.new_channel", group, ()
    yield "reminders.test", "officer", {}, "reminders.index", {}, ()
    yield "reminders.switch", "officer", {}, "reminders.index", {}, ()
    yield "reminders.remove", "officer", {}, "reminders.index", {}, ()
    yield "reminders.mine", "teacher", {}, "reminders.mine", {}, ()
    yield "reminders.own_channel", "teacher", {}, "reminders.own_channel", own, ()
    yield "reminders.test_own", "teacher", {}, "reminders.mine", {}, ()
    yield "reminders.remove_own", "teacher", {}, "reminders.mine", {}, ()


def _equipment(campus: Campus) -> Iterator[Line]:
    place = campus.keys["space_id"]
    new = {"number": "MH-900", "kind": "ext_powder", "space_id": place, "made_on": "2024-09-01"}
    faulty = {"state": "faulty", "note": "压力不足"}
    yield "equipment.new", "officer", {}, "equipment.new", new, ()
    yield "equipment.edit", "officer", {}, "equipment.edit", {"model": "MFZ/ABC5"}, ()
    yield "equipment.change_state", "officer", {}, "equipment.detail", faulty, ()
    inspected = {"result": "ok"}
    yield "equipment.inspect", "teacher", {}, "equipment.inspect", inspected, ()
    interval = {"kind": "ext_powder", "n1": "36"}
    yield "equipment.intervals", "officer", {}, None, interval, ()


def _maintenance(make: Make, campus: Campus) -> Iterator[Line]:
    here, pump = "maintenance.detail", make.equipment(kind="fire_pump", name="消防水泵")
    new = {"company": "安居维保公司", "done_on": "2026-11-20"}
    finding = {"description": "末端压力表坏", "category": "fire_facility"}
    read = {"number_of": pump.number, "what": "outlet_pressure", "value": "0.45"}
    lasts = {"company": "安居维保公司", "from_on": "2026-09-01", "until_on": "2027-08-31"}
    system = {"equipment_id": pump.id}
    value = {"value": "0.5"}
    corrected = {"company": "宁海维保公司"}
    yield "maintenance.new", "officer", {}, "maintenance.new", new, ()
    yield "maintenance.edit", "officer", {}, "maintenance.edit", {"people": "贺师傅"}, ()
    yield "maintenance.add_finding", "officer", {}, here, finding, ()
    yield "maintenance.add_reading", "officer", {}, here, {**read, "measured_time": "07:00"}, ()
    yield "maintenance.sign", "officer", {}, here, {}, ()
    yield "maintenance.new_contract", "officer", {}, "maintenance.new_contract", lasts, ()
    yield "maintenance.contract", "officer", {}, "maintenance.contract", corrected, ()
    yield "maintenance.read", "officer", system, "maintenance.readings", value, ()
    targets = {"n-ext_powder": "4"}
    yield "maintenance.set_targets", "officer", {}, "maintenance.targets", targets, ()


def _imports(campus: Campus) -> Iterator[Line]:
    spare = {"draft_id": campus.spare["draft_id"]}
    yield "imports.upload", "officer", {}, "imports.upload", {}, ("file",)
    yield "imports.columns", "officer", {}, "imports.columns", {"column_floor": ""}, ()
    yield "imports.preview", "officer", {}, "imports.preview", {}, ()
    yield "imports.discard", "officer", spare, "imports.columns", {}, ()
    yield "imports.undo", "officer", {}, "imports.run", {}, ()


def _tips(make: Make) -> Iterator[Line]:
    officer, here = make.someone("officer"), "tips.detail"
    told = make.tip()
    make.answered_tip(told, officer)
    answered = {"tip_id": told.id, "tip_number": told.address_number}
    said = {"text": "走道堆了纸箱", "place": "东门"}
    answer = {"outcome": "fixed", "text": "已经清走，谢谢您。"}
    yield "tips.new", "nobody", {}, "tips.new", said, ()
    yield "tips.rate", "nobody", answered, "tips.progress", {"rating": "5"}, ()
    yield "tips.register", "officer", {}, "tips.register", {**said, "channel": "phone"}, ()
    yield "tips.accept", "officer", {}, here, {}, ()
    yield "tips.answer", "officer", {}, here, answer, ()
    yield "tips.note", "officer", answered, here, {"text": "已和保洁员说"}, ()
    yield "tips.reward", "officer", answered, here, {"text": "表扬信"}, ()
    hazard = {"category": "evac_blocked"}
    yield "tips.make_hazard", "officer", {}, "tips.make_hazard", hazard, ()

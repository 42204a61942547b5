"""Every page: sound HTML, strict headers, nothing from elsewhere; no input breaks one."""

import io
import re
from dataclasses import replace
from datetime import date, time
from urllib.parse import quote, urlencode

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from tests.addresses import address, changed, contents, routes
from tests.factories import sign_in
from unitsafe.activities.models import Activity, DrillClass
from unitsafe.core.db import db
from unitsafe.documents import services as documents
from unitsafe.documents.queries import document
from unitsafe.hazards.rules import Level, State
from unitsafe.reminders.models import Notice
from unitsafe.reminders.rules import Kind
from unitsafe.roster.models import ShiftPerson
from unitsafe.visits import services as visits
from unitsafe.visits.models import Visit
from unitsafe.visits.services import Found

FRAGMENTS = {
    "checks.index": "rows",
    "documents.index": "rows",
    "equipment.index": "rows",
    "equipment.new": "equipment-form",
    "equipment.edit": "equipment-form",
    "hazards.index": "rows",
    "hazards.detail": "hazard",
    "visits.index": "rows",
    "maintenance.index": "rows",
    "maintenance.latest_readings": "rows",
    "activities.index": "rows",
    "activities.run": "board",
    "hot_work.index": "rows",
    "activities.qr": "signed",
    "activities.missing": "rows",
    "activities.certificate_index": "rows",
    "imports.preview": "rows",
    "year_plan.year": "plan",
    "assessments.index": "rows",
    "assessments.item": "panel-c3_04",
    "letters.index": "rows",
    "maps.index": "tiles",
    "maps.edit": "panel",
    "backups.index": "backups",
    "tips.index": "rows",
    "tips.detail": "tip",
    "roster.turn": "t1-2026-11-24-1",
}
"""Pages that answer htmx with a part of themselves, and an id of that part."""
NOT_HTML = {
    "backups.download",
    "checks.index_file",
    "places.spaces_file",
    "hazards.index_pdf",
    "hazards.index_xlsx",
    "letters.index_xlsx",
    "log.index_xlsx",
    "visits.index_file",
    "equipment.index_xlsx",
    "equipment.index_pdf",
    "maintenance.index_file",
    "maintenance.targets_pdf",
    "maintenance.targets_xlsx",
    "documents.index_file",
    "documents.archive_pdf",
    "activities.index_file",
    "activities.missing_file",
    "activities.certificate_file",
    "classes.index_file",
    "hot_work.index_file",
    "micro_station.kit_xlsx",
    "micro_station.station_pdf",
    "people.index_file",
    "appraisal.month_xlsx",
    "appraisal.month_pdf",
    "stats.index_xlsx",
    "stats.index_pdf",
    "year_plan.year_xlsx",
    "today.healthz",
    "photos.photo",
    "photos.thumb",
    "assessments.sheet_docx",
    "assessments.sheet_pdf",
    "assessments.sheet_xlsx",
    "letters.letters_pdf",
    "roster.calendar_feed",
    "imports.template",
    "tips.index_file",
    "tips.poster_pdf",
}
NOTHING_TO_PRINT = {
    "checks.year_zip",
    "hazards.year_zip",
    "grids.tree_xlsx",
    "equipment.labels_pdf",
    "checks.month_pdf",
    "grids.tree_pdf",
    "plates.plates_pdf",
    "maps.map_pdf",
}
NO_SCHOOL = {"setup.index", "people.login"}
HANDLERS = re.compile(r"on[a-z]+$")


def by_area(endpoints):
    """Endpoints by the feature they belong to: one furnished school serves all that leave it alone."""
    found = {}
    for endpoint in sorted(endpoints):
        found.setdefault(endpoint.split(".")[0], []).append(endpoint)
    return list(found.values())


def pages(app):
    """Endpoints of all GET addresses."""
    return [rule.endpoint for method, rule in routes(app) if method == "GET"]


def faults(answer):
    """What is wrong with a page, in words."""
    page, found = answer.page, []
    root = page.root

    def say(is_wrong, what):
        if is_wrong:
            found.append(what)

    say(not page.whole, "no doctype")
    say(len(list(root.iter("h1"))) != 1, "not one h1")
    titles = ["".join(title.itertext()).strip() for title in root.iter("title")]
    say(not titles or not titles[0], "no title")
    say(next(root.iter("html")).get("lang") != "zh-Hans", "no language")
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        tag = element.tag.rpartition("}")[2]
        say(tag == "style", "a style element")
        say(tag == "script" and not element.get("src"), "a script without a file")
        for name, value in element.attrib.items():
            name = str(name).rpartition("}")[2]
            say(name == "style" or HANDLERS.match(name), f"{tag} {name}={value!r}")
            is_address = name in ("href", "src", "action", "formaction", "srcset", "hx-post")
            say(
                is_address and re.match(r"\s*((?!tel:)[a-z]+:|//)", value),
                f"{tag} {name}={value!r}",
            )
    return found + header_faults(answer)


def header_faults(answer):
    """What is wrong with the headers of an answer."""
    found = []
    policy = dict(
        [(part.split() or [""])[0], part.split()[1:]]
        for part in answer.headers.get("Content-Security-Policy", "default-src none").split(";")
    )
    if policy.get("default-src") != ["'self'"] or policy.get("object-src") != ["'none'"]:
        found.append(f"policy {policy}")
    if any(word.startswith("'unsafe") for words in policy.values() for word in words):
        found.append("unsafe policy")
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        found.append("may be sniffed")
    if answer.response.mimetype == "text/html":
        if "HX-Request" not in answer.headers.get("Vary", ""):
            found.append("no Vary: HX-Request")
        if answer.headers.get("Cache-Control") != "no-store":
            found.append(f"Cache-Control {answer.headers.get('Cache-Control')}")
    return found


def tried(act):
    """The answer, or the error that a browser would see as a 500."""
    try:
        return act(), ""
    except Exception as error:
        return None, f"500 {type(error).__name__}: {str(error)[:160]}"


@pytest.mark.parametrize("who", ["officer", "teacher", "principal"])
def test_every_page_is_sound(app, make, browser, campus, who):
    client, wrong = browser(make.someone(who)), []
    for endpoint in pages(app):
        path = address(app, endpoint, campus.keys)
        answer, error = tried(lambda path=path: client.get(path))
        if answer is None:
            wrong.append(f"{path}: {error}")
        elif answer.response.mimetype != "text/html":
            wrong += [f"{path}: {fault}" for fault in header_faults(answer)]
        elif answer.status != 303:
            wrong += [f"{path}: {fault}" for fault in faults(answer)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", ["officer", "teacher"])
def test_every_page_without_a_key_is_sound_in_a_school_that_has_nothing_yet(
    app, make, browser, who
):
    person = make.person(posts=["safety_officer" if who == "officer" else "homeroom_teacher"])
    client, wrong = browser(person), []
    plain = [r.endpoint for m, r in routes(app) if m == "GET" and not r.arguments]
    for endpoint in plain:
        path = address(app, endpoint, {})
        answer, error = tried(lambda path=path: client.get(path))
        if answer is None:
            wrong.append(f"{path}: {error}")
        elif endpoint in NOTHING_TO_PRINT:
            if answer.status not in (403, 404, 409):
                wrong.append(f"{path}: {answer.status}")
        elif answer.status == 200 and endpoint not in NOT_HTML:
            wrong += [f"{path}: {fault}" for fault in faults(answer)]
        elif answer.status not in (200, 303, 403):
            wrong.append(f"{path}: {answer.status}")
    assert not wrong, "\n".join(wrong)


def test_before_there_is_a_school_the_setup_page_is_sound_and_everything_leads_to_it(app, browser):
    client = browser(None)
    assert faults(client.get("/setup")) == []
    assert client.get("/").location == "/setup"
    assert client.get("/login").location == "/setup"
    assert (
        client.get("/tip").location == client.get("/tip/JB-2026-0001-AAAAAA").location == "/setup"
    )


def test_the_sign_in_page_is_sound(make, browser):
    make.school()
    assert faults(browser(None).get("/login?next=/checks")) == []


@pytest.mark.parametrize("path", ["/nowhere", "/checks/999999", "/hazards/YH-2026-9999"])
def test_a_page_that_is_not_there_is_a_sound_page_with_a_way_on(make, browser, path):
    answer = browser(make.someone("teacher")).get(path)
    assert answer.status == 404
    assert faults(answer) == []
    assert "/" in answer.page.links()


def test_a_refusal_is_a_sound_page(make, browser):
    answer = browser(make.someone("teacher")).get("/settings")
    assert (answer.status, faults(answer)) == (403, [])


@pytest.mark.parametrize("endpoints", by_area(FRAGMENTS))
def test_one_address_gives_the_page_and_its_fragment(app, make, browser, campus, endpoints):
    client = browser(make.someone("officer"))
    for endpoint in endpoints:
        path = address(app, endpoint, campus.keys)
        whole, part = client.get(path).page, client.hx("GET", path)
        assert whole.whole and not part.page.whole, endpoint
        assert part.page.has(FRAGMENTS[endpoint]) and whole.has(FRAGMENTS[endpoint]), endpoint
        assert not part.page.has("content"), endpoint
        assert header_faults(part) == [], endpoint
        for header in ({"HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}):
            assert client.get(path, headers={"HX-Request": "true", **header}).page.whole, endpoint


def test_a_page_without_a_fragment_answers_htmx_with_the_whole_page(app, make, browser, campus):
    client, wrong = browser(make.someone("manager")), []
    for endpoint in set(pages(app)) - set(FRAGMENTS) - NOT_HTML:
        answer, error = tried(lambda e=endpoint: client.hx("GET", address(app, e, campus.keys)))
        if answer is None:
            wrong.append(f"{endpoint}: {error}")
        elif (
            answer.response.mimetype == "text/html"
            and answer.status == 200
            and answer.response.data
            and not answer.page.whole
        ):
            wrong.append(f"{endpoint}: a part of a page")
    assert not wrong, "\n".join(wrong)


# The number of SQL statements


def more_checks(make):
    for day in (date(2026, 11, 19), date(2026, 11, 20)):
        make.day(day)
    make.submitted(make.patrol(), make.someone("officer"))


def more_hazards(make):
    for state in (State.ASSIGNED, State.RECTIFIED):
        make.hazard(state)


def more_drills(make):
    for name in ("九月演练", "十月演练"):
        make.drill(title=name)


def more_classes(make):
    found = make.session.scalars(sa.select(Activity)).first()
    for number in (3, 4):
        one = make.school_class(f"四年级{number}班", space_id=make.space_in(make.grid()).id)
        make.session.add(DrillClass(activity_id=found.id, class_id=one.id, expected=one.pupils))
    make.session.commit()


def more_places(make):
    for name in ("实验楼", "食堂"):
        make.space(make.building(name))


def more_grids(make):
    for name in ("二层", "三层"):
        make.assign(make.person(posts=["homeroom_teacher"]), make.grid(name))


def more_people(make):
    for _ in range(2):
        make.person(posts=["homeroom_teacher", "room_keeper"])


def more_maps(make):
    for name in ("实验楼", "食堂"):
        found = make.grid_map(name, make.building(name))
        make.shape(found, make.grid(name))
        make.shape(found, make.grid("一层"))


def more_devices(make):
    for name in ("旧手机", "家里的电脑"):
        sign_in(make.session, make.someone("manager"), name, make.now())


def more_accounts(make):
    for number in range(4):
        person = make.newcomer(posts=["homeroom_teacher"])
        person.username = person.username if number % 2 else None
    make.session.commit()


def more_turns(make):
    one, other = (make.person(posts=["homeroom_teacher"]) for _ in range(2))
    make.absent(one, other, date(2026, 11, 23), date(2026, 11, 24))
    noon = make.shift(
        "午休看护", starts=time(12), ends=time(14), pool=[ShiftPerson(person_id=one.id)]
    )
    for day in (23, 24, 25):
        make.turn(one, date(2026, 11, day), noon)
        make.turn(other, date(2026, 11, day), slot=2)
    make.swap(make.turn(other, date(2026, 12, 1)), make.someone("manager"))


def more_equipment(make):
    for name in ("二层", "三层"):
        make.equipment(make.space_in(make.grid(name)))


def more_documents(make):
    for number in (2, 3):
        one = make.document(title=f"制度{number}")
        with make.app.app_context():
            officer = make.actor(make.someone("officer"))
            documents.add_version(
                make.session,
                one,
                issued_on=date(2026, 9, number),
                note="在档案柜",
                by=officer,
                now=make.now(),
            )
            loaded = document(make.session, officer, one.id)
            documents.mark_read(make.session, loaded, number=2, by=officer, now=make.now())
        make.session.commit()


def more_visits(make):
    for number in (2, 3):
        make.visit(number)


def more_findings(make):
    visit = make.session.get(Visit, 1)
    assert visit is not None
    one = Found("又一个问题", "other", Level.NORMAL)
    with make.app.app_context():
        officer = make.actor(make.someone("officer"))
        for _ in range(2):
            visits.add_finding(make.session, visit, one, by=officer, now=make.now())
    make.session.commit()


def more_maintenance(make):
    for number in (1, 2):
        make.maintenance(number)
        make.contract()


def more_readings(make):
    pump = make.equipment(kind="fire_pump", name="消防水泵")
    for value in ("0.4", "0.5", "0.6"):
        make.reading(pump, "outlet_pressure", value)


def more_evacuation(make):
    for floor in (2, 3):
        make.guide(make.person(), floor)
        make.pupil(make.person(), make.person())


def more_station(make):
    for number in (1, 2):
        make.station_member()
        make.kit_item(f"消防斧{number}", keeper_id=make.person().id)


def more_permits(make):
    for _ in range(2):
        make.permit()


def more_imports(make):
    for _ in range(2):
        make.draft(make.someone("manager"))
        make.imported(make.someone("officer"))


def more_tips(make):
    for _ in range(2):
        make.answered_tip(make.tip(), make.someone("officer"))
        make.tip()


def more_reminders(make):
    for name in ("二号群", "三号群"):
        add_notice(make, make.channel(name=name))
        add_notice(make, make.channel(make.person()))


def add_notice(make, channel):
    make.session.add(
        Notice(
            key=f"test:{channel.id}",
            kind=Kind.TEST,
            channel_id=channel.id,
            person_id=channel.person_id,
            title="测试消息",
            body="能收到",
            created_at=make.now(),
            not_before=make.now(),
        )
    )
    make.session.commit()


LISTS = {
    "/tips?state=all": (more_tips, more_hazards),
    "/tips.xlsx": (more_tips,),
    "/tip": (more_tips,),
    "/": (more_checks, more_hazards, more_grids, more_turns),
    "/settings/reminders": (more_reminders,),
    "/roster/2026-11": (more_turns, more_people),
    "/roster/2026-11/fill": (more_turns,),
    "/roster/shifts": (more_turns,),
    "/roster/swaps": (more_turns,),
    "/checks": (more_checks,),
    "/checks?status=done": (more_checks,),
    "/checks/month": (more_checks, more_grids),
    "/equipment": (more_equipment,),
    "/equipment/inspect": (more_equipment,),
    "/equipment.xlsx": (more_equipment,),
    "/hazards": (more_hazards,),
    "/hazards.xlsx": (more_hazards,),
    "/hazards.pdf": (more_hazards,),
    "/checks.xlsx": (more_checks,),
    "/documents": (more_documents,),
    "/documents.xlsx": (more_documents,),
    "/documents/1": (more_documents, more_people),
    "/documents/archive": (more_documents, more_people, more_hazards),
    "/visits": (more_visits,),
    "/activities?kind=drill": (more_drills,),
    "/activities.xlsx": (more_drills,),
    "/activities/HD2026-0001": (more_classes,),
    "/activities/HD2026-0001/run": (more_classes,),
    "/classes": (more_classes,),
    "/visits.xlsx": (more_visits,),
    "/visits/1": (more_findings,),
    "/visits/1/reply.pdf": (more_findings,),
    "/maintenance": (more_maintenance,),
    "/maintenance.xlsx": (more_maintenance,),
    "/equipment/readings": (more_readings,),
    "/equipment/targets": (more_equipment, more_readings),
    "/equipment/targets.xlsx": (more_equipment,),
    "/evacuation": (more_evacuation, more_people),
    "/evacuation/1/1": (more_people,),
    "/micro-station": (more_station,),
    "/hot-work": (more_permits,),
    "/hot-work.xlsx": (more_permits,),
    "/import": (more_imports,),
    "/people": (more_people,),
    "/buildings": (more_places,),
    "/buildings/1": (more_places,),
    "/letters": (more_grids, more_people),
    "/letters.pdf": (more_grids,),
    "/plates": (more_places, more_grids),
    "/plates.pdf": (more_grids,),
    "/spaces/1": (more_hazards, more_checks),
    "/grids": (more_grids, more_places),
    "/grids?q=室&on=2026-10-12": (more_grids, more_places),
    "/grids/01-01-01/handover": (more_grids, more_hazards),
    "/spaces/1?on=2026-10-12": (more_grids,),
    "/grids/01": (more_grids,),
    "/grids/01-01": (more_grids,),
    "/grids/map": (more_maps, more_grids, more_places, more_hazards),
    "/grids/map?building=1": (more_grids, more_hazards),
    "/grids/map/1/edit": (more_grids, more_maps),
    "/audit": (more_people, more_hazards),
    "/calendar": (more_people,),
    "/plans": (more_people,),
    "/checklists": (more_people,),
    "/me": (more_grids, more_devices, more_turns),
    "/people/2": (more_devices,),
    "/people/accounts": (more_accounts,),
    "/people.xlsx": (more_people,),
    "/appraisal/2026-11": (more_grids, more_hazards, more_people),
    "/appraisal/2026-11?by=person": (more_grids, more_hazards, more_people),
    "/stats?period=year": (more_grids, more_hazards, more_checks),
}


def statements(app, act):
    """How many statements ``act`` sends to the database."""
    sent = []

    def count(_connection, _cursor, statement, *_):
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return sent


@pytest.mark.parametrize("path", sorted(LISTS))
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_few(app, make, browser, path):
    make.patrol()
    make.hazard()
    make.submitted(make.walk(), make.someone("teacher"))
    make.shape(make.grid_map(), make.grid())
    away, deputy = (make.person(posts=["homeroom_teacher"]) for _ in range(2))
    make.absent(away, deputy, date(2026, 11, 23), date(2026, 11, 23))
    gate = make.shift(pool=[ShiftPerson(person_id=make.someone("manager").id)])
    make.turn(away, date(2026, 11, 23), gate)
    make.equipment()
    add_notice(make, make.channel(make.someone("manager")))
    add_notice(make, make.channel())
    make.imported(make.someone("officer"))
    make.visit()
    make.maintenance(1)
    make.contract()
    make.document()
    make.guide()
    make.pupil(make.person(), make.person())
    make.station_member()
    make.kit_item(keeper_id=make.someone("officer").id)
    make.permit()
    make.drill(make.school_class(space_id=make.space_in(make.grid()).id))
    make.answered_tip(make.tip(), make.someone("officer"))
    client = browser(make.someone("manager"))
    assert client.get(path).status == 200
    few = statements(app, lambda: client.get(path))
    for add in LISTS[path]:
        add(make)
    client.get(path)
    many = statements(app, lambda: client.get(path))
    assert len(many) == len(few), "\n".join(sorted(set(many) - set(few)))


# Odd input

ODD = {
    "ref": ["'", "x" * 5000, "💥"],
    "again": ["'", "YH-2026-9999", "x" * 5000, "💥"],
    "number": ["JB", "'", "x" * 5000, "JB-2026-0001-ZZZZZZ", "💥"],
    "after": ["xxx", "W10", "WzFd", "W251bGwsbnVsbF0", "WyJ4IiwieSJd", "WzEsMl0", "💥", "\0"],
    "status": ["'", "\0", "done'--"],
    "state": ["'", "nonsense"],
    "level": ["💥"],
    "building": ["999999999999999999999", "-1", "x"],
    "person": ["-1", "999999999999999999999", "0"],
    "holder": ["-1", "999999999999999999999"],
    "month": ["2026-13", "0000-00", "9999-12", "2026-1", "\0"],
    "first": ["abc", "0001-01-01", "9999-12-31", "2026-02-30"],
    "last": ["abc", "0001-01-01", "9999-12-31"],
    "due_first": ["abc", "0001-01-01", "9999-12-31"],
    "due_last": ["abc", "9999-12-31"],
    "closed_first": ["abc", "0001-01-01", "9999-12-31"],
    "closed_last": ["abc", "9999-12-31"],
    "reporter": ["", "x,y", "1,,2", "99999999999", "💥", "\0"],
    "valid": ["x"],
    "grid": ["..", "%", "01-%", "\0", "'" * 300],
    "page": ["", "-1"],
    "place": ["g999999999999999999999", "b-1", "\0", "g"],
    "paper": ["a0", "\0"],
    "checklist": ["nothing", "\0", "x" * 5000],
    "q": ["%_\\", "\0", "x" * 5000, "💥'\""],
    "words": ["%_\\", "\0", "x" * 5000, "💥'\""],
    "category": ["x" * 5000, "\0"],
    "overdue": ["x", "\0"],
    "card": ["green", "\0"],
    "by": ["nobody", "\0"],
    "source": ["nowhere", "\0", "done'--", "💥", "visit"],
    "mark": ["'", "\0"],
    "topic": ["x" * 500, "\0", "site_plan"],
    "unread": ["2", "\0"],
    "post": ["nobody", "\0"],
    "left": ["2"],
    "kind": ["x" * 500, "\0", "nothing", "castle"],
    "form": ["x" * 500, "\0", "nothing", "staff"],
    "sheet": ["999999999999999999999", "-1", "x", "7"],
    "heads": ["999999999999999999999", "-1", "x", "7"],
    "only": ["nonsense", "\0"],
    "leave_out": ["x"],
    "act": ["x" * 500, "\0"],
    "subject": [":", "person:", "person:x", "\0", "a:b:c"],
    "term": ["999999999999999999999", "x"],
    "floor": ["999999999999999999999", "x"],
    "space": ["999999999999999999999", "-1", "x"],
    "version": ["999999999999999999999", "-1", "x", "7"],
    "item": ["x" * 500, "\0", "💥"],
    "add": ["x" * 500, "\0", "💥"],
    "close": ["x"],
    "year": ["2026-2028", "2026", "\0", "9999-0000"],
    "key": ["x"],
    "fresh": ["x"],
    "format": ["a0", "\0"],
    "phones": ["x"],
    "code": ["'", "\0", "O0I1", "x" * 5000, "💥"],
    "parent": ["999999999999999999999", "x"],
    "on": ["abc", "0001-01-01", "9999-12-31", "2026-02-30"],
    "open": ["x" * 500, "\0"],
    "map": ["999999999999999999999", "0", "x", "\0"],
    "zoom": ["'", "x" * 500, "\0"],
    "due": ["any.", "scrap.far", "x.past", "\0", "💥"],
    "piece": ["999999999999999999999", "-1", "x"],
    "replaces": ["999999999999999999999", "-1", "x", "1"],
    "name": ["nothing", "x" * 500, "\0", "💥"],
    "shape": ["999999999999999999999", "-1", "x"],
    "mine": ["x", "\0"],
    "days": ["x", "\0"],
    "shift": ["999999999999999999999", "-1", "x"],
    "need": ["nobody", "\0"],
    "standing": ["x", "\0"],
    "w": ["x", "é", "\0", "x" * 5000],
    "period": ["x" * 500, "\0", "own"],
    "from": ["2026-13", "0001-01", "9999-12", "2026-1", "\0", "💥", "2001-01"],
    "to": ["2026-13", "0001-01", "9999-12", "\0", "2099-12"],
    "next": ["//evil.test", "https://evil.test", "\\\\evil.test", "/\t/evil.test", "x"],
}
LEDGER = [
    "state",
    "level",
    "holder",
    "first",
    "last",
    "grid",
    "category",
    "overdue",
    "card",
    "source",
    "mark",
    "due_first",
    "due_last",
    "closed_first",
    "closed_last",
    "building",
    "space",
    "reporter",
    "valid",
    "q",
]
"""What narrows the hazard ledger."""
TAKES = {
    "today.index": (),
    "checks.index": [
        "after",
        "status",
        "building",
        "person",
        "first",
        "last",
        "grid",
        "page",
        "checklist",
        "q",
    ],
    "checks.month_index": ["checklist", "place", "month", "paper"],
    "checks.month_pdf": ["checklist", "place", "month", "paper"],
    "hazards.index": ["after", *LEDGER],
    "hazards.index_xlsx": LEDGER,
    "checks.index_file": ["status", "building", "person", "first", "last", "grid", "q"],
    "letters.index_xlsx": ["state", "year", "grid"],
    "log.index_xlsx": ["person", "act", "subject"],
    "hazards.index_pdf": ["holder", "q"],
    "hazards.new": ["space", "source", "ref", "again", "category", "words"],
    "maintenance.index": ["after", "year", "kind"],
    "maintenance.index_file": ["year", "kind"],
    "maintenance.new": ["kind"],
    "maintenance.latest_readings": ["after"],
    "maintenance.readings": ["after"],
    "maintenance.targets": ["place"],
    "visits.index": ["after", "state", "kind", "first", "last", "q"],
    "visits.index_file": ["state", "kind", "first", "last", "q"],
    "documents.index": ["after", "kind", "topic", "state", "mark", "unread", "q"],
    "documents.new": ["kind", "topic"],
    "equipment.index": ["after", "q", "kind", "building", "state", "due"],
    "equipment.index_xlsx": ["q", "due"],
    "equipment.labels_pdf": ["piece"],
    "equipment.new": ["space", "kind", "replaces"],
    "equipment.inspect": ["name"],
    "equipment.to_inspect": ["building"],
    "equipment.intervals": ["kind"],
    "hot_work.index": ["after", "state", "first", "last", "q"],
    "hot_work.index_file": ["state", "first", "last", "q"],
    "activities.required": ["year"],
    "activities.missing": ["need", "post", "q"],
    "activities.certificate_index": ["after", "standing", "kind", "q"],
    "activities.new_certificate": ["person", "kind"],
    "activities.sign": ["w"],
    "activities.index": ["after", "kind", "form", "state", "first", "last", "q"],
    "activities.index_file": ["kind", "form", "state", "first", "last", "q"],
    "activities.new": ["kind", "form"],
    "imports.columns": ["sheet", "heads"],
    "imports.preview": ["only", "page", "leave_out"],
    "people.index": ["q", "post", "left", "after"],
    "tips.index": ["after", "state", "first", "last", "q"],
    "tips.new": ["space", "number"],
    "people.login": ["next"],
    "log.index": ["after", "person", "act", "subject"],
    "school.calendar": ["term"],
    "places.building": ["floor"],
    "grids.new": ["parent"],
    "grids.index": ["q", "on"],
    "grids.detail": ["open"],
    "plates.space": ["on"],
    "year_plan.year": ["state", "mine"],
    "assessments.standard": ["version"],
    "assessments.draft": ["item", "add", "close"],
    "appraisal.month": ["by"],
    "stats.index": ["period", "from", "to", "grid", "building"],
    "letters.index": ["after", "state", "year", "grid", "post", "q"],
    "letters.letters_pdf": ["state", "year", "grid", "post", "q"],
    "plates.index": ["building", "floor", "kind", "key", "fresh"],
    "plates.plates_pdf": ["building", "floor", "kind", "space", "format", "phones"],
    "plates.posted": ["space", "building", "floor"],
    "plates.code": ["code"],
    "maps.index": ["map", "building", "zoom"],
    "maps.map_pdf": ["map", "building"],
    "maps.new": ["building"],
    "maps.edit": ["shape", "grid"],
    "roster.month": ["mine", "days"],
    "roster.fill": ["shift", "first", "last", "person"],
}


@pytest.mark.parametrize("endpoints", by_area(TAKES))
def test_odd_filters_never_break_a_page(app, make, browser, campus, endpoints):
    wrong = []
    for endpoint in endpoints:
        path = address(app, endpoint, campus.keys)
        client = browser(None if endpoint == "people.login" else make.someone("manager"))
        odd = [(name, value) for name in TAKES[endpoint] for value in ODD[name]]
        for name, value in odd:
            url = f"{path}?{urlencode({name: value})}"
            answer, error = tried(lambda url=url, client=client: client.get(url))
            allowed = (200, 303, 404, 422, 400) if "\0" in value else (200, 303, 404, 422)
            if answer is None or answer.status not in allowed:
                wrong.append(f"{endpoint} {name}={value[:40]!r}: {error or answer.status}")
    assert not wrong, "\n".join(wrong)


def test_all_odd_filters_at_once_break_no_page(app, make, browser, campus):
    client, wrong = browser(make.someone("manager")), []
    everything = urlencode({name: values[0] for name, values in ODD.items()})
    for endpoint in pages(app):
        path = f"{address(app, endpoint, campus.keys)}?{everything}"
        answer, error = tried(lambda path=path: client.get(path))
        if answer is None or answer.status not in (200, 303, 403, 404, 422):
            wrong.append(f"{endpoint}: {error or answer.status}")
    assert not wrong, "\n".join(wrong)


def test_a_filter_that_cannot_be_understood_shows_the_first_page(make, browser):
    make.submitted(make.walk(), make.someone("teacher"))
    client = browser(make.someone("officer"))
    rows = client.get("/checks").page.rows()
    assert rows > 0
    assert client.get("/checks?after=xxx&first=abc&building=x&status=%27").page.rows() == rows


ONLY_FOR_THE_PRINCIPAL = {"year_plan.sign"}
ODD_KEYS = ["0", "-1", "999999999999999999999", "x", "..", "%00", "'", "💥", "x" * 300, "%2e%2e%2f"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_odd_address_is_a_page_not_found(app, make, browser, campus, method):
    manager, principal = (browser(make.someone(who)) for who in ("manager", "principal"))
    wrong = []
    for found, rule in routes(app):
        if found != method or not rule.arguments:
            continue
        client = principal if rule.endpoint in ONLY_FOR_THE_PRINCIPAL else manager
        for name in rule.arguments:
            for odd in ODD_KEYS:
                keys = {k: str(v) for k, v in campus.keys.items()} | {name: odd}
                path = re.sub(
                    r"<(?:[^:<>]*:)?(\w+)>",
                    lambda part, keys=keys: quote(keys[part[1]], safe="%"),
                    rule.rule,
                )
                act = client.get if method == "GET" else client.post
                answer, error = tried(lambda act=act, path=path: act(path))
                allowed = (404, 405, 308, 409, 422) if method == "POST" else (404, 303, 308)
                if answer is None or answer.status not in allowed:
                    wrong.append(f"{path[:60]}: {error or answer.status}")
    assert not wrong, "\n".join(wrong)


# Forms with nothing, or with rubbish, in them

KEEPS_WHAT_IS_SOUND = frozenset({"checks.submit", "checks.register"})
"""Forms that keep the sound part of what was filled in: nobody walks the building twice."""
RUBBISH = {
    "long": "长" + "x" * 99_999,
    "emoji": "💥\u202e\ufeff🏫",
    "nul": "a\0b",
    "huge": "999999999999999999999999",
    "negative": "-1",
    "markup": "<script>alert(1)</script>' OR 1=1 --",
    "nothing": "",
}
NEW_KEY = ("people.login_link", "people.password")
"""Forms after which what was sent with them (session, password) is no longer good."""
REFUSALS = (400, 403, 404, 409, 413, 422)
NAMES = sorted(
    [
        "activities.answer",
        "activities.letters",
        "activities.new_certificate",
        "activities.roll",
        "activities.add_issue",
        "activities.attach",
        "activities.count",
        "activities.edit",
        "activities.evaluate",
        "activities.hold",
        "activities.new",
        "activities.step",
        "classes.edit",
        "classes.new",
        "classes.retire",
        "checks.answers",
        "checks.correct",
        "checks.countersign",
        "checks.explain",
        "checks.photo",
        "checks.plan",
        "checks.register",
        "checks.skip",
        "checks.submit",
        "checks.undo",
        "documents.add_version",
        "documents.edit",
        "documents.mark_read",
        "documents.new",
        "documents.plan",
        "documents.review",
        "documents.set_state",
        "equipment.change_state",
        "equipment.edit",
        "equipment.new",
        "evacuation.add_guide",
        "evacuation.add_point",
        "evacuation.add_pupil",
        "evacuation.add_volunteer",
        "evacuation.check_maps",
        "evacuation.end",
        "evacuation.save_route",
        "grids.assign",
        "grids.cancel",
        "grids.end",
        "grids.hand_over",
        "grids.merge",
        "grids.move",
        "grids.new",
        "grids.rename",
        "grids.retire",
        "grids.shift",
        "grids.spaces",
        "grids.split",
        "hazards.close",
        "hazards.confirm_major",
        "hazards.dispatch",
        "hazards.dispatch_many",
        "hazards.drop_view",
        "hazards.downgrade",
        "hazards.escalate",
        "hazards.escalation_reply",
        "hazards.fix_on_spot",
        "hazards.grant_extension",
        "hazards.lift_card",
        "hazards.new",
        "hazards.progress",
        "hazards.rate",
        "hazards.recheck",
        "hazards.refuse_extension",
        "hazards.reject",
        "hazards.report_done",
        "hazards.save_view",
        "hazards.request_extension",
        "hazards.resume_use",
        "hazards.send_back",
        "hazards.stop_use",
        "hazards.supervise",
        "hazards.transfer",
        "hazards.transfer_reply",
        "hot_work.after_check",
        "hot_work.cancel",
        "hot_work.decide",
        "hot_work.finish",
        "hot_work.new",
        "hot_work.start",
        "assessments.edit_draft",
        "assessments.publish_standard",
        "appraisal.note",
        "assessments.mark_veto",
        "assessments.open_quarter",
        "assessments.score",
        "assessments.take",
        "year_plan.add",
        "year_plan.mark",
        "year_plan.paper",
        "year_plan.sign",
        "letters.paper",
        "letters.sign",
        "maintenance.add_finding",
        "maintenance.add_reading",
        "maintenance.contract",
        "maintenance.edit",
        "maintenance.new",
        "maintenance.new_contract",
        "maintenance.read",
        "maintenance.set_targets",
        "maintenance.sign",
        "maps.change",
        "maps.draw",
        "maps.erase",
        "maps.new",
        "maps.retire",
        "imports.columns",
        "imports.discard",
        "imports.preview",
        "imports.undo",
        "imports.upload",
        "micro_station.add_member",
        "micro_station.add_muster",
        "micro_station.count",
        "micro_station.default_kit",
        "micro_station.end_member",
        "micro_station.kit_item",
        "micro_station.new_item",
        "micro_station.set_up",
        "people.absence",
        "people.display",
        "people.edit",
        "people.give_password",
        "people.leave",
        "people.login_link",
        "people.new",
        "people.new_visitor",
        "people.open_accounts",
        "people.password",
        "people.sign_out",
        "people.sign_out_everywhere",
        "people.sign_out_others",
        "people.visit",
        "photos.upload",
        "places.add_space",
        "places.edit_building",
        "places.edit_space",
        "places.new_building",
        "places.retire_building",
        "places.retire_space",
        "plates.posted",
        "backups.make",
        "backups.prove",
        "reminders.hours",
        "reminders.mine",
        "reminders.new_channel",
        "reminders.own_channel",
        "reminders.remove",
        "reminders.remove_own",
        "reminders.switch",
        "reminders.test",
        "reminders.test_own",
        "roster.agree",
        "roster.ask",
        "roster.decline",
        "roster.default_shifts",
        "roster.fill",
        "roster.new_shift",
        "roster.renew_calendar",
        "roster.shift",
        "roster.turn",
        "roster.withdraw",
        "school.add_term",
        "school.day",
        "school.settings",
        "school.term",
        "visits.add_finding",
        "visits.edit",
        "visits.new",
        "visits.reply",
        "tips.accept",
        "status.verify",
        "tips.answer",
        "tips.make_hazard",
        "tips.new",
        "tips.note",
        "tips.rate",
        "tips.register",
        "tips.reward",
    ]
)


def fault_of(answer, error, before, session, endpoint):
    """What a form with rubbish did that it must not do, empty when nothing; what is stored now."""
    after = contents(session)
    if answer is None:
        return error, after
    if answer.status in (200, 303):
        return "", after
    if answer.status not in REFUSALS:
        return str(answer.status), after
    left = changed(before, after)
    is_fault = left and endpoint not in KEEPS_WHAT_IS_SOUND
    return f"{answer.status} left {left}" if is_fault else "", after


@pytest.fixture
def filled(make, browser, forms):
    """`filled(endpoint)`: the form, a browser of whoever may send it, what it would send."""

    def fill(endpoint):
        write = forms[endpoint]
        client = browser(make.someone(write.role))
        return write, client, replace(write, files=()).filled(client)

    return fill


@pytest.mark.parametrize("endpoint", NAMES)
def test_a_form_with_one_field_of_rubbish_is_refused_or_kept_whole(filled, session, endpoint):
    write, client, sound = filled(endpoint)
    before, wrong = contents(session), []
    numbers = [name for name in sorted(sound) if name.startswith("number_")]  # all alike
    for name in sorted(set(sound) - set(numbers[3:])):
        for kind in ("long", "nul", "huge", "markup"):
            sent = {**sound, "once": f"{name}{kind}", name: RUBBISH[kind]}
            answer, error = tried(lambda sent=sent: client.post(write.path, sent))
            fault, before = fault_of(answer, error, before, session, endpoint)
            if fault:
                wrong.append(f"{name} {kind}: {fault}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("endpoint", NAMES)
def test_a_form_full_of_rubbish_is_refused_and_leaves_nothing(filled, session, endpoint):
    write, client, sound = filled(endpoint)
    before, wrong = contents(session), []
    for kind, rubbish in RUBBISH.items():
        sent = dict.fromkeys(sound, rubbish)
        answer, error = tried(lambda sent=sent: client.post(write.path, sent))
        fault, before = fault_of(answer, error, before, session, "")
        if fault:
            wrong.append(f"{kind}: {fault}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("endpoint", ["checks.photo", "photos.upload"])
@pytest.mark.parametrize("sent", [b"", b"\0" * 5000, b"\xff\xd8\xff rubbish", b"<svg/>"])
def test_a_photo_that_is_none_is_refused_with_a_sentence(
    make, browser, forms, session, endpoint, sent
):
    write = forms[endpoint]
    client, before = browser(make.someone(write.role)), contents(session)
    answer = client.post(write.path, {"photo": (io.BytesIO(sent), "photo.jpg")})
    assert answer.status == 422
    assert re.search(r"[\u4e00-\u9fff]", answer.json["message"])
    assert changed(before, contents(session)) == {}


def test_a_form_without_its_token_is_refused_and_leaves_nothing(make, browser, forms, session):
    before, wrong = contents(session), []
    for endpoint, write in forms.items():
        before = contents(session)
        client = browser(make.someone(write.role))
        client.token = "forged"
        answer = client.post(write.path, {**write.typed})
        if answer.status != 400 or changed(before, contents(session)):
            wrong.append(f"{endpoint}: {answer.status}")
    assert not wrong, "\n".join(wrong)


WITH_FILE = ("activities.attach", "checks.photo", "photos.upload", "maps.new", "imports.upload")


@pytest.mark.parametrize("endpoint", [n for n in NAMES if n not in WITH_FILE])
def test_a_form_sent_twice_has_the_effect_of_one(make, browser, forms, session, endpoint):
    write = forms[endpoint]
    client = browser(make.someone(write.role))
    sent = write.filled(client)
    first = client.post(write.path, sent)
    after_one = contents(session)
    second = client.post(write.path, sent)
    assert first.status == 303
    assert second.status in (303, 409) or endpoint in NEW_KEY
    assert changed(after_one, contents(session)) == {}


def test_what_people_type_is_shown_and_never_run(make, browser, session):
    hazard = make.hazard()
    hazard.description = '<img src=x onerror="alert(1)">\'"&'
    session.commit()
    client = browser(make.someone("officer"))
    for path in ("/hazards", f"/hazards/{hazard.number}"):
        page = client.get(path).page
        assert 'onerror="alert(1)"' in page.text()
        assert not [e for e in page.root.iter("img") if e.get("onerror")]


def test_the_database_is_asked_through_indexes_for_the_ledgers(session, app, make):
    make.day()
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("SQLite's plans only")
    for table, key in (("check_record", "day"), ("hazard", "found_at")):
        plan = session.execute(
            sa.text(
                f"EXPLAIN QUERY PLAN SELECT * FROM {table} ORDER BY {key} DESC, id DESC LIMIT 26"
            )
        ).all()
        assert "USING INDEX" in plan[0].detail, plan

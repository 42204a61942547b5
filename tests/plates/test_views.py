"""What a plate opens, and the plates to print."""

from datetime import date

import pytest
import sqlalchemy as sa

from unitsafe.core.domain import RuleError
from unitsafe.grids import services as grids
from unitsafe.grids.models import Role
from unitsafe.hazards.rules import State
from unitsafe.people import services as people
from unitsafe.people.models import Absence
from unitsafe.plates import queries, services
from unitsafe.plates.models import PlatePosting
from unitsafe.plates.queries import Filters

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("path", ["/spaces/9", "/q/ABC234", "/q/%00"])
def test_an_unknown_space_or_plate_is_not_found(browser, make, path):
    make.grid()
    assert browser(make.someone("teacher")).get(path).status == 404


def test_a_plate_opens_its_space_even_when_out_of_use(browser, make, session):
    space = make.space_in(make.grid())
    teacher = browser(make.someone("teacher"))
    assert teacher.get(f"/q/{space.plate.lower()}").location == f"/spaces/{space.id}"
    text = teacher.get(f"/spaces/{space.id}").page.text("content")
    assert "teacher" in text and "一层" in text
    space.is_active = False
    session.commit()
    assert teacher.get(f"/q/{space.plate}").status == 303
    page = teacher.get(f"/spaces/{space.id}").page
    assert "已停用" in page.text() and "现在要查" not in page.text()
    assert "补打" not in browser(make.someone("officer")).get(f"/spaces/{space.id}").page.text()


def test_a_plate_offers_whoever_is_signed_out_to_tell_the_school_or_to_sign_in(browser, make):
    space, holder = make.space_in(make.grid()), make.someone("teacher")
    page = browser(None).get(f"/q/{space.plate.lower()}").page
    assert f"/tip?space={space.plate}" in page.links()
    assert f"/login?next=/q/{space.plate}" in page.links()
    assert space.name in page.text() and holder.name not in page.text("content")
    assert browser(None).get("/q/ZZZZ99").status == 404


@pytest.mark.parametrize("typed", ["ab o1 z9", "AB-0IZ9", "abOLz9", "abq1z9"])
def test_a_code_with_signs_mistaken_for_one_another_opens_its_space(browser, make, session, typed):
    space = make.space_in(make.grid())
    space.plate = "ABO1Z9"
    session.commit()
    teacher = browser(make.someone("teacher"))
    assert teacher.get(f"/q?code={typed}").location == f"/spaces/{space.id}"


def test_a_code_that_could_mean_two_spaces_opens_none(browser, make, session):
    grid = make.grid()
    for name, plate in (("甲", "ABO1Z9"), ("乙", "AB01Z9")):
        make.space(name=name).plate = plate
    session.commit()
    teacher = browser(make.someone("teacher"))
    assert grid and teacher.get("/q?code=abqlz9").status == 404
    assert teacher.get("/q?code=ab01z9").status == 303  # exactly one of them
    page = teacher.get("/q?code=abqlz9").page
    assert "没有这个牌码" in page.text("content") and page.value("code") == "abqlz9"
    assert teacher.get("/q").status == 200


def test_a_space_shows_what_its_viewer_has_to_check_there_now(browser, make):
    walk, patrol = make.walk(), make.patrol()
    path = f"/spaces/{make.space_in(make.grid()).id}"
    teacher = browser(make.someone("teacher")).get(path).page
    assert f"/checks/{walk.id}" in teacher.links()
    assert f"/checks/{patrol.id}" not in teacher.links()
    officer = browser(make.someone("officer")).get(path).page
    assert f"/checks/{patrol.id}" in officer.links()
    assert f"/checks/{walk.id}" not in officer.links()
    other = make.person(posts=["homeroom_teacher"])
    make.assign(other, make.grid("二层"))
    assert "现在要查" not in browser(other).get(path).page.text("content")


def test_a_space_shows_its_open_hazards_to_those_who_may_see_them(browser, make):
    hazard, closed = make.hazard(), make.hazard(State.CLOSED)
    path = f"/spaces/{hazard.space_id}"
    for who in ("teacher", "officer", "inspector"):
        links = browser(make.someone(who)).get(path).page.links()
        assert f"/hazards/{hazard.number}" in links, who
        assert f"/hazards/{closed.number}" not in links
    stranger = make.person(posts=["homeroom_teacher"])
    assert f"/hazards/{hazard.number}" not in browser(stranger).get(path).page.links()


def test_the_plates_can_be_narrowed_and_printed(browser, make, session):
    space, yard = make.space_in(make.grid()), make.space(make.building("食堂"), "操作间", "kitchen")
    yard.is_key_area = True
    session.commit()
    client = browser(make.someone("officer"))
    assert client.get("/plates").page.rows() == 3
    for query, rows in (
        (f"building={yard.building_id}", 1),
        ("kind=kitchen", 1),
        ("key=1", 1),
        (f"building={space.building_id}&floor=1", 2),
        (f"building={space.building_id}&floor=2", 0),
        ("fresh=1", 3),
    ):
        assert client.get(f"/plates?{query}").page.rows() == rows, query
    assert "没有人负责" in client.get("/plates?key=1").page.text("content")
    for query in ("", "?format=label", f"?space={space.id}&phones=1"):
        answer = client.get(f"/plates.pdf{query}")
        assert answer.response.data.startswith(b"%PDF"), query
    assert client.get("/plates.pdf?space=999").status == 404


def test_the_page_warns_of_an_address_that_no_phone_opens(browser, make, session):
    make.grid()
    client = browser(make.someone("officer"))
    page = client.get("/plates").page
    assert "手机扫了没有用" in page.text() and "/settings#address" in page.links()
    school = make.school()
    school.address = "http://192.168.1.20:8000"
    session.commit()
    assert "手机扫了没有用" not in client.get("/plates").page.text()


def test_plates_that_hang_are_noted_and_a_change_asks_for_new_ones(browser, make, session):
    teacher, other = make.someone("teacher"), make.person("接任者")
    space = make.space_in(make.grid())
    client = browser(make.someone("officer"))
    page = client.get(f"/plates/posted?space={space.id}").page
    data = {"once": page.value("once"), "spaces": str(space.id), "posted_on": "2026-11-20"}
    assert client.post("/plates/posted", data).location == "/plates"
    assert client.post("/plates/posted", data).status == 303
    posting = session.scalars(sa.select(PlatePosting)).one()
    assert (posting.space_id, posting.posted_on) == (space.id, date(2026, 11, 20))
    assert client.get("/plates?fresh=1").page.rows() == 1
    by = make.actor(make.someone("manager"))
    grids.assign(
        session,
        person=other,
        grid=make.grid(),
        role=Role.MEMBER,
        from_on=TODAY,
        by=by,
        now=make.now(),
    )
    session.commit()
    page = client.get("/plates?fresh=1").page
    assert page.rows() == 2 and "请重印" in page.text("content")
    assert teacher.name not in page.text("content")


def test_a_deputy_of_some_days_is_not_on_the_plate(make, session):
    teacher, deputy = make.someone("teacher"), make.person("代理")
    people.add_absence(
        session,
        person_id=teacher.id,
        deputy_id=deputy.id,
        from_on=TODAY,
        until_on=TODAY,
        reason="",
        by=make.actor(make.someone("manager")),
        now=make.now(),
    )
    session.commit()
    lines = queries.plate_lines(session, Filters(), TODAY, hotline="")
    assert {line.holder.name for line in lines} == {"teacher"}


def test_nothing_can_be_put_up_nowhere_or_tomorrow(browser, make, session):
    space = make.space_in(make.grid())
    by = make.actor(make.someone("officer"))
    with pytest.raises(RuleError, match="先选"):
        services.post_plates(session, [], posted_on=TODAY, by=by, now=make.now())
    client = browser(make.someone("officer"))
    data = {"spaces": str(space.id), "posted_on": "2026-11-24"}
    answer = client.post("/plates/posted", data)
    assert answer.status == 422 and "不能晚于今天" in answer.page.text("content")
    answer = client.post("/plates/posted", {"spaces": "x,999", "posted_on": "2026-11-23"})
    assert answer.status == 409
    assert session.scalar(sa.select(sa.func.count()).select_from(PlatePosting)) == 0


def test_key_areas_without_a_plate_are_listed(make, session):
    space = make.space_in(make.grid())
    space.is_key_area = True
    session.commit()
    assert [one.id for one in queries.unposted_key_areas(session, date(2026, 11, 23))] == [space.id]
    lines = queries.plate_lines(session, Filters(ids=frozenset([space.id])), TODAY, hotline="")
    by = make.actor(make.someone("officer"))
    services.post_plates(session, lines, posted_on=TODAY, by=by, now=make.now())
    session.commit()
    assert queries.unposted_key_areas(session, date(2026, 11, 23)) == []


def test_the_page_of_a_space_says_who_answered_on_any_day(browser, make, session, now):
    grid, old, new = make.grid(), make.person("老张"), make.person("小李")
    deputy = make.person("代理人")
    make.assign(make.person("片长"), make.block(), Role.LEADER)
    make.assign(make.person("校长"), make.root(), Role.LEADER)
    make.assign(old, grid)
    make.assign(new, grid, from_on=date(2026, 10, 12))
    session.add(
        Absence(
            person_id=old.id,
            deputy_id=deputy.id,
            from_on=date(2026, 9, 14),
            until_on=date(2026, 9, 15),
        )
    )
    session.commit()
    client, path = browser(make.someone("inspector")), f"/spaces/{make.space_in(grid).id}"

    def told(day):
        return client.get(f"{path}?on={day}").page.text("answered")

    assert "负责人老张 网格员 当时的网格01-01-01 一层 片区网格长片长" in told("2026-10-11")
    assert "负责人小李" in told("2026-10-12") and "全校网格长校长" in told("2026-10-12")
    assert "负责人代理人 代老张" in told("2026-09-15")
    assert "没有人负责" in told("2026-08-01") and "还没有放进网格" in told("2026-08-01")
    assert "2026-10-12 — 现在 小李" in told("") and "2026-09-01 — 2026-10-11 老张" in told("")

"""The register of equipment in the browser."""

from datetime import date

import pytest
import sqlalchemy as sa

from tests.paper.samples import plain_text
from tests.writes import controls
from unitsafe.equipment.models import Equipment, EquipmentEvent
from unitsafe.equipment.rules import Action, Life, State


@pytest.fixture
def officer(make, browser):
    return browser(make.someone("officer"))


def numbers(page):
    """The numbers in the order of the list."""
    links = [
        link for link in page.root.iter("a") if (link.get("href") or "").startswith("/equipment/")
    ]
    texts = ["".join(link.itertext()) for link in links]
    return [text for text in texts if text.startswith("MH-")]


def test_an_empty_register_says_how_to_begin(officer, make, browser):
    page = officer.get("/equipment").page
    assert "从表格导入" in page.text("content") and "/import/equipment" in page.links()
    other = browser(make.someone("teacher")).get("/equipment").page
    assert "还没有登记器材" in other.text("content")


def test_the_register_shows_what_comes_due(officer, make):
    make.equipment(number="MH-1", life=Life(date(2016, 12, 1), None, date(2026, 11, 1)))
    make.equipment(number="MH-2", life=Life(date(2021, 12, 1)))
    text = officer.get("/equipment").page.text("rows")
    assert "2026-12-01" in text  # scrapped after ten years, first serviced after five
    page = officer.get("/equipment/1").page
    assert "快到报废日期" in page.text("content")


def test_a_piece_without_dates_asks_for_them(officer, make):
    piece = make.equipment()
    assert "请补上出厂日期" in officer.get(f"/equipment/{piece.id}").page.text("content")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["MH-1", "MH-2", "MH-3"]),
        ("?q=MH-2", ["MH-2"]),
        ("?q=二层走道", ["MH-3"]),
        ("?q=教学楼 一层", ["MH-1", "MH-2"]),
        ("?kind=ext_co2", ["MH-2"]),
        ("?state=faulty", ["MH-3"]),
        ("?building=1", ["MH-1", "MH-2", "MH-3"]),
        ("?building=2", []),
        ("?q=%25", []),
        ("?due=scrap.past", ["MH-2"]),
        ("?due=scrap.soon", ["MH-1"]),
        ("?due=any.past", ["MH-2"]),
        ("?due=inspect.soon", ["MH-1", "MH-2", "MH-3"]),
        ("?due=service.soon", []),
        ("?due=lacking", ["MH-1", "MH-2", "MH-3"]),
        ("?due=lacking&state=faulty", ["MH-3"]),
    ],
)
def test_the_register_is_filtered(officer, make, session, query, expected):
    near, far = make.space_in(make.grid()), make.grid("二层")
    make.building("食堂")
    make.equipment(near, "MH-1", life=Life(date(2017, 3, 1), None, date(2026, 1, 1)))
    life = Life(date(2014, 11, 23), None, date(2026, 1, 1))
    make.equipment(near, "MH-2", "ext_co2", name="二氧化碳灭火器", life=life)
    corridor = next(one for one in make_spaces(session, far) if one.name == "二层走道")
    third = make.equipment(corridor, "MH-3")
    third.state = State.FAULTY
    session.commit()
    assert numbers(officer.get(f"/equipment{query}").page) == expected
    part = officer.hx("GET", f"/equipment{query}").page
    assert not part.whole and numbers(part) == expected


def make_spaces(session, grid):
    from unitsafe.grids.queries import spaces_of

    return spaces_of(session, [grid.id], date(2026, 11, 23))[grid.id]


def test_the_register_pages_by_number_without_repeating(officer, make, session):
    place = make.space_in(make.grid())
    for number in range(60):
        make.equipment(place, f"MH-{number:03d}")
    seen, path = [], "/equipment"
    while path:
        page = officer.get(path).page
        seen += numbers(page)
        path = next((link for link in page.links() if "after=" in link), "")
    assert seen == [f"MH-{number:03d}" for number in range(60)]


def test_a_teacher_sees_what_is_in_their_grid(make, browser):
    make.someone("teacher")
    mine = make.equipment()
    other = make.equipment(make.space_in(make.grid("二层", block="综合楼片")))
    client = browser(make.someone("teacher"))
    assert numbers(client.get("/equipment").page) == [mine.number]
    assert client.get(f"/equipment/{other.id}").status == 404


@pytest.mark.parametrize("is_swap", [False, True])
def test_the_officer_enters_a_piece(officer, make, session, is_swap):
    place = make.space_in(make.grid())
    sent = controls(officer.get(f"/equipment/new?space={place.id}").page, "/equipment/new")
    assert sent["space_id"] == str(place.id)
    sent |= {"number": "MH-9", "kind": "ext_co2", "made_on": "2024-09-01"}
    answer = (
        officer.hx("POST", "/equipment/new", sent)
        if is_swap
        else officer.post("/equipment/new", sent)
    )
    piece = session.scalars(sa.select(Equipment)).one()
    assert answer.location == f"/equipment/{piece.id}"
    assert (piece.name, piece.made_on, piece.state) == (
        "二氧化碳灭火器",
        date(2024, 9, 1),
        State.IN_USE,
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"number": ""}, "请填写编号"),
        ({"number": "MH-1"}, "不能重复使用"),
        ({"space_id": "0"}, "请选择放在哪里"),
        ({"quantity": "0"}, "整数"),
        ({"made_on": "2030-01-01"}, "在今天之后"),
        ({"made_on": "2024-09-01", "in_use_on": "2024-01-01"}, "早于出厂日期"),
        ({"kind": "nothing"}, ""),
    ],
)
def test_a_wrong_entry_is_shown_again_with_what_was_typed(officer, make, session, wrong, words):
    place = make.space_in(make.grid())
    make.equipment(place, "MH-1")
    sent = {
        "number": "MH-2",
        "kind": "ext_powder",
        "space_id": place.id,
        "quantity": 1,
        "model": "MFZ",
    }
    answer = officer.post("/equipment/new", {**sent, **wrong})
    assert answer.status == 422
    assert words in answer.page.text("content") and answer.page.value("model") == "MFZ"
    assert session.scalar(sa.select(sa.func.count()).select_from(Equipment)) == 1


def test_a_change_of_state_is_a_row_of_its_history(officer, make, session):
    piece = make.equipment()
    path = f"/equipment/{piece.id}"
    sent = controls(officer.get(path).page, f"{path}/state")
    assert officer.post(f"{path}/state", {**sent, "state": "scrapped"}).status == 422
    sent = controls(officer.get(path).page, f"{path}/state")
    answer = officer.post(f"{path}/state", {**sent, "state": "scrapped", "note": "筒体锈蚀"})
    assert answer.location == path
    event = session.scalars(
        sa.select(EquipmentEvent).where(EquipmentEvent.action == Action.STATE)
    ).one()
    assert (event.before, event.after, event.note) == (State.IN_USE, State.SCRAPPED, "筒体锈蚀")
    assert "在用 → 已报废" in officer.get(path).page.text("content")


def test_a_number_in_other_letters_is_the_same_number(officer, make):
    first, second = make.equipment(number="MH-1"), make.equipment(number="MH-2")
    place = {"kind": "ext_powder", "space_id": first.space_id, "quantity": 1}
    for path, number in (("new", "mh-1"), (f"{second.id}/edit", "Mh-1")):
        answer = officer.post(f"/equipment/{path}", {**place, "number": number})
        assert answer.status == 422 and "已经用过" in answer.page.text()
    assert officer.post(f"/equipment/{first.id}/edit", {**place, "number": "mh-1"}).status == 303


def test_what_was_scrapped_stands_apart(officer, make):
    gone, _kept = make.equipment(number="MH-1"), make.equipment(number="MH-2")
    officer.post(f"/equipment/{gone.id}/state", {"state": "scrapped", "note": "锈蚀"})
    page = officer.get("/equipment").page
    assert numbers(page) == ["MH-2"] and "在册 1" in page.text() and "已报废 1" in page.text()
    assert numbers(officer.get("/equipment?state=scrapped").page) == ["MH-1"]
    found = officer.get("/equipment?q=MH-").page
    assert numbers(found) == ["MH-1", "MH-2"] and "全部 2" in found.text()
    assert "不含已报废的1件" in plain_text(officer.get("/equipment.pdf").response.data)


def test_a_number_stays_taken_when_the_piece_is_scrapped(officer, make, session):
    piece = make.equipment(number="MH-1")
    piece.state = State.SCRAPPED
    session.commit()
    sent = {"number": "MH-1", "kind": "ext_powder", "space_id": piece.space_id, "quantity": 1}
    assert "不能重复使用" in officer.post("/equipment/new", sent).page.text("content")

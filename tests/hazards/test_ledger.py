"""The ledger: cards, marks, indexes, filters under a name, what it exports and prints."""

import io
import re
from datetime import date, timedelta
from itertools import product

import pytest
import python_calamine
import sqlalchemy as sa

from tests.paper.samples import plain_text
from unitsafe import clock
from unitsafe.core.db import db
from unitsafe.hazards import ledger_rows, queries, saved_views
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.queries import CardOn, Filters, Mark
from unitsafe.hazards.rules import Card, CardNumbers, Fix, Level, Source, State
from unitsafe.hazards.saved_views import SavedView

TODAY = date(2026, 11, 23)


@pytest.fixture
def found(make, session):
    """Ids of what the ledger shows the officer under filters, the oldest first."""

    def search(**filters):
        select = queries.ledger(make.actor(make.someone("officer")), Filters(**filters))
        return list(session.scalars(select.order_by(Hazard.id)))

    return search


def test_the_database_gives_the_cards_that_the_rules_give(make, session, found):
    days = (date(2026, 11, 26), TODAY, date(2026, 11, 22), date(2026, 11, 16), date(2026, 11, 15))
    numbers = CardNumbers(red_after=7, repeats=3)
    facts = product(State, (Level.NORMAL, Level.SERIOUS), (*days, None), (1, 3), (None, *Card))
    model = make.hazard()
    for state, level, due_on, times, lifted in facts:
        if (state is State.ASSIGNED) and due_on is None:
            continue
        session.add(
            Hazard(
                number=f"YH-2025-{next(make.serial):04d}",
                state=state,
                level=level,
                due_on=due_on,
                times=times,
                card_lifted=lifted,
                closed_at=make.now() if state is State.CLOSED else None,
                category="other",
                description="某处",
                grid_id=model.grid_id,
                holder_id=model.holder_id,
                fix=Fix.SCHEDULED,
                source=Source.REPORT,
                found_at=make.now(),
            )
        )
    session.commit()
    everything = found()
    for card in Card:
        wanted = {one.id for one in everything if one.card(TODAY, numbers) is card}
        assert {one.id for one in found(card=CardOn(card, TODAY, numbers))} == wanted != set()
    carded = {one.id for one in everything if one.card(TODAY, numbers)}
    assert {one.id for one in found(card=CardOn(None, TODAY, numbers))} == carded
    ungraded = {one.id for one in everything if one.state is State.REPORTED}
    assert {one.id for one in found(is_ungraded=True)} == ungraded != set()


def test_some_marks_stay_when_it_is_over(make, session, found):
    marked, closed, _plain = make.hazard(), make.hazard(State.CLOSED), make.hazard()
    for one in (marked, closed):
        one.stop_use, one.escalated_to, one.transferred_to = True, "区教育局", "供电公司"
        one.supervisor_id = make.someone("manager").id
    session.commit()
    for mark in Mark:
        over = [] if mark in queries.PASSING else [closed.id]
        assert sorted(one.id for one in found(mark=mark)) == [marked.id, *over]
    stay = [Mark.SUPERVISED, Mark.ESCALATED]
    assert [queries.marks(one) for one in (marked, closed)] == [list(Mark), stay]


def test_source_and_place_narrow_it_too(make, session, found):
    checked, other = make.hazard(), make.hazard(grid=make.grid("二层"))
    checked.source = Source.CHECK
    session.commit()
    assert [one.id for one in found(source=Source.CHECK)] == [checked.id]
    assert [one.id for one in found(words="学楼 二层教")] == [other.id]


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ({}, "ix_hazard_found_at_id"),
        ({"state": State.CLOSED}, "ix_hazard_state_found_at_id"),
        ({"only_open": True}, "ix_hazard_state_found_at_id"),
        ({"grid_ids": frozenset({1, 2})}, "ix_hazard_grid_id_found_at_id"),
        ({"category": "other"}, "ix_hazard_category_found_at_id"),
        ({"level": Level.MAJOR}, "ix_hazard_level_found_at_id"),
        ({"source": Source.CHECK}, "ix_hazard_source_found_at_id"),
        ({"holder_id": 1}, "ix_hazard_holder_id_state"),
        ({"overdue_on": TODAY}, "ix_hazard_state_found_at_id"),
        ({"mark": Mark.STOP_USE}, "ix_hazard_state_found_at_id"),
        ({"first": TODAY, "last": TODAY}, "ix_hazard_found_at_id"),
        ({"words": "灯"}, "ix_hazard_found_at_id"),
    ],
)
def test_a_page_of_the_ledger_is_read_through_an_index(app, make, session, filters, index):
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("SQLite's plans only")
    select = queries.ledger(make.actor(make.someone("officer")), Filters(**filters))
    order = [key.desc() for key in queries.LEDGER_ORDER]
    with app.app_context():
        text = (
            select.order_by(*order)
            .limit(26)
            .compile(db.engine, compile_kwargs={"literal_binds": True})
        )
    plan = [row.detail for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {text}"))]
    assert re.search(rf"(SEARCH|SCAN) hazard USING INDEX {index}\b", " / ".join(plan)), plan


# Filters under a name


def test_filters_are_kept_under_a_name_and_lead_back_to_the_same_list(browser, make, session):
    client = browser(make.someone("officer"))
    answer = client.post("/hazards/views?state=open&level=serious&after=xx", {"name": "较大未销号"})
    assert (answer.status, answer.location) == (303, "/hazards?state=open&level=serious")
    kept = session.scalars(sa.select(SavedView)).one()
    assert (kept.name, kept.query) == ("较大未销号", {"state": "open", "level": "serious"})
    page = client.get("/hazards?q=x").page
    assert "/hazards?state=open&level=serious" in page.links()
    assert "较大未销号" not in browser(make.someone("manager")).get("/hazards").page.text()


def test_the_same_name_replaces_what_was_kept(browser, make, session):
    client = browser(make.someone("officer"))
    client.post("/hazards/views?state=open", {"name": "常看"})
    client.post("/hazards/views?state=closed", {"name": "常看"})
    assert [one.query for one in session.scalars(sa.select(SavedView))] == [{"state": "closed"}]


def test_the_twenty_first_name_is_refused_beside_the_field(browser, make, session):
    officer = make.someone("officer")
    for number in range(saved_views.MOST):
        make.saved_view(officer, str(number))
    answer = browser(officer).post("/hazards/views?state=open", {"name": "再来"})
    assert answer.status == 422 and "最多保存20个" in answer.page.text()
    assert answer.page.value("name") == "再来"


def test_nobody_deletes_what_another_keeps(browser, make, session):
    view = make.saved_view(make.someone("officer"))
    path = f"/hazards/views/{view.id}/delete"
    assert browser(make.someone("manager")).post(path).status == 404
    assert browser(make.someone("officer")).post(path).status == 303
    assert session.scalars(sa.select(SavedView)).all() == []


# Workbook and paper


def sheet(answer):
    book = python_calamine.load_workbook(io.BytesIO(answer.response.data))
    heads, *rows = book.get_sheet_by_index(0).to_python()
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_the_workbook_holds_what_the_filters_show_upwards(browser, make):
    make.grid("二层")
    first, second = make.hazard(State.CLOSED), make.hazard(State.RECTIFIED)
    make.hazard(State.ASSIGNED, level=Level.SERIOUS)
    client = browser(make.someone("officer"))
    rows = sheet(client.get("/hazards.xlsx?level=normal"))
    assert [row["编号"] for row in rows] == [first.number, second.number]
    closed, waiting = rows
    assert (closed["部位"], closed["责任人"], closed["状态"]) == (
        "教学楼 一层教室",
        "teacher",
        "已销号",
    )
    assert (closed["整改措施"], closed["整改后照片（张）"]) == ("书柜已搬走", 1.0)
    assert (closed["复查人"], closed["销号人"]) == ("director", "director")
    assert closed["整改期限"] == date(2026, 11, 26)
    assert closed["发现时间"].isoformat() == "2026-11-23T08:00:00"
    assert (waiting["复查人"], waiting["销号人"], waiting["状态"]) == ("", "", "待复查")
    assert waiting["最近进展"].startswith("2026-11-23 08:00 整改完成 书柜已搬走")


def test_a_formula_that_somebody_typed_stays_text(browser, make, session):
    make.hazard().description = "=1+1"
    session.commit()
    assert sheet(browser(make.someone("officer")).get("/hazards.xlsx"))[0]["隐患描述"] == "=1+1"


def test_what_was_returned_is_not_done(make, session):
    from unitsafe.hazards import services

    hazard, leader = make.hazard(State.RECTIFIED), make.actor(make.someone("leader"))
    services.send_back(session, hazard, reason="没关严", by=leader, now=make.now())
    session.commit()
    session.expire_all()
    (line,) = ledger_rows.lines(session, make.actor(make.someone("officer")), Filters())
    assert (line.done, line.rechecked, line.closed) == (None, None, None)
    assert line.last.note == "没关严"


def test_lines_come_in_portions_and_each_once(make, session, monkeypatch):
    monkeypatch.setattr(ledger_rows, "AT_ONCE", 2)
    numbers = [make.hazard().number for _ in range(5)]
    actor = make.actor(make.someone("officer"))
    session.expire_all()
    assert [one.hazard.number for one in ledger_rows.lines(session, actor, Filters())] == numbers
    newest = ledger_rows.lines(session, actor, Filters(), newest=3)
    assert [one.hazard.number for one in newest] == numbers[2:]


def test_the_paper_counts_and_names_what_it_is_narrowed_to(browser, make):
    closed, other = make.hazard(State.CLOSED), make.hazard()
    client = browser(make.someone("officer"))
    answer = client.get("/hazards.pdf?state=closed&q=书柜&first=2026-11-01")
    text = plain_text(answer.response.data)
    assert "范围：已销号、含“书柜”" in text and "2026-11-01至2026-11-23" in text
    assert "共1条已销号1一般1" in text
    assert closed.number in text and other.number not in text
    assert text.count("director2026-11-23") == 2


def test_the_ledger_is_narrowed_to_a_place_and_to_days_of_closing(browser, make, found):
    closed, other = make.hazard(State.CLOSED), make.hazard(grid=make.grid("二层"))
    house = make.building("综合楼").id
    assert found(space_id=closed.space_id) == [closed]
    assert found(building_id=make.building().id) == [closed, other]
    assert found(building_id=house) == []
    assert found(closed_first=TODAY, closed_last=TODAY) == [closed]
    assert found(closed_last=TODAY - timedelta(1)) == found(closed_first=TODAY + timedelta(1)) == []
    where = f"space={closed.space_id}&closed_first=2026-11-23"
    client = browser(make.someone("officer"))
    assert client.get(f"/hazards?{where}").page.value("space") == str(closed.space_id)
    text = plain_text(client.get(f"/hazards.pdf?{where}").response.data)
    assert "销号2026-11-23至" in text and "、教学楼" in text and other.number not in text


def test_a_paper_that_would_be_too_long_says_what_it_leaves_out(browser, make, monkeypatch):
    from unitsafe.hazards import ledger_papers
    from unitsafe.hazards.views import exports, ledger

    for module in (ledger_papers, exports, ledger):
        monkeypatch.setattr(module, "MOST_PRINTED", 2)
    numbers = [make.hazard().number for _ in range(3)]
    client = browser(make.someone("officer"))
    assert "打印最多2条" in client.get("/hazards").page.text()
    text = plain_text(client.get("/hazards.pdf").response.data)
    assert "符合条件的共3条，本表只印最近发现的2条（2026-11-23起）；更早的1条" in text
    assert numbers[0] not in text and numbers[1] in text and numbers[2] in text


def test_a_teacher_exports_their_own_grid_only(browser, make):
    mine, far = make.hazard(), make.hazard(grid=make.grid("二层"))
    far_holder = make.person("另一位")
    make.assign(far_holder, make.grid("二层"))
    make.session.get_one(Hazard, far.id).holder_id = far_holder.id
    make.session.commit()
    rows = sheet(browser(make.someone("teacher")).get("/hazards.xlsx"))
    assert [row["编号"] for row in rows] == [mine.number]


def test_the_first_day_counts_from_midnight_of_the_school(make, found, session):
    hazard = make.hazard()
    hazard.found_at = clock.at(TODAY) - timedelta(seconds=1)
    session.commit()
    assert found(first=TODAY) == [] and len(found(last=TODAY - timedelta(days=1))) == 1

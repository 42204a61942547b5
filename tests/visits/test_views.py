"""The pages of visits, from the notice to the reply."""

import io
from datetime import date

import pytest
import python_calamine
import sqlalchemy as sa

from tests.factories import picture
from tests.paper.samples import plain_text
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import State
from unitsafe.visits.models import Visit, VisitFinding, VisitPhoto

NEW = {
    "body": "区消防救援大队",
    "kind": "special",
    "visited_on": "2026-11-20",
    "document_no": "消检〔2026〕9号",
    "reply_due_on": "2026-12-01",
}
ROW = {"space_id": "", "category": "", "level": "normal"}
EMPTY = {f"finding-{number}-{name}": ROW[name] for number in (1, 2, 3) for name in ROW}
"""What a browser sends of rows that nobody touched."""
ONE_MORE = {**ROW, "description": "又一条", "category": "other"}


@pytest.fixture
def client(browser, make):
    return browser(make.someone("officer"))


def finding(make, number=1, **changes):
    given = {
        "description": "走道堆物",
        "space_id": make.space_in(make.grid()).id,
        "category": "evac_blocked",
        "level": "normal",
        **changes,
    }
    return {f"finding-{number}-{name}": value for name, value in given.items()}


def closed(make, session, hazard):
    """The hazard fixed by the teacher and closed by the director."""
    from unitsafe.hazards import services

    teacher = make.someone("teacher")
    with make.app.app_context():
        services.report_done(
            session,
            hazard,
            measure="已清走",
            photo_ids=[make.photo(teacher, "green").id],
            by=make.actor(teacher),
            now=make.now(),
        )
        director = make.actor(make.someone("director"))
        services.close(session, hazard, note="", by=director, now=make.now())
    session.commit()


def test_a_visit_with_two_findings_a_photo_and_an_empty_row(client, make, session):
    make.someone("teacher")
    data = {
        **EMPTY,
        **NEW,
        **finding(make, 1),
        **finding(make, 3, description="台账缺页", space_id=""),
    }
    answer = client.post("/visits/new", {**data, "photo_file": (picture(), "notice.jpg")})
    visit = session.scalars(sa.select(Visit)).one()
    assert (answer.status, answer.location) == (303, f"/visits/{visit.id}")
    page = client.get(answer.location).page
    for words in ("区消防救援大队", "消检〔2026〕9号", "走道堆物", "台账缺页", "0条已办结，共2条"):
        assert words in page.text()
    assert "还有8天复函" in page.text()
    assert session.scalar(sa.select(sa.func.count()).select_from(VisitPhoto)) == 1
    number = session.scalars(sa.select(Hazard.number).order_by(Hazard.id)).first()
    assert f"/hazards/{number}" in page.links()
    assert f"/visits/{visit.id}" in client.get(f"/hazards/{number}").page.links()


def test_a_double_tap_records_once(client, make, session):
    for _ in range(2):
        assert client.post("/visits/new", {**EMPTY, **NEW, "once": "same"}).status == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(Visit)) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"body": ""}, "请填写检查单位"),
        ({"visited_on": "2026-12-01"}, "检查日期不能是以后的日子"),
        ({"reply_due_on": "2026-11-01"}, "复函期限不能早于检查日期"),
        ({"finding-2-description": "没写类别"}, "请选择类别"),
        ({"finding-2-category": "other"}, "请填写问题"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, session, changes, message):
    answer = client.post("/visits/new", {**EMPTY, **NEW, **changes})
    assert answer.status == 422 and message in answer.page.text()
    assert answer.page.value("document_no") == NEW["document_no"]
    assert session.scalars(sa.select(Visit)).all() == []


def test_the_record_is_completed_until_the_reply_and_shows_who_changed_what(client, make):
    visit = make.visit()
    path = f"/visits/{visit.id}/edit"
    page = client.get(path).page
    sent = {**NEW, "visited_on": "2026-11-23", "version": page.value("version")}
    assert client.post(path, sent).status == 303
    text = client.get(f"/visits/{visit.id}").page.text()
    assert "检查单位：区教育局→区消防救援大队" in text
    answer = client.post(path, {**sent, "body": "别处"})
    assert answer.status == 422 and "刚刚有人改过" in answer.page.text()


def test_a_finding_is_added_later_and_the_reply_ends_it(client, make, session):
    visit = make.visit(reply_due_on=date(2026, 12, 1))
    path = f"/visits/{visit.id}"
    refused = client.post(f"{path}/findings", {"category": "other"})
    assert refused.status == 422 and "请填写问题" in refused.page.text()
    assert client.post(f"{path}/findings", ONE_MORE).status == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(VisitFinding)) == 2
    assert (
        "不能早于检查日期" in client.post(f"{path}/reply", {"replied_on": "2026-11-01"}).page.text()
    )
    sent = {"replied_on": "2026-11-23", "reply_no": "育新〔2026〕8号"}
    assert client.post(f"{path}/reply", sent).status == 303
    page = client.get(path).page
    assert "已复函" in page.text() and "补登一个问题" not in page.text()
    assert client.post(f"{path}/reply", sent).status == 409
    assert client.post(f"{path}/findings", ONE_MORE).status == 409


def test_the_reply_says_of_each_finding_how_far_it_is(client, make, session):
    visit = make.visit(2, body="区消防救援大队", document_no="消检〔2026〕9号")
    first, second = session.scalars(sa.select(Hazard).order_by(Hazard.id))
    closed(make, session, first)
    text = plain_text(client.get(f"/visits/{visit.id}/reply.pdf").response.data)
    for words in (
        "育新小学关于检查问题整改情况的复函",
        "区消防救援大队：2026年11月23日，贵单位对我校进行了例行检查（消检〔2026〕9号），指出2项问题",
        "教学楼一层教室：第1个问题已清走。teacher2026-11-23已整改",
        "教学楼一层教室：第2个问题teacher正在整改，11月26日前完成",
        "以上2项问题已办结1项，其余1项正在办理，最迟于2026年11月26日前完成",
        "特此函复。",
        "（公安部令第61号）第三十五条",
        "附件：整改前后照片",
    ):
        assert words in text
    assert second.state is State.ASSIGNED
    closed(make, session, second)
    text = plain_text(client.get(f"/visits/{visit.id}/reply.pdf").response.data)
    assert "已全部整改完毕" in text


def test_a_reply_to_the_bureau_cites_no_rule_of_the_fire_brigade(client, make):
    visit = make.visit(0)
    text = plain_text(client.get(f"/visits/{visit.id}/reply.pdf").response.data)
    assert "区教育局：" in text and "没有指出需要整改的问题" in text and "依据" not in text


def test_the_workbook_holds_what_the_filters_show(client, make):
    make.visit(2, document_no="3号")
    make.visit(0, body="街道")
    answer = client.get("/visits.xlsx?q=教育局")
    book = python_calamine.load_workbook(io.BytesIO(answer.response.data))
    heads, *rows = book.get_sheet_by_index(0).to_python()
    (row,) = [dict(zip(heads, one, strict=True)) for one in rows]
    assert (row["检查单位"], row["文书编号"], row["问题数"], row["已办结"]) == (
        "区教育局",
        "3号",
        2,
        0,
    )
    assert (row["检查日期"], row["状态"]) == (date(2026, 11, 23), "不需复函")


def test_a_late_reply_stands_on_the_leaders_first_page(browser, make, now):
    make.visit(reply_due_on=date(2026, 11, 23))
    principal, teacher = browser(make.someone("principal")), browser(make.someone("teacher"))
    assert "检查复函超期" not in principal.get("/").page.text()
    now.set("2026-11-24T08:00")
    assert "/visits?state=late" in principal.get("/").page.links()
    assert "检查复函超期" not in teacher.get("/").page.text()


def test_a_visitor_reads_and_writes_nothing(browser, make):
    visit, inspector = make.visit(), browser(make.someone("inspector"))
    page = inspector.get(f"/visits/{visit.id}").page
    assert "补登一个问题" not in page.text() and f"/visits/{visit.id}/edit" not in page.links()
    assert inspector.post(f"/visits/{visit.id}/reply", {"replied_on": "2026-11-23"}).status == 403

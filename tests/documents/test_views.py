"""The pages of papers: registering, versions, reading, the plan, with and without htmx."""

import io
from datetime import date

import pytest
import python_calamine
import sqlalchemy as sa

from tests.factories import PDF
from unitsafe.documents.models import Document, DocumentFile, DocumentReading, DocumentVersion
from unitsafe.documents.rules import Kind, State, Topic
from unitsafe.files.models import StoredFile

NEW = {
    "kind": "policy",
    "title": "用火、用电安全管理制度",
    "topics": ["fire_and_power", "gas_and_electric"],
    "issued_on": "2026-11-20",
    "owner_id": "",
    "for_all": "y",
}


def sent(*names, data=PDF):
    """Files of a form as a browser sends them."""
    return {"file_upload": [(io.BytesIO(data), name) for name in names]}


@pytest.fixture
def client(browser, make):
    make.school()
    return browser(make.someone("officer"))


def count(session, model):
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def rows_of(answer):
    book = python_calamine.load_workbook(io.BytesIO(answer.response.data))
    return book.get_sheet_by_index(0).to_python()


def test_a_policy_with_two_files_and_two_topics(client, session):
    answer = client.post("/documents/new", {**NEW, **sent("制度.pdf", "附件.pdf")})
    one = session.scalars(sa.select(Document)).one()
    assert (answer.status, answer.location) == (303, f"/documents/{one.id}")
    page = client.get(answer.location).page
    for words in ("用火、用电安全管理制度", "制度.pdf", "附件.pdf", "2027-11-20", "全体教职工"):
        assert words in page.html
    assert one.owner_id is None
    assert count(session, DocumentFile) == 2


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("制度.pdf", b"", "是空的"),
        ("制度.pdf", b"MZ not a pdf", "不是它名字上写的格式"),
        ("制度.html", b"<script>", "不能上传"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_the_reason_and_the_rest_stays(
    client, session, name, data, why
):
    answer = client.post("/documents/new", {**NEW, **sent(name, data=data)})
    assert answer.status == 422
    assert why in answer.page.text()
    assert answer.page.value("title") == NEW["title"]
    assert count(session, Document) == count(session, StoredFile) == 0


def test_a_good_file_is_kept_while_the_form_is_corrected(client, session):
    answer = client.post("/documents/new", {**NEW, "title": "", **sent("制度.pdf")})
    assert answer.status == 422
    kept = answer.page.value("file")
    answer = client.post("/documents/new", {**NEW, "file": kept})
    assert answer.status == 303
    assert count(session, DocumentFile) == 1


def test_a_double_tap_registers_once(client, session):
    for _ in range(2):
        data = {**NEW, "once": "same", "note": "在档案柜"}
        assert client.post("/documents/new", data).status == 303
    assert count(session, Document) == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"topics": []}, "请勾选"),
        ({"note": ""}, "请上传文件"),
        ({"issued_on": "2026-11-24"}, "以后的日子"),
        ({"kind": "nonsense"}, "重新选择文件种类"),
    ],
)
def test_what_is_wrong_stands_in_the_form(client, session, wrong, why):
    answer = client.post("/documents/new", {**NEW, "note": "在档案柜", **wrong})
    assert answer.status == 422
    assert why in answer.page.text()
    assert count(session, Document) == 0


def test_a_missing_policy_leads_to_its_form(client, make):
    page = client.get("/documents").page
    assert "还缺11项制度" in page.text()
    link = next(link for link in page.links() if "topic=patrol" in link)
    form = client.get(link).page
    assert form.value("title") == "防火巡查、检查制度"
    make.document(None, topics=[Topic.PATROL, Topic.HAZARDS])
    assert "还缺9项制度" in client.get("/documents").page.text()


def test_the_register_is_narrowed_by_kind_topic_state_review_and_words(client, make, session):
    make.document(title="巡查制度", document_no="育新校〔2026〕1号")
    make.document(Topic.ELECTRIC_TEST, Kind.REPORT, title="电气报告", audience=[])
    late = make.document(Topic.HAZARDS, title="整改制度", issued_on=date(2025, 3, 1))
    gone = make.document(Topic.TRAINING, title="旧培训制度")
    gone.state, gone.ended_on = State.WITHDRAWN, date(2026, 11, 1)
    session.commit()
    for query, titles in {
        "": {"巡查制度", "电气报告", "整改制度"},
        "kind=report": {"电气报告"},
        "kind=policy&topic=hazards": {"整改制度"},
        "state=all": {"巡查制度", "电气报告", "整改制度", "旧培训制度"},
        "state=withdrawn": {"旧培训制度"},
        "mark=late": {"整改制度"},
        "mark=review": {"整改制度"},
        "q=1号": {"巡查制度"},
        "unread=1": {"巡查制度", "整改制度"},
    }.items():
        book = rows_of(client.get(f"/documents.xlsx?{query}"))
        assert {row[1] for row in book[1:]} == titles, query
        assert client.hx("GET", f"/documents?{query}").page.rows() == len(titles), query
    assert (
        f"超期{(date(2026, 11, 23) - late.next_review_on).days}天"
        in client.get("/documents").page.text()
    )


def test_a_teacher_sees_policies_but_no_reports_and_not_who_has_read(browser, make):
    make.document()
    report = make.document(Topic.ELECTRIC_TEST, Kind.REPORT, title="电气报告", audience=[])
    client = browser(make.someone("teacher"))
    page = client.get("/documents").page
    assert page.rows() == 1 and "电气报告" not in page.text()
    assert client.get(f"/documents/{report.id}").status == 404
    assert "还没读的" not in client.get("/documents/1").page.text()
    assert all(row[-1] == "" for row in rows_of(client.get("/documents.xlsx"))[1:])


def test_files_of_a_paper_open_for_whom_the_paper_is(browser, make, session):
    make.document()
    make.document(Topic.ELECTRIC_TEST, Kind.REPORT, audience=[])
    policy, report = session.scalars(
        sa.select(DocumentFile.file_id).order_by(DocumentFile.version_id)
    ).all()
    if policy == report:  # the same bytes from the same person are one file
        report = make.file(make.someone("officer"), "报告.pdf").id
    teacher = browser(make.someone("teacher"))
    assert teacher.get(f"/files/{policy}").status == 200
    assert teacher.get(f"/files/{report}").status == 404


@pytest.mark.parametrize("is_htmx", [False, True])
def test_a_teacher_says_that_they_have_read_it(browser, make, session, is_htmx):
    one, teacher = make.document(), make.someone("teacher")
    client = browser(teacher)
    page = client.get(f"/documents/{one.id}").page
    assert "我已阅读" in page.text()
    data = {"number": page.value("number"), "once": page.value("once")}
    path = f"/documents/{one.id}/read"
    answer = client.hx("POST", path, data) if is_htmx else client.post(path, data)
    assert answer.location == f"/documents/{one.id}"
    assert session.scalars(sa.select(DocumentReading.person_id)).one() == teacher.id
    page = client.get(f"/documents/{one.id}").page
    assert "您已阅读" in page.text()
    officer = browser(make.someone("officer"))
    assert "已读 1 / " in officer.get(f"/documents/{one.id}").page.text()
    rows = rows_of(officer.get(f"/documents/{one.id}/readers.xlsx"))
    assert rows[-1][:2] == [teacher.name, "是"]
    assert rows[1][1] == "否"


def test_a_new_version_keeps_the_old_one_in_reach(client, make, session):
    one = make.document()
    data = {"issued_on": "2026-11-22", "note": "按新规修订", **sent("新制度.pdf", data=PDF + b"2")}
    assert client.post(f"/documents/{one.id}/versions", data).status == 303
    page = client.get(f"/documents/{one.id}").page
    for words in ("第2版", "新制度.pdf", "以前的版本", "第1版", "制度.pdf", "按新规修订"):
        assert words in page.text()
    ids = session.scalars(sa.select(DocumentFile.file_id)).all()
    assert {f"/files/{number}" for number in ids} <= set(page.links())
    assert count(session, DocumentVersion) == 2


@pytest.mark.parametrize(
    ("act", "data", "why"),
    [
        ("versions", {"issued_on": "2026-08-01", "note": "在柜子里"}, "不能早于"),
        ("versions", {"issued_on": "2026-11-22"}, "请上传文件"),
        ("review", {"reviewed_on": "2026-11-24"}, "以后的日子"),
        ("review", {"reviewed_on": ""}, "请填写复核日期"),
        ("state", {"state": "nonsense"}, ""),
    ],
)
def test_what_cannot_be_is_said_in_place(client, make, act, data, why):
    one = make.document()
    answer = client.post(f"/documents/{one.id}/{act}", data)
    assert answer.status == 422
    assert why in answer.page.text()


def test_a_paper_that_ended_offers_only_the_way_back(client, make, session):
    one = make.document()
    ended = {"state": "replaced", "note": "由汇编代替"}
    assert client.post(f"/documents/{one.id}/state", ended).status == 303
    page = client.get(f"/documents/{one.id}").page
    assert "已被代替" in page.text() and "由汇编代替" in page.text()
    assert "上传新版本" not in page.text() and "我已阅读" not in page.text()
    assert client.post(f"/documents/{one.id}/review", {"reviewed_on": "2026-11-23"}).status == 409
    assert client.post(f"/documents/{one.id}/state", {"state": "current"}).status == 303
    session.refresh(one)
    assert one.state is State.CURRENT


def test_a_correction_shows_what_there_is_and_says_what_changed(client, make):
    one = make.document()
    page = client.get(f"/documents/{one.id}/edit").page
    data = {
        "title": "防火巡查制度",
        "topics": ["patrol"],
        "issued_on": page.value("issued_on"),
        "owner_id": str(one.owner_id),
        "next_review_on": "2027-08-01",
        "posts": ["cook"],
        "version": page.value("version"),
    }
    assert client.post(f"/documents/{one.id}/edit", data).status == 303
    text = client.get(f"/documents/{one.id}").page.text()
    assert "名称：防火巡查、检查制度→防火巡查制度" in text
    assert "阅读范围：全体教职工→厨师与厨工" in text
    answer = client.post(f"/documents/{one.id}/edit", data)
    assert answer.status == 422 and "刚刚有人改过" in answer.page.text()


def test_a_plan_is_filled_in_and_shows_what_it_lacks(client, make):
    plan, leader, member = make.emergency_plan(), make.person("组长"), make.person("组员")
    path = f"/documents/{plan.id}/plan"
    assert client.get(path).page.value("number") == "1"
    data = {
        "number": "1",
        "part_organisation": "第一章",
        "part_alarm": "第4页",
        "leader_action": str(leader.id),
        "members_action": [str(member.id)],
        "members_rescue": [str(member.id)],
    }
    assert client.post(path, data).status == 303
    text = client.get(f"/documents/{plan.id}").page.text()
    for words in ("3项齐全，共9项", "第4页", "缺组长", "灭火行动组：空→组长*、组员"):
        assert words in text
    assert client.post(path, {"number": "1", "leader_action": "9999"}).status == 422
    assert client.get(f"/documents/{make.document().id}/plan").status == 404


def test_the_information_keeper_of_a_grid_keeps_no_papers(browser, make):
    keeper = make.person("信息员", ["grid_info"])
    one = make.document()
    client = browser(keeper)
    assert client.get("/documents/new").status == 403
    assert client.post(f"/documents/{one.id}/review", {"reviewed_on": "2026-11-23"}).status == 403

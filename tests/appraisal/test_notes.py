"""Awards and reminders: recorded, read by whom they are about, withdrawn by another row."""

from datetime import date

import pytest
import sqlalchemy as sa

from tests.paper.samples import plain_text
from unitsafe.appraisal import notes, services
from unitsafe.appraisal.models import AppraisalNote
from unitsafe.appraisal.rules import NoteKind
from unitsafe.core.audit import AuditEntry
from unitsafe.core.domain import RuleError

MONTH = "/appraisal/2026-11"
FIRST = date(2026, 11, 1)
TODAY = date(2026, 11, 23)


@pytest.fixture
def give(make, session, now):
    """Give somebody or some grid a note, by the officer unless told otherwise."""

    def act(whom, kind=NoteKind.PRAISE, reason="夜里发现配电箱发热", by="officer", **more):
        actor = make.actor(make.someone(by))
        first = more.pop("first", FIRST)
        one = services.note(session, first, whom, kind, reason=reason, by=actor, now=now(), **more)
        session.commit()
        return one

    return act


def withdraw(make, session, now, one):
    actor = make.actor(make.someone("manager"))
    services.withdraw(session, one, "teacher", reason="登记错了人", by=actor, now=now())
    session.commit()


def test_a_note_is_of_a_grid_or_of_a_person_and_stands_in_the_log(make, session, give):
    teacher = make.someone("teacher")
    mine = give(teacher, NoteKind.AWARD, measure="绩效加2分")
    grid = give(make.grid(), NoteKind.REMINDER, "三天没有晚巡")
    assert (mine.month, mine.person_id, mine.grid_id) == ("2026-11", teacher.id, None)
    assert (grid.person_id, grid.grid_id) == (None, make.grid().id)
    acts = session.scalars(
        sa.select(AuditEntry.act).where(AuditEntry.subject == "appraisal:2026-11")
    )
    assert list(acts) == ["appraisal.award", "appraisal.reminder"]


def test_nobody_notes_themselves_or_a_month_to_come(make, give):
    with pytest.raises(RuleError, match="自己的奖惩"):
        give(make.someone("officer"))
    with pytest.raises(RuleError, match="还没有到"):
        give(make.someone("teacher"), first=date(2026, 12, 1))


def test_a_note_is_withdrawn_once_and_stays_readable(make, session, give, now):
    teacher = make.someone("teacher")
    one = give(teacher)
    withdraw(make, session, now, one)
    with pytest.raises(RuleError, match="已经撤销"):
        withdraw(make, session, now, one)
    (noted,) = notes.of_month(session, make.actor(teacher), "2026-11", [teacher.id])
    assert noted.withdrawal is not None and noted.withdrawal.reason == "登记错了人"


def test_the_database_refuses_to_change_a_note(make, session, give):
    one = give(make.someone("teacher"))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        session.execute(sa.update(AppraisalNote).values(reason="别的"))
    session.rollback()
    with pytest.raises(sa.exc.IntegrityError):
        session.execute(
            sa.insert(AppraisalNote).values(
                month="2026-11", kind=NoteKind.TALK, reason="x", at=one.at, by_id=one.by_id
            )
        )
    session.rollback()


def test_the_school_year_counts_what_was_not_withdrawn(make, session, give, now):
    teacher = make.someone("teacher")
    assert notes.count_of_year(session, TODAY) == 0
    give(teacher)
    give(teacher, first=date(2026, 9, 1))
    give(teacher, first=date(2026, 8, 1))  # the school year before
    withdraw(make, session, now, give(make.grid()))
    assert notes.count_of_year(session, TODAY) == 2
    assert notes.count_of_year(session, date(2026, 8, 31)) == 1


@pytest.mark.parametrize("by", ["officer", "manager", "principal"])
@pytest.mark.parametrize("hx", [False, True])
def test_a_note_is_recorded_on_the_page(make, browser, session, by, hx):
    teacher = make.someone("teacher")
    client = browser(make.someone(by))
    data = {"whom": f"person-{teacher.id}", "kind": "award", "reason": "扑灭初起火情"}
    url = f"{MONTH}?by=person"
    answer = client.hx("POST", url, data=data) if hx else client.post(url, data)
    assert answer.status in (200, 204, 303)
    kept = session.scalars(sa.select(AppraisalNote)).one()
    assert (kept.person_id, kept.kind, kept.measure) == (teacher.id, NoteKind.AWARD, "")
    page = client.get(url).page
    assert "扑灭初起火情" in page.text("content") and "撤销" in page.text("content")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "请填写事由"),
        ({"whom": ""}, "请选择给谁"),
        ({"whom": "person-999"}, ""),
        ({"kind": "fine"}, ""),
        ({"measure": "x" * 61}, "最多60个字"),
    ],
)
def test_a_note_needs_whom_what_and_why(make, browser, session, changes, words):
    data = {"whom": f"grid-{make.grid().id}", "kind": "praise", "reason": "双巡没有漏", **changes}
    answer = browser(make.someone("officer")).post(MONTH, data)
    assert answer.status == 422 and words in answer.page.text()
    assert session.scalar(sa.select(sa.func.count()).select_from(AppraisalNote)) == 0


def test_a_note_about_oneself_is_refused_beside_the_field(make, browser):
    officer = make.someone("officer")
    data = {"whom": f"person-{officer.id}", "kind": "praise", "reason": "好"}
    answer = browser(officer).post(f"{MONTH}?by=person", data)
    assert answer.status == 422 and "自己的奖惩请别人登记" in answer.page.text()
    assert browser(officer).post("/appraisal/2027-01?by=person", data).status == 422


def test_a_note_is_withdrawn_on_the_page_with_a_reason(make, browser, session, give):
    one = give(make.someone("teacher"))
    client = browser(make.someone("manager"))
    answer = client.post(MONTH, {"withdraws": one.id, "reason": ""})
    assert answer.status == 422 and "请填写撤销原因" in answer.page.text()
    assert client.post(MONTH, {"withdraws": one.id, "reason": "记重了"}).status == 303
    assert "已撤销" in client.get(MONTH).page.text("content")
    again = client.post(MONTH, {"withdraws": one.id, "reason": "记重了"})
    assert again.status == 409 and "已经撤销" in again.page.text()
    assert client.post("/appraisal/2026-10", {"withdraws": one.id, "reason": "x"}).status == 409
    assert session.scalar(sa.select(sa.func.count()).select_from(AppraisalNote)) == 2


def test_others_record_nothing(make, browser, give):
    data = {"whom": f"person-{make.someone('teacher').id}", "kind": "praise", "reason": "好"}
    for role in ("teacher", "leader", "inspector"):
        client = browser(make.someone(role))
        assert client.post(f"{MONTH}?by=person", data).status == 403
        assert "登记奖惩" not in client.get(f"{MONTH}?by=person").page.text("content")


def test_a_person_reads_what_was_said_of_them_and_of_their_grid(make, browser, give):
    teacher, other = make.someone("teacher"), make.person("另一位")
    give(teacher, reason="主动拍照报隐患", measure="通报表扬")
    give(make.grid(), NoteKind.REMINDER, "晚巡漏了两次")
    give(other, NoteKind.TALK, "屡次补录")
    client = browser(teacher)
    for url in ("/me", f"{MONTH}?by=person"):
        text = client.get(url).page.text("content")
        assert "主动拍照报隐患" in text and "晚巡漏了两次" in text and "屡次补录" not in text
    detail = browser(make.someone("principal")).get(f"/people/{teacher.id}").page.text("content")
    assert "主动拍照报隐患，通报表扬" in detail and "屡次补录" not in detail


def test_a_leader_reads_the_notes_of_the_own_people_and_grids_alone(make, browser, give):
    far, other = make.grid("二层", block="综合楼片"), make.person("另一位")
    make.assign(other, far)
    give(make.someone("teacher"), reason="甲")
    give(make.grid(), reason="乙")
    give(other, reason="丙")
    give(far, reason="丁")
    text = browser(make.someone("leader")).get(MONTH).page.text("content")
    text = text[text.index("奖惩记录") :]
    assert [word for word in "甲乙丙丁" if word in text] == ["甲", "乙"]


def test_the_seven_fixes_count_the_school_year_and_lead_here(make, browser, give):
    page = browser(make.someone("officer")).get("/grids/coverage").page
    assert "本学年还没有奖惩记录" in page.text() and "/appraisal" in page.links()
    give(make.someone("teacher"))
    text = browser(make.someone("officer")).get("/grids/coverage").page.text()
    assert "本学年奖惩1次" in text and "还没有奖惩记录" not in text


def test_the_log_says_what_was_done_and_leads_to_the_month(make, browser, give):
    give(make.someone("teacher"), NoteKind.TALK, "两次没有到岗")
    page = browser(make.someone("manager")).get("/audit").page
    assert "考核约谈" in page.text() and MONTH in page.links()


@pytest.mark.parametrize("whom", ["principal", "manager"])
def test_about_those_above_the_principal_alone_speaks(make, browser, session, now, give, whom):
    """Whoever signs for the school, and whoever manages fire safety for them."""
    above = make.someone(whom)
    with pytest.raises(RuleError, match="请校长登记"):
        give(above, NoteKind.TALK)
    session.rollback()
    officer, url = browser(make.someone("officer")), f"{MONTH}?by=person"
    data = {"whom": f"person-{above.id}", "kind": "talk", "reason": "没有来开会"}
    offered = [one.get("value") for one in officer.get(url).page.root.iter("option")]
    assert f"person-{above.id}" not in offered and officer.post(url, data).status == 422
    head = make.person("书记", ["principal"], username="head")
    one = give(above, by="principal") if whom == "manager" else None
    if one is not None:
        assert "撤销" not in officer.get(url).page.text("content").partition("登记奖惩")[0]
        with pytest.raises(RuleError, match="请校长撤销"):
            actor = make.actor(make.someone("officer"))
            services.withdraw(session, one, whom, reason="x", by=actor, now=now())
    assert browser(head).post(url, data).status == 303


def test_a_visitor_reads_what_was_said_of_grids_and_nothing_of_people(make, browser, give):
    teacher = make.someone("teacher")
    give(teacher, NoteKind.TALK, "屡次补录")
    give(make.grid(), NoteKind.REMINDER, "晚巡漏了两次")
    client = browser(make.someone("inspector"))
    page = client.get(MONTH).page
    assert "晚巡漏了两次" in page.text() and "屡次补录" not in page.text()
    assert f"{MONTH}?by=person" not in page.links()
    for address in (MONTH, f"{MONTH}.xlsx", f"{MONTH}.pdf", "/appraisal"):
        assert client.get(f"{address}?by=person").status == 403
    paper = plain_text(client.get(f"{MONTH}.pdf").response.data)
    assert "晚巡漏了两次" in paper and "屡次补录" not in paper and "teacher" not in paper
    for word in ("屡次补录", "晚巡漏了两次"):
        assert word not in client.get(f"/people/{teacher.id}").page.text()

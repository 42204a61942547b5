"""The letters in the browser: read, sign, record, print."""

import base64
import io
from datetime import date

import pytest
from PIL import Image, ImageDraw

from tests.factories import picture
from unitsafe.letters.rules import How

TODAY = date(2026, 11, 23)


def drawing():
    """A signature as the page's script sends it."""
    image = Image.new("RGBA", (600, 300), (0, 0, 0, 0))
    ImageDraw.Draw(image).line([(50, 200), (200, 80), (400, 220)], fill="black", width=6)
    out = io.BytesIO()
    image.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


@pytest.fixture
def mine(make, browser):
    """The teacher's browser, letter, and what the form on its page would send."""
    teacher = make.someone("teacher")
    letter = make.letter(teacher)
    client = browser(teacher)
    page = client.get(f"/letters/{letter.id}").page
    form = {"once": page.value("once"), "version": page.value("version"), "agree": "y"}
    return client, letter, form


def test_the_teacher_finds_the_letter_on_today_and_on_their_own_page(make, browser):
    teacher = make.someone("teacher")
    client = browser(teacher)
    today = client.get("/").page
    link = next(one for one in today.links() if one.startswith("/letters/"))
    assert "责任书待签" in today.text("content")
    own = client.get("/me").page
    assert link in own.links() and "未签" in own.text("content")
    make.signed_letter(teacher)
    assert "责任书待签" not in client.get("/").page.text("content")
    assert "2026-11-23签订" in client.get("/me").page.text("content")


def test_a_name_typed_signs_where_there_is_no_script(mine, session):
    client, letter, form = mine
    answer = client.post(f"/letters/{letter.id}/sign", {**form, "typed_name": " teacher "})
    assert (answer.status, answer.location) == (303, f"/letters/{letter.id}")
    session.refresh(letter)
    assert (letter.how, letter.typed_name, letter.signature_id) == (How.SCREEN, "teacher", None)
    page = client.get(answer.location).page
    assert "输入的姓名teacher" in page.text("content")
    assert not [one for one in page.root.iter("form") if one.get("action", "").endswith("/sign")]


def test_a_drawn_signature_is_kept_as_a_picture(mine, session):
    client, letter, form = mine
    client.post(f"/letters/{letter.id}/sign", {**form, "drawing": drawing(), "typed_name": ""})
    session.refresh(letter)
    assert (letter.how, letter.typed_name) == (How.SCREEN, "")
    assert client.get(f"/photos/{letter.signature_id}").status == 200
    assert client.get(f"/letters/{letter.id}.pdf").response.data.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"agree": ""}, "请先阅读全文"),
        ({}, "请在框里手写签名"),
        ({"typed_name": "李四"}, "不一致"),
        ({"drawing": "data:image/png;base64,????"}, "签名没有传上来"),
        ({"drawing": "data:image/png;base64," + "A" * 40}, "签名没有传上来"),
        ({"drawing": "data:image/png;base64," + "A" * 500_000}, "签名没有传上来"),
        ({"drawing": "<svg/>"}, "签名没有传上来"),
    ],
)
def test_a_signature_that_is_none_is_asked_for_again(mine, session, typed, message):
    client, letter, form = mine
    answer = client.post(f"/letters/{letter.id}/sign", {**form, **typed})
    assert answer.status == 422
    assert message in answer.page.text("content")
    session.refresh(letter)
    assert letter.how is None


def test_a_text_that_changed_while_it_was_read_is_not_signed(mine, session):
    client, letter, form = mine
    letter.version = 2
    session.commit()
    answer = client.post(f"/letters/{letter.id}/sign", {**form, "typed_name": "teacher"})
    assert answer.status == 409
    assert "第2版" in answer.page.text("content")
    session.refresh(letter)
    assert letter.how is None


def test_the_officer_records_a_paper_with_its_picture(make, browser, session):
    letter = make.letter(make.someone("teacher"))
    client = browser(make.someone("officer"))
    page = client.get(f"/letters/{letter.id}").page
    data = {
        "once": page.value("once"),
        "version": page.value("version"),
        "signed_on": "2026-11-20",
        "photo_file": (picture("white"), "scan.jpg"),
    }
    assert client.post(f"/letters/{letter.id}/paper", data).status == 303
    session.refresh(letter)
    assert (letter.how, letter.signed_on) == (How.PAPER, date(2026, 11, 20))
    assert "纸质签字" in client.get(f"/letters/{letter.id}").page.text("content")


@pytest.mark.parametrize(
    ("changes", "message", "status"),
    [
        ({}, "每页拍一张", 422),
        ({"photo_file": (io.BytesIO(b"%PDF-1.7 scan"), "scan.pdf")}, "选JPG", 422),
        ({"photo_file": (io.BytesIO(b"rubbish"), "scan.jpg")}, "不是照片", 422),
        ({"photo_file": (picture(), "a.jpg"), "signed_on": "2026-12-24"}, "不能晚于今天", 409),
        ({"photo_file": (picture(), "a.jpg"), "signed_on": ""}, "请填写签订日期", 422),
        ({"photo": "999"}, "不是您上传的", 409),
    ],
)
def test_a_paper_that_proves_nothing_is_refused(make, browser, session, changes, message, status):
    letter = make.letter(make.someone("teacher"))
    client = browser(make.someone("officer"))
    if "photo_file" in changes:
        stream, name = changes["photo_file"]
        changes = {**changes, "photo_file": (io.BytesIO(stream.getvalue()), name)}
    data = {"version": "1", "signed_on": "2026-11-20", **changes}
    answer = client.post(f"/letters/{letter.id}/paper", data)
    assert answer.status == status
    assert message in answer.page.text("content")
    session.refresh(letter)
    assert letter.how is None


def test_the_ledger_shows_what_is_signed_and_what_is_late(make, browser, now):
    make.signed_letter(make.someone("teacher"))
    officer = make.someone("officer")
    make.letter(officer)
    now.set("2026-12-02T09:00")
    client = browser(officer)
    page = client.get("/letters").page
    assert page.rows() == 2 and "已签1/2" in page.text()
    late = client.get("/letters?state=overdue").page
    assert late.rows() == 1 and "超期2天" in late.text("rows")
    assert client.get("/letters?state=signed&grid=01-01").page.rows() == 1
    make.grid("二层", block="综合楼片")
    assert client.get("/letters?grid=01-02").page.rows() == 0
    assert "没有符合条件" in client.get("/letters?q=nobody").page.text("rows")


def test_a_school_without_duties_is_told_where_letters_come_from(make, browser, session):
    boss = make.someone("inspector")
    page = browser(boss).get("/letters").page
    assert "责任书会自动生成" in page.text("rows")


def test_all_that_is_shown_is_printed_by_grid(make, browser):
    teacher, other = make.someone("teacher"), make.person("另一位", ["subject_teacher"])
    make.assign(other, make.grid("二层"))
    make.letter(teacher)
    client = browser(make.someone("manager"))
    answer = client.get("/letters.pdf?q=另")
    assert answer.response.mimetype == "application/pdf"
    assert "%E8%B4%A3%E4%BB%BB%E4%B9%A6_2026-2027" in answer.headers["Content-Disposition"]
    assert client.get("/letters.pdf?q=nobody").status == 404


def test_older_versions_are_listed_with_the_letter(make, browser, session):
    teacher = make.someone("teacher")
    signed = make.signed_letter(teacher)
    make.assign(teacher, make.grid("二层"))
    newest = make.letter(teacher)
    client = browser(teacher)
    assert f"/letters/{signed.id}" in client.get(f"/letters/{newest.id}").page.links()
    page = client.get(f"/letters/{signed.id}").page
    assert "失效" in page.text("content") and f"/letters/{newest.id}" in page.links()
    assert newest.person_id == teacher.id

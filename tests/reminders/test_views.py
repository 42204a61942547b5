"""The pages: channels are added, tried, switched off and removed; wishes are kept."""

from datetime import time

import pytest
import sqlalchemy as sa

from tests.reminders.sinks import Taken, closed_port, web
from unitsafe.core.audit import AuditEntry
from unitsafe.reminders import queries, sending
from unitsafe.reminders.models import Channel, Notice, ReminderSetting
from unitsafe.reminders.rules import Kind, NoticeState

PAGE = "/settings/reminders"
HOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aoc-4bc4"


@pytest.fixture
def officer(make, browser):
    return browser(make.someone("officer"))


@pytest.fixture
def taken(monkeypatch):
    """Everything that would leave the server."""
    found = Taken()
    monkeypatch.setattr(sending, "by_child", lambda parcels, _seconds=0: found(parcels))
    return found


def test_without_a_channel_the_page_says_what_that_means(officer):
    page = officer.get(PAGE).page
    assert "还没有设置通知渠道，待办只在“今日”里显示。" in page.text()
    assert f"{PAGE}/new/wecom" in page.links()


@pytest.mark.parametrize(
    ("sort", "typed", "url"),
    [
        ("wecom", {"token": HOOK}, "wecombot://693a91f6-7aoc-4bc4"),
        (
            "dingtalk",
            {"token": "abcdef0123456789", "secret": "SEC0123456789abcdef"},
            "dingtalk://SEC0123456789abcdef@abcdef0123456789",
        ),
        ("feishu", {"token": "aaaa-bbbb-cccc"}, "feishu://aaaa-bbbb-cccc"),
        ("other", {"address": "ntfys://ntfy.sh/topic"}, "ntfys://ntfy.sh/topic"),
    ],
)
def test_a_channel_is_added_and_shown_without_its_secret(officer, session, sort, typed, url):
    assert officer.get(f"{PAGE}/new/{sort}").status == 200
    answer = officer.post(f"{PAGE}/new/{sort}", {"name": "教师群", **typed})
    assert (answer.status, answer.location) == (303, PAGE)
    kept = session.scalars(sa.select(Channel)).one()
    assert (kept.url, kept.name) == (url, "教师群")
    page = officer.get(PAGE).page
    assert "教师群" in page.text()
    for secret in typed.values():
        assert secret not in page.html
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry.act == "channel.add" and kept.url not in entry.data


def test_a_mailbox_is_added(officer, session):
    typed = {"name": "安全邮箱", "account": "an@school.cn", "password": "p@ss/w", "port": "465"}
    typed |= {"server": "smtp.exmail.qq.com", "to": "all@school.cn"}
    assert officer.post(f"{PAGE}/new/mail", typed).status == 303
    kept = session.scalars(sa.select(Channel)).one()
    assert kept.url.startswith("mailtos://an%40school.cn:p%40ss%2Fw@smtp.exmail.qq.com:465?")
    assert "p%40ss" not in kept.masked and "p@ss" not in officer.get(PAGE).page.html


@pytest.mark.parametrize(
    ("sort", "typed", "message"),
    [
        ("wecom", {"token": "https://qyapi.weixin.qq.com/"}, "没有认出密钥"),
        ("wecom", {"token": ""}, "请填写"),
        ("dingtalk", {"token": "abcdef0123456789", "secret": "短"}, "SEC开头"),
        ("other", {"address": "nonsense://x"}, "这不是能用的渠道地址"),
        ("mail", {"account": "不是邮箱"}, "请填写完整的邮箱地址"),
    ],
)
def test_a_wrong_address_is_said_beside_the_field(officer, session, sort, typed, message):
    answer = officer.post(f"{PAGE}/new/{sort}", {"name": "群", **typed})
    assert answer.status == 422
    assert message in answer.page.text()
    assert session.scalars(sa.select(Channel)).all() == []


def test_a_sort_that_is_none_is_not_found(officer):
    assert officer.get(f"{PAGE}/new/pigeon").status == 404
    assert officer.get(f"{PAGE}/new/serverchan").status == 404
    assert officer.get("/me/reminders/new/other").status == 404  # not every address from everybody


def test_the_test_really_sends_and_says_so(make, officer, session):
    with web({}) as (host, got):
        channel = make.channel(url=f"json://{host}/hook")
        answer = officer.post(f"{PAGE}/channels/{channel.id}/test")
    assert answer.status == 303
    assert "的测试消息已发出" in officer.get(PAGE).page.text("messages")
    assert [body["title"] for _path, body in got] == ["【安全提醒】测试消息"]
    notice = session.scalars(sa.select(Notice)).one()
    assert (notice.kind, notice.state) == (Kind.TEST, NoticeState.SENT)


def test_a_test_that_fails_says_why_and_is_not_tried_again(make, officer, session):
    channel = make.channel(url=f"json://{closed_port()}/hook")
    officer.post(f"{PAGE}/channels/{channel.id}/test")
    page = officer.get(PAGE).page
    assert "没有发出去：连不上对方的服务器" in page.text("messages")
    assert "发不出去" in page.text("content")
    assert session.scalars(sa.select(Notice)).one().state is NoticeState.GIVEN_UP


def test_by_swap_the_test_leads_back_to_the_page(make, officer, taken):
    channel = make.channel()
    answer = officer.hx("POST", f"{PAGE}/channels/{channel.id}/test")
    assert answer.location == PAGE
    assert taken.titles == ["测试消息"]


def test_a_channel_that_is_off_is_not_tried(make, officer, taken):
    channel = make.channel(is_active=False)
    assert "渠道都停用了" in officer.get(PAGE).page.text()
    assert officer.post(f"{PAGE}/channels/{channel.id}/test").status == 409
    assert taken.parcels == []


def test_a_channel_is_switched_off_and_on_and_removed(make, officer, session):
    channel = make.channel()
    for on in (False, True):
        assert officer.post(f"{PAGE}/channels/{channel.id}/switch").status == 303
        session.refresh(channel)
        assert channel.is_active is on
    assert officer.post(f"{PAGE}/channels/{channel.id}/remove").status == 303
    session.refresh(channel)
    assert channel.removed_at is not None and channel.url == ""
    assert officer.post(f"{PAGE}/channels/{channel.id}/test").status == 404


def test_nobody_tries_or_removes_another_s_channel(make, officer, session):
    own = make.channel(make.someone("teacher"))
    for act in ("test", "switch", "remove"):
        assert officer.post(f"{PAGE}/channels/{own.id}/{act}").status == 404
    session.refresh(own)
    assert own.removed_at is None


def test_the_outbox_says_what_did_not_leave_and_why(make, officer, session, now):
    channel = make.channel()
    for number, values in enumerate(
        ({}, {"attempts": 2, "last_error": "对方没有回应。"}, {"sent_at": now()})
    ):
        session.add(
            Notice(
                key=str(number),
                kind=Kind.OVERDUE,
                channel_id=channel.id,
                title=f"第{number}条",
                body="一行\n<b>两行</b>",
                created_at=now(),
                not_before=now(),
                **values,
            )
        )
    session.commit()
    page = officer.get(PAGE).page
    text = page.text("content")
    assert "现在有2条没发出去。" in page.text()
    assert page.rows() == 3
    assert "对方没有回应。 试过2次" in text and "<b>两行</b>" in text
    assert queries.unsent(session, now()).later == 0


def test_the_hours_are_kept(officer, session):
    typed = {"quiet_from": "22:00", "quiet_until": "06:00", "morning": "06:50"}
    assert officer.post(f"{PAGE}/hours", typed).status == 303
    kept = session.scalars(sa.select(ReminderSetting)).one()
    assert (kept.quiet_from, kept.morning) == (time(22), time(6, 50))
    assert officer.get(PAGE).page.value("quiet_from") == "22:00:00"[:5]


def test_a_list_inside_the_quiet_hours_is_refused(officer, session):
    typed = {"quiet_from": "21:00", "quiet_until": "07:30", "morning": "07:00"}
    answer = officer.post(f"{PAGE}/hours", typed)
    assert answer.status == 422 and "在免打扰时段里" in answer.page.text()
    assert session.scalars(sa.select(ReminderSetting)).all() == []


def test_a_teacher_sets_a_channel_tries_it_and_takes_it_out(make, browser, session, taken):
    teacher = make.someone("teacher")
    client = browser(teacher)
    page = client.get("/me/reminders").page
    assert "/me/reminders/new/serverchan" in page.links()
    assert "/me/reminders/new/mail_to" not in page.links()  # the school has no mailbox
    answer = client.post("/me/reminders/new/serverchan", {"token": "SCT123456TabcdefG"})
    assert (answer.status, answer.location) == (303, "/me/reminders")
    assert queries.own_channel(session, teacher.id).url == "schan://SCT123456TabcdefG"
    assert client.post("/me/reminders/test").status == 303
    assert taken.titles == ["测试消息"]
    assert client.post("/me/reminders/remove").status == 303
    assert queries.own_channel(session, teacher.id) is None
    assert client.post("/me/reminders/test").status == 409


def test_mail_needs_the_school_s_mailbox(make, browser, session):
    teacher = make.someone("teacher")
    client = browser(teacher)
    answer = client.post("/me/reminders/new/mail_to", {"mail_to": "li@s.cn"})
    assert answer.status == 422 and "还没有设置可以发信的邮箱" in answer.page.text()
    make.channel(url="mailtos://a:b@smtp.s.cn:465?to=c%40s.cn&mode=ssl")
    assert "/me/reminders/new/mail_to" in client.get("/me/reminders").page.links()
    assert client.post("/me/reminders/new/mail_to", {"mail_to": "li@s.cn"}).status == 303
    session.rollback()
    assert queries.own_channel(session, teacher.id).mail_to == "li@s.cn"


def test_a_person_says_what_they_do_not_want_to_hear(make, browser, session):
    teacher = make.someone("teacher")
    client = browser(teacher)
    assert client.get("/me/reminders").page.html.count("checked") == 6
    assert client.post("/me/reminders", {"wanted": ["overdue", "remind"]}).status == 303
    assert queries.muted(session, teacher.id) == {
        Kind.MORNING,
        Kind.DUE_SOON,
        Kind.CLOSED,
        Kind.DIGEST,
    }
    assert client.get("/me/reminders").page.html.count("checked") == 2
    assert client.post("/me/reminders", {"wanted": ["urgent"]}).status == 422


@pytest.mark.parametrize("who", ["teacher", "leader", "inspector"])
def test_only_who_manages_the_school_sees_the_channels(make, browser, who):
    channel = make.channel()
    client = browser(make.someone(who))
    assert client.get(PAGE).status == 403
    for act in ("test", "switch", "remove"):
        assert client.post(f"{PAGE}/channels/{channel.id}/{act}").status == 403

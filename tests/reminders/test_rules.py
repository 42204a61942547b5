"""Quiet hours, pauses, what an hour asks for, what people paste."""

from datetime import datetime, time, timedelta

import pytest

from unitsafe import clock
from unitsafe.reminders import rules
from unitsafe.reminders.rules import Hours, Kind, NoticeState, Sort

USUAL = Hours()
NOON = Hours(time(12), time(14))
NONE = Hours(time(0), time(0))


def at(text: str) -> datetime:
    return clock.parse(f"2026-11-{text}")


@pytest.mark.parametrize(
    ("moment", "hours", "expected"),
    [
        ("23T20:59", USUAL, False),
        ("23T21:00", USUAL, True),
        ("23T23:59", USUAL, True),
        ("24T00:00", USUAL, True),
        ("24T06:29", USUAL, True),
        ("24T06:30", USUAL, False),
        ("23T11:59", NOON, False),
        ("23T12:00", NOON, True),
        ("23T14:00", NOON, False),
        ("23T00:00", NONE, False),
        ("23T23:00", NONE, False),
    ],
)
def test_quiet_hours_begin_and_end_on_the_minute(moment, hours, expected):
    assert rules.is_quiet(at(moment), hours) is expected


@pytest.mark.parametrize(
    ("kind", "moment", "hours", "expected"),
    [
        (Kind.OVERDUE, "23T20:59", USUAL, "23T20:59"),
        (Kind.OVERDUE, "23T21:00", USUAL, "24T06:30"),
        (Kind.OVERDUE, "24T02:00", USUAL, "24T06:30"),
        (Kind.OVERDUE, "24T06:30", USUAL, "24T06:30"),
        (Kind.REMIND, "23T12:30", NOON, "23T14:00"),
        (Kind.URGENT, "23T22:00", USUAL, "23T22:00"),
        (Kind.TEST, "24T03:00", USUAL, "24T03:00"),
    ],
)
def test_what_falls_into_the_quiet_hours_waits_for_their_end(kind, moment, hours, expected):
    assert rules.not_before(kind, at(moment), hours) == at(expected)


def test_pauses_grow_and_then_it_is_given_up():
    now, waits = at("23T08:00"), []
    for attempts in range(1, rules.MOST_ATTEMPTS):
        again = rules.next_try(attempts, now)
        assert again is not None
        waits.append(int((again - now) / timedelta(minutes=1)))
    assert waits == [1, 5, 15, 60, 240, 720, 720, 720, 720]
    assert rules.next_try(rules.MOST_ATTEMPTS, now) is None


@pytest.mark.parametrize(
    ("kind", "made", "now", "expected"),
    [
        (Kind.MORNING, "23T07:00", "23T23:59", False),
        (Kind.MORNING, "23T07:00", "24T00:00", True),
        (Kind.DUE_SOON, "23T07:00", "24T08:00", True),
        (Kind.OVERDUE, "23T07:00", "26T08:00", False),
        (Kind.URGENT, "23T07:00", "26T08:00", False),
    ],
)
def test_a_day_s_list_is_not_sent_the_day_after(kind, made, now, expected):
    assert rules.is_stale(kind, at(made), at(now)) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("23T06:59", False), ("23T07:00", True), ("23T10:59", True), ("23T11:00", False)],
)
def test_the_day_s_list_is_made_in_the_morning(moment, expected):
    assert rules.is_morning(at(moment), USUAL) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("26T16:00", False), ("27T15:59", False), ("27T16:00", True), ("28T16:00", False)],
)
def test_the_week_is_summed_up_on_friday_afternoon(moment, expected):
    assert rules.is_digest_time(at(moment)) is expected


@pytest.mark.parametrize(
    ("opens", "due", "now", "expected"),
    [
        ("23T07:20", "23T08:00", "23T07:20", False),  # it has just begun
        ("23T07:20", "23T08:00", "23T07:39", False),
        ("23T07:20", "23T08:00", "23T07:40", True),
        ("23T07:20", "23T08:00", "23T08:00", False),
        ("23T06:00", "23T18:00", "23T16:59", False),
        ("23T06:00", "23T18:00", "23T17:00", True),
    ],
)
def test_a_check_is_pressing_within_the_hour_and_past_half_of_its_time(opens, due, now, expected):
    assert rules.is_pressing(at(opens), at(due), at(now)) is expected


@pytest.mark.parametrize(
    ("sent", "given_up", "attempts", "expected"),
    [
        (True, False, 1, NoticeState.SENT),
        (False, True, 3, NoticeState.GIVEN_UP),
        (False, False, 2, NoticeState.RETRYING),
        (False, False, 0, NoticeState.WAITING),
    ],
)
def test_a_notice_stands_where_its_facts_say(sent, given_up, attempts, expected):
    moment = at("23T08:00")
    state = rules.state_of(
        sent_at=moment if sent else None,
        given_up_at=moment if given_up else None,
        attempts=attempts,
    )
    assert state is expected


HOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="


@pytest.mark.parametrize(
    ("sort", "typed", "expected"),
    [
        (Sort.WECOM, f"{HOOK}693a91f6-7aoc-4bc4", "693a91f6-7aoc-4bc4"),
        (Sort.WECOM, "693a91f6-7aoc-4bc4", "693a91f6-7aoc-4bc4"),
        (Sort.WECOM, "https://qyapi.weixin.qq.com/", None),
        (Sort.WECOM, "短", None),
        (Sort.WECOM, "https://evil.example.com/x?key=693a91f6-7aoc-4bc4", None),
        (Sort.WECOM, f"{HOOK}1", None),
        (
            Sort.DINGTALK,
            "https://oapi.dingtalk.com/robot/send?access_token=abcdef0123456789",
            "abcdef0123456789",
        ),
        (Sort.DINGTALK, "ab cd", None),
        (Sort.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/aaaa-bbbb", "aaaa-bbbb"),
        (Sort.FEISHU, "https://open.feishu.cn/hook/", None),
        (Sort.SERVERCHAN, "SCT123456TabcdefG", "SCT123456TabcdefG"),
        (Sort.SERVERCHAN, "http://192.168.1.1/", None),
        (Sort.PUSHPLUS, "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"),
        (Sort.PUSHPLUS, "x@127.0.0.1/", None),
    ],
)
def test_the_key_is_found_in_what_people_paste(sort, typed, expected):
    assert rules.token_in(sort, typed) == expected


def test_addresses_are_put_together_for_apprise():
    assert rules.robot_url(Sort.WECOM, "k") == "wecombot://k"
    assert rules.robot_url(Sort.DINGTALK, "t", "SECs") == "dingtalk://SECs@t"
    mail = rules.mail_url("smtp.qq.com", 465, "an@qq.com", "p:w/d@", "all@school.cn")
    assert mail.startswith("mailtos://an%40qq.com:p%3Aw%2Fd%40@smtp.qq.com:465?")
    assert mail.endswith("&to=all%40school.cn&mode=ssl")
    other = rules.mailed_to(mail, "li@qq.com")
    assert "all%40school.cn" not in other and other.endswith("&to=li%40qq.com")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("wecombot://k", Sort.WECOM),
        ("mailtos://a:b@c", Sort.MAIL),
        ("ntfys://ntfy.sh/x", Sort.OTHER),
        ("", Sort.MAIL_TO),
    ],
)
def test_a_channel_is_called_by_its_address(url, expected):
    assert rules.sort_of(url) is expected

"""What leaves the server: real requests to a server of the test, shaped as the services want them."""

import socket
import warnings
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.reminders.sinks import closed_port, post_office, silence, web
from unitsafe.reminders import sending
from unitsafe.reminders.sending import Parcel

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # apprise asks Python 3.11 for a module that 3.13 has dropped
    import apprise
    from apprise.plugins.dingtalk import NotifyDingTalk
    from apprise.plugins.feishu import NotifyFeishu
    from apprise.plugins.wecombot import NotifyWeComBot

    from unitsafe.reminders import sending_child as child

    apprise.Apprise.instantiate("json://localhost")  # loads the rest of its modules


def parcel(url, number=1, channel=1, text="后门被书柜占住"):
    return Parcel(number, channel, url, "【安全提醒】隐患明天到期", text)


@pytest.fixture
def ask(app):
    """`ask(parcels, seconds)`: through a child process as the server does."""

    def run(*parcels, seconds=20):
        with app.app_context():
            return sending.by_child(parcels, seconds)

    return run


def test_wecom_gets_a_text_message(monkeypatch):
    with web() as (host, got), child.watched():
        monkeypatch.setattr(NotifyWeComBot, "notify_url", f"http://{host}/webhook/send?key={{key}}")
        assert child.send("wecombot://693a91f6", "隐患明天到期", "后门被占住") == ("", "")
    path, body = got[0]
    assert path == "/webhook/send?key=693a91f6"
    assert body["msgtype"] == "text"
    assert body["text"]["content"].split() == ["隐患明天到期", "后门被占住"]


def test_dingtalk_gets_a_signed_text_message(monkeypatch):
    with web() as (host, got), child.watched():
        monkeypatch.setattr(
            NotifyDingTalk, "notify_url", f"http://{host}/robot/send?access_token={{token}}"
        )
        url = "dingtalk://SECabc0123456789@token0123456789"
        assert child.send(url, "隐患明天到期", "后门被占住") == ("", "")
    path, body = got[0]
    asked = parse_qs(urlsplit(path).query)
    assert asked["access_token"] == ["token0123456789"]
    assert set(asked) == {"access_token", "timestamp", "sign"}
    assert body["msgtype"] == "text"
    assert body["text"]["content"].split() == ["隐患明天到期", "后门被占住"]


@pytest.mark.parametrize(
    ("plugin", "url", "answer", "detail"),
    [
        (
            NotifyWeComBot,
            "wecombot://693a91f6",
            {"errcode": 93000, "errmsg": "invalid webhook url"},
            "invalid webhook url (93000)",
        ),
        (
            NotifyDingTalk,
            "dingtalk://token0123456789",
            {"errcode": 310000, "errmsg": "sign not match"},
            "sign not match (310000)",
        ),
        (
            NotifyFeishu,
            "feishu://aaaa-bbbb",
            {"code": 19024, "msg": "Key Words Not Found"},
            "Key Words Not Found (19024)",
        ),
    ],
)
def test_a_robot_that_answers_200_and_means_no_is_found_out(
    monkeypatch, plugin, url, answer, detail
):
    with web(answer) as (host, _got), child.watched():
        monkeypatch.setattr(plugin, "notify_url", f"http://{host}/?k=")
        assert child.send(url, "标题", "内容") == ("refused", detail)


def test_a_child_process_sends_to_a_web_server(ask):
    with web({}) as (host, got):
        assert ask(parcel(f"json://{host}/hook")) == {1: ""}
    path, body = got[0]
    assert path == "/hook"
    assert (body["title"], body["message"]) == ("【安全提醒】隐患明天到期", "后门被书柜占住")


def test_a_child_process_sends_mail(ask):
    with post_office() as (host, got):
        url = f"mailto://{host}?from=an@school.cn&to=all@school.cn&mode=insecure"
        assert ask(parcel(url)) == {1: ""}
    sent = b"".join(got)
    assert b"To: all@school.cn" in sent and b"Subject: =?utf-8?" in sent


def test_each_channel_fails_by_itself_and_says_why(ask):
    """A closed port, one that never answers, one that answers 500, no address, and one that works.
    The child is ended while one of them is still waiting."""
    with web({}) as (good, got), web({}, status=500) as (bad, _), silence() as mute:
        results = ask(
            parcel(f"json://{closed_port()}", 1, 1),
            parcel(f"json://{closed_port()}", 2, 1),
            parcel(f"json://{mute}", 3, 3),
            parcel(f"json://{bad}", 4, 4),
            parcel("nonsense://x", 5, 5),
            parcel("", 6, 6),
            parcel(f"json://{good}", 7, 7),
            seconds=2.5,
        )
    assert len(got) == 1
    assert results == {
        1: "连不上对方的服务器，请检查学校电脑能不能上网。",
        3: "对方没有回应。",
        4: "对方没有收下（500）。",
        5: "渠道的地址不对。",
        6: "学校还没有可以发信的邮箱。",
        7: "",
    }


def test_an_address_is_shown_without_its_secrets(app):
    with app.app_context():
        shown = sending.masked("dingtalk://SECabc0123456789@token0123456789")
        assert shown.startswith("dingtalk://") and "SECabc" not in shown
        assert "token0123456789" not in shown
        assert sending.masked("nonsense://x") == ""


def test_a_channel_that_leads_elsewhere_is_not_followed():
    with web(status=302) as (host, got), child.watched():
        assert child.send(f"json://{host}", "隐患明天到期", "后门被占住") == ("status", "302")
    assert len(got) == 1


def test_no_channel_leads_to_the_data_of_a_clouds_machine():
    with child.watched(), child.guarded():
        for host in ("169.254.169.254", "fe80::1", "0.0.0.0", "::ffff:169.254.169.254"):
            with pytest.raises(socket.gaierror):
                socket.getaddrinfo(host, 80)
        assert child.send("json://169.254.169.254", "隐患", "后门") == ("unreachable", "")
        assert socket.getaddrinfo("127.0.0.1", 80)
    assert not any(child.is_nobodys(one) for one in ("127.0.0.1", "192.168.1.9", "8.8.8.8"))


@pytest.mark.parametrize("url", ["dbus://", "syslog://", "windows://"])
def test_a_message_on_the_servers_own_desk_is_no_channel(url):
    assert child.masked(url) == ""

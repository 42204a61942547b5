"""运行情况 in the browser, and what of it stands on 今日."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from unitsafe.backups import catalogue
from unitsafe.backups.verifying import Holdings
from unitsafe.core.audit import AuditEntry
from unitsafe.core.schema import newest_revision
from unitsafe.core.tally import tally
from unitsafe.reminders import queries as reminders
from unitsafe.reminders import services
from unitsafe.status import queries, rules
from unitsafe.status import services as status

GB = 1_000_000_000


@pytest.fixture(autouse=True)
def well(monkeypatch):
    """A server that has just been started, with room on its disk."""
    tally.clear()
    monkeypatch.setattr(queries, "room", lambda _folder: (50 * GB, 100 * GB))


@pytest.fixture
def client(browser, make):
    return browser(make.someone("manager"))


def line(client, what):
    """The line of the page about that."""
    text = client.get("/status").page.text("content")
    return text[text.index(what) :]


@pytest.mark.parametrize(
    ("free", "total", "expected"),
    [(50, 100, False), (1.9, 20, True), (2.1, 20, False), (40, 1000, True), (51, 1000, False)],
)
def test_a_disk_is_nearly_full_below_2_gb_or_5_per_cent(free, total, expected):
    assert rules.is_nearly_full(int(free * GB), int(total * GB)) is expected


@pytest.mark.parametrize(
    ("minutes_ago", "up_minutes", "silent"),
    [
        (None, 10, False),
        (None, 61, True),
        (5, 600, False),
        (61, 600, True),
        (600, 10, False),
        (-90, 600, False),
    ],
)
def test_reminders_are_silent_after_an_hour_of_a_running_server(
    now, minutes_ago, up_minutes, silent
):
    last = None if minutes_ago is None else now() - timedelta(minutes=minutes_ago)
    assert (rules.silence(last, now(), timedelta(minutes=up_minutes)) is not None) is silent


def test_the_page_says_how_the_server_is_doing(client, app, make, now, session):
    make.photo(make.someone("teacher"))
    with app.app_context():
        services.tick(session, now=now())
    page = client.get("/status").page
    text = page.text("content")
    assert "还剩46.6 GB" in text or "还剩50.0 GB" in text
    assert "最近一次今天 08:00" in text and "7天内的都发出去了" in text
    assert "校安网格 0." in text and newest_revision() in text and "照片1张 · 约" in text
    assert "/settings/reminders" in page.links()
    assert "/status" in client.get("/").page.links()


def test_the_newest_good_backup_is_told(client, app, make, now):
    folder = app.config["SETTINGS"].backups
    folder.mkdir(exist_ok=True)
    file = folder / "unitsafe-20261122-020000.zip"
    try:
        file.write_bytes(b"x" * 2000)
        assert "还没有检验过的备份" in line(client, "备份")
        holdings = Holdings("", "", "", "育新小学", 0, 0, 0, False, {})
        catalogue.keep_proof(file, catalogue.Proof(at=now(), holdings=holdings))
        assert "最近一次昨天 02:00，2.0 kB" in line(client, "备份")
        now.set("2026-11-26T08:00")
        assert "太久了" in line(client, "备份")
    finally:
        file.unlink()


def test_messages_that_were_lost_are_counted(client, make, session, now):
    channel = make.channel()
    lost = services.add_trial(session, channel, by=make.actor(make.someone("manager")), now=now())
    lost.given_up_at = now()
    again = services.add_trial(session, channel, by=make.actor(make.someone("manager")), now=now())
    again.attempts = 2
    session.commit()
    assert "7天内有1条没发出去。有1条正在重试。" in line(client, "消息")


def test_errors_and_slow_routes_since_the_start_are_shown(client):
    tally.add("/hazards/<number>", 500, 1.0, "7K3M-Q9TX")
    text = client.get("/status").page.text("content")
    assert "1次出错" in text and "/hazards/<number>" in text and "7K3M-Q9TX" in text


def test_the_log_is_verified_at_a_button(client, session, make):
    assert client.post("/status/verify").status == 303
    assert "没有被改过" in line(client, "操作日志")
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "audit.verify")).one()
    assert entry.actor_name == make.someone("manager").name


def test_a_changed_entry_is_named(client, session, make, now):
    make.grid()
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).first()
    last = session.scalar(sa.select(sa.func.max(AuditEntry.id)))
    columns = sa.inspect(AuditEntry).columns
    values = {c.key: getattr(entry, c.key) for c in columns if c.key != "id"} | {"hash": "0" * 64}
    session.execute(sa.insert(AuditEntry), values)
    session.commit()
    client.post("/status/verify")
    assert f"第{last + 1}" in line(client, "操作日志") and "对不上" in line(client, "操作日志")


def test_only_the_newest_entries_are_verified(session, make, monkeypatch):
    make.grid()
    total = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    monkeypatch.setattr(status, "NEWEST", 2)
    assert total > 2
    assert status.verify(session) == (2, [])


def test_two_do_not_verify_at_once(client):
    with status._turn:
        assert client.post("/status/verify").status == 409


def test_a_round_is_noted_every_five_minutes(app, session, make, now):
    make.school()
    for at, noted in [("08:00", "08:00"), ("08:04", "08:00"), ("08:05", "08:05")]:
        with app.app_context():
            services.tick(session, now=now.set(f"2026-11-23T{at}"))
        assert reminders.last_round(session) == now.set(f"2026-11-23T{noted}")


def test_today_warns_of_a_disk_that_is_nearly_full_and_of_silence(
    client, monkeypatch, browser, make
):
    assert "服务器磁盘" not in client.get("/").page.text()
    monkeypatch.setattr(queries, "room", lambda _folder: (GB, 100 * GB))
    monkeypatch.setattr(tally, "began", tally.began - 3700)
    text = client.get("/").page.text()
    assert "服务器磁盘快满了" in text and "提醒停了" in text
    assert "服务器磁盘" not in browser(make.someone("teacher")).get("/").page.text()
    assert "快满了，请清理" in line(client, "磁盘") and "已经超过1小时" in line(client, "提醒")


def test_each_disk_is_told_once(client, app, monkeypatch):
    settings = app.config["SETTINGS"]
    assert [disk.use for disk in queries.disks(settings)] == [rules.Use.DATA]
    memory = Path("/dev/shm")
    if memory.exists() and memory.stat().st_dev != settings.data.stat().st_dev:
        other = replace(settings, backups_at=memory / "not-yet-made")
        uses = [disk.use for disk in queries.disks(other)]
        assert uses == [rules.Use.DATA, rules.Use.BACKUPS]
    full = [
        queries.Disk(rules.Use.DATA, 50 * GB, 100 * GB),
        queries.Disk(rules.Use.BACKUPS, GB, 100 * GB),
    ]
    monkeypatch.setattr(queries, "disks", lambda _settings: full)
    assert "快满了" in line(client, "放备份的磁盘")
    assert "服务器放备份的磁盘快满了" in client.get("/").page.text()


def test_the_database_that_does_not_answer_is_told_to_the_monitor(browser, make, monkeypatch):
    def broken(*_args, **_more):
        raise sa.exc.OperationalError("SELECT 1", None, SimpleNamespace(args=()))

    client = browser()
    monkeypatch.setattr("unitsafe.today.views.db.session.execute", broken)
    answer = client.get("/healthz")
    assert (answer.status, answer.json["status"]) == (503, "database does not answer")

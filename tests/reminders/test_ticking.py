"""The clock inside the server, the command for cron, the switch between them."""

import pytest
import sqlalchemy as sa

from tests.reminders.sinks import Taken, closed_port
from unitsafe import config
from unitsafe.reminders import scheduler, sending, services
from unitsafe.reminders.models import Notice


def test_the_command_does_one_round_and_says_what_it_did(app, make, session, now):
    make.day()
    make.channel(url=f"json://{closed_port()}")
    now.set("2026-11-23T07:00")
    result = app.test_cli_runner().invoke(args=["remind"])
    assert result.output == "new 1 · sent 0 · failed 1 · given up 0\n"
    assert session.scalars(sa.select(Notice)).one().attempts == 1


def test_a_round_of_the_server_sends(app, make, session, now, monkeypatch):
    taken = Taken()
    monkeypatch.setattr(sending, "by_child", taken)
    make.day()
    make.channel()
    now.set("2026-11-23T07:00")
    scheduler.round_of(app)
    assert taken.titles == ["今日安排 11月23日 周一"]


def test_a_round_that_fails_is_logged_and_the_next_one_comes(app, monkeypatch, caplog):
    def fails(*_args, **_kwargs):
        raise LookupError("broken")

    monkeypatch.setattr(services, "tick", fails)
    scheduler.round_of(app)
    assert "the round failed" in caplog.text


def test_the_clock_starts_and_stops(app):
    ticking = scheduler.start(app)
    ticking.shutdown()


@pytest.mark.parametrize(("text", "expected"), [(None, True), ("on", True), ("off", False)])
def test_the_clock_is_switched_off_for_cron(tmp_path, text, expected):
    environ = {"UNITSAFE_DATA": str(tmp_path)} | ({"UNITSAFE_REMIND": text} if text else {})
    assert config.read(environ).reminds is expected


def test_a_switch_that_is_neither_is_refused(tmp_path):
    with pytest.raises(config.ConfigError, match="UNITSAFE_REMIND"):
        config.read({"UNITSAFE_DATA": str(tmp_path), "UNITSAFE_REMIND": "maybe"})

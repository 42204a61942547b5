"""The clock that ticks inside the server: started when it serves, never on import or in tests."""

import logging
from datetime import UTC, datetime, timedelta

from flask import Flask

from unitsafe import clock
from unitsafe.backups import services as backups
from unitsafe.backups.rules import BackupError
from unitsafe.core.db import db
from unitsafe.reminders import services

__all__ = ["Ticking", "start"]
log = logging.getLogger(__name__)
SETTLED = timedelta(minutes=2)
"""How long after the start the first look for a daily backup is: people are signing in just then."""


class Ticking:
    """A running clock; :meth:`shutdown` lets the round that is under way record what it sent."""

    def __init__(self, app: Flask) -> None:
        from apscheduler.schedulers.background import BackgroundScheduler

        self._scheduler = BackgroundScheduler(
            timezone=clock.ZONE,
            job_defaults={"coalesce": True, "misfire_grace_time": 3600, "max_instances": 1},
        )
        if app.config["SETTINGS"].reminds:
            self._scheduler.add_job(round_of, "interval", args=[app], minutes=1)
        self._scheduler.add_job(
            back_up, "interval", args=[app], minutes=10, next_run_time=datetime.now(UTC) + SETTLED
        )
        self._scheduler.start()

    def shutdown(self) -> None:
        """No further round."""
        self._scheduler.shutdown(wait=True)


def start(app: Flask) -> Ticking:
    """A round of reminders a minute from now on, unless cron sends them, and the daily backup, in
    threads of their own."""
    return Ticking(app)


def round_of(app: Flask) -> None:
    """One round; what goes wrong is logged, and the next round tries again."""
    with app.app_context():
        try:
            done = services.tick(db.session(), now=clock.now())
            if done.failed or done.given_up:
                log.warning("reminders: %s failed, %s given up", done.failed, done.given_up)
        except Exception:
            log.exception("reminders: the round failed")
        finally:
            db.session.remove()


def back_up(app: Flask) -> None:
    """The backup of the day, when it is due; what goes wrong is logged, and tried again later."""
    try:
        if made := backups.daily(app, now=clock.now()):
            log.info("backups: %s, %.1f MB", made.name, made.size / 1_000_000)
    except BackupError as error:
        log.warning("backups: %s", error)
    except Exception:
        log.exception("backups: the daily backup failed")

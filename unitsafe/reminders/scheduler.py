"""The clock that ticks inside the server: started when it serves, never on import or in tests."""

import logging

from flask import Flask

from unitsafe import clock
from unitsafe.core.db import db
from unitsafe.reminders import services

__all__ = ["Ticking", "start"]
log = logging.getLogger(__name__)


class Ticking:
    """A running clock; :meth:`shutdown` lets the round that is under way record what it sent."""

    def __init__(self, app: Flask) -> None:
        from apscheduler.schedulers.background import BackgroundScheduler

        self._scheduler = BackgroundScheduler(
            timezone=clock.ZONE,
            job_defaults={"coalesce": True, "misfire_grace_time": 3600, "max_instances": 1},
        )
        self._scheduler.add_job(round_of, "interval", args=[app], minutes=1)
        self._scheduler.start()

    def shutdown(self) -> None:
        """No further round."""
        self._scheduler.shutdown(wait=True)


def start(app: Flask) -> Ticking:
    """A round a minute from now on, in a thread of its own."""
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

"""Whatever decides who checks what announces its changes here; the planner listens.

So that features to the left (calendar, people, places, grids) need not know the checks.
"""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session

Listener = Callable[[Session, date, datetime], object]
_listeners: dict[str, Listener] = {}


def on_duties_changed(name: str, listener: Listener) -> None:
    """Call ``listener(session, day, now)`` inside the write that changed what is due on ``day``."""
    _listeners[name] = listener


def duties_changed(session: Session, day: date, now: datetime) -> None:
    """What is due on ``day``, or from whom, may have changed."""
    session.flush()
    for listener in _listeners.values():
        listener(session, day, now)

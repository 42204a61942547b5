"""Whatever decides who checks what announces its changes here; the planner listens.

So that features to the left (calendar, people, places, grids) need not know the checks.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from sqlalchemy.orm import Session

Listener = Callable[[Session, date, datetime], object]
_listeners: dict[str, Listener] = {}
_is_quiet: ContextVar[bool] = ContextVar("unannounced", default=False)


def on_duties_changed(name: str, listener: Listener) -> None:
    """Call ``listener(session, day, now)`` inside the write that changed what is due on ``day``."""
    _listeners[name] = listener


@contextmanager
def unannounced() -> Iterator[None]:
    """Inside, nobody is told: for a load that plans every day itself."""
    before = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(before)


def duties_changed(session: Session, day: date, now: datetime) -> None:
    """What is due on ``day``, or from whom, may have changed."""
    session.flush()
    if not _is_quiet.get():
        for listener in _listeners.values():
            listener(session, day, now)

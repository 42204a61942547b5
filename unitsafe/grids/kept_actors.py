"""Actors kept between requests: the policy of a person is read once, not with every tap.

Whatever changes people, their devices, posts, absences, assignments or grids in this process empties the store
when it is committed. A change made by another process is seen at once on PostgreSQL (policy_version)
and after ``KEEP_SECONDS`` on SQLite, where only commands are other processes.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from time import monotonic
from typing import Any, NamedTuple

from sqlalchemy import event
from sqlalchemy.orm import Session

from unitsafe.core.domain import Actor
from unitsafe.grids.actors import actor_of
from unitsafe.grids.models import Assignment, Grid
from unitsafe.people.models import Absence, Person, PersonPost, SignIn

KEEP_SECONDS = 60
MOST = 1000
_WATCHED = (Person, SignIn, PersonPost, Absence, Assignment, Grid)


class _Kept(NamedTuple):
    """An actor as the ``version`` of the policy has it, and until when that is believed."""

    until: float
    version: int
    actor: Actor


class KeptActors:
    """The store of one app; ``version`` tells which policy the database holds now."""

    def __init__(self, version: Callable[[], int]) -> None:
        self._version = version
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, date], _Kept] = {}
        self._day: date | None = None
        self._seen: set[str] = set()

    def actor(self, session: Session, token: str, *, today: date, origin: str) -> Actor | None:
        """:func:`actor_of`, from memory where it is fresh."""
        version = self._version()  # before the policy: what is read is at least as new
        if known := self._fresh(token, today, version):
            return replace(known, origin=origin)
        before = _generation
        actor = actor_of(session, token, today=today, origin=origin)
        if actor is not None:
            with self._lock:
                if len(self._kept) >= MOST:
                    self._kept.clear()
                if before == _generation:  # nobody changed the policy while it was read
                    self._kept[token, today] = _Kept(monotonic() + KEEP_SECONDS, version, actor)
        return actor

    def known(self, token: str, *, today: date) -> Actor | None:
        """The actor of this cookie when it is in memory and fresh; None says nothing."""
        return self._fresh(token, today, self._version())

    def _fresh(self, token: str, today: date, version: int) -> Actor | None:
        found = self._kept.get((token, today))
        if found is None or found.version != version or monotonic() >= found.until:
            return None
        return found.actor

    def is_first_today(self, token: str, today: date) -> bool:
        """Whether this is the first time today, as far as this process knows, that this cookie is
        asked about; the next time it is not."""
        with self._lock:
            if self._day != today:
                self._day, self._seen = today, set()
            is_first = token not in self._seen
            self._seen.add(token)
        return is_first

    def forget(self) -> None:
        """Read everybody anew."""
        with self._lock:
            self._kept.clear()


_stores: list[KeptActors] = []
_generation = 0


def new_store(version: Callable[[], int]) -> KeptActors:
    """A store that hears of every change."""
    store = KeptActors(version)
    _stores.append(store)
    return store


@event.listens_for(Session, "after_flush")
def _notice(session: Session, _context: Any) -> None:
    if any(isinstance(one, _WATCHED) for one in (*session.new, *session.dirty, *session.deleted)):
        session.info["policy_changed"] = True


@event.listens_for(Session, "after_commit")
def _forget(session: Session) -> None:
    global _generation
    if session.info.pop("policy_changed", False):
        _generation += 1
        for store in _stores:
            store.forget()

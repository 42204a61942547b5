"""What waits for a person: features say it, 今日 shows it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy.orm import Session

from unitsafe.core.domain import Actor


@dataclass(frozen=True)
class Waiting:
    """One line of 今日: ``badge`` is how many or a word of one sign, ``go`` the button's word."""

    url: str
    badge: int | str
    title: str
    line: str
    go: str
    kind: Literal["due", "warn", "late"] = "due"


_URGENCY = ("late", "due", "warn")
Source = Callable[[Session, Actor, date], Iterable[Waiting]]
_sources: dict[str, Source] = {}


def waits(name: str) -> Callable[[Source], Source]:
    """Register what a feature has waiting for an actor on a day, in at most two statements; none
    where the actor's rights cannot lead there."""

    def register(source: Source) -> Source:
        _sources[name] = source
        return source

    return register


def waiting(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    """What waits for ``actor``: what is late first, then what is due, then what only warns; each in
    the order of the features."""
    found = [one for source in _sources.values() for one in source(session, actor, today)]
    return iter(sorted(found, key=lambda one: _URGENCY.index(one.kind)))

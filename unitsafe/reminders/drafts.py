"""A notice before it is in the outbox, and whom there is to tell."""

from dataclasses import dataclass

from flask import current_app
from sqlalchemy.orm import Session

from unitsafe.reminders import queries
from unitsafe.reminders.rules import Kind
from unitsafe.reminders.wording import Text


@dataclass(frozen=True)
class Way:
    """A channel in use; ``person_id`` None: the school's."""

    id: int
    person_id: int | None


@dataclass(frozen=True)
class Draft:
    """A notice before it is in the outbox."""

    kind: Kind
    about: str
    text: Text
    path: str
    way: Way

    @property
    def key(self) -> str:
        """What it is about and to whom: the outbox takes each once."""
        one = self.way
        who = f"person {one.person_id}" if one.person_id else f"channel {one.id}"
        return f"{self.kind}:{self.about}:{who}"


class Recipients:
    """The channels in use, and who does not want to be told what."""

    def __init__(self, session: Session) -> None:
        live = [Way(one.id, one.person_id) for one in queries.live_channels(session)]
        self.groups = [one for one in live if one.person_id is None]
        self.own = {one.person_id: one for one in live if one.person_id is not None}
        self._mutes = queries.mutes(session) if self.own else set()

    def __bool__(self) -> bool:
        return bool(self.groups or self.own)

    def wanting(self, kind: Kind) -> list[int]:
        """Ids of the people with a channel of their own who want to be told ``kind``."""
        return [one for one in self.own if (one, kind) not in self._mutes]

    def person(self, kind: Kind, person_id: int | None) -> list[Way]:
        """The person's own channel, unless they do not want to be told."""
        found = self.own.get(person_id or 0)
        return [found] if found and (person_id, kind) not in self._mutes else []


def path(endpoint: str, **values: str) -> str:
    """The path of a page; there is no request here that would know the host."""
    return current_app.url_map.bind("").build(endpoint, values)

"""Everything the parts of the sample school share while its history runs."""

from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.domain import Actor
from unitsafe.grids import actors
from unitsafe.grids.models import Grid
from unitsafe.people.models import Person
from unitsafe.sample import people as staff
from unitsafe.sample.album import Album
from unitsafe.sample.journal import Journal
from unitsafe.sample.places import Places
from unitsafe.sample.setting import Setting
from unitsafe.sample.timeline import Timeline
from unitsafe.school import queries as schools


@dataclass
class World:
    """The school, its people by name, and the tools of its history."""

    setting: Setting
    rng: Random
    timeline: Timeline
    journal: Journal
    album: Album
    campus: Places
    people: dict[str, Person]
    grids: dict[str, Grid]

    def __post_init__(self) -> None:
        self.by_id = {person.id: person for person in self.people.values()}
        self.grid_names = {grid.id: name for name, grid in self.grids.items()}

    def add_grid(self, name: str, grid: Grid) -> None:
        """A grid that came after the school was entered."""
        self.grids[name] = grid
        self.grid_names[grid.id] = name

    @property
    def session(self) -> Session:
        """The session that everything is written with."""
        return self.setting.session

    @property
    def now(self) -> datetime:
        """Until when the history runs."""
        return self.setting.now

    def signer(self, name: str) -> Actor:
        """A person as a signature needs them: without rights."""
        person = self.people[name]
        return Actor(person.id, person.name, origin=staff.origin(person))

    def actor(self, person: Person, at: datetime) -> Actor:
        """A person with the rights of that day, for the services."""
        found = actors.actor_for(
            self.session,
            person.id,
            today=clock.local(at).date(),
            origin=staff.origin(person),
        )
        if found is None:
            raise LookupError(f"{person.name} is not at the school")
        return found

    def is_taught(self, day: date) -> bool:
        """Whether ``day`` is a teaching day; outside the terms, whether it is a weekday."""
        entry = schools.day(self.session, day)
        return entry.teaching if entry else day.weekday() < 5

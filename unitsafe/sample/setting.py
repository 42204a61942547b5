"""When the sample school was set up, and the days its history runs over."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from unitsafe import clock


@dataclass
class Setting:
    """The frame: ``first`` day of the school year, ``now``; :meth:`tick` times the entering."""

    session: Session
    now: datetime
    _entered: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._entered = clock.at(self.entered_on, time(8, 30))

    @property
    def today(self) -> date:
        """The school's day at ``now``."""
        return clock.local(self.now).date()

    @property
    def first(self) -> date:
        """1 September of the school year that ``now`` lies in."""
        year = self.today.year if self.today.month >= 9 else self.today.year - 1
        return date(year, 9, 1)

    @property
    def entered_on(self) -> date:
        """The day on which the school was entered, before term."""
        return self.first - timedelta(days=12)

    def tick(self) -> datetime:
        """The next moment of the entering: 25 seconds after the one before."""
        self._entered += timedelta(seconds=25)
        return self._entered

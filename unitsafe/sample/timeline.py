"""What happens in the sample school, carried out in the order of time."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

Act = Callable[[datetime], None]


class Timeline:
    """Acts to come; each is told the moment it happens. Acts of one moment keep their order."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Act]] = []
        self._serial = count()
        self._reached: datetime | None = None

    def at(self, moment: datetime, act: Act) -> None:
        """Let ``act`` happen at ``moment``. Raises ValueError when that is past already."""
        if self._reached and moment < self._reached:
            raise ValueError(f"{moment} lies before {self._reached}")
        heapq.heappush(self._heap, (moment, next(self._serial), act))

    def run_until(self, moment: datetime) -> None:
        """Carry out everything up to ``moment`` (included); what comes later waits."""
        while self._heap and self._heap[0][0] <= moment:
            at, _, act = heapq.heappop(self._heap)
            self._reached = at
            act(at)
        self._reached = moment

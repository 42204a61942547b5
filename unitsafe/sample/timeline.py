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

    def at(self, moment: datetime, act: Act) -> None:
        """Let ``act`` happen at ``moment``."""
        heapq.heappush(self._heap, (moment, next(self._serial), act))

    def run_until(self, moment: datetime) -> None:
        """Carry out everything up to ``moment`` (included); what comes later waits."""
        while self._heap and self._heap[0][0] <= moment:
            at, _, act = heapq.heappop(self._heap)
            act(at)

"""What this process has answered since it began: counts, durations by route, the newest errors.

In memory and bounded: it says how the server is doing now, and is gone with it.
"""

import threading
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

STEP = 1.2
EDGES = tuple(0.001 * STEP**place for place in range(62))
"""Ends of the classes of durations in seconds, 1 ms to 1 min: a percentile is right to a fifth."""
MOST_ERRORS = 10
MOST_ROUTES = 1000


@dataclass(frozen=True)
class Error:
    """A request that ended with 5xx, ``at`` by time.monotonic()."""

    at: float
    route: str
    status: int
    number: str


@dataclass(frozen=True)
class Route:
    """Durations of a route in seconds."""

    name: str
    count: int
    median: float
    p95: float


class Tally:
    """Counts of one process; every method may be called from every thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Begin again."""
        with self._lock:
            self.began = monotonic()
            self.requests = self.server_errors = 0
            self._errors: deque[Error] = deque(maxlen=MOST_ERRORS)
            self._routes: dict[str, array[int]] = {}

    def add(self, route: str, status: int, seconds: float, number: str) -> None:
        """A request was answered."""
        place = bisect_left(EDGES, seconds)
        with self._lock:
            self.requests += 1
            counts = self._routes.get(route)
            if counts is None and len(self._routes) < MOST_ROUTES:
                counts = self._routes[route] = array("Q", bytes(8 * (len(EDGES) + 1)))
            if counts is not None:
                counts[place] += 1
            if status >= 500:
                self.server_errors += 1
                self._errors.append(Error(monotonic(), route, status, number))

    def errors(self) -> list[Error]:
        """The newest errors, the newest first."""
        with self._lock:
            return list(reversed(self._errors))

    def slowest(self, most: int) -> list[Route]:
        """Routes by the 95th percentile of their durations, the slowest first."""
        with self._lock:
            found = [_route(name, counts) for name, counts in self._routes.items()]
        return sorted(found, key=lambda route: (-route.p95, route.name))[:most]


def _route(name: str, counts: "array[int]") -> Route:
    total = sum(counts)
    median, p95 = _percentiles(counts, (total * 0.5, total * 0.95))
    return Route(name, total, median, p95)


def _percentiles(counts: "array[int]", wanted: tuple[float, ...]) -> Iterator[float]:
    """The ends of the classes in which the ``wanted`` places lie, which come in order."""
    seen, place = 0, -1
    for goal in wanted:
        while seen < goal:
            place += 1
            seen += counts[place]
        yield EDGES[min(max(place, 0), len(EDGES) - 1)]


tally = Tally()
"""Of this process."""

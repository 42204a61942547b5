"""From the command to the first answer, and the memory of a server that nobody uses yet."""

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from bench import servers
from bench.errors import BenchError
from bench.signing_in import over_http


@dataclass(frozen=True)
class Start:
    """Median seconds until ``/healthz`` answers; resident MB then, None where unknown."""

    seconds: float
    memory_mb: float | None


def measure(data: Path, rounds: int) -> Start:
    """Start the server on ``data`` and stop it, ``rounds`` times. Raises BenchError."""
    spent, memory = [], None
    for _ in range(rounds):
        began = time.perf_counter()
        with servers.app(data) as app:
            status, _cookies, _body = over_http(app.port)("GET", "/healthz", {}, "")
            spent.append(time.perf_counter() - began)
            memory = servers.resident_mb(app)
        if status != 200:
            raise BenchError(f"GET /healthz answers {status}")
    return Start(statistics.median(spent), memory)

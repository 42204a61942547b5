"""A small load client: keep-alive connections over raw sockets, bounded in time and count.

It runs as a process of its own: ``python -m bench.client`` reads a job as JSON from stdin and
writes the outcome as JSON to stdout. It talks to 127.0.0.1 only. A connection sends its next
request as soon as its last one is answered; at the end every request that was sent is answered.
"""

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any

HEAD_END = b"\r\n\r\n"
PATIENCE = 30.0
"""Seconds after which a silent server ends the run."""


@dataclass
class Connection:
    """One keep-alive connection and the answer it waits for."""

    sock: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    expected: int = -1


class Load:
    """A run of one job; ``outcome`` afterwards."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.requests = [_raw(job["headers"], *one) for one in job["requests"]]
        self.most = job["most"]
        self.seconds = job["seconds"]
        self.sent = 0
        self.latencies: list[float] = []
        self.statuses: dict[str, int] = {}
        self.selector = selectors.DefaultSelector()
        self.connections = [self._connect(job["port"]) for _ in range(job["connections"])]
        self.ends_at = 0.0

    def _connect(self, port: int) -> Connection:
        sock = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(sock)
        self.selector.register(sock, selectors.EVENT_READ, connection)
        return connection

    def run(self) -> dict[str, Any]:
        """Send until time or count is over, then wait for what is still under way."""
        started = time.perf_counter()
        self.ends_at = started + self.seconds
        waiting = sum(self._send(connection) for connection in self.connections)
        while waiting:
            ready = self.selector.select(PATIENCE)
            if not ready:
                raise TimeoutError("the server does not answer")
            for key, _events in ready:
                if self._receive(key.data) and not self._send(key.data):
                    waiting -= 1
        took = time.perf_counter() - started
        for connection in self.connections:
            connection.sock.close()
        return self._outcome(took)

    def _send(self, connection: Connection) -> bool:
        """Send the next request; False when the run is over."""
        now = time.perf_counter()
        if now >= self.ends_at or self.sent >= self.most:
            return False
        connection.sent_at = now
        connection.sock.sendall(self.requests[self.sent % len(self.requests)])
        self.sent += 1
        return True

    def _receive(self, connection: Connection) -> bool:
        """Read what came; True when the answer is whole."""
        part = connection.sock.recv(262144)
        if not part:
            raise ConnectionError("the server closed a connection")
        connection.received += part
        if connection.expected < 0:
            end = connection.received.find(HEAD_END)
            if end < 0:
                return False
            connection.expected = end + 4 + _length(bytes(connection.received[:end]))
        if len(connection.received) < connection.expected:
            return False
        self.latencies.append(time.perf_counter() - connection.sent_at)
        status = connection.received[9:12].decode()
        self.statuses[status] = self.statuses.get(status, 0) + 1
        connection.received.clear()
        connection.expected = -1
        return True

    def _outcome(self, took: float) -> dict[str, Any]:
        ordered = sorted(self.latencies)
        return {
            "answered": len(ordered),
            "seconds": took,
            "p95": ordered[int(len(ordered) * 0.95)] if ordered else 0.0,
            "statuses": self.statuses,
        }


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, text = line.partition(b":")
        if name.lower() == b"content-length":
            return int(text)
    raise ValueError("an answer without Content-Length")


def _raw(headers: dict[str, str], method: str, path: str, body: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "User-Agent: unitsafe-bench"]
    lines += [f"{name}: {text}" for name, text in headers.items()]
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", body]).encode()


def main() -> None:
    """Do the job on stdin; exit 1 with one line when the server fails."""
    try:
        json.dump(Load(json.load(sys.stdin)).run(), sys.stdout)
    except (OSError, ValueError) as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()

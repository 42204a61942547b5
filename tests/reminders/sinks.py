"""Places that take messages in a test: lists, a web server, a mail server, one that never answers."""

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from unitsafe.reminders.sending import Parcel


class Taken:
    """A delivery that takes everything, or says ``error`` of the channels in ``refuses``."""

    def __init__(self, error: str = "连不上") -> None:
        self.error = error
        self.parcels: list[Parcel] = []
        self.refuses: set[int] = set()

    def __call__(self, parcels: Sequence[Parcel]) -> dict[int, str]:
        results: dict[int, str] = {}
        stopped: set[int] = set()
        for parcel in parcels:
            if parcel.channel in stopped:
                continue
            if parcel.channel in self.refuses:
                stopped.add(parcel.channel)
                results[parcel.id] = self.error
            else:
                self.parcels.append(parcel)
                results[parcel.id] = ""
        return results

    @property
    def titles(self) -> list[str]:
        """Of what was taken, in order."""
        return [parcel.title.removeprefix("【安全提醒】") for parcel in self.parcels]


@contextmanager
def web(answer: dict[str, Any] | None = None, status: int = 200) -> Iterator[tuple[str, list[Any]]]:
    """A web server on 127.0.0.1: its host:port, and (path, JSON) of what it was sent."""
    got: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, json.loads(sent)))
            body = json.dumps(answer if answer is not None else {"errcode": 0}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def silence() -> Iterator[str]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def closed_port() -> str:
    """host:port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def post_office() -> Iterator[tuple[str, list[bytes]]]:
    """A mail server that takes one message: its host:port, and what it was sent."""
    got: list[bytes] = []

    def serve(server: socket.socket) -> None:
        peer, _ = server.accept()
        with peer, peer.makefile("rwb") as line:

            def say(text: str) -> None:
                line.write(f"{text}\r\n".encode())
                line.flush()

            say("220 test")
            while word := line.readline().strip():
                if word.upper() == b"DATA":
                    say("354 go on")
                    while (text := line.readline()) != b".\r\n":
                        got.append(text)
                say("221 bye" if word.upper() == b"QUIT" else "250 ok")
                if word.upper() == b"QUIT":
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=[server])
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}", got
        thread.join(5)

"""As much of S3 as the app asks for, in memory: PUT, GET, HEAD and the list of one bucket."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

BUCKET, PAGE = "school", 2
"""How the bucket is called, and how many names one answer lists."""


class FakeS3(ThreadingHTTPServer):
    """``objects``: what is in the bucket; ``refuses``: answer everything with this status."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.refuses = 0

    @property
    def url(self) -> str:
        """For AWS_ENDPOINT_URL."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeS3

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._is_refused():
            self.server.objects[self._name()] = body
            self._answer(200, etag=body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        if self._is_refused():
            return
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            self._answer(200, self._list(query))
        elif (body := self.server.objects.get(self._name())) is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            self._answer(200, body, etag=body)

    def _name(self) -> str:
        path = unquote(urlsplit(self.path).path)
        assert path.startswith(f"/{BUCKET}"), path
        return path.removeprefix(f"/{BUCKET}").strip("/")

    def _is_refused(self) -> bool:
        self.server.asked.append(f"{self.command} {self._name()}")
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=key/")
        if self.server.refuses:
            self._answer(self.server.refuses, b"<Error><Code>No</Code></Error>")
        return bool(self.server.refuses)

    def _list(self, query: dict[str, list[str]]) -> bytes:
        prefix, after = query.get("prefix", [""])[0], query.get("continuation-token", [""])[0]
        names = sorted(n for n in self.server.objects if n.startswith(prefix) and n > after)
        rows = "".join(
            f"<Contents><Key>{name}</Key><LastModified>2026-11-23T00:00:00.000Z</LastModified>"
            f"<Size>{len(self.server.objects[name])}</Size></Contents>"
            for name in names[:PAGE]
        )
        more = names[PAGE:]
        token = f"<NextContinuationToken>{names[PAGE - 1]}</NextContinuationToken>" if more else ""
        text = f"<ListBucketResult><IsTruncated>{str(bool(more)).lower()}</IsTruncated>"
        return f"{text}{token}{rows}</ListBucketResult>".encode()

    def _answer(self, status: int, body: bytes = b"", etag: bytes | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", formatdate(usegmt=True))
        if etag is not None:
            self.send_header("ETag", f'"{hashlib.md5(etag).hexdigest()}"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def fake_s3() -> Iterator[FakeS3]:
    """A running one."""
    server = FakeS3()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def environment(server: FakeS3) -> dict[str, str]:
    """The variables with which the app finds it."""
    return {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "cn-north-1",
    }

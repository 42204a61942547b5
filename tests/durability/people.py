"""People who write over HTTP and do not give up: each keeps what was acknowledged."""

import http.client
import io
import itertools
import random
import re
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from PIL import Image

PATIENCE = 60
"""Seconds after which an answer is not late but missing."""
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Pass:
    """What a signed-in browser sends along."""

    cookie: str
    token: str


@dataclass(frozen=True)
class Answer:
    """An answer that came whole."""

    status: int
    location: str
    body: bytes


class Line:
    """A connection to a server that is killed now and then."""

    def __init__(self, port: int, who: Pass) -> None:
        self.port, self.who = port, who
        self.connection: http.client.HTTPConnection | None = None
        self.broken = 0

    def post(self, path: str, form: Mapping[str, str], *, is_htmx: bool = False) -> Answer:
        """Send a form until it is answered, the very same bytes every time."""
        return self.send("POST", path, urlencode(form).encode(), FORM, is_htmx=is_htmx)

    def send(
        self, method: str, path: str, body: bytes = b"", kind: str = "", *, is_htmx: bool = False
    ) -> Answer:
        """Send until it is answered with anything but "busy"."""
        headers = {"Cookie": self.who.cookie, "X-CSRFToken": self.who.token}
        headers |= {"Content-Type": kind} if body else {}
        headers |= {"HX-Request": "true"} if is_htmx else {}
        ends = time.monotonic() + PATIENCE
        while True:
            assert time.monotonic() < ends, f"{path} is not answered"
            try:
                answer = self._once(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                self.broken += 1
                self.close()
                self.connection = None
                time.sleep(0.01)
                continue
            if answer.status != 503:
                return answer

    def close(self) -> None:
        """Hang up."""
        if self.connection is not None:
            self.connection.close()

    def _once(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return Answer(answer.status, answer.getheader("Location") or "", text)


class Day:
    """A day's work of all of them: what was acknowledged is counted, until it is over."""

    def __init__(self) -> None:
        self.is_over, self._count, self._changed = False, 0, threading.Condition()

    def note(self) -> None:
        """One more was acknowledged."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def end(self) -> None:
        """Nobody begins anything new."""
        with self._changed:
            self.is_over = True
            self._changed.notify_all()

    def wait_for(self, more: int) -> None:
        """Until so many more were acknowledged, or the day is over."""
        with self._changed:
            until = self._count + more
            self._changed.wait_for(lambda: self.is_over or self._count >= until, PATIENCE)


class Worker(threading.Thread):
    """Somebody who does one job after the other; a job that was begun is finished."""

    def __init__(self, day: Day, *lines: Line) -> None:
        super().__init__(daemon=True)
        self.day, self.lines, self.fault = day, lines, ""

    def job(self) -> bool:
        """Do one thing, retrying until it is acknowledged; False when there is nothing left."""
        raise NotImplementedError

    def run(self) -> None:
        """Work; what goes wrong is kept for the test."""
        try:
            while not self.day.is_over and self.job():
                self.day.note()
        except Exception as error:
            self.fault = f"{type(error).__name__}: {error}"
            self.day.end()
        for line in self.lines:
            line.close()


@dataclass
class Tapped:
    """What was tapped on one item, in order."""

    check_id: int
    item_key: str
    results: list[str] = field(default_factory=list)


class Tapper(Worker):
    """Taps items of a check over and over, never the same answer twice in a row."""

    def __init__(self, day: Day, line: Line, check_id: int, items: Sequence[str]) -> None:
        super().__init__(day, line)
        self.line, self.tapped = line, [Tapped(check_id, key) for key in items]
        self.turns = itertools.cycle(self.tapped)

    def job(self) -> bool:
        """One tap."""
        item = next(self.turns)
        result = "na" if item.results and item.results[-1] == "ok" else "ok"
        path = f"/checks/{item.check_id}/answers"
        answer = self.line.post(path, {f"answer-{item.item_key}": result}, is_htmx=True)
        assert answer.status == 200, (answer.status, words(answer))
        item.results.append(result)
        return True


class Submitter(Worker):
    """Fills in a check and hands it in, then the next."""

    def __init__(self, day: Day, line: Line, checks: Sequence[int], items: Sequence[str]) -> None:
        super().__init__(day, line)
        self.line, self.left, self.items = line, list(checks), items
        self.submitted: list[int] = []

    def job(self) -> bool:
        """One check."""
        if not self.left:
            return False
        check_id = self.left.pop()
        form = {f"answer-{key}": "ok" for key in self.items}
        form |= {"once": uuid.uuid4().hex, "seen": "0", "source": "screen", "note": ""}
        answer = self.line.post(f"/checks/{check_id}/submit", form)
        assert answer.status == 303, (answer.status, words(answer))
        self.submitted.append(check_id)
        return True


@dataclass
class Reported:
    """A hazard as it was acknowledged: its number, photo, and the steps taken."""

    words: str
    number: str = ""
    photo: int = 0
    jpeg: bytes = b""
    steps: list[str] = field(default_factory=list)


class Reporter(Worker):
    """Reports a hazard, sends a photo of the mended place, says it is done; an officer accepts it."""

    def __init__(self, day: Day, line: Line, officer: Line, space_id: int, name: str) -> None:
        super().__init__(day, line, officer)
        self.line, self.officer, self.space_id, self.name = line, officer, space_id, name
        self.reported: list[Reported] = []

    def job(self) -> bool:
        """One hazard from being seen to being mended."""
        one = Reported(f"{self.name}看到的第{len(self.reported) + 1}处")
        form = {"space_id": str(self.space_id), "description": one.words}
        answer = self._step(self.line, "/hazards/new", form | {"category": "evac_blocked"})
        one.number = answer.location.rpartition("/")[2]
        self.reported.append(one)
        one.jpeg = _picture(hash(one.words))
        one.photo = self._upload(one.jpeg)
        at = f"/hazards/{one.number}"
        done = {"measure": "已清走", "photo": str(one.photo)}
        self._step(self.line, f"{at}/report_done", done)
        one.steps.append("report_done")
        self._step(self.officer, f"{at}/recheck", {"note": "合格"})
        one.steps.append("recheck")
        return True

    def _step(self, line: Line, path: str, form: Mapping[str, str]) -> Answer:
        answer = line.post(path, {**form, "once": uuid.uuid4().hex})
        assert answer.status == 303, (path, answer.status, words(answer))
        return answer

    def _upload(self, jpeg: bytes) -> int:
        border = uuid.uuid4().hex
        head = (
            f'--{border}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
        )
        body = head.encode() + jpeg + f"\r\n--{border}--\r\n".encode()
        answer = self.line.send("POST", "/photos", body, f"multipart/form-data; boundary={border}")
        assert answer.status == 200, (answer.status, words(answer))
        found = re.search(rb'"id":\s*(\d+)', answer.body)
        assert found
        return int(found[1])


def words(answer: Answer) -> str:
    """The Chinese of an answer."""
    return " ".join(re.findall(r"[一-鿿][^<>]{3,}", answer.body.decode("utf-8", "replace"))[:20])


def _picture(seed: int) -> bytes:
    """A small JPEG that no other seed gives."""
    rng, file = random.Random(seed), io.BytesIO()
    Image.frombytes("RGB", (8, 8), rng.randbytes(192)).resize((160, 120)).save(file, "JPEG")
    return file.getvalue()

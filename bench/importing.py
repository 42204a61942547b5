"""A list of 2,000 rows from the file to its preview, beside reading the file with the library alone."""

import io
import re
import statistics
import time
from dataclasses import dataclass

import python_calamine
import xlsxwriter

from bench.errors import BenchError
from bench.signing_in import Browser, Fetch

ROWS = 2000
POSTS = ("班主任", "任课教师、值日教师", "宿管", "年级组长\n任课教师", "")
HEADS = ("序号", "姓名", "手机号码", "职务", "办公室", "备注")
DRAFT = re.compile(r"/import/people/(\d+)")
EDGE = "a-list-of-the-bench"


@dataclass(frozen=True)
class Preview:
    """Medians in seconds: ``app`` uploads the file, takes the guessed columns and shows the first
    page of the preview; ``bare`` reads the same file into lists."""

    app: float
    bare: float


def measure(fetch: Fetch, browser: Browser, rounds: int) -> Preview:
    """Send the list ``rounds`` times. Raises BenchError."""
    file = workbook()
    app, bare = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        python_calamine.load_workbook(io.BytesIO(file)).get_sheet_by_index(0).to_python()
        bare.append(time.perf_counter() - began)
        app.append(_preview(fetch, browser, file))
    return Preview(statistics.median(app), statistics.median(bare))


def workbook() -> bytes:
    """A staff list as schools keep it: a title, numbers as numbers, several posts in a cell."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.merge_range("A1:F1", "教职工名单")
    sheet.write_row(1, 0, HEADS)
    for n in range(ROWS):
        row = (n + 1, f"教师{n:04d}", 13900000000 + n, POSTS[n % len(POSTS)], f"{n % 30}室", "")
        sheet.write_row(n + 2, 0, row)
    book.close()
    return stream.getvalue()


def _preview(fetch: Fetch, browser: Browser, file: bytes) -> float:
    """Seconds of the three requests; the page between them is not counted."""
    headers = {**browser.page_headers(), "X-CSRFToken": browser.token}
    form = {**headers, "Content-Type": f"multipart/form-data; boundary={EDGE}"}
    spent = _timed(fetch, "POST", "/import/people", form, _multipart(file), 303)[0]
    _status, _cookies, page = fetch("GET", "/import", browser.page_headers(), "")
    drafts = [int(number) for number in DRAFT.findall(page)]
    if not drafts:
        raise BenchError("the list that was sent is not waiting on /import")
    address = f"/import/people/{max(drafts)}"
    typed = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
    spent += _timed(fetch, "POST", address, typed, "sheet=0&heads=1", 303)[0]
    took, page = _timed(fetch, "GET", f"{address}/preview", browser.page_headers(), "", 200)
    if f"新增 {ROWS} 条" not in page:
        raise BenchError("the preview does not tell of every row")
    return spent + took


def _timed(
    fetch: Fetch, method: str, path: str, headers: dict[str, str], body: str | bytes, wanted: int
) -> tuple[float, str]:
    began = time.perf_counter()
    status, _cookies, page = fetch(method, path, dict(headers), body)
    if status != wanted:
        raise BenchError(f"{method} {path} answers {status}")
    return time.perf_counter() - began, page


def _multipart(file: bytes) -> bytes:
    """The file as a browser sends it."""
    head = f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="staff.xlsx"\r\n\r\n'
    return head.encode() + file + f"\r\n--{EDGE}--\r\n".encode()

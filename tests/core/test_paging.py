"""Keyset pages: every row once, whatever comes in meanwhile, whatever the cursor is."""

import base64
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from unitsafe import clock
from unitsafe.core.audit import AuditEntry
from unitsafe.core.paging import fetch_page
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.queries import LEDGER_ORDER
from unitsafe.hazards.rules import Fix, Level, Source, State


@pytest.fixture
def add(make, session):
    """Add hazards found so many minutes after eight; several may share a minute."""
    grid, officer = make.grid(), make.someone("officer")
    numbers = iter(range(1, 10**6))

    def add_hazards(*minutes: int) -> list[int]:
        start = clock.parse("2026-11-23T08:00")
        rows = [
            Hazard(
                number=f"YH-2026-{next(numbers):04d}",
                state=State.REPORTED,
                level=Level.NORMAL,
                category="other",
                description="某处",
                grid_id=grid.id,
                fix=Fix.SCHEDULED,
                source=Source.REPORT,
                found_at=start + timedelta(minutes=minute),
                reporter_id=officer.id,
            )
            for minute in minutes
        ]
        session.add_all(rows)
        session.commit()
        return [row.id for row in rows]

    return add_hazards


def page_of(session, after=None, size=7):
    return fetch_page(session, sa.select(Hazard), keys=LEDGER_ORDER, after=after, size=size)


def test_every_row_comes_once_newest_first_while_others_are_reported(add, session):
    before = set(add(*(n // 3 for n in range(40))))  # three in every minute
    seen, after, late = [], None, 1000
    while True:
        page = page_of(session, after)
        seen += [(row.found_at, row.id) for row in page.rows]
        if page.next is None:
            break
        after, late = page.next, late + 1
        add(late, 0)  # one newer than all, one as old as the oldest
    assert seen == sorted(seen, reverse=True)
    ids = [row_id for _at, row_id in seen]
    assert len(ids) == len(set(ids))
    assert before <= set(ids)


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (1, 1), (6, 1), (7, 1), (8, 2), (14, 2)])
def test_there_is_a_next_page_only_when_something_is_on_it(add, session, rows, pages):
    add(*range(rows))
    page, count = page_of(session), 1
    assert page.first
    while page.next:
        page, count = page_of(session, page.next), count + 1
        assert page.rows and not page.first
    assert count == pages


def cursor(values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


DAMAGED = [
    "",
    "x",
    "!!!!",
    "汉字",
    "%00",
    "AAAA",
    cursor("text"),
    cursor({}),
    cursor([]),
    cursor([1]),
    cursor([1, 2, 3]),
    cursor(["2026-11-23T00:00:00+00:00"]),
    cursor(["yesterday", 5]),
    cursor([5, 5]),
    cursor([None, None]),
    cursor([["2026-11-23T00:00:00+00:00"], 5]),
    cursor(["2026-11-23T00:00:00", 5]),
    cursor(["2026-11-23T00:00:00+00:00", "5"]),
    cursor(["2026-11-23T00:00:00+00:00", None]),
    cursor(["2026-11-23T00:00:00+00:00", 1.5]),
    cursor(["2026-11-23T00:00:00+00:00", True]),
    cursor(["2026-11-23T00:00:00+00:00", 10**30]),
    cursor(["2026-11-23T00:00:00+00:00", -(10**30)]),
    cursor(["2026-11-23T00:00:00+00:00", {"a": 1}]),
    cursor(["0001-01-01T00:00:00+14:00", 5]),
    base64.urlsafe_b64encode(b"[" * 100000).decode(),
]


@pytest.mark.parametrize("after", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_cursor_shows_the_first_page(add, session, after):
    add(*range(9))
    page = page_of(session, after)
    assert page.first
    assert len(page.rows) == 7 and page.next


@pytest.mark.parametrize("place", ["/hazards", "/checks", "/audit"])
@pytest.mark.parametrize("after", [cursor(["yesterday", 5]), cursor([5, 5]), cursor(["x"])])
def test_a_ledger_with_a_damaged_address_opens(browser, make, place, after):
    make.hazard()
    assert browser(make.someone("principal")).get(f"{place}?after={after}").status == 200


def test_pages_by_one_number_work_too(make, session):
    make.grid()
    total = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    seen, after = [], None
    while True:
        page = fetch_page(
            session, sa.select(AuditEntry), keys=(AuditEntry.id,), after=after, size=3
        )
        seen += [entry.id for entry in page.rows]
        if not (after := page.next):
            break
    assert len(seen) == len(set(seen)) == total
    assert seen == sorted(seen, reverse=True)

"""A real refusal of the operating system: the files of a running server cannot grow any more."""

import sqlite3
from contextlib import closing

from tests.durability.conftest import Nursery, School
from tests.durability.people import Line, words

REPORTS = 60
LITTLE = 300_000
"""Bytes that the log may still grow: some reports."""


def test_files_that_cannot_grow_lose_nothing_and_the_same_form_is_taken_once_they_can(
    school: School, nursery: Nursery
) -> None:
    nursery.start()
    nursery.wait_until_ready()
    line = Line(nursery.port, school.teachers[0])
    forms = [
        {
            "once": f"full-{number}",
            "space_id": str(school.places[0]),
            "description": f"第{number}处",
            "category": "evac_blocked",
        }
        for number in range(REPORTS)
    ]
    assert line.post("/hazards/new", forms[0]).status == 303
    log = school.database.with_name("unitsafe.db-wal")
    nursery.limit_files(log.stat().st_size + LITTLE)
    statuses = [line.post("/hazards/new", form).status for form in forms[1:]]
    assert set(statuses) == {303, 507}
    refused = line.post("/hazards/new", forms[-1], is_htmx=True)
    assert (refused.status, words(refused)[:6]) == (507, "读写磁盘出错")
    assert line.send("GET", "/hazards").status == 200
    nursery.limit_files(-1)
    for _twice in range(2):
        assert {line.post("/hazards/new", form).status for form in forms} == {303}
    line.close()
    nursery.kill()
    with closing(sqlite3.connect(school.database)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = raw.execute("SELECT description FROM hazard ORDER BY description").fetchall()
    assert [row[0] for row in found] == sorted(form["description"] for form in forms)

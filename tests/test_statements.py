"""How many statements each page sends to the database. A number that changes is looked at, not
raised: more rows must not mean more statements (test_pages tries that), and neither should a page
that nobody meant to change."""

import pytest

from tests.conftest import POSTGRES
from tests.test_pages import statements

SENT = {
    "/": {"officer": 112, "principal": 103, "teacher": 34},
    "/checks": {"officer": 8, "principal": 8, "teacher": 7},
    "/checks/month": {"officer": 15, "principal": 15, "teacher": 14},
    "/hazards": {"officer": 12, "principal": 12, "teacher": 9},
    "/equipment": {"officer": 6, "principal": 6, "teacher": 6},
    "/activities": {"officer": 5, "principal": 5, "teacher": 5},
    "/activities/required": {"officer": 12, "principal": 12},
    "/documents": {"officer": 12, "principal": 12, "teacher": 7},
    "/documents/archive": {"officer": 20, "principal": 20},
    "/appraisal/2026-11": {"officer": 12, "principal": 11},
    "/people": {"officer": 6, "principal": 6},
    "/grids": {"officer": 8, "principal": 8, "teacher": 8},
    "/grids/map": {"officer": 19, "principal": 18, "teacher": 18},
    "/grids/coverage": {"officer": 53, "principal": 52},
    "/buildings": {"officer": 5, "principal": 4, "teacher": 4},
    "/roster/2026-11": {"officer": 12, "principal": 12, "teacher": 12},
    "/letters": {"officer": 9, "principal": 9},
    "/plates": {"officer": 10},
    "/tips": {"officer": 4, "principal": 4},
    "/stats": {"officer": 31, "principal": 31},
    "/assessments": {"officer": 10, "principal": 4, "teacher": 4},
    "/assessments/2026Q4": {"officer": 123, "principal": 123},
    "/maintenance": {"officer": 9, "principal": 9},
    "/visits": {"officer": 5, "principal": 5},
    "/micro-station": {"officer": 13, "principal": 9, "teacher": 9},
    "/hot-work": {"officer": 4, "principal": 4, "teacher": 4},
    "/evacuation": {"officer": 16, "principal": 12, "teacher": 12},
    "/classes": {"officer": 4, "principal": 3, "teacher": 3},
    "/plans": {"officer": 3, "principal": 3},
    "/checklists": {"officer": 3, "principal": 3, "teacher": 3},
    "/calendar": {"officer": 4, "principal": 4, "teacher": 4},
    "/settings": {"officer": 2},
    "/audit": {"principal": 11},
    "/me": {"officer": 18, "principal": 18, "teacher": 18},
    "/backups": {"officer": 2},
    "/status": {"officer": 14},
}


@pytest.mark.skipif(POSTGRES != "", reason="counted on SQLite; the pages are the same")
@pytest.mark.parametrize("role", ["officer", "principal", "teacher"])
def test_a_page_sends_as_many_statements_as_it_always_did(app, campus, make, browser, role):
    client = browser(make.someone(role))
    found = {}
    for path, known in SENT.items():
        if role in known:
            assert client.get(path).status == 200, path
            found[path] = len(statements(app, lambda path=path: client.get(path)))
    assert found == {path: known[role] for path, known in SENT.items() if role in known}

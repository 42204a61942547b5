"""The fire archive: what there is of each item of the law, on screen and on paper."""

from datetime import date

import pytest

from tests.paper.samples import plain_text
from unitsafe.documents import archive
from unitsafe.documents.rules import Kind, Topic
from unitsafe.maintenance.rules import Kind as Work
from unitsafe.school.queries import school

TODAY = date(2026, 11, 23)


@pytest.fixture
def items(app, make, session):
    """`items()`: the items by key."""

    def read():
        with app.test_request_context("/"):
            sections = archive.archive(session, school(session), TODAY)
        assert [len(section.items) for section in sections] == [9, 9]
        return {item.key: item for section in sections for item in section.items}

    return read


def counts(item):
    return [(line.count, line.is_missing) for line in item.lines]


def test_a_school_with_nothing_lacks_what_the_law_wants(make, items):
    make.school(has_boarding=True)
    found = items()
    assert {key for key, item in found.items() if not item.is_missing} == {"legal", "fires"}
    assert found["fires"].is_empty
    assert counts(found["policies"]) == [(0, True)] and found["policies"].lines[0].whole == 11


def test_papers_fill_the_items_they_are_about(make, items):
    make.school(has_boarding=True)
    make.document(Topic.ACCEPTANCE, Kind.CERTIFICATE, issued_on=date(2019, 5, 1), audience=[])
    make.document(None, topics=[Topic.PATROL, Topic.HAZARDS])
    make.document(Topic.ELECTRIC_TEST, Kind.REPORT, audience=[])
    found = items()
    assert not found["acceptance"].is_missing
    assert found["acceptance"].newest == date(2019, 5, 1)
    assert counts(found["policies"]) == [(2, True)]
    tests, reports = counts(found["utilities"])[:3], counts(found["utilities"])[3:]
    assert tests[0] == (0, True)
    assert reports == [(1, False), (0, False), (0, False)]


def test_ledgers_fill_the_items_they_are_kept_for(make, items):
    make.submitted(make.patrol(), make.someone("officer"))
    make.hazard()
    make.visit(0)
    make.equipment()
    found = items()
    assert counts(found["checks"])[0] == (1, False)
    assert counts(found["hazards"]) == [(1, False), (0, False)]
    assert found["hazards"].newest == TODAY
    assert counts(found["equipment"]) == [(1, False)]
    assert found["legal"].lines[1].count == 1


def test_a_report_of_a_test_agency_fills_its_item(make, items):
    make.school(has_boarding=True)
    done = date(2026, 10, 9)
    make.maintenance(kind=Work.ELECTRICAL_TEST, done_on=done)
    line = items()["utilities"].lines[0]
    assert (line.count, line.newest, line.is_missing) == (1, done, False)


def test_the_page_links_to_the_ledgers_and_says_how_much_is_missing(browser, make):
    make.document()
    page = browser(make.someone("principal")).get("/documents/archive").page
    assert "还有16项要补充" in page.text()
    for link in ("/hazards?first=2025-11-23", "/equipment", "/documents?kind=policy"):
        assert link in page.links()


def test_the_index_is_printed_with_its_counts(browser, make):
    make.document()
    text = plain_text(browser(make.someone("officer")).get("/documents/archive.pdf").response.data)
    for words in ("消防档案目录", "合计18216", "应有的制度", "1/11", "缺", "档案管理人（签名）"):
        assert words in text

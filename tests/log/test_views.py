"""The audit log in the browser."""

import pytest

from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.log.labels import act_name, all_acts
from unitsafe.log.queries import content_of


@pytest.fixture
def client(browser, make):
    return browser(make.someone("principal"))


def test_the_log_names_acts_and_people_in_chinese(client, make):
    make.grid()
    text = client.get("/audit").page.text("content")
    assert "建立学校" in text and "添加人员" in text and "人员 principal" in text
    assert "grid.add" not in text and "网格 01-01-01" in text


@pytest.mark.parametrize(
    ("query", "acts"),
    [
        ("act=term.add", {"term.add"}),
        ("subject=school:", {"school.create"}),
        ("subject=grid:", {"grid.add", "grid.spaces"}),
        ("person=1", set()),
    ],
)
def test_the_log_is_filtered(client, make, query, acts):
    make.grid()
    page = client.get(f"/audit?{query}").page
    text = page.text("content")
    if not acts:
        assert "没有符合条件的操作" in text
    for act in acts:
        assert act_name(act) in text


def test_the_log_goes_on_where_the_page_ended(client, session, make, now):
    make.root()
    for number in range(120):
        audit.record(session, "plan.change", f"plan:{number}", by=None, now=now())
    session.commit()
    seen, path = 0, "/audit?subject=plan:"
    for _ in range(3):
        page = client.get(path).page
        seen += page.rows()
        path = next((link for link in page.links() if "after=" in link), "")
    assert (seen, path) == (120, "")


@pytest.mark.parametrize(
    "query",
    ["after=nonsense", "person=x", "person=99999999999999999999", "act=%25", "subject=%25_%5C:"],
)
def test_a_damaged_address_still_shows_a_page(client, query):
    assert client.get(f"/audit?{query}").status == 200


@pytest.mark.parametrize("role", ["teacher", "officer", "inspector"])
def test_the_log_is_for_those_who_may_see_it(browser, make, role):
    assert browser(make.someone(role)).get("/audit").status == 403


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"before": {"a": 1, "b": 2}, "after": {"a": 1, "b": 3}}, [("b", "2 → 3")]),
        ({"before": "一层", "after": "首层"}, [("name", "一层 → 首层")]),
        ({"before": {"name": "王"}, "name": "汪", "posts": []}, [("name", "王 → 汪")]),
        ({"note": "", "day": True}, [("day", "✓")]),
        ({"spaces": [1, 2]}, [("spaces", "1、2")]),
        ({}, []),
    ],
)
def test_an_entry_says_what_changed(data, said):
    assert list(content_of(AuditEntry(data=audit.canonical(data)))) == said


def test_every_act_has_a_name():
    assert all(name != act for act, name in all_acts())

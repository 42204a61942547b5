"""The first page, as each person gets it, and as dear with many rows as with few."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from unitsafe import clock
from unitsafe.checks.models import Check
from unitsafe.core import waiting
from unitsafe.core.db import db
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Fix, Level, Source, State


def test_before_there_is_a_school_it_leads_to_the_set_up(browser):
    assert browser().get("/").location == "/setup"


def test_signed_out_it_leads_to_the_sign_in(browser, make):
    make.school()
    assert browser().get("/").location == "/login?next=/"


def test_the_first_page_of_the_day_produces_the_days_checks(browser, make, session):
    client = browser(make.someone("teacher"))
    make.someone("officer")
    assert session.scalar(sa.select(sa.func.count()).select_from(Check)) == 0
    page = client.get("/").page
    assert "网格一日双巡" in page.text()
    before = session.scalar(sa.select(sa.func.count()).select_from(Check))
    assert before > 0
    client.get("/")
    assert session.scalar(sa.select(sa.func.count()).select_from(Check)) == before


SEES_SCHOOL = {
    "principal": True,
    "manager": True,
    "officer": True,
    "director": True,
    "inspector": True,
    "leader": False,
    "teacher": False,
}


@pytest.mark.parametrize(("role", "sees"), SEES_SCHOOL.items())
def test_the_schools_day_is_shown_to_those_who_see_the_school(browser, make, role, sees):
    make.day()
    page = browser(make.someone(role)).get("/").page
    assert ("今日应查已完成" in page.text()) is sees
    assert ("今日全校" in page.text()) is sees


def test_the_day_is_named_by_the_schools_calendar(browser, make, now):
    client = browser(make.someone("teacher"))
    for at, says in (
        ("2026-11-23T08:00", "11月23日 周一 · 教学日 · 第13周"),
        ("2026-11-22T08:00", "11月22日 周日 · 住宿日"),
        ("2026-10-01T08:00", "国庆节"),
        ("2027-02-10T08:00", "不在学期内"),
    ):
        now.set(at)
        assert says in client.get("/").page.text(), at


def test_a_school_without_grids_is_told_what_to_do_first(browser, make):
    page = browser(make.person("某某", ["safety_officer"])).get("/").page
    assert "还没有网格" in page.text()
    assert "/grids" in page.links()


def test_the_server_is_well_when_its_database_answers(browser):
    answer = browser().get("/healthz")
    assert (answer.status, answer.json) == (200, {"status": "ok"})


# -- what a page costs -----------------------------------------------------------------------------


@pytest.fixture
def statements(app, browser, make):
    """How many SQL statements a page needs."""

    def count(role, path):
        client, sent = browser(make.someone(role)), []
        client.get(path)

        def note(*args):
            sent.append(args[2])

        with app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            assert client.get(path).status == 200
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)
        return [sql for sql in sent if not sql.startswith("BEGIN")]

    return count


@pytest.fixture
def many(make, session, now):
    """A school with one of everything, and then with many."""
    for role in ("officer", "teacher", "leader", "manager", "principal"):
        make.someone(role)
    patrol = make.patrol()
    make.submitted(patrol, make.someone("officer"))
    reported, fixed = make.hazard(State.ASSIGNED), make.hazard(State.RECTIFIED)

    def grow():
        copy_checks(session, patrol, now())
        copy_hazards(session, (reported, fixed))
        for number in range(3):
            make.grid(f"{number + 2}层")
        session.commit()

    return grow


def copy_checks(session, patrol, now):
    columns = [c.key for c in sa.inspect(Check).columns if c.key != "id"]
    rows = []
    for number in range(60):
        values = {key: getattr(patrol, key) for key in columns}
        values |= {"target_key": f"x{number}", "place": f"第{number}楼"}
        if number % 2:
            values |= {"state": "due", "submitted_at": None, "submitted_by_id": None}
            values |= {"performed_at": None, "day": patrol.day - timedelta(days=number % 3)}
        rows.append(values)
    session.execute(sa.insert(Check), rows)


def copy_hazards(session, samples):
    for number in range(60):
        like = samples[number % 2]
        session.add(
            Hazard(
                number=f"YH-2025-{number:04d}",
                state=like.state,
                level=Level.NORMAL,
                category="other",
                description=f"第{number}处",
                space_id=like.space_id,
                grid_id=like.grid_id,
                fix=Fix.SCHEDULED,
                source=Source.REPORT,
                found_at=clock.parse("2026-11-20T08:00") + timedelta(minutes=number),
                reporter_id=like.reporter_id,
                holder_id=like.holder_id,
                fixed_by_id=like.fixed_by_id,
                due_on=clock.parse("2026-11-10T08:00").date(),
            )
        )


@pytest.mark.parametrize("role", ["principal", "manager", "officer", "leader", "teacher"])
@pytest.mark.parametrize("path", ["/", "/checks", "/hazards"])
def test_a_page_takes_as_many_statements_for_many_rows_as_for_few(statements, many, role, path):
    few = statements(role, path)
    many()
    assert len(statements(role, path)) == len(few)
    sees_coverage = path == "/" and role not in ("leader", "teacher")
    assert len(few) <= (97 if sees_coverage else 45), "\n".join(few)


def test_what_features_have_waiting_stands_on_the_page_the_late_first(browser, make, monkeypatch):
    def source(session, actor, today):
        yield waiting.Waiting("/a", 3, "灭火器快到期", "60天内要送修", "去看", "warn")
        yield waiting.Waiting("/b", 1, "演练超期", "上月应演练1次", "去安排", "late")

    monkeypatch.setitem(waiting._sources, "test", source)
    page = browser(make.someone("officer")).get("/").page
    assert page.text().index("演练超期") < page.text().index("灭火器快到期")
    assert {"/a", "/b"} <= set(page.links())


def test_of_many_things_that_wait_the_least_urgent_are_folded(browser, make, monkeypatch):
    kinds = ["warn", "due", "warn", "late", "warn", "warn", "late", "due"]

    def source(session, actor, today):
        for n, kind in enumerate(kinds):
            yield waiting.Waiting(f"/{kind}/{n}", n, f"第{n}件", "说明", "去看", kind)

    monkeypatch.setattr(waiting, "_sources", {"test": source})
    page = browser(make.someone("teacher")).get("/").page
    found = [link[1:-2] for link in page.links() if link[1:-2] in kinds]
    assert found == ["late"] * 2 + ["due"] * 2 + ["warn"] * 4
    assert "还有3件" in page.text() and "今天没有要您做的" not in page.text()

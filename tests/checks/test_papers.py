"""What the month grid and the single record print, traced back to the rows."""

from datetime import date

import pytest
import sqlalchemy as sa

from unitsafe import clock, content
from unitsafe.checks import papers, planning, queries, services
from unitsafe.checks.models import Check
from unitsafe.checks.rules import EntrySource, Result
from unitsafe.checks.versions import checklist
from unitsafe.hazards.rules import Fix, Level

NOVEMBER = date(2026, 11, 1)
EXIT = "dp_exit_clear"


@pytest.fixture
def month(app, make, session, now):
    """The month grid of a form and a place."""

    def grid(key="daily_fire_patrol", target="", paper="a4"):
        actor = make.actor(make.someone("principal"))
        span = papers.month_span(NOVEMBER)
        if not target:
            found = sa.select(Check.target_key).where(Check.checklist_key == key)
            target = session.scalars(found).first() or "b1"
        with app.test_request_context():
            checks = queries.month(session, actor, key, target, *span)
            return papers.month_grid(
                session,
                make.school(),
                checks,
                form=content.load().checklists[key],
                place="教学楼",
                month=NOVEMBER,
                paper=paper,
                plan=content.load().plans[key],
                now=now(),
            )

    return grid


@pytest.fixture
def days(make, app, session, now):
    """Produce the days of November one by one at six in the morning, as the server does."""
    make.someone("officer"), make.someone("teacher")

    def produce(*numbers):
        for number in numbers:
            now.set(f"2026-11-{number:02d}T06:00")
            with app.app_context():
                planning.plan_day(session, NOVEMBER.replace(day=number), now=now())
        session.commit()

    return produce


def patrol(session, day):
    return session.scalars(
        sa.select(Check).where(
            Check.checklist_key == "daily_fire_patrol", Check.day == NOVEMBER.replace(day=day)
        )
    ).one()


def test_the_span_of_a_month_is_its_first_and_last_day():
    assert papers.month_span(date(2026, 11, 23)) == (date(2026, 11, 1), date(2026, 11, 30))
    assert papers.month_span(date(2028, 2, 29)) == (date(2028, 2, 1), date(2028, 2, 29))
    assert papers.month_span(date(2026, 12, 31)) == (date(2026, 12, 1), date(2026, 12, 31))


def test_the_month_counts_what_was_due_done_late_and_missed(make, app, days, session, now, month):
    days(2, 3, 4, 5, 6)
    officer, manager = make.someone("officer"), make.someone("manager")
    now.set("2026-11-02T09:00")
    on_time = make.submitted(patrol(session, 2), officer)
    with app.app_context():
        services.countersign(session, on_time, note="", by=make.actor(manager), now=now())
    session.commit()
    now.set("2026-11-05T09:00")
    late = patrol(session, 3)
    sheet = make.answered(late, officer, dp_fire_use=Result.NA)
    with app.app_context():
        services.submit(
            session,
            late,
            sheet,
            note="",
            performed_at=clock.parse("2026-11-03T17:00"),
            source=EntrySource.PAPER,
            by=make.actor(officer),
            now=now(),
        )
        services.skip(session, patrol(session, 4), reason="停电", by=make.actor(officer), now=now())
    session.commit()
    now.set("2026-11-06T09:00")
    data = month()
    assert data["counts"] == {"expected": 4, "done": 2, "backfilled": 1, "missed": 1}
    first = data["items"][0]
    assert [cell for day, cell in enumerate(first["cells"], 1) if day in (2, 3, 4, 5)] == [
        [{"mark": "ok", "backfill": False}],
        [{"mark": "na", "backfill": True}],
        [{"mark": "none", "backfill": False}],
        [{"mark": "none", "backfill": False}],
    ]
    assert first["cells"][0] == first["cells"][29] == []
    columns = data["columns"]
    assert columns[1] == {
        "patroller": ["officer"],
        "countersigner": ["manager"],
        "signed_on": ["11-02"],
        "backfill": False,
    }
    assert columns[2]["backfill"] and columns[2]["countersigner"] == []
    assert columns[3]["patroller"] == []


def test_every_list_of_days_has_the_months_length(days, month):
    days(2)
    data = month()
    assert len(data["days"]) == len(data["columns"]) == 30
    assert {len(item["cells"]) for item in data["items"]} == {30}
    assert [item["no"] for item in data["items"]] == list(range(1, 18))
    assert data["days"][0] == {"day": 1, "weekday": "日", **rest_of(data["days"][0])}
    assert data["days"][1]["weekday"] == "一"


def rest_of(day):
    return {key: value for key, value in day.items() if key not in ("day", "weekday")}


def test_two_walks_a_day_stand_side_by_side(make, days, month, session, now):
    days(2)
    now.set("2026-11-02T08:00")
    walk = session.scalars(
        sa.select(Check).where(Check.checklist_key == "grid_walk").order_by(Check.round_no)
    ).first()
    make.submitted(walk, make.someone("teacher"))
    data = month("grid_walk")
    assert data["rounds"] == 2
    assert [mark["mark"] for mark in data["items"][0]["cells"][1]] == ["ok", "none"]
    assert data["counts"]["expected"] == 2


def test_what_was_out_of_order_is_listed_with_its_hazard(make, app, days, month, session, now):
    days(2)
    now.set("2026-11-02T09:00")
    officer, check = make.someone("officer"), patrol(session, 2)
    make.answered(check, officer, **{EXIT: Result.FAIL})
    with app.app_context():
        hazard = services.add_finding(
            session,
            check,
            EXIT,
            description="后门上锁",
            category="evac_blocked",
            level=Level.SERIOUS,
            fix=Fix.SCHEDULED,
            space_id=make.space_in(make.grid()).id,
            by=make.actor(officer),
            now=now(),
        )
    session.commit()
    hand_in(make, app, check, officer)
    (row,) = month()["abnormal"]
    assert (row["day"], row["text"], row["hazard"]) == (2, "后门上锁", hazard.number)
    assert row["handling"] == "限期整改 · 整改中"
    assert month()["items"][1]["cells"][1][0]["mark"] in ("ok", "fail")


def hand_in(make, app, check, by):
    from unitsafe.checks import taps

    with app.app_context():
        services.submit(
            make.session,
            check,
            taps.read_sheet(make.session, check.id),
            note="",
            performed_at=None,
            source=EntrySource.SCREEN,
            by=make.actor(by),
            now=make.now(),
        )
    make.session.commit()


def test_a_corrected_record_counts_once_with_its_new_answers(make, app, days, month, session, now):
    days(2)
    now.set("2026-11-02T09:00")
    officer = make.someone("officer")
    check = make.submitted(patrol(session, 2), officer)
    with app.app_context():
        version = services.correct(session, check, reason="漏记", by=make.actor(officer), now=now())
    session.commit()
    make.answered(version, officer, dp_fire_use=Result.NA)
    assert month()["items"][0]["cells"][1][0]["mark"] == "ok"  # not handed in yet
    hand_in(make, app, version, officer)
    assert month()["items"][0]["cells"][1][0]["mark"] == "na"
    assert month()["counts"]["expected"] == 1


def test_the_days_to_come_are_due_as_the_plan_and_the_calendar_say(make, month):
    make.grid()

    def ahead(key, target):
        return [day["day"] for day in month(key, target)["days"] if day["expected"]]

    assert ahead("daily_fire_patrol", "b1") == [24, 25, 26, 27, 29, 30]  # boarders come on Sunday
    assert ahead("grid_walk", "g1") == [24, 25, 26, 27, 30]
    assert month()["counts"]["done"] == 0


# -- one record ------------------------------------------------------------------------------------


@pytest.fixture
def record(app, make, session, now):
    def sheet(check):
        actor = make.actor(make.someone("principal"))
        with app.test_request_context():
            found = queries.check(session, actor, check.id)
            return papers.check_record(session, make.school(), found, now=now())

    return sheet


def test_one_record_says_who_when_what_and_who_signed(make, app, session, now, record):
    officer, manager = make.someone("officer"), make.someone("manager")
    check = make.patrol()
    make.answered(check, officer, dp_fire_use=Result.NA)
    hand_in(make, app, check, officer)
    with app.app_context():
        services.countersign(session, check, note="", by=make.actor(manager), now=now())
    session.commit()
    data, files = record(check)
    facts = {fact["label"]: fact["value"] for fact in data["facts"]}
    assert facts["检查时间"] == "2026-11-23 08:00"
    assert (facts["部位"], facts["检查人"], facts["状态"]) == ("教学楼", "officer", "已签字")
    assert [signer["names"] for signer in data["signatures"]] == [["officer"], ["manager"]]
    assert [item["answer"] for item in data["items"]][:2] == ["na", "ok"]
    assert (data["version"], data["history"], files) == ("2026-11", [], {})


def test_a_number_is_printed_with_its_unit_and_without_idle_zeros(make, app, session, now, record):
    from decimal import Decimal

    from unitsafe.checks import taps

    officer = make.someone("officer")
    check = next(c for c in make.day() if c.checklist_key == "monthly_facility")
    with app.app_context():
        sheet = taps.read_sheet(session, check.id)
        given = {
            "mf_ext_done": taps.Given(Result.OK, Decimal(100)),
            "mf_hyd_press": taps.Given(Result.OK, Decimal("0.50")),
        }
        taps.save_answers(session, sheet, given, by=make.actor(officer), now=now())
    session.commit()
    data, _files = record(check)
    values = {item["no"]: item["value"] for item in data["items"] if item["value"]}
    assert sorted(values.values()) == ["0.5 MPa", "100 %"]


def test_photos_are_named_by_their_item(make, app, session, now, record):
    officer, check = make.someone("officer"), make.patrol()
    photo = make.photo(officer)
    with app.app_context():
        services.add_photo(session, check, EXIT, photo.id, by=make.actor(officer), now=now())
        keys = [item.key for item in checklist(session, check.checklist_id).items]
    session.commit()
    data, files = record(check)
    assert files == {f"photo{photo.id}": photo.id}
    number = keys.index(EXIT) + 1
    assert data["photos"][0]["caption"] == f"第{number}项 · 教学楼 · 2026-11-23 08:00"


def test_a_correction_prints_every_version_with_its_reason(make, app, session, now, record):
    officer = make.someone("officer")
    check = make.submitted(make.patrol(), officer)
    now.set("2026-11-23T09:00")
    with app.app_context():
        version = services.correct(
            session, check, reason="漏记一处", by=make.actor(officer), now=now()
        )
    session.commit()
    assert [row["version"] for row in record(version)[0]["history"]] == [1]
    hand_in(make, app, version, officer)
    history = record(version)[0]["history"]
    assert [(row["version"], row["at"], row["note"]) for row in history] == [
        (1, "2026-11-23 08:00", ""),
        (2, "2026-11-23 09:00", "漏记一处"),
    ]
    assert record(version)[0]["version"] == "2026-11"


@pytest.mark.parametrize("key", sorted(content.load().checklists))
def test_every_checklist_has_a_blank_sheet_without_a_single_tick(make, app, now, key):
    form = content.load().checklists[key]
    with app.test_request_context():
        data = papers.blank_sheet(make.school(), form, now=now())
    assert data["blank"]
    assert [item["text"] for item in data["items"]] == [item.text for item in form.items]
    assert {item["answer"] for item in data["items"]} == {"none"}
    assert not [signer for signer in data["signatures"] if signer["names"]]

"""Filling in a check, signing it, correcting it, through the browser."""

import re

import pytest
import sqlalchemy as sa

from tests.factories import picture
from unitsafe.checks import queries
from unitsafe.checks.models import Answer, Check, CheckPhoto, Finding
from unitsafe.checks.rules import Result, State
from unitsafe.hazards.models import Hazard, HazardPhoto
from unitsafe.hazards.rules import State as HazardState


@pytest.fixture
def officer(make):
    return make.someone("officer")


@pytest.fixture
def patrol(make):
    return make.patrol()


def rows(session, check_id, item="dp_fire_use"):
    query = sa.select(Answer).where(Answer.check_id == check_id, Answer.item_key == item)
    return session.scalars(query.order_by(Answer.id)).all()


def test_the_sheet_asks_every_item_and_ticks_none(browser, officer, patrol):
    page = browser(officer).get(f"/checks/{patrol.id}").page
    radios = [e for e in page.root.iter("input") if e.get("type") == "radio"]
    assert len(radios) == 17 * 3
    assert not [e for e in radios if e.get("checked") is not None]
    legends = ["".join(e.itertext()) for e in page.root.iter("legend")]
    assert legends[0] == "1. 用火无违章：无吸烟、焚烧、蜡烛蚊香等明火"


def test_a_tap_appends_one_row_and_answers_with_the_item_and_the_progress(
    browser, officer, patrol, session
):
    client = browser(officer)
    page = client.hx("POST", f"/checks/{patrol.id}/answers", {"answer-dp_fire_use": "ok"}).page
    assert [row.result for row in rows(session, patrol.id)] == [Result.OK]
    assert not page.whole
    assert page.text("progress").startswith("1 / 17")
    assert page.text().startswith("已保存 08:00 撤销")  # markup, not its text
    assert session.get(Check, patrol.id).state is State.IN_PROGRESS


def test_the_same_tap_twice_is_one_row(browser, officer, patrol, session):
    client = browser(officer)
    for _ in range(2):
        client.hx("POST", f"/checks/{patrol.id}/answers", {"answer-dp_fire_use": "ok"})
    assert len(rows(session, patrol.id)) == 1


def test_a_changed_mind_is_a_newer_row(browser, officer, patrol, session):
    client = browser(officer)
    for answer in ("ok", "fail"):
        client.hx("POST", f"/checks/{patrol.id}/answers", {"answer-dp_fire_use": answer})
    assert [row.result for row in rows(session, patrol.id)] == [Result.OK, Result.FAIL]


def test_undo_takes_the_last_tap_back_within_ten_seconds(browser, officer, patrol, session, now):
    client = browser(officer)
    client.hx("POST", f"/checks/{patrol.id}/answers", {"answer-dp_fire_use": "ok"})
    now.set("2026-11-23T08:00:09")
    page = client.hx("POST", f"/checks/{patrol.id}/undo/dp_fire_use").page
    assert rows(session, patrol.id)[-1].result is Result.CLEARED
    assert page.text("progress").startswith("0 / 17")


def test_undo_is_refused_later(browser, officer, patrol, session, now):
    client = browser(officer)
    client.hx("POST", f"/checks/{patrol.id}/answers", {"answer-dp_fire_use": "ok"})
    now.set("2026-11-23T08:01:00")
    answer = client.hx("POST", f"/checks/{patrol.id}/undo/dp_fire_use")
    assert answer.status == 409
    assert "已经过了撤销时间" in answer.page.text()
    assert len(rows(session, patrol.id)) == 1


def test_a_failed_item_opens_the_hazard_form_filled_from_the_item(browser, officer, patrol):
    page = (
        browser(officer)
        .hx("POST", f"/checks/{patrol.id}/answers", {"answer-dp_exit_clear": "fail"})
        .page
    )
    assert page.value("finding-dp_exit_clear-description").startswith("不符合要求：安全出口")
    selected = {
        option.get("value")
        for option in page.root.iter("option")
        if option.get("selected") is not None
    }
    assert {"serious", "on_spot", "evac_blocked"} <= selected


def test_the_hazard_of_a_failed_item_has_number_holder_and_deadline(
    browser, officer, patrol, make, session
):
    make.someone("teacher")
    client, space = browser(officer), make.space_in(make.grid())
    page = client.hx("POST", f"/checks/{patrol.id}/findings/dp_exit_clear", finding(space)).page
    hazard = session.scalars(sa.select(Hazard)).one()
    assert hazard.number == "YH-2026-0001"
    assert (hazard.state, hazard.holder_id) == (HazardState.ASSIGNED, make.someone("teacher").id)
    assert hazard.due_on.isoformat() == "2026-11-30"
    assert "YH-2026-0001" in page.text()


def finding(space, item="dp_exit_clear", **changes):
    return {
        f"answer-{item}": "fail",
        f"finding-{item}-space_id": space.id,
        f"finding-{item}-description": "后门上了锁",
        f"finding-{item}-level": "serious",
        f"finding-{item}-fix": "scheduled",
        f"finding-{item}-category": "evac_blocked",
        **changes,
    }


def test_a_refused_submission_makes_no_hazard_and_keeps_the_words(
    browser, officer, patrol, make, session
):
    client, space = browser(officer), make.space_in(make.grid())
    answer = client.post(f"/checks/{patrol.id}/submit", finding(space))
    assert answer.status == 422
    assert session.scalars(sa.select(Hazard)).all() == []
    assert answer.page.value("finding-dp_exit_clear-description").strip() == "后门上了锁"


def test_a_whole_submission_makes_the_hazard_that_is_written_on_it(
    browser, officer, patrol, make, session
):
    sheet = make.answered(patrol, officer)
    data = {
        **{f"answer-{item.key}": "ok" for item in sheet.items},
        **finding(make.space_in(make.grid())),
        "finding-dp_exit_clear-without_photo": "y",
    }
    assert browser(officer).post(f"/checks/{patrol.id}/submit", data).status == 303
    assert [one.description for one in session.scalars(sa.select(Hazard))] == ["后门上了锁"]
    session.refresh(patrol)
    assert patrol.fail_count == 1


def test_that_no_photo_can_be_taken_is_still_said_when_the_hazard_is_registered(
    browser, officer, patrol, make
):
    tick = "finding-dp_exit_clear-without_photo"
    data = finding(make.space_in(make.grid()), **{tick: "y"})
    answer = browser(officer).hx("POST", f"/checks/{patrol.id}/findings/dp_exit_clear", data)
    assert answer.status == 200
    assert answer.page.find(tick).get("checked") is not None


def test_a_hazard_without_words_is_refused_and_keeps_what_was_chosen(
    browser, officer, patrol, make, session
):
    data = finding(make.space_in(make.grid()), **{"finding-dp_exit_clear-description": " "})
    answer = browser(officer).hx("POST", f"/checks/{patrol.id}/findings/dp_exit_clear", data)
    assert answer.status == 422
    assert "请填写看到什么" in answer.page.text()
    assert session.scalar(sa.select(sa.func.count()).select_from(Hazard)) == 0
    assert rows(session, patrol.id, "dp_exit_clear")[-1].result is Result.FAIL


def test_a_photo_sent_behind_the_tap_belongs_to_item_and_hazard(
    browser, officer, patrol, make, session
):
    client, space = browser(officer), make.space_in(make.grid())
    client.hx("POST", f"/checks/{patrol.id}/findings/dp_exit_clear", finding(space))
    answer = client.post(
        f"/checks/{patrol.id}/photos/dp_exit_clear", {"photo": (picture(), "a.jpg")}
    )
    assert answer.status == 200
    photo_id = answer.json["id"]
    assert session.scalars(sa.select(CheckPhoto.photo_id)).all() == [photo_id]
    assert session.scalars(sa.select(HazardPhoto.photo_id)).all() == [photo_id]
    assert client.get(answer.json["thumb_url"]).response.mimetype == "image/jpeg"


def test_a_file_that_is_no_photo_is_refused_in_words(browser, officer, patrol, session):
    import io

    answer = browser(officer).post(
        f"/checks/{patrol.id}/photos/dp_exit_clear", {"photo": (io.BytesIO(b"hello"), "a.jpg")}
    )
    assert answer.status == 422
    assert re.search("[一-龥]", answer.json["message"])
    assert session.scalar(sa.select(sa.func.count()).select_from(CheckPhoto)) == 0


def all_ok(**changes):
    from unitsafe import content

    items = content.load().checklists["daily_fire_patrol"].items
    return {f"answer-{item.key}": "ok" for item in items} | changes


def test_submitting_names_what_is_unanswered_and_keeps_the_rest(browser, officer, patrol, session):
    data = all_ok()
    del data["answer-dp_ebike"]
    answer = browser(officer).post(f"/checks/{patrol.id}/submit", data)
    assert answer.status == 422
    assert "第14项没有回答" in answer.page.text()
    assert len(rows(session, patrol.id)) == 1
    assert session.get(Check, patrol.id).state is State.IN_PROGRESS


def test_a_complete_sheet_is_submitted_once_even_when_sent_twice(browser, officer, patrol, session):
    client = browser(officer)
    key = client.get(f"/checks/{patrol.id}").page.value("once")
    for _ in range(2):
        answer = client.post(f"/checks/{patrol.id}/submit", all_ok(once=key, source="screen"))
        assert answer.status == 303
    check = session.get(Check, patrol.id)
    assert (check.state, check.submitted_by_id) == (State.SUBMITTED, officer.id)
    assert len(rows(session, patrol.id)) == 1


def test_submitting_registers_the_hazards_that_were_typed_but_not_sent(
    browser, officer, patrol, make, session
):
    data = all_ok() | finding(make.space_in(make.grid()))
    data |= {"finding-dp_exit_clear-without_photo": "y", "source": "screen"}
    assert browser(officer).post(f"/checks/{patrol.id}/submit", data).status == 303
    assert session.scalars(sa.select(Finding.item_key)).all() == ["dp_exit_clear"]


def test_a_failed_item_needs_a_photo_or_the_word_that_there_is_none(browser, officer, patrol, make):
    data = all_ok(source="screen") | finding(make.space_in(make.grid()))
    answer = browser(officer).post(f"/checks/{patrol.id}/submit", data)
    assert answer.status == 422
    assert "第3项异常还没有照片" in answer.page.text()


def test_without_javascript_a_photo_comes_with_the_form(browser, officer, patrol, make, session):
    data = all_ok(source="screen") | finding(make.space_in(make.grid()))
    data["photo-dp_exit_clear_file"] = (picture(), "a.jpg")
    assert browser(officer).post(f"/checks/{patrol.id}/submit", data).status == 303
    assert session.scalars(sa.select(CheckPhoto.item_key)).all() == ["dp_exit_clear"]


def test_without_javascript_answers_are_saved_page_by_page(browser, officer, patrol, session):
    answer = browser(officer).post(f"/checks/{patrol.id}/answers", {"answer-dp_fire_use": "na"})
    assert (answer.status, answer.location) == (303, f"/checks/{patrol.id}")
    assert rows(session, patrol.id)[-1].result is Result.NA


def test_an_old_page_does_not_overwrite_what_somebody_else_answered(
    browser, officer, patrol, make, session
):
    other = make.person("门卫", ["gatekeeper"])
    seen = browser(officer).get(f"/checks/{patrol.id}").page.value("seen")
    browser(other).hx("POST", f"/checks/{patrol.id}/answers", {"answer-dp_fire_use": "fail"})
    browser(officer).post(
        f"/checks/{patrol.id}/answers", {"answer-dp_fire_use": "ok", "seen": seen}
    )
    assert rows(session, patrol.id)[-1].result is Result.FAIL


def test_a_submitted_check_takes_no_more_answers(browser, officer, patrol, make, session):
    make.submitted(patrol, officer)
    answer = browser(officer).hx(
        "POST", f"/checks/{patrol.id}/answers", {"answer-dp_fire_use": "fail"}
    )
    assert answer.status == 409
    assert len(rows(session, patrol.id)) == 1


def test_the_manager_countersigns_and_the_patroller_cannot(browser, officer, patrol, make, session):
    make.submitted(patrol, officer)
    assert browser(officer).post(f"/checks/{patrol.id}/countersign").status == 409
    manager = make.someone("manager")
    assert browser(manager).post(f"/checks/{patrol.id}/countersign").status == 303
    check = session.get(Check, patrol.id)
    assert (check.state, check.countersigned_by_id) == (State.COUNTERSIGNED, manager.id)


def test_a_correction_is_a_new_version_and_the_old_one_stays(
    browser, officer, patrol, make, session
):
    make.submitted(patrol, officer)
    client = browser(officer)
    answer = client.post(f"/checks/{patrol.id}/correct", {"reason": "第一项填错"})
    new_id = int(answer.location.rsplit("/", 1)[1])
    client.hx("POST", f"/checks/{new_id}/answers", {"answer-dp_fire_use": "na"})
    client.post(f"/checks/{new_id}/submit", {"source": "screen"})
    old, new = session.get(Check, patrol.id), session.get(Check, new_id)
    assert (old.state, old.superseded_by_id) == (State.SUBMITTED, new.id)
    assert (new.version, new.state) == (2, State.SUBMITTED)
    assert rows(session, patrol.id)[-1].result is Result.OK
    listed = client.get("/checks").page
    assert f"/checks/{new_id}" in listed.links()
    assert f"/checks/{patrol.id}" not in listed.links()


def test_a_missed_check_waits_for_its_reason_or_a_late_entry_marked_as_such(
    browser, officer, patrol, now, session
):
    now.set("2026-11-25T09:00")
    client = browser(officer)
    assert "漏查" in client.get(f"/checks/{patrol.id}").page.text()
    client.post(f"/checks/{patrol.id}/explain", {"reason": "当天外出培训"})
    data = all_ok(source="paper", performed_at="2026-11-23T17:00")
    assert client.post(f"/checks/{patrol.id}/submit", data).status == 303
    check = session.get(Check, patrol.id)
    assert (check.explanation, check.is_backfill, check.source) == ("当天外出培训", True, "paper")
    assert "补录" in client.get(f"/checks/{patrol.id}").page.text()


def test_a_late_entry_says_when_it_was_really_done(browser, officer, patrol, now):
    now.set("2026-11-25T09:00")
    answer = browser(officer).post(f"/checks/{patrol.id}/submit", all_ok(source="screen"))
    assert answer.status == 422
    assert "请写明实际检查时间" in answer.page.text()


def test_a_skip_is_recorded_with_its_reason(browser, officer, patrol, session):
    client = browser(officer)
    assert client.post(f"/checks/{patrol.id}/skip", {"reason": ""}).status == 422
    assert client.post(f"/checks/{patrol.id}/skip", {"reason": "台风停课"}).status == 303
    assert session.get(Check, patrol.id).state is State.SKIPPED


def test_a_teacher_sees_and_fills_only_their_own(browser, patrol, make):
    walk = make.walk()
    teacher, other = make.someone("teacher"), make.person("别的老师", ["subject_teacher"])
    assert browser(teacher).get(f"/checks/{walk.id}").status == 200
    assert browser(teacher).get(f"/checks/{patrol.id}").status == 404
    assert browser(other).get(f"/checks/{walk.id}").status == 404
    tap = browser(other).hx("POST", f"/checks/{walk.id}/answers", {"answer-gw_floor": "ok"})
    assert tap.status == 409


def test_a_number_out_of_range_is_a_failure(browser, officer, make, session):
    monthly = next(c for c in make.day() if c.checklist_key == "monthly_facility")
    client = browser(officer)
    page = client.hx("POST", f"/checks/{monthly.id}/answers", {"answer-mf_hyd_press": "0.05"}).page
    assert "超出正常范围" in page.text()
    bad = client.hx("POST", f"/checks/{monthly.id}/answers", {"answer-mf_hyd_press": "abc"})
    assert bad.status == 409
    assert "不是数字" in bad.page.text()


def test_the_ledger_pages_and_filters(browser, officer, make, now):
    for day in range(2, 29):
        make.day(now.set(f"2026-11-{day:02d}T08:00").date())
    client = browser(officer)
    first = client.get("/checks?checklist=grid_walk").page
    assert first.rows() == 25
    following = next(link for link in first.links() if "after=" in link)
    second = client.get(following).page
    assert (
        set(first.links())
        & set(second.links())
        & {link for link in first.links() if re.fullmatch(r"/checks/\d+", link)}
        == set()
    )
    assert client.get("/checks?status=done").page.rows() == 0
    assert client.hx("GET", "/checks?checklist=grid_walk").page.whole is False


def test_the_ledger_of_a_building_has_the_walks_of_its_grids(browser, officer, make):
    checks = [one for one in make.day() if one.day.isoformat() == "2026-11-23"]
    client, today = browser(officer), "first=2026-11-23&last=2026-11-23"
    own, hall = make.building(), make.building("综合楼")
    walks = [one for one in checks if one.checklist_key == "grid_walk"]
    page = client.get(f"/checks?building={own.id}&{today}&checklist=grid_walk&daily=1").page
    assert page.rows() == len(walks) > 0 and f"共 {len(walks)} 条" in page.text()
    assert client.get(f"/checks?building={hall.id}&{today}&checklist=grid_walk").page.rows() == 0


def test_the_ledger_of_the_daily_checks_holds_what_had_to_be_done(
    browser, officer, make, now, session
):
    now.set("2026-12-01T08:00")
    keys = ("grid_walk", "daily_fire_patrol", "night_dorm")
    checks = make.day()
    daily = [one for one in checks if one.checklist_key in keys]
    assert 0 < len(daily) < len(checks)
    client, url = browser(officer), "/checks?first=2026-12-01&last=2026-12-01&daily=1"
    page = client.get(url).page
    assert page.rows() == len(daily) and "未到时间" in page.text()
    daily[0].state = State.SKIPPED
    session.commit()
    assert client.get(url).page.rows() == len(daily) - 1


def test_the_month_grid_is_shown_and_printed(browser, officer, patrol, make):
    make.submitted(patrol, officer)
    client = browser(officer)
    page = client.get("/checks/month?checklist=daily_fire_patrol&month=2026-11").page
    assert "应查 1 次，完成 1 次" in page.text()
    pdf = next(link for link in page.links() if link.startswith("/checks/month.pdf"))
    answer = client.get(pdf)
    assert answer.response.mimetype == "application/pdf"
    assert answer.response.data.startswith(b"%PDF")


def test_one_check_and_a_blank_sheet_print(browser, officer, patrol, make):
    make.submitted(patrol, officer)
    client = browser(officer)
    for path in (f"/checks/{patrol.id}.pdf", "/checklists/night_dorm.pdf"):
        assert client.get(path).response.data.startswith(b"%PDF")


def test_a_ledger_of_thousands_says_that_it_holds_more_than_it_counts(
    browser, officer, patrol, monkeypatch
):
    client = browser(officer)
    many = client.get("/checks").page.rows()
    for most, said in ((many, f"共 {many} 条"), (many - 1, f"超过 {many - 1} 条")):
        monkeypatch.setattr(queries, "MOST_COUNTED", most)
        assert said in client.get("/checks").page.text()

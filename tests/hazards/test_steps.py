"""Steps beside the straight way from found to closed: time, gravity, letters, supervision, rating."""

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from unitsafe.core.audit import AuditEntry
from unitsafe.core.domain import NotAllowed, RuleError
from unitsafe.hazards import escalation, queries, services
from unitsafe.hazards.models import Hazard, HazardEvent
from unitsafe.hazards.rules import Action, Card, CardNumbers, Fix, Level, Source, State

TODAY = date(2026, 11, 23)
REASON = {"reason": "看过现场"}


@pytest.fixture
def do(app, make, session, now):
    """A service as somebody: ``do("close", hazard, "director", note="")``."""

    def call(name, hazard, who, **values):
        person = make.actor(make.someone(who) if isinstance(who, str) else who)
        try:
            with app.app_context():
                getattr(services, name)(session, hazard, by=person, now=now(), **values)
            session.commit()
        except RuleError:
            session.rollback()
            raise

    return call


def events(session, hazard):
    return session.scalars(
        sa.select(HazardEvent).where(HazardEvent.hazard_id == hazard.id).order_by(HazardEvent.id)
    ).all()


# -- time ------------------------------------------------------------------------------------------


def test_the_holder_asks_for_time_and_keeps_the_deadline_until_it_is_answered(make, do):
    hazard = make.hazard()
    before, wanted = hazard.due_on, TODAY + timedelta(10)
    do("request_extension", hazard, "teacher", due_on=wanted, **REASON)
    assert (hazard.due_on, hazard.extension_to) == (before, wanted)
    do("grant_extension", hazard, "officer", due_on=wanted, note="")
    assert (hazard.due_on, hazard.extension_to) == (wanted, None)


def test_a_refused_extension_leaves_the_deadline_and_may_be_asked_again(make, do):
    hazard = make.hazard()
    before = hazard.due_on
    do("request_extension", hazard, "teacher", due_on=TODAY + timedelta(10), **REASON)
    do("refuse_extension", hazard, "manager", **REASON)
    assert (hazard.due_on, hazard.extension_to) == (before, None)
    do("request_extension", hazard, "teacher", due_on=TODAY + timedelta(5), **REASON)


def test_an_earlier_day_is_no_extension_and_a_past_one_no_deadline(make, do, now):
    hazard = make.hazard()
    with pytest.raises(RuleError, match="比原期限"):
        do("request_extension", hazard, "teacher", due_on=hazard.due_on, **REASON)
    do("request_extension", hazard, "teacher", due_on=TODAY + timedelta(9), **REASON)
    with pytest.raises(RuleError, match="今天"):
        do("grant_extension", hazard, "officer", due_on=TODAY - timedelta(1), note="")


def test_a_new_deadline_takes_the_card_away_and_begins_the_telling_anew(make, do, session, now):
    hazard = make.hazard()
    hazard.due_on, hazard.told_step = TODAY - timedelta(20), 3
    session.commit()
    do("request_extension", hazard, "teacher", due_on=TODAY + timedelta(3), **REASON)
    do("grant_extension", hazard, "officer", due_on=TODAY + timedelta(3), note="")
    assert hazard.card(TODAY, CardNumbers()) is None and hazard.told_step == 0


# -- gravity ---------------------------------------------------------------------------------------


def test_confirmed_major_is_out_of_use_at_once_and_only_the_principal_closes_it(make, do, session):
    hazard = make.hazard(level=Level.SUSPECTED_MAJOR)
    with pytest.raises(NotAllowed):
        do("confirm_major", hazard, "officer", **REASON)
    do("confirm_major", hazard, "manager", **REASON)
    assert (hazard.level, hazard.stop_use) == (Level.MAJOR, True)
    with pytest.raises(RuleError, match="整改完成以前"):
        do("resume_use", hazard, "manager", **REASON)
    photo = make.photo(make.someone("teacher")).id
    do("report_done", hazard, "teacher", measure="已拆除", photo_ids=[photo])
    with pytest.raises(NotAllowed, match="校长"):
        do("close", hazard, "manager", note="")
    do("close", hazard, "principal", note="")
    assert (hazard.state, hazard.stop_use) == (State.CLOSED, False)


def test_what_is_not_major_is_downgraded_with_a_reason(make, do):
    hazard = make.hazard(level=Level.SUSPECTED_MAJOR)
    with pytest.raises(RuleError):
        do("downgrade", hazard, "manager", level=Level.MAJOR, **REASON)
    do("downgrade", hazard, "manager", level=Level.SERIOUS, **REASON)
    assert hazard.level is Level.SERIOUS
    with pytest.raises(RuleError):
        do("downgrade", hazard, "manager", level=Level.SERIOUS, **REASON)


def test_what_may_be_major_is_neither_fixed_on_the_spot_nor_closed_before_it_is_decided(make, do):
    hazard = make.hazard(State.RECTIFIED, level=Level.SUSPECTED_MAJOR)
    with pytest.raises(RuleError, match="确认或降级"):
        do("close", hazard, "principal", note="")
    do("downgrade", hazard, "principal", level=Level.SERIOUS, **REASON)
    do("close", hazard, "principal", note="")


def test_stopping_and_using_again_stand_among_the_events(make, do, session):
    hazard = make.hazard(State.RECTIFIED, level=Level.SUSPECTED_MAJOR)
    do("confirm_major", hazard, "manager", **REASON)
    do("close", hazard, "principal", note="")
    actions = [event.action for event in events(session, hazard)][-4:]
    assert actions == [Action.CONFIRM_MAJOR, Action.STOP_USE, Action.CLOSE, Action.RESUME_USE]


def test_the_reply_to_a_letter_is_kept_after_closing(make, do):
    hazard = make.hazard()
    do("escalate", hazard, "officer", body="区教育局", document_no="", **REASON)
    do("reject", hazard, "director", **REASON)
    do("escalation_reply", hazard, "officer", reply="收悉", document_no="")


# -- letters ---------------------------------------------------------------------------------------


def test_a_letter_up_and_its_answer_stand_together_and_a_new_letter_waits_again(make, do, session):
    hazard = make.hazard()
    letter = {"body": "区教育局", "document_no": "教安〔2026〕12号", **REASON}
    do("escalate", hazard, "officer", **letter)
    do("escalation_reply", hazard, "officer", reply="月底前来人", document_no="")
    assert hazard.escalated_to == "区教育局"
    latest = queries.last_replies(events(session, hazard))
    assert latest[Action.ESCALATE].document_no == "教安〔2026〕12号"
    assert latest[Action.ESCALATION_REPLY].note == "月底前来人"
    do("escalate", hazard, "officer", **letter | {"body": "消防救援大队"})
    assert Action.ESCALATION_REPLY not in queries.last_replies(events(session, hazard))


def test_an_outside_body_gets_it_and_the_holder_follows_it_to_the_end(make, do):
    hazard = make.hazard()
    do("transfer", hazard, "leader", body="供电公司", document_no="", **REASON)
    do("transfer_reply", hazard, "officer", reply="周五换表", document_no="函3")
    assert (hazard.transferred_to, hazard.state) == ("供电公司", State.ASSIGNED)
    assert hazard.holder_id == make.someone("teacher").id


# -- supervision -----------------------------------------------------------------------------------


def test_a_supervised_case_asks_for_progress_every_week(make, do, session, now):
    hazard, director = make.hazard(), make.someone("director")
    do("supervise", hazard, "principal", to=director, due_on=TODAY + timedelta(30), **REASON)
    actor = make.actor(director)
    assert not queries.without_progress(session, actor, now())
    now.set("2026-12-01T08:00")
    assert [one.id for one in queries.without_progress(session, actor, now())] == [hazard.id]
    do("progress", hazard, "director", note="已下单")
    assert not queries.without_progress(session, actor, now())
    with pytest.raises(NotAllowed):
        do("progress", hazard, "leader", note="我也写")


# -- lateness --------------------------------------------------------------------------------------


def told(session, hazard):
    return [event.to_id for event in events(session, hazard) if event.action is Action.REMIND]


def tell(app, session, now):
    with app.app_context():
        found = escalation.tell(session, now=now())
    session.commit()
    return found


def test_each_step_of_lateness_tells_the_next_person_once(app, make, session, now):
    leader, manager, principal = (make.someone(role) for role in ("leader", "manager", "principal"))
    hazard = make.hazard()
    assert tell(app, session, now) == 0
    expected = []
    for days, person in ((1, leader), (8, manager), (15, principal)):
        now.set(f"{hazard.due_on + timedelta(days)}T08:00")
        assert tell(app, session, now) == 1
        assert tell(app, session, now) == 0
        expected.append(person.id)
        assert told(session, hazard) == expected
    assert hazard.id in {
        one.id
        for one in escalation.told_to(session, make.actor(principal), hazard.due_on + timedelta(15))
    }


def test_after_a_long_silence_everybody_on_the_way_up_is_told(app, make, session, now):
    for role in ("leader", "manager", "principal"):
        make.someone(role)
    hazard = make.hazard()
    now.set(f"{hazard.due_on + timedelta(40)}T08:00")
    assert tell(app, session, now) == 3
    assert hazard.told_step == 3


def test_the_leader_who_has_to_fix_it_is_not_told_of_himself(app, make, session, now):
    leader, principal = make.someone("leader"), make.someone("principal")
    hazard = make.hazard()
    hazard.holder_id = leader.id
    session.commit()
    now.set(f"{hazard.due_on + timedelta(1)}T08:00")
    tell(app, session, now)
    assert leader.id not in told(session, hazard)
    assert told(session, hazard) in ([principal.id], [None])


def test_a_lifted_card_stays_off_until_it_would_be_graver(make, do, session):
    hazard = make.hazard()
    hazard.due_on = TODAY - timedelta(2)
    session.commit()
    do("lift_card", hazard, "manager", reason="配件明天到")
    assert hazard.card(TODAY, CardNumbers()) is None
    assert hazard.card(TODAY + timedelta(10), CardNumbers()) is Card.RED
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert json.loads(entry.data)["note"] == "配件明天到"
    with pytest.raises(RuleError, match="没有红黄牌"):
        do("lift_card", hazard, "manager", reason="再来")


# -- again -----------------------------------------------------------------------------------------


def test_the_third_time_in_30_days_is_flagged_and_rejected_ones_do_not_count(make, do, session):
    first = make.hazard()
    assert first.times == 1
    do("reject", make.hazard(), "director", reason="重复登记")
    second, third = make.hazard(), make.hazard()
    assert (second.times, third.times) == (2, 3)
    assert third.card(TODAY, CardNumbers()) is Card.YELLOW
    assert second.card(TODAY, CardNumbers()) is None


def test_a_recurrence_names_the_old_one(make, browser, session):
    old = make.hazard(State.CLOSED)
    client = browser(make.someone("officer"))
    page = client.get(f"/hazards/new?again={old.number}").page
    assert page.value("again") == old.number and old.number in page.text()
    client.post(
        "/hazards/new",
        {
            "again": old.number,
            "space_id": old.space_id,
            "description": "书柜又回来了",
            "category": "evac_blocked",
            "level": "normal",
            "fix": "scheduled",
        },
    )
    new = session.scalars(sa.select(Hazard).order_by(Hazard.id.desc())).first()
    assert new.recurrence_of_id == old.id
    assert new.number in client.get(f"/hazards/{old.number}").page.text()


# -- rating ----------------------------------------------------------------------------------------


def test_the_finder_is_told_on_todays_page_and_rates_once(make, browser, session, now):
    finder = make.person("发现人", ["subject_teacher"])
    hazard = make.hazard(State.CLOSED, by=finder)
    client = browser(finder)
    assert "您报的已办结" in client.get("/").page.text()
    answer = client.post(f"/hazards/{hazard.number}/rate", {"stars": "5", "note": "很快"})
    assert answer.status == 303
    session.refresh(hazard)
    assert hazard.rating == 5
    assert "您报的已办结" not in client.get("/").page.text()
    assert client.post(f"/hazards/{hazard.number}/rate", {"stars": "1"}).status == 409


def test_somebody_else_does_not_rate(make, browser):
    hazard = make.hazard(State.CLOSED)
    answer = browser(make.someone("leader")).post(f"/hazards/{hazard.number}/rate", {"stars": "1"})
    assert answer.status == 403


# -- two people at once ----------------------------------------------------------------------------


def test_the_second_of_two_is_told_what_changed_and_keeps_the_words(make, browser, session):
    hazard = make.hazard()
    officer, director = browser(make.someone("officer")), browser(make.someone("director"))
    path = f"/hazards/{hazard.number}"
    seen = director.get(path).page.value("seen")
    officer.post(f"{path}/escalate", {"body": "区教育局", "reason": "请协助"})
    answer = director.hx("POST", f"{path}/reject", {"seen": seen, "reason": "围挡已经设好"})
    assert answer.status == 409
    text = answer.page.text()
    assert "officer刚刚做了“上报”" in text and "围挡已经设好" in text
    session.refresh(hazard)
    assert hazard.state is State.ASSIGNED
    again = answer.page.value("seen")
    assert director.post(f"{path}/reject", {"seen": again, "reason": "围挡"}).status == 303


def test_words_for_a_step_that_is_gone_are_not_lost(make, browser):
    hazard = make.hazard(State.RECTIFIED)
    path = f"/hazards/{hazard.number}"
    director, leader = browser(make.someone("director")), browser(make.someone("leader"))
    seen = leader.get(path).page.value("seen")
    director.post(f"{path}/close", {"note": ""})
    answer = leader.post(f"{path}/send_back", {"seen": seen, "reason": "门还是推不开"})
    assert answer.status == 409
    assert "director刚刚做了“销号”" in answer.page.text() and "门还是推不开" in answer.page.text()


def test_the_swap_shows_the_step_just_taken_and_lets_the_next_one_follow(make, browser):
    hazard, client = make.hazard(), browser(make.someone("officer"))
    path = f"/hazards/{hazard.number}"
    letter = {"seen": client.get(path).page.value("seen"), "body": "区教育局", "reason": "请协助"}
    swapped = client.hx("POST", f"{path}/escalate", letter).page
    assert "区教育局" in swapped.text("hazard") and swapped.value("seen") != letter["seen"]
    after = {"seen": swapped.value("seen"), "reply": "已派人", "document_no": ""}
    assert client.hx("POST", f"{path}/escalation_reply", after).status == 200


# -- from where ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("plate", Source.PLATE),
        ("equipment", Source.EQUIPMENT),
        ("visit", Source.REPORT),
        ("", Source.REPORT),
    ],
)
def test_a_report_keeps_from_where_it_was_opened(make, browser, session, source, kept):
    browser(make.someone("teacher")).post(
        "/hazards/new",
        {
            "source": source,
            "ref": "MH-001",
            "space_id": make.space_in(make.grid()).id,
            "description": "压力不足",
            "category": "extinguisher",
            "level": "normal",
            "fix": Fix.STOP_USE.value,
        },
    )
    hazard = session.scalars(sa.select(Hazard)).one()
    assert (hazard.source, hazard.source_ref, hazard.stop_use) == (kept, "MH-001", True)


def test_the_help_page_reads_the_rules(make, browser):
    text = browser(make.someone("teacher")).get("/hazards/workflow").page.text()
    assert "挂牌督办" in text and "整改后照片" in text and "分管安全副校长" in text

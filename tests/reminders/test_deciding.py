"""What is told when, and to whom; once."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from unitsafe import clock
from unitsafe.core.db import db
from unitsafe.hazards import services as hazards
from unitsafe.hazards.models import HazardEvent
from unitsafe.hazards.rules import Fix, Level, State
from unitsafe.people.models import PersonStatus
from unitsafe.reminders import deciding
from unitsafe.reminders.models import Mute, Notice, ReminderSetting
from unitsafe.reminders.rules import Kind


@pytest.fixture
def decide(app, session, now):
    """`decide(moment)`: what is new in the outbox after a round, as (kind, to whom, title)."""

    def run(moment=None):
        if moment:
            now.set(f"2026-11-{moment}")
        session.rollback()
        last = session.scalar(sa.select(sa.func.max(Notice.id))) or 0
        with app.app_context():
            deciding.decide(db.session(), now=now())
            db.session.remove()
        session.rollback()
        return list(session.scalars(sa.select(Notice).where(Notice.id > last).order_by(Notice.id)))

    return run


def told(notices):
    return [(one.kind, one.key.rpartition(":")[2]) for one in notices]


def test_without_a_channel_nothing_is_put_into_the_outbox(make, decide, session):
    make.day()
    make.hazard(level=Level.SUSPECTED_MAJOR)
    assert decide("23T07:00") == decide("23T07:30") == decide("27T16:00") == []
    last = session.scalar(sa.select(sa.func.max(HazardEvent.id)))
    assert session.get(ReminderSetting, 1).last_event_id == last


def test_before_there_is_a_school_nothing_happens(app, decide):
    assert decide("23T07:00") == []


def test_what_happened_before_there_was_a_channel_is_not_told(make, decide):
    make.hazard(level=Level.SUSPECTED_MAJOR)
    assert decide("23T12:00") == []
    make.channel()
    assert decide("23T12:01") == []


def test_the_morning_s_list_names_what_a_person_has_to_do(make, decide):
    teacher = make.someone("teacher")
    make.day()
    make.hazard()
    make.turn(teacher, date(2026, 11, 23))
    own = make.channel(teacher)
    assert decide("23T06:59") == []
    (notice,) = decide("23T07:00")
    assert notice.title == "今日安排 11月23日 周一"
    assert notice.channel_id == own.id and notice.person_id == teacher.id
    lines = notice.body.split("\n")
    assert lines[0] == "值班：校门早护导 07:20–08:00"
    assert lines[1].startswith("检查2项：一层网格")
    assert lines[2] == "要整改的隐患1条：YH-2026-0001 后门被书柜占住一半（11月26日到期）"
    assert decide("23T07:01") == decide("23T10:59") == []


def test_the_group_gets_names_and_counts(make, decide):
    teacher, block = make.someone("teacher"), make.channel()
    make.day()
    make.hazard()
    make.turn(teacher, date(2026, 11, 23))
    (notice,) = decide("23T07:00")
    assert notice.channel_id == block.id and notice.person_id is None
    assert "值班：校门早护导 teacher" in notice.body
    assert "teacher2" in notice.body
    assert "未销号的隐患1条" in notice.body


def test_a_server_that_was_off_at_seven_sends_the_list_when_it_comes_back(make, decide):
    make.channel()
    make.day()
    assert told(decide("23T10:30")) == [(Kind.MORNING, "channel 1")]


@pytest.mark.parametrize("moment", ["22T07:00", "23T11:00"])
def test_there_is_no_list_on_a_day_off_and_none_in_the_afternoon(make, decide, moment):
    make.channel()
    make.school()
    assert Kind.MORNING not in [one.kind for one in decide(moment)]


def test_whoever_has_nothing_to_do_gets_no_list(make, decide):
    make.channel(make.person("没有事的老师"))
    assert decide("23T07:00") == []


def test_a_hazard_due_tomorrow_and_one_overdue_are_told_to_the_holder_once(make, decide):
    hazard = make.hazard()  # due on the 26th
    make.channel(make.someone("teacher"))
    make.channel()

    def of_hazards(moment):
        found = decide(moment)
        return [(one.kind, one.title) for one in found if hazard.number in one.key]

    assert of_hazards("25T06:59") == []
    assert of_hazards("25T07:00") == [(Kind.DUE_SOON, "隐患明天到期")]
    assert of_hazards("25T09:00") == []
    assert of_hazards("26T08:00") == []
    assert of_hazards("27T08:00") == [(Kind.OVERDUE, "隐患超期1天")]
    assert of_hazards("28T08:00") == []


def test_a_hazard_overdue_for_long_is_no_news_to_a_new_channel(make, decide, now):
    make.hazard()
    make.channel(make.someone("teacher"))
    assert [one for one in decide("30T12:00") if one.kind is Kind.OVERDUE] == []


def test_checks_that_nobody_has_begun_are_told_to_the_group_before_they_are_due(
    make, decide, session
):
    check = make.walk()
    make.channel()
    local = clock.local(check.due_at - timedelta(minutes=5))
    (notice,) = [one for one in decide(f"23T{local:%H:%M}") if one.kind is Kind.DUE_SOON]
    assert "一层" in notice.body and "teacher" in notice.body
    assert notice.title.endswith("项检查还没开始")
    assert [one for one in decide() if one.kind is Kind.DUE_SOON] == []


def test_a_check_that_was_begun_is_not_chased(make, decide):
    check = make.walk()
    make.answered(check, make.someone("teacher"))
    make.channel()
    local = clock.local(check.due_at - timedelta(minutes=5))
    found = decide(f"23T{local:%H:%M}")
    assert not any("一层网格" in one.body and one.kind is Kind.DUE_SOON for one in found)


def test_a_suspected_major_hazard_is_told_at_once_to_the_group_and_the_leaders(make, decide):
    principal = make.someone("principal")
    make.channel(principal)
    make.channel(make.someone("teacher"))
    group = make.channel()
    decide("23T22:00")
    hazard = make.hazard(level=Level.SUSPECTED_MAJOR)
    found = [one for one in decide("23T22:01") if one.kind is Kind.URGENT]
    assert {one.key.rpartition(":")[2] for one in found} == {
        f"channel {group.id}",
        f"person {principal.id}",
    }
    assert all(one.not_before == one.created_at for one in found)  # the quiet hours do not matter
    assert found[0].title == "发现疑似重大隐患"
    assert found[0].body.startswith(f"{hazard.number} 教学楼 一层教室")
    assert decide("23T22:02") == []


def test_an_ordinary_hazard_is_nobody_s_night(make, decide):
    make.channel()
    decide("23T12:00")
    make.hazard()
    assert decide("23T12:01") == []


def test_the_finder_hears_that_it_is_closed(make, decide):
    finder = make.someone("officer")
    make.channel(finder)
    decide("23T12:00")
    hazard = make.hazard(State.CLOSED)
    (notice,) = decide("23T12:01")
    assert (notice.kind, notice.person_id) == (Kind.CLOSED, finder.id)
    assert hazard.number in notice.body and "评个分" in notice.body


@pytest.fixture
def reminded(make, decide):
    """`reminded()`: what is told when a hazard of the teacher is a day late, 催办 only."""

    def run():
        make.hazard()  # due on the 26th
        decide("26T12:00")
        return [one for one in decide("27T08:00") if one.kind is Kind.REMIND]

    return run


def test_whoever_is_asked_to_see_to_it_is_told(make, reminded):
    leader = make.someone("leader")
    make.channel()
    own = make.channel(leader)
    (notice,) = reminded()
    assert notice.channel_id == own.id
    assert notice.title == "请过问一条隐患"
    assert notice.body == "YH-2026-0001 后门被书柜占住一半\n超期1天，请督促整改。"
    assert notice.path == "/hazards/YH-2026-0001"


def test_without_a_channel_of_their_own_they_are_called_by_name_in_the_group(make, reminded):
    make.someone("leader")
    group = make.channel()
    (notice,) = reminded()
    assert notice.channel_id == group.id
    assert notice.title == "leader，请过问一条隐患"


def test_whoever_does_not_want_to_be_asked_is_not(make, reminded, session):
    leader = make.someone("leader")
    make.channel()
    make.channel(leader)
    session.add(Mute(person_id=leader.id, kind=Kind.REMIND))
    session.commit()
    assert reminded() == []


def test_what_is_put_out_of_use_is_told_at_once(app, make, decide, session, now):
    principal = make.someone("principal")
    make.channel()
    hazard = make.hazard()
    decide("23T12:00")
    with app.app_context():
        hazards.stop_use(session, hazard, reason="线路发热", by=make.actor(principal), now=now())
    session.commit()
    (notice,) = decide("23T21:30")
    assert (notice.kind, notice.title) == (Kind.URGENT, "停用通知")
    assert notice.not_before == notice.created_at


def test_reported_and_put_out_of_use_at_once_is_told_once(app, make, decide, session, now):
    officer, space = make.actor(make.someone("officer")), make.space_in(make.grid())
    make.channel()
    decide("23T12:00")
    with app.app_context():
        hazards.report(
            session,
            description="配电箱冒烟",
            category="electric",
            level=Level.SUSPECTED_MAJOR,
            fix=Fix.STOP_USE,
            space_id=space.id,
            by=officer,
            now=now(),
        )
    session.commit()
    assert [one.title for one in decide("23T12:01")] == ["停用通知"]


def test_the_week_is_summed_up_for_the_principal(make, decide, session):
    principal = make.someone("principal")
    make.channel(principal)
    make.channel()
    make.submitted(make.walk(), make.someone("teacher"))
    make.hazard(State.CLOSED)
    assert [one for one in decide("27T15:59") if one.kind is Kind.DIGEST] == []
    (notice,) = [one for one in decide("27T16:00") if one.kind is Kind.DIGEST]
    assert notice.person_id == principal.id
    assert notice.title == "本周小结 11月23日—11月27日"
    checks, found, gaps = notice.body.split("\n")
    assert checks.startswith("检查：应做") and "完成1项" in checks
    assert found == "隐患：新发现1条，销号1条，现在超期0条"
    assert gaps.startswith("责任缺口：")
    assert [one for one in decide("27T17:00") if one.kind is Kind.DIGEST] == []


def test_without_a_channel_of_the_principal_the_group_gets_the_summary(make, decide):
    group = make.channel()
    make.someone("principal")
    make.school()
    found = [one.key for one in decide("27T16:00") if one.kind is Kind.DIGEST]
    assert found == [f"digest:2026-W48:channel {group.id}"]


def test_what_a_person_does_not_want_is_not_put_into_the_outbox(make, decide, session):
    teacher = make.someone("teacher")
    make.day()
    make.channel(teacher)
    session.add(Mute(person_id=teacher.id, kind=Kind.MORNING))
    session.commit()
    assert decide("23T07:00") == []


def test_whoever_has_left_is_told_nothing_more(make, decide, session):
    teacher = make.someone("teacher")
    make.day()
    make.channel(teacher)
    teacher.status, teacher.left_on = PersonStatus.LEFT, date(2026, 11, 22)
    session.commit()
    assert decide("23T07:00") == []

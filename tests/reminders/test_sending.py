"""The outbox: once, in time, in the end; one dead channel holds up nobody."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.reminders.sinks import Taken
from unitsafe import clock
from unitsafe.core.db import db
from unitsafe.reminders import deciding, queries, rules, sending, services
from unitsafe.reminders.models import Channel, Notice
from unitsafe.reminders.rules import Kind, NoticeState


@pytest.fixture
def note(session, now):
    """`note(channel, about)`: a notice that waits."""

    def add(channel, about="a", kind=Kind.OVERDUE, **values):
        notice = Notice(
            key=f"{kind}:{about}:channel {channel.id}",
            kind=kind,
            channel_id=channel.id,
            title=about,
            body="内容",
            path="/hazards",
            created_at=now(),
            not_before=now(),
            **values,
        )
        session.add(notice)
        session.commit()
        return notice

    return add


@pytest.fixture
def send(app, session, now):
    """`send(deliver)`: one round of sending, now."""

    def run(deliver):
        with app.app_context():
            done = sending.send_due(db.session(), now=now(), deliver=deliver)
            db.session.remove()
        session.rollback()
        return done

    return run


def minutes_later(now, minutes):
    now.moment += timedelta(minutes=minutes)


def test_what_waits_is_sent_once_and_recorded(make, note, send, now):
    notice, taken = note(make.channel()), Taken()
    assert send(taken).sent == 1
    assert send(taken).sent == 0
    assert notice.state is NoticeState.SENT and notice.sent_at == now()
    assert taken.titles == ["a"]


def test_a_message_has_a_link_when_the_school_has_an_address(make, session, note, send):
    channel, taken = make.channel(), Taken()
    note(channel, "a")
    send(taken)
    make.school().address = "http://192.168.1.20:8000/"
    session.commit()
    note(channel, "b")
    send(taken)
    assert [one.text for one in taken.parcels] == ["内容", "内容\nhttp://192.168.1.20:8000/hazards"]


def test_what_fails_is_tried_again_with_growing_pauses_and_given_up(make, note, send, now):
    channel = make.channel()
    notice, taken = note(channel), Taken("连不上")
    taken.refuses = {channel.id}
    tries, started = [], now()
    for _ in range(rules.MOST_ATTEMPTS):
        tries.append(int((now() - started) / timedelta(minutes=1)))
        assert send(taken).sent == 0
        assert send(taken).failed == 0  # not before its time
        if notice.given_up_at is None:
            now.moment = notice.not_before
    assert tries == [0, 1, 6, 21, 81, 321, 1041, 1761, 2481, 3201]
    assert notice.state is NoticeState.GIVEN_UP
    assert (notice.attempts, notice.last_error) == (10, "连不上")
    taken.refuses = set()
    minutes_later(now, 10_000)
    assert send(taken).sent == 0


def test_a_dead_channel_rests_and_the_others_are_served(make, note, send, now):
    dead, alive = make.channel(name="坏了的群"), make.channel(name="好的群")
    first, second = note(dead, "a"), note(dead, "b")
    taken = Taken()
    taken.refuses = {dead.id}
    note(alive, "c")
    done = send(taken)
    assert (done.sent, done.failed) == (1, 1)
    assert (first.attempts, second.attempts) == (1, 0)  # nobody waits for the second
    assert dead.failures == 1
    minutes_later(now, 1)
    note(alive, "d")
    send(taken)
    assert taken.titles == ["c", "d"]
    assert dead.rest_until == now() + timedelta(minutes=5)


def test_a_channel_that_works_again_takes_what_has_waited(make, note, send, now):
    channel = make.channel()
    first, second = note(channel, "a"), note(channel, "b")
    taken = Taken()
    taken.refuses = {channel.id}
    for _ in range(4):
        send(taken)
        now.moment = channel.rest_until
    assert first.attempts + second.attempts == 4
    taken.refuses = set()
    send(taken)
    minutes_later(now, 1)
    send(taken)
    assert sorted(taken.titles) == ["a", "b"]
    assert (channel.failures, channel.rest_until) == (0, None)


def test_a_round_takes_a_few_of_each_channel_and_the_urgent_first(make, note, send):
    busy, other = make.channel(), make.channel(name="另一个群")
    for number in range(8):
        note(busy, f"n{number}")
    note(busy, "急", Kind.URGENT)
    note(other, "x")
    taken = Taken()
    assert send(taken).sent == sending.PER_CHANNEL + 1
    assert taken.titles[0] == "急"
    assert set(taken.titles) == {"急", "n0", "n1", "n2", "n3", "x"}
    send(taken)
    assert len(set(taken.titles)) == 10


def test_the_day_s_list_is_not_sent_the_day_after(make, note, send, now):
    notice, taken = note(make.channel(), kind=Kind.MORNING), Taken()
    minutes_later(now, 24 * 60)
    assert send(taken).given_up == 1
    assert taken.parcels == []
    assert notice.last_error == "过了当天，不再发。"


@contextmanager
def killed():
    """A process that ends after it has sent and before it has recorded."""
    with pytest.raises(SystemExit):
        yield


def test_a_sender_that_ends_before_recording_is_followed_by_one_more_try(make, note, send, now):
    taken = Taken()
    note(make.channel())

    def dies(parcels):
        taken(parcels)
        raise SystemExit

    with killed():
        send(dies)
    minutes_later(now, 1)
    assert send(taken).sent == 0  # its lease still runs
    minutes_later(now, 3)
    assert send(taken).sent == 1
    assert taken.titles == ["a", "a"]  # at least once: nobody knows whether the first arrived
    minutes_later(now, 10)
    send(taken)
    assert len(taken.parcels) == 2


def test_after_two_deaths_nobody_tries_again(make, note, send, now, session):
    notice, taken = note(make.channel()), Taken()

    def dies(_parcels):
        raise SystemExit

    for _ in range(2):
        with killed():
            send(dies)
        minutes_later(now, 4)
        session.rollback()
    assert send(taken).given_up == 1
    assert taken.parcels == []
    assert "两次中断" in notice.last_error


def test_two_processes_at_once_send_nothing_twice(app, make, note, session, now):
    """Two engines on one database, each in a thread of its own, as two servers would be."""
    for number in range(6):
        note(make.channel(name=f"群{number}"), f"n{number}")
    session.commit()
    url, kind = session.get_bind().url, session.get_bind().dialect.name
    engines = [session.get_bind(), sa.create_engine(url)]
    if kind == "sqlite":
        from unitsafe.core.db import _set_up_sqlite

        _set_up_sqlite(engines[1])
    together, taken = threading.Barrier(2), Taken()

    def deliver(parcels):
        return taken(parcels)

    def one_process(engine):
        with app.app_context(), Session(engine, expire_on_commit=False) as own:
            together.wait(10)
            return sum(sending.send_due(own, now=now(), deliver=deliver).sent for _ in range(3))

    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(one_process, engines))
    engines[1].dispose()
    assert sum(sent) == 6
    assert sorted(taken.titles) == [f"n{number}" for number in range(6)]


def test_two_processes_at_once_decide_everything_once(app, make, session, now):
    make.day()
    make.channel()
    now.set("2026-11-23T07:05")
    together = threading.Barrier(2)

    def one_process(_number):
        with app.app_context():
            together.wait(10)
            made = deciding.decide(db.session(), now=now())
            db.session.remove()
            return made

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(one_process, range(2))) == 1
    assert session.scalars(sa.select(sa.func.count()).select_from(Notice)).one() == 1


def test_while_a_channel_does_not_answer_the_pages_are_as_quick_as_ever(
    app, make, note, browser, now
):
    """The sender waits outside any transaction: others read and write meanwhile."""
    now.set("2026-11-23T12:00")
    note(make.channel())
    officer = make.someone("officer")
    asked, may_go_on = threading.Event(), threading.Event()

    def hangs(parcels):
        asked.set()
        assert may_go_on.wait(30)
        return {parcel.id: "对方没有回应。" for parcel in parcels}

    def one_round():
        with app.app_context():
            done = services.tick(db.session(), now=now(), deliver=hangs)
            db.session.remove()
            return done

    with ThreadPoolExecutor(1) as pool:
        ticking = pool.submit(one_round)
        assert asked.wait(30)
        client = browser(officer)
        assert client.get("/").status == 200
        assert client.post("/me/display", {"large_text": "y"}).status == 303
        assert not ticking.done()
        may_go_on.set()
        assert ticking.result(30).failed == 1


def test_a_removed_channel_forgets_its_secret_and_gives_up_what_waits(
    app, make, note, session, now
):
    channel = make.channel()
    notice, by = note(channel), make.actor(make.someone("officer"))
    with app.app_context():
        services.remove(session, channel, by=by, now=now())
    session.commit()
    assert (channel.url, channel.mail_to) == ("", "")
    assert notice.state is NoticeState.GIVEN_UP and notice.last_error == "渠道已移除。"
    assert queries.channels(session) == []


def test_a_person_s_mail_goes_through_the_school_s_mailbox(make, note, send):
    teacher = make.someone("teacher")
    make.channel(url="mailtos://an%40s.cn:pw@smtp.s.cn:465?smtp=smtp.s.cn&to=all%40s.cn&mode=ssl")
    own = make.channel(teacher, url="", mail_to="li@s.cn")
    note(own)
    taken = Taken()
    send(taken)
    assert "to=li%40s.cn" in taken.parcels[0].url and "all%40s.cn" not in taken.parcels[0].url


def test_nobody_has_two_channels_of_their_own(app, make, session, now):
    teacher = make.someone("teacher")
    first = make.channel(teacher)
    with app.app_context():
        services.set_own_channel(
            session,
            name="PushPlus",
            url="pushplus://0123456789abcdef",
            masked="pushplus://****/",
            by=make.actor(teacher),
            now=now(),
        )
    session.commit()
    assert first.removed_at is not None
    live = session.scalars(sa.select(Channel).where(Channel.removed_at.is_(None))).one()
    assert live.name == "PushPlus"
    assert clock.local(live.made_at) == clock.local(now())

"""A form that is sent twice has the effect of one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from unitsafe.core import once
from unitsafe.core.db import writing
from unitsafe.core.once import OnceKey, Repeated


@pytest.fixture
def send(app, now):
    """Carry a form out as a view does; gives back where its answer is."""

    def carry_out(key, by=1, location="/hazards/1", shown_again=False):
        with app.app_context(), writing() as tx:
            entry = once.claim(tx, key, by=by, now=now())
            entry.location = location
            if shown_again:
                once.release(tx, entry)
        return location

    return carry_out


def kept(session):
    session.rollback()
    return session.scalars(sa.select(OnceKey.key).order_by(OnceKey.key)).all()


def test_the_same_form_again_leads_to_the_first_answer(send, session):
    send("k1", location="/hazards/7")
    with pytest.raises(Repeated) as again:
        send("k1", location="/elsewhere")
    assert again.value.location == "/hazards/7"
    assert kept(session) == ["1:k1"]


def test_another_person_may_have_the_same_key(send, session):
    send("k1", by=1)
    send("k1", by=2)
    send("k1", by=None)
    assert len(kept(session)) == 3


def test_a_form_that_is_shown_again_can_be_sent_again(send, session):
    send("k1", shown_again=True)
    assert kept(session) == []
    send("k1", location="/hazards/8")
    with pytest.raises(Repeated):
        send("k1", shown_again=True)
    assert kept(session) == ["1:k1"]


@pytest.mark.parametrize("key", [None, ""])
def test_a_client_without_our_form_repeats_nothing(send, session, key):
    send(key)
    send(key)
    send(key, shown_again=True)
    assert kept(session) == []


def test_what_fails_is_not_carried_out_and_can_be_sent_again(app, send, session, now):
    with pytest.raises(LookupError), app.app_context(), writing() as tx:
        once.claim(tx, "k1", by=1, now=now())
        raise LookupError
    send("k1")
    assert kept(session) == ["1:k1"]


def test_long_keys_do_not_run_into_each_other(send, session):
    send("x" * 70 + "a")
    send("x" * 70 + "b")
    assert len(kept(session)) == 2


def test_a_key_with_signs_that_no_database_stores_harms_nothing(send):
    send("k\0")
    with pytest.raises(Repeated):
        send("k\0")


def test_eight_taps_at_once_are_one(send, session):
    def tap(_number):
        try:
            return send("k1", location="/hazards/7")
        except Repeated as again:
            return f"again {again.location}"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(tap, range(24)))
    assert sorted(answers) == ["/hazards/7"] + ["again /hazards/7"] * 23
    assert kept(session) == ["1:k1"]

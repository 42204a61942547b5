"""The log of what was done: nothing in it can be changed unseen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa

from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.db import writing
from unitsafe.core.domain import Actor

OFFICER = Actor(7, "王安", origin="10.0.0.8 phone")


@pytest.fixture
def log(session, now):
    """Four entries; the clock moves between them."""
    for number in range(4):
        now.set(f"2026-11-23T08:0{number}")
        audit.record(
            session, "grid.rename", f"grid:{number}", by=OFFICER, now=now(), data={"新": number}
        )
    session.commit()


@pytest.fixture
def tamper(session):
    """Change the table behind the back of the guard, as somebody with the file could."""
    undo = []

    def change(sql):
        if session.get_bind().dialect.name == "sqlite":
            for act in ("update", "delete"):
                session.execute(sa.text(f"DROP TRIGGER IF EXISTS audit_entry_no_{act}"))
        else:
            session.execute(sa.text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
            undo.append("ALTER TABLE audit_entry ENABLE TRIGGER USER")
        session.execute(sa.text(sql))
        session.commit()

    yield change
    for sql in undo:
        session.execute(sa.text(sql))
        session.commit()


def faults(session):
    session.rollback()
    return list(audit.verify(session))


def entries(session):
    return session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()


@pytest.mark.usefixtures("log")
def test_an_entry_says_who_did_what_when_from_where(session):
    entry = entries(session)[0]
    assert (entry.actor_id, entry.actor_name, entry.origin) == (7, "王安", "10.0.0.8 phone")
    assert (entry.act, entry.subject, entry.data) == ("grid.rename", "grid:0", '{"新": 0}')
    assert entry.at.isoformat() == "2026-11-23T00:00:00+00:00"


@pytest.mark.usefixtures("log")
def test_an_untouched_log_is_intact(session):
    assert faults(session) == []
    hashes = [entry.hash for entry in entries(session)]
    assert [entry.previous for entry in entries(session)] == ["", *hashes[:-1]]


def test_a_log_without_entries_is_intact(session):
    assert faults(session) == []


CHANGES = [
    "actor_name = '李四'",
    "actor_id = 8",
    "actor_id = NULL",
    "act = 'grid.assign'",
    "subject = 'grid:9'",
    "data = '{}'",
    "origin = ''",
    "at = '2026-11-22 00:00:00'",
    "previous = ''",
    "hash = 'x'",
]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("change", CHANGES)
def test_any_changed_word_is_found(session, tamper, change):
    wanted = entries(session)[2].id
    tamper(f"UPDATE audit_entry SET {change} WHERE id = {wanted}")
    found = faults(session)
    assert wanted in {number for number, _why in found}
    assert not {number for number, _why in found} & {wanted - 2, wanted - 1}


@pytest.mark.usefixtures("log")
def test_an_entry_that_is_gone_is_found(session, tamper):
    wanted = entries(session)[1].id
    tamper(f"DELETE FROM audit_entry WHERE id = {wanted}")
    assert [number for number, why in faults(session) if "missing" in why] == [wanted + 1]


@pytest.mark.usefixtures("log")
def test_a_changed_entry_with_a_matching_hash_breaks_the_chain_after_it(session, tamper):
    entry = entries(session)[1]
    session.expunge(entry)
    entry.data = '{"新": 99}'
    wanted, fresh = entry.id, audit.entry_hash(entry)
    tamper(f"UPDATE audit_entry SET data = '{entry.data}', hash = '{fresh}' WHERE id = {wanted}")
    assert [number for number, _why in faults(session)] == [wanted + 1]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("sql", ["UPDATE audit_entry SET act = 'x'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_the_log(session, sql):
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        session.execute(sa.text(sql))
    session.rollback()
    assert len(entries(session)) == 4


def test_the_same_content_is_the_same_text():
    one = audit.canonical({"b": date(2026, 1, 2), "a": "门"})
    assert one == audit.canonical({"a": "门", "b": date(2026, 1, 2)})
    assert one == '{"a": "门", "b": "2026-01-02"}'


def test_entries_of_many_at_once_are_one_chain(app, session, now):
    def act(number):
        with app.app_context(), writing() as tx:
            audit.record(tx, "grid.rename", f"grid:{number}", by=OFFICER, now=now())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(64)))
    assert faults(session) == []
    assert len(entries(session)) == 64


def test_what_was_not_carried_out_is_not_in_the_log(app, session, now):
    with pytest.raises(LookupError), app.app_context(), writing() as tx:
        audit.record(tx, "grid.rename", "grid:1", by=OFFICER, now=now())
        raise LookupError
    assert entries(session) == []


def test_an_act_may_have_a_verifier_of_what_it_claims(session, now, monkeypatch):
    monkeypatch.setattr(audit, "_verifiers", {})

    @audit.verifier("grid.rename")
    def check(_session, entry):
        return f"{entry.subject} is gone" if entry.subject == "grid:2" else None

    for number in (1, 2):
        audit.record(session, "grid.rename", f"grid:{number}", by=None, now=now())
    session.commit()
    assert [why for _number, why in faults(session)] == ["grid:2 is gone"]

"""Which changes make every server process read the policy anew: on PostgreSQL, by triggers."""

import os

import pytest
import sqlalchemy as sa

from unitsafe.core.db import db
from unitsafe.grids import policy_version

pytestmark = pytest.mark.skipif(
    not os.environ.get("TEST_DATABASE_URL"), reason="SQLite has one server process"
)


@pytest.fixture
def current(app):
    with app.app_context():
        return policy_version.reader(db.engine)


@pytest.mark.parametrize(
    ("sql", "counts"),
    [
        ("UPDATE person SET status = 'left' WHERE id = :id", True),
        ("UPDATE person SET last_seen_on = '2026-11-23' WHERE id = :id", False),
        ("UPDATE person SET name = name WHERE id = :id", False),
        ("UPDATE sign_in SET ended_at = now() WHERE person_id = :id", True),
        ("UPDATE sign_in SET last_seen_on = '2026-11-24' WHERE person_id = :id", False),
        ("DELETE FROM sign_in WHERE last_seen_on < '2020-01-01' AND person_id = :id", False),
        ("DELETE FROM person_post WHERE person_id = :id", True),
        (
            "INSERT INTO person_post (person_id, post, from_on) VALUES (:id, 'dorm', '2026-01-01')",
            True,
        ),
        ("UPDATE school SET short_name = 'X' WHERE :id > 0", False),
    ],
)
def test_what_changes_the_policy_is_counted(browser, make, session, current, sql, counts):
    officer = make.someone("officer")
    assert browser(officer).get("/checks").status == 200
    before = current()
    session.execute(sa.text(sql), {"id": officer.id})
    assert current() == before  # nobody else sees it before it is committed
    session.commit()
    assert (current() > before) is counts


def test_a_change_by_hand_is_seen_by_the_next_request(browser, make, session):
    officer = make.someone("officer")
    client = browser(officer)
    assert client.get("/settings").status == 200
    session.execute(sa.text("UPDATE sign_in SET ended_at = now()"))
    session.commit()
    assert client.get("/settings").status == 303

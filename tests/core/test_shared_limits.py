"""Limits on guessing, counted by PostgreSQL for all server processes together."""

import os

import pytest
import sqlalchemy as sa
from limits.storage import storage_from_string

from unitsafe.core.shared_limits import SharedLimits

pytestmark = pytest.mark.skipif(
    not os.environ.get("TEST_DATABASE_URL"), reason="SQLite has one server process, which counts"
)


@pytest.fixture
def limits(app):
    with app.app_context():
        yield storage_from_string(app.config["RATELIMIT_STORAGE_URI"])


def test_tries_add_up_until_the_window_ends(limits, session):
    assert isinstance(limits, SharedLimits) and limits.check()
    assert [limits.incr("a", 300), limits.incr("a", 300), limits.incr("b", 300, 5)] == [1, 2, 5]
    assert (limits.get("a"), limits.get("c"), limits.get_expiry("c")) == (2, 0, 0)
    ends = limits.get_expiry("a")
    assert limits.incr("a", 900) == 3 and limits.get_expiry("a") == ends
    session.execute(sa.text("UPDATE limit_count SET expires_at = now()"))
    session.commit()
    assert limits.get("a") == 0 and limits.incr("a", 300) == 1
    limits.clear("a")
    assert limits.get("a") == 0


def test_what_is_long_over_is_tidied_away_and_nobody_is_named(limits, session):
    limits.incr("sign-in:officer", 300)
    session.execute(sa.text("UPDATE limit_count SET expires_at = now() - interval '2 hours'"))
    session.commit()
    limits.incr("another", 300)
    keys = list(session.scalars(sa.text("SELECT key FROM limit_count")))
    assert len(keys) == 1 and len(keys[0]) == 64

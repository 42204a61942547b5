"""What is said when the database is away."""

import sqlalchemy as sa

from unitsafe.grids import kept_actors


def test_without_a_database_it_is_said_in_plain_words(browser, make, monkeypatch, caplog):
    client = browser(make.someone("officer"))

    def away(*_args, **_kwargs):
        raise sa.exc.OperationalError("SELECT 1", {}, ConnectionError("connection refused"))

    monkeypatch.setattr(kept_actors, "actor_of", away)
    answer = client.client.get("/checks")
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert "数据库暂时连不上" in answer.get_data(as_text=True)
    assert "connection refused" in caplog.text

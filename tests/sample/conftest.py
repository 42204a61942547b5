"""Sample schools in databases of their own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import db as core
from unitsafe.core.blobs import BlobStore
from unitsafe.core.db import db
from unitsafe.sample.load import load_sample

NOW = "2026-11-24T09:40"
"""A Tuesday in term, in the middle of a morning."""


@dataclass
class Sample:
    """A loaded sample school: its session, its time, what loading returned."""

    session: Session
    now: datetime
    counts: dict[str, int]
    photos: BlobStore


@contextmanager
def school_in(folder: Path) -> Iterator[Session]:
    """The database of ``folder``, empty when new, with a photo store, inside an app context."""
    app = Flask("sample")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder / 'sample.db'}"
    app.extensions["photos"] = BlobStore(folder / "photos")
    core.init_app(app)
    with app.app_context():
        db.create_all()
        try:
            yield db.session()
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def loaded(folder: Path, now: str, seed: int = 1) -> Iterator[Sample]:
    """A sample school as it stands at ``now``."""
    moment = clock.parse(now)
    with school_in(folder) as session:
        counts = load_sample(session, seed=seed, now=moment)
        yield Sample(session, moment, counts, BlobStore(folder / "photos"))


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """The folder of a sample school that is loaded once, and what loading returned."""
    folder = tmp_path_factory.mktemp("sample")
    with loaded(folder, NOW) as found:
        return folder, found.counts


@pytest.fixture(scope="module")
def sample(kept: tuple[Path, dict[str, int]]) -> Iterator[Sample]:
    """The kept sample school, for tests that only read it."""
    folder, counts = kept
    with school_in(folder) as session:
        yield Sample(session, clock.parse(NOW), counts, BlobStore(folder / "photos"))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Session]:
    """An empty database."""
    with school_in(tmp_path) as found:
        yield found


@pytest.fixture
def dump(tmp_path: Path) -> Callable[[str, int, str], dict[str, list[tuple[object, ...]]]]:
    """Load a sample school into a folder of its own and give back every row of every table."""

    def load(folder: str, seed: int, now: str) -> dict[str, list[tuple[object, ...]]]:
        place = tmp_path / folder
        place.mkdir()
        with loaded(place, now, seed) as found:
            return {
                table.name: [
                    tuple(row)
                    for row in found.session.execute(
                        table.select()
                        .with_only_columns(*(c for c in table.c if c.name != "password_hash"))
                        .order_by(*table.primary_key)
                    )
                ]
                for table in db.metadata.sorted_tables
            }

    return load


@pytest.fixture
def make_loaded() -> Callable[..., object]:
    """:func:`loaded`, for tests that choose their own time."""
    return loaded

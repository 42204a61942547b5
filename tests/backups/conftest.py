"""Installations of their own: each with its data in a folder, on SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.backups.servers import Open, stop
from tests.conftest import Clock
from unitsafe import config, create_app
from unitsafe.startup import prepare


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database file with the newest schema and nothing in it, so that migrations run once."""
    data = tmp_path_factory.mktemp("schema")
    url = f"sqlite:///{(data / 'unitsafe.db').as_posix()}"
    app = create_app(config.Config("127.0.0.1", 0, data, url, None), TESTING=True)
    prepare(app)
    stop(app)
    return (data / "unitsafe.db").read_bytes()


@pytest.fixture
def server(tmp_path: Path, now: Clock, schema: bytes) -> Iterator[Open]:
    """`server(name)`: an installation of that name with its own data, on SQLite."""
    apps: dict[str, Flask] = {}

    def open_server(name: str) -> Flask:
        if name not in apps:
            data = tmp_path / name
            url = f"sqlite:///{(data / 'unitsafe.db').as_posix()}"
            apps[name] = create_app(config.Config("127.0.0.1", 0, data, url, None), TESTING=True)
            apps[name].config["SCHEMA"] = schema
        return apps[name]

    yield open_server
    for app in apps.values():
        stop(app)

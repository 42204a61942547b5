"""One server on one SQLite file, whichever way the file is named."""

import subprocess
import sys
from pathlib import Path

import pytest

from unitsafe import create_app
from unitsafe.config import Config
from unitsafe.core import serving

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def settings(data: Path, url: str = "") -> Config:
    data.mkdir(exist_ok=True)
    return Config("127.0.0.1", 0, data, url or f"sqlite:///{data / 'unitsafe.db'}", None)


@pytest.fixture
def served(tmp_path):
    """The folder of a school that another process serves."""
    data = tmp_path / "data"
    data.mkdir()
    lock = data.resolve() / "unitsafe.db.serving"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout and other.stdout.readline() == b"held\n"
    yield data, other
    other.kill()
    other.communicate()


def test_a_second_server_is_refused_by_whatever_name_and_may_serve_once_the_first_has_died(
    served, tmp_path
):
    data, other = served
    link = tmp_path / "link.db"
    link.symlink_to(data / "unitsafe.db")
    for one in (settings(data), settings(tmp_path / "other", f"sqlite:///{link}")):
        with pytest.raises(serving.NotOurs, match=r"another server.*unitsafe\.db.*stop it"):
            serving.claim(create_app(one))
    other.kill()
    other.wait()
    app = create_app(settings(data))
    serving.claim(app)
    serving.claim(app)


def test_a_folder_that_is_not_there_or_takes_nothing_is_one_line(tmp_path, monkeypatch):
    nowhere = create_app(settings(tmp_path, f"sqlite:///{tmp_path / 'gone' / 'unitsafe.db'}"))
    with pytest.raises(serving.NotOurs, match=r"no folder .*gone; check DATABASE_URL"):
        serving.claim(nowhere)
    (tmp_path / "unitsafe.db.serving").mkdir()
    with pytest.raises(serving.NotOurs, match=r"cannot write in .*check the disk"):
        serving.claim(create_app(settings(tmp_path)))


def test_several_servers_may_share_postgresql_and_tests_a_database_in_memory(tmp_path):
    for url in ("postgresql+psycopg://school@localhost/school", "sqlite:///:memory:"):
        serving.claim(create_app(settings(tmp_path, url)))
    assert not list(tmp_path.glob("*.serving"))

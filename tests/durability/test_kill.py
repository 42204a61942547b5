"""Fifty times the server is killed in the middle of sixteen people's work, and nothing that was
acknowledged is missing, doubled or half there. What that proves and what not: docs/adr/0006."""

import hashlib
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.durability.conftest import Nursery, School
from tests.durability.people import Day, Line, Reported, Reporter, Submitter, Tapper, Worker
from unitsafe.checks.models import Answer, Check
from unitsafe.checks.rules import State
from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.hazards.models import Hazard
from unitsafe.photos.models import Photo

KILLS = 50
MOST_DONE = 40
"""Acknowledgements before a server is killed; every fifth is killed while it starts."""


def test_killed_fifty_times_it_keeps_every_acknowledged_record_just_once(
    school: School, nursery: Nursery
) -> None:
    day, rng = Day(), random.Random(7)
    tappers = [
        Tapper(day, Line(nursery.port, one), check_id, school.items)
        for one, check_id in zip(school.teachers[:8], school.walks, strict=False)
    ]
    submitters = [
        Submitter(day, Line(nursery.port, one), checks, school.items)
        for one, checks in zip(school.teachers[8:], school.copies, strict=True)
    ]
    reporters = [
        Reporter(day, Line(nursery.port, one), Line(nursery.port, school.officer), place, f"{n}号")
        for n, (one, place) in enumerate(zip(school.teachers, school.places, strict=True))
        if n % 2
    ]
    workers: list[Worker] = [*tappers, *submitters, *reporters]
    assert len(workers) == 16
    for worker in workers:
        worker.start()
    for turn in range(KILLS):
        nursery.start()
        if turn % 5:
            nursery.wait_until_ready()
            day.wait_for(rng.randint(0, MOST_DONE))
        time.sleep(rng.uniform(0, 0.02 if turn % 5 else 0.2))
        nursery.kill()
    nursery.start()
    nursery.wait_until_ready()
    day.end()
    for worker in workers:
        worker.join()
    assert [worker.fault for worker in workers if worker.fault] == []
    reported = [one for worker in reporters for one in worker.reported]
    line = Line(nursery.port, school.officer)
    _photos_are_served(reported, line)
    line.close()
    nursery.kill()

    with closing(sqlite3.connect(school.database)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    engine = sa.create_engine(f"sqlite:///{school.database}")
    with Session(engine) as session:
        assert list(audit.verify(session)) == []
        _taps_are_there_in_their_order(session, tappers)
        _checks_are_handed_in_once(session, [n for worker in submitters for n in worker.submitted])
        _hazards_took_every_step_once(session, reported)
        _photos_are_whole(session, reported, school.data / "photos")
    engine.dispose()
    done = sum(len(item.results) for worker in tappers for item in worker.tapped), len(reported)
    assert min(done) >= KILLS
    assert sum(worker.line.broken for worker in tappers) > KILLS


def _taps_are_there_in_their_order(session: Session, tappers: Sequence[Tapper]) -> None:
    for item in [item for tapper in tappers for item in tapper.tapped]:
        kept = session.scalars(
            sa.select(Answer.result)
            .where(Answer.check_id == item.check_id, Answer.item_key == item.item_key)
            .order_by(Answer.id)
        )
        assert [str(result) for result in kept] == item.results


def _checks_are_handed_in_once(session: Session, submitted: Sequence[int]) -> None:
    states = dict(iter(session.execute(sa.select(Check.id, Check.state))))
    assert {states[number] for number in submitted} <= {State.SUBMITTED}
    answers = Counter(session.scalars(sa.select(Answer.check_id)))
    entries = _entries(session, "check.submit")
    assert entries == Counter(f"check:{number}" for number in submitted)
    assert len({answers[number] for number in submitted}) == 1


def _hazards_took_every_step_once(session: Session, reported: Sequence[Reported]) -> None:
    kept = dict(iter(session.execute(sa.select(Hazard.description, Hazard.number))))
    assert kept == {one.words: one.number for one in reported}
    assert session.scalar(sa.select(sa.func.count(Hazard.id))) == len(reported)
    for act in ("report", "report_done", "recheck"):
        assert _entries(session, f"hazard.{act}") == Counter(
            f"hazard:{one.number}" for one in reported
        )


def _entries(session: Session, act: str) -> Counter[str]:
    return Counter(session.scalars(sa.select(AuditEntry.subject).where(AuditEntry.act == act)))


def _photos_are_whole(session: Session, reported: Sequence[Reported], folder: Path) -> None:
    """One row for each that was sent, and behind it the file that its name promises."""
    kept = {photo.id: photo for photo in session.scalars(sa.select(Photo))}
    assert set(kept) == {one.photo for one in reported}
    for photo in kept.values():
        for key in (photo.digest, photo.thumb):
            file = folder / key[:2] / key[2:4] / f"{key}.jpg"
            assert hashlib.sha256(file.read_bytes()).hexdigest() == key


def _photos_are_served(reported: Sequence[Reported], line: Line) -> None:
    assert len({one.photo for one in reported}) == len(reported)
    for one in reported[-40:]:
        answer = line.send("GET", f"/photos/{one.photo}")
        assert (answer.status, answer.body[:2], answer.body[-2:]) == (200, b"\xff\xd8", b"\xff\xd9")

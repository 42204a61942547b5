"""One at a time, whichever process: who is at work in the folder of backups, and since when."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from unitsafe.backups.rules import BackupError, Fault

LOCK, WORK = ".lock", ".work.json"
PATIENCE = 3.0
"""Seconds for which a page waits for the work it has started, so that most answers say how it went."""
log = logging.getLogger(__name__)


class Doing(StrEnum):
    """What may go on in the folder."""

    MAKING = "making"
    PROVING = "proving"


@dataclass(frozen=True)
class Work:
    """What goes on, about which file if it is about one, and since when."""

    doing: Doing
    name: str
    since: datetime


@contextmanager
def alone(folder: Path, doing: Doing, *, now: datetime, name: str = "") -> Iterator[None]:
    """Nobody else makes or proves a backup here meanwhile; the system ends it with the process.

    :raises BackupError: somebody does, or the folder cannot be written in.
    """
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(FileLock(folder / LOCK, timeout=0.3))
            held.callback(_forget, folder / WORK)
            said = {"doing": doing, "name": name, "since": now.isoformat()}
            (folder / WORK).write_text(json.dumps(said), "utf-8")
        except Timeout:
            line = "another backup is being made or proven just now; wait for it"
            raise BackupError(line, Fault.BUSY) from None
        except OSError as error:
            line = f"cannot write in {folder} ({error.strerror or error})"
            raise BackupError(line, Fault.UNWRITABLE) from None
        yield


def _forget(note: Path) -> None:
    with suppress(OSError):
        note.unlink(missing_ok=True)


def going_on(folder: Path) -> Work | None:
    """What goes on just now. A process that died has left its note, but not its lock."""
    try:
        said = json.loads((folder / WORK).read_text("utf-8"))
        found = Work(Doing(said["doing"]), said["name"], datetime.fromisoformat(said["since"]))
        with FileLock(folder / LOCK, timeout=0):
            return None
    except Timeout:
        return found
    except (OSError, ValueError, KeyError):
        return None


@dataclass
class Attempt:
    """What became of work beside a request: ``result``, or ``error``; neither while it goes on."""

    is_over: bool = False
    result: Any = None
    error: BackupError | None = None


def in_background(work: Callable[[], object]) -> Attempt:
    """Start ``work`` beside the request and wait a little for its end.

    ``work`` keeps what it finds in the folder: whoever asks next may be another process.
    """
    attempt = Attempt()
    thread = threading.Thread(target=_try, args=(work, attempt), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return attempt


def _try(work: Callable[[], object], attempt: Attempt) -> None:
    try:
        attempt.result = work()
    except BackupError as error:
        attempt.error = error
        log.warning("backups: %s", error)
    except Exception as error:
        attempt.error = BackupError(str(error), Fault.UNKNOWN)
        log.exception("backups: it failed")
    attempt.is_over = True

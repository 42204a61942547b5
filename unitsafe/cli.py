"""Commands for whoever runs the server: `flask --app app …`."""

import errno
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from unitsafe import clock, config, content
from unitsafe.backups import making, verifying
from unitsafe.backups.restoring import restore_backup
from unitsafe.backups.rules import BackupError
from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.blobs import StorageAway, StorageFull
from unitsafe.core.db import db
from unitsafe.core.domain import RuleError
from unitsafe.reminders import services as reminders
from unitsafe.startup import StartupError, prepare, require_current_schema

Command = TypeVar("Command", bound=Callable[..., Any])


def in_one_line(command: Command) -> Command:
    """What whoever runs the server has to mend is said in one line, without a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (StartupError, content.ContentError, RuleError, BackupError) as error:
            sys.exit(f"unitsafe: {error}")
        except StorageFull:
            sys.exit(f"unitsafe: {DISK_FULL}")
        except StorageAway as error:
            sys.exit(f"unitsafe: UNITSAFE_PHOTOS: the bucket cannot be used ({error.__cause__})")
        except sa.exc.DatabaseError as error:
            reason = str(error.orig).strip().splitlines()[0]
            sys.exit(f"unitsafe: {DISK_FULL if 'full' in reason else reason}")
        except OSError as error:
            sys.exit(f"unitsafe: {DISK_FULL if error.errno == errno.ENOSPC else error}")

    return cast(Command, run)


content_group = AppGroup("content", help="The content pack.")
audit_group = AppGroup("audit", help="The audit log.")
DISK_FULL = "the disk is full: nothing was written; make room and try again"


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(content_group)
    app.cli.add_command(audit_group)
    app.cli.add_command(demo)
    app.cli.add_command(backup)
    app.cli.add_command(restore)
    app.cli.add_command(remind)


@content_group.command("check")
def content_check() -> None:
    """Check the content pack; every problem names file, line, key and the mend."""
    problems, counts = content.check_report()
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo(" · ".join(f"{content.COUNT_LABELS.get(k, k)} {n}" for k, n in counts.items()))


@audit_group.command("verify")
@in_one_line
def audit_verify() -> None:
    """Prove that the log is whole; exit 1 and name the entries when it is not."""
    require_current_schema()
    faults = 0
    for number, sentence in audit.verify(db.session()):
        faults += 1
        click.echo(f"entry {number}: {sentence}")
    if faults:
        sys.exit(1)
    total = db.session.query(AuditEntry).count()
    click.echo(f"audit log intact: {total} entries")


@click.command()
@with_appcontext
@click.option("--seed", default=1, show_default=True, help="Another seed, another school year.")
@click.option(
    "--years",
    type=click.IntRange(0, 20),
    default=0,
    show_default=True,
    help="School years of history before this one, to try how fast it stays.",
)
@in_one_line
def demo(seed: int, years: int) -> None:
    """Load the sample school with a term of history; refuses a database that holds data."""
    from unitsafe.sample.load import load_sample

    prepare(current_app._get_current_object())  # type: ignore[attr-defined]
    counts = load_sample(db.session(), seed=seed, now=clock.now(), years=years)
    click.echo(" · ".join(f"{name} {count}" for name, count in counts.items()))


asks_passphrase = click.option(
    "--passphrase",
    "asks",
    is_flag=True,
    help="Ask for the passphrase that locks it; otherwise UNITSAFE_BACKUP_PASSPHRASE, if set.",
)


@click.command()
@with_appcontext
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="The zip to write (….zip), or a folder for it; otherwise UNITSAFE_BACKUPS.",
)
@asks_passphrase
@in_one_line
def backup(to: Path | None, asks: bool) -> None:
    """Back up database, photos and secret key into one zip; the server may be running."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    passphrase = _asked(is_new=True) if asks else ""
    file = making.make_backup(app, to, now=clock.now(), passphrase=passphrase)
    click.echo(f"{file} ({file.stat().st_size / 1_000_000:.1f} MB)")


@click.command()
@with_appcontext
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Also when this server holds data: it is put aside.")
@click.option("--verify", is_flag=True, help="Only prove the file; no server's data is touched.")
@asks_passphrase
@in_one_line
def restore(file: Path, yes: bool, verify: bool, asks: bool) -> None:
    """Put a backup in place of this server's data; stop the server first."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    passphrase = _asked(is_new=False) if asks else ""
    if verify:
        _verify(file, passphrase or app.config["SETTINGS"].backup_passphrase)
        return
    done = restore_backup(app, file, overwrite=yes, now=clock.now(), passphrase=passphrase)
    click.echo(f"restored: the school as of {done.manifest.created_at}")
    if done.before:
        click.echo(f"what was here before lies in {done.before}")


def _verify(file: Path, passphrase: str) -> None:
    found = verifying.verify(file, passphrase=passphrase, deep=True)
    wrong = verifying.complaints(found)
    click.echo(f"{'whole' if wrong else 'sound'}: {verifying.in_a_line(found)}")
    for complaint in wrong:
        click.echo(f"but {complaint}")
    if wrong:
        sys.exit(1)


def _asked(*, is_new: bool) -> str:
    """The passphrase that somebody types. Raises BackupError for one that is too short."""
    typed = str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new))
    if is_new and len(typed) < config.LEAST_PASSPHRASE:
        raise BackupError(f"give at least {config.LEAST_PASSPHRASE} characters")
    return typed


@click.command()
@with_appcontext
@in_one_line
def remind() -> None:
    """Send the reminders that are due, once; for cron, with UNITSAFE_REMIND=off for the server."""
    prepare(current_app._get_current_object())  # type: ignore[attr-defined]
    done = reminders.tick(db.session(), now=clock.now())
    click.echo(
        f"new {done.made} · sent {done.sent} · failed {done.failed} · given up {done.given_up}"
    )

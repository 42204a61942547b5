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

from unitsafe import backup as backups
from unitsafe import clock, content
from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.blobs import StorageFull
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
        except (StartupError, content.ContentError, RuleError, backups.BackupError) as error:
            sys.exit(f"unitsafe: {error}")
        except StorageFull:
            sys.exit(f"unitsafe: {DISK_FULL}")
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


@click.command()
@with_appcontext
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="The zip to write, or a folder for it; otherwise UNITSAFE_DATA/backups.",
)
@in_one_line
def backup(to: Path | None) -> None:
    """Back up database, photos and secret key into one zip; the server may be running."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    file = backups.make_backup(app, to, now=clock.now())
    click.echo(f"{file} ({file.stat().st_size / 1_000_000:.1f} MB)")


@click.command()
@with_appcontext
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Also when this server holds data: it is put aside.")
@in_one_line
def restore(file: Path, yes: bool) -> None:
    """Put a backup in place of this server's data; stop the server first."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    done = backups.restore_backup(app, file, overwrite=yes, now=clock.now())
    click.echo(f"restored: the school as of {done.manifest.created_at}")
    if done.before:
        click.echo(f"what was here before lies in {done.before}")


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

"""Commands for whoever runs the server: `flask --app app …`."""

import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from unitsafe import clock, content
from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.db import db
from unitsafe.core.domain import RuleError
from unitsafe.startup import prepare

content_group = AppGroup("content", help="The content pack.")
audit_group = AppGroup("audit", help="The audit log.")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(content_group)
    app.cli.add_command(audit_group)
    app.cli.add_command(demo)


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
def audit_verify() -> None:
    """Prove that the log is whole; exit 1 and name the entries when it is not."""
    prepare(current_app._get_current_object())  # type: ignore[attr-defined]
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
def demo(seed: int) -> None:
    """Load the sample school with a term of history; refuses a database that holds data."""
    from unitsafe.sample.load import load_sample

    prepare(current_app._get_current_object())  # type: ignore[attr-defined]
    try:
        counts = load_sample(db.session(), seed=seed, now=clock.now())
    except RuleError as error:
        sys.exit(f"unitsafe: {error}")
    click.echo(" · ".join(f"{name} {count}" for name, count in counts.items()))

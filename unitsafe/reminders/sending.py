"""Sending what is in the outbox: claim and commit, send outside any transaction, record.

A notice is sent exactly once, but for one case: a process that ends after a service took the
message and before that is recorded. Then its claim lapses and it is sent once more (at least once);
if that sender ends too, nobody tries again.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session, joinedload

from unitsafe.core.db import write_tx
from unitsafe.reminders import queries, rules
from unitsafe.reminders.models import Channel, Notice
from unitsafe.reminders.rules import Kind

CHILD_FILE = Path(__file__).with_name("sending_child.py")
PER_CHANNEL, PER_TICK = 5, 80
"""Messages; robots of chats take 20 a minute."""
SECONDS, SECONDS_FOR_ONE = 45, 12
"""How long sending may take, of all and of a single message."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parcel:
    """A notice on its way: the channel's whole address, what is said."""

    id: int
    channel: int
    url: str
    title: str
    text: str


Deliver = Callable[[Sequence[Parcel]], Mapping[int, str]]
"""Notice → empty when it was sent, else what went wrong; those left out were not tried."""


@dataclass
class Sent:
    """What a round of sending came to."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0


def send_due(session: Session, *, now: datetime, deliver: Deliver | None = None) -> Sent:
    """Send what may go out ``now``, at most PER_CHANNEL for each channel."""
    done = Sent()
    if session.scalar(queries.due(now, 1, 1)) is None:
        return done
    with write_tx(session) as tx:
        parcels = claim(tx, queries.due(now, PER_CHANNEL, PER_TICK), now=now, done=done)
    if parcels:
        results = (deliver or by_child)(parcels)
        with write_tx(session) as tx:
            record(tx, parcels, results, now=now, done=done)
    return done


def send_one(
    session: Session, notice_id: int, *, now: datetime, deliver: Deliver | None = None
) -> str:
    """Send one notice at once; empty when it was sent, else what went wrong."""
    wanted = sa.select(Notice.id).where(Notice.id == notice_id, queries.is_open())
    with write_tx(session) as tx:
        parcels = claim(tx, wanted, now=now, done=Sent())
    results = (deliver or _soon)(parcels) if parcels else {}
    with write_tx(session) as tx:
        record(tx, parcels, results, now=now, done=Sent())
    return results.get(notice_id, str(_("没有发出去，请稍后再试。")))


def claim(session: Session, wanted: sa.Select[Any], *, now: datetime, done: Sent) -> list[Parcel]:
    """Take the ``wanted`` notices for this sender; those that it is too late for are given up."""
    rows = session.scalars(
        sa.select(Notice)
        .where(Notice.id.in_(wanted))
        .options(joinedload(Notice.channel))
        .order_by(queries.urgent_first(), Notice.id)
    ).all()
    address, mailbox = queries.address(session), queries.mailbox(session)
    parcels = []
    for one in rows:
        if one.claimed_until is not None:
            one.lapses += 1
        if reason := _why_not(one, now):
            one.given_up_at, one.last_error, one.claimed_until = now, reason, None
            done.given_up += 1
            continue
        one.claimed_until, one.attempts = now + rules.LEASE, one.attempts + 1
        url = one.channel.url or (rules.mailed_to(mailbox, one.channel.mail_to) if mailbox else "")
        link = f"\n{address}{one.path}" if address and one.path else ""
        title = _("【安全提醒】%(title)s", title=one.title)
        parcels.append(Parcel(one.id, one.channel_id, url, title, one.body + link))
    session.flush()
    return parcels


def _why_not(notice: Notice, now: datetime) -> str:
    if rules.is_stale(notice.kind, notice.created_at, now):
        return str(_("过了当天，不再发。%(error)s", error=notice.last_error)).strip()
    if notice.lapses >= rules.MOST_LAPSES:
        return str(_("发送时程序两次中断，可能已经发到，不再重发。"))
    return ""


def record(
    session: Session,
    parcels: Sequence[Parcel],
    results: Mapping[int, str],
    *,
    now: datetime,
    done: Sent,
) -> None:
    """What became of what was claimed."""
    rows = session.scalars(
        sa.select(Notice)
        .where(Notice.id.in_([parcel.id for parcel in parcels]))
        .options(joinedload(Notice.channel))
        .order_by(Notice.id)
    ).all()
    for one in rows:
        one.claimed_until = None
        error = results.get(one.id)
        if error is None:
            one.attempts -= 1
        elif error:
            _failed(one, error, now, done)
        else:
            one.sent_at, one.last_error, done.sent = now, "", done.sent + 1
    for channel in {one.channel for one in rows}:
        _keep_score(session, channel, [one for one in rows if one.channel is channel], results, now)
    session.flush()


def _failed(notice: Notice, error: str, now: datetime, done: Sent) -> None:
    notice.last_error = error[:200]
    again = None if notice.kind is Kind.TEST else rules.next_try(notice.attempts, now)
    if again is None:
        notice.given_up_at, done.given_up = now, done.given_up + 1
    else:
        notice.not_before, done.failed = again, done.failed + 1


def _keep_score(
    session: Session,
    channel: Channel,
    notices: Iterable[Notice],
    results: Mapping[int, str],
    now: datetime,
) -> None:
    """A channel that fails rests, so that nobody waits for it; one that works again takes what has
    waited."""
    outcomes = [results[one.id] for one in notices if one.id in results]
    if any(outcomes):
        channel.failures += 1
        channel.rest_until = now + rules.pause(channel.failures)
    elif outcomes and channel.failures:
        channel.failures, channel.rest_until = 0, None
        hours = queries.setting(session).hours
        for kind in Kind:
            session.execute(
                sa.update(Notice)
                .where(Notice.channel_id == channel.id, Notice.kind == kind, Notice.attempts > 0)
                .where(queries.is_open())
                .values(not_before=rules.not_before(kind, now, hours))
            )


def by_child(parcels: Sequence[Parcel], seconds: float = SECONDS) -> dict[int, str]:
    """Deliver through apprise in a child process, which is ended after ``seconds``."""
    results = {parcel.id: _sentence("no_mailbox") for parcel in parcels if not parcel.url}
    wanted = [vars(parcel) for parcel in parcels if parcel.url]
    for line in _ask_child({"parcels": wanted}, seconds) if wanted else ():
        if "trying" in line:
            results[line["id"]] = _sentence("no_answer")
        else:
            code = line["code"]
            results[line["id"]] = _sentence(code, line["detail"]) if code else ""
    return results


def _soon(parcels: Sequence[Parcel]) -> dict[int, str]:
    return by_child(parcels, SECONDS_FOR_ONE)


def masked(url: str) -> str:
    """The address without its secrets; empty when apprise does not know such a channel."""
    return next((str(line["masked"]) for line in _ask_child({"check": url}, SECONDS_FOR_ONE)), "")


def _ask_child(request: Mapping[str, object], seconds: float) -> list[dict[str, Any]]:
    """The lines of the child's answer, as far as it came."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-X", "utf8", str(CHILD_FILE)],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        said = done.stdout
        if done.returncode:
            log.error("sending ended with %s: %s", done.returncode, _last_line(done.stderr))
    except subprocess.TimeoutExpired as error:
        said = error.stdout or b""
    lines = said.decode("utf-8", "replace").split("\n")
    return [json.loads(line) for line in lines[:-1]]


def _last_line(complaint: bytes) -> str:
    """What an exception says, without the lines before it, which may hold an address."""
    return complaint.decode("utf-8", "replace").strip().rpartition("\n")[2].partition(":")[0]


def _sentence(code: str, detail: str = "") -> str:
    """What the child's ``code`` means to whoever set the channel up."""
    sentences = {
        "unknown": _("渠道的地址不对。"),
        "no_mailbox": _("学校还没有可以发信的邮箱。"),
        "no_answer": _("对方没有回应。"),
        "unreachable": _("连不上对方的服务器，请检查学校电脑能不能上网。"),
        "certificate": _("对方的证书有问题，没有发。"),
        "status": _("对方没有收下（%(detail)s）。", detail=detail),
        "refused": _("对方没有收下：%(detail)s", detail=detail),
        "failed": _("没有发出去，请核对地址、账号和密码。"),
    }
    return str(sentences[code])

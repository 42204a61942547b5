"""Accounts: opened from the staff list, one-time links to set a password, visitors."""

import secrets
from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.people import devices, queries, services
from unitsafe.people.models import Person, PersonStatus, SignInLink
from unitsafe.people.rules import (
    LinkState,
    last_day_of_link,
    last_day_of_visit,
    link_state,
    proposed_usernames,
)

VISITOR = "inspector"
"""The post of a visiting inspector. Source: content/duties.yaml."""
TOKEN_LENGTH = 26
"""Signs of a link's token, each one of 31: 128 bits."""


def open_accounts(session: Session, ids: Collection[int], *, by: Actor, now: datetime) -> int:
    """Accounts, still without a password, for those of ``ids`` who have none; how many that were.

    The account name is the person's name. Raises RuleError when there was nobody left to give one.
    """
    people = [person for person in queries.without_account(session) if person.id in ids]
    if not people:
        raise RuleError("勾选的人都已经有账号了，请刷新页面看看。")
    names = proposed_usernames([one.name for one in people], queries.usernames(session))
    for person, username in zip(people, names, strict=True):
        person.username, person.account_at = username, now
        data = {"username": username}
        audit.record(session, "person.account", f"person:{person.id}", by=by, now=now, data=data)
    return len(people)


def make_link(session: Session, person: Person, *, days: int, by: Actor, now: datetime) -> str:
    """The token of a new link for ``person``, good for ``days`` days; earlier ones are void.

    Whoever has used the account before loses the password and every device with it.

    :raises RuleError: one's own account, or somebody without one.
    """
    if person.id == by.id:
        raise RuleError("自己的密码请到“我的”里修改。")
    if person.status is not PersonStatus.ACTIVE or not person.username:
        raise RuleError("%(name)s没有账号，不能生成登录链接。", name=person.name)
    today, until = clock.local(now).date(), person.account_until
    if until and until < today:
        raise RuleError("%(name)s的账号已到期，请先延长。", name=person.name)
    is_reset = person.last_seen_on is not None
    if is_reset:
        person.password_hash = None
        devices.end_all(session, person.id, now=now)
    _void_links(session, person.id, now)
    token = _add_link(session, person, clock.end_of(last_day_of_link(today, days, until)), now)
    act = "person.reset" if is_reset else "person.link"
    audit.record(session, act, f"person:{person.id}", by=by, now=now, data={"days": days})
    return token


def exchange(session: Session, person: Person, *, by: Actor, now: datetime) -> str:
    """The token of a link that lets the person set a password of their own, for the temporary one
    that was just given in; good for the rest of the day."""
    _void_links(session, person.id, now)
    token = _add_link(session, person, clock.end_of(clock.local(now).date()), now)
    audit.record(session, "person.exchange", f"person:{person.id}", by=by, now=now)
    return token


def _add_link(session: Session, person: Person, expires_at: datetime, now: datetime) -> str:
    token = "".join(secrets.choice(services.READABLE) for _ in range(TOKEN_LENGTH))
    session.add(
        SignInLink(
            person_id=person.id,
            token_hash=queries.token_hash(token),
            made_at=now,
            expires_at=expires_at,
        )
    )
    return token


def _void_links(session: Session, person_id: int, now: datetime) -> None:
    for link in session.scalars(
        sa.select(SignInLink).where(
            SignInLink.person_id == person_id,
            SignInLink.used_at.is_(None),
            SignInLink.voided_at.is_(None),
        )
    ):
        link.voided_at = now


def state_of(link: SignInLink, now: datetime) -> LinkState:
    """What ``link`` (loaded with its person) is good for; who left has no use for one."""
    if link.person.status is not PersonStatus.ACTIVE or not link.person.username:
        return LinkState.VOIDED
    return link_state(
        expires_at=link.expires_at, used_at=link.used_at, voided_at=link.voided_at, now=now
    )


def use_link(
    session: Session, link: SignInLink, password_hash: str, *, by: Actor, now: datetime
) -> None:
    """The person sets a password by an open ``link``, which is used up by that.

    :raises RuleError: the link is not open any more.
    """
    if state_of(link, now) is not LinkState.OPEN:
        raise RuleError("这个链接已经不能用了，请找学校安全员要一个新的。")
    link.used_at = now
    services.set_password(session, link.person, password_hash, by=by, now=now)


def add_visitor(
    session: Session, *, name: str, until_on: date, today: date, by: Actor, now: datetime
) -> Person:
    """An account for a visiting inspector, who reads everything until that day (included).

    :raises RuleError: the day is past or too far away.
    """
    _check_visit(until_on, today)
    username = next(proposed_usernames([name], queries.usernames(session)))
    visitor = services.add_person(
        session,
        name=name,
        username=username,
        password_hash=None,
        phone="",
        posts=[VISITOR],
        from_on=today,
        by=by,
        now=now,
    )
    visitor.account_until = until_on
    return visitor


def extend_visit(
    session: Session, visitor: Person, *, until_on: date, today: date, by: Actor, now: datetime
) -> None:
    """The visitor's account works until that day (included). Raises RuleError."""
    if visitor.account_until is None:
        raise RuleError("这个账号没有到期日，不用延长。")
    _check_visit(until_on, today)
    data = {"before": visitor.account_until, "until": until_on}
    visitor.account_until = until_on
    audit.record(session, "person.visit", f"person:{visitor.id}", by=by, now=now, data=data)


def _check_visit(until_on: date, today: date) -> None:
    if until_on < today:
        raise RuleError("到期日不能早于今天。")
    if until_on > last_day_of_visit(today):
        raise RuleError("检查组账号最多开31天，到期后可以再延长。")


def _close(session: Session, person: Person, today: date, by: Actor, now: datetime) -> None:
    """A person leaves: links that were not used are void."""
    _void_links(session, person.id, now)


services.on_leave.append(_close)

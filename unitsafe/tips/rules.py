"""What may happen to a tip: states, steps, limits, numbers. Pure tables and functions."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from unitsafe.core.domain import Actor, Right


class State(StrEnum):
    """Where a tip stands."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    HAZARD = "hazard"
    ANSWERED = "answered"


UNANSWERED = (State.RECEIVED, State.ACCEPTED, State.HAZARD)


class Channel(StrEnum):
    """How it came: by a page of ours (the form, the plate of a place), or written down for
    somebody who called, came or left a letter."""

    WEB = "web"
    PLATE = "plate"
    PHONE = "phone"
    IN_PERSON = "in_person"
    MAILBOX = "mailbox"


PUBLIC = (Channel.WEB, Channel.PLATE)
BY_STAFF = (Channel.PHONE, Channel.IN_PERSON, Channel.MAILBOX)


class Outcome(StrEnum):
    """What an answer says became of it."""

    FIXED = "fixed"
    NO_HAZARD = "no_hazard"
    UNDER_WAY = "under_way"


class Action(StrEnum):
    """What is done with a tip; also the name of its view and of the event."""

    RECEIVE = "receive"
    ACCEPT = "accept"
    MAKE_HAZARD = "make_hazard"
    ANSWER = "answer"
    NOTE = "note"
    REWARD = "reward"
    RATE = "rate"


HANDLE = (Right.DISPATCH_HAZARD, Right.ASSIGN_ALL)
"""Who deals with tips, and sees who sent them."""
READ = (*HANDLE, Right.VIEW_ALL)


@dataclass(frozen=True)
class Transition:
    """From where, to where; without a target the tip stays where it is."""

    sources: tuple[State, ...]
    target: State | None = None


TRANSITIONS: Mapping[Action, Transition] = {
    Action.ACCEPT: Transition((State.RECEIVED,), State.ACCEPTED),
    Action.MAKE_HAZARD: Transition((State.RECEIVED, State.ACCEPTED), State.HAZARD),
    Action.ANSWER: Transition((*UNANSWERED, State.ANSWERED), State.ANSWERED),
    Action.NOTE: Transition((State.ACCEPTED, State.HAZARD, State.ANSWERED)),
    Action.REWARD: Transition((State.ACCEPTED, State.HAZARD, State.ANSWERED)),
}
"""The workflow inside the school. Source: domain README §7 (举报), §9 (举报登记). A later answer
adds to the one before."""


def open_actions(state: State, actor: Actor) -> list[Action]:
    """What ``actor`` may do next: what the page offers and what the services accept."""
    if not set(HANDLE) & actor.rights:
        return []
    return [action for action, move in TRANSITIONS.items() if state in move.sources]


def may_rate(state: State, rating: int | None) -> bool:
    """Whoever sent it says once how it was handled, after the answer."""
    return state is State.ANSWERED and rating is None


def days_late(state: State, due_on: date, today: date) -> int:
    """Calendar days past the day of the answer; 0 in time or answered."""
    return max(0, (today - due_on).days) if state in UNANSWERED else 0


def due_on(received_on: date, days: int) -> date:
    """The day by the end of which it is answered. Source: domain README §7 (7 days, product)."""
    return received_on + timedelta(days=days)


MOST_PHOTOS = 3
"""Source: domain README §8 step 1."""
DISK_FLOOR = 1024 * 1024 * 1024
"""Bytes that have to stay free on the disk: below, strangers' photos are not taken any more."""

SIGNS = "234679ACDEFGHJKMNPQRTWXY"
"""Signs of a tip's secret word; none is mistaken for another, by hand or by ear."""
WORD_LENGTH = 6
"""24⁶ = 190 million words for each number."""
TYPED = re.compile(rf"JB([0-9]{{4}})([0-9]{{4,9}})([A-Z0-9]{{{WORD_LENGTH}}})")


def number(year: int, serial: int) -> str:
    """JB-2026-0007: what the school calls it. Says nothing to whoever guesses."""
    return f"JB-{year}-{serial:04d}"


def new_word(choose: Callable[[str], str] = secrets.choice) -> str:
    """The part of the address that only whoever sent it knows."""
    return "".join(choose(SIGNS) for _ in range(WORD_LENGTH))


def typed_number(text: str) -> tuple[str, str] | None:
    """(number, word) of what somebody typed, with or without dashes; None when it is neither."""
    found = TYPED.fullmatch(re.sub(r"[\s\-—－_]", "", text[:60]).upper())
    return (f"JB-{found[1]}-{found[2]}", found[3]) if found else None


def masked_phone(text: str) -> str:
    """138****1234, for whoever does not deal with tips."""
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 10 else "****" if text else ""


def masked_name(text: str) -> str:
    """王**."""
    return f"{text[0]}**" if text else ""

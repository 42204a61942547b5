"""What the rows of a list come to: what each would do, and what is wrong with it."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _


class Outcome(StrEnum):
    """What a row would do."""

    NEW = "new"
    FILL = "fill"
    SAME = "same"
    PROBLEM = "problem"


class Weight(StrEnum):
    """How a remark counts: it forbids the row, wants a confirmation, or only tells."""

    PROBLEM = "problem"
    CONFIRM = "confirm"
    HINT = "hint"


@dataclass(frozen=True)
class Note:
    """A remark beside the cell of ``field``."""

    field: str
    weight: Weight
    text: str


@dataclass
class Line:
    """A row: its number in the sheet, its texts by field, what they mean, what is said about it.

    ``target`` is the record that is there already; ``fills`` what would be written into its blanks.
    """

    number: int
    texts: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    target: Any = None
    fills: dict[str, Any] = field(default_factory=dict)

    def problem(self, name: str, text: str) -> None:
        """The row cannot be imported because of the cell of field ``name``."""
        self.notes.append(Note(name, Weight.PROBLEM, text))

    def confirm(self, name: str, text: str) -> None:
        """Somebody has to look at it."""
        self.notes.append(Note(name, Weight.CONFIRM, text))

    def hint(self, name: str, text: str) -> None:
        """Worth knowing."""
        self.notes.append(Note(name, Weight.HINT, text))

    def text(self, name: str, title: Any, most: int, *, is_needed: bool = False) -> str:
        """The text of a field on one line; too long or missing is a problem."""
        found = self.texts.get(name, "").replace("\n", "")
        if is_needed and not found:
            self.problem(name, _("没有填%(title)s。", title=title))
        if len(found) > most:
            self.problem(name, _("太长了，最多%(most)s个字。", most=most))
        return found

    @property
    def outcome(self) -> Outcome:
        """What it would do."""
        if self.has(Weight.PROBLEM):
            return Outcome.PROBLEM
        if self.target is None:
            return Outcome.NEW
        return Outcome.FILL if self.fills else Outcome.SAME

    def has(self, weight: Weight) -> bool:
        """Whether a remark of that weight was made."""
        return any(note.weight is weight for note in self.notes)

    def about(self, name: str) -> list[Note]:
        """The remarks beside the cell of field ``name``."""
        return [note for note in self.notes if note.field == name]


@dataclass
class Plan:
    """A whole list; ``more`` tells what comes along with its rows, such as new buildings."""

    lines: Sequence[Line]
    more: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.counts = Counter(line.outcome for line in self.lines)
        self.problems = self.counts[Outcome.PROBLEM]
        self.confirms = sum(
            line.has(Weight.CONFIRM) and line.outcome is not Outcome.PROBLEM for line in self.lines
        )
        self.works = self.counts[Outcome.NEW] + self.counts[Outcome.FILL]

    @property
    def seen(self) -> str:
        """A sign of what would be done: it changes when the records or the list changed."""
        said = [
            [line.number, line.outcome, line.texts, [note.text for note in line.notes]]
            for line in self.lines
        ]
        text = json.dumps([said, self.more], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def doing(self, outcome: Outcome) -> list[Line]:
        """The rows with that outcome."""
        return [line for line in self.lines if line.outcome is outcome]


def mark_repeated(lines: Sequence[Line], keys: Sequence[Any], name: str) -> None:
    """Two rows with the same key: the later one is a problem of field ``name``. None is no key."""
    first: dict[Any, int] = {}
    for line, key in zip(lines, keys, strict=True):
        if key is None:
            continue
        if key in first:
            line.problem(name, _("和第%(row)s行重复。", row=first[key]))
        first.setdefault(key, line.number)


def like(names: Sequence[str]) -> str:
    """（相近的有：三层走道、二层走道）, or nothing."""
    return _("（相近的有：%(names)s）", names="、".join(names)) if names else ""

"""The score table of a quarter: every item with its figures, its points and who gave them.

Plain data that can be stored: what a principal signs is ``plain(sheet)``, what is shown of a signed
assessment is read back from it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

from unitsafe.assessments import rules
from unitsafe.assessments.quarters import Quarter, read
from unitsafe.assessments.rules import ZERO, Count
from unitsafe.content.build import plain
from unitsafe.content.model import Basis, Grade
from unitsafe.core import audit


@dataclass(frozen=True, slots=True)
class Attached:
    """A file behind a score."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Given:
    """What the team said of a part or a veto. ``entry`` is the row's id."""

    entry: int
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of evidence of an item: a figure, or a look by people along ``rubric``.

    ``amount`` and ``whole`` are the figure (rules.Count), ``expected`` what it is compared with;
    ``empty`` the rule that was used because the ledger is empty. ``suggested`` is what the ledgers
    say, ``points`` what counts: None while people have not scored it.
    """

    number: int
    type: Literal["metric", "manual"]
    most: Decimal
    metric: str = ""
    label: str = ""
    unit: str = ""
    formula: str = ""
    amount: Decimal | None = None
    whole: int | None = None
    expected: Decimal | None = None
    empty: str = ""
    rubric: str = ""
    applies: bool = True
    suggested: Decimal | None = None
    points: Decimal | None = None
    given: Given | None = None
    files: tuple[Attached, ...] = ()

    @property
    def count(self) -> Count:
        """The figure."""
        return Count(self.amount, self.whole)

    @property
    def is_changed(self) -> bool:
        """Whether people gave other points than the ledgers suggest."""
        return self.type == "metric" and self.points != self.suggested

    @property
    def is_unanswered(self) -> bool:
        """Whether people still have to score it."""
        return self.applies and self.points is None


@dataclass(frozen=True, slots=True)
class Veto:
    """One thing that fails the whole assessment. ``holds`` is None while nobody has said.

    ``item`` is the key of the item it belongs to, empty for those of the whole school; ``counted``
    says that the ledgers tell so.
    """

    key: str
    text: str
    item: str = ""
    metric: str = ""
    amount: Decimal | None = None
    counted: bool = False
    holds: bool | None = None
    given: Given | None = None
    basis: tuple[Basis, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """``applies_when`` names the fact of the school without which it does not apply."""

    key: str
    number: str
    text: str
    most: Decimal
    how_to_score: str
    parts: tuple[Part, ...]
    basis: tuple[Basis, ...] = ()
    veto: bool = False
    applies_when: str = ""

    @property
    def applies(self) -> bool:
        """Whether it counts."""
        return any(part.applies for part in self.parts)

    @property
    def of(self) -> Decimal:
        """The points that can be reached."""
        return sum((part.most for part in self.parts if part.applies), ZERO)

    @property
    def got(self) -> Decimal:
        """The points reached so far."""
        return sum((part.points or ZERO for part in self.parts if part.applies), ZERO)

    @property
    def suggested(self) -> Decimal | None:
        """What the ledgers say; None where people score all of it."""
        found = [one.suggested for one in self.parts if one.applies and one.suggested is not None]
        return sum(found, ZERO) if found else None

    @property
    def is_unanswered(self) -> bool:
        """Whether a part still waits for people."""
        return any(part.is_unanswered for part in self.parts)

    @property
    def is_changed(self) -> bool:
        """Whether people gave a part other points than the ledgers suggest."""
        return any(part.applies and part.is_changed for part in self.parts)

    @property
    def is_unmet(self) -> bool:
        """Whether points are missing, everything being answered."""
        return self.applies and not self.is_unanswered and self.got < self.of

    @property
    def files(self) -> tuple[Attached, ...]:
        """All files behind its scores."""
        return tuple(file for part in self.parts for file in part.files)

    def part(self, number: int) -> Part | None:
        """The piece of evidence of that number."""
        return next((part for part in self.parts if part.number == number), None)


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    title: str
    points: Decimal
    items: tuple[Item, ...]

    @property
    def of(self) -> Decimal:
        """The points that can be reached."""
        return sum((item.of for item in self.items), ZERO)

    @property
    def got(self) -> Decimal:
        """The points reached so far."""
        return sum((item.got for item in self.items), ZERO)


@dataclass(frozen=True, slots=True)
class Capability:
    key: str
    no: int
    title: str
    points: Decimal
    groups: tuple[Group, ...]

    @property
    def of(self) -> Decimal:
        """The points that can be reached."""
        return sum((group.of for group in self.groups), ZERO)

    @property
    def got(self) -> Decimal:
        """The points reached so far."""
        return sum((group.got for group in self.groups), ZERO)

    @property
    def share(self) -> Fraction | None:
        """0 to 1; None when nothing of it applies."""
        return Fraction(self.got) / Fraction(self.of) if self.of else None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team."""

    person: int
    name: str
    title: str


@dataclass(frozen=True)
class Sheet:
    """The whole table. ``on`` is the day of the figures; ``frozen_at`` when they were kept, None
    while they are a preview. ``edition`` names the standard's version."""

    code: str
    title: str
    edition: str
    on: date
    frozen_at: datetime | None
    grades: tuple[Grade, ...]
    cap_below: int
    capabilities: tuple[Capability, ...]
    vetoes: tuple[Veto, ...]
    members: tuple[Member, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def quarter(self) -> Quarter:
        """The quarter it is about."""
        found = read(self.code)
        if found is None:
            raise ValueError(f"no quarter {self.code!r}")
        return found

    def items(self) -> Iterator[Item]:
        """All items in printing order."""
        for capability in self.capabilities:
            for group in capability.groups:
                yield from group.items

    def item(self, key: str) -> Item | None:
        """The item of that key."""
        return next((item for item in self.items() if item.key == key), None)

    def part_of(self, metric: str) -> Part | None:
        """The first part that is scored by a figure."""
        parts = (part for item in self.items() for part in item.parts)
        return next((part for part in parts if part.metric == metric), None)

    def item_of(self, metric: str) -> Item | None:
        """The item of that part, or the one whose veto the figure tells."""
        vetoed = {veto.item for veto in self.vetoes if veto.metric == metric}
        return next(
            (
                item
                for item in self.items()
                if item.key in vetoed or any(part.metric == metric for part in item.parts)
            ),
            None,
        )

    def veto(self, key: str) -> Veto | None:
        """The veto of that key."""
        return next((veto for veto in self.vetoes if veto.key == key), None)

    @cached_property
    def got(self) -> Decimal:
        """The points reached so far."""
        return sum((one.got for one in self.capabilities), ZERO)

    @cached_property
    def of(self) -> Decimal:
        """The points that can be reached."""
        return sum((one.of for one in self.capabilities), ZERO)

    @cached_property
    def total(self) -> Decimal | None:
        """Of a hundred, one decimal; None when nothing applies."""
        return rules.total(self.got, self.of)

    @cached_property
    def grade(self) -> str:
        """The grade by points, vetoes and the cap."""
        return self._grade(cap_below=self.cap_below)

    @cached_property
    def is_capped(self) -> bool:
        """Whether a weak capability kept it from the first grade."""
        return self.grade != self._grade(cap_below=0)

    def _grade(self, *, cap_below: int) -> str:
        shares = [one.share for one in self.capabilities if one.share is not None]
        return rules.grade(
            self.total,
            self.grades,
            is_vetoed=bool(self.holding),
            shares=shares,
            cap_below=cap_below,
        )

    @cached_property
    def holding(self) -> list[Veto]:
        """The vetoes that hold."""
        return [veto for veto in self.vetoes if veto.holds]

    @cached_property
    def unmet(self) -> list[Item]:
        """Items with points missing."""
        return [item for item in self.items() if item.is_unmet]

    @cached_property
    def unanswered(self) -> list[Item]:
        """Items that still wait for people."""
        return [item for item in self.items() if item.is_unanswered]

    @cached_property
    def unsaid(self) -> list[Veto]:
        """Vetoes of which nobody has said whether they hold."""
        return [veto for veto in self.vetoes if veto.holds is None]

    @property
    def is_complete(self) -> bool:
        """Whether people have answered everything."""
        return not self.unanswered and not self.unsaid

    @cached_property
    def mark(self) -> str:
        """SHA-256 (hex) of all of it but the warnings and what the team's posts are called: the same
        for the same table."""
        members = tuple(replace(one, title="") for one in self.members)
        return content_hash(plain(replace(self, warnings=(), members=members)))


def content_hash(body: object) -> str:
    """SHA-256 (hex) of what was signed."""
    return hashlib.sha256(audit.canonical({"sheet": body}).encode()).hexdigest()

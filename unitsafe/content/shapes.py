"""Shapes that content must have: small checkers that report every fault with its place.

A shape looks at one value and returns whether all of it is well formed. Names that other entries
refer to are collected on the way (`Defines`) and looked up at the end (`Ref`, `Run.resolve`).
"""

import difflib
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, time
from itertools import pairwise
from typing import Any, Protocol

from unitsafe.content.reading import Document, Problem, Step, Steps

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_SHORT_LIST = 12


@dataclass
class Run:
    """One check of a whole pack: problems found, names defined, names used."""

    problems: list[Problem] = field(default_factory=list)
    names: dict[str, dict[str, "Place"]] = field(default_factory=dict)
    uses: list[tuple[tuple[str, ...], frozenset[str], str, "Place"]] = field(default_factory=list)

    def define(self, kind: str, name: str, at: "Place") -> bool:
        """Note that ``name`` exists; a second one of its kind is a problem."""
        known = self.names.setdefault(kind, {})
        if name in known:
            first = known[name]
            at.wrong(f"“{name}”重复，{first.doc.name} 第 {first.line} 行已用过；换一个名字")
            return False
        known[name] = at
        return True

    def resolve(self) -> None:
        """Report every use of a name that nobody defined.

        A kind of which nothing was found is passed over: its own list is missing, and that is
        reported once instead of at every use.
        """
        for kinds, also, name, at in self.uses:
            defined = [name for kind in kinds for name in self.names.get(kind, {})]
            if defined and name not in defined and name not in also:
                at.wrong(f"没有“{name}”；{suggest(name, [*defined, *sorted(also)])}")


@dataclass(frozen=True)
class Place:
    """A spot in a document, where problems are reported."""

    run: Run
    doc: Document
    path: Steps = ()

    def __truediv__(self, step: Step) -> "Place":
        return Place(self.run, self.doc, (*self.path, step))

    @property
    def line(self) -> int:
        return self.doc.line(self.path)

    def wrong(self, text: str) -> None:
        """Report ``text``: what is wrong；how to mend."""
        shown = self.doc.show(self.path)
        self.run.problems.append(Problem(self.doc.name, self.line, shown, text))


def suggest(name: str, known: Collection[str]) -> str:
    """A mend for an unknown ``name``: the nearest known one, or those to choose from."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f"是不是“{near[0]}”？"
    if not known:
        return "先定义它，或删去这一处"
    if len(known) <= _SHORT_LIST:
        return f"可用的有：{'、'.join(known)}"
    return "改成已有的名字，或先定义它"


def describe(value: object) -> str:
    """What somebody wrote, in words."""
    if value is None:
        return "空"
    if isinstance(value, bool):
        return "是/否（true/false）"
    if isinstance(value, int | float):
        return f"数字 {value}"
    if isinstance(value, date):
        return f"日期 {value}"
    if isinstance(value, str):
        return f"“{value}”" if len(value) <= 20 else f"“{value[:20]}…”"
    return "一个列表" if isinstance(value, list) else "一组键值"


class Shape(Protocol):
    """``wants`` completes 应为…; ``check`` reports faults and returns whether there were none."""

    @property
    def wants(self) -> str: ...

    def check(self, value: Any, at: Place) -> bool: ...


def mismatch(shape: Shape, value: object, at: Place) -> bool:
    """Report that ``value`` is not what ``shape`` wants; returns False."""
    quote = not isinstance(value, str | list | dict | None)
    mend = "加上引号写成文字" if quote and isinstance(shape, Text | Clock) else "改成要求的写法"
    at.wrong(f"应为{shape.wants}，写的是{describe(value)}；{mend}")
    return False


@dataclass(frozen=True)
class Text:
    """Words, not blank; ``pattern`` (with ``hint`` for people) narrows them."""

    pattern: str = ""
    hint: str = ""

    @property
    def wants(self) -> str:
        return self.hint or "文字"

    def check(self, value: Any, at: Place) -> bool:
        good = isinstance(value, str) and bool(value.strip())
        if not good or (self.pattern and not re.fullmatch(self.pattern, value)):
            return mismatch(self, value, at)
        return True


@dataclass(frozen=True)
class Clock:
    """A wall clock time, quoted: YAML reads a bare 22:00 as a number."""

    wants: str = "时间，如 '22:00'"

    def check(self, value: Any, at: Place) -> bool:
        good = isinstance(value, str) and _CLOCK.fullmatch(value)
        return bool(good) or mismatch(self, value, at)


@dataclass(frozen=True)
class YesNo:
    wants: str = "true 或 false"

    def check(self, value: Any, at: Place) -> bool:
        return isinstance(value, bool) or mismatch(self, value, at)


@dataclass(frozen=True)
class Number:
    """A number between ``low`` and ``high`` inclusive; ``whole`` allows no fraction."""

    low: float | None = None
    high: float | None = None
    whole: bool = False

    @property
    def wants(self) -> str:
        kind = "整数" if self.whole else "数字"
        if self.low is not None and self.high is not None:
            return f"{self.low} 到 {self.high} 的{kind}"
        return f"不小于 {self.low} 的{kind}" if self.low is not None else kind

    def check(self, value: Any, at: Place) -> bool:
        types: tuple[type, ...] = (int,) if self.whole else (int, float)
        good = isinstance(value, types) and not isinstance(value, bool)
        if not good or value != value or value in (float("inf"), float("-inf")):
            return mismatch(self, value, at)
        low = self.low is None or value >= self.low
        high = self.high is None or value <= self.high
        return (low and high) or mismatch(self, value, at)


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    options: tuple[str, ...]

    @property
    def wants(self) -> str:
        return f"{'、'.join(self.options)} 之一"

    def check(self, value: Any, at: Place) -> bool:
        if value in self.options:
            return True
        if isinstance(value, str):
            at.wrong(f"不能是“{value}”；{suggest(value, self.options)}")
            return False
        return mismatch(self, value, at)


@dataclass(frozen=True)
class Maybe:
    """The inner shape, or null."""

    shape: Shape

    @property
    def wants(self) -> str:
        return f"{self.shape.wants}，或 null"

    def check(self, value: Any, at: Place) -> bool:
        return value is None or self.shape.check(value, at)


@dataclass(frozen=True)
class Defines:
    """A new name, once per kind. ``words`` admits any text, otherwise small Latin letters."""

    kinds: tuple[str, ...]
    words: bool = False

    @property
    def wants(self) -> str:
        return "文字" if self.words else "小写字母、数字和下划线组成的名字"

    def check(self, value: Any, at: Place) -> bool:
        good = isinstance(value, str) and bool(value.strip())
        if not good or not (self.words or _KEY.fullmatch(value)):
            return mismatch(self, value, at)
        fresh = [at.run.define(kind, value, at) for kind in self.kinds]
        return all(fresh)


@dataclass(frozen=True)
class Ref:
    """The name of something defined anywhere in the pack as one of ``kinds``, or in ``also``."""

    kinds: tuple[str, ...]
    also: frozenset[str] = frozenset()
    wants: str = "已定义的名字"

    def check(self, value: Any, at: Place) -> bool:
        if not isinstance(value, str):
            return mismatch(self, value, at)
        at.run.uses.append((self.kinds, self.also, value, at))
        return True


@dataclass(frozen=True)
class ListOf:
    """A list of at least ``least`` entries; ``distinct`` forbids saying one twice."""

    shape: Shape
    least: int = 0
    distinct: bool = False

    @property
    def wants(self) -> str:
        return "列表" + (f"，至少 {self.least} 项" if self.least else "")

    def check(self, value: Any, at: Place) -> bool:
        if not isinstance(value, list) or len(value) < self.least:
            return mismatch(self, value, at)
        good = [self.shape.check(entry, at / index) for index, entry in enumerate(value)]
        if self.distinct:
            for index, entry in enumerate(value):
                if entry in value[:index]:
                    (at / index).wrong(f"{describe(entry)}写了两次；删去一个")
                    good.append(False)
        return all(good)


@dataclass(frozen=True)
class MapOf:
    """A mapping whose keys and values have one shape each."""

    key: Shape
    value: Shape
    wants: str = "一组键值"

    def check(self, value: Any, at: Place) -> bool:
        if not isinstance(value, dict) or not value:
            return mismatch(self, value, at)
        good = [self.key.check(name, at / name) for name in value]
        good += [self.value.check(entry, at / name) for name, entry in value.items()]
        return all(good)


Rule = Callable[[dict[str, Any], Place], None]
"""Looks at a record whose entries are well formed, and reports what does not fit together."""


@dataclass(frozen=True)
class Record:
    """A mapping with named entries; ``rules`` run only when each entry is well formed.

    ``rest`` (shape of key, shape of value) admits further entries.
    """

    required: dict[str, Shape]
    optional: dict[str, Shape] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    rest: tuple[Shape, Shape] | None = None
    wants: str = "一组键值"

    def check(self, value: Any, at: Place) -> bool:
        if not isinstance(value, dict):
            return mismatch(self, value, at)
        before = len(at.run.problems)
        self._missing(value, at)
        for name, entry in value.items():
            shape = self.required.get(name) or self.optional.get(name)
            if shape is not None:
                shape.check(entry, at / name)
            elif self.rest is not None:
                self.rest[0].check(name, at / name)
                self.rest[1].check(entry, at / name)
            else:
                known = [*self.required, *self.optional]
                (at / name).wrong(f"不认识的键“{name}”；{suggest(name, known)}")
        if len(at.run.problems) == before:
            for rule in self.rules:
                rule(value, at)
        return len(at.run.problems) == before

    def _missing(self, value: dict[str, Any], at: Place) -> None:
        for name, shape in self.required.items():
            if name not in value:
                (at / name).wrong(f"缺少这一项；补上，应为{shape.wants}")


def to_time(text: str) -> time:
    """The clock time of a text that `Clock` accepted."""
    return time.fromisoformat(text)


def descending(values: Iterable[float]) -> bool:
    """Whether each value is smaller than the one before."""
    return all(later < earlier for earlier, later in pairwise(values))

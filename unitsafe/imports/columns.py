"""Which column of a list is what: the row of heads found by itself, the columns guessed from it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unitsafe.imports.reading import Row
from unitsafe.imports.rules import match_key

LOOK_AT = 15
"""Filled rows among which the heads are searched: titles and notes stand above them."""
_NEVER = re.compile("下次|报废日期|报废时间|到期")
_EXAMPLE = re.compile("(示例|例)[:：]?")


@dataclass(frozen=True)
class Field:
    """Something that a list may say. ``words`` are heads it is known by, besides its title."""

    key: str
    title: Any
    words: tuple[str, ...] = ()
    is_needed: bool = False
    help: Any = ""

    @property
    def keys(self) -> list[str]:
        """The heads as they are compared."""
        return [match_key(word) for word in (str(self.title), *self.words)]


def guess(cells: Sequence[str], fields: Sequence[Field]) -> dict[str, int]:
    """Field → column, for a row of heads: first by the whole head, then by a part of it."""
    heads = {n: _head(cell) for n, cell in enumerate(cells) if cell and not _NEVER.search(cell)}
    found: dict[str, int] = {}
    for field in fields:
        for n, head in heads.items():
            if head in field.keys and n not in found.values():
                found.setdefault(field.key, n)
    parts = (
        (len(key), field.key, n)
        for field in fields
        for key in field.keys
        for n, head in heads.items()
        if len(key) > 1 and key in head and len(head) <= 3 * len(key) + 4
    )
    for _length, name, n in sorted(parts, key=lambda part: (-part[0], part[2])):
        if name not in found and n not in found.values():
            found[name] = n
    return found


def _head(cell: str) -> str:
    """A head as it is compared: without a star and what stands in brackets behind it."""
    return re.sub(r"[*＊:：]|(?<=.)\(.*?\)$", "", match_key(cell))


def find_heads(rows: Sequence[Row], fields: Sequence[Field]) -> int:
    """The place among ``rows`` of the row of heads: where most fields are named; else the first
    with two filled cells."""
    scores = [len(guess(cells, fields)) for _number, cells in rows[:LOOK_AT]]
    if any(score > 1 for score in scores):
        return scores.index(max(scores))
    filled = (n for n, (_, cells) in enumerate(rows[:LOOK_AT]) if sum(map(bool, cells)) > 1)
    return next(filled, 0)


def body(rows: Sequence[Row], heads: int, columns: Mapping[str, int]) -> list[Row]:
    """The rows below the heads that say something in a chosen column, without examples and without
    the heads repeated on every printed page."""
    chosen = sorted(columns.values())
    head = [_cell(rows[heads][1], n) for n in chosen]
    found = []
    for number, cells in rows[heads + 1 :]:
        texts = [_cell(cells, n) for n in chosen]
        first = next((text for text in cells if text), "")
        if any(texts) and texts != head and not _EXAMPLE.match(first):
            found.append((number, cells))
    return found


def texts_of(cells: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    """Field → the text of its column."""
    return {name: _cell(cells, n) for name, n in columns.items()}


def _cell(cells: Sequence[str], n: int) -> str:
    return cells[n] if n < len(cells) else ""

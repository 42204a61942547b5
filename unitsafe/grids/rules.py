"""The tree's numbers, what may be done to a grid, and spans of days. Pure functions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from unitsafe.core.domain import RuleError

T = TypeVar("T")
SCHOOL, BLOCK, SPOT = 1, 2, 3
"""Levels. Source: domain README §3 (一/二/三级网格)."""


def code_of(parent_code: str, number: int) -> str:
    """The number of the ``number``-th grid under a parent: 01-02-03."""
    return f"{parent_code}-{number:02d}"


def retired_code(grid_id: int) -> str:
    """The address of a grid that is out of use; its number belongs to the next one now."""
    return f"x{grid_id}"


def place_of(code: str) -> tuple[int, ...]:
    """Sort key of a number, so that 01-100 comes after 01-99."""
    return tuple(int(part) for part in code.split("-"))


@dataclass(frozen=True)
class Facts:
    """What of a grid decides what may be done to it."""

    id: int
    level: int
    parent_id: int | None
    name: str
    is_active: bool = True


def check_move(grid: Facts, parent: Facts) -> None:
    """Whether ``grid`` may stand under ``parent``. Raises RuleError with the way out."""
    _check_in_use(grid, parent)
    if grid.level == SCHOOL:
        raise RuleError("全校网格是最上一级，不能移到别的网格下面。")
    if grid.id == parent.id or parent.parent_id == grid.id:
        raise RuleError("不能把网格移到它自己下面，请另选一个上级网格。")
    if parent.level == SPOT:
        raise RuleError("三级网格下面不能再放网格，请选一个片区；要合成一个网格，请用“合并”。")
    if grid.level == BLOCK:
        raise RuleError("片区只能直接放在全校下面；要并入另一个片区，请用“合并”。")
    if parent.level == SCHOOL:
        raise RuleError("三级网格要放在片区下面，请选一个片区。")
    if grid.parent_id == parent.id:
        raise RuleError("它已经在“%(name)s”里了；要调先后，请用上移、下移。", name=parent.name)


def check_merge(grid: Facts, into: Facts) -> None:
    """Whether ``grid`` may become part of ``into``. Raises RuleError with the way out."""
    _check_in_use(grid, into)
    if grid.level == SCHOOL:
        raise RuleError("全校网格不能并入别的网格。")
    if grid.id == into.id:
        raise RuleError("不能并入自己，请另选一个网格。")
    if grid.level != into.level:
        raise RuleError("只有同一级的网格可以合并：三级网格并入三级网格，片区并入片区。")


def check_split(grid: Facts, held: frozenset[int], chosen: frozenset[int]) -> None:
    """Whether the ``chosen`` spaces of ``held`` may become a grid of their own. Raises RuleError."""
    _check_in_use(grid)
    if grid.level != SPOT:
        raise RuleError("只有三级网格可以拆分；片区请用“添加下级网格”。")
    if not chosen:
        raise RuleError("请勾选要分出去的部位。")
    if not chosen <= held:
        raise RuleError("刚刚有别人改过这个网格的部位，请核对后再拆分。")
    if chosen == held:
        raise RuleError("至少要留下一个部位；全部分出去就等于改名，请用“改名”。")


def check_retire(grid: Facts, *, spaces: int, children: int) -> None:
    """Whether the grid may go out of use. Raises RuleError with the way out."""
    _check_in_use(grid)
    if grid.level == SCHOOL:
        raise RuleError("全校网格不能撤销。")
    if spaces:
        raise RuleError(
            "“%(name)s”里还有%(n)s个部位，撤销了就没有人负责。请用“合并”交给另一个网格，或先把部位调走。",
            name=grid.name,
            n=spaces,
        )
    if children:
        raise RuleError(
            "“%(name)s”下面还有%(n)s个网格。请用“合并”并入另一个片区，或先把它们移走。",
            name=grid.name,
            n=children,
        )


def _check_in_use(*grids: Facts) -> None:
    for grid in grids:
        if not grid.is_active:
            raise RuleError("“%(name)s”已经撤销，不能再调整。", name=grid.name)


@dataclass(frozen=True)
class Span(Generic[T]):
    """Days (both included) on which the same holds; ``until_on`` None: still."""

    from_on: date
    until_on: date | None
    what: T


def spans(edges: Iterable[date], at: Callable[[date], T | None]) -> list[Span[T]]:
    """What held when, oldest first; ``edges`` are the days on which ``at`` may change.

    Neighbours that say the same are one span; days of which ``at`` says None are left out.
    """
    days = sorted(set(edges))
    found: list[Span[T]] = []
    for number, first in enumerate(days, start=1):
        following = days[number] if number < len(days) else None
        what = at(first)
        until = following - timedelta(days=1) if following else None
        if what is None:
            continue
        last = found[-1] if found else None
        if last and last.what == what and last.until_on == first - timedelta(days=1):
            found[-1] = Span(last.from_on, until, what)
        else:
            found.append(Span(first, until, what))
    return found

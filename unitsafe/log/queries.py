"""Reading the audit log for people: newest first, by person, act or record."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core.audit import AuditEntry
from unitsafe.core.paging import AT_ONCE
from unitsafe.equipment.models import Equipment
from unitsafe.grids.models import Grid
from unitsafe.maps.models import GridMap
from unitsafe.people.models import Person
from unitsafe.places.models import Building, Space
from unitsafe.reminders.models import Channel

KEYS = (AuditEntry.id,)
"""Order of the log, newest first; the last key is unique."""


def entries(*, actor_id: int | None = None, act: str = "", subject: str = "") -> sa.Select[Any]:
    """Entries by person, act, or beginning of the subject (``hazard:``, ``person:3``)."""
    select = sa.select(AuditEntry)
    if actor_id:
        select = select.where(AuditEntry.actor_id == actor_id)
    if act:
        select = select.where(AuditEntry.act == act)
    if subject.endswith(":"):
        select = select.where(AuditEntry.subject.startswith(subject, autoescape=True))
    elif subject:
        select = select.where(AuditEntry.subject == subject)
    return select


def lines(session: Session, select: sa.Select[Any]) -> Iterator[tuple[AuditEntry, dict[str, str]]]:
    """All of ``select`` from the oldest on, each with :func:`names` of its subject; some at a
    time."""
    found = session.scalars(select.order_by(*KEYS).execution_options(yield_per=AT_ONCE))
    for entries in found.partitions():
        known = names(session, {entry.subject for entry in entries})
        yield from ((entry, known) for entry in entries)


def names(session: Session, subjects: Iterable[str]) -> dict[str, str]:
    """What the people, grids and places among ``subjects`` are called now; grids by number, those
    out of use by name."""
    wanted: dict[str, set[int]] = {}
    for subject in subjects:
        kind, _colon, number = subject.partition(":")
        if number.isdecimal():
            wanted.setdefault(kind, set()).add(int(number))
    number_or_name = sa.case((Grid.is_active, Grid.code), else_=Grid.name)
    columns: dict[str, tuple[Any, Any]] = {
        "person": (Person.id, Person.name),
        "building": (Building.id, Building.name),
        "space": (Space.id, Space.name),
        "grid": (Grid.id, number_or_name),
        "map": (GridMap.id, GridMap.title),
        "equipment": (Equipment.id, Equipment.number),
        "channel": (Channel.id, Channel.name),
    }
    found: dict[str, str] = {}
    for kind, (key, column) in columns.items():
        if kind in wanted:
            rows = session.execute(sa.select(key, column).where(key.in_(wanted[kind])))
            found |= {f"{kind}:{row[0]}": row[1] for row in rows}
    return found


def content_of(entry: AuditEntry) -> Iterator[tuple[str, str]]:
    """What an entry says, as (key, text); of a before and after only what differs."""
    try:
        data = json.loads(entry.data)
    except ValueError:
        yield "", entry.data
        return
    before, after = data.pop("before", None), data.pop("after", None)
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                yield key, f"{_text(before.get(key))} → {_text(after.get(key))}"
    elif before is not None and after is not None:
        yield "name", f"{_text(before)} → {_text(after)}"
    elif isinstance(before, dict):
        for key, value in before.items():
            if key not in data or data[key] != value:
                yield (
                    key,
                    f"{_text(value)} → {_text(data.pop(key))}" if key in data else _text(value),
                )
            else:
                data.pop(key)
    for key, value in data.items():
        if value not in (None, "", [], {}):
            yield key, _text(value)


def _text(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, list):
        return "、".join(_text(one) for one in value) or "—"
    if isinstance(value, dict):
        return "；".join(f"{key} {_text(one)}" for key, one in value.items()) or "—"
    return str(value)

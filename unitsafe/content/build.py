"""Turns checked data into the dataclasses of `model`."""

import types
import typing
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeVar, cast

from unitsafe.content import model

T = TypeVar("T")


def make(kind: type[T], data: Mapping[str, Any]) -> T:
    """An instance of the dataclass ``kind`` from a checked mapping; entries convert by type."""
    hints = _hints(cast(Hashable, kind))
    given = {}
    for name, (source, hint) in hints.items():
        if source in data:
            given[name] = _convert(hint, data[source])
    return kind(**given)


def plain(value: Any) -> Any:
    """A dataclass in the shape of its YAML, fit for JSON; `make` reads it back."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            one.metadata.get("yaml", one.name): plain(getattr(value, one.name))
            for one in fields(value)
        }
    if isinstance(value, Mapping):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [plain(entry) for entry in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def content(data: Mapping[str, Mapping[str, Any]]) -> model.Content:
    """The pack from its checked files, by file name."""
    lists, duties = data["checklists.yaml"], data["duties.yaml"]
    return model.Content(
        version=lists["version"],
        levels=tuple(lists["levels"]),
        level_note=lists["level_note"],
        space_kinds=_frozen(lists["space_kinds"]),
        hazard_categories=_frozen(lists["hazard_categories"]),
        checklists=_by_key(model.Checklist, lists["checklists"]),
        posts=_by_key(model.Post, duties["posts"]),
        rights=_frozen(duties["rights_glossary"]),
        other_forms=_frozen(duties["other_forms"]),
        grid_levels=tuple(make(model.GridLevel, one) for one in duties["grid_levels"]),
        seven_fixes=tuple(make(model.SevenFix, one) for one in duties["seven_fixes"]["items"]),
        appointment=make(model.Appointment, duties["appointment"]),
        close_rule=_close_rule(duties["close_rule"]),
        sources=_by_key(model.Source, data["sources.yaml"]["sources"]),
        equipment=_equipment(data["equipment.yaml"]),
        standard=standard(data["four_capabilities.yaml"]),
        plans=_by_key(model.PlanTemplate, data["plans.yaml"]["plans"]),
        shifts=_by_key(model.ShiftTemplate, data["shifts.yaml"]["shifts"]),
        obligations=_by_key(model.Obligation, data["obligations.yaml"]["obligations"]),
    )


def _close_rule(data: Mapping[str, Any]) -> model.CloseRule:
    levels = {level: text for level, text in data.items() if level != "basis"}
    basis = tuple(make(model.Basis, one) for one in data["basis"])
    return model.CloseRule(by_level=_frozen(levels), basis=basis)


def _equipment(data: Mapping[str, Any]) -> model.Equipment:
    return model.Equipment(
        title=data["title"],
        reminders=_frozen(data["reminders"]),
        record_retention=_frozen(data["record_retention"]),
        kinds=_by_key(model.EquipmentKind, data["equipment"]),
    )


def standard(data: Mapping[str, Any]) -> model.Standard:
    """The standard of the self-assessment from its checked file."""
    return model.Standard(
        title=data["title"],
        status=data["status"],
        scoring=make(model.Scoring, data["scoring"]),
        global_vetoes=tuple(make(model.GlobalVeto, one) for one in data["global_vetoes"]),
        metrics=_by_key(model.Metric, data["metrics"]),
        capabilities=tuple(make(model.Capability, one) for one in data["capabilities"]),
    )


def _by_key(kind: type[T], entries: list[dict[str, Any]]) -> Mapping[str, T]:
    return MappingProxyType({one["key"]: make(kind, one) for one in entries})


def _frozen(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(data))


@lru_cache
def _hints(kind: Any) -> dict[str, tuple[str, Any]]:
    """Field name → (name in YAML, type)."""
    hints = typing.get_type_hints(kind)
    return {one.name: (one.metadata.get("yaml", one.name), hints[one.name]) for one in fields(kind)}


def _convert(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if value is None:
        return None
    if origin is types.UnionType:
        inner = next(one for one in typing.get_args(hint) if one is not types.NoneType)
        return _convert(inner, value)
    if origin is tuple:
        inner = typing.get_args(hint)[0]
        return tuple(_convert(inner, one) for one in value)
    if isinstance(value, dict):
        return make(cast(type[Any], hint), value) if is_dataclass(hint) else _frozen(value)
    if hint is Decimal:
        return Decimal(str(value))
    if hint in (date, datetime, time):
        return hint.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    return value

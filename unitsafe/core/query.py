"""Reading filters from an address and writing them back."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import Enum
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _

from unitsafe.core.labels import label


def date_arg(name: str) -> date | None:
    """An ISO date from the address; None when it is missing or is none that a school keeps."""
    return read_day(request.args.get(name, ""))


def read_day(text: str) -> date | None:
    """An ISO date of this age of the world, None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def month_of(text: str) -> tuple[date, date]:
    """First and last day of the month of an address; anything but 2026-11 is unknown: 404."""
    first = read_day(f"{text}-01")
    if first is None or f"{first:%Y-%m}" != text:
        abort(404)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def int_arg(name: str) -> int | None:
    """A row's id from the address; None when it is missing or can be none."""
    return row_id(request.args.get(name, ""))


def row_id(text: str) -> int | None:
    """A row's id as a browser sent it; None when it can be none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def here(endpoint: str, **changes: Any) -> str:
    """This list with the filters it has and ``changes``; from its first row unless told."""
    kept = {key: text for key, text in request.args.items() if not _is_reserved(key)}
    return url_for(endpoint, **{key: text for key, text in {**kept, **changes}.items() if text})


def chips(
    endpoint: str,
    word: str,
    members: Iterable[Enum],
    counts: Mapping[Any, int],
    chosen: Enum | None,
    **also: str,
) -> list[tuple[str, str, bool]]:
    """What a list can be narrowed to by ``word`` of its address, as (text, address, whether it is
    now): all of it, then each of ``members`` with how many there are. ``also`` changes with it."""
    whole = _("全部 %(n)s", n=sum(counts.values()))
    return [(whole, here(endpoint, **{word: ""}, **also), chosen is None)] + [
        (
            f"{label(one)} {counts[one]}",
            here(endpoint, **{word: one.value}, **also),
            one is chosen,
        )
        for one in members
    ]


def _is_reserved(key: str) -> bool:
    """Whether a word of the address is the cursor, or would mean something to url_for."""
    return key in ("after", "endpoint", "self") or key.startswith("_")

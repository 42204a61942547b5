"""Reading filters from an address and writing them back."""

from datetime import date
from typing import Any

from flask import request, url_for


def date_arg(name: str) -> date | None:
    """An ISO date from the address; None when it is missing or is none."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def here(endpoint: str, **changes: Any) -> str:
    """This list with the filters it has and ``changes``; from its first row unless told."""
    kept = {key: text for key, text in request.args.items() if key != "after"}
    return url_for(endpoint, **{key: text for key, text in {**kept, **changes}.items() if text})

"""Lists and what they come to."""

from collections.abc import Callable
from typing import Any

import pytest

from unitsafe import clock
from unitsafe.imports import reading, services
from unitsafe.imports.columns import find_heads, guess
from unitsafe.imports.kinds import KINDS
from unitsafe.imports.lines import Plan
from unitsafe.imports.models import ImportDraft, What


@pytest.fixture
def plan(session: Any, app: Any, make: Any) -> Callable[..., Plan]:
    """`plan(what, text or bytes)`: what a list would do in the school as it is."""

    def look(what: What, text: str | bytes) -> Plan:
        data = text if isinstance(text, bytes) else text.encode()
        fields, sheet = KINDS[what].fields, reading.read(data)[-1]
        heads = find_heads(sheet.rows, fields)
        draft = ImportDraft(heads=heads, columns=guess(sheet.rows[heads][1], fields))
        today = clock.local(make.now()).date()
        with app.app_context():
            return services.plan_of(session, KINDS[what], sheet.rows, draft, today)

    return look


@pytest.fixture
def said() -> Callable[[Any], str]:
    """`said(line)`: everything that is remarked on a row."""
    return lambda line: " ".join(note.text for note in line.notes)

"""What most forms do when they are sent: one short write, then a page."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from flask import flash
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor
from unitsafe.core.db import writing
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import Form
from unitsafe.core.htmx import see_other, wants_fragment

Made = TypeVar("Made")


def carry_out(
    form: Form,
    act: Callable[[Session, datetime], Made],
    message: str | Callable[[Made], str],
    *,
    location: str | Callable[[Made], str],
    again: Callable[[], ResponseReturnValue],
    is_sound: bool = True,
    otherwise: str = "",
    in_place: Callable[[], ResponseReturnValue] | None = None,
) -> ResponseReturnValue:
    """``act`` done once inside a write, then the page at ``location`` with the ``message``; either
    may be told from what ``act`` returned. With ``in_place`` htmx gets that instead.

    ``again`` shows the form once more: with wrong fields, when something that came with it was
    wrong (not ``is_sound``), and when a rule was broken that names one of its fields (``field``
    among the error's values); rules that name none stand beside the field ``otherwise``. Without
    that field they go on as RuleError.
    """
    if not form.validate() or not is_sound:
        return again()
    now = clock.now()
    try:
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=now)
            made = act(session, now)
            key.location = location if isinstance(location, str) else location(made)
    except RuleError as error:
        named = str(error.values.get("field", ""))
        field = named if named in form else otherwise
        if field not in form:
            raise
        form[field].errors = [sentence(error)]
        return again()
    flash(message if isinstance(message, str) else message(made))
    return in_place() if in_place is not None and wants_fragment() else see_other(key.location)

"""What most forms do when they are sent: one short write, then a page."""

from collections.abc import Callable
from datetime import datetime

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
from unitsafe.core.htmx import see_other


def carry_out(
    form: Form,
    act: Callable[[Session, datetime], object],
    message: str,
    *,
    location: str,
    again: Callable[[], ResponseReturnValue],
) -> ResponseReturnValue:
    """``act`` done once inside a write, then the page at ``location`` with the ``message``.

    ``again`` shows the form once more: with wrong fields, and when a rule that names one of its
    fields (``field`` among the error's values) was broken. Other broken rules go on as RuleError.
    """
    if not form.validate():
        return again()
    now = clock.now()
    try:
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=now)
            key.location = location
            act(session, now)
    except RuleError as error:
        if error.values.get("field") not in form:
            raise
        form[str(error.values["field"])].errors = [sentence(error)]
        return again()
    flash(message)
    return see_other(location)

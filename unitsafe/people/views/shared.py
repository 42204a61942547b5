"""What the pages of people share: who may do what, and whom it is about."""

from datetime import datetime

from flask import abort
from flask_login import current_user

from unitsafe import clock
from unitsafe.core.access import actor, holds_any
from unitsafe.core.db import db
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.query import row_id
from unitsafe.people.forms import FactsForm, PersonForm
from unitsafe.people.models import Person, PersonStatus
from unitsafe.people.rules import last_day_of_link
from unitsafe.school.queries import school, school_names

EDIT = (Right.EDIT_BASIC_INFO, Right.MANAGE_SCHOOL)
ONE = "/people/<int:person_id>"


def this_device() -> int:
    """The row of the device that asks (``SignIn.id``); 0 when nobody is signed in."""
    token = current_user.get_id() if current_user.is_authenticated else None
    return row_id((token or "").partition(".")[0]) or 0


def may_edit() -> bool:
    """Names, phones and absences are for those who keep the basic facts."""
    return holds_any(EDIT)


def manages() -> bool:
    """Accounts, posts and passwords are for those who manage the school."""
    return Right.MANAGE_SCHOOL in actor().rights


def known_words(person: Person) -> list[str]:
    """What others know, and would try first as the password of ``person``."""
    return [person.username or "", person.name, person.phone, *school_names()]


def temporary_until() -> datetime:
    """Until when a temporary password given now is good: as long as a link would be."""
    days = school(db.session()).number("link_days")
    return clock.end_of(last_day_of_link(clock.today(), days))


def active(person: Person | None) -> Person:
    """Whoever is still at the school; 404 for nobody, RuleError for who has left."""
    if person is None:
        abort(404)
    if person.status is not PersonStatus.ACTIVE:
        raise RuleError("%(name)s已经离校，不能再修改。", name=person.name)
    return person


def blame(form: FactsForm, error: RuleError) -> None:
    """Show what the school forbids beside the account where it is about that, else on top."""
    if isinstance(form, PersonForm) and "username" in error.values:
        form.username.errors = [sentence(error)]
    else:
        form.form_errors.append(sentence(error))

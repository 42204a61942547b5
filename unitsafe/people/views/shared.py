"""What the pages of people share: who may do what, and whom it is about."""

from flask import abort

from unitsafe.core.access import actor
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.people.forms import FactsForm, PersonForm
from unitsafe.people.models import Person, PersonStatus

EDIT = (Right.EDIT_BASIC_INFO, Right.MANAGE_SCHOOL)
ONE = "/people/<int:person_id>"


def may_edit() -> bool:
    """Names, phones and absences are for those who keep the basic facts."""
    return bool(set(EDIT) & actor().rights)


def manages() -> bool:
    """Accounts, posts and passwords are for those who manage the school."""
    return Right.MANAGE_SCHOOL in actor().rights


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

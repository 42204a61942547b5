"""Many hazards given to one person at once."""

import re

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.htmx import see_other
from unitsafe.core.query import here
from unitsafe.hazards import bulk
from unitsafe.hazards.bulk import Pick, SomeRefused
from unitsafe.hazards.ledger_forms import BulkForm
from unitsafe.hazards.rules import DISPATCH_RIGHTS, NUMBER
from unitsafe.hazards.views import bp
from unitsafe.hazards.views.ledger import new_bulk_form, show_ledger
from unitsafe.people.models import Person

PICK = re.compile(rf"({NUMBER.pattern})/([0-9]{{1,9}})")
"""What a ticked row sends: number and version."""
LONGEST_ADDRESS = 300
"""Signs that the key of a form remembers of where its answer is."""


@bp.post("/hazards/dispatch")
@allow(*DISPATCH_RIGHTS)
def dispatch_many() -> ResponseReturnValue:
    """Give what was ticked to one person; the address holds the ledger's filters."""
    form, picks = new_bulk_form(db.session()), _picks()
    if form.validate() and _is_some(form, picks):
        try:
            return see_other(_carry_out(form, picks))
        except SomeRefused as error:
            form.form_errors.append(sentence(error))
            refused = [(number, sentence(why)) for number, why in error.lines]
            return _again(form, picks, refused)
        except RuleError as error:
            form.form_errors.append(sentence(error))
    return _again(form, picks)


def _is_some(form: BulkForm, picks: list[Pick]) -> bool:
    if not picks:
        form.form_errors.append(_("请先勾选要派的隐患。"))
    elif len(picks) > bulk.MOST:
        form.form_errors.append(_("一次最多派%(most)s条。", most=bulk.MOST))
    return not form.form_errors


def _carry_out(form: BulkForm, picks: list[Pick]) -> str:
    now = clock.now()
    back = here(".index", after=request.args.get("after"))
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        key.location = back if len(back) <= LONGEST_ADDRESS else url_for(".index")
        to = session.get_one(Person, form.to_id.data)
        done = bulk.dispatch_many(
            session, picks, to=to, due_on=form.due_on.data, by=actor(), now=now
        )
    flash(_("%(n)s条隐患已派给%(name)s。", n=len(done), name=to.name))
    return back


def _picks() -> list[Pick]:
    found = (PICK.fullmatch(text) for text in request.form.getlist("pick"))
    return list(dict.fromkeys(Pick(one[1], int(one[2])) for one in found if one))


def _again(
    form: BulkForm, picks: list[Pick], refused: list[tuple[str, str]] | None = None
) -> ResponseReturnValue:
    ticked = {pick.number for pick in picks}
    return show_ledger(bulk_form=form, ticked=ticked, refused=refused or (), status=422)

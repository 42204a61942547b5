"""Contracts with those who maintain the systems."""

from flask import abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.htmx import render, see_other
from unitsafe.files.views import sent_files, shown
from unitsafe.maintenance import queries, services
from unitsafe.maintenance.forms import ContractForm
from unitsafe.maintenance.models import MaintenanceContract
from unitsafe.maintenance.views import EDIT, bp
from unitsafe.school.queries import school


@bp.route("/maintenance/contracts/new", methods=["GET", "POST"])
@allow(*EDIT)
def new_contract() -> ResponseReturnValue:
    """A contract with a contractor."""
    return _contract(None, ContractForm())


@bp.route("/maintenance/contracts/<int:contract_id>", methods=["GET", "POST"])
@allow(*EDIT)
def contract(contract_id: int) -> ResponseReturnValue:
    """Correct a contract, add its scan."""
    one = queries.contract(db.session(), contract_id) or abort(404)
    return _contract(one, ContractForm(obj=one))


def _contract(one: MaintenanceContract | None, form: ContractForm) -> ResponseReturnValue:
    ids, file_error = sent_files() if form.is_submitted() else ([], "")
    if form.validate_on_submit() and not file_error:
        try:
            return _save_contract(one.id if one else None, form, ids)
        except RuleError as error:
            form[str(error.values.get("field", "company"))].errors = [sentence(error)]
    return render(
        "maintenance/contract.html",
        form=form,
        one=one,
        kept=shown(ids),
        file_error=file_error,
        most_mib=school(db.session()).number("file_mib"),
        companies=queries.companies(db.session()),
        status=422 if form.is_submitted() else 200,
    )


def _save_contract(
    contract_id: int | None, form: ContractForm, ids: list[int]
) -> ResponseReturnValue:
    now = clock.now()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=now)
        key.location = url_for(".index")
        services.save_contract(
            session,
            session.get_one(MaintenanceContract, contract_id) if contract_id else None,
            form.facts(),
            seen=form.version.data or 0,
            file_ids=ids,
            by=actor(),
            now=now,
        )
    flash(_("合同已保存。"))
    return see_other(key.location)

"""Contracts with those who maintain the systems."""

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe.core.access import actor, allow
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.htmx import render
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
    if not form.is_submitted():
        return _show(one, form)
    contract_id = one.id if one else None
    ids, file_error = sent_files()
    return carry_out(
        form,
        lambda session, now: services.save_contract(
            session,
            session.get_one(MaintenanceContract, contract_id) if contract_id else None,
            form.facts(),
            seen=form.version.data or 0,
            file_ids=ids,
            by=actor(),
            now=now,
        ),
        _("合同已保存。"),
        location=url_for(".index"),
        again=lambda: _show(one, form, ids, file_error, status=422),
        is_sound=not file_error,
        otherwise="company",
    )


def _show(
    one: MaintenanceContract | None,
    form: ContractForm,
    ids: list[int] | tuple[()] = (),
    file_error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    return render(
        "maintenance/contract.html",
        form=form,
        one=one,
        kept=shown(list(ids)),
        file_error=file_error,
        most_mib=school(db.session()).number("file_mib"),
        companies=queries.companies(db.session()),
        status=status,
    )

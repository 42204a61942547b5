"""Addresses of 维保与检测, by page."""

from flask import Blueprint

from unitsafe.core.access import holds_any
from unitsafe.core.domain import Right
from unitsafe.files.services import visible_through
from unitsafe.maintenance import metrics, queries, rules, today
from unitsafe.maintenance.labels import systems

bp = Blueprint("maintenance", __name__)
bp.add_app_template_filter(systems, "maintained_systems")
bp.add_app_template_filter(rules.plain, "plain_number")
bp.add_app_template_test(rules.READINGS.__contains__, "read_off")
visible_through["maintenance"] = queries.file_ids
SEE = Right.VIEW_ALL
EDIT = (Right.EDIT_EQUIPMENT, Right.MANAGE_SCHOOL)


def may_edit() -> bool:
    """Whether this person writes the ledger."""
    return holds_any(EDIT)


from unitsafe.maintenance.views import contracts, ledger, readings, record, targets  # noqa: E402

__all__ = [
    "bp",
    "contracts",
    "ledger",
    "metrics",
    "readings",
    "record",
    "targets",
    "today",
]

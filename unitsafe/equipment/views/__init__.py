"""Addresses of the register of fire equipment, by page."""

from flask import Blueprint

from unitsafe import clock
from unitsafe.core.access import actor
from unitsafe.equipment import metrics, queries, today
from unitsafe.equipment.labels import kind_title, unit
from unitsafe.photos.services import visible_through

bp = Blueprint("equipment", __name__)
bp.add_app_template_filter(kind_title, "equipment_kind")
bp.add_app_template_filter(unit, "equipment_unit")
visible_through["equipment"] = lambda actor: queries.photo_ids(actor, clock.today())


def may_edit() -> bool:
    """Whether the actor keeps the register."""
    return bool(queries.EDITORS & actor().rights)


from unitsafe.equipment.views import exports, inspecting, intervals, ledger, piece  # noqa: E402

__all__ = ["bp", "exports", "inspecting", "intervals", "ledger", "metrics", "piece", "today"]

"""Addresses of hazards, by page."""

from flask import Blueprint

from unitsafe.core.hooks import on_duties_changed
from unitsafe.grids.queries import card_sources, going_along_sources
from unitsafe.hazards import following, metrics, queries
from unitsafe.hazards.labels import open_hazards
from unitsafe.photos.services import visible_through

bp = Blueprint("hazards", __name__)
visible_through["hazards"] = queries.photo_ids
on_duties_changed("hazards", following.on_change)
going_along_sources.append(
    lambda session, grid_ids, person_id: open_hazards(queries.open_of(session, grid_ids, person_id))
)

card_sources.append(queries.card_of_grids)

from unitsafe.hazards.views import acts, bulk, detail, exports, ledger, official, report, saved  # noqa: E402

__all__ = [
    "acts",
    "bp",
    "bulk",
    "detail",
    "exports",
    "ledger",
    "metrics",
    "official",
    "report",
    "saved",
]

"""Addresses of hazards, by page."""

from flask import Blueprint

import unitsafe.hazards.labels
from unitsafe.hazards import queries
from unitsafe.photos.services import visible_through

bp = Blueprint("hazards", __name__)
visible_through["hazards"] = queries.photo_ids

from unitsafe.hazards.views import acts, detail, ledger, report  # noqa: E402

__all__ = ["acts", "bp", "detail", "ledger", "report", "unitsafe"]

"""Addresses of checks, by page."""

from flask import Blueprint

import unitsafe.checks.labels
from unitsafe.checks import planning, queries
from unitsafe.core.hooks import on_duties_changed
from unitsafe.photos.services import visible_through

bp = Blueprint("checks", __name__)
visible_through["checks"] = queries.photo_ids
on_duties_changed("checks", planning.plan_again)

from unitsafe.checks.views import acts, ledger, month, plans, sheet  # noqa: E402

__all__ = ["acts", "bp", "ledger", "month", "plans", "sheet", "unitsafe"]

"""Addresses of checks, by page."""

from flask import Blueprint

from unitsafe import clock
from unitsafe.checks import metrics, metrics_patrols, planning, queries
from unitsafe.checks.labels import open_checks
from unitsafe.core.hooks import on_duties_changed
from unitsafe.grids.queries import going_along_sources
from unitsafe.photos.services import visible_through

bp = Blueprint("checks", __name__)
visible_through["checks"] = queries.photo_ids
on_duties_changed("checks", planning.plan_again)
going_along_sources.append(
    lambda session, grid_ids, person_id: open_checks(
        queries.untouched_of(session, grid_ids, person_id, clock.now())
    )
)

from unitsafe.checks.views import acts, ledger, month, plans, sheet  # noqa: E402

__all__ = ["acts", "bp", "ledger", "metrics", "metrics_patrols", "month", "plans", "sheet"]

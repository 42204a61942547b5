"""Addresses of the grids, by page."""

from flask import Blueprint

from unitsafe.grids import metrics
from unitsafe.grids.labels import grid_title, level_name

bp = Blueprint("grids", __name__)
bp.add_app_template_filter(level_name, "grid_level")
bp.add_app_template_filter(grid_title, "grid_title")

from unitsafe.grids.views import detail, edits, people, tree  # noqa: E402

__all__ = ["bp", "detail", "edits", "metrics", "people", "tree"]

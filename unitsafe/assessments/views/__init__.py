"""Addresses of the self-assessment, by page."""

from flask import Blueprint

from unitsafe.assessments import labels as _labels  # noqa: F401
from unitsafe.assessments import proof as _proof  # noqa: F401
from unitsafe.assessments import queries
from unitsafe.assessments import today as _today  # noqa: F401
from unitsafe.files.services import visible_through as files_visible_through
from unitsafe.photos.services import visible_through

bp = Blueprint("assessments", __name__)
visible_through["assessments"] = queries.photo_ids
files_visible_through["assessments"] = queries.file_ids

from unitsafe.assessments.views import (  # noqa: E402
    item,
    ledger,
    papers,
    sheet,
    standard,
    steps,
)

__all__ = ["bp", "item", "ledger", "papers", "sheet", "standard", "steps"]

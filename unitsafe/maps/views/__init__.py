"""Addresses of the maps, by page."""

from flask import Blueprint

from unitsafe.maps import queries
from unitsafe.photos.services import visible_through

bp = Blueprint("maps", __name__)
visible_through["maps"] = queries.picture_ids

from unitsafe.maps.views import drawing, index, putting_up  # noqa: E402

__all__ = ["bp", "drawing", "index", "putting_up"]

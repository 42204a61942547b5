"""Addresses of activities: what all kinds share, then each kind's own."""

from flask import Blueprint

from unitsafe.activities import labels, queries
from unitsafe.files import services as files
from unitsafe.photos import services as photos

bp = Blueprint("activities", __name__)
photos.visible_through["activities"] = queries.photo_ids
files.visible_through["activities"] = queries.file_ids

from unitsafe.activities.views import acts, drills, ledger, pages  # noqa: E402

__all__ = ["acts", "bp", "drills", "labels", "ledger", "pages"]

"""Addresses of activities: what all kinds share, then each kind's own."""

from flask import Blueprint

from unitsafe.activities import labels, queries
from unitsafe.files import services as files
from unitsafe.photos import services as photos

bp = Blueprint("activities", __name__)
photos.visible_through["activities"] = queries.photo_ids
files.visible_through["activities"] = queries.file_ids

from unitsafe.activities import metrics_training, training_labels, training_today  # noqa: E402
from unitsafe.activities.views import (  # noqa: E402
    acts,
    certificates,
    drills,
    ledger,
    meetings,
    needs,
    pages,
    spot_checks,
    training,
    with_classes,
)

__all__ = [
    "acts",
    "bp",
    "certificates",
    "drills",
    "labels",
    "ledger",
    "meetings",
    "metrics_training",
    "needs",
    "pages",
    "spot_checks",
    "training",
    "training_labels",
    "training_today",
    "with_classes",
]

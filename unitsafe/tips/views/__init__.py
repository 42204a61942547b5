"""Addresses of tips: for anybody, and inside the school."""

from flask import Blueprint

from unitsafe.photos.services import visible_through
from unitsafe.tips import metrics, queries

bp = Blueprint("tips", __name__)
visible_through["tips"] = queries.photo_ids

from unitsafe.tips.views import handling, ledger, public  # noqa: E402

__all__ = ["bp", "handling", "ledger", "metrics", "public"]

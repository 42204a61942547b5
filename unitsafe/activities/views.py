"""Pages of activities."""

from flask import Blueprint

from unitsafe.activities import models  # noqa: F401

bp = Blueprint("activities", __name__)

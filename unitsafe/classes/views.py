"""Pages of classes."""

from flask import Blueprint

from unitsafe.classes import models  # noqa: F401

bp = Blueprint("classes", __name__)

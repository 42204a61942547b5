"""Addresses of people, by page."""

from flask import Blueprint

from unitsafe.people.labels import post_title, weekdays

bp = Blueprint("people", __name__)
bp.add_app_template_filter(post_title, "post")
bp.add_app_template_filter(weekdays, "weekdays")

from unitsafe.people.views import me, person, register, signing_in  # noqa: E402

__all__ = ["bp", "me", "person", "register", "signing_in"]

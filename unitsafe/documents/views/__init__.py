"""Pages of papers: the register, one paper, what a plan holds, the fire archive."""

from flask import Blueprint

from unitsafe.documents import metrics, queries, today
from unitsafe.files import services as files

bp = Blueprint("documents", __name__)
files.visible_through["documents"] = queries.file_ids

from unitsafe.documents.views import archive, entry, ledger, paper  # noqa: E402

__all__ = ["archive", "bp", "entry", "ledger", "metrics", "paper", "today"]

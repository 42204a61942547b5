"""The content pack: checklists, posts, equipment, scoring standard and plans, with their sources.

Read-only data that comes with the program; docs/content.md says how it is laid out and versioned.
"""

from functools import lru_cache
from pathlib import Path

from unitsafe.content import build
from unitsafe.content.basis import printable_basis
from unitsafe.content.check import COUNT_LABELS, FOLDER, check_report, examine
from unitsafe.content.model import Content
from unitsafe.content.reading import ContentError

__all__ = ["COUNT_LABELS", "Content", "ContentError", "check_report", "load", "printable_basis"]


def load(folder: Path | None = None) -> Content:
    """The checked pack in ``folder``; ours, read once, without one. Raises ContentError."""
    return _ours() if folder is None else _load(folder)


@lru_cache(maxsize=1)
def _ours() -> Content:
    return _load(FOLDER)


def _load(folder: Path) -> Content:
    documents, problems = examine(folder)
    if problems:
        raise ContentError([str(one) for one in problems])
    return build.content({name: document.data for name, document in documents.items()})

"""The self-assessment as a Word file that people may edit: what the PDF prints, in its order."""

import json
from collections.abc import Mapping
from pathlib import Path

from unitsafe.core.printing import cleaned, run_child
from unitsafe.paper import shapes

CHILD_FILE = Path(__file__).with_name("word_child.py")
ZIP = b"PK"


def document(data: shapes.AssessmentPaper, pictures: Mapping[str, Path]) -> bytes:
    """The file; text typed by people stays text, control characters are dropped. ``pictures`` are
    the drawn signatures by name; one that is gone leaves its place empty. Raises PrintError."""
    paths = {name: str(path) for name, path in pictures.items()}
    request = {"data": cleaned(data), "pictures": paths}
    return run_child(CHILD_FILE, json.dumps(request).encode(), ZIP)

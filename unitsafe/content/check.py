"""Reading and judging a whole content pack; every problem is found in one go."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from unitsafe.content import rules
from unitsafe.content.reading import Document, Problem, read
from unitsafe.content.schema import FILES
from unitsafe.content.shapes import Place, Run

FOLDER = Path(__file__).parent
"""The pack that comes with the program."""

COUNT_LABELS = {
    "checklists": "检查表",
    "items": "检查项",
    "posts": "岗位",
    "rights": "权限",
    "sources": "依据来源",
    "equipment": "设施器材种类",
    "metrics": "台账指标",
    "assessment_items": "自评项目",
    "plans": "默认计划",
    "shifts": "默认班次",
    "obligations": "年度工作",
}
"""What `check_report` counts, in words."""


def examine(folder: Path) -> tuple[dict[str, Document], list[Problem]]:
    """All files of the pack in ``folder`` and all that is wrong, by file and line."""
    documents: dict[str, Document] = {}
    run = Run()
    good = []
    for name, shape in FILES.items():
        document, problems = read(folder / name)
        documents[name] = document
        run.problems += problems
        if document.data is not None and shape.check(document.data, Place(run, document)):
            good.append(name)
    if all(document.data is not None for document in documents.values()):
        run.resolve()
    rules.between_files(run, documents, good)
    order = list(FILES)
    return documents, sorted(
        set(run.problems), key=lambda one: (order.index(one.file), one.line, one.path, one.text)
    )


def check_report(folder: Path | None = None) -> tuple[list[str], dict[str, int]]:
    """What is wrong with the pack in ``folder`` (default: ours), and how much it holds.

    Counts are by the names in COUNT_LABELS; of a broken pack they count what could be read.
    """
    documents, problems = examine(folder or FOLDER)
    return [str(one) for one in problems], _counts(documents)


def _counts(documents: Mapping[str, Document]) -> dict[str, int]:
    def entries(name: str, key: str) -> list[Any]:
        data = documents[name].data
        found = data.get(key) if isinstance(data, dict) else None
        return list(found) if isinstance(found, list | dict) else []

    def inner(parents: list[Any], key: str) -> list[Any]:
        lists = [one.get(key) for one in parents if isinstance(one, dict)]
        return [entry for found in lists if isinstance(found, list) for entry in found]

    checklists = entries("checklists.yaml", "checklists")
    capabilities = entries("four_capabilities.yaml", "capabilities")
    return {
        "checklists": len(checklists),
        "items": len(inner(checklists, "items")),
        "posts": len(entries("duties.yaml", "posts")),
        "rights": len(entries("duties.yaml", "rights_glossary")),
        "sources": len(entries("sources.yaml", "sources")),
        "equipment": len(entries("equipment.yaml", "equipment")),
        "metrics": len(entries("four_capabilities.yaml", "metrics")),
        "assessment_items": len(inner(inner(capabilities, "groups"), "items")),
        "plans": len(entries("plans.yaml", "plans")),
        "shifts": len(entries("shifts.yaml", "shifts")),
        "obligations": len(entries("obligations.yaml", "obligations")),
    }

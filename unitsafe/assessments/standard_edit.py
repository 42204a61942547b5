"""Changing a copy of the standard. Pure: every function takes a body and returns a new one.

A body has the shape of content/four_capabilities.yaml. A draft also keeps ``removed`` (items that
may come back: ``{"group", "at", "item"}``) and ``edits`` (key of an item, or GRADES → who changed
it last); both go when it is published. Points of items, groups and capabilities are always the sums
of what is in them; only the total of a hundred is given.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import MISSING, dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any

from unitsafe.assessments.rules import veto_metric
from unitsafe.content.build import make
from unitsafe.content.model import AssessmentItem, Content, Standard
from unitsafe.content.reading import Document, Problem
from unitsafe.content.schema import ASSESSMENT_ITEM, SCORING, STANDARD
from unitsafe.content.shapes import Place, Record, Run
from unitsafe.core.printing import printable

Body = dict[str, Any]
Entry = dict[str, Any]

GRADES = "grades"
"""The key of the grades among what can be changed."""
WHOLE = Decimal(100)
OWN = "own_"
"""How the keys of a school's own items begin."""
OWN_BASIS = {"src": "product", "at": "本校自定", "certainty": "from-memory"}
"""What a school's own item rests on; it is never printed as 依据."""
_ITEM = re.compile(r"\.items\.([a-z][a-z0-9_]*)")


@dataclass(frozen=True)
class Fault:
    """What is wrong: with the item of that key (empty: with the whole), at ``path`` in it."""

    item: str
    path: str
    text: str


def written(value: Any) -> Any:
    """A part of the content in the shape that a person would write in YAML: numbers as numbers,
    nothing that is left at its default. ``content.build.make`` reads it back."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((one, getattr(value, one.name)) for one in fields(value))
        return {
            one.metadata.get("yaml", one.name): written(entry)
            for one, entry in pairs
            if one.default is MISSING or entry != one.default
        }
    if isinstance(value, Mapping):
        return {key: written(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [written(entry) for entry in value]
    return number(value) if isinstance(value, Decimal) else value


def number(value: Decimal) -> int | float:
    """A number as YAML and JSON have it."""
    return int(value) if value == value.to_integral_value() else float(value)


def copied(standard: Standard) -> Body:
    """A draft that says what ``standard`` says."""
    body: Body = written(standard)
    body["metrics"] = [written(one) for one in standard.metrics.values()]
    return {**body, "removed": [], "edits": {}}


def finished(body: Body) -> Body:
    """What is published of a draft."""
    return {key: deepcopy(part) for key, part in body.items() if key not in ("removed", "edits")}


def groups(body: Body) -> Iterator[Entry]:
    """All groups in printing order."""
    for capability in body["capabilities"]:
        yield from capability["groups"]


def group(body: Body, key: str) -> Entry | None:
    """The group of that key."""
    return next((one for one in groups(body) if one["key"] == key), None)


def item(body: Body, key: str) -> Entry | None:
    """The item of that key."""
    return next((one for part in groups(body) for one in part["items"] if one["key"] == key), None)


def group_of(body: Body, key: str) -> str | None:
    """The key of the group in which an item stands, or stood before it was removed."""
    for part in groups(body):
        if any(one["key"] == key for one in part["items"]):
            return str(part["key"])
    return next((one["group"] for one in body["removed"] if one["item"]["key"] == key), None)


def part(body: Body, key: str) -> Any:
    """What may be changed under that key: an item, or the grades; None when it is not there."""
    return body["scoring"]["grades"] if key == GRADES else item(body, key)


def mark(entry: Any) -> str:
    """Twelve characters that are the same for the same entry."""
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def total(body: Body) -> Decimal:
    """What the items add up to."""
    return sum((_decimal(one["points"]) for one in body["capabilities"]), Decimal(0))


def weighed(entry: Entry) -> Entry:
    """An item that is worth what its evidence is."""
    return {**entry, "max_points": _sum(entry["evidence"], "points")}


def change_item(body: Body, changed: Entry) -> Body:
    """``changed`` in the place of the item of its key."""
    body = deepcopy(body)
    for one in groups(body):
        one["items"] = [changed if old["key"] == changed["key"] else old for old in one["items"]]
    return _summed(body)


def add_item(body: Body, group_key: str, new: Entry) -> tuple[Body, str]:
    """``new`` at the end of a group, under a key of its own, which comes back too.

    :raises LookupError: no such group.
    """
    body = deepcopy(body)
    found = group(body, group_key)
    if found is None:
        raise LookupError(group_key)
    key = f"{OWN}{_next_own(body)}"
    found["items"].append({**new, "key": key})
    return _summed(body), key


def _next_own(body: Body) -> int:
    """A number that no own item has, here or among the removed."""
    present = [one["key"] for part in groups(body) for one in part["items"]]
    keys = [*present, *(one["item"]["key"] for one in body["removed"])]
    used = [key.removeprefix(OWN) for key in keys if key.startswith(OWN)]
    return max((int(text) for text in used if text.isdigit()), default=0) + 1


def remove_item(body: Body, key: str) -> Body:
    """Without the item, which may be restored. Raises LookupError for none, or the last of a group."""
    body = deepcopy(body)
    for one in groups(body):
        for at, old in enumerate(one["items"]):
            if old["key"] != key:
                continue
            if len(one["items"]) == 1:
                raise LookupError("the last of its group")
            del one["items"][at]
            body["removed"].append({"group": one["key"], "at": at, "item": old})
            return _summed(body)
    raise LookupError(key)


def restore_item(body: Body, key: str) -> Body:
    """With a removed item where it was. Raises LookupError for one that is not removed."""
    body = deepcopy(body)
    gone = next((one for one in body["removed"] if one["item"]["key"] == key), None)
    found = group(body, gone["group"]) if gone else None
    if gone is None or found is None:
        raise LookupError(key)
    body["removed"].remove(gone)
    found["items"].insert(gone["at"], gone["item"])
    return _summed(body)


def change_grades(body: Body, grades: list[Entry]) -> Body:
    """With other names and limits of the grades."""
    body = deepcopy(body)
    body["scoring"]["grades"] = grades
    return body


def edited(body: Body, key: str, name: str) -> Body:
    """With a note that ``name`` changed the part of that key."""
    return {**body, "edits": {**body["edits"], key: name}}


def _summed(body: Body) -> Body:
    for capability in body["capabilities"]:
        for one in capability["groups"]:
            one["items"] = [weighed(entry) for entry in one["items"]]
            one["points"] = _sum(one["items"], "max_points")
        capability["points"] = _sum(capability["groups"], "points")
    return body


def _sum(entries: list[Entry], name: str) -> int | float:
    return number(sum((_decimal(one[name]) for one in entries), Decimal(0)))


def _decimal(value: float | str) -> Decimal:
    return Decimal(str(value))


def first_evidence(body: Body, metric: str, points: Decimal) -> Entry:
    """How a new item would score ``metric``: full ``points`` under the condition that the standard
    asks elsewhere, otherwise none of what the ledgers hope not to see, or all of the rest.

    :raises LookupError: no such metric.
    """
    known = next((one for one in body["metrics"] if one["key"] == metric), None)
    if known is None:
        raise LookupError(metric)
    worth = number(points)
    uses = [one for part in groups(body) for entry in part["items"] for one in entry["evidence"]]
    found = next((one for one in uses if one.get("metric") == metric), None)
    evidence = {"type": "metric", "metric": metric, "points": worth}
    if found is None:
        limit = {"at_most": 0} if known["empty"] == "full" else {"at_least": 1}
        return {**evidence, "score": [{**limit, "points": worth}]}
    if "expected" in found:
        evidence["expected"] = found["expected"]
    if "deduct" in found:
        return {**evidence, "deduct": deepcopy(found["deduct"])}
    return {**evidence, "score": [{**found["score"][0], "points": worth}]}


def item_faults(body: Body, entry: Entry, pack: Content) -> list[Fault]:
    """What is wrong with one item by the rules of the content; ``path`` is inside the item."""
    return _judge(ASSESSMENT_ITEM, entry, body, pack)


def grade_faults(scoring: Entry, body: Body, pack: Content) -> list[Fault]:
    """What is wrong with the grades; ``path`` is inside ``scoring``."""
    return _judge(SCORING, scoring, body, pack, without=("applies_flags",))


def _judge(
    shape: Record, entry: Entry, body: Body, pack: Content, without: Collection[str] = ()
) -> list[Fault]:
    run = _run(pack)
    place = Place(run, Document("", entry))
    for metric in body["metrics"]:
        run.define("metrics", metric["key"], place)
    for flag in () if "applies_flags" in without else body["scoring"]["applies_flags"]:
        run.define("applies_flags", flag, place)
    shape.check(entry, place)
    run.resolve()
    return [Fault("", one.path, in_words(one.text)) for one in run.problems]


def faults(body: Body, pack: Content, countable: Collection[str]) -> list[Fault]:
    """Why a draft cannot be published, most of it by the rules of the content.

    ``countable`` are the figures that the ledgers can tell.
    """
    plain = {"version": pack.version, **finished(body)}
    run = _run(pack)
    STANDARD.check(plain, Place(run, Document("", plain)))
    run.resolve()
    found = [_fault(one) for one in run.problems if one.path != "scoring.total"]
    if total(body) != WHOLE:
        found.insert(0, Fault("", "scoring.total", sum_text(body)))
    found += _unprintable(body)
    return found if any(one.path for one in found) else [*found, *_uncounted(body, countable)]


def _unprintable(body: Body) -> list[Fault]:
    """Texts with a character that no print font has."""
    found = []
    for one in groups(body):
        for entry in one["items"]:
            rubrics = [part.get("rubric") or "" for part in entry["evidence"]]
            missing = printable(" ".join([entry["text"], entry["how_to_score"], *rubrics]))
            if missing:
                text = f"“{''.join(missing)}”打印字体里没有，请换一个写法"
                found.append(Fault(entry["key"], "text", text))
    return found


def _fault(problem: Problem) -> Fault:
    inside = _ITEM.search(problem.path)
    if inside is None:
        return Fault("", problem.path, in_words(problem.text))
    rest = problem.path[inside.end() :].removeprefix(".")
    return Fault(inside[1], rest, in_words(problem.text))


def _run(pack: Content) -> Run:
    """A check in which everything that other files define is known."""
    run = Run()
    nowhere = Place(run, Document(""))
    for source in pack.sources:
        run.define("sources", source, nowhere)
    for level in pack.levels:
        run.define("levels", level, nowhere)
    return run


def _uncounted(body: Body, countable: Collection[str]) -> list[Fault]:
    labels = {one["key"]: one["label"] for one in body["metrics"]}
    return [
        Fault(entry["key"], "", f"台账里还数不出“{labels.get(key, key)}”，不能用来打分")
        for one in groups(body)
        for entry in one["items"]
        for key in _figures(make(AssessmentItem, entry))
        if key not in countable
    ]


def _figures(entry: AssessmentItem) -> Iterator[str]:
    """The figures that an item needs."""
    for one in entry.evidence:
        keys = [one.metric, one.expected, *(band.at_most_ratio_of for band in one.score)]
        yield from (key for key in keys if key)
    if entry.veto_when:
        yield veto_metric(entry.veto_when)


def sum_text(body: Body) -> str:
    """合计 99分，还差1分; just the sum when it is a hundred."""
    found = total(body)
    if found == WHOLE:
        return f"合计{found:f}分"
    gap = f"还差{WHOLE - found:f}分" if found < WHOLE else f"多了{found - WHOLE:f}分"
    return f"合计{found:f}分，{gap}"


_WORDS = {
    "at_most_ratio_of": "“不超过总数的比例”",
    "shortfall_at_most": "“少不超过”的数",
    "at_least": "“不低于”的数",
    "at_most": "“不超过”的数",
    "veto_when": "否决的条件",
    "max_points": "分值",
    "points": "分值",
    "rubric": "打分要点",
    "expected": "应有数",
}


def in_words(text: str) -> str:
    """A rule's sentence about a file for people who see a form."""
    return re.sub(f" ?({'|'.join(_WORDS)}) ?", lambda found: _WORDS[found[1]], text)

"""What a kind of activity adds to the pages that all share; each kind registers itself in KINDS.

Its part of an activity's page is templates/activities/_<kind>.html, and above the ledger
templates/activities/_<kind>_ledger.html; either may be missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from unitsafe.activities.forms import ActivityForm, EvaluationForm
from unitsafe.activities.models import Activity
from unitsafe.activities.rules import Kind
from unitsafe.activities.services import Changes
from unitsafe.core.domain import Actor
from unitsafe.paper import shapes

Paper = tuple[list[shapes.Fact], list[shapes.RecordSection]]


def _nothing(*_given: Any, **_named: Any) -> Mapping[str, Any]:
    return {}


def _empty_paper(_session: Session, _activity: Activity) -> Paper:
    return [], []


@dataclass(frozen=True)
class KindPage:
    """``offer``: fill the form's own selects (the activity is None for a new one, the form's values
    then are the usual ones). ``save``: keep what the form holds beside its facts, inside the
    write; what it changed, as old and new text. ``held``: what follows when it was entered as held.
    ``shown``, ``above``: values for the two templates. ``paper``: facts and sections of the record.
    """

    form: type[ActivityForm] = ActivityForm
    evaluation: type[EvaluationForm] = EvaluationForm
    offer: Callable[[Session, Any, Activity | None], object] = _nothing
    save: Callable[[Session, Activity, Any], Changes] = _nothing
    held: Callable[[Session, Activity], object] = _nothing
    shown: Callable[[Session, Activity, Actor, datetime], Mapping[str, Any]] = _nothing
    above: Callable[[Session, datetime], Mapping[str, Any]] = _nothing
    paper: Callable[[Session, Activity], Paper] = _empty_paper


KINDS: dict[Kind, KindPage] = {}


def page_of(kind: Kind) -> KindPage:
    """What the kind adds; nothing where nobody registered it."""
    return KINDS.get(kind, KindPage())

"""What the page of one check shows, read once for the page and its fragments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from unitsafe.checks import look_back, queries, rules, services, taps
from unitsafe.checks.forms import FindingForm
from unitsafe.checks.models import Check
from unitsafe.checks.rules import Action, Answered, Result
from unitsafe.content.model import ChecklistItem
from unitsafe.core.domain import Actor
from unitsafe.grids import queries as grids
from unitsafe.hazards.models import Hazard
from unitsafe.people.queries import names
from unitsafe.photos.views import addresses
from unitsafe.places.queries import space_choices


@dataclass
class Row:
    """One item of the sheet as it stands."""

    number: int
    item: ChecklistItem
    answer: Answered | None
    by: str
    may_undo: bool
    hazard: Hazard | None
    photos: Sequence[Mapping[str, Any]]
    form: FindingForm | None
    missing: Sequence[str] = ()

    @property
    def result(self) -> str | None:
        """ok, fail, na; None when unanswered."""
        answer = self.answer
        return answer.result.value if answer and rules.is_answered(answer) else None

    @property
    def is_failed(self) -> bool:
        """Whether the item is not in order."""
        return self.result == Result.FAIL


@dataclass
class SheetPage:
    """The check with its items; ``editable`` when this person may answer now.

    ``old``: the closed hazard it looks at again; ``is_barred``: the reader fixed it, and somebody
    else is to look.
    """

    check: Check
    sheet: taps.Sheet
    rows: list[Row]
    actions: list[Action]
    status: rules.Status
    seen: int
    missing: list[services.Missing] = field(default_factory=list)
    old: look_back.Left | None = None
    is_barred: bool = False

    @property
    def editable(self) -> bool:
        """Whether the items can be answered now."""
        return Action.FILL in self.actions

    @property
    def progress(self) -> rules.Progress:
        """How far it is."""
        return self.sheet.progress


def read(
    session: Session,
    check: Check,
    actor: Actor,
    now: datetime,
    *,
    sent: Any = None,
    missing: Sequence[services.Missing] = (),
    only: str | None = None,
) -> SheetPage:
    """The page of ``check`` (loaded by queries.check).

    ``sent``: a form whose typed values and errors are shown again. ``only``: just this item.
    """
    sheet = taps.read_sheet(session, check.id)
    if sheet is None:
        raise LookupError(check.id)
    actions = check.actions_open_to(actor, now)
    old = look_back.hazard_of(session, check)
    is_barred = look_back.is_barred(check, old, actor)
    if is_barred:
        actions = [one for one in actions if one not in (Action.FILL, Action.SUBMIT)]
    hazards = queries.findings(session, check.id)
    photos = queries.item_photos(session, check.id)
    people = names(session, {answer.by_id for answer in sheet.answers.values()})
    lacking: dict[str, list[str]] = {}
    for entry in missing:
        lacking.setdefault(entry.item_key, []).append(entry.what)
    rows = []
    spaces: list[tuple[int, str]] | None = None
    for number, item in enumerate(sheet.items, start=1):
        if only is not None and item.key != only:
            continue
        answer = sheet.answers.get(item.key)
        failed = answer is not None and answer.result is Result.FAIL
        form = None
        if failed and Action.FILL in actions:
            spaces = spaces_of(session, check) if spaces is None else spaces
            form = FindingForm.for_item(item, spaces, sent, again=old)
            if sent is not None and "hazard" in lacking.get(item.key, ()):
                form.validate()
        rows.append(
            Row(
                number=number,
                item=item,
                answer=answer,
                by=people.get(answer.by_id, "") if answer else "",
                may_undo=bool(
                    answer
                    and answer.by_id == actor.id
                    and rules.is_answered(answer)
                    and Action.FILL in actions
                    and rules.may_undo(answer.at, now)
                ),
                hazard=hazards.get(item.key),
                photos=[addresses(entry.photo_id) for entry in photos.get(item.key, ())],
                form=form,
                missing=lacking.get(item.key, ()),
            )
        )
    seen = max((answer.id for answer in sheet.answers.values()), default=0)
    return SheetPage(
        check,
        sheet,
        rows,
        actions,
        check.status(now),
        seen,
        list(missing),
        old=look_back.as_left(session, old),
        is_barred=is_barred,
    )


def spaces_of(session: Session, check: Check) -> list[tuple[int, str]]:
    """(id, name) of the spaces where a finding of this check can lie."""
    if check.target != "grid":
        return space_choices(session, check.building_id)
    here = grids.spaces_of(session, [check.grid_id], check.day).get(check.grid_id, [])
    return [(space.id, f"{space.building.name} {space.name}") for space in here]

"""One item of the table: its figures, what people said of it, giving points."""

from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe.assessments import labels, queries, services, standard_words, standards
from unitsafe.assessments.forms import HazardForm, ScoreForm
from unitsafe.assessments.sheet import Item, Part
from unitsafe.assessments.views import bp
from unitsafe.assessments.views.reading import Page, page_of
from unitsafe.assessments.views.sheet import QUARTER, steps_of
from unitsafe.content import load, printable_basis
from unitsafe.core.access import actor, allow
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.forms import chosen_id
from unitsafe.core.htmx import render
from unitsafe.files.models import StoredFile
from unitsafe.files.services import own
from unitsafe.files.views import sent_files, shown
from unitsafe.school.queries import school

ITEM = QUARTER + "/items/<item>"


@bp.get(ITEM)
@allow()
def item(quarter: str, item: str) -> ResponseReturnValue:
    """The item with all that is behind it; htmx opens its form inside the table."""
    page = page_of(quarter)
    return _show(page, page.sheet.item(item) or abort(404))


def _show(
    page: Page,
    item: Item,
    *,
    sent: ScoreForm | None = None,
    kept: tuple[StoredFile, ...] = (),
    file_error: str = "",
    is_saved: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    session = db.session()
    forms = _forms(item, sent) if page.may_score and not is_saved else {}
    return render(
        "assessments/item.html",
        fragment="panel",
        oob=("messages", "sums", "tiles", "steps") if is_saved or sent else (),
        page=page,
        sheet=page.sheet,
        found=page.found,
        item=item,
        forms=forms,
        sent_part=chosen_id(sent.part.data) if sent else 0,
        kept=kept,
        file_error=file_error,
        most=school(session).number("file_mib"),
        history=queries.history(session, page.found, item.key) if page.found else [],
        hazards=queries.hazards(session, page.found),
        hazard_form=HazardForm(formdata=None, data={"item": item.key})
        if page.found and (page.runs or page.is_member)
        else None,
        basis=printable_basis(item.basis, load().sources),
        is_unsure=len(printable_basis(item.basis, load().sources)) < len(item.basis),
        words=labels,
        ways=_ways(page, item),
        **steps_of(page),
        status=status,
    )


def _ways(page: Page, item: Item) -> dict[int, str]:
    """By part how its figure is turned into points, where the standard still tells."""
    standard = standards.standard(page.found.standard if page.found else None)
    entry = next((one for one in standard.items if one.key == item.key), None)
    parts = enumerate(entry.evidence if entry else (), start=1)
    return {n: standard_words.way(one, standard.metrics) for n, one in parts if one.metric}


def _forms(item: Item, sent: ScoreForm | None) -> dict[int, ScoreForm]:
    """A form for each part that can be scored; their ids tell the items apart, since several may be
    open in one table."""
    found = {}
    for part in item.parts:
        if not part.applies:
            continue
        is_sent = sent is not None and chosen_id(sent.part.data) == part.number
        form = sent if sent is not None and is_sent else ScoreForm(formdata=None, data=_data(part))
        for field in form:
            field.id = field.label.field_id = f"{item.key}-{part.number}-{field.short_name}"
        found[part.number] = form
    return found


def _data(part: Part) -> dict[str, Any]:
    given = part.given
    return {
        "part": part.number,
        "seen": given.entry if given else 0,
        "points": None if part.points is None else labels.points(part.points),
        "note": given.note if given else "",
    }


@bp.post(ITEM)
@allow()
def score(quarter: str, item: str) -> ResponseReturnValue:
    """Give a part of the item points, or take back what was given."""
    page, form = page_of(quarter, must_exist=True), ScoreForm()
    asked = page.sheet.item(item) or abort(404)
    part = chosen_id(form.part.data)
    ids, file_error = sent_files()

    def again() -> ResponseReturnValue:
        newest = queries.newest_score(db.session(), page.assessment(), item, part)
        form.seen.data = newest.id if newest else 0
        now = page_of(quarter)
        return _show(
            now,
            now.sheet.item(item) or asked,
            sent=form,
            kept=tuple(shown(ids)),
            file_error=file_error,
            status=422,
        )

    def saved() -> ResponseReturnValue:
        now = page_of(quarter)
        return _show(now, now.sheet.item(item) or asked, is_saved=True)

    return carry_out(
        form,
        lambda session, now: services.score(
            session,
            queries.locked(session, page.quarter),
            asked,
            part,
            form.points.data,
            note=form.note.data or "",
            files=own(session, actor(), ids),
            seen=chosen_id(form.seen.data),
            by=actor(),
            now=now,
        ),
        _("得分已保存。"),
        location=url_for(".sheet", quarter=quarter) + f"#item-{item}",
        again=again,
        is_sound=not file_error,
        in_place=saved,
    )

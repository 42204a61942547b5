"""The steps after scoring: signatures, returning, filing."""

from datetime import datetime
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.assessments import labels, queries, services
from unitsafe.assessments.forms import FileForm, PaperForm, ReturnForm, StepForm
from unitsafe.assessments.models import AssessmentEvent
from unitsafe.assessments.rules import MOVES, Step
from unitsafe.assessments.views import bp
from unitsafe.assessments.views.reading import Page, missing, page_of
from unitsafe.assessments.views.sheet import QUARTER
from unitsafe.core.access import actor, allow
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.errors import answer
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render
from unitsafe.files.models import StoredFile
from unitsafe.files.services import own
from unitsafe.files.views import sent_files, shown
from unitsafe.letters.rules import How
from unitsafe.photos import services as photos
from unitsafe.photos.signatures import keep_signature
from unitsafe.school.queries import school

STEP = QUARTER + "/steps/<step>"
SIGNED = (Step.DEPARTMENT, Step.REVIEW, Step.SIGN)


@bp.get(STEP)
@allow()
def step(quarter: str, step: str) -> ResponseReturnValue:
    """What is about to be signed, in short, and where to sign it."""
    page, asked = _page(quarter, step)
    if page.assessment().state is not MOVES[asked][0]:
        return answer(409, _("这一步现在不用做，请回到评分表看看进行到哪里了。"))
    return _show(page, asked)


def _page(quarter: str, step: str) -> tuple[Page, Step]:
    if step not in set(MOVES):
        abort(404)
    return page_of(quarter, must_exist=True), Step(step)


def _show(
    page: Page,
    step: Step,
    *,
    screen: Form | None = None,
    paper: PaperForm | None = None,
    kept: tuple[StoredFile, ...] = (),
    file_error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    undone = missing(page, step) if step in SIGNED else ""
    today, seen = clock.today(), page.sheet.mark
    may_sign = step in SIGNED and services.may_sign(step, actor())
    return render(
        "assessments/step.html",
        page=page,
        sheet=page.sheet,
        found=page.found,
        step=step,
        missing=undone,
        screen=screen or (None if undone else _screen(page, step, may_sign)),
        paper=(
            paper or PaperForm(formdata=None, data={"seen": seen, "done_on": today})
            if step in SIGNED and page.runs and not undone
            else None
        ),
        paper_open=paper is not None or not may_sign,
        is_signature=step in SIGNED,
        needs_department=step is Step.DEPARTMENT,
        changed=[item for item in page.sheet.items() if item.is_changed],
        kept=kept,
        file_error=file_error,
        most=school(db.session()).number("file_mib"),
        words=labels,
        status=status,
    )


def _screen(page: Page, step: Step, may_sign: bool) -> Form | None:
    if step is Step.RETURN:
        return ReturnForm(formdata=None) if services.may_return(actor()) else None
    if step is Step.FILE:
        data = {"done_on": clock.today()}
        return FileForm(formdata=None, data=data) if page.runs else None
    return StepForm(formdata=None, data={"seen": page.sheet.mark}) if may_sign else None


@bp.post(STEP)
@allow()
def take(quarter: str, step: str) -> ResponseReturnValue:
    """Take the step: sign on the screen, record a paper, return, file."""
    page, asked = _page(quarter, step)
    if asked is Step.RETURN:
        return _give_back(page)
    if asked is Step.FILE:
        return _file(page)
    return _on_paper(page, asked) if "paper" in request.form else _on_screen(page, asked)


def _on_screen(page: Page, step: Step) -> ResponseReturnValue:
    form, today = StepForm(), clock.today()
    kept, is_sound = keep_signature(form, actor().name)
    if not is_sound:
        return _show(page, step, screen=form, status=422)

    def facts(session: Session, now: datetime) -> dict[str, Any]:
        photo = photos.add_photo(session, kept, by=actor(), now=now) if kept else None
        return {
            "how": How.SCREEN,
            "typed_name": form.typed_name.data or "",
            "signature": photo,
            "done_on": today,
        }

    return carry_out(
        form,
        lambda session, now: _sign(session, page, step, form, facts(session, now), now=now),
        _("已签字。"),
        location=url_for(".sheet", quarter=str(page.quarter)),
        again=lambda: _show(page, step, screen=form, status=422),
    )


def _on_paper(page: Page, step: Step) -> ResponseReturnValue:
    form = PaperForm()
    ids, file_error = sent_files()
    file_error = file_error or ("" if ids else _("请附上签好的评分表扫描件或照片。"))

    def facts(session: Session) -> dict[str, Any]:
        return {
            "how": How.PAPER,
            "signer": form.signer.data or "",
            "scan": _first(session, ids),
            "done_on": form.done_on.data,
        }

    return carry_out(
        form,
        lambda session, now: _sign(session, page, step, form, facts(session), now=now),
        _("已登记纸质签字。"),
        location=url_for(".sheet", quarter=str(page.quarter)),
        again=lambda: _show(
            page, step, paper=form, kept=tuple(shown(ids)), file_error=file_error, status=422
        ),
        is_sound=not file_error,
    )


def _sign(
    session: Session,
    page: Page,
    step: Step,
    form: StepForm | PaperForm,
    facts: dict[str, Any],
    *,
    now: datetime,
) -> AssessmentEvent:
    """Sign the table as it is inside the write, with what both ways of signing share."""
    found, today = queries.locked(session, page.quarter), clock.local(now).date()
    return services.sign(
        session,
        found,
        queries.sheet(session, page.quarter, found, today),
        step,
        seen=form.seen.data or "",
        department=form.department.data or "",
        today=today,
        by=actor(),
        now=now,
        **facts,
    )


def _first(session: Session, ids: list[int]) -> StoredFile | None:
    return next(iter(own(session, actor(), ids)), None)


def _give_back(page: Page) -> ResponseReturnValue:
    form, today = ReturnForm(), clock.today()
    return carry_out(
        form,
        lambda session, now: services.give_back(
            session,
            queries.locked(session, page.quarter),
            note=form.note.data or "",
            today=today,
            by=actor(),
            now=now,
        ),
        _("已退回评估小组。"),
        location=url_for(".sheet", quarter=str(page.quarter)),
        again=lambda: _show(page, Step.RETURN, screen=form, status=422),
    )


def _file(page: Page) -> ResponseReturnValue:
    form, today = FileForm(), clock.today()
    ids, file_error = sent_files()
    return carry_out(
        form,
        lambda session, now: services.file(
            session,
            queries.locked(session, page.quarter),
            done_on=form.done_on.data,
            receipt=form.receipt.data or "",
            scan=_first(session, ids),
            today=today,
            by=actor(),
            now=now,
        ),
        _("备案已登记。"),
        location=url_for(".sheet", quarter=str(page.quarter)),
        again=lambda: _show(
            page,
            Step.FILE,
            screen=form,
            kept=tuple(shown(ids)),
            file_error=file_error,
            status=422,
        ),
        is_sound=not file_error,
    )

"""The steps after scoring: signatures, returning, filing."""

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.assessments import labels, queries, services
from unitsafe.assessments.forms import FileForm, PaperForm, ReturnForm, StepForm
from unitsafe.assessments.rules import MOVES, Step
from unitsafe.assessments.views import bp
from unitsafe.assessments.views.reading import Page, page_of
from unitsafe.assessments.views.sheet import QUARTER
from unitsafe.core.access import actor, allow
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import answer, sentence
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
    missing = _missing(page, step)
    today, seen = clock.today(), page.sheet.mark
    may_sign = step in SIGNED and services.may_sign(step, actor())
    return render(
        "assessments/step.html",
        page=page,
        sheet=page.sheet,
        found=page.found,
        step=step,
        missing=missing,
        screen=screen or (None if missing else _screen(page, step, may_sign)),
        paper=(
            paper or PaperForm(formdata=None, data={"seen": seen, "done_on": today})
            if step in SIGNED and page.runs and not missing
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


def _missing(page: Page, step: Step) -> str:
    if step not in SIGNED:
        return ""
    try:
        services.need_ready(db.session(), page.assessment(), page.sheet, step)
    except RuleError as error:
        return sentence(error)
    return ""


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
    return carry_out(
        form,
        lambda session, now: services.sign(
            session,
            queries.locked(session, page.quarter),
            queries.sheet_to_sign(session, page.quarter, today),
            step,
            seen=form.seen.data or "",
            how=How.SCREEN,
            department=form.department.data or "",
            typed_name=form.typed_name.data or "",
            signature=photos.add_photo(session, kept, by=actor(), now=now) if kept else None,
            done_on=today,
            today=today,
            by=actor(),
            now=now,
        ),
        _("已签字。"),
        location=url_for(".sheet", quarter=str(page.quarter)),
        again=lambda: _show(page, step, screen=form, status=422),
    )


def _on_paper(page: Page, step: Step) -> ResponseReturnValue:
    form, today = PaperForm(), clock.today()
    ids, file_error = sent_files()
    file_error = file_error or ("" if ids else _("请附上签好的评分表扫描件或照片。"))
    return carry_out(
        form,
        lambda session, now: services.sign(
            session,
            queries.locked(session, page.quarter),
            queries.sheet_to_sign(session, page.quarter, today),
            step,
            seen=form.seen.data or "",
            how=How.PAPER,
            department=form.department.data or "",
            signer=form.signer.data or "",
            scan=_first(session, ids),
            done_on=form.done_on.data,
            today=today,
            by=actor(),
            now=now,
        ),
        _("已登记纸质签字。"),
        location=url_for(".sheet", quarter=str(page.quarter)),
        again=lambda: _show(
            page, step, paper=form, kept=tuple(shown(ids)), file_error=file_error, status=422
        ),
        is_sound=not file_error,
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

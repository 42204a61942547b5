"""One paper: its text, its readers, new versions, reviews, what a plan holds."""

from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.access import actor, allow
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.download import xlsx
from unitsafe.core.excel import workbook
from unitsafe.core.htmx import render
from unitsafe.core.labels import label
from unitsafe.documents import papers, queries, rules, services
from unitsafe.documents.forms import PlanForm, ReadForm, ReviewForm, StateForm, VersionForm
from unitsafe.documents.labels import MARK_KIND, STATE_KIND, audience_words, changed, topic_words
from unitsafe.documents.models import Document
from unitsafe.documents.rules import Kind, Part, State, Team
from unitsafe.documents.views import bp
from unitsafe.documents.views.common import (
    EDIT,
    ONE,
    READERS,
    ahead,
    editors_only,
    found,
    may_edit,
    sees_readers,
)
from unitsafe.files.views import sent_files, shown
from unitsafe.people.queries import active_people, told_apart
from unitsafe.school.queries import school, short_name


@bp.get(ONE)
@allow()
def detail(document_id: int) -> ResponseReturnValue:
    """One paper: its text, who has read it, its earlier versions."""
    return _show(document_id)


def _show(
    document_id: int,
    *,
    version_form: VersionForm | None = None,
    review_form: ReviewForm | None = None,
    state_form: StateForm | None = None,
    ids: list[int] | tuple[()] = (),
    file_error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session, day, one = db.session(), clock.today(), found(document_id)
    newest = one.versions[0]
    audience = [entry.post for entry in one.audience]
    read = queries.readings(session, newest.id)
    may_know = bool(audience) and sees_readers()
    asked = queries.staff(session, day).asked(audience) if may_know else []
    can_edit, is_open = may_edit(), one.state is State.CURRENT
    teams = queries.teams(one)
    is_mine = is_open and rules.is_addressed(actor().posts, audience)
    return render(
        "documents/detail.html",
        one=one,
        newest=newest,
        mark=one.mark(day, ahead(session)),
        mark_kind=MARK_KIND,
        state_kind=STATE_KIND,
        topics=topic_words(entry.topic for entry in one.topics),
        audience=audience_words(audience),
        changed=changed,
        is_mine=is_mine,
        read_at=read.get(actor().id),
        read_form=ReadForm(formdata=None, number=newest.number)
        if is_mine and actor().id not in read
        else None,
        asked=asked,
        unread=[person for person in asked if person.id not in read],
        sees_readers=may_know,
        sees_all=sees_readers(),
        parts=queries.parts_of(newest),
        teams=teams,
        all_parts=list(Part),
        points=rules.plan_points(
            [part.part for part in newest.parts],
            [team for team, seated in teams.items() if seated.is_manned],
        ),
        whole=rules.WHOLE_PLAN,
        may_edit=can_edit,
        version_form=(version_form or VersionForm(formdata=None, issued_on=day))
        if can_edit and is_open
        else None,
        review_form=(review_form or ReviewForm(formdata=None, reviewed_on=day))
        if can_edit and is_open and one.next_review_on
        else None,
        state_form=_offered(state_form, one) if can_edit else None,
        most=school(session).number("file_mib"),
        kept=shown(list(ids)),
        file_error=file_error,
        status=status,
    )


def _offered(form: StateForm | None, one: Document) -> StateForm:
    form = form or StateForm(formdata=None)
    form.leave_out(one.state)
    return form


@bp.post(ONE + "/versions")
@allow(*EDIT)
def add_version(document_id: int) -> ResponseReturnValue:
    """A newer text."""
    editors_only()
    found(document_id)
    form = VersionForm()
    ids, file_error = sent_files()
    return carry_out(
        form,
        lambda session, now: services.add_version(
            session,
            session.get_one(Document, document_id),
            issued_on=form.issued_on.data,
            note=form.note.data or "",
            file_ids=ids,
            by=actor(),
            now=now,
        ),
        _("新版本已保存，原来的版本仍可查看。"),
        location=url_for(".detail", document_id=document_id),
        again=lambda: _show(
            document_id, version_form=form, ids=ids, file_error=file_error, status=422
        ),
        is_sound=not file_error,
    )


@bp.post(ONE + "/review")
@allow(*EDIT)
def review(document_id: int) -> ResponseReturnValue:
    """Gone through, nothing to change."""
    editors_only()
    found(document_id)
    form = ReviewForm()
    return carry_out(
        form,
        lambda session, now: services.review(
            session,
            session.get_one(Document, document_id),
            reviewed_on=form.reviewed_on.data,
            next_review_on=form.next_review_on.data,
            note=form.note.data or "",
            by=actor(),
            now=now,
        ),
        _("已登记复核。"),
        location=url_for(".detail", document_id=document_id),
        again=lambda: _show(document_id, review_form=form, status=422),
    )


@bp.post(ONE + "/state")
@allow(*EDIT)
def set_state(document_id: int) -> ResponseReturnValue:
    """It no longer holds, or holds again."""
    editors_only()
    found(document_id)
    form = StateForm()
    return carry_out(
        form,
        lambda session, now: services.set_state(
            session,
            session.get_one(Document, document_id),
            form.state.data,
            note=form.note.data or "",
            by=actor(),
            now=now,
        ),
        lambda _made: _("已改为“%(state)s”。", state=label(form.state.data)),
        location=url_for(".detail", document_id=document_id),
        again=lambda: _show(document_id, state_form=form, status=422),
    )


@bp.post(ONE + "/read")
@allow()
def mark_read(document_id: int) -> ResponseReturnValue:
    """我已阅读."""
    found(document_id)
    form = ReadForm()
    return carry_out(
        form,
        lambda session, now: services.mark_read(
            session,
            queries.document(session, actor(), document_id) or abort(404),
            number=form.number.data or 0,
            by=actor(),
            now=now,
        ),
        _("已记下您读过这份文件。"),
        location=url_for(".detail", document_id=document_id),
        again=lambda: _show(document_id, status=422),
    )


@bp.get(ONE + "/readers.xlsx")
@allow(*READERS)
def readers_xlsx(document_id: int) -> ResponseReturnValue:
    """Who is asked to read the newest version, and who has."""
    session, day, one = db.session(), clock.today(), found(document_id)
    asked = queries.staff(session, day).asked([entry.post for entry in one.audience])
    read = queries.readings(session, one.versions[0].id)
    book = workbook(_("阅读情况"), papers.reader_columns(), papers.reader_rows(asked, read))
    return xlsx(book, short_name(), _("%(title)s阅读情况", title=one.title), day.isoformat())


@bp.route(ONE + "/plan", methods=["GET", "POST"])
@allow(*EDIT)
def plan(document_id: int) -> ResponseReturnValue:
    """What the newest version of a plan contains, and its teams."""
    editors_only()
    one = found(document_id)
    if one.kind is not Kind.EMERGENCY_PLAN:
        abort(404)
    form = PlanForm(data=_plan_values(one))
    form.offer(told_apart(active_people(db.session())))
    if not form.is_submitted():
        return _show_plan(one, form)
    return carry_out(
        form,
        lambda session, now: services.fill_plan(
            session,
            queries.document(session, actor(), document_id) or abort(404),
            number=form.number.data or 0,
            parts=form.parts,
            teams=form.teams,
            by=actor(),
            now=now,
        ),
        _("预案内容已保存。"),
        location=url_for(".detail", document_id=document_id),
        again=lambda: _show_plan(one, form, status=422),
    )


def _show_plan(one: Document, form: PlanForm, status: int = 200) -> ResponseReturnValue:
    return render(
        "documents/plan.html",
        one=one,
        newest=one.versions[0],
        form=form,
        all_parts=list(Part),
        teams=queries.teams(one),
        status=status,
    )


def _plan_values(one: Document) -> dict[str, Any]:
    """What the form shows: parts of this version, or of the one before to be looked up again."""
    with_parts = next((version for version in one.versions if version.parts), one.versions[0])
    values: dict[str, Any] = {"number": one.latest}
    values |= {f"part_{part.part}": part.place for part in with_parts.parts}
    for team in Team:
        rows = [row for row in one.members if row.team is team]
        values[f"leader_{team}"] = next((row.person_id for row in rows if row.is_leader), 0)
        values[f"members_{team}"] = [row.person_id for row in rows if not row.is_leader]
    return values

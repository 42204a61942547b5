"""Writing down a paper, and correcting what is written down."""

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.access import actor, allow
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.htmx import render
from unitsafe.core.labels import label
from unitsafe.documents import queries, services
from unitsafe.documents.forms import DocumentForm, EditDocumentForm, NewDocumentForm
from unitsafe.documents.models import Document
from unitsafe.documents.rules import (
    EVERYBODY,
    REVIEWED,
    TOPICS,
    Kind,
    Topic,
)
from unitsafe.documents.views import bp
from unitsafe.documents.views.common import EDIT, ONE, editors_only, found
from unitsafe.files.views import sent_files, shown
from unitsafe.people.queries import active_people, told_apart
from unitsafe.school.queries import school


@bp.route("/documents/new", methods=["GET", "POST"])
@allow(*EDIT)
def new() -> ResponseReturnValue:
    """Write down a paper with its first version."""
    editors_only()
    text = request.values.get("kind", "")
    kind = Kind(text) if text in set(Kind) else Kind.POLICY
    form = NewDocumentForm(
        kind=kind.value, issued_on=clock.today(), for_all=kind is Kind.POLICY, owner_id=actor().id
    )
    if not form.is_submitted():
        topic = request.args.get("topic", "")
        form.topics.data = [topic] if topic in TOPICS[kind] else []
        if form.topics.data:
            form.title.data = _("%(topic)s制度", topic=label(Topic(topic)))
        return _show_form(form, kind)
    ids, file_error = sent_files()
    _offer(form, kind)
    return carry_out(
        form,
        lambda session, now: services.record(
            session,
            kind,
            form.facts(),
            file_ids=ids,
            note=form.note.data or "",
            by=actor(),
            now=now,
        ),
        _("文件已登记。"),
        location=lambda made: url_for(".detail", document_id=made.id),
        again=lambda: _show_form(form, kind, ids=ids, file_error=file_error, status=422),
        is_sound=not file_error,
        otherwise="title",
    )


@bp.route(ONE + "/edit", methods=["GET", "POST"])
@allow(*EDIT)
def edit(document_id: int) -> ResponseReturnValue:
    """Correct what is written down; the text itself changes by a new version."""
    editors_only()
    one = found(document_id)
    audience = [entry.post for entry in one.audience]
    form = EditDocumentForm(
        data={
            **{name: getattr(one, name) for name in ("title", "document_no", "issued_on")},
            "owner_id": one.owner_id,
            "next_review_on": one.next_review_on,
            "topics": [entry.topic for entry in one.topics],
            "for_all": EVERYBODY in audience,
            "posts": audience,
            "version": one.version,
        }
    )
    if not form.is_submitted():
        return _show_form(form, one.kind, one)
    _offer(form, one.kind)
    return carry_out(
        form,
        lambda session, now: services.change(
            session,
            queries.document(session, actor(), document_id) or abort(404),
            form.facts(),
            seen=form.version.data or 0,
            by=actor(),
            now=now,
        ),
        _("文件登记已修改。"),
        location=url_for(".detail", document_id=document_id),
        again=lambda: _show_form(form, one.kind, found(document_id), status=422),
        otherwise="title",
    )


def _offer(form: DocumentForm, kind: Kind) -> None:
    form.offer(kind, told_apart(active_people(db.session())))


def _show_form(
    form: DocumentForm,
    kind: Kind,
    one: Document | None = None,
    *,
    ids: list[int] | tuple[()] = (),
    file_error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session = db.session()
    if form.owner_id.choices is None:
        _offer(form, kind)
    return render(
        "documents/form.html",
        form=form,
        kind=kind,
        one=one,
        kinds=list(Kind),
        months=school(session).number("document_months") if kind in REVIEWED else 0,
        most=school(session).number("file_mib"),
        kept=shown(list(ids)),
        file_error=file_error,
        status=status,
    )

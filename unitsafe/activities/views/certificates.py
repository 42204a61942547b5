"""The register of training certificates."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.activities import certificates, training_queries
from unitsafe.activities import training_rules as rules
from unitsafe.activities.models import Certificate
from unitsafe.activities.rules import ORGANISE, may_organise
from unitsafe.activities.training_forms import CertificateForm
from unitsafe.activities.training_labels import STANDING_KIND
from unitsafe.activities.training_queries import CERTIFICATE_ORDER, CertificateFilters
from unitsafe.activities.training_rules import CertificateKind, Grade, Standing
from unitsafe.activities.views import bp
from unitsafe.activities.views.needs import SEE
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db, writing
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.excel import Column
from unitsafe.core.forms import Form
from unitsafe.core.htmx import render, see_other
from unitsafe.core.labels import label
from unitsafe.core.paging import AT_ONCE, fetch_page
from unitsafe.core.query import chips, here
from unitsafe.files.views import sent_files
from unitsafe.files.views import shown as shown_files
from unitsafe.people import queries as people
from unitsafe.school.ledgers import Ledger, as_file, files_of, in_words, search_in_words
from unitsafe.school.queries import school


def _filters() -> CertificateFilters:
    args = request.args
    standing, kind = args.get("standing"), args.get("kind", "")
    return CertificateFilters(
        standing=Standing(standing) if standing in set(Standing) else None,
        kind=kind if kind in set(CertificateKind) else "",
        words=args.get("q", "").strip()[:40],
    )


def _standings(days: int) -> Callable[[Certificate], Standing]:
    """How a certificate stands today, where one is ending ``days`` before its last day."""
    today = clock.today()
    return lambda one: rules.standing(
        one.expires_on, is_replaced=one.ended_at is not None, today=today, days=days
    )


def _days() -> int:
    return school(db.session()).number("certificate_days")


def _kind_name(one: Certificate) -> str:
    kind = label(CertificateKind(one.kind)) if one.kind in set(CertificateKind) else one.kind
    return f"{kind}（{label(Grade(one.grade))}）" if one.grade in set(Grade) else kind


@bp.get("/certificates")
@allow(*SEE)
def certificate_index() -> ResponseReturnValue:
    """Certificates, the newest first."""
    session, today, filters, days = db.session(), clock.today(), _filters(), _days()
    page = fetch_page(
        session,
        training_queries.certificates(filters, today, days),
        keys=CERTIFICATE_ORDER,
        after=request.args.get("after"),
    )
    counts = training_queries.certificate_counts(session, today, days)
    whole, at = sum(counts.values()), ".certificate_index"
    may = may_organise(actor(), None)
    return render(
        "activities/certificates.html",
        fragment="rows",
        oob=(),
        page=page,
        chips=chips(at, "standing", Standing, counts, filters.standing),
        filters=filters,
        is_filtered=filters != CertificateFilters(),
        kinds=list(CertificateKind),
        total=counts[filters.standing] if filters.standing else whole,
        standing=_standings(days),
        standing_kind=STANDING_KIND,
        kind_name=_kind_name,
        end_form=(lambda: Form(formdata=None)) if may else None,
        files=files_of(".certificate_file"),
        next_url=here(at, after=page.next) if page.next else None,
        first_url=None if page.first else here(at),
    )


@bp.get("/certificates.<any(xlsx, pdf):suffix>")
@allow(*SEE)
def certificate_file(suffix: str) -> ResponseReturnValue:
    """Every certificate the filters leave, as a workbook or on paper."""
    filters, days = _filters(), _days()
    select = training_queries.certificates(filters, clock.today(), days)
    found = db.session.scalars(
        select.order_by(*CERTIFICATE_ORDER).execution_options(yield_per=AT_ONCE)
    )
    standing = _standings(days)
    columns = [
        Column(_("姓名"), 12),
        Column(_("证书"), 26),
        Column(_("编号"), 24),
        Column(_("发证日期"), 12),
        Column(_("有效期至"), 12),
        Column(_("状态"), 14),
    ]
    rows = (
        [
            one.person.name,
            _kind_name(one),
            one.number,
            one.issued_on,
            one.expires_on,
            label(standing(one)),
        ]
        for one in found
    )
    narrowed = in_words(
        label(filters.standing),
        label(CertificateKind(filters.kind)) if filters.kind else "",
        search_in_words(filters.words),
    )
    return as_file(Ledger(_("培训证书台账"), columns, rows, narrowed), suffix)


@bp.route("/certificates/new", methods=["GET", "POST"])
@allow(*ORGANISE)
def new_certificate() -> ResponseReturnValue:
    """Enter a certificate; ``?person=7&kind=control_room`` for a renewal."""
    args = request.args
    kind = args.get("kind")
    form = CertificateForm(
        person_id=args.get("person", type=int),
        kind=CertificateKind(kind) if kind in set(CertificateKind) else None,
    )
    form.offer(people.told_apart(people.active_people(db.session())))
    if not form.is_submitted():
        return _show_form(form)
    ids, file_error = sent_files()
    if form.validate() and not file_error:
        now = clock.now()
        try:
            with writing() as session:
                key = once.claim(session, form.once.data, by=actor().id, now=now)
                key.location = url_for(".certificate_index")
                certificates.add(session, form.facts(), file_ids=ids, by=actor(), now=now)
            flash(_("证书已登记。"))
            if form.expires_on.data and form.expires_on.data < clock.today():
                flash(_("这张证书已经过期，请尽快安排换证。"), "warning")
            return see_other(key.location)
        except RuleError as error:
            beside = error.values.get("field")
            if not isinstance(beside, str) or beside not in form:
                raise
            form[beside].errors = [sentence(error)]
    return _show_form(form, ids, file_error, status=422)


def _show_form(
    form: CertificateForm, ids: Any = (), file_error: str = "", status: int = 200
) -> ResponseReturnValue:
    return render(
        "activities/certificate.html",
        form=form,
        files=shown_files(list(ids)),
        file_error=file_error,
        most_mib=school(db.session()).number("file_mib"),
        status=status,
    )


@bp.post("/certificates/<int:certificate_id>/end")
@allow(*ORGANISE)
def end_certificate(certificate_id: int) -> ResponseReturnValue:
    """It does not hold any more."""
    form, now = Form(), clock.now()
    if db.session.get(Certificate, certificate_id) is None:
        abort(404)
    if form.validate():
        with writing() as session:
            key = once.claim(session, form.once.data, by=actor().id, now=now)
            key.location = url_for(".certificate_index")
            found = session.get_one(Certificate, certificate_id)
            certificates.end(session, found, by=actor(), now=now)
        flash(_("证书已停用。"))
    return see_other(url_for(".certificate_index"))

"""The register of papers, on screen and as a workbook."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.htmx import render
from unitsafe.core.labels import label
from unitsafe.core.paging import fetch_page
from unitsafe.core.query import here
from unitsafe.documents import papers, queries, rules
from unitsafe.documents.labels import MARK_KIND, STATE_KIND
from unitsafe.documents.rules import TOPICS, Kind, State, Topic
from unitsafe.documents.views import bp
from unitsafe.documents.views.common import ahead, may_edit, sees_readers
from unitsafe.school.ledgers import Ledger, as_file, files_of, in_words, search_in_words
from unitsafe.school.queries import school


@bp.get("/documents")
@allow()
def index() -> ResponseReturnValue:
    """The papers that hold, newest first."""
    session, day, filters = db.session(), clock.today(), read_filters()
    days = ahead(session)
    page = fetch_page(
        session,
        queries.ledger(actor(), filters, day, days),
        keys=queries.LEDGER_ORDER,
        after=request.args.get("after"),
    )
    counts = queries.counts_by_kind(session, actor(), filters, day, days)
    chips = [
        (
            _("全部 %(n)s", n=sum(counts.values())),
            here(".index", kind="", topic=""),
            not filters.kind,
        )
    ]
    chips += [
        (
            f"{label(one)} {counts[one]}",
            here(".index", kind=one.value, topic=""),
            filters.kind is one,
        )
        for one in Kind
        if counts[one] or filters.kind is one
    ]
    may_know = sees_readers()
    return render(
        "documents/index.html",
        fragment="rows",
        oob=(),
        page=page,
        read=queries.progress(session, page.rows, queries.staff(session, day)) if may_know else {},
        chips=chips,
        total=counts[filters.kind] if filters.kind else sum(counts.values()),
        filters=filters,
        is_filtered=filters != queries.Filters(),
        ahead=days,
        lacking=_lacking(session) if may_know else [],
        topics=TOPICS[filters.kind] if filters.kind else (),
        states=list(State),
        mark_kind=MARK_KIND,
        state_kind=STATE_KIND,
        files=files_of(".index_file"),
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        may_edit=may_edit(),
        sees_readers=may_know,
    )


def _lacking(session: Session) -> list[Topic]:
    """The policies the school needs and does not have."""
    flags = [key for key, is_on in school(session).flags.items() if is_on]
    held = queries.topics_held(session)
    return [topic for topic in rules.required_policies(flags) if topic not in held]


def read_filters() -> queries.Filters:
    """The filters in the address; what cannot be understood is left out."""
    args = request.args
    kind, topic, state, mark = (args.get(name) for name in ("kind", "topic", "state", "mark"))
    return queries.Filters(
        kind=Kind(kind) if kind in set(Kind) else None,
        topic=Topic(topic) if topic in set(Topic) else None,
        state=None if state == "all" else State(state) if state in set(State) else State.CURRENT,
        mark=mark if mark in queries.MARKS else "",
        unread=args.get("unread") == "1",
        words=args.get("q", "").strip()[:50],
    )


@bp.get("/documents.<any(xlsx, pdf):suffix>")
@allow()
def index_file(suffix: str) -> ResponseReturnValue:
    """Every paper the filters leave, as a workbook or printed; how many have read it where one may
    know."""
    session, filters = db.session(), read_filters()
    found = queries.lines(session, actor(), filters, clock.today(), ahead(session))
    may_know = sees_readers()
    rows = (papers.row(one, read if may_know else None) for one, read in found)
    marks = {"review": _("该复核的"), "late": _("复核超期")}
    narrowed = in_words(
        label(filters.kind),
        label(filters.topic),
        label(filters.state),
        marks.get(filters.mark, ""),
        _("我还没读") if filters.unread else "",
        search_in_words(filters.words),
    )
    return as_file(Ledger(_("制度与档案"), papers.columns(), rows, narrowed), suffix)

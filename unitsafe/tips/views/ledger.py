"""The ledger of tips, its workbook, and the poster."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.access import allow, holds_any
from unitsafe.core.db import db
from unitsafe.core.download import pdf
from unitsafe.core.excel import Column
from unitsafe.core.htmx import render
from unitsafe.core.labels import label
from unitsafe.core.paging import fetch_page
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import date_arg, here
from unitsafe.school.address import public_address, reaches_phones
from unitsafe.school.ledgers import (
    Ledger,
    as_file,
    days_in_words,
    files_of,
    in_words,
    search_in_words,
)
from unitsafe.school.queries import school, short_name
from unitsafe.tips import papers, queries, rules
from unitsafe.tips.labels import STATE_KIND
from unitsafe.tips.models import Tip
from unitsafe.tips.rules import HANDLE, READ, days_late
from unitsafe.tips.views import bp


@bp.get("/tips")
@allow(*READ)
def index() -> ResponseReturnValue:
    """What is not answered yet, most urgent first; or all of it, newest first."""
    session, filters, today = db.session(), read_filters("open"), clock.today()
    page = fetch_page(
        session,
        queries.ledger(filters, today),
        keys=queries.MOST_URGENT_FIRST if filters.is_urgent_first else queries.NEWEST_FIRST,
        after=request.args.get("after"),
        is_ascending=filters.is_urgent_first,
    )
    counts = queries.counts(session, filters, today)
    chips = [
        (f"{word} {counts[key]}", here(".index", state=key), filters.group == key)
        for key, word in _group_names().items()
        if counts[key] or key in ("open", "answered", "all", filters.group)
    ]
    return render(
        "tips/index.html",
        fragment="rows",
        oob=(),
        page=page,
        late={tip.id: days_late(tip.state, tip.due_on, today) for tip in page.rows},
        ready={tip.id for tip in page.rows if is_ready(tip)},
        chips=chips,
        filters=filters,
        total=counts[filters.group],
        is_empty=not counts["all"] and filters == queries.Filters(filters.group),
        files=files_of(".index_file", state=filters.group),
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        state_kind=STATE_KIND,
        may_handle=holds_any(HANDLE),
        reaches_phones=reaches_phones(public_address()),
    )


def _group_names() -> dict[str, str]:
    """What the ledger's groups are called, in the order of the chips."""
    return {
        "open": _("未答复"),
        "late": _("超期"),
        "received": _("待受理"),
        "working": _("处理中"),
        "ready": _("可以答复了"),
        "answered": _("已答复"),
        "all": _("全部"),
    }


def is_ready(tip: Tip) -> bool:
    """Whether the hazard it became is at its end, and its sender waits to be told."""
    is_open = tip.state is rules.State.HAZARD and tip.hazard is not None
    return is_open and queries.is_settled(tip.hazard)  # type: ignore[arg-type]


def read_filters(group: str) -> queries.Filters:
    """The filters in the address; what cannot be understood is left out."""
    wanted = request.args.get("state", "")
    return queries.Filters(
        group=wanted if wanted in queries.GROUPS else group,
        first=date_arg("first"),
        last=date_arg("last"),
        words=request.args.get("q", "").strip()[:50],
    )


@bp.get("/tips.<any(xlsx, pdf):suffix>")
@allow(*READ)
def index_file(suffix: str) -> ResponseReturnValue:
    """举报登记, as it is narrowed. Columns: domain README §9."""
    filters = read_filters("all")
    found = queries.rows(db.session(), filters, clock.today())
    sees_sender = holds_any(HANDLE)
    columns = [
        Column(_("编号"), 14),
        Column(_("收到时间"), 17),
        Column(_("来源"), 10),
        Column(_("内容"), 50),
        Column(_("地点"), 24),
        Column(_("举报人"), 10),
        Column(_("电话"), 14),
        Column(_("处理人"), 10),
        Column(_("状态"), 10),
        Column(_("隐患编号"), 14),
        Column(_("答复期限"), 12),
        Column(_("答复"), 50),
        Column(_("答复时间"), 17),
        Column(_("评分"), 6, on_paper=False),
        Column(_("举报人的话"), 30, on_paper=False),
        Column(_("奖励"), 20, on_paper=False),
    ]
    lines = (
        [
            tip.number,
            tip.received_at,
            label(tip.channel),
            tip.text,
            tip.place,
            tip.name if sees_sender else rules.masked_name(tip.name),
            tip.phone if sees_sender else rules.masked_phone(tip.phone),
            tip.handler.name if tip.handler else "",
            label(tip.state),
            tip.hazard.number if tip.hazard else "",
            tip.due_on,
            tip.answer,
            tip.answered_at,
            tip.rating,
            tip.follow_up,
            tip.reward,
        ]
        for tip in found
    )
    narrowed = in_words(
        "" if filters.group == "all" else _group_names()[filters.group],
        days_in_words(filters.first, filters.last),
        search_in_words(filters.words),
    )
    return as_file(Ledger(_("举报登记"), columns, lines, narrowed), suffix)


@bp.get("/tips/poster.pdf")
@allow(*READ)
def poster_pdf() -> ResponseReturnValue:
    """The poster that asks everybody to look."""
    address = public_address() + url_for(".new")
    data, drawings = papers.poster(school(db.session()), address=address, now=clock.now())
    made = render_pdf("tip_poster", data, drawings=drawings)
    return pdf(made, short_name(), _("举报海报"), "")

"""The ledger of tips, its workbook, and the poster."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.access import allow, holds_any
from unitsafe.core.db import db
from unitsafe.core.download import pdf, xlsx
from unitsafe.core.excel import Column, workbook
from unitsafe.core.htmx import render
from unitsafe.core.labels import label
from unitsafe.core.paging import fetch_page
from unitsafe.core.printing import render_pdf
from unitsafe.core.query import date_arg, here
from unitsafe.school.address import public_address, reaches_phones
from unitsafe.school.queries import school, short_name
from unitsafe.tips import papers, queries, rules
from unitsafe.tips.labels import STATE_KIND
from unitsafe.tips.models import Tip
from unitsafe.tips.rules import HANDLE, READ, days_late
from unitsafe.tips.views import bp

MOST_ROWS = 10_000


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
    words = {
        "open": _("未答复"),
        "late": _("超期"),
        "received": _("待受理"),
        "working": _("处理中"),
        "ready": _("可以答复了"),
        "answered": _("已答复"),
        "all": _("全部"),
    }
    chips = [
        (f"{word} {counts[key]}", here(".index", state=key), filters.group == key)
        for key, word in words.items()
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
        xlsx_url=here(".index_xlsx", state=filters.group),
        next_url=here(".index", after=page.next) if page.next else None,
        first_url=None if page.first else here(".index"),
        state_kind=STATE_KIND,
        may_handle=holds_any(HANDLE),
        reaches_phones=reaches_phones(public_address()),
    )


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


@bp.get("/tips.xlsx")
@allow(*READ)
def index_xlsx() -> ResponseReturnValue:
    """举报登记, as it is narrowed. Columns: domain README §9."""
    today = clock.today()
    found = queries.rows(db.session(), read_filters("all"), today, MOST_ROWS)
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
        Column(_("评分"), 6),
        Column(_("举报人的话"), 30),
        Column(_("奖励"), 20),
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
    made = workbook(_("举报登记"), columns, lines)
    return xlsx(made, short_name(), _("举报登记"), today.isoformat())


@bp.get("/tips/poster.pdf")
@allow(*READ)
def poster_pdf() -> ResponseReturnValue:
    """The poster that asks everybody to look."""
    address = public_address() + url_for(".new")
    data, drawings = papers.poster(school(db.session()), address=address, now=clock.now())
    made = render_pdf("tip_poster", data, drawings=drawings)
    return pdf(made, short_name(), _("举报海报"), "")

"""The register as it is narrowed: workbook, paper, labels."""

from itertools import islice

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.download import pdf, xlsx
from unitsafe.core.excel import workbook
from unitsafe.core.labels import label
from unitsafe.core.printing import printable, render_pdf
from unitsafe.core.query import int_arg
from unitsafe.equipment import papers, queries
from unitsafe.equipment.labels import kind_title
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.queries import Filters
from unitsafe.equipment.rules import State
from unitsafe.equipment.views import bp
from unitsafe.equipment.views.ledger import due_title, read_filters
from unitsafe.places import queries as places
from unitsafe.school.address import public_address
from unitsafe.school.queries import school, short_name

MOST_PRINTED = 2000
"""Lines of the ledger on paper; the workbook has them all."""
MOST_LABELS = 400
"""A sheet of them takes a quarter of a minute."""


@bp.get("/equipment.xlsx")
@allow()
def index_xlsx() -> ResponseReturnValue:
    """Every piece the filters leave, as a workbook."""
    today = clock.today()
    found = queries.lines(db.session(), actor(), read_filters(), today)
    book = workbook(papers.TITLE, papers.columns(), (papers.row(line) for line in found))
    return xlsx(book, short_name(), papers.TITLE, today.isoformat())


@bp.get("/equipment.pdf")
@allow()
def index_pdf() -> ResponseReturnValue:
    """Every piece the filters leave, on paper."""
    session, filters, today = db.session(), read_filters(), clock.today()
    counts = queries.counts_by_state(session, actor(), filters, today)
    shown = {one: n for one, n in counts.items() if filters.shows(one)}
    total = sum(shown.values())
    cut = f"符合条件的共{total}条，本表只印前{MOST_PRINTED}条，请按楼栋分开打印，或导出Excel。"
    data = papers.ledger(
        islice(queries.lines(session, actor(), filters, today), MOST_PRINTED),
        school(session),
        narrowed=_narrowed(filters, scrapped=counts[State.SCRAPPED]),
        counts=shown,
        cut=cut if total > MOST_PRINTED else "",
        now=clock.now(),
    )
    printed = render_pdf("equipment_ledger", data)
    return pdf(printed, short_name(), papers.TITLE, today.isoformat())


def _narrowed(filters: Filters, *, scrapped: int) -> str:
    """The filters in words, and how many are left out because they were ``scrapped``."""
    building = None
    if filters.building_id:
        building = places.building(db.session(), filters.building_id)
    words = "".join(sign for sign in filters.words if not printable(sign))
    parts = (
        label(filters.state) if filters.state else "",
        kind_title(filters.kind) if filters.kind else "",
        building.name if building else "",
        due_title(filters.due.sorts, filters.due.mark) if filters.due else "",
        "资料不全" if filters.lacking_on else "",
        f"含“{words}”" if words else "",
        f"不含已报废的{scrapped}件" if scrapped and not filters.shows(State.SCRAPPED) else "",
    )
    return "、".join(part for part in parts if part)


@bp.get("/equipment/labels.pdf")
@allow(Right.EDIT_EQUIPMENT, Right.MANAGE_SCHOOL)
def labels_pdf() -> ResponseReturnValue:
    """QR labels of the pieces that the filters leave, or of the one ``piece``; none of what was
    scrapped."""
    session, today = db.session(), clock.today()
    if "piece" in request.args:
        found = queries.equipment(session, actor(), int_arg("piece") or 0, today)
        pieces = [found] if found and found.state is not State.SCRAPPED else []
    else:
        select = queries.register(actor(), read_filters(), today).order_by(*queries.ORDER)
        kept = select.where(Equipment.state != State.SCRAPPED)
        pieces = list(session.scalars(kept.limit(MOST_LABELS + 1)))
    if not pieces:
        abort(404)
    if len(pieces) > MOST_LABELS:
        raise RuleError("一次最多打印%(most)s个标签，请按楼栋分开打印。", most=MOST_LABELS)
    data, drawings = papers.labels(
        pieces, school(session), address=public_address(), now=clock.now()
    )
    printed = render_pdf("plates", data, drawings=drawings)
    return pdf(printed, short_name(), str(_("器材二维码标签")), today.isoformat())

"""The self-assessment as PDF, Word file and workbook, each at the address of its page."""

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.assessments import figures, papers, queries
from unitsafe.assessments.models import Assessment
from unitsafe.assessments.papers import FILE, Paper
from unitsafe.assessments.quarters import read
from unitsafe.assessments.sheet import Sheet
from unitsafe.assessments.views import bp
from unitsafe.core.access import actor, allow
from unitsafe.core.db import db
from unitsafe.core.download import docx, pdf, xlsx
from unitsafe.core.excel import workbook
from unitsafe.core.printing import render_pdf
from unitsafe.school.queries import school, short_name

ONE = "/assessments/<quarter>"


@bp.get(ONE + ".pdf")
@allow()
def quarter_pdf(quarter: str) -> ResponseReturnValue:
    """The whole paper, to be signed and sealed; while the quarter runs a preview."""
    paper = _paper(quarter)
    printed = render_pdf("assessment", paper.data, photos=paper.photos, drawings=paper.drawings)
    return pdf(printed, short_name(), FILE, quarter)


@bp.get(ONE + ".docx")
@allow()
def quarter_docx(quarter: str) -> ResponseReturnValue:
    """The same as a Word file that people may edit."""
    from unitsafe.assessments import word  # 7 MB; few ask for it

    paper = _paper(quarter)
    return docx(word.document(paper.data, paper.photos), short_name(), FILE, quarter)


@bp.get(ONE + ".xlsx")
@allow()
def quarter_xlsx(quarter: str) -> ResponseReturnValue:
    """The table, a row for each item."""
    session = db.session()
    found, sheet = _read(session, quarter)
    rows = papers.rows(sheet, queries.hazards(session, found))
    return xlsx(workbook(FILE, papers.columns(), rows), short_name(), FILE, quarter)


def _paper(code: str) -> Paper:
    session = db.session()
    found, sheet = _read(session, code)
    beside = papers.background(session, sheet.quarter, found, clock.today())
    return papers.paper(sheet, school(session), beside, now=clock.now())


def _read(session: Session, code: str) -> tuple[Assessment | None, Sheet]:
    """The assessment of the quarter and its table, for those who may see it, else 404."""
    quarter, today = read(code), clock.today()
    if quarter is None or quarter.first > today or not figures.has_ledgers(session, quarter):
        abort(404)
    found = queries.assessment(session, quarter)
    if not queries.may_see(session, actor(), found):
        abort(404)
    return found, queries.sheet(session, quarter, found, today)

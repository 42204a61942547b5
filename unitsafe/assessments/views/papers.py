"""The self-assessment as PDF, Word file and workbook, each at the address of its page."""

from flask.typing import ResponseReturnValue

from unitsafe import clock
from unitsafe.assessments import papers, queries, word
from unitsafe.assessments.papers import FILE, Paper
from unitsafe.assessments.views import bp
from unitsafe.assessments.views.reading import page_of
from unitsafe.assessments.views.sheet import QUARTER
from unitsafe.core.access import allow
from unitsafe.core.db import db
from unitsafe.core.download import docx, pdf, xlsx
from unitsafe.core.excel import workbook
from unitsafe.core.printing import render_pdf
from unitsafe.school.queries import school, short_name


@bp.get(QUARTER + ".pdf")
@allow()
def sheet_pdf(quarter: str) -> ResponseReturnValue:
    """The whole paper, to be signed and sealed; while the quarter runs a preview."""
    paper = _paper(quarter)
    printed = render_pdf("assessment", paper.data, photos=paper.photos, drawings=paper.drawings)
    return pdf(printed, short_name(), FILE, quarter)


@bp.get(QUARTER + ".docx")
@allow()
def sheet_docx(quarter: str) -> ResponseReturnValue:
    """The same as a Word file that people may edit."""
    paper = _paper(quarter)
    return docx(word.document(paper.data, paper.photos), short_name(), FILE, quarter)


@bp.get(QUARTER + ".xlsx")
@allow()
def sheet_xlsx(quarter: str) -> ResponseReturnValue:
    """The table, a row for each item."""
    page = page_of(quarter)
    rows = papers.rows(page.sheet, queries.hazards(db.session(), page.found))
    return xlsx(workbook(FILE, papers.columns(), rows), short_name(), FILE, quarter)


def _paper(quarter: str) -> Paper:
    session, page = db.session(), page_of(quarter)
    beside = papers.background(session, page.sheet, page.found)
    return papers.paper(page.sheet, school(session), beside, now=clock.now())

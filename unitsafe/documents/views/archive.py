"""The fire archive: what the law wants filed, on screen and on paper."""

from flask.typing import ResponseReturnValue

from unitsafe import clock
from unitsafe.core.access import allow
from unitsafe.core.db import db
from unitsafe.core.download import pdf
from unitsafe.core.htmx import render
from unitsafe.core.printing import render_pdf
from unitsafe.documents import archive as archives
from unitsafe.documents import papers
from unitsafe.documents.views import bp
from unitsafe.documents.views.common import READERS
from unitsafe.school.queries import school, short_name


@bp.get("/documents/archive")
@allow(*READERS)
def archive() -> ResponseReturnValue:
    """消防档案: what there is of each item of the law, and what is missing."""
    session = db.session()
    sections = archives.archive(session, school(session), clock.today())
    return render(
        "documents/archive.html",
        sections=sections,
        lacking=len(list(archives.missing(sections))),
    )


@bp.get("/documents/archive.pdf")
@allow(*READERS)
def archive_pdf() -> ResponseReturnValue:
    """消防档案目录 on paper."""
    session, day = db.session(), clock.today()
    sections = archives.archive(session, school(session), day)
    data = papers.archive_index(sections, school(session), today=day, now=clock.now())
    return pdf(render_pdf("archive_index", data), short_name(), "消防档案目录", day.isoformat())

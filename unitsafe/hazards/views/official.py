"""Official papers about one hazard."""

from collections.abc import Sequence

from flask import abort
from flask.typing import ResponseReturnValue

from unitsafe import clock
from unitsafe.core.access import allow
from unitsafe.core.db import db
from unitsafe.core.download import pdf
from unitsafe.core.printing import render_pdf
from unitsafe.hazards import official, papers, queries
from unitsafe.hazards.models import Hazard, HazardPhoto
from unitsafe.hazards.rules import State
from unitsafe.hazards.views import bp
from unitsafe.hazards.views.detail import get_hazard
from unitsafe.paper.shapes import OfficialPaper
from unitsafe.photos import services as photos
from unitsafe.school.queries import school, short_name


@bp.get("/hazards/<number>/notice.pdf")
@allow()
def notice_pdf(number: str) -> ResponseReturnValue:
    """整改通知书 to whoever has to fix it."""
    hazard = _found(number)
    data = official.notice(hazard, school(db.session()), now=clock.now())
    return _printed(data, "隐患整改通知书", number)


@bp.get("/hazards/<number>/recheck.pdf")
@allow()
def recheck_pdf(number: str) -> ResponseReturnValue:
    """复查意见, with the photos before and after."""
    session, hazard = db.session(), _found(number)
    shown = queries.photos(session, hazard.id)
    data = official.recheck(hazard, shown, school(session), now=clock.now())
    return _printed(data, "隐患整改复查意见", number, shown)


@bp.get("/hazards/<number>/transfer.pdf")
@allow()
def transfer_pdf(number: str) -> ResponseReturnValue:
    """转报函 to the authority or the company that has to help."""
    hazard = _found(number)
    data = official.transfer(hazard, school(db.session()), now=clock.now())
    return _printed(data, "隐患转报函", number)


def _found(number: str) -> Hazard:
    """The hazard this person may see; what is no hazard gets no papers."""
    hazard = get_hazard(db.session(), number)
    if hazard.state is State.REJECTED:
        abort(404)
    return hazard


def _printed(
    data: OfficialPaper, what: str, number: str, shown: Sequence[HazardPhoto] = ()
) -> ResponseReturnValue:
    files = {
        papers.photo_name(entry): photos.store().path(entry.photo.digest, photos.SUFFIX)
        for entry in shown
    }
    return pdf(render_pdf("official", data, photos=files), short_name(), what, number)

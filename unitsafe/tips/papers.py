"""The poster that asks everybody to look."""

from datetime import datetime

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.qr import qr_svg
from unitsafe.paper import shapes
from unitsafe.school.models import School


def poster(
    school: School, *, address: str, now: datetime
) -> tuple[shapes.TipPoster, dict[str, str]]:
    """The poster and its square; ``address`` is what phones open."""
    data: shapes.TipPoster = {
        "school": school.name,
        "title": _("安全隐患举报"),
        "period": "",
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "address": address,
        "hotline": school.hotline,
        "days": school.number("tip_days"),
        "qr": "qr",
    }
    return data, {"qr": qr_svg(address)}

"""What the papers of people print."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.qr import qr_svg
from unitsafe.paper import shapes
from unitsafe.people.models import Person
from unitsafe.people.rules import last_day_of_link
from unitsafe.school.models import School


def sign_in_slips(
    school: School, links: Sequence[tuple[Person, str]], *, now: datetime
) -> shapes.SignInSlips:
    """One slip for each person, with the address of a link that was made at ``now``."""
    days = school.number("link_days")
    return {
        "school": school.name,
        "title": _("登录条"),
        "period": f"{clock.local(now):%Y-%m-%d}",
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "slips": [
            {
                "name": person.name,
                "account": person.username or "",
                "link": link,
                "code": qr_svg(link),
                "until": last_day_of_link(
                    clock.local(now).date(), days, person.account_until
                ).isoformat(),
            }
            for person, link in links
        ],
    }

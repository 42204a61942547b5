"""Plates at the sample school: up since before term, but for the newest rooms."""

from unitsafe.core.domain import Actor
from unitsafe.plates import services
from unitsafe.plates.queries import Filters, plate_lines
from unitsafe.sample.setting import Setting
from unitsafe.school.models import School

BARE = 23
"""Every so many-th space has none yet."""


def build(setting: Setting, school: School, by: Actor) -> None:
    """Note the plates that hang since the school was entered."""
    lines = plate_lines(setting.session, Filters(), setting.entered_on, hotline=school.hotline)
    services.post_plates(
        setting.session,
        [line for number, line in enumerate(lines, 1) if number % BARE],
        posted_on=setting.entered_on,
        by=by,
        now=setting.tick(),
    )

"""What the words of the evacuation are called."""

from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import label_all
from unitsafe.evacuation.rules import Need

label_all(
    {
        Need.MOBILITY: _l("行动不便"),
        Need.SIGHT: _l("视力障碍"),
        Need.HEARING: _l("听力障碍"),
        Need.OTHER: _l("其他"),
    }
)

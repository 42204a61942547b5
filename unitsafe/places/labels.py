"""What the words of buildings and spaces are called."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe import content
from unitsafe.core.labels import label_all
from unitsafe.places.models import BuildingUse

label_all(
    {
        BuildingUse.TEACHING: _l("教学"),
        BuildingUse.DORM: _l("宿舍"),
        BuildingUse.CANTEEN: _l("食堂"),
        BuildingUse.OFFICE: _l("办公"),
        BuildingUse.SPORT: _l("体育"),
        BuildingUse.OUTDOOR: _l("室外"),
    }
)


def kind_name(key: str) -> str:
    """What a kind of space is called; the key itself when the content no longer knows it."""
    return content.load().space_kinds.get(key, key)


def floor_name(floor: int) -> str:
    """3层, 地下1层; 室外 for 0."""
    if floor < 0:
        return str(_("地下%(n)s层", n=-floor))
    return str(_("%(n)s层", n=floor) if floor else _("室外"))

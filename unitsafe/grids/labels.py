"""What the words of grids are called."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe import content
from unitsafe.core.labels import label_all
from unitsafe.grids.models import Grid, Role

label_all(
    {
        Role.LEADER: _l("网格长"),
        Role.MEMBER: _l("网格员"),
        Role.INFO: _l("信息员"),
        Role.HELPER: _l("协助人"),
    }
)


def level_name(level: int) -> str:
    """一级网格（校级）, as the content pack calls it."""
    return next(
        (one.title for one in content.load().grid_levels if one.level == level),
        str(_("%(n)s级网格", n=level)),
    )


def grid_title(grid: Grid) -> str:
    """01-02-03 教学楼B三层; of one out of use the name alone says so."""
    if grid.is_active:
        return f"{grid.code} {grid.name}"
    return str(_("%(name)s（已撤销）", name=grid.name))

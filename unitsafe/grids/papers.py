"""网格责任分布表, from the records."""

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.core.domain import Actor
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label
from unitsafe.grids import queries
from unitsafe.grids.labels import level_name
from unitsafe.grids.models import Grid, Role
from unitsafe.paper import shapes
from unitsafe.places.models import Space
from unitsafe.school.models import School


def grid_table(
    session: Session, school: School, actor: Actor, *, today: date, now: datetime
) -> shapes.GridTable:
    """The tree with people and spaces as on ``today``; phones where ``actor`` may see them."""
    every = queries.grids(session)
    duties = queries.duties(session, today)
    spaces = queries.spaces_of(session, [grid.id for grid in every], today)
    rows = [_row(grid, duties.get(grid.id, []), spaces.get(grid.id, []), actor) for grid in every]
    return {
        "school": school.name,
        "title": _("网格责任分布表"),
        "period": _("%(y)s年%(m)s月%(d)s日", y=today.year, m=today.month, d=today.day),
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": content.load().version,
        "rows": rows,
        "summary": _(
            "片区%(blocks)s个，三级网格%(leaves)s个，部位%(spaces)s个。",
            blocks=sum(grid.level == 2 for grid in every),
            leaves=sum(grid.level == 3 for grid in every),
            spaces=sum(len(held) for held in spaces.values()),
        ),
        "signatures": [
            {"label": _("消防安全责任人"), "names": [], "at": ""},
            {"label": _("消防安全管理人"), "names": [], "at": ""},
        ],
        "seal": True,
    }


def _row(
    grid: Grid, duties: list[queries.Duty], spaces: list[Space], actor: Actor
) -> shapes.GridTableRow:
    role = Role.MEMBER if grid.level == 3 else Role.LEADER
    duty = queries.first_with(duties, role)
    sees_phone = duty is not None and queries.sees_phones(actor, grid.id)
    return {
        "level": grid.level,
        "code": grid.code,
        "name": grid.name,
        "role": label(role),
        "person": duty.person.name if duty else "",
        "deputy_of": duty.deputy_of.name if duty and duty.deputy_of else "",
        "phone": duty.person.phone if duty and sees_phone else "",
        "spaces": [space.name for space in spaces],
    }


def columns() -> list[Column]:
    """The heads of the workbook."""
    return [
        Column(_("编号"), 12),
        Column(_("网格"), 22),
        Column(_("级别"), 12),
        Column(_("角色"), 10),
        Column(_("责任人"), 12),
        Column(_("代谁"), 12),
        Column(_("电话"), 16),
        Column(_("部位数"), 8),
        Column(_("部位"), 60),
    ]


def row(one: shapes.GridTableRow) -> list[Value]:
    """A line of it."""
    return [
        one["code"],
        one["name"],
        level_name(one["level"]),
        one["role"],
        one["person"],
        one["deputy_of"],
        one["phone"],
        len(one["spaces"]),
        "、".join(one["spaces"]),
    ]

"""Empty lists to download: heads, an example row, and the words that cells may hold."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import content
from unitsafe.core.labels import label
from unitsafe.equipment.labels import kind_title, kinds
from unitsafe.equipment.rules import State
from unitsafe.imports.kinds import Kind
from unitsafe.imports.models import What
from unitsafe.people.labels import post_groups
from unitsafe.places import queries as places
from unitsafe.places.models import BuildingUse
from unitsafe.places.rules import WHOLE_PLACES

ROWS = 2000
"""Rows of a template that offer their words."""
EXAMPLES = {
    What.SPACES: ("示例：教学楼A", "201教室", "2", "教室", "教学", "否", ""),
    What.PEOPLE: ("示例：王老师", "13800000000", "班主任、任课教师", ""),
    What.EQUIPMENT: ("示例：MH-001", "干粉灭火器", "MFZ/ABC4", "教学楼A", "二层走道", "2", "某消防器材厂", "2024-09", "2024-10-15", "", "在用", ""),
}  # fmt: skip
WIDTHS = {"building": 18, "name": 18, "place": 18, "posts": 26, "phone": 16, "maker": 20}


def template(session: Session, kind: Kind) -> bytes:
    """An .xlsx to fill in; the import knows its heads and passes over the example."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet, words = book.add_worksheet(str(kind.title)), book.add_worksheet(_("可选内容"))
    head = book.add_format({"bold": True, "bg_color": "#e2efed", "bottom": 1})
    grey = book.add_format({"italic": True, "font_color": "#808080", "num_format": "@"})
    plain = book.add_format({"num_format": "@"})
    for column, field in enumerate(kind.fields):
        width = WIDTHS.get(field.key, 12)
        sheet.set_column(column, column, width, plain)
        title = f"{field.title}{'（必填）' if field.is_needed else ''}"
        sheet.write_string(0, column, title, head)
        sheet.write_string(1, column, EXAMPLES[kind.what][column], grey)
    sheet.freeze_panes(1, 0)
    offered = _offered(session, kind.what)
    for number, (key, texts) in enumerate(offered.items()):
        column = next(n for n, field in enumerate(kind.fields) if field.key == key)
        words.write_string(0, number, str(kind.fields[column].title), head)
        words.set_column(number, number, 24)
        for row, text in enumerate(texts, 1):
            words.write_string(row, number, text)
        if texts and key != "posts":  # a cell may hold several posts
            sheet.data_validation(1, column, ROWS, column, _choice(number, len(texts)))
    book.close()
    return stream.getvalue()


def _choice(column: int, count: int) -> dict[str, Any]:
    """Offer the words of a column of the second sheet; others are allowed."""
    letter = chr(65 + column)
    source = f"='{_('可选内容')}'!${letter}$2:${letter}${count + 1}"
    return {"validate": "list", "source": source, "error_type": "information"}


def _offered(session: Session, what: What) -> dict[str, Sequence[str]]:
    """Field → the words to choose from."""
    buildings = [one.name for one in places.buildings(session)]
    if what is What.PEOPLE:
        return {"posts": [title for _level, posts in post_groups() for _key, title in posts]}
    if what is What.EQUIPMENT:
        return {
            "name": [kind_title(key) for key in kinds()],
            "building": buildings,
            "state": [label(state) for state in State],
        }
    titles = content.load().space_kinds
    return {
        "building": buildings,
        "kind": [title for key, title in titles.items() if key not in WHOLE_PLACES],
        "use": [label(use) for use in BuildingUse],
        "is_key_area": [_("是"), _("否")],
    }

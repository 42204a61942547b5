"""Workbooks of the register and of readers, and the index of the fire archive."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label
from unitsafe.documents.archive import Evidence, Section
from unitsafe.documents.labels import audience_words, topic_words
from unitsafe.documents.models import Document
from unitsafe.documents.queries import Progress
from unitsafe.paper import shapes
from unitsafe.people.models import Person
from unitsafe.school.models import School


def columns() -> list[Column]:
    """The heads of the register's workbook."""
    return [
        Column(_("种类"), 12),
        Column(_("名称"), 32),
        Column(_("内容"), 36),
        Column(_("文号"), 20),
        Column(_("发布日期"), 12),
        Column(_("版次"), 6),
        Column(_("负责人"), 10),
        Column(_("最近复核"), 12),
        Column(_("下次复核"), 12),
        Column(_("状态"), 10),
        Column(_("阅读范围"), 20),
        Column(_("应读"), 8),
        Column(_("已读"), 8),
    ]


def row(one: Document, read: Progress | None) -> Sequence[Value]:
    """One line of it."""
    return [
        label(one.kind),
        one.title,
        topic_words(entry.topic for entry in one.topics),
        one.document_no,
        one.issued_on,
        one.latest,
        one.owner.name if one.owner else "",
        one.reviewed_on,
        one.next_review_on,
        label(one.state),
        audience_words([entry.post for entry in one.audience]),
        read.asked if read else None,
        read.read if read else None,
    ]


def reader_columns() -> list[Column]:
    """The heads of the list of readers."""
    return [Column(_("姓名"), 12), Column(_("已读"), 8), Column(_("阅读时间"), 18)]


def reader_rows(asked: Iterable[Person], read: dict[int, Any]) -> list[Sequence[Value]]:
    """Who is asked, and when each has read it; who has not first."""
    ordered = sorted(asked, key=lambda person: person.id in read)
    return [
        [person.name, _("是") if person.id in read else _("否"), read.get(person.id)]
        for person in ordered
    ]


def archive_index(
    sections: Sequence[Section], school: School, *, today: date, now: datetime
) -> shapes.ArchiveIndex:
    """消防档案目录, as the archive stands today."""
    return {
        "school": school.name,
        "title": "消防档案目录",
        "period": f"{today.year}年{today.month}月{today.day}日",
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "is_key_unit": school.has("is_key_unit"),
        "sections": [
            {
                "title": str(section.title),
                "complete": section.complete,
                "items": [
                    {
                        "no": item.number,
                        "title": str(item.title),
                        "is_missing": item.is_missing,
                        "lines": [_line(line) for line in item.lines],
                    }
                    for item in section.items
                ],
            }
            for section in sections
        ],
        "signers": ["档案管理人", "消防安全管理人"],
    }


def _line(line: Evidence) -> shapes.ArchiveLine:
    return {
        "what": line.what,
        "count": f"{line.count} / {line.whole}" if line.whole is not None else str(line.count),
        "newest": line.newest.isoformat() if line.newest else "",
        "is_missing": line.is_missing,
    }

"""What the papers of letters print, from the records."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import cast

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label
from unitsafe.letters.models import ResponsibilityLetter
from unitsafe.letters.rules import How
from unitsafe.paper import shapes
from unitsafe.photos import services as photos
from unitsafe.school.models import School


def letters(
    found: Sequence[ResponsibilityLetter], school: School, *, now: datetime
) -> tuple[shapes.Letters, dict[str, Path]]:
    """The letters (loaded with their signatures), and the files of the signatures by name."""
    texts = [cast(shapes.LetterText, letter.content) for letter in found]
    files = {
        f"signature{letter.id}": photos.store().path(letter.signature.digest, photos.SUFFIX)
        for letter in found
        if letter.signature
    }
    data: shapes.Letters = {
        "school": school.name,
        "title": texts[0]["title"],
        "period": texts[0]["year"],
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "letters": [
            {
                "text": text,
                "version": letter.version,
                "signed": _signed(letter),
                "signature": {
                    "name": f"signature{letter.id}",
                    "caption": f"{text['party_b']}的签名",
                }
                if letter.signature
                else None,
            }
            for letter, text in zip(found, texts, strict=True)
        ],
    }
    return data, files


def _signed(letter: ResponsibilityLetter) -> str:
    """What stands beside the line for the hand of whoever signed in the system."""
    if letter.how is not How.SCREEN or letter.recorded_at is None:
        return ""
    at = f"{clock.local(letter.recorded_at):%Y-%m-%d %H:%M}"
    return f"{letter.typed_name or ''} {at} 系统签字".strip()


def columns() -> list[Column]:
    """The heads of the ledger's workbook."""
    return [
        Column(_("学年"), 12),
        Column(_("姓名"), 12),
        Column(_("岗位"), 26),
        Column(_("责任网格"), 36),
        Column(_("版本"), 6),
        Column(_("签订期限"), 12),
        Column(_("签订日期"), 12),
        Column(_("签订方式"), 10),
        Column(_("失效日期"), 12),
        Column(_("状态"), 10),
    ]


def row(one: ResponsibilityLetter, today: date) -> list[Value]:
    """A line of it; ``person`` is loaded."""
    return [
        one.school_year,
        one.person.name,
        one.content["posts"],
        "、".join(place["name"] for place in one.content["places"]),
        one.version,
        one.due_on,
        one.signed_on,
        label(one.how),
        one.ended_on,
        label(one.state(today)),
    ]

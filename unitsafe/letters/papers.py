"""What the papers of letters print, from the records."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from unitsafe import clock
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

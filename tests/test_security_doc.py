"""docs/security.md leaves no requirement out, and what it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")
REQUIREMENTS = (
    "1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1"
    " 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2"
    " 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1"
    " 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1"
    " 16.2:5 16.3:4 16.4:3 16.5:3"
)
"""How many of levels 1 and 2 each section has; they come before those of level 3. V10 and V17 are
answered as a whole. Source: OWASP ASVS 5.0.0."""


def test_every_requirement_is_answered_once():
    wanted = [
        f"V{section}.{number}"
        for section, count in (part.split(":") for part in REQUIREMENTS.split())
        for number in range(1, int(count) + 1)
    ]
    rows = re.findall(r"^\| ((?:V\d+\.\d+\.\d+(?:, )?)+) \|", TEXT, re.M)
    answered = [number for row in rows for number in row.split(", ")]
    assert sorted(answered) == sorted(wanted)
    assert "V10.* |" in TEXT and "V17.* " in TEXT


def test_what_is_named_is_there():
    missing = []
    for named in sorted(set(re.findall(r"`((?:unitsafe|tests|static|\.ci)/[^`]+)`", TEXT))):
        path, _, name = named.replace("::", ":").partition(":")
        file = ROOT / path
        is_there = file.exists() and (
            not name
            or re.search(rf"^\s*(def |class )?{re.escape(name)}\b", file.read_text("utf-8"), re.M)
        )
        if not is_there:
            missing.append(named)
    assert not missing

"""The run's question for known weaknesses: what it judges and what excuses."""

import importlib.util
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
audit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audit)

ANSWER = {
    "dependencies": [
        {"name": "flask", "version": "3.1.3", "vulns": []},
        {"name": "gone", "skip_reason": "not on PyPI"},
        {
            "name": "pillow",
            "version": "13.0.0",
            "vulns": [
                {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": [], "description": ""}
            ],
        },
    ]
}
FOUND = [("pillow 13.0.0", ("PYSEC-1", "CVE-1"))]


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ("# none\n", 1),
        ("CVE-1 until 2026-11-26: no picture of that kind is read\n", 0),
        ("CVE-1 until 2026-11-25: no picture of that kind is read\n", 1),
        ("CVE-2 until 2027-01-01: another\n", 1),
    ],
)
def test_a_weakness_fails_the_run_unless_it_is_known_and_in_time(known, code):
    assert audit.read_audit(ANSWER) == FOUND
    left = audit.unexcused(FOUND, audit.excused(known, date(2026, 11, 26)))
    assert len(left) == code


def test_an_excuse_without_day_or_reason_is_none():
    for line in ("CVE-1", "CVE-1 until 2026-11-26:", "CVE-1 until soon: later"):
        with pytest.raises(ValueError, match="known-weaknesses"):
            audit.excused(line, date(2026, 11, 26))


def test_when_nobody_can_be_asked_the_run_goes_on_and_says_so(monkeypatch, capsys):
    def unreachable():
        raise OSError

    monkeypatch.setattr(audit, "of_packages", unreachable)
    monkeypatch.setattr(audit, "of_vendored", unreachable)
    assert audit.main() == 0
    assert "could not ask about packages (OSError), vendored files" in capsys.readouterr().out
    monkeypatch.setattr(audit, "of_packages", lambda: FOUND)
    assert audit.main() == 1


def test_the_vendored_packages_are_read_from_their_page():
    found = audit.vendored((ROOT / "docs" / "vendored.md").read_text("utf-8"))
    assert ("htmx.org", "2.0.11") in found
    assert ("@geoman-io/leaflet-geoman-free", "2.20.2") in found

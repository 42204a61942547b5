"""Known weaknesses of what the product is made of: judges when OSV can be asked, tells when not.

Asks for every pinned Python package (by pip-audit) and every vendored browser file. Ends with 1
when there is a weakness that `.ci/known-weaknesses` does not excuse until a day still to come.
"""

import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OSV = "https://api.osv.dev/v1/querybatch"
SECONDS = 120

Weakness = tuple[str, tuple[str, ...]]
"""The package with its version, and the names that the weakness goes by."""


def main() -> int:
    """The exit code."""
    known = excused(
        (ROOT / ".ci" / "known-weaknesses").read_text("utf-8"), datetime.now(UTC).date()
    )
    found, unasked = [], []
    for what, ask in (("packages", of_packages), ("vendored files", of_vendored)):
        try:
            found += ask()
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            unasked.append(f"{what} ({type(error).__name__})")
    bad = unexcused(found, known)
    for package, names in bad:
        print(f"known weakness: {package}: {', '.join(names)}")
    if unasked:
        print(f"could not ask about {', '.join(unasked)}: nothing is said of them")
    return 1 if bad else 0


def excused(text: str, today: date) -> set[str]:
    """Names of weaknesses that need no mending yet: `NAME until YYYY-MM-DD: reason`, one a line.

    :raises ValueError: a line that says it otherwise.
    """
    names = set()
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        said = re.fullmatch(r"(\S+) until (\d{4}-\d\d-\d\d): \S.*", line)
        if said is None:
            raise ValueError(f"known-weaknesses: {line!r}; write NAME until YYYY-MM-DD: reason")
        if date.fromisoformat(said[2]) >= today:
            names.add(said[1])
    return names


def unexcused(found: Iterable[Weakness], known: set[str]) -> list[Weakness]:
    """Those that none of their names excuses."""
    return [one for one in found if known.isdisjoint(one[1])]


def of_packages() -> list[Weakness]:
    """Of requirements.txt. Raises OSError, ValueError, SubprocessError when nobody could be asked."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        asked = [
            *(sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv"),
            *("--disable-pip", "--require-hashes", "--progress-spinner", "off"),
            *("--requirement", str(ROOT / "requirements.txt")),
            *("--format", "json", "--output", str(answer)),
        ]
        subprocess.run(asked, capture_output=True, timeout=SECONDS, check=False)
        return read_audit(json.loads(answer.read_text("utf-8")))


def read_audit(answer: Mapping[str, Sequence[Mapping[str, object]]]) -> list[Weakness]:
    """What pip-audit's JSON tells."""
    return [
        (f"{one['name']} {one['version']}", (weakness["id"], *weakness["aliases"]))
        for one in answer["dependencies"]
        for weakness in one.get("vulns", ())  # type: ignore[attr-defined]
    ]


def of_vendored() -> list[Weakness]:
    """Of the files in static/vendor/. Raises OSError, ValueError when nobody could be asked."""
    packages = vendored((ROOT / "docs" / "vendored.md").read_text("utf-8"))
    queries = [
        {"package": {"ecosystem": "npm", "name": name}, "version": version}
        for name, version in packages
    ]
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(OSV, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=SECONDS / 4) as answer:
        results = json.load(answer)["results"]
    return [
        (" ".join(package), (weakness["id"],))
        for package, result in zip(packages, results, strict=True)
        for weakness in result.get("vulns", ())
    ]


def vendored(text: str) -> list[tuple[str, str]]:
    """Name and version of each npm package that docs/vendored.md says the files are from."""
    listed = re.search(r"`npm pack ([^`]+)`", text)
    packages = [one.rpartition("@") for one in listed[1].split()] if listed else []
    if not packages:
        raise ValueError("docs/vendored.md names no packages")
    return [(name, version) for name, _at, version in packages]


if __name__ == "__main__":
    sys.exit(main())

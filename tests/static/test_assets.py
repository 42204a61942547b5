"""The files that browsers load: whole, ours, and old enough in syntax."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
OURS = sorted(path for path in STATIC.rglob("*") if path.is_file() and "vendor" not in path.parts)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LISTED = dict(
    re.findall(
        r"^\| `([^`]+)` \|.*`([0-9a-f]{64})`", (ROOT / "docs/vendored.md").read_text("utf-8"), re.M
    )
)


def test_every_vendored_file_is_listed_and_unchanged():
    found = {
        path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (STATIC / "vendor").iterdir()
        if path.suffix not in {".gz", ".br"}
    }
    assert found == LISTED


@pytest.mark.parametrize("path", [*OURS, *TEMPLATES], ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere(path):
    if path.suffix in {".gz", ".br"}:
        return
    text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"""(?:https?:)?//[a-z0-9-]+\.[a-z]""", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_inline_style_or_script(path):
    text = path.read_text("utf-8")
    assert (
        re.findall(r"""\sstyle=|<style|\son[a-z]+=["']|hx-on|<script(?![^>]*\bsrc=)""", text) == []
    )


@pytest.mark.parametrize(
    ("name", "kilobytes"), [("unitsafe.js", 15), ("signature.js", 3), ("maps.js", 14)]
)
def test_the_scripts_are_small_and_run_no_text(name, kilobytes):
    text = (STATIC / name).read_text("utf-8")
    assert len(text.encode()) < kilobytes * 1024
    assert (
        re.findall(r"\beval\(|new Function|innerHTML =|randomUUID|navigator\.clipboard\.", text)
        == []
    )


def test_every_icon_that_templates_name_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(r"""icon\(["']([a-z-]+)["']""", path.read_text("utf-8"))
    }
    assert named <= sprite


def test_a_first_visit_loads_at_most_150_kilobytes():
    names = [
        "vendor/bootstrap-5.3.8.min.css",
        "vendor/htmx-2.0.11.min.js",
        "look.css",
        "unitsafe.js",
        "icons.svg",
    ]
    assert sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names) < 90 * 1024

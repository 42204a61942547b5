"""Nothing that browsers load is beyond the oldest one it is made for: tests/tools/oldest.js judges."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.chromium import missing

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "tests" / "tools"
KNOWN = {
    ("look.css", "text-underline-offset"): "a line nearer to its word",
    ("bootstrap-5.3.8.min.css", "text-underline-offset"): "a line nearer to its word",
    ("bootstrap-5.3.8.min.css", "color-adjust"): "behind its -webkit- name in the source",
    ("bootstrap-5.3.8.min.css", "inset"): "floating labels, which no page has",
    ("bootstrap-5.3.8.min.css", ":file-selector-button"): "its -webkit- name has a rule of its own",
    (
        "leaflet-1.9.4.css",
        "mix-blend-mode: plus-lighter",
    ): "tiles while they fade; a plan is one image",
    ("htmx-2.0.11.min.js", ".parseHTMLUnsafe"): "asked for by name first",
    ("htmx-2.0.11.min.js", ".moveBefore"): "asked for by name first",
    ("htmx-2.0.11.min.js", ".startViewTransition"): "asked for by name first",
    ("htmx-2.0.11.min.js", ".changed"): "a name of its own",
    ("leaflet-geoman-free-2.20.2.min.js", ".orient"): "a name of its own",
}
"""(file, what) that may be newer, and why nobody misses it."""


def judge(*paths):
    """What is too new, as the judge says it."""
    node = shutil.which("node")
    if node is None:
        missing("node", "Install Debian's packages nodejs and npm.")
    if not (TOOLS / "node_modules" / "css-tree").exists():
        missing("css-tree", "Run `npm ci --ignore-scripts --prefix tests/tools`.")
    done = subprocess.run(
        [str(node), str(TOOLS / "oldest.js"), *map(str, paths)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_styles_scripts_and_drawings_run_in_the_oldest_browser():
    found = set()
    for line in judge(ROOT / "static"):
        place, _, what = line.partition(" ")
        found.add((Path(place.partition(":")[0]).name, what.rpartition(" (")[0]))
    assert found == set(KNOWN)


TOO_NEW = {
    "css": """
        a:has(b) { color: red }
        c { aspect-ratio: 1 }
        d { height: 100dvh }
        e { inset: 0 }
        f { color: color-mix(in srgb, red, blue) }
        @layer g { h { color: red } }
        @container (width > 1px) { i { color: red } }
        j:focus { k { color: red } &:hover { color: red } }
        l { display: flex; align-items: start }
        @media (width >= 1px) { m { color: red } }
    """,
    "js": """
        list.at(-1);
        structuredClone(list);
        Object.hasOwn(list, 1);
        list.findLast(one);
        box.inert = true;
        element.showPopover();
        crypto.randomUUID();
    """,
    "html": """
        <div popover>x</div>
        <p inert>x</p>
        <search>x</search>
        <div hidden="until-found">x</div>
        <details name="one"></details>
    """,
}
OLD_ENOUGH = {
    "css": """
        a { height: 100vh; height: 100dvh; margin: max(1px, 1em); display: grid; gap: 1px }
        @supports (inset: 0) { b { inset: 0 } }
        c { -webkit-mask-image: url(a.svg); mask-image: url(a.svg); clip: rect(0, 0, 0, 0) }
        d:focus-visible { content: "*"; content: "*" / "" }
        @media (prefers-reduced-motion: reduce) { e { transition: none } }
    """,
    "js": """
        const item = { at: Date.now() };
        "a".replaceAll("a", "b"); box.replaceChildren(item.at); form.requestSubmit();
        [[1]].flat(); Object.fromEntries([]); Promise.allSettled([]);
    """,
    "html": """
        <img src="a.png" alt="" loading="lazy"><input inputmode="numeric" enterkeyhint="done" autofocus>
        <details open><summary>x</summary></details><svg viewBox="0 0 1 1"><use href="#a"></use></svg>
    """,
}


@pytest.fixture
def seeded(tmp_path):
    """A folder of files with the given texts."""

    def seed(texts):
        for kind, text in texts.items():
            (tmp_path / f"page.{kind}").write_text(text, encoding="utf-8")
        return tmp_path

    return seed


def test_the_judge_tells_of_each_line_that_is_too_new(seeded):
    told = {
        tuple(line.split(" ")[0].rsplit("/", 1)[1].split(":")) for line in judge(seeded(TOO_NEW))
    }
    lines = {
        (f"page.{kind}", str(number))
        for kind, text in TOO_NEW.items()
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    }
    assert told == lines


@pytest.mark.parametrize("script", ["a ??= b;", "a?.b;", "class A { static { f(); } }", "await a;"])
def test_the_judge_tells_of_syntax_that_is_too_new(seeded, script):
    assert len(judge(seeded({"js": script}))) == 1


def test_the_judge_tells_of_nothing_that_is_old_enough(seeded):
    assert judge(seeded(OLD_ENOUGH)) == []

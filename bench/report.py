"""The table of a measurement, with the bars beside the figures."""

from bench.decade import YEARS, Figures, Growth
from bench.importing import ROWS, Preview
from bench.runs import TAP, Case, Outcome

RATE_BARS = {1: 0.5, 8: 0.4, 32: 0.3}
"""Least requests/s of a tap as a part of the floor's, by connections. Source: product.md §8."""
P95_BAR = 3.0
"""Most p95 of a tap as a multiple of the floor's. Source: product.md §8."""
MEMORY_BAR_MB = 150
"""Most resident memory. Source: product.md §8."""
PREVIEW_BAR = 3.0
"""Most seconds from the file to the preview of 2,000 rows. Source: the bar of the import itself."""
GROWTH_BAR = 1.5
"""Most time of a page with ten years of data as a multiple of one term's. Source: product.md §8."""
FIGURES_BAR = 0.15
"""Most seconds for the figures of a quarter on ten years of data. Source: product.md §8."""
SLOWEST = 5
"""How many figures are named."""
HEADS = (
    "case", "conn.", "app req/s", "floor req/s", "ratio", "bar",
    "app p95 ms", "floor p95 ms", "ratio", "bar", "result",
)  # fmt: skip


def text(outcome: Outcome) -> str:
    """Everything measured, as one table and a line on memory."""
    rows = [HEADS, *(_row(case) for case in outcome.cases)]
    widths = [max(_width(row[n]) for row in rows) for n in range(len(HEADS))]
    lines = ["  ".join(_pad(cell, w, n) for n, (cell, w) in enumerate(zip(row, widths, strict=True)))
             for row in rows]  # fmt: skip
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(
        [
            *lines,
            "",
            _rows_line(outcome),
            _preview_line(outcome.preview),
            _memory_line(outcome),
            "",
            *_growth_lines(outcome.growth),
            "",
            *_figures_lines(outcome.figures),
        ]
    )


def _row(case: Case) -> tuple[str, ...]:
    rate = case.rate("app") / case.rate("floor")
    slow = case.p95("app") / case.p95("floor")
    bar = RATE_BARS[case.connections] if case.name == TAP else None
    met = bar is not None and rate >= bar and slow <= P95_BAR
    return (
        case.name,
        str(case.connections),
        f"{case.rate('app'):.0f}",
        f"{case.rate('floor'):.0f}",
        f"{rate:.2f}",
        f"≥ {bar}" if bar else "",
        f"{case.p95('app') * 1000:.2f}",
        f"{case.p95('floor') * 1000:.2f}",
        f"{slow:.2f}",
        f"≤ {P95_BAR:.0f}" if bar else "",
        ("met" if met else "missed") if bar else "no bar",
    )


def _rows_line(outcome: Outcome) -> str:
    return f"every one of the app's {outcome.taps} taps is a row in the database"


def _preview_line(preview: Preview) -> str:
    met = "met" if preview.app < PREVIEW_BAR else "missed"
    return (
        f"a list of {ROWS} rows from the file to its preview: {preview.app:.2f} s "
        f"(bar < {PREVIEW_BAR:.0f} s: {met}); reading the file alone: {preview.bare:.3f} s, "
        f"ratio {preview.app / preview.bare:.0f}"
    )


def _growth_lines(pages: list[Growth]) -> list[str]:
    width = max(_width(page.path) for page in pages)
    return [
        f"pages with {YEARS} years of records beside one term's (bar ≤ {GROWTH_BAR}):",
        *(_growth_line(page, width) for page in pages),
    ]


def _growth_line(page: Growth, width: int) -> str:
    ratio = page.many / page.few
    met = "met" if ratio <= GROWTH_BAR else "missed"
    return (
        f"  {page.path:{width}}  {page.few * 1000:6.1f} ms → {page.many * 1000:6.1f} ms  "
        f"{ratio:5.2f}  {page.statements:3} statements  {met}"
    )


def _figures_lines(figures: Figures) -> list[str]:
    met = "met" if figures.total <= FIGURES_BAR else "missed"
    return [
        f"{len(figures.spent)} figures of a quarter with {YEARS} years of records: "
        f"{figures.total * 1000:.0f} ms (bar ≤ {FIGURES_BAR * 1000:.0f} ms: {met}); the slowest:",
        *(f"  {key}  {spent * 1000:.1f} ms" for key, spent in figures.spent[:SLOWEST]),
    ]


def _memory_line(outcome: Outcome) -> str:
    if outcome.memory_mb is None:
        return "resident memory of the app: not known on this system"
    met = "met" if outcome.memory_mb <= MEMORY_BAR_MB else "missed"
    return f"resident memory of the app after the load: {outcome.memory_mb:.0f} MB (bar ≤ {MEMORY_BAR_MB} MB: {met})"


def _width(cell: str) -> int:
    """Columns a terminal gives it: Chinese signs take two."""
    return sum(2 if ord(sign) > 0x2E80 else 1 for sign in cell)


def _pad(cell: str, width: int, column: int) -> str:
    gap = " " * (width - _width(cell))
    return cell + gap if column in (0, len(HEADS) - 1) else gap + cell

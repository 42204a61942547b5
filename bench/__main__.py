"""The command line of `python -m bench`."""

import argparse
import sys
import tempfile
from pathlib import Path

from bench import exporting, profile, report, runs, school, use
from bench.errors import BenchError


def main() -> None:
    """Measure or profile. Exit 0 even below a bar; exit 1 when something did not work."""
    options = _options()
    try:
        with tempfile.TemporaryDirectory(prefix="unitsafe-bench-") as folder:
            if options.profile:
                profile.tap(Path(folder), options.taps)
            elif options.exports:
                school.build(Path(folder) / "data")
                print(exporting.text(exporting.measure(Path(folder), Path(folder) / "data")))
            elif options.use:
                school.build(Path(folder) / "data")
                print(use.text(use.measure(Path(folder), Path(folder) / "data", options.rounds)))
            else:
                found = runs.measure(Path(folder), options.seconds, options.rounds)
                print(report.text(found))
                print(use.text(use.measure(Path(folder), Path(folder) / "data", options.rounds)))
                print(exporting.text(exporting.measure(Path(folder), Path(folder) / "data")))
    except BenchError as error:
        sys.exit(f"bench: {error}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="The app beside the bare minimum; see docs/performance.md.",
    )
    parser.add_argument("--seconds", type=float, default=3, help="length of one run (default 3)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each case (default 3)")
    parser.add_argument("--profile", choices=["tap"], help="show where the time of a tap goes")
    parser.add_argument("--taps", type=int, default=1000, help="taps to profile (default 1000)")
    parser.add_argument("--exports", action="store_true", help="only the export of all checks")
    parser.add_argument(
        "--use", action="store_true", help="only start, weight, phone and a hundred teachers"
    )
    options = parser.parse_args()
    if not 0.2 <= options.seconds <= 60 or not 1 <= options.rounds <= 20:
        parser.error("--seconds must be 0.2 to 60 and --rounds 1 to 20")
    if not 10 <= options.taps <= 20_000:
        parser.error("--taps must be 10 to 20000")
    return options


if __name__ == "__main__":
    main()

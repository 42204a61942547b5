"""The first row of the hazard ledger on a slow phone in a real Chromium, cold and warm."""

import shutil
import statistics
from dataclasses import dataclass

from bench.signing_in import Browser

CPU, DOWN, UP, LATENCY = 4, 1.6e6 / 8, 0.75e6 / 8, 150
"""The processor so many times slower, bytes per second, milliseconds. Source: product.md §8."""
LEDGER, ROW = "/hazards", "tbody tr"
SCREEN = {"width": 360, "height": 740}
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SHOWN = """row => new Promise(done => {
    const look = () => document.querySelector(row) ? requestAnimationFrame(
        () => done(performance.now())) : setTimeout(look, 5); look(); })"""


@dataclass(frozen=True)
class FirstRow:
    """Median seconds from the request to the first row on the screen: with nothing kept, and with
    the files of an earlier visit kept; bytes of a page of 25 rows as htmx asks for it, unpacked."""

    cold: float
    warm: float
    fragment: int


def measure(port: int, browser: Browser, fragment: int, rounds: int) -> FirstRow | None:
    """Open the ledger ``rounds`` times with nothing kept and again with what was kept; None where
    there is no Chromium or Playwright."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        return None
    cold, warm = [], []
    pairs = [one.split("=", 1) for one in browser.cookie.split("; ")]
    url = f"http://127.0.0.1:{port}/"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        for _ in range(rounds):
            context = chromium.new_context(viewport=SCREEN)
            context.add_cookies(
                [{"name": name, "value": value, "url": url} for name, value in pairs]
            )
            for times in (cold, warm):
                page = context.new_page()
                wire = context.new_cdp_session(page)
                wire.send("Network.enable")
                limits = {"offline": False, "latency": LATENCY}
                limits |= {"downloadThroughput": DOWN, "uploadThroughput": UP}
                wire.send("Network.emulateNetworkConditions", limits)
                wire.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
                page.goto(f"http://127.0.0.1:{port}{LEDGER}", wait_until="commit")
                times.append(page.evaluate(SHOWN, ROW) / 1000)
                page.wait_for_load_state()
                page.close()
            context.close()
        chromium.close()
    return FirstRow(statistics.median(cold), statistics.median(warm), fragment)

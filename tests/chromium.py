"""A real Chromium and pages on which a test acts as a hand would: no sooner than they are ready."""

import os
import shutil

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 30_000
"""Milliseconds that a page may take on a busy machine."""
MARK = "addEventListener('load', () => { document.documentElement.dataset.loaded = ''; })"
UNDER_WAY = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
"""What is being asked for, and what was put in and does not listen yet."""

expect.set_options(timeout=PATIENCE)


def missing(what: str, mend: str) -> None:
    """Skip loudly, or fail where everything has to be there."""
    text = f"NOT TRIED: {what} is missing. {mend}"
    if os.environ.get("UNITSAFE_REQUIRE_BROWSER") == "1":
        pytest.fail(text)
    pytest.skip(text)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        missing("Chromium", "Install Debian's package chromium.")
    return playwright.chromium.launch(executable_path=found, args=list(SWITCHES))


def open_page(context: BrowserContext, *, script: bool = True) -> Page:
    """A page whose actions and `expect` wait until it is loaded and htmx has nothing under way.

    Plain reads (`evaluate`, `count`, `inner_text`) wait for nothing: let an `expect` go before.
    """
    context.set_default_timeout(PATIENCE)
    if script:
        context.add_init_script(MARK)
    page = context.new_page()
    if script:
        unready = page.locator(f"html:not([data-loaded]), html:has({UNDER_WAY})")
        page.add_locator_handler(unready, lambda: None)  # Playwright waits until it is gone
    return page


def follow(link: Locator) -> None:
    """Click what leads to another page, which may look like this one, and wait until it is loaded."""
    with link.page.expect_navigation():
        link.click()


def hold_time(page: Page) -> None:
    """What the page shows for a moment only stays: its timers from now on never fire."""
    page.evaluate("window.setTimeout = () => 0")

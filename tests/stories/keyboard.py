"""Hands that only have a keyboard, and eyes that must always see where they are."""

from playwright.sync_api import Page

HERE = """selector => {
    const at = document.activeElement, style = one => one && getComputedStyle(one);
    const isRinged = css => css && (css.outlineStyle !== 'none' || css.boxShadow !== 'none');
    const box = at.getBoundingClientRect(), label = at.closest('label');
    return {
        lost: at === document.body,
        ringed: [at, label, at.nextElementSibling].some(one => isRinged(style(one))),
        seen: box.bottom > 0 && box.top < innerHeight && box.width > 0,
        there: Boolean(selector) && at.matches(selector),
        what: at.outerHTML.slice(0, 160),
    };
}"""
"""Where the cursor is: lost to the page, with a ring, on the screen, on what the selector names."""


def expect_cursor(page: Page, selector: str = "") -> bool:
    """The cursor is somewhere, and is seen there; whether on what the selector names."""
    here = page.evaluate(HERE, selector)
    assert not here["lost"] and here["ringed"] and here["seen"], here
    return bool(here["there"])


def walk_to(page: Page, selector: str, *, back: bool = False, most: int = 60) -> None:
    """Press Tab until the cursor is on what the selector names."""
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if expect_cursor(page, selector):
            return
    raise AssertionError(f"{selector} is not reached")

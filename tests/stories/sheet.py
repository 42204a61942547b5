"""What a hand does on the page of a check."""

import re

from playwright.sync_api import Locator, Page, expect


def item(page: Page, key: str) -> Locator:
    """The item of that key."""
    return page.locator(f"#item-{key}")


def keys(page: Page) -> list[str]:
    """Keys of all items, in order."""
    expect(page.locator("fieldset.item").first).to_be_visible()
    page.wait_for_load_state()
    ids = page.locator("fieldset.item").evaluate_all("all => all.map(one => one.id)")
    return [name.removeprefix("item-") for name in ids]


def answer(page: Page, key: str, result: str = "ok") -> None:
    """Tap ok, bad or na of an item, and see that it was saved."""
    item(page, key).locator(f"label.{result}").click()
    expect(item(page, key).locator(".saved")).to_contain_text("已保存")


def answer_all(page: Page, *, but: tuple[str, ...] = ()) -> None:
    """Tap 正常 of every item, one by one."""
    for key in keys(page):
        if key not in but:
            answer(page, key)


def expect_progress(page: Page, answered: int) -> None:
    """So many are answered."""
    expect(page.locator("#progress b")).to_have_text(re.compile(rf"^{answered} / "))


def expect_all_answered(page: Page) -> None:
    """None is left."""
    expect(page.locator("#progress b")).to_have_text(re.compile(r"^(\d+) / \1$"))


def submit(page: Page) -> None:
    """Press 提交."""
    page.get_by_role("button", name="提交", exact=True).click()


def open_patrol(page: Page, place: str) -> str:
    """From 今日 open the patrol of a building; its address."""
    page.goto("/")
    task = page.locator("a.task").filter(has_text="每日防火巡查").filter(has_text=place)
    task.first.click()
    expect(page.locator("h1")).to_have_text("每日防火巡查")
    page.wait_for_load_state()
    return re.sub(r"^https?://[^/]+", "", page.url)

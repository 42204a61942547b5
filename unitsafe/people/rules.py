"""Rules of accounts and working days: pure functions and tables."""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum

USUAL_VISIT, LONGEST_VISIT = 3, 31
"""Days that a visitor's account runs from today, and may run at most; product rule."""
USERNAME = re.compile(r"[\w.@-]{2,40}")
_DEVICES = (
    (r"iPad", "平板"),
    (r"iPhone|Mobile|HarmonyOS.*Phone", "手机"),
    (r"Android|Tablet", "平板"),
    (r"Windows|Macintosh|X11|Linux", "电脑"),
)
_BROWSERS = (
    (r"wxwork", "企业微信"),
    (r"MicroMessenger", "微信"),
    (r"DingTalk", "钉钉"),
    (r"Lark|Feishu", "飞书"),
    (r"\bQQ/", "QQ"),
    (r"Edg", "Edge"),
    (r"HuaweiBrowser", "华为浏览器"),
    (r"MiuiBrowser", "小米浏览器"),
    (r"QQBrowser", "QQ浏览器"),
    (r"UCBrowser", "UC浏览器"),
    (r"QIHU|360SE|360EE", "360浏览器"),
    (r"Firefox", "火狐"),
    (r"Chrom", "Chrome"),
    (r"Safari", "Safari"),
)


class LinkState(StrEnum):
    """What a one-time link is good for."""

    OPEN = "open"
    USED = "used"
    VOIDED = "voided"
    EXPIRED = "expired"


def link_state(
    *, expires_at: datetime, used_at: datetime | None, voided_at: datetime | None, now: datetime
) -> LinkState:
    """The state of a link at ``now``; only an open one lets anybody in."""
    if used_at is not None:
        return LinkState.USED
    if voided_at is not None:
        return LinkState.VOIDED
    return LinkState.OPEN if now < expires_at else LinkState.EXPIRED


def last_day_of_link(today: date, days: int, until: date | None = None) -> date:
    """Until when a link made today works, ``until`` being the last day of a visitor's account."""
    last = today + timedelta(days=days)
    return min(last, until) if until else last


def usual_last_day(today: date) -> date:
    """Until when a visitor's account runs if nobody says otherwise."""
    return today + timedelta(days=USUAL_VISIT)


def last_day_of_visit(today: date) -> date:
    """The latest day until which a visitor's account may be given."""
    return today + timedelta(days=LONGEST_VISIT)


def proposed_usernames(names: Iterable[str], taken: Collection[str]) -> Iterator[str]:
    """An account name for each of ``names``, in order: the name itself, with a number from 2 on
    where somebody has it already (whatever the capitals)."""
    used = {name.lower() for name in taken}
    for name in names:
        base = "".join(re.findall(r"[\w.@-]", name))[:36] or "教师"
        chosen, number = base, 1
        while chosen.lower() in used or not USERNAME.fullmatch(chosen):
            number += 1
            chosen = f"{base}{number}"
        used.add(chosen.lower())
        yield chosen


def device_words(user_agent: str) -> str:
    """What a device is called in a list: 手机 微信, 电脑 Edge."""
    device = next((word for sign, word in _DEVICES if re.search(sign, user_agent)), "")
    browser = next((word for sign, word in _BROWSERS if re.search(sign, user_agent)), "")
    return " ".join(part for part in (device, browser) if part) or "其他设备"


def works_on(work_days: str, day: date) -> bool:
    """Whether somebody with these weekdays (digits 1 Monday … 7 Sunday) is at the school on ``day``.

    Empty means that no weekday is excluded, as for everybody who works full time.
    """
    return not work_days or str(day.isoweekday()) in work_days

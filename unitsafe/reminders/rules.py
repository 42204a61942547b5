"""What is said, when it may be said, when it is tried again, and what channels are made of. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from urllib.parse import quote

from unitsafe import clock


class Kind(StrEnum):
    """What a notice is about."""

    MORNING = "morning"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    REMIND = "remind"
    URGENT = "urgent"
    CLOSED = "closed"
    DIGEST = "digest"
    TEST = "test"


AT_ANY_HOUR = (Kind.URGENT, Kind.TEST)
"""What does not wait for the end of the quiet hours."""
OPTIONAL = tuple(kind for kind in Kind if kind not in AT_ANY_HOUR)
"""What a person may refuse. Nobody refuses to hear of a suspected major hazard."""
ONLY_THAT_DAY = (Kind.MORNING, Kind.DUE_SOON, Kind.TEST)
"""What is worth nothing the day after."""


class NoticeState(StrEnum):
    """Where a notice stands; read from its facts."""

    WAITING = "waiting"
    RETRYING = "retrying"
    SENT = "sent"
    GIVEN_UP = "given_up"


def state_of(
    *, sent_at: datetime | None, given_up_at: datetime | None, attempts: int
) -> NoticeState:
    """Where it stands."""
    if sent_at is not None:
        return NoticeState.SENT
    if given_up_at is not None:
        return NoticeState.GIVEN_UP
    return NoticeState.RETRYING if attempts else NoticeState.WAITING


@dataclass(frozen=True)
class Hours:
    """免打扰时段 on the school's wall clock, usually over midnight; equal ends mean none.
    ``morning``: when the day's list goes out."""

    quiet_from: time = time(21)
    quiet_until: time = time(6, 30)
    morning: time = time(7)

    def are_quiet(self, wall: time) -> bool:
        """Whether that time of day lies in the quiet hours; their end does not."""
        first, last = self.quiet_from, self.quiet_until
        return first <= wall < last if first <= last else wall >= first or wall < last


def is_quiet(now: datetime, hours: Hours) -> bool:
    """Whether ``now`` lies in the quiet hours."""
    return hours.are_quiet(clock.local(now).time())


def not_before(kind: Kind, now: datetime, hours: Hours) -> datetime:
    """When a notice made ``now`` may go out: at once, or when the quiet hours end."""
    if kind in AT_ANY_HOUR or not is_quiet(now, hours):
        return now
    there = clock.local(now)
    is_evening = there.time() >= hours.quiet_until
    return clock.at(there.date() + timedelta(days=is_evening), hours.quiet_until)


BACK_OFF = tuple(timedelta(minutes=n) for n in (1, 5, 15, 60, 240))
SLOWEST = timedelta(hours=12)
MOST_ATTEMPTS = 10
"""Two and a half days after the first one."""


def pause(failures: int) -> timedelta:
    """How long to wait after so many failures in a row (1 and more)."""
    return BACK_OFF[failures - 1] if failures <= len(BACK_OFF) else SLOWEST


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When a notice that failed ``attempts`` times is tried again; None: never."""
    return None if attempts >= MOST_ATTEMPTS else now + pause(attempts)


LEASE = timedelta(minutes=3)
"""How long a sender has to say what became of a notice; longer than any sending takes."""
MOST_LAPSES = 2
"""A sender that dies may have sent it; after the second death nobody tries again."""


def is_stale(kind: Kind, created_at: datetime, now: datetime) -> bool:
    """Whether it is too late to say it."""
    if kind not in ONLY_THAT_DAY:
        return False
    return clock.local(now).date() > clock.local(created_at).date()


MORNING_HOURS = timedelta(hours=4)
"""A server that was off at seven still sends the day's list until eleven."""
CHECK_AHEAD = timedelta(hours=1)
OVERDUE_DAYS = 3
"""Days after the deadline on which its passing is still news (a weekend and a day)."""
DIGEST_DAY, DIGEST_AT = 4, time(16)
"""Friday, 16:00."""


def is_morning(now: datetime, hours: Hours) -> bool:
    """Whether the day's list may be made now."""
    there = clock.local(now)
    begins = clock.at(there.date(), hours.morning)
    return begins <= now < begins + MORNING_HOURS


def is_digest_time(now: datetime) -> bool:
    """Whether the week's summary may be made now: Friday from 16:00 on."""
    there = clock.local(now)
    return there.weekday() == DIGEST_DAY and there.time() >= DIGEST_AT


def is_pressing(opens_at: datetime, due_at: datetime, now: datetime) -> bool:
    """Whether a check that nobody has begun is worth a word: within the hour before it is due, and
    not before half of its time is gone."""
    begins = max(due_at - CHECK_AHEAD, opens_at + (due_at - opens_at) / 2)
    return begins <= now < due_at


class Sort(StrEnum):
    """What a channel is, as people know it."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    MAIL = "mail"
    OTHER = "other"
    SERVERCHAN = "serverchan"
    PUSHPLUS = "pushplus"
    MAIL_TO = "mail_to"


OF_SCHOOL = (Sort.WECOM, Sort.DINGTALK, Sort.FEISHU, Sort.MAIL, Sort.OTHER)
OF_PERSON = (Sort.SERVERCHAN, Sort.PUSHPLUS, Sort.MAIL_TO)
"""Only services at a fixed address, and the school's own mail: what a person types must not make
the server open addresses inside the school's network."""

_PASTED = {
    Sort.WECOM: re.compile(r"https://qyapi\.weixin\.qq\.com/\S*[?&]key=([A-Za-z0-9_-]+)"),
    Sort.DINGTALK: re.compile(r"https://oapi\.dingtalk\.com/\S*[?&]access_token=([A-Za-z0-9]+)"),
    Sort.FEISHU: re.compile(r"https://open\.feishu\.cn/\S*/hook/([A-Za-z0-9_-]+)"),
}
_PLAIN = {
    Sort.WECOM: re.compile(r"[A-Za-z0-9_-]{8,80}"),
    Sort.DINGTALK: re.compile(r"[A-Za-z0-9]{16,100}"),
    Sort.FEISHU: re.compile(r"[A-Za-z0-9_-]{8,80}"),
    Sort.SERVERCHAN: re.compile(r"[A-Za-z0-9_-]{8,80}"),
    Sort.PUSHPLUS: re.compile(r"[A-Za-z0-9]{16,64}"),
}
SECRET = re.compile(r"[A-Za-z0-9]{16,100}")
"""加签 of a DingTalk robot."""
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,60}@[A-Za-z0-9-]{1,40}(\.[A-Za-z0-9-]{1,20}){1,4}")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,60}[A-Za-z0-9])?")


def token_in(sort: Sort, text: str) -> str | None:
    """The key of a robot in what was typed: the key itself, or the whole webhook address as it is
    copied from the group. None when there is none."""
    if (pasted := _PASTED.get(sort)) and "/" in text:
        found = pasted.match(text)
        text = found[1] if found else ""
    return text if _PLAIN[sort].fullmatch(text) else None


def robot_url(sort: Sort, token: str, secret: str = "") -> str:
    """The channel's address for apprise. ``secret`` is DingTalk's 加签."""
    schemes = {
        Sort.WECOM: "wecombot",
        Sort.DINGTALK: "dingtalk",
        Sort.FEISHU: "feishu",
        Sort.SERVERCHAN: "schan",
        Sort.PUSHPLUS: "pushplus",
    }
    return f"{schemes[sort]}://{f'{secret}@' if secret else ''}{token}"


def mail_url(server: str, port: int, account: str, password: str, to: str) -> str:
    """A mailbox to send from and the address that everything goes to; encrypted on every port."""
    mode = "ssl" if port == 465 else "starttls"
    return (
        f"mailtos://{quote(account, safe='')}:{quote(password, safe='')}@{server}:{port}"
        f"?smtp={server}&user={quote(account, safe='')}&from={quote(account, safe='')}"
        f"&to={quote(to, safe='')}&mode={mode}"
    )


def mailed_to(url: str, address: str) -> str:
    """The school's mailbox, with another recipient."""
    return re.sub(r"&to=[^&]*", "", url) + f"&to={quote(address, safe='')}"


def is_mail(url: str) -> bool:
    """Whether the channel is a mailbox to send from."""
    return url.startswith(("mailto://", "mailtos://"))


KNOWN_SORTS: Mapping[str, Sort] = {
    "wecombot": Sort.WECOM,
    "dingtalk": Sort.DINGTALK,
    "feishu": Sort.FEISHU,
    "mailto": Sort.MAIL,
    "mailtos": Sort.MAIL,
    "schan": Sort.SERVERCHAN,
    "pushplus": Sort.PUSHPLUS,
}


def sort_of(url: str) -> Sort:
    """What a channel with that address is called; without one it is somebody's own mail."""
    if not url:
        return Sort.MAIL_TO
    return KNOWN_SORTS.get(url.partition("://")[0].lower(), Sort.OTHER)

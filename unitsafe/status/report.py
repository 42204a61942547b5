"""The facts as sentences that a principal understands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for
from flask_babel import gettext as _
from jinja2.filters import do_filesizeformat
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.backups import catalogue
from unitsafe.backups.archive import version
from unitsafe.backups.queries import days_late
from unitsafe.config import Config
from unitsafe.core.blobs import Blobs
from unitsafe.core.tally import Tally
from unitsafe.reminders import queries as reminders
from unitsafe.school.queries import the_school
from unitsafe.status import queries, rules
from unitsafe.status.rules import Use, Verdict


@dataclass(frozen=True)
class Line:
    """One line: what, how it stands, a sentence, and where to look."""

    what: str
    verdict: Verdict
    said: str
    url: str = ""


def lines(
    session: Session, settings: Config, tally: Tally, uptime: timedelta, *, now: datetime
) -> Iterator[Line]:
    """What has to be in order."""
    for disk in queries.disks(settings):
        yield _disk(disk)
    yield _backup(settings, now)
    yield _reminders(session, uptime, now)
    yield _messages(session, now)
    yield _errors(tally)
    yield _log(session)


def facts(
    session: Session, store: Blobs, started: datetime, *, now: datetime
) -> Iterator[tuple[str, str]]:
    """What is good to know when one asks for help: label and text."""
    database, photos, files = (
        queries.database(session),
        queries.photos(session, store),
        queries.files(session),
    )
    yield _("程序"), _("校安网格 %(version)s", version=version())
    yield _("数据库"), f"{database.name} · {size(database.size)}"
    yield _("数据结构"), database.revision
    yield _("照片"), _("%(n)s张", n=photos.count) + _about(photos.size)
    yield _("附件"), _("%(n)s份", n=files.count) + f" · {size(files.size or 0)}"
    yield _("启动时间"), f"{clock.local(started):%Y-%m-%d %H:%M}"
    yield _("运行环境"), queries.python()
    if memory := queries.memory():
        yield _("占用内存"), size(memory)
    yield (
        _("今天用过的人"),
        _("%(n)s人", n=queries.people_today(session, clock.local(now).date())),
    )


def size(count: int) -> str:
    """1.2 GB."""
    return str(do_filesizeformat(count))


def _about(count: int | None) -> str:
    return "" if count is None else " · " + _("约%(size)s", size=size(count))


def disk_name(use: Use) -> str:
    """磁盘, or what a disk of its own is for."""
    names = {Use.PHOTOS: _("放照片的磁盘"), Use.BACKUPS: _("放备份的磁盘")}
    return str(names.get(use, _("磁盘")))


def _disk(disk: queries.Disk) -> Line:
    name = disk_name(disk.use)
    said = _("还剩%(free)s，共%(total)s。", free=size(disk.free), total=size(disk.total))
    if not rules.is_nearly_full(disk.free, disk.total):
        return Line(name, Verdict.OK, said)
    more = _("快满了，请清理或换大的盘，满了就不能保存。")
    return Line(name, Verdict.BAD, said + more)


def _backup(settings: Config, now: datetime) -> Line:
    last, url = catalogue.last_good(settings.backups), url_for("backups.index")
    own = the_school()
    is_late = own is not None and days_late(own, settings.backups, clock.local(now).date())
    if last is None:
        verdict = Verdict.BAD if is_late else Verdict.WARN
        return Line(_("备份"), verdict, _("还没有检验过的备份。"), url)
    said = _("最近一次%(at)s，%(size)s。", at=_when(last.at, now), size=size(last.size))
    if not is_late:
        return Line(_("备份"), Verdict.OK, said, url)
    said += _("太久了，请看看每天的备份为什么没有做。")
    return Line(_("备份"), Verdict.WARN, said, url)


def _when(at: datetime, now: datetime) -> str:
    there = clock.local(at)
    days = (clock.local(now).date() - there.date()).days
    near = {0: _("今天"), 1: _("昨天")}.get(days, f"{there:%Y-%m-%d}")
    return f"{near} {there:%H:%M}"


def _reminders(session: Session, uptime: timedelta, now: datetime) -> Line:
    last = reminders.last_round(session)
    url = url_for("reminders.index")
    if rules.silence(last, now, uptime):
        said = _("已经超过1小时没有检查该发哪些提醒，请管理员看看。")
        if last:
            said = _("最近一次%(at)s。", at=_when(last, now)) + said
        return Line(_("提醒"), Verdict.BAD, said, url)
    if last is None:
        return Line(_("提醒"), Verdict.NA, _("刚启动，还没有检查该发哪些提醒。"), url)
    return Line(
        _("提醒"), Verdict.OK, _("最近一次%(at)s，每分钟查一次。", at=_when(last, now)), url
    )


def _messages(session: Session, now: datetime) -> Line:
    url = url_for("reminders.index")
    since = now - timedelta(days=rules.FAILED_DAYS)
    lost, failing = reminders.given_up_since(session, since), reminders.failing(session)
    said = []
    if lost:
        said.append(_("%(days)s天内有%(n)s条没发出去。", days=rules.FAILED_DAYS, n=lost))
    if failing:
        said.append(_("有%(n)s条正在重试。", n=failing))
    if said:
        return Line(_("消息"), Verdict.WARN, "".join(said), url)
    return Line(_("消息"), Verdict.OK, _("%(n)s天内的都发出去了。", n=rules.FAILED_DAYS), url)


def _errors(tally: Tally) -> Line:
    said = _("启动以来处理了%(n)s次请求，", n=tally.requests)
    if not tally.server_errors:
        return Line(_("出错"), Verdict.OK, said + _("没有出错。"))
    return Line(_("出错"), Verdict.WARN, said + _("%(n)s次出错，见下面。", n=tally.server_errors))


def _log(session: Session) -> Line:
    last = queries.last_verification(session)
    if last is None:
        return Line(_("操作日志"), Verdict.NA, _("还没有检验过。"))
    at = f"{clock.local(last.at):%Y-%m-%d %H:%M}"
    if not last.faults:
        said = _("%(at)s检验了%(n)s条，没有被改过。", at=at, n=last.entries)
        return Line(_("操作日志"), Verdict.OK, said)
    numbers = "、".join(map(str, last.faults))
    said = _("%(at)s检验，第%(numbers)s条对不上，可能被改过，请找管理员。", at=at, numbers=numbers)
    return Line(_("操作日志"), Verdict.BAD, said)

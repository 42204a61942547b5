"""When the disk takes nothing: whether an error says so, and the words for it.

SQLite and PostgreSQL, files and temporary files each have errors of their own for a full disk, one
that was mounted read-only and one that fails. A person needs the same sentence for all of them.
"""

import errno
import sqlite3
from collections.abc import Callable
from enum import Enum

import sqlalchemy as sa
from flask import flash, has_request_context
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe.core.db import writing


class Fault(Enum):
    """Why nothing can be written."""

    FULL = "full"
    READ_ONLY = "read_only"
    FAILING = "failing"


_OF_FILES = {
    errno.ENOSPC: Fault.FULL,
    getattr(errno, "EDQUOT", errno.ENOSPC): Fault.FULL,
    errno.EFBIG: Fault.FULL,
    errno.EROFS: Fault.READ_ONLY,
    errno.EIO: Fault.FAILING,
}
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_READONLY: Fault.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Fault.FAILING,
    sqlite3.SQLITE_IOERR: Fault.FAILING,  # a quota that is used up, too
}
_OF_POSTGRESQL = {"53100": Fault.FULL, "25006": Fault.READ_ONLY, "58030": Fault.FAILING}
"""Source: PostgreSQL, appendix A: disk_full, read_only_sql_transaction, io_error."""


def fault(error: BaseException) -> Fault | None:
    """What ``error`` says of the disk; None when it is about something else."""
    if isinstance(error, OSError):
        return _OF_FILES.get(error.errno or 0)
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0)
        return _OF_SQLITE.get(code & 0xFF)  # the extended codes share their lowest byte
    return _OF_POSTGRESQL.get(getattr(cause, "sqlstate", None) or "")


def sentence(found: Fault) -> str:
    """What to tell whoever was about to write something."""
    words = {
        Fault.FULL: _("磁盘满了，这一步没有完成。请管理员清理磁盘。"),
        Fault.READ_ONLY: _("数据现在不能写入，这一步没有完成。请管理员检查磁盘和权限。"),
        Fault.FAILING: _("读写磁盘出错，这一步没有完成。请管理员检查磁盘。"),
    }
    return str(words[found])


def catch_up(act: Callable[[Session], object]) -> None:
    """:func:`writing` for what a page brings up to date before it is read.

    When the disk takes nothing the page shows what there is, with a word about it. Commands and
    the reminders' round get the error.
    """
    try:
        with writing() as session:
            act(session)
    except sa.exc.DBAPIError as error:
        if fault(error) is None or not has_request_context():
            raise
        flash(_("服务器现在不能保存数据，这里可能不是最新的。请管理员检查磁盘。"), "error")

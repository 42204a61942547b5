"""Errors as a page or, for htmx, as a message in the page that is open."""

import logging
import re
import sqlite3
from enum import Enum

import sqlalchemy as sa
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from unitsafe.core import access, disk
from unitsafe.core.blobs import StorageError
from unitsafe.core.domain import NotAllowed, RuleError
from unitsafe.core.htmx import see_other, wants_fragment
from unitsafe.core.labels import label
from unitsafe.core.once import Repeated
from unitsafe.core.printing import PrintError
from unitsafe.core.trace import error_number

log = logging.getLogger("unitsafe.security")


def init_app(app: Flask) -> None:
    """Every error gets a page that says what to do next."""
    app.before_request(_refuse_control_characters)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(RuleError, _forbidden)
    app.register_error_handler(PrintError, lambda error: answer(409, str(error), with_hint=False))
    app.register_error_handler(StorageError, _storage)
    app.register_error_handler(Repeated, lambda error: see_other(error.location))
    app.register_error_handler(
        StaleDataError, lambda _error: answer(409, _lost_race(), with_hint=False)
    )
    app.register_error_handler(sa.exc.OperationalError, _database)
    app.register_error_handler(sa.exc.InternalError, _database)
    app.register_error_handler(OSError, _file)
    app.register_error_handler(sa.exc.DataError, lambda _error: answer(400))  # no text or number
    app.register_error_handler(Exception, _crash) if not app.testing else None


_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""Characters that nobody types and that neither databases nor pages can hold."""


def _refuse_control_characters() -> None:
    """No address or form of ours holds them, and none has a field without a name."""
    sent: list[str | None] = []
    for group in (request.args, request.form):
        for name, text in group.items(multi=True):
            sent += (name, text)
    for name, file in request.files.items(multi=True):
        sent += (name, file.filename or "")
    if any(text is None or _UNWRITABLE.search(text) for text in sent):
        abort(400)


def sentence(error: RuleError) -> str:
    """What a broken rule says to the reader, in the reader's language."""
    values = {
        key: label(value) if isinstance(value, Enum) else value
        for key, value in error.values.items()
    }
    return str(_(error.message, **values))


def status(error: RuleError) -> int:
    """403 when it is somebody else's to do, 409 when it cannot be done now."""
    return 403 if isinstance(error, NotAllowed) else 409


def _forbidden(error: RuleError) -> ResponseReturnValue:
    says_what_to_do = status(error) == 409 and "请" in error.message
    return answer(status(error), sentence(error), with_hint=not says_what_to_do)


def answer(code: int, message: str = "", *, with_hint: bool = True) -> ResponseReturnValue:
    """The error page; htmx puts only the message into ``#messages``."""
    title, hint = _words().get(code, _words()[500])
    number = error_number() if code == 500 else ""
    actions = [(_("回到今日"), url_for("today.index"))]
    if code == 401:
        actions = [(_("去登录"), url_for("people.login"))]
    text = message or title
    if number:
        text = _("%(what)s。错误编号 %(number)s，请告诉管理员。", what=text, number=number)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(message=text), code
    values = {
        "code": code,
        "title": title,
        "message": message,
        "hint": hint if with_hint else "",
        "number": number,
    }
    if wants_fragment():
        response = make_response(render_template("_error_message.html", text=text), code)
        response.headers["HX-Retarget"] = "#messages"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    return make_response(render_template("error.html", actions=actions, **values), code)


def _words() -> dict[int, tuple[str, str]]:
    """Title and hint per status."""
    return {
        400: (_("这个请求不完整"), _("请回到上一页，刷新后再试。")),
        401: (_("请先登录"), _("登录后会回到刚才的页面。")),
        403: (_("您没有这项权限"), _whom_to_ask()),
        404: (_("没有找到"), _("地址或编号可能有误，或者这条记录不在您的网格里。")),
        405: (_("这个地址不能这样用"), _("请从页面上的按钮操作。")),
        409: (_("现在不能这样做"), _("请刷新后看一下最新情况。")),
        413: (_("文件太大"), _("照片请控制在20 MB以内。")),
        422: (_("有内容需要更正"), ""),
        429: (_("操作太频繁"), _("请稍等一分钟再试。")),
        500: (
            _("程序出了问题"),
            _("刚才的操作没有保存，请再试一次。还不行，请把错误编号告诉管理员。"),
        ),
        503: (_("系统正忙"), _("刚才的操作没有保存，请稍后再试。")),
        507: (_("现在不能保存"), _what_was_typed()),
    }


def _whom_to_ask() -> str:
    return str(_("如确实需要，请找分管安全的副校长或学校安全员，按您的岗位调整权限。"))


def _what_was_typed() -> str:
    return (
        str(_("可以用浏览器的“后退”回到刚才填的内容，再提交一次。"))
        if request.method == "POST"
        else ""
    )


def _lost_race() -> str:
    return str(_("刚刚有别人改过这条记录，您的修改没有保存。请刷新后再试。"))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error.get_response()
    if isinstance(error, CSRFError):
        _note_refusal(400)
        if access.actor_or_none() is None and not _is_for_strangers():
            return access.ask_to_sign_in()
        return answer(400, _("页面打开太久或登录已变，请刷新后再试。"))
    g.setdefault("missing_rights", frozenset())
    if error.code in (403, 429):
        _note_refusal(error.code)
    return answer(error.code or 500)


def _note_refusal(code: int) -> None:
    """Who was refused what; the view's name, since an address may hold somebody's token."""
    actor = access.actor_or_none()
    who = f"person:{actor.id}" if actor else "nobody signed in"
    log.warning("%s for %s at %s from %s", code, who, request.endpoint, request.remote_addr)


def _is_for_strangers() -> bool:
    """Whether the form is one that nobody signs in for: they must not be asked to."""
    is_public = access.is_public(request.endpoint or "")
    return is_public and request.blueprint not in ("people", "setup")


def _storage(error: StorageError) -> ResponseReturnValue:
    return answer(error.status, str(_(error.message)))


def _database(error: sa.exc.DBAPIError) -> ResponseReturnValue:
    text = str(error.orig)
    if isinstance(error.orig, sqlite3.OperationalError) and ("locked" in text or "busy" in text):
        return answer(503, _("数据库正忙（可能正在备份），刚才的操作没有保存。"))
    if (told := _unwritten(error)) is not None:
        return told
    if _is_away(error):
        current_app.logger.error("the database is away: %s", text.strip())
        return _without_database()
    return _crash(error)


def _is_away(error: sa.exc.DBAPIError) -> bool:
    """Whether PostgreSQL does not answer any more."""
    if not isinstance(error, sa.exc.OperationalError) or isinstance(error.orig, sqlite3.Error):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) is None


def _without_database() -> ResponseReturnValue:
    """In plain words: a page of ours asks the database for the school's name."""
    text = _("数据库暂时连不上，刚才的操作没有保存，请稍后再试，或联系管理员。")
    return Response(f"{text}\n", 503, mimetype="text/plain")


def _file(error: OSError) -> ResponseReturnValue:
    if (told := _unwritten(error)) is not None:
        return told
    if current_app.testing:
        raise error
    return _crash(error)


def _unwritten(error: Exception) -> ResponseReturnValue | None:
    """The answer when the disk took nothing; it is logged in one line for whoever mends it."""
    found = disk.fault(error)
    if found is None:
        return None
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    current_app.logger.error("cannot write: %s", cause)
    return answer(507, disk.sentence(found))


def _crash(error: Exception) -> ResponseReturnValue:
    current_app.logger.exception("unexpected error")
    return answer(500)

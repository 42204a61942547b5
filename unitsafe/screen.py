"""What every template has: the school, the actor, the menu, dates as people say them."""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe import clock, config
from unitsafe.core import access
from unitsafe.core.domain import Actor, Right
from unitsafe.core.labels import WEEKDAYS, label
from unitsafe.files.rules import ACCEPT
from unitsafe.school.queries import the_school


def init_app(app: Flask) -> None:
    """Give templates their variables, filters and macros."""
    app.jinja_env.filters.update(
        day=day, moment=moment, deadline=deadline, clock=wall, iso=iso, label=label
    )
    app.jinja_env.globals.update(asset=asset, file_types=ACCEPT)
    app.jinja_env.globals["ui"] = app.jinja_env.get_template("ui.html").module

    @app.context_processor
    def _common() -> dict[str, Any]:
        actor = access.actor_or_none()
        return {
            "school": the_school(),
            "actor": actor,
            "nav": list(menu(actor)) if actor else [],
            "today": clock.today(),
            "now": clock.now(),
            "is_fragment": False,
            "large_text": bool(actor and actor.large_text),
        }


@lru_cache
def _version(name: str) -> str:
    return hashlib.sha256((config.ROOT / "static" / name).read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a static file; it changes with the content, so browsers may keep it."""
    return f"/static/{name}?v={_version(name)}"


EDIT_PLACES = (Right.EDIT_GRID, Right.EDIT_BASIC_INFO)
IMPORTERS = (Right.EDIT_BASIC_INFO, Right.EDIT_EQUIPMENT, Right.MANAGE_SCHOOL)
TRAININGS = (Right.VIEW_ALL, Right.MANAGE_SCHOOL, Right.EDIT_DUTY_ROSTER)
READ_STANDARD = (Right.VIEW_ALL, Right.RUN_ASSESSMENT, Right.SIGN_ASSESSMENT)
ASSESSORS = (Right.VIEW_ALL, Right.RUN_ASSESSMENT, Right.MANAGE_SCHOOL)
READ_TIPS = (Right.VIEW_ALL, Right.DISPATCH_HAZARD, Right.ASSIGN_ALL)
MENU: tuple[tuple[Any, tuple[tuple[Any, ...], ...]], ...] = (
    (
        None,
        (
            ("today.index", _l("今日"), "today", 1, ()),
            ("hazards.index", _l("隐患"), "hazard", 2, ()),
            ("hazards.new", _l("随手报"), "plus", 3, (Right.CREATE_HAZARD,)),
        ),
    ),
    (
        _l("台账"),
        (
            ("checks.index", _l("检查记录"), "ledger", 4, ()),
            ("checks.month_index", _l("月度巡查表"), "print", None, ()),
            ("equipment.index", _l("消防器材"), "equipment", None, ()),
            ("maintenance.index", _l("维保与检测"), "wrench", None, (Right.VIEW_ALL,)),
            ("activities.index", _l("演练与活动"), "activity", None, ()),
            ("activities.required", _l("宣传教育"), "plan", None, TRAININGS),
            ("documents.index", _l("制度与档案"), "document", None, ()),
            ("visits.index", _l("迎检"), "info", None, (Right.VIEW_ALL,)),
            ("tips.index", _l("举报"), "tip", None, READ_TIPS),
            ("micro_station.index", _l("微型消防站"), "shield", None, ()),
            ("hot_work.index", _l("动火审批"), "hazard", None, ()),
        ),
    ),
    (
        _l("责任"),
        (
            ("grids.index", _l("网格与责任人"), "grid", None, ()),
            ("maps.index", _l("网格地图"), "map", None, ()),
            ("coverage.index", _l("责任覆盖"), "shield", None, (Right.VIEW_ALL, Right.EDIT_GRID)),
            ("places.buildings", _l("楼栋与部位"), "building", None, ()),
            ("evacuation.index", _l("疏散引导"), "people", None, ()),
            ("people.index", _l("人员"), "people", None, (Right.VIEW_ALL,)),
            ("classes.index", _l("班级"), "people", None, ()),
            ("letters.index", _l("责任书"), "document", None, (Right.VIEW_ALL, Right.EDIT_GRID)),
            ("plates.index", _l("部位责任牌"), "qr", None, EDIT_PLACES),
            ("roster.index", _l("值班表"), "clock", None, ()),
        ),
    ),
    (
        _l("评价"),
        (
            ("year_plan.index", _l("今年要做的"), "calendar", None, ()),
            ("assessments.index", _l("四个能力自评"), "checklist", None, ASSESSORS),
            (
                "appraisal.index",
                _l("网格考核"),
                "chart",
                None,
                (Right.VIEW_ALL, Right.ASSIGN_IN_GRID),
            ),
            ("stats.index", _l("统计"), "chart", None, (Right.VIEW_ALL, Right.ASSIGN_IN_GRID)),
        ),
    ),
    (
        _l("设置"),
        (
            ("checks.plans", _l("检查计划"), "plan", None, (Right.VIEW_ALL,)),
            ("checks.checklists", _l("检查表"), "checklist", None, ()),
            ("assessments.standard", _l("自评标准"), "checklist", None, READ_STANDARD),
            ("school.calendar", _l("校历"), "calendar", None, ()),
            ("imports.index", _l("从表格导入"), "upload", None, IMPORTERS),
            ("reminders.index", _l("消息提醒"), "bell", None, (Right.MANAGE_SCHOOL,)),
            ("school.settings", _l("学校设置"), "settings", None, (Right.MANAGE_SCHOOL,)),
            ("backups.index", _l("备份"), "shield", None, (Right.MANAGE_SCHOOL,)),
            ("log.index", _l("操作日志"), "audit", None, (Right.VIEW_AUDIT,)),
            ("status.index", _l("运行情况"), "info", None, (Right.MANAGE_SCHOOL,)),
        ),
    ),
    (None, (("people.me", _l("我的"), "person", 5, ()),)),
)
TAB_LABELS = {"checks.index": _l("台账")}


def menu(actor: Actor) -> Iterator[dict[str, Any]]:
    """The menu's groups with what ``actor`` may open; ``tab`` is the place in the phone's bar."""
    for title, entries in MENU:
        items = [
            {
                "endpoint": endpoint,
                "url": url_for(endpoint),
                "label": text,
                "tab_label": TAB_LABELS.get(endpoint, text),
                "icon": icon,
                "tab": tab,
                "current": request.endpoint == endpoint,
            }
            for endpoint, text, icon, tab, rights in entries
            if not rights or set(rights) & actor.rights
        ]
        if items:
            yield {"title": title, "items": items}


def day(value: date | None, *, weekday: bool = True) -> str:
    """今天, 明天, 11月3日 周二; with the year when it is another one."""
    if value is None:
        return ""
    today = clock.today()
    near = {-1: _("昨天"), 0: _("今天"), 1: _("明天"), 2: _("后天")}.get((value - today).days)
    if near:
        return str(near)
    text = _("%(month)s月%(day)s日", month=value.month, day=value.day)
    if value.year != today.year:
        text = _("%(year)s年", year=value.year) + text
    return f"{text} {WEEKDAYS[value.weekday()]}" if weekday else text


def moment(value: datetime | None) -> str:
    """今天 07:46, 11月3日 07:46."""
    if value is None:
        return ""
    there = clock.local(value)
    return f"{day(there.date(), weekday=False)} {there:%H:%M}"


def deadline(value: datetime | None) -> str:
    """今天 18:00; midnight is the end of the day before: 11月25日 24:00."""
    if value is None:
        return ""
    there = clock.local(value)
    if (there.hour, there.minute) != (0, 0):
        return moment(value)
    return f"{day(there.date() - timedelta(days=1), weekday=False)} 24:00"


def wall(value: datetime | None) -> str:
    """07:46 on the school's clock."""
    return "" if value is None else f"{clock.local(value):%H:%M}"


def iso(value: datetime | date | None) -> str:
    """2026-11-03 07:46, or 2026-11-03 for a day: the full date for titles and paper."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M}"
    return value.isoformat()

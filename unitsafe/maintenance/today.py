"""What of 维保与检测 waits for those who keep the ledger."""

from collections.abc import Iterator, Sequence
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe.core.domain import Actor, Right
from unitsafe.core.labels import label
from unitsafe.core.waiting import Waiting, waits
from unitsafe.maintenance import queries, rules
from unitsafe.maintenance.rules import Kind, Mark, Standing
from unitsafe.school.queries import the_school

RIGHTS = {Right.EDIT_EQUIPMENT, Right.MANAGE_SCHOOL}


@waits("maintenance")
def maintenance(session: Session, actor: Actor, today: date) -> Iterator[Waiting]:
    """A visit that is missing this month, tests and the contract that ran out or soon will."""
    own = the_school()
    if own is None or not RIGHTS & actor.rights:
        return
    standings = rules.standings(
        own.has,
        queries.newest(session),
        today,
        ahead_days=own.number("test_ahead_days"),
        remind_day=own.number("maintenance_day"),
    )
    until = queries.contract_until(session)
    url = url_for("maintenance.index")
    is_due = today.day > own.number("maintenance_day")
    if is_due and any(one.kind is Kind.MAINTENANCE and _is_bad(one) for one in standings):
        line = _("维保单位每月要来一次，来过的请登记")
        yield Waiting(url, "!", _("本月还没有维保记录"), line, _("去登记"), "late")
    tests = [one for one in standings if one.kind is not Kind.MAINTENANCE]
    if bad := [one for one in tests if _is_bad(one)]:
        title = _("检测缺少或过期")
        yield Waiting(url, len(bad), title, _names(bad), _("去看"), "late")
    if soon := [one for one in tests if one.mark is Mark.SOON]:
        yield Waiting(url, len(soon), _("检测快到期"), _names(soon), _("去看"), "warn")
    mark = rules.until_mark(until, today, own.number("contract_ahead_days"))
    if mark is Mark.MISSING and own.has("has_fixed_systems"):
        line = _("有自动消防设施的学校要委托维保")
        yield Waiting(url, "!", _("没有登记维保合同"), line, _("去登记"), "warn")
    elif mark is Mark.LATE:
        line = _("%(day)s到期", day=until)
        yield Waiting(url, "!", _("维保合同已到期"), line, _("去看"), "late")
    elif mark is Mark.SOON and until is not None:
        line = _("%(day)s到期，还有%(n)s天", day=until, n=(until - today).days)
        yield Waiting(url, "!", _("维保合同快到期"), line, _("去看"), "warn")


def _is_bad(one: Standing) -> bool:
    return one.mark in (Mark.LATE, Mark.MISSING)


def _names(several: Sequence[Standing]) -> str:
    return "、".join(label(one.kind) for one in several)

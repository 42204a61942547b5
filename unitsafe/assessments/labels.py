"""How figures, points and steps are written."""

from decimal import Decimal
from fractions import Fraction

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe.assessments.rules import State, Step
from unitsafe.assessments.sheet import Part
from unitsafe.core.labels import label_all
from unitsafe.core.percent import percent as cut

label_all(
    {
        State.OPEN: _l("评估小组核分中"),
        State.REVIEWED: _l("待校长签批"),
        State.SIGNED: _l("已签批"),
    }
)
label_all(  # by themselves: a state and a step of the same word would be one key
    {
        Step.OPEN: _l("开始自评"),
        Step.DEPARTMENT: _l("被评部门签字"),
        Step.REVIEW: _l("消防安全管理人审核"),
        Step.RETURN: _l("退回小组"),
        Step.SIGN: _l("消防安全责任人签批"),
        Step.FILE: _l("登记备案"),
    }
)
STATE_KIND = {State.OPEN: "warn", State.REVIEWED: "due", State.SIGNED: "ok"}
"""The pill of a state."""


def points(value: Decimal | None) -> str:
    """Points without needless zeros; a dash for none."""
    if value is None:
        return "—"
    return f"{value.normalize():f}" if value else "0"


def figure(part: Part) -> str:
    """A figure with how it was reached: 96.8% = 447/462, 3次 (应4次), 2.5分钟, 有效.

    What an empty ledger means is told by :func:`empty`.
    """
    value = part.count.value
    if value is None:
        return str(_("没有数据"))
    if part.unit == "bool":
        return str(_("有效") if value else _("无效"))
    if part.whole is not None:
        return f"{percent(value)} = {points(part.amount)}/{part.whole}"
    number = points(part.amount)
    if part.unit == "minutes":
        return str(_("%(n)s分钟", n=f"{float(value):.1f}"))
    if part.expected is not None:
        return str(_("%(n)s（应%(of)s）", n=number, of=points(part.expected)))
    return number


def percent(share: Fraction) -> str:
    """A share with one decimal, never rounded up to a whole that it is not."""
    return f"{cut(share, places=1):g}%"


def empty(part: Part) -> str:
    """What was made of an empty ledger; empty when it was not."""
    words = {
        "zero": _l("没有记录，按0计"),
        "worst": _l("没有记录，按最差计"),
        "full": _l("没有发生，按满足计"),
        "na": _l("没有对象，不适用"),
    }
    return str(words.get(part.empty, ""))

"""The form of a plan: name, time windows, grace, on or off."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, ValidationError
from wtforms.validators import InputRequired, NumberRange

from unitsafe.checks.models import Plan
from unitsafe.core.forms import Form, LongText, Text

_LINE = re.compile(r"^(\d{1,2})[:：](\d{2})\s*[-–—~至]\s*(\d{1,2})[:：](\d{2})\s*(.{0,10})$")


def read_windows(text: str) -> list[dict[str, Any]]:
    """Lines like ``07:20-08:20 上午巡`` as stored windows. Raises ValueError naming the line."""
    windows = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        found = _LINE.match(line)
        if found is None:
            raise ValueError(line)
        hours = [int(part) for part in found.groups()[:4]]
        ends = hours[2] * 60 + hours[3]
        if hours[0] > 23 or ends > 24 * 60 or hours[1] > 59 or hours[3] > 59:
            raise ValueError(line)
        windows.append(
            {
                "opens": f"{hours[0]:02d}:{hours[1]:02d}",
                "due": f"{hours[2] % 24:02d}:{hours[3]:02d}",
                "label": found.group(5).strip(),
            }
        )
    return windows


class PlanForm(Form):
    """What a school changes of a plan."""

    title = Text(_l("名称"), most=60)
    windows = LongText(
        _l("时段"),
        required=False,
        most=400,
        description=_l(
            "一行一个时段，如“07:20-08:20 上午巡”。按月、按季、开学前、放假前的计划不用填。"
        ),
    )
    grace_minutes = IntegerField(
        _l("宽限（分钟）"),
        [InputRequired(_l("请填写宽限分钟数。")), NumberRange(0, 10080, _l("0到10080之间。"))],
    )
    is_active = BooleanField(_l("启用这项计划"))

    @classmethod
    def of(cls, plan: Plan) -> "PlanForm":
        """The form as the plan is now, or as it was sent."""
        lines = [
            f"{w['opens']}-{w['due']} {w['label']}".strip() for w in plan.windows if w["opens"]
        ]
        form = cls(
            title=plan.title,
            windows="\n".join(lines),
            grace_minutes=plan.grace_minutes,
            is_active=plan.is_active,
        )
        form.needs_windows = bool(lines)
        return form

    needs_windows = False

    def validate_windows(self, field: Any) -> None:
        """Daily and nightly plans need at least one window, each line in order."""
        if not self.needs_windows:
            return
        try:
            windows = read_windows(field.data or "")
        except ValueError as error:
            raise ValidationError(
                _("“%(line)s”看不懂，请写成“07:20-08:20 上午巡”。", line=str(error))
            ) from None
        if not windows:
            raise ValidationError(_("请至少填一个时段。"))

    def write_to(self, plan: Plan) -> None:
        """Change the plan."""
        plan.title, plan.grace_minutes = self.title.data, self.grace_minutes.data
        plan.is_active = self.is_active.data
        if self.needs_windows:
            plan.windows = read_windows(self.windows.data)

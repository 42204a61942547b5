"""One form per action on a check."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, HiddenField, RadioField, SelectField
from wtforms import Form as PlainForm
from wtforms.validators import Optional

from unitsafe import clock, content
from unitsafe.checks.rules import EntrySource
from unitsafe.content.model import ChecklistItem
from unitsafe.core.forms import Form, LongText, choices, named
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import LEVEL_OF_CONTENT, REPORTED_LEVELS, Fix, Level


class FindingForm(PlainForm):
    """The hazard of a failed item; its fields are part of the check's form, so that nothing typed
    is lost when the check is submitted without pressing 登记隐患."""

    space_id = SelectField(_l("部位"), coerce=int)
    description = LongText(_l("看到什么"), most=500)
    level = SelectField(_l("等级"))
    fix = SelectField(_l("现在怎么办"))
    category = SelectField(_l("类别"))
    without_photo = BooleanField(_l("现在不方便拍照"))

    @classmethod
    def for_item(
        cls,
        item: ChecklistItem,
        spaces: list[tuple[int, str]],
        formdata: Any = None,
        *,
        again: Hazard | None = None,
    ) -> "FindingForm":
        """The form filled from the item, or from the closed hazard that is there ``again``; what
        the person sent takes its place."""
        prefix = f"finding-{item.key}"
        sent = formdata if formdata and any(k.startswith(f"{prefix}-") for k in formdata) else None
        data = {
            "space_id": spaces[0][0] if len(spaces) == 1 else 0,
            "level": LEVEL_OF_CONTENT[item.level].value,
            "fix": item.fix,
            "category": item.category,
            "description": _("不符合要求：%(text)s", text=item.text),
        }
        form = cls(sent, prefix=prefix, data=data | (_as_before(again) if again else {}))
        form.space_id.choices = choices([(0, _("不指明部位")), *spaces])
        form.level.choices = named(REPORTED_LEVELS)
        form.fix.choices = named(Fix)
        form.category.choices = choices(content.load().hazard_categories.items())
        return form


def _as_before(old: Hazard) -> dict[str, object]:
    """What a hazard that is there again has in common with the one that was closed."""
    level = Level.SUSPECTED_MAJOR if old.level is Level.MAJOR else old.level
    words = _("又出现：%(words)s", words=old.description)
    return {
        "space_id": old.space_id or 0,
        "level": level.value,
        "category": old.category,
        "description": words[:500],
    }


class SubmitForm(Form):
    """Submitting; ``seen`` is the newest answer row that the page showed."""

    seen = HiddenField(default="0")
    note = LongText(_l("备注"), required=False, most=500)
    performed_at = DateTimeLocalField(
        _l("实际检查时间"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], validators=[Optional()]
    )
    source = RadioField(
        _l("录入方式"), choices=lambda: named(EntrySource), default=EntrySource.SCREEN.value
    )

    def performed(self) -> datetime | None:
        """The instant it was really done; None when nothing was said."""
        wall = self.performed_at.data
        return wall.replace(tzinfo=clock.ZONE) if wall else None


class CountersignForm(Form):
    """The second signature."""

    note = LongText(_l("复核意见"), required=False, most=300)


class ReasonForm(Form):
    """An act that needs its reason: explain, skip, correct."""

    reason = LongText(_l("原因"), most=300)

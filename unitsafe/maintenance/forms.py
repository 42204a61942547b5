"""Forms of 维保与检测: a visit, a report, a finding, a reading, a contract, what there should be."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    TimeField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from unitsafe.core.forms import Form, LongText, Text, check_year, choices, named
from unitsafe.hazards.forms import FindingFields
from unitsafe.hazards.rules import Level
from unitsafe.maintenance.labels import SYSTEMS
from unitsafe.maintenance.rules import BY_KEY, MOST_PIECES, TESTS, Kind, Quantity, Result
from unitsafe.maintenance.services import ContractFacts, Facts, Found

NUMBER = re.compile(r"\d{1,8}(\.\d{1,3})?", re.ASCII)
"""A reading: never negative, at most three decimals."""


def _day(label: Any, missing: Any) -> DateField:
    return DateField(label, [InputRequired(missing), check_year])


class _RecordForm(Form):
    """What visits and reports have in common. ``version`` is what a corrector had before them."""

    version = IntegerField(validators=[Optional()], widget=HiddenInput())
    company = Text(_l("单位"), most=60)
    done_on = _day(_l("日期"), _l("请填写日期。"))
    people = Text(_l("人员"), required=False, most=60)
    systems = SelectMultipleField(
        _l("哪些系统"),
        choices=lambda: choices(SYSTEMS.items()),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    work = LongText(_l("做了什么"), required=False, most=1000)

    def _common(self) -> dict[str, Any]:
        return {
            "company": self.company.data,
            "done_on": self.done_on.data,
            "people": self.people.data or "",
            "systems": tuple(self.systems.data or ()),
            "work": self.work.data or "",
        }


class VisitForm(_RecordForm):
    """维保: the contractor came."""

    def facts(self) -> Facts:
        """What was typed."""
        return Facts(kind=Kind.MAINTENANCE, **self._common())


class TestForm(_RecordForm):
    """A test with its report, or a cleaning."""

    __test__ = False
    kind = SelectField(_l("类别"), choices=lambda: named(TESTS), coerce=Kind)
    report_no = Text(_l("报告编号"), required=False, most=60)
    result = SelectField(
        _l("结论"), choices=lambda: named(Result), coerce=Result, default=Result.PASSED
    )
    valid_until = DateField(
        _l("有效期至"),
        [Optional(), check_year],
        description=_l("不填就按日期加一年算，烟道清洗加三个月。"),
    )

    def facts(self) -> Facts:
        """What was typed."""
        return Facts(
            kind=self.kind.data,
            report_no=self.report_no.data or "",
            result=self.result.data,
            valid_until=self.valid_until.data,
            **self._common(),
        )


class _Finding(FindingFields):
    def found(self: Any) -> Found:
        """What was typed."""
        return Found(
            description=self.description.data,
            category=self.category.data,
            level=Level(self.level.data),
            space_id=self.space_id.data or None,
        )


class FindingRow(_Finding, FlaskForm):
    """A finding among others of a record that is being written down; may be left empty."""

    class Meta:
        csrf = False


class FindingForm(_Finding, Form):
    """A finding that is added later."""

    is_needed = True


class ReadingForm(Form):
    """A reading of a system whose quantities the view offers."""

    what = SelectField(_l("读什么"))
    value = Text(_l("读数"), most=16, render_kw={"inputmode": "decimal", "autocomplete": "off"})
    measured_on = _day(_l("日期"), _l("请填写日期。"))
    measured_time = TimeField(_l("时间"), [InputRequired(_l("请填写时间。"))])
    read_by = Text(
        _l("读表人"),
        required=False,
        most=40,
        description=_l("自己读的不用填；维保单位读的写姓名。"),
    )
    note = Text(_l("备注"), required=False, most=200)

    def offer(self, quantities: Sequence[Quantity]) -> None:
        """Fill the select."""
        self.what.choices = choices((one.key, f"{one.name}（{one.unit}）") for one in quantities)

    def validate_value(self, field: Any) -> None:
        """A plain number."""
        if not NUMBER.fullmatch(field.data or ""):
            raise ValidationError(_("请填数字，例如0.35，最多三位小数。"))
        read = BY_KEY.get(self.what.data or "")
        if read and Decimal(field.data) > read.most:
            raise ValidationError(
                _("不会大于%(most)s %(unit)s，请核对小数点。", most=read.most, unit=read.unit)
            )

    @property
    def number(self) -> Decimal:
        """The value; only once the form is valid."""
        return Decimal(self.value.data or "")


class VisitReadingForm(ReadingForm):
    """A reading that a contractor took during a visit; which system is said by its number."""

    number_of = Text(_l("器材编号"), most=30, render_kw={"list": "systems", "autocomplete": "off"})


class ContractForm(Form):
    """维保合同."""

    version = IntegerField(validators=[Optional()], widget=HiddenInput())
    company = Text(_l("维保单位"), most=60)
    contact = Text(_l("联系人和电话"), required=False, most=60)
    from_on = _day(_l("开始日"), _l("请填写合同开始日。"))
    until_on = _day(_l("到期日"), _l("请填写合同到期日。"))
    note = Text(_l("备注"), required=False, most=200)

    def facts(self) -> ContractFacts:
        """What was typed."""
        return ContractFacts(
            company=self.company.data or "",
            from_on=self.from_on.data,
            until_on=self.until_on.data,
            contact=self.contact.data or "",
            note=self.note.data or "",
        )


class TargetsForm(Form):
    """How many of each kind a place should have; its fields are made by `targets_form`."""

    place = HiddenField()
    seen = HiddenField()

    @property
    def numbers(self) -> dict[str, int | None]:
        """What was typed, by kind."""
        return {
            field.short_name.removeprefix("n-"): field.data
            for field in self
            if field.short_name.startswith("n-")
        }


def targets_form(
    place: str,
    kinds: Mapping[str, str],
    numbers: Mapping[str, int | None],
    seen: str,
    **kwargs: Any,
) -> TargetsForm:
    """The form of ``place``; ``kinds`` are names by key, ``numbers`` what stands there now."""
    checks = [Optional(), NumberRange(0, MOST_PIECES, _l("请填0到%(n)s的整数。", n=MOST_PIECES))]
    fields = {
        f"n-{key}": IntegerField(name, checks, render_kw={"inputmode": "numeric"})
        for key, name in kinds.items()
    }
    start = {f"n-{key}": numbers.get(key) for key in kinds} | {"place": place, "seen": seen}
    form: TargetsForm = type("PlaceForm", (TargetsForm,), fields)(data=start, **kwargs)
    return form

"""Forms of equipment: what is written down of a piece, its state, an inspection, the intervals."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from unitsafe.content.model import EquipmentKind
from unitsafe.core.forms import Form, LongText, Text, check_year, choices, chosen_id, named
from unitsafe.core.labels import label
from unitsafe.equipment import rules
from unitsafe.equipment.inspecting import Found
from unitsafe.equipment.labels import kinds
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.rules import FIRST, INSPECT, LIFE, THEN, Day, Item, Life, Result, State
from unitsafe.equipment.rules import Standing as Stands
from unitsafe.equipment.services import Facts

MOST_PIECES = 9999
LONGEST_FACT = 60
LONGEST_DAYS, LONGEST_MONTHS = 1100, 600


class DayOrMonth(StringField):
    """A day, or a month where only that is known; ``data`` is a rules.Day."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError, which is shown beside the field."""
        text = (valuelist[0] if valuelist else "").strip()
        self.data = rules.read_day(text) if text else None
        if text and self.data is None:
            raise ValueError(_("请写成2024-03-15；只知道年月的写成2024-03。"))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return written(self.data) if self.data else ""


def written(day: Day) -> str:
    """2024-03-15, or 2024-03 where only the month is known: how a fact is kept."""
    return f"{day.on:%Y-%m}" if day.is_month else day.on.isoformat()


def _day(text: Any, description: Any = "") -> DateField:
    return DateField(text, [Optional()], description=description)


class EquipmentForm(Form):
    """A piece of equipment; :func:`equipment_form` adds what its kind asks for."""

    kind = SelectField(
        _l("种类"),
        choices=lambda: choices((key, kind.name) for key, kind in kinds().items()),
        description=_l("决定登记哪些内容，检查、送修和报废的年限。"),
    )
    number = Text(
        _l("编号"),
        most=30,
        description=_l("例如：MH-A101-1。编号不能重复，报废后也不再给别的器材。"),
    )
    count = IntegerField(
        _l("登记几件"),
        [
            Optional(),
            NumberRange(
                1,
                rules.MOST_AT_ONCE,
                _l("请填1到%(most)s之间的整数。", most=rules.MOST_AT_ONCE),
            ),
        ],
        default=1,
        description=_l("大于1时，从上面的编号起依次编号，例如MH-001、MH-002……"),
        render_kw={"inputmode": "numeric"},
    )
    name = Text(_l("名称"), required=False, most=60, description=_l("不填就用种类的名称。"))
    model = Text(_l("型号规格"), required=False, most=60, description=_l("例如：MFZ/ABC4。"))
    space_id = SelectField(
        _l("部位"), coerce=chosen_id, validators=[DataRequired(_l("请选择放在哪里。"))]
    )
    quantity = IntegerField(
        _l("数量"),
        [
            InputRequired(_l("请填写数量。")),
            NumberRange(1, MOST_PIECES, _l("请填1到%(most)s之间的整数。", most=MOST_PIECES)),
        ],
        default=1,
        description=_l("几件共用一个编号时才填大于1的数。"),
        render_kw={"inputmode": "numeric"},
    )
    maker = Text(_l("生产单位"), required=False, most=60)
    made_on = DayOrMonth(
        _l("出厂日期"),
        description=_l("写成2024-03-15；铭牌上只有年月的写成2024-03，按当月1日算。"),
        render_kw={"maxlength": 20, "autocomplete": "off"},
    )
    in_use_on = _day(_l("启用日期"))
    last_service_on = _day(_l("上次维修日期"))
    battery_on = _day(_l("电池更换日期"), _l("换过电池的，从这天起算年限。"))
    note = Text(_l("备注"), required=False, most=200)
    replaces_id = HiddenField()
    equipment_kind: EquipmentKind
    fact_names: Mapping[str, str]
    """Field → ledger field."""
    before: Equipment | None = None

    def facts(self, default_name: str) -> Facts:
        """What was filled in; ``default_name`` where no name was."""
        made: Day | None = self.made_on.data
        facts = {fact: self._fact(name) for name, fact in self.fact_names.items()}
        life = Life(
            made.on if made else None,
            self.in_use_on.data,
            self._kept("last_service_on"),
            self._kept("battery_on"),
            rules.expires_on(facts),
        )
        return Facts(
            number=self.number.data,
            kind=self.kind.data,
            name=self.name.data or default_name,
            space_id=self.space_id.data,
            model=self.model.data or "",
            quantity=self.quantity.data,
            maker=self.maker.data or "",
            life=life,
            made_month_only=bool(made and made.is_month),
            facts=facts,
            note=self.note.data or "",
            replaces_id=chosen_id(self.replaces_id.data) or None,
        )

    def _fact(self, name: str) -> str:
        data = self[name].data
        return written(data) if isinstance(data, Day) else data or ""

    def _kept(self, name: str) -> date | None:
        """A day that the form of this kind asks for; otherwise what was known stays."""
        if name in self:
            found: date | None = self[name].data
            return found
        return getattr(self.before, name) if self.before else None

    def shown_field(self, name: str) -> str:
        """The form's field for a column or fact that a rule found wrong."""
        if name == "expires_on":
            return next((one for one, fact in self.fact_names.items() if fact in rules.EXPIRY), "")
        return name if name in self else "number"


def equipment_form(
    kind: EquipmentKind, before: Equipment | None = None, **kwargs: Any
) -> EquipmentForm:
    """The form of a kind: its facts after the columns, and which of all must be in the ledger."""
    names = {f"fact_{place}": fact for place, fact in enumerate(rules.fact_fields(kind))}
    facts = {name: _fact_field(fact) for name, fact in names.items()}
    form_class = type("KindForm", (EquipmentForm,), {**facts, "fact_names": names})
    if before is not None:
        known = {name: _read(before, fact) for name, fact in names.items()}
        kwargs = {"data": {**_columns(before), **known}, **kwargs}
    form: EquipmentForm = form_class(**kwargs)
    form.equipment_kind, form.before = kind, before
    if "上次维修日期" not in kind.ledger_fields and not (before and before.last_service_on):
        del form.last_service_on
    if not rules.has_battery(kind):
        del form.battery_on
    if before is not None:
        del form.count
    _mark_required(form, kind, names)
    return form


def _columns(piece: Equipment) -> dict[str, Any]:
    names = ("kind", "number", "name", "model", "space_id", "quantity", "maker", "note")
    days = ("in_use_on", "last_service_on", "battery_on")
    return {**{name: getattr(piece, name) for name in (*names, *days)}, "made_on": piece.made}


def _read(piece: Equipment, fact: str) -> Any:
    text = str((piece.facts or {}).get(fact, ""))
    return rules.read_day(text) if rules.is_day(fact) else text


def _fact_field(fact: str) -> Any:
    if rules.is_day(fact):
        return DayOrMonth(fact, render_kw={"maxlength": 20, "autocomplete": "off"})
    length = Length(max=LONGEST_FACT, message=_l("最多%(most)s个字。", most=LONGEST_FACT))
    return StringField(fact, [length], filters=[lambda text: text.strip() if text else text])


def _mark_required(form: EquipmentForm, kind: EquipmentKind, names: Mapping[str, str]) -> None:
    """Say of what is required in the ledger, but may be filled in later, that it is."""
    by_fact = {fact: name for name, fact in names.items()}
    for one in rules.required(kind):
        name = by_fact.get(one, one)
        if name in form and name != "name" and not form[name].flags.required:
            known = form[name].description
            form[name].description = " ".join(
                part for part in (str(known), _("台账必填，可以以后补。")) if part
            )


# -- the state ------------------------------------------------------------------------------------


class MoveForm(Form):
    """Where a piece stands from now on, and why."""

    state = HiddenField()
    note = Text(_l("原因"), required=False, most=200)

    @property
    def standing(self) -> Stands:
        """What is said of a piece that does not stand in its place."""
        names = [name for name in Stands.__dataclass_fields__ if name in self]
        return Stands(**{name: self[name].data for name in names if self[name].data})

    @property
    def service_day(self) -> date | None:
        """The day of the service from which it comes back."""
        return self["serviced_on"].data if "serviced_on" in self else None


class FaultForm(MoveForm):
    """It does not work."""

    note = Text(_l("哪里坏了"), most=200)


class StopForm(MoveForm):
    """It is out of use for a time, with approval."""

    note = Text(_l("停用原因"), most=200)
    approver = Text(_l("批准人"), most=60, description=_l("消防安全责任人或管理人。"))
    since_on = DateField(_l("从哪天起"), [InputRequired(_l("请填写从哪天起停用。")), check_year])
    until_on = DateField(_l("停到哪天"), [InputRequired(_l("请填写停用到哪天。")), check_year])
    measure = Text(
        _l("停用期间的防范措施"),
        most=200,
        description=_l("例如：旁边加放2具灭火器，每2小时巡查一次。"),
    )


class SendForm(MoveForm):
    """It goes to a workshop."""

    service_unit = Text(_l("送到哪个单位"), most=60)
    since_on = DateField(_l("送修日期"), [InputRequired(_l("请填写送修日期。")), check_year])
    until_on = DateField(_l("约定取回"), [InputRequired(_l("请填写约定取回的日期。")), check_year])
    measure = Text(
        _l("用什么顶替"),
        required=False,
        most=200,
        description=_l("顶替的器材编号或说明。一次送修超过本楼灭火器四分之一时必须写。"),
    )
    note = Text(_l("送修原因"), required=False, most=200)


class BackForm(MoveForm):
    """It is in use again."""

    serviced_on = _day(_l("维修日期"), _l("送修过的填维修单位的出厂合格日期，下次送修从这天算。"))
    note = Text(_l("处理结果"), required=False, most=200)


class ScrapForm(MoveForm):
    """Its life has ended."""

    note = Text(_l("报废原因"), most=200, description=_l("例如：出厂满十年；筒体锈穿。"))


MOVES: dict[State, type[MoveForm]] = {
    State.FAULTY: FaultForm,
    State.STOPPED: StopForm,
    State.OUT_FOR_SERVICE: SendForm,
    State.IN_USE: BackForm,
    State.SCRAPPED: ScrapForm,
}


def moves_from(state: State) -> list[State]:
    """The states that a piece may be given now, what is likeliest first."""
    if state is State.SCRAPPED:
        return [State.IN_USE]
    order = (State.IN_USE, *MOVES)
    return [one for one in dict.fromkeys(order) if one is not state or one in rules.RENEWABLE]


# -- an inspection --------------------------------------------------------------------------------


class InspectForm(Form):
    """What was found at a piece. Nothing is ticked beforehand."""

    name = SelectField(_l("哪项检查"))
    failed = SelectMultipleField(
        _l("逐项看，哪里不对勾哪里"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    result = RadioField(
        _l("结果"),
        [InputRequired(_l("请选正常、异常或找不到。"))],
        choices=lambda: named(Result),
        coerce=lambda text: Result(text) if text in set(Result) else None,
    )
    note = LongText(_l("说明"), required=False, most=300)
    still_works = BooleanField(_l("还能用，照常在用"))
    on = DateField(_l("检查日期"), [InputRequired(_l("请填写检查日期。")), check_year])
    reason = Text(_l("补录原因"), required=False, most=200)
    done_by = Text(_l("由外单位做的，写单位名称"), required=False, most=60)

    def offer(self, names: Sequence[str], items: Sequence[Item]) -> None:
        """Fill in what there is to inspect."""
        self.name.choices = choices((one, one) for one in names)
        self.failed.choices = choices((one.key, one.text) for one in items)

    def found(self) -> Found:
        """What was filled in."""
        return Found(
            name=self.name.data,
            result=self.result.data,
            on=self.on.data,
            failed=self.failed.data or (),
            note=self.note.data or "",
            still_works=bool(self.still_works.data),
            done_by=self.done_by.data or "",
            reason=self.reason.data or "",
        )


# -- intervals ------------------------------------------------------------------------------------


class IntervalForm(Form):
    """The numbers of a kind; :func:`interval_form` adds a field for each."""

    names: Mapping[str, str]
    """Field → what it sets."""

    def numbers(self) -> dict[str, int]:
        """What was filled in; an empty one goes back to the default."""
        return {what: self[name].data for name, what in self.names.items() if self[name].data}


def interval_form(
    kind: EquipmentKind, own: Mapping[str, int], bases: Mapping[str, str], **kwargs: Any
) -> IntervalForm:
    """The form of a kind's intervals. ``bases`` has the source of each default."""
    defaults = rules.interval_keys(kind)
    names = {f"n{place}": what for place, what in enumerate(defaults)}
    fields: dict[str, Any] = {}
    for name, what in names.items():
        is_days = what.startswith(INSPECT)
        most = LONGEST_DAYS if is_days else LONGEST_MONTHS
        unit = _("天") if is_days else _("个月")
        fields[name] = IntegerField(
            interval_title(what),
            [Optional(), NumberRange(1, most, _l("请填1到%(most)s之间的整数。", most=most))],
            description="".join(
                (
                    _("默认%(n)s%(unit)s", n=defaults[what], unit=unit),
                    f"：{bases[what]}" if bases.get(what) else _("（产品默认）"),
                )
            ),
            render_kw={"inputmode": "numeric"},
        )
    form_class = type("KindIntervals", (IntervalForm,), {**fields, "names": names})
    data = {name: own.get(what, defaults[what]) for name, what in names.items()}
    form: IntervalForm = form_class(data=data, **kwargs)
    return form


def interval_title(what: str) -> str:
    """What a number of a kind is called."""
    if what.startswith(INSPECT):
        return str(_("%(name)s：每隔几天", name=what.removeprefix(INSPECT)))
    titles = {
        FIRST: _("首次送修：几个月以后"),
        THEN: _("以后每隔几个月送修"),
        LIFE: _("使用几个月报废"),
    }
    return str(titles[what])


def move_title(now: State, then: State) -> str:
    """What changing from one state into another is called."""
    if now is then:
        return str(_("延长停用") if then is State.STOPPED else _("改约取回日期"))
    if now is State.SCRAPPED:
        return str(_("撤销报废"))
    titles = {
        State.IN_USE: _("恢复在用"),
        State.FAULTY: _("报故障"),
        State.STOPPED: _("停用"),
        State.OUT_FOR_SERVICE: _("送修"),
        State.SCRAPPED: _("报废"),
    }
    return str(titles.get(then, label(then)))

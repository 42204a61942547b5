"""Forms of the standard's draft: one item, a new one, the grades, publishing."""

import re
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, SelectField, StringField, ValidationError

from unitsafe.assessments import standard_words as words
from unitsafe.assessments.labels import points as shown
from unitsafe.assessments.standard_edit import Entry, Fault, number, written
from unitsafe.content.model import AssessmentItem, Evidence, Grade, Metric, Standard
from unitsafe.core.forms import Form, LongText, Text, choices

_NUMBER = re.compile(r"\d{1,6}(\.\d{1,2})?")
_WHERE = re.compile(r"evidence\[(\d+)\]\.?(score)?(?:\[(\d+)\])?\.?(\w*)")
MOST = 100


class Amount(StringField):
    """A number of zero or more with up to two decimals; ``data`` stays what was typed, ``amount``
    is the number, None while it is blank or none."""

    def __init__(self, label: Any, *, required: bool = True, **kwargs: Any) -> None:
        look = {"inputmode": "decimal", "autocomplete": "off", **kwargs.pop("render_kw", {})}
        super().__init__(label, filters=[_plain], render_kw=look, **kwargs)
        self.is_needed = self.flags.required = required

    @property
    def amount(self) -> Decimal | None:
        """The number that was typed."""
        text = self.data or ""
        return Decimal(text) if _NUMBER.fullmatch(text) else None

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no number."""
        if not self.data and not self.is_needed:
            return
        if self.amount is None:
            raise ValidationError(_("请填数字，最多两位小数。"))


def _plain(text: Any) -> Any:
    """Full-width digits and stray spaces as a keyboard gives them."""
    if not isinstance(text, str):
        return text
    return text.strip().translate(str.maketrans("０１２３４５６７８９．。", "0123456789.."))


def at_most_100(_form: Form, field: Field) -> None:
    """Points and percents end there."""
    amount = getattr(field, "amount", None)
    if amount is not None and amount > MOST:
        raise ValidationError(_("不能超过100。"))


def above_zero(_form: Form, field: Field) -> None:
    """Something is worth something."""
    if getattr(field, "amount", None) == 0:
        raise ValidationError(_("要大于0。"))


WORTH = (at_most_100, above_zero)


class ItemForm(Form):
    """One item. Its pieces of evidence are fields beside these: ``e1_points``, ``e1_rubric``,
    ``e1_b2_at`` (a blank one is no band) and ``e1_b2_points``, ``e1_per`` and ``e1_off``."""

    act = HiddenField(default="item")
    item = HiddenField()
    seen = HiddenField()
    text = LongText(_l("项目"), most=200)
    how_to_score = LongText(_l("评分说明"), most=200)
    applies_when = SelectField(_l("适用"))

    before: AssessmentItem
    standard: Standard

    def entry(self) -> Entry:
        """The item as it was typed, in the shape of the content."""
        entry: Entry = written(self.before)
        entry["text"], entry["how_to_score"] = self.text.data, self.how_to_score.data
        entry.pop("applies_when", None)
        if self.applies_when.data:
            entry["applies_when"] = self.applies_when.data
        for place, one in enumerate(self.before.evidence, start=1):
            self._fill(entry["evidence"][place - 1], place, one)
        return entry

    def _fill(self, entry: Entry, place: int, before: Evidence) -> None:
        entry["points"] = self._number(f"e{place}_points")
        if before.metric is None:
            entry["rubric"] = self[f"e{place}_rubric"].data
            return
        metric = self.standard.metrics[before.metric]
        if before.deduct is not None:
            per = self[f"e{place}_per"].amount / words.scale(metric)
            entry["deduct"] = {"per": number(per), "points": self._number(f"e{place}_off")}
            return
        entry["score"] = [
            self._band(place, row, before, metric) for row in self.rows(place, before)
        ]

    def _number(self, name: str) -> int | float:
        return number(self[name].amount)

    def rows(self, place: int, before: Evidence) -> list[int]:
        """The numbers of the bands that were filled in."""
        metric = self.standard.metrics[str(before.metric)]
        return [
            row
            for row in range(1, bands_of(before, metric) + 1)
            if metric.unit == "bool" or self[f"e{place}_b{row}_at"].data
        ]

    def _band(self, place: int, row: int, before: Evidence, metric: Metric) -> Entry:
        entry: Entry = written(pattern(before, row))
        entry["points"] = self._number(f"e{place}_b{row}_points")
        if metric.unit == "bool":
            return entry
        amount = self[f"e{place}_b{row}_at"].amount
        if "at_most_ratio_of" in entry:
            entry["ratio"] = number(amount / 100)
            return entry
        name = next(one for one in ("at_least", "at_most", "shortfall_at_most") if one in entry)
        entry[name] = number(amount / words.scale(metric))
        return entry

    def validate(self, extra_validators: Any = None) -> bool:
        """Bands have both their numbers, at least one is left."""
        is_sound = bool(super().validate(extra_validators))
        for place, one in enumerate(self.before.evidence, start=1):
            if one.score and not self._has_whole_bands(place, one):
                is_sound = False
        return is_sound

    def _has_whole_bands(self, place: int, before: Evidence) -> bool:
        metric = self.standard.metrics[str(before.metric)]
        rows = self.rows(place, before)
        if not rows:
            self[f"e{place}_b1_at"].errors = [_("至少留一档。")]
        halves = [
            row
            for row in range(1, bands_of(before, metric) + 1)
            if (row in rows) != bool(self[f"e{place}_b{row}_points"].data)
            and (row in rows or f"e{place}_b{row}_at" in self)
        ]
        for row in halves:
            kind = "points" if row in rows else "at"
            self[f"e{place}_b{row}_{kind}"].errors = [_("一档的两个数都要填；不要这一档就都清空。")]
        return bool(rows) and not halves

    def show(self, faults: list[Fault]) -> None:
        """Put what the rules say beside the fields it is about."""
        for fault in faults:
            name = self._field_of(fault.path)
            if name in self:
                self[name].errors = [*self[name].errors, fault.text]
            else:
                self.form_errors.append(fault.text)

    def _field_of(self, path: str) -> str:
        found = _WHERE.match(path)
        if found is None:
            return path
        place, scored, band, rest = int(found[1]), found[2], found[3], found[4]
        if not scored:
            names = {"per": "per", "deduct": "off"}
            return f"e{place}_{names.get(rest, rest)}"
        rows = self.rows(place, self.before.evidence[place - 1])
        row = rows[int(band) - 1] if band else rows[-1]
        return f"e{place}_b{row}_{'points' if rest == 'points' else 'at'}"


def bands_of(evidence: Evidence, metric: Metric) -> int:
    """How many bands the form offers: those there are, and one more where there may be."""
    return len(evidence.score) + (0 if metric.unit == "bool" else 1)


def pattern(evidence: Evidence, row: int) -> Any:
    """The band that a row of the form changes; a new one asks in the way of the first."""
    return evidence.score[row - 1 if row <= len(evidence.score) else 0]


def item_form(
    before: AssessmentItem, standard: Standard, seen: str, *, is_sent: bool = False
) -> ItemForm:
    """The form of an item; ``seen`` is the mark of what it shows."""
    fields: dict[str, Any] = {"before": before, "standard": standard}
    start: dict[str, Any] = {
        "item": before.key,
        "seen": seen,
        "text": before.text,
        "how_to_score": before.how_to_score,
        "applies_when": before.applies_when or "",
    }
    for place, one in enumerate(before.evidence, start=1):
        _add_evidence(fields, start, place, one, standard)
    kwargs: dict[str, Any] = {} if is_sent else {"formdata": None}
    form: ItemForm = type("OneItemForm", (ItemForm,), fields)(data=start, **kwargs)
    _own_ids(form, before.key)
    flags = standard.scoring.applies_flags
    form.applies_when.choices = choices(
        [
            ("", _("所有学校")),
            *((key, _("只在%(what)s时", what=text)) for key, text in flags.items()),
        ]
    )
    return form


def _own_ids(form: Form, key: str) -> None:
    """Ids that stay apart when several forms have been swapped into one page."""
    for one in form:
        one.id = one.label.field_id = f"{key}-{one.short_name}"


def _add_evidence(
    fields: dict[str, Any],
    start: dict[str, Any],
    place: int,
    evidence: Evidence,
    standard: Standard,
) -> None:
    name = f"e{place}"
    fields[f"{name}_points"] = Amount(_l("满分"), validators=WORTH)
    start[f"{name}_points"] = shown(evidence.points)
    if evidence.metric is None:
        fields[f"{name}_rubric"] = LongText(_l("打分要点"), most=300)
        start[f"{name}_rubric"] = evidence.rubric
        return
    metric = standard.metrics[evidence.metric]
    if evidence.deduct is not None:
        per, off = evidence.deduct.per * words.scale(metric), evidence.deduct.points
        label = _l("每多少%(unit)s", unit=words.unit(metric) or _l("个"))
        fields[f"{name}_per"] = Amount(label, validators=WORTH)
        fields[f"{name}_off"] = Amount(_l("扣几分"), validators=WORTH)
        start |= {f"{name}_per": shown(per), f"{name}_off": shown(off)}
        return
    for row in range(1, bands_of(evidence, metric) + 1):
        band, is_new = pattern(evidence, row), row > len(evidence.score)
        if metric.unit != "bool":
            is_percent = words.limit_unit(band, metric) == "%"
            fields[f"{name}_b{row}_at"] = Amount(
                f"{words.condition(band)}（{words.limit_unit(band, metric)}）"
                if words.limit_unit(band, metric)
                else words.condition(band),
                required=False,
                validators=(at_most_100,) if is_percent else (),
            )
        fields[f"{name}_b{row}_points"] = Amount(
            _l("得分"), required=metric.unit == "bool", validators=(at_most_100,)
        )
        if not is_new:
            start[f"{name}_b{row}_at"] = shown(words.limit(band, metric))
            start[f"{name}_b{row}_points"] = shown(band.points)


class AddForm(Form):
    """An item of the school's own."""

    act = HiddenField(default="add")
    group = HiddenField()
    text = LongText(_l("项目"), most=200)
    how_to_score = LongText(_l("评分说明"), most=200)
    points = Amount(_l("满分"), validators=WORTH)
    metric = SelectField(_l("怎么打分"))
    rubric = LongText(
        _l("打分要点"),
        required=False,
        most=300,
        description=_l("人工打分时填：现场看什么、怎么给分。"),
    )


def add_form(standard: Standard, group: str, *, is_sent: bool = False) -> AddForm:
    """The form of a new item in ``group``."""
    kwargs: dict[str, Any] = {} if is_sent else {"formdata": None}
    form = AddForm(data={"group": group}, **kwargs)
    _own_ids(form, group)
    labels = [(one.key, one.label) for one in standard.metrics.values()]
    form.metric.choices = choices([("", _("评估小组现场打分")), *labels])
    return form


class PartForm(Form):
    """Something done to an item as it was ``seen``: taken out, or put back."""

    act = HiddenField()
    item = HiddenField()
    seen = HiddenField()


class GradesForm(Form):
    """The grades: ``g1_grade`` and ``g1_at`` and so on; the last begins at zero."""

    act = HiddenField(default="grades")
    seen = HiddenField()

    count: int

    def grades(self) -> list[Entry]:
        """The grades as they were typed."""
        return [
            {
                "grade": self[f"g{place}_grade"].data,
                "at_least": number(self[f"g{place}_at"].amount) if place < self.count else 0,
            }
            for place in range(1, self.count + 1)
        ]

    def show(self, faults: list[Fault]) -> None:
        """Put what the rules say beside the lowest limit that can be changed."""
        field = self[f"g{max(1, self.count - 1)}_at"]
        field.errors = [*field.errors, *(fault.text for fault in faults)]


def grades_form(grades: tuple[Grade, ...], seen: str, *, is_sent: bool = False) -> GradesForm:
    """The form of the grades."""
    fields: dict[str, Any] = {"count": len(grades)}
    start: dict[str, Any] = {"seen": seen}
    for place, one in enumerate(grades, start=1):
        fields[f"g{place}_grade"] = Text(_l("等级"), most=10)
        start[f"g{place}_grade"] = one.grade
        if place < len(grades):
            fields[f"g{place}_at"] = Amount(_l("分数线"), validators=WORTH)
            start[f"g{place}_at"] = shown(one.at_least)
    kwargs: dict[str, Any] = {} if is_sent else {"formdata": None}
    form: GradesForm = type("TheGradesForm", (GradesForm,), fields)(data=start, **kwargs)
    return form


class PublishForm(Form):
    """发布; ``seen`` is the revision that was read."""

    seen = HiddenField()
    note = LongText(_l("改了什么"), most=200)

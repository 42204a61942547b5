"""Forms of trainings, lessons, publicity, meetings, spot checks and certificates."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, ValidationError
from wtforms.validators import InputRequired, NumberRange, Optional

from unitsafe.activities.attendance import Result
from unitsafe.activities.certificates import CertificateFacts
from unitsafe.activities.class_parts import Letters
from unitsafe.activities.drill_forms import TickBoxes
from unitsafe.activities.forms import ActivityForm
from unitsafe.activities.rules import Form as Shape
from unitsafe.activities.rules import Skill
from unitsafe.activities.spot_checks import Given, Pupil
from unitsafe.activities.training_rules import CertificateKind, Grade
from unitsafe.core.forms import Form, LongText, Text, check_year, choices, chosen_id, named
from unitsafe.core.query import row_id
from unitsafe.people.labels import post_title

NUMBER = _l("请填写0以上的整数。")
MOST_PUPILS = 10
"""Pupils on one sheet; the next ten go on the next."""


def groups(posts: Sequence[str]) -> list[tuple[str, str]]:
    """Whom one may ask to come: everybody, new staff, the holders of a post."""
    return [
        ("all", _("全体教职工")),
        ("new", _("新上岗和转岗的人")),
        *((post, post_title(post)) for post in posts),
    ]


class _WithPeople:
    """Whom to ask to come, when it is planned."""

    minutes = IntegerField(
        _l("时长（分钟）"), [Optional(), NumberRange(1, 1440, _l("请填1到1440之间的整数。"))]
    )
    groups = TickBoxes(
        _l("谁参加"), description=_l("勾选的人列入应到名单，保存以后还可以逐个增减。")
    )

    def offer_groups(self: Any, posts: Sequence[str]) -> None:
        """Which posts somebody holds."""
        self.groups.choices = choices(groups(posts))


class TrainingForm(_WithPeople, ActivityForm):
    """What is planned of a training. Source: domain README §9 (培训记录)."""

    DETAILS = ("trainer", "pass_mark")
    trainer = Text(_l("授课人"), required=False, most=40)
    pass_mark = IntegerField(
        _l("考核合格分"),
        [Optional(), NumberRange(0, 1000, NUMBER)],
        description=_l("不打分的考核不用填，直接登记合格、不合格。"),
    )


class MeetingForm(_WithPeople, ActivityForm):
    """What is planned of a meeting. Source: domain README §9 (会议记录)."""

    DETAILS = ("chair", "recorder")
    content = LongText(_l("议程"), required=False, most=2000)
    chair = Text(_l("主持人"), most=40)
    recorder = Text(_l("记录人"), required=False, most=40)


class ClassesForm(ActivityForm):
    """What is planned with classes: a lesson, publicity, a letter to the families."""

    DETAILS = ("trainer",)
    trainer = Text(_l("授课或主讲人"), required=False, most=40)
    minutes = IntegerField(
        _l("时长（分钟）"), [Optional(), NumberRange(1, 1440, _l("请填1到1440之间的整数。"))]
    )
    classes = TickBoxes(_l("参加的班级"), coerce=chosen_id)

    def offer_classes(self, pairs: Sequence[tuple[int, str]]) -> None:
        """Which classes there are."""
        self.classes.choices = choices(pairs)

    def validate_classes(self, field: Any) -> None:
        """A lesson is a class's, a letter goes to classes."""
        if self.form.data in (Shape.CLASS_LESSON, Shape.FAMILY_LETTER) and not field.data:
            raise ValidationError(_("请选班级。还没有班级的，先到“班级”里添加。"))


class InvitedForm(Form):
    """The list of who is asked to come: ``person`` ticked one by one, whole groups added."""

    groups = TickBoxes(_l("整组加入"))

    @property
    def people(self) -> set[int]:
        """Ids of who was ticked."""
        return {one for text in request.form.getlist("person") if (one := row_id(text))}


class RollForm(Form):
    """Who was there (``came``), and how the tests went (``score-7``, ``result-7``)."""

    more = SelectField(_l("还有谁来了"), coerce=chosen_id)

    @property
    def came(self) -> set[int]:
        """Ids of who was there, who was not on the list among them."""
        ticked = {one for text in request.form.getlist("came") if (one := row_id(text))}
        return ticked | ({self.more.data} if self.more.data else set())

    @property
    def tested(self) -> set[int]:
        """Ids of whom a score or a result was typed of."""
        names = [name.rpartition("-") for name, text in request.form.items() if text.strip()]
        ids = {row_id(one) for what, _dash, one in names if what in ("score", "result")}
        return {one for one in ids if one}

    def results(self) -> dict[int, Result]:
        """By person what was typed of a test. Raises ValueError for a score that is none."""
        found = {}
        for one in self.came:
            score = request.form.get(f"score-{one}", "").strip()
            result = {"passed": True, "failed": False}.get(request.form.get(f"result-{one}", ""))
            number = int(score) if score else None
            if number is not None and not 0 <= number <= 1000:
                raise ValueError(score)
            found[one] = Result(number, result)
        return found


class LettersForm(Form):
    """Letters handed out and returned, by class (``sent-3``, ``returned-3``)."""

    def read(self, class_ids: Sequence[int]) -> tuple[dict[int, Letters], dict[int, str]]:
        """What was typed, and by class what is wrong with it."""
        found: dict[int, Letters] = {}
        wrong: dict[int, str] = {}
        for one in class_ids:
            texts = [request.form.get(f"{name}-{one}", "").strip() for name in ("sent", "returned")]
            numbers = [row_id(text) if text else 0 for text in texts]
            sent, returned = numbers
            if sent is None or returned is None or sent > 100_000:
                wrong[one] = _("请填写0以上的整数。")
            elif returned > sent:
                wrong[one] = _("收回的不能比发出的多。")
            else:
                found[one] = Letters(sent, returned)
        return found, wrong


class DecisionForm(Form):
    """Who does what by when."""

    text = Text(_l("议定事项"), most=200)
    owner_id = SelectField(_l("承办人"), coerce=chosen_id)
    due_on = DateField(_l("完成期限"), [InputRequired(_l("请选日期。")), check_year])

    def offer(self, people: Sequence[tuple[int, str]]) -> None:
        """Who can take it over."""
        self.owner_id.choices = choices([("", _("请选择")), *people])

    def validate_owner_id(self, field: Any) -> None:
        """Somebody does it."""
        if not field.data:
            raise ValidationError(_("请选承办人。"))


class DoneForm(Form):
    """How a decision was carried out."""

    note = Text(_l("办理情况"), most=200)


class DrawForm(Form):
    """How many to draw, of whom."""

    number = IntegerField(
        _l("抽几个人"),
        [InputRequired(_l("请填抽几个人。")), NumberRange(1, 100, _l("请填1到100之间的整数。"))],
        default=5,
    )
    groups = TickBoxes(_l("从哪些人里抽"))

    def offer(self, posts: Sequence[str]) -> None:
        """Which posts somebody holds."""
        self.groups.choices = choices(groups(posts))

    def validate_groups(self, field: Any) -> None:
        """Somebody can be drawn."""
        if not field.data:
            raise ValidationError(_("请选从哪些人里抽。"))


class AnswersForm(Form):
    """What people could do: ``7-alarm`` for staff; rows of ``class-1``, ``pupil-1``, ``p1-alarm``."""

    def staff(
        self, ids: Sequence[int], skills: Sequence[Skill]
    ) -> tuple[dict[int, Given], dict[int, str]]:
        """By person what was ticked, and who was ticked by half."""
        found: dict[int, Given] = {}
        wrong: dict[int, str] = {}
        for one in ids:
            given = self._given(str(one), skills)
            if len(given) == len(skills):
                found[one] = given
            elif given:
                wrong[one] = _("每一项都要选。")
        return found, wrong

    def pupils(
        self, class_ids: Sequence[int], skills: Sequence[Skill]
    ) -> tuple[dict[Pupil, Given], dict[int, str]]:
        """By class and number what was ticked, and by line what is wrong."""
        found: dict[Pupil, Given] = {}
        wrong: dict[int, str] = {}
        for line in range(1, MOST_PUPILS + 1):
            class_id = row_id(request.form.get(f"class-{line}", ""))
            number = row_id(request.form.get(f"pupil-{line}", "").strip())
            given = self._given(f"p{line}", skills)
            if not given and number is None:
                continue
            if class_id is None or class_id not in class_ids or not number or number > 99:
                wrong[line] = _("请选班级，填学号。")
            elif len(given) < len(skills):
                wrong[line] = _("每一项都要选。")
            elif (class_id, number) in found:
                wrong[line] = _("这名学生填了两次。")
            else:
                found[class_id, number] = given
        return found, wrong

    def _given(self, prefix: str, skills: Sequence[Skill]) -> dict[Skill, bool]:
        typed = {skill: request.form.get(f"{prefix}-{skill}") for skill in skills}
        return {skill: text == "yes" for skill, text in typed.items() if text in ("yes", "no")}


class CertificateForm(Form):
    """What stands on a certificate."""

    person_id = SelectField(_l("持证人"), coerce=chosen_id)
    kind = SelectField(_l("证书"), choices=lambda: named(CertificateKind), coerce=CertificateKind)
    grade = SelectField(_l("等级"), description=_l("消防控制室值班员应持中级及以上证书。"))
    number = Text(_l("证书编号"), required=False, most=40)
    issued_on = DateField(_l("发证日期"), [InputRequired(_l("请选日期。")), check_year])
    expires_on = DateField(
        _l("有效期至"), [Optional(), check_year], description=_l("长期有效的不填。")
    )

    def offer(self, people: Sequence[tuple[int, str]]) -> None:
        """Fill the selects."""
        self.person_id.choices = choices([("", _("请选择")), *people])
        self.grade.choices = [*choices([("", _("没有等级"))]), *named(Grade)]

    def validate_person_id(self, field: Any) -> None:
        """It is somebody's."""
        if not field.data:
            raise ValidationError(_("请选持证人。"))

    def facts(self) -> CertificateFacts:
        """What was typed."""
        return CertificateFacts(
            person_id=self.person_id.data,
            kind=self.kind.data,
            issued_on=self.issued_on.data,
            number=self.number.data or "",
            grade=Grade(self.grade.data) if self.grade.data else None,
            expires_on=self.expires_on.data,
        )

"""Forms of papers: what is written down, a new version, a review, its end, what a plan holds."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    ValidationError,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from unitsafe import content
from unitsafe.core.forms import Form, LongText, Text, check_year, choices, chosen_id, named
from unitsafe.documents.rules import (
    ALWAYS_ABOUT_SOMETHING,
    EVERYBODY,
    TOPICS,
    Kind,
    Part,
    State,
    Team,
    Topic,
)
from unitsafe.documents.services import Facts, TeamList
from unitsafe.people.labels import NO_ACCOUNT

NO_READERS = NO_ACCOUNT | {"inspector"}
"""Posts of pupils and visitors: they are not asked to read."""


def boxes(text: Any, **kwargs: Any) -> SelectMultipleField:
    """Ticks, as many as one likes."""
    return SelectMultipleField(
        text, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), **kwargs
    )


class DocumentForm(Form):
    """What is written down of a paper. ``offer`` fills the selects."""

    title = Text(_l("名称"), most=80)
    topics = boxes(
        _l("包含哪些内容"), coerce=Topic, description=_l("汇编成一本的，把里面有的都勾上。")
    )
    document_no = Text(
        _l("文号"),
        required=False,
        most=60,
        description=_l("例如：育新校〔2026〕12号。没有就不填。"),
    )
    issued_on = DateField(_l("发布日期"), [InputRequired(_l("请填写发布日期。")), check_year])
    owner_id = SelectField(
        _l("负责人"), coerce=chosen_id, description=_l("到期由他复核，今日页会提醒。")
    )
    next_review_on = DateField(_l("下次复核"), [Optional(), check_year])
    for_all = BooleanField(_l("请全体教职工阅读"))
    posts = boxes(
        _l("请这些岗位阅读"),
        choices=lambda: choices(
            (post.key, post.title)
            for post in content.load().posts.values()
            if post.key not in NO_READERS
        ),
    )

    def offer(self, kind: Kind, people: Sequence[tuple[int, str]]) -> None:
        """Fill the selects; kinds without topics have no such field."""
        self.owner_id.choices = choices([("", _("请选择")), *people])
        if TOPICS[kind]:
            self.topics.choices = named(TOPICS[kind])
            self.topics.flags.required = kind in ALWAYS_ABOUT_SOMETHING
        else:
            del self.topics

    def facts(self) -> Facts:
        """What was typed."""
        chosen = set(self.topics.data or ()) if "topics" in self else set()
        return Facts(
            title=self.title.data,
            topics=[topic for topic in Topic if topic in chosen],
            document_no=self.document_no.data or "",
            issued_on=self.issued_on.data,
            owner_id=self.owner_id.data or None,
            next_review_on=self.next_review_on.data,
            audience=[EVERYBODY] if self.for_all.data else list(self.posts.data or ()),
        )


class NewDocumentForm(DocumentForm):
    """A paper with its first version."""

    kind = HiddenField()
    note = Text(
        _l("说明"),
        required=False,
        most=300,
        description=_l("没有电子件的，写纸质件放在哪里。"),
    )

    def validate_kind(self, field: Any) -> None:
        """One of the kinds."""
        if field.data not in set(Kind):
            raise ValidationError(_("请重新选择文件种类。"))


class EditDocumentForm(DocumentForm):
    """A correction; ``version`` is what the person had before them."""

    version = IntegerField(widget=HiddenInput())


class VersionForm(Form):
    """A newer text."""

    issued_on = DateField(_l("修订日期"), [InputRequired(_l("请填写修订日期。")), check_year])
    note = Text(
        _l("改了什么"),
        required=False,
        most=300,
        description=_l("没有电子件的，写纸质件放在哪里。"),
    )


class ReviewForm(Form):
    """Gone through, nothing to change."""

    reviewed_on = DateField(_l("复核日期"), [InputRequired(_l("请填写复核日期。")), check_year])
    note = Text(_l("复核意见"), required=False, most=300)
    next_review_on = DateField(
        _l("下次复核"), [Optional(), check_year], description=_l("不填按学校设置的间隔算。")
    )


class StateForm(Form):
    """It no longer holds, or holds again."""

    state = SelectField(_l("改为"), coerce=State, choices=lambda: named(State))
    note = LongText(_l("原因"), required=False, most=300)

    def leave_out(self, state: State) -> None:
        """Do not offer what it is already."""
        self.state.choices = named(one for one in State if one is not state)


class ReadForm(Form):
    """我已阅读; ``number`` is the version that was on the page."""

    number = IntegerField(widget=HiddenInput())


class PlanForm(Form):
    """What the newest version of a plan contains, and its teams. Fields are added below."""

    number = IntegerField(widget=HiddenInput())

    def offer(self, people: Sequence[tuple[int, str]]) -> None:
        """Fill the selects."""
        for team in Team:
            self[f"leader_{team}"].choices = choices([("", _("请选择")), *people])
            self[f"members_{team}"].choices = choices(people)

    @property
    def parts(self) -> dict[Part, str]:
        """Where the text says what."""
        return {part: self[f"part_{part}"].data or "" for part in Part}

    @property
    def teams(self) -> dict[Team, TeamList]:
        """Who is in which team."""
        return {
            team: TeamList(self[f"leader_{team}"].data or None, self[f"members_{team}"].data or ())
            for team in Team
        }


for _part in Part:
    setattr(PlanForm, f"part_{_part}", Text(_l("在第几页或哪一章"), required=False, most=60))
for _team in Team:
    setattr(PlanForm, f"leader_{_team}", SelectField(_l("组长"), coerce=chosen_id))
    setattr(PlanForm, f"members_{_team}", boxes(_l("组员"), coerce=chosen_id))

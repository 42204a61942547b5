"""What the papers of trainings, meetings, letters and spot checks say."""

from datetime import date, time

import pytest

from tests.activities.ledger import asked, held, part, signed
from unitsafe.activities import class_parts, queries, spot_checks, training_papers
from unitsafe.activities.rules import Form
from unitsafe.school.queries import school

TODAY = date(2026, 11, 23)


@pytest.fixture
def shown(make):
    """An activity as its page has it."""

    def load(activity):
        make.session.expire_all()
        reader = make.actor(make.someone("principal"))
        return queries.activity(make.session, reader, activity.number)

    return load


def test_a_sheet_has_room_to_sign_before_and_the_times_afterwards(make, shown):
    cook, late = make.person("厨师", ["cook"]), make.person("没来的")
    training = make.activity(people=[cook, late], planned_at=time(15, 30))
    posts = {cook.id: ["cook"]}
    kept = school(make.session)
    blank = training_papers.sheet(shown(training), posts, kept, now=make.now())
    assert blank["rows"][0] == ["1", "厨师", "厨师与厨工", ""]
    assert len(blank["rows"]) == 2 + training_papers.SPARE
    assert blank["total"] == ""
    over = held(make, Form.STAFF, TODAY, [cook])
    signed(make, over, late, signed_by_id=cook.id)
    filled = training_papers.sheet(shown(over), posts, kept, now=make.now())
    assert [row[3] for row in filled["rows"]] == [
        "2026-11-23 12:00 本人签到",
        "2026-11-23 12:00 现场登记",
    ]
    assert filled["total"] == "应到2人，实到2人"


def test_an_invitation_says_when_where_and_who(make, shown):
    meeting = make.activity(
        Form.SAFETY_MEETING,
        [make.person("甲")],
        title="例会",
        planned_at=time(16),
        place="会议室",
        content="冬季防火",
        details={"chair": "校长"},
    )
    kept = school(make.session)
    paper = training_papers.invitation(shown(meeting), "http://x/sign", kept, now=make.now())
    assert (paper["title"], paper["people"]) == ("会议通知", "甲")
    assert paper["content"] == "议程：冬季防火"
    values = {fact["label"]: fact["value"] for fact in paper["facts"]}
    assert (values["主持人"], values["地点"]) == ("校长", "会议室")
    assert values["时间"] == "2026年11月23日 16:00"


def test_a_letters_paper_has_the_rate_of_each_class(make):
    letter = held(make, Form.FAMILY_LETTER, TODAY)
    part(make, letter, make.school_class(), 40, 39)
    part(make, letter, make.school_class("四年级1班", 4))
    rows = training_papers.with_classes(letter, class_parts.parts(make.session, letter))[1][0][
        "rows"
    ]
    assert rows == [["三年级2班", "40", "39", "98%"], ["四年级1班", "0", "0", ""]]


def test_a_spot_checks_paper_names_staff_and_only_numbers_pupils(make):
    check = held(make, Form.PUPIL_SKILL, TODAY)
    asked(make, check, (make.school_class(), 7), alarm=True, escape=False)
    facts, sections = training_papers.spot_check(check, spot_checks.answers(make.session, check))
    assert facts[0]["value"] == "1人"
    assert sections[0]["rows"] == [["三年级2班 7号", "会", "不会"]]
    assert "会报警1/1人（100%），会逃生0/1人（0%）" in sections[1]["paragraphs"]

"""What a team, a department, the manager and the principal do with an assessment."""

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from unitsafe.assessments import figures, queries, services, standards
from unitsafe.assessments.models import Assessment, AssessmentEvent, QuarterFigures, Score, VetoMark
from unitsafe.assessments.quarters import read
from unitsafe.assessments.rules import State, Step
from unitsafe.content.build import plain
from unitsafe.core import audit
from unitsafe.core.domain import NotAllowed, RuleError
from unitsafe.hazards import services as hazards
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Level, Source
from unitsafe.letters.rules import How

TODAY, ENDED = date(2026, 11, 23), date(2026, 9, 30)
MANUAL = {"c1_18", "c2_10", "c3_01", "c3_04", "c4_10"}
"""Items of which people score a part."""


@pytest.fixture
def staff(make, schools):
    """The school and its people, nothing else."""

    def build():
        make.school(has_boarding=True, has_fixed_systems=True, has_fire_control_room=True)
        for role in ("principal", "manager", "director", "officer", "teacher", "leader"):
            make.someone(role)
        make.someone("inspector")

    schools.give("assessed staff", make, build)


@pytest.fixture
def team(make, staff):
    """The officer, the teacher and the leader as the policy sees them."""
    return {role: make.actor(make.someone(role)) for role in ("officer", "teacher", "leader")}


@pytest.fixture
def found(make, schools, team):
    """The assessment of the quarter that ended last with that team; nothing is scored."""
    return schools.give("assessment", make, make.assessment)


@pytest.fixture
def answered(make, schools, team):
    """The same with everything answered."""
    return schools.give("answered assessment", make, make.answered_assessment)


@pytest.fixture
def reviewed(make, schools, team):
    """The same, signed by the director and reviewed by the manager."""
    return schools.give(
        "reviewed assessment", make, lambda: make.signed_assessment(as_far_as=State.REVIEWED)
    )


@pytest.fixture
def signed(make, schools, team):
    """The same, signed by the principal."""
    return schools.give("signed assessment", make, make.signed_assessment)


@pytest.fixture
def score(make, session, found, team):
    """`score(item, points, …)`: the teacher scores the first part of it that is hers."""

    def score(key, points, *, part=1, by="teacher", **values):
        item = make.sheet(found).item(key)
        given = {"note": "现场看过", "files": [], "seen": 0, "now": make.now(), **values}
        points = None if points is None else Decimal(points)
        try:
            made = services.score(session, found, item, part, points, by=team.get(by, by), **given)
        except RuleError:
            session.rollback()
            raise
        session.commit()
        return made

    return score


@pytest.fixture
def sign(make, session, app):
    """`sign(assessment, step, role, …)`: take a step, by typing one's name unless told otherwise."""

    def sign(found, step, role, **values):
        sheet, by = make.sheet(found), make.actor(make.someone(role))
        given = {"seen": sheet.mark, "how": How.SCREEN, "typed_name": by.name, "done_on": TODAY}
        given |= {"department": "总务处"} if step is Step.DEPARTMENT else {}
        given |= {"today": TODAY, "by": by, "now": make.now(), **values}
        with app.app_context():
            try:
                made = services.sign(session, found, sheet, step, **given)
            except RuleError:
                session.rollback()
                raise
        session.commit()
        return made

    return sign


# --- opening


def opened(make, code, today=TODAY):
    with make.app.app_context():
        made = services.open_quarter(
            make.session,
            code,
            today,
            by=make.actor(make.someone("officer")),
            now=make.now(),
        )
    make.session.commit()
    return made


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "没有这个季度"),
        ("2026Q5", "没有这个季度"),
        ("2026-11", "没有这个季度"),
        ("第四季度", "没有这个季度"),
        ("2027Q1", "2027年第一季度还没有开始"),
        ("2099Q4", "还没有开始"),
        ("2026Q2", "在校历开始以前"),
        ("2000Q1", "在校历开始以前"),
    ],
)
def test_a_quarter_that_cannot_be_assessed_is_refused_with_the_reason(make, team, code, words):
    with pytest.raises(RuleError, match=words):
        opened(make, code)
    assert make.session.scalar(sa.select(sa.func.count(Assessment.id))) == 0


def test_a_quarter_that_has_ended_is_opened_with_its_figures_kept(make, session, team):
    found = opened(make, "2026Q3")
    row = session.get(QuarterFigures, "2026Q3")
    assert (row.on, row.at) == (ENDED, make.now())
    sheet = make.sheet(found)
    assert (sheet.on, sheet.frozen_at, sheet.code) == (ENDED, make.now(), "2026Q3")
    assert [one.name for one in sheet.members] == ["officer"]
    assert found.state is State.OPEN
    assert [one.step for one in queries.events(session, found)] == [Step.OPEN]


def test_the_running_quarter_is_a_preview_of_today(make, team):
    sheet = make.sheet(opened(make, "2026Q4"))
    assert (sheet.on, sheet.frozen_at) == (TODAY, None)


def test_a_quarter_is_opened_once(make, session, team):
    assert opened(make, "2026Q3").id == opened(make, "2026Q3").id
    assert session.scalar(sa.select(sa.func.count(Assessment.id))) == 1
    assert len(queries.events(session, opened(make, "2026Q3"))) == 1


def test_an_older_quarter_whose_figures_nobody_kept_is_kept_when_it_is_opened(
    make, session, now, team
):
    now.set("2027-04-12T08:00")
    found = opened(make, "2026Q3", date(2027, 4, 12))
    assert make.sheet(found).frozen_at == make.now()
    assert session.get(QuarterFigures, "2026Q3").on == ENDED


@pytest.mark.parametrize(("at", "is_kept"), [("07:59", False), ("08:00", True)])
def test_figures_are_kept_when_the_last_nights_rounds_are_over(
    make, session, app, now, staff, at, is_kept
):
    now.set(f"2026-10-01T{at}")
    with app.app_context():
        kept = figures.freeze(session, date(2026, 10, 1), now=make.now())
        assert kept == (read("2026Q3") if is_kept else None)
        assert (
            make.sheet(opened(make, "2026Q3", date(2026, 10, 1))).frozen_at is not None
        ) is is_kept


def test_kept_figures_and_the_standard_stay_when_ledgers_and_versions_change(
    make, session, found, app
):
    before = plain(make.sheet(found))
    make.station_member()
    make.hazard()
    make.document()
    with app.app_context():
        assert figures.freeze(session, TODAY, now=make.now()) is None
        old = queries.assessment(session, read("2026Q3")).standard
        newer = standards.body_of(standards.standard(old)) | {"title": "新的标准"}
    session.add(
        standards.AssessmentStandard(
            number=2,
            origin=standards.SCHOOL,
            body=newer,
            made_at=make.now(),
            published_at=make.now(),
        )
    )
    session.commit()
    assert plain(make.sheet(found)) == before
    assert make.sheet(opened(make, "2026Q4")).title == "新的标准"


# --- the team


def test_people_join_leave_and_come_back(make, session, found, team):
    director = make.someone("director")
    given = {"by": team["officer"], "now": make.now()}
    services.join(session, found, director, **given)
    with pytest.raises(RuleError, match="director已经在小组里"):
        services.join(session, found, director, **given)
    services.leave(session, found, director.id, **given)
    with pytest.raises(RuleError, match="不在小组里"):
        services.leave(session, found, director.id, **given)
    services.join(session, found, director, **given)
    session.commit()
    names = [one.person.name for one in queries.members(session, found)]
    assert names == ["officer", "teacher", "leader", "director"]
    with pytest.raises(RuleError, match="请选择"):
        services.join(session, found, None, **given)
    with pytest.raises(RuleError, match="不在小组里"):
        services.leave(session, found, 999, **given)


def test_only_the_team_scores(make, score):
    with pytest.raises(NotAllowed, match="评估小组的成员"):
        score("c3_01", 2, by=make.actor(make.someone("principal")))


def test_who_has_left_the_team_scores_no_more_but_what_they_gave_stays(
    make, session, found, team, score
):
    score("c3_01", 2)
    services.leave(session, found, team["teacher"].id, by=team["officer"], now=make.now())
    session.commit()
    with pytest.raises(NotAllowed):
        score("c3_04", 2)
    assert make.sheet(found).item("c3_01").part(1).points == 2


# --- scoring


def test_the_ledgers_suggest_and_people_score_what_they_cannot_tell(make, found):
    sheet = make.sheet(found)
    assert {item.key for item in sheet.unanswered} == MANUAL
    members = sheet.item("c2_01")
    assert (members.suggested, members.got, members.of) == (0, 0, 2)
    assert {one.key for one in sheet.unsaid} == {"gv_fire", "gv_fake", "gv_hotwork", "gv_ebike"}
    assert not sheet.is_complete


@pytest.mark.parametrize("points", ["3.01", "4", "-0.5", "1E+30", "Infinity", "-Infinity"])
def test_points_above_the_most_or_below_nothing_are_refused(score, session, points):
    with pytest.raises(RuleError, match="得分要在0到3之间"):
        score("c3_01", points)
    assert session.scalar(sa.select(sa.func.count(Score.id))) == 0


@pytest.mark.parametrize("points", ["NaN", "sNaN"])
def test_what_is_no_number_is_refused(score, points):
    with pytest.raises(RuleError, match="得分要在0到3之间"):
        score("c3_01", points)


def test_points_have_two_decimals_at_most(make, found, score):
    with pytest.raises(RuleError, match="两位小数"):
        score("c3_01", "1.005")
    score("c3_01", "1.250")
    assert make.sheet(found).item("c3_01").part(1).points == Decimal("1.25")


def test_the_table_is_the_same_whether_points_were_just_given_or_read_back(
    make, session, app, found, score
):
    score("c3_01", "2.50")
    score("c3_04", "0.0")
    with app.app_context():
        here = queries.assessment(session, read("2026Q3"))
        fresh = queries.sheet(session, read("2026Q3"), here, TODAY)
    assert fresh.mark == make.sheet(found).mark


def test_without_points_without_a_reason_or_without_such_a_part_nothing_is_scored(score):
    with pytest.raises(RuleError, match="请打分"):
        score("c3_01", None)
    with pytest.raises(RuleError, match="现场情况"):
        score("c3_01", 2, note="")
    with pytest.raises(RuleError, match="改分要写明原因"):
        score("c3_01", "0.5", part=2, note="")
    for part in (0, 3):
        with pytest.raises(RuleError, match="不适用"):
            score("c3_01", 1, part=part)


def test_what_does_not_apply_is_not_scored(make, score):
    special = make.sheet(make.assessment(team=[make.someone("director")])).item("c3_08")
    assert special.of == 0 and not special.applies
    with pytest.raises(RuleError, match="不适用"):
        score("c3_08", 1)


def test_a_change_with_its_reason_counts_and_is_taken_back(make, session, found, score):
    first = score("c2_01", "1", note="花名册有5人，没有录入")
    part = make.sheet(found).item("c2_01").part(1)
    assert (part.points, part.suggested, part.is_changed) == (1, 0, True)
    assert (part.given.by, part.given.note) == ("teacher", "花名册有5人，没有录入")
    back = score("c2_01", None, seen=first.id, note="")
    part = make.sheet(found).item("c2_01").part(1)
    assert (part.points, part.is_changed) == (0, False)
    assert [one.id for one in queries.history(session, found, "c2_01")] == [back.id, first.id]


def test_agreeing_with_the_ledgers_needs_no_reason(make, found, score):
    score("c2_01", "0", note="")
    assert not make.sheet(found).item("c2_01").part(1).is_changed


def test_files_stay_with_the_item_whatever_is_scored_later(make, found, score, session):
    photo = make.file(make.someone("teacher"), "东侧楼梯.pdf")
    first = score("c3_01", "2", files=[photo])
    score("c3_01", "3", seen=first.id)
    assert [one.name for one in make.sheet(found).item("c3_01").files] == ["东侧楼梯.pdf"]
    assert photo.id in session.scalars(queries.file_ids(make.actor(make.someone("leader")))).all()
    other = make.actor(make.person("外人"))
    assert photo.id not in session.scalars(queries.file_ids(other)).all()


def test_the_second_of_two_sees_what_the_first_gave_and_nothing_is_lost(
    make, session, found, score
):
    first = score("c3_01", "2", by="teacher", note="西门推不开")
    with pytest.raises(RuleError, match="teacher刚刚打了2分（西门推不开），请看过再改"):
        score("c3_01", "3", by="leader", note="都推得开")
    assert make.sheet(found).item("c3_01").part(1).points == 2
    score("c3_01", "2.5", by="leader", note="西门已修", seen=first.id)
    part = make.sheet(found).item("c3_01").part(1)
    assert (part.points, part.given.by) == (Decimal("2.5"), "leader")
    notes = session.scalars(sa.select(Score.note).order_by(Score.id)).all()
    assert notes == ["西门推不开", "西门已修"]


def test_two_parts_of_an_item_do_not_get_in_each_others_way(make, found, score):
    score("c3_01", "2", by="teacher")
    score("c3_01", "0", by="leader", part=2, note="台账外还有两次")
    assert make.sheet(found).item("c3_01").got == 2


# --- vetoes


@pytest.fixture
def veto(make, session, found, team):
    def veto(key, holds, *, by="teacher", **values):
        given = {"note": "", "seen": 0, "now": make.now(), **values}
        one = make.sheet(found).veto(key)
        try:
            services.mark_veto(session, found, one, holds, by=team.get(by, by), **given)
        except RuleError:
            session.rollback()
            raise
        session.commit()
        return make.sheet(found).veto(key)

    return veto


def test_a_veto_of_the_whole_school_waits_until_somebody_says(make, found, veto):
    assert make.sheet(found).veto("gv_fire").holds is None
    assert veto("gv_fire", False).holds is False
    with pytest.raises(RuleError, match="写明情况"):
        veto("gv_fake", True)
    held = veto("gv_fake", True, note="两条巡查记录是补填的")
    assert (held.holds, held.given.by) == (True, "teacher")
    sheet = make.sheet(found)
    assert [one.key for one in sheet.holding] == ["gv_fake"]
    assert sheet.grade == "不合格"


def test_the_second_to_answer_a_veto_sees_the_first(session, veto):
    veto("gv_fire", False)
    with pytest.raises(RuleError, match="teacher刚刚核过"):
        veto("gv_fire", True, by="leader", note="宿舍冒烟")
    seen = session.scalar(sa.select(sa.func.max(VetoMark.id)))
    assert veto("gv_fire", True, by="leader", note="宿舍冒烟", seen=seen).holds is True


def test_people_may_set_a_veto_of_an_item_but_never_deny_the_ledgers(make, session, now, team):
    now.set("2026-09-20T10:00")
    hazard, manager = make.hazard(level=Level.SUSPECTED_MAJOR), make.actor(make.someone("manager"))
    hazards.confirm_major(session, hazard, reason="全部堵死", by=manager, now=make.now())
    session.commit()
    now.set("2026-11-23T08:00")
    found = make.assessment()
    sheet = make.sheet(found)
    assert {one.key for one in sheet.holding} == {"c1_15", "c3_01"}
    given = {"by": team["officer"], "now": make.now(), "seen": 0}
    with pytest.raises(RuleError, match="台账显示这一条成立"):
        services.mark_veto(session, found, sheet.veto("c3_01"), False, note="已清走", **given)
    other = sheet.veto("c3_04")
    assert other.holds is False
    services.mark_veto(session, found, other, True, note="宿舍窗有焊死的栏杆", **given)
    session.commit()
    assert make.sheet(found).veto("c3_04").holds is True


def test_a_veto_is_answered_by_the_team_alone(make, veto):
    with pytest.raises(NotAllowed):
        veto("gv_fire", False, by=make.actor(make.someone("principal")))


# --- steps


def test_a_preview_is_not_signed(make, sign):
    found = make.answered_assessment("2026Q4")
    with pytest.raises(RuleError, match=r"还没有结束.*2026-12-31"):
        sign(found, Step.DEPARTMENT, "director")


def test_a_team_of_two_signs_nothing(make, team, sign):
    found = make.answered_assessment(team=[make.someone("teacher")])
    with pytest.raises(RuleError, match="不能少于3人，现在2人"):
        sign(found, Step.DEPARTMENT, "director")


def test_with_items_unanswered_nothing_is_signed_and_they_are_named(found, sign, score):
    score("c3_01", 3)
    with pytest.raises(RuleError, match=r"还有4项没有打分：1\.18、2\.10、3\.4、4\.10"):
        sign(found, Step.DEPARTMENT, "director")


def test_with_vetoes_unanswered_nothing_is_signed(make, session, found, sign):
    sheet, by = make.sheet(found), make.actor(make.someone("officer"))
    for item in sheet.unanswered:
        part = next(one for one in item.parts if one.is_unanswered)
        given = {"note": "看过", "files": [], "seen": 0, "by": by, "now": make.now()}
        services.score(session, found, item, part.number, part.most, **given)
    session.commit()
    with pytest.raises(RuleError, match="还有4条否决项没有核：本季度发生负有责任的火灾事故；"):
        sign(found, Step.DEPARTMENT, "director")


@pytest.mark.parametrize(
    ("step", "role"),
    [
        *((Step.DEPARTMENT, "teacher"), (Step.DEPARTMENT, "inspector")),
        *((Step.REVIEW, "officer"), (Step.REVIEW, "director")),
    ],
)
def test_a_step_is_taken_by_whose_it_is(make, team, sign, step, role, answered):
    found = answered
    with pytest.raises(NotAllowed):
        sign(found, step, role)


def test_the_principals_signature_is_the_principals(reviewed, sign):
    for role in ("manager", "officer", "teacher"):
        with pytest.raises(NotAllowed, match="校长"):
            sign(reviewed, Step.SIGN, role)


def test_steps_are_taken_in_their_order(make, team, sign, answered):
    found = answered
    with pytest.raises(RuleError, match="先由消防安全管理人审核"):
        sign(found, Step.SIGN, "principal")
    with pytest.raises(RuleError, match="先由被评部门签字"):
        sign(found, Step.REVIEW, "manager")
    sign(found, Step.DEPARTMENT, "director")
    sign(found, Step.REVIEW, "manager")
    with pytest.raises(RuleError, match="已经审核"):
        sign(found, Step.REVIEW, "manager")
    with pytest.raises(RuleError, match="已经审核"):
        sign(found, Step.DEPARTMENT, "director")
    sign(found, Step.SIGN, "principal")
    with pytest.raises(RuleError, match="已经签批"):
        sign(found, Step.SIGN, "principal")


def test_a_wrong_name_another_table_an_odd_day_or_no_department_is_refused(
    make, team, sign, answered
):
    found = answered
    for typed in ("", "别人", "Director"):
        with pytest.raises(RuleError, match="您的姓名“director”"):
            sign(found, Step.DEPARTMENT, "director", typed_name=typed)
    with pytest.raises(RuleError, match="刚刚有变动"):
        sign(found, Step.DEPARTMENT, "director", seen="another")
    with pytest.raises(RuleError, match="填写部门"):
        sign(found, Step.DEPARTMENT, "director", department="")
    for day in (ENDED, date(2026, 11, 24)):
        with pytest.raises(RuleError, match="日期要在"):
            sign(found, Step.DEPARTMENT, "director", done_on=day)


def test_a_score_given_meanwhile_makes_the_table_another_one(make, session, team, sign, answered):
    found = answered
    seen = make.sheet(found).mark
    item, newest = make.sheet(found).item("c3_04"), queries.newest_score(session, found, "c3_04", 1)
    given = {"note": "一扇窗打不开", "files": [], "seen": newest.id}
    given |= {"by": team["leader"], "now": make.now()}
    services.score(session, found, item, 1, Decimal(1), **given)
    session.commit()
    with pytest.raises(RuleError, match="刚刚有变动"):
        sign(found, Step.DEPARTMENT, "director", seen=seen)


def test_a_paper_needs_its_scan_its_signer_and_somebody_who_may_record_it(
    make, team, sign, answered
):
    found = answered
    paper = {"how": How.PAPER, "typed_name": "", "signer": "邓永强", "done_on": date(2026, 10, 9)}
    with pytest.raises(RuleError, match="扫描件"):
        sign(found, Step.DEPARTMENT, "officer", **paper)
    paper["scan"] = make.file(make.someone("officer"))
    with pytest.raises(NotAllowed, match="由安全员或安全主任登记"):
        sign(found, Step.DEPARTMENT, "teacher", **paper)
    with pytest.raises(RuleError, match="谁签的字"):
        sign(found, Step.DEPARTMENT, "officer", **{**paper, "signer": ""})
    event = sign(found, Step.DEPARTMENT, "officer", **paper)
    assert (event.signer, event.done_on, event.file_id) == (
        *("邓永强", date(2026, 10, 9)),
        paper["scan"].id,
    )


def test_the_drawn_signature_stands_instead_of_the_typed_name(make, team, sign, session, reviewed):
    found = reviewed
    drawn = make.photo(make.someone("principal"))
    event = sign(found, Step.SIGN, "principal", typed_name="", signature=drawn)
    assert (event.signature_id, event.typed_name, event.signer) == (drawn.id, "", "principal")
    assert drawn.id in session.scalars(queries.photo_ids(team["teacher"])).all()


def test_after_a_return_and_a_new_score_the_department_signs_again(
    make, session, team, sign, reviewed
):
    found = reviewed
    given = {"today": TODAY, "now": make.now()}
    manager = make.actor(make.someone("manager"))
    with pytest.raises(NotAllowed):
        services.give_back(session, found, note="再核", by=team["officer"], **given)
    with pytest.raises(RuleError, match="为什么退回"):
        services.give_back(session, found, note="", by=manager, **given)
    services.give_back(session, found, note="3.4再核一遍", by=manager, **given)
    session.commit()
    assert found.state is State.OPEN
    with pytest.raises(RuleError, match="不用退回"):
        services.give_back(session, found, note="再来", by=manager, **given)
    item, newest = make.sheet(found).item("c3_04"), queries.newest_score(session, found, "c3_04", 1)
    services.score(
        session,
        found,
        item,
        1,
        Decimal(1),
        note="一扇窗打不开",
        files=[],
        seen=newest.id,
        by=team["leader"],
        now=make.now(),
    )
    session.commit()
    with pytest.raises(RuleError, match="签字后改过分的要重签"):
        sign(found, Step.REVIEW, "manager")
    sign(found, Step.DEPARTMENT, "director")
    sign(found, Step.REVIEW, "manager")
    assert found.state is State.REVIEWED


def test_after_a_return_without_changes_the_departments_signature_still_stands(
    make, session, team, sign, reviewed
):
    found = reviewed
    principal = make.actor(make.someone("principal"))
    given = {"today": TODAY, "now": make.now(), "by": principal}
    services.give_back(session, found, note="请管理人再看一遍", **given)
    session.commit()
    sign(found, Step.REVIEW, "manager")
    assert found.state is State.REVIEWED


def test_once_reviewed_or_signed_nothing_of_it_is_edited(make, session, team, reviewed):
    found, given = reviewed, {"by": team["officer"], "now": make.now()}
    for words in ("已经审核", "已经签批"):
        sheet = make.sheet(found)
        score = {"note": "改", "files": [], "seen": 0}
        with pytest.raises(RuleError, match=words):
            services.score(session, found, sheet.item("c3_01"), 1, Decimal(1), **score, **given)
        with pytest.raises(RuleError, match=words):
            services.mark_veto(
                session, found, sheet.veto("gv_fire"), True, note="有", seen=0, **given
            )
        with pytest.raises(RuleError, match=words):
            services.join(session, found, make.someone("director"), **given)
        with pytest.raises(RuleError, match=words):
            services.leave(session, found, team["teacher"].id, **given)
        session.rollback()
        if found.state is State.REVIEWED:
            make.sign_assessment(found, Step.SIGN, make.someone("principal"))
    manager = make.actor(make.someone("manager"))
    with pytest.raises(RuleError, match="已经签批"):
        services.give_back(session, found, note="改", today=TODAY, by=manager, now=make.now())


# --- signed and filed


def test_what_is_signed_never_changes(make, session, app, team, signed):
    """Neither with the ledgers, nor with the school or its people."""
    before, content = plain(make.sheet(signed)), signed.content
    make.station_member()
    make.hazard()
    school = make.school()
    school.flags = {**school.flags, "has_boarding": False}
    session.get_one(type(make.someone("teacher")), team["teacher"].id).name = "改了名"
    session.commit()
    session.expire_all()
    assert plain(make.sheet(signed)) == before
    assert signed.content == content
    with app.app_context():
        assert list(audit.verify(session)) == []


def test_the_signed_content_is_read_back_as_the_same_table(make, session, team, answered):
    found = answered
    for step, role in ((Step.DEPARTMENT, "director"), (Step.REVIEW, "manager")):
        make.sign_assessment(found, step, make.someone(role))
    before = make.sheet(found)
    make.sign_assessment(found, Step.SIGN, make.someone("principal"))
    after = make.sheet(found)
    assert after == before
    assert (after.mark, after.total, after.grade) == (before.mark, before.total, before.grade)
    marks = {one.mark for one in queries.events(session, found) if one.mark}
    assert marks == {before.mark}


def test_the_summary_is_of_the_signed_table(make, team, signed):
    found = signed
    sheet, kept = make.sheet(found), found.summary
    assert (kept["total"], kept["grade"], kept["vetoes"]) == (str(sheet.total), sheet.grade, 0)
    assert kept["unmet"] == [item.key for item in sheet.unmet]
    assert set(kept["capabilities"]) == {"cap1", "cap2", "cap3", "cap4"}
    assert sum(Decimal(got) for _title, got, _of in kept["groups"].values()) == sheet.got


@pytest.mark.parametrize("change", ["content", "total"])
def test_a_signed_table_that_was_changed_behind_its_back_is_found(
    make, session, app, team, change, signed
):
    found = signed
    tampered = {**found.content["sheet"], "title": "改过的标准", "cap_below": 0}
    if change == "total":
        groups = tampered["capabilities"][3]["groups"]
        groups[0]["items"][0]["parts"][0]["points"] = "2"
    found.content = {**found.content, "sheet": tampered}
    session.commit()
    with app.app_context():
        assert [text for _id, text in audit.verify(session)] == [
            "the assessment of 2026Q3 is not the one that was signed"
        ]


def test_scores_figures_and_steps_are_never_rewritten(session, signed):
    for table in (QuarterFigures, Score, VetoMark, AssessmentEvent):
        with pytest.raises(sa.exc.DatabaseError):
            session.execute(sa.delete(table))
        session.rollback()


def test_it_is_filed_after_signing_with_a_receipt(make, session, team, answered):
    given = {"receipt": "备2026-118", "scan": None, "today": TODAY}
    given |= {"by": team["officer"], "now": make.now()}
    with pytest.raises(RuleError, match="签批以后"):
        services.file(session, answered, done_on=TODAY, **given)
    for step, role in (
        *((Step.DEPARTMENT, "director"), (Step.REVIEW, "manager")),
        *((Step.SIGN, "principal"),),
    ):
        make.sign_assessment(answered, step, make.someone(role))
    for day in (ENDED, date(2026, 11, 24)):
        with pytest.raises(RuleError, match="日期要在"):
            services.file(session, answered, done_on=day, **given)
    services.file(session, answered, done_on=TODAY, **given)
    session.commit()
    last = queries.events(session, answered)[-1]
    assert (last.step, last.receipt, answered.state) == (Step.FILE, "备2026-118", State.SIGNED)


# --- hazards


def test_unmet_items_become_hazards_once_each(make, session, app, team, found, score):
    score("c3_04", 1, note="一扇窗打不开")
    given = {"by": team["officer"], "now": make.now()}
    with app.app_context():

        def made_of(*keys):
            sheet = make.sheet(found)
            return [
                one
                for key in keys
                for one in services.make_hazards(session, found, sheet, key, **given)
            ]

        made = made_of("c2_01", "c3_04", "c3_01", "c3_08", "nothing")
        session.commit()
        assert made_of("c2_01", "c3_04") == []
        session.commit()
    rows = session.scalars(sa.select(Hazard).order_by(Hazard.id)).all()
    assert [one.id for one in rows] == [one.id for one in made]
    told = {(one.source, one.source_ref, one.level) for one in rows}
    assert told == {
        (Source.ASSESSMENT, "2026Q3/items/c2_01", Level.NORMAL),
        (Source.ASSESSMENT, "2026Q3/items/c3_04", Level.NORMAL),
    }
    assert rows[1].description == (
        "四个能力自评未达标（1/2分）：门窗无影响逃生和救援的障碍物。一扇窗打不开"
    )
    assert set(queries.hazards(session, found)) == {"c2_01", "c3_04"}


def test_hazards_are_made_by_the_team_or_who_runs_it(make, session, app, found):
    given = {"now": make.now()}
    sheet = make.sheet(found)
    with app.app_context(), pytest.raises(NotAllowed):
        stranger = make.actor(make.person("外人", ["homeroom_teacher"]))
        services.make_hazards(session, found, sheet, "c2_01", by=stranger, **given)


def test_an_item_whose_veto_holds_becomes_a_grave_hazard(make, session, app, found, veto, score):
    score("c3_04", 0, note="整排焊死")
    veto("c3_04", True, note="整排焊死")
    with app.app_context():
        [made] = services.make_hazards(
            session,
            found,
            make.sheet(found),
            "c3_04",
            by=make.actor(make.someone("officer")),
            now=make.now(),
        )
        session.commit()
    assert made.level is Level.SUSPECTED_MAJOR


# --- who may look


def test_an_assessment_is_read_by_leaders_and_its_team(make, session, found):
    def may(role):
        made = {"stranger": ("外人", ()), "head": ("教务主任", ["academic_director"])}
        person = make.person(*made[role]) if role in made else make.someone(role)
        return queries.may_see(session, make.actor(person), found)

    assert {
        role: may(role)
        for role in ("principal", "manager", "officer", "inspector", "teacher", "stranger", "head")
    } == {
        "head": True,
        **dict.fromkeys(("principal", "manager", "officer", "inspector", "teacher"), True),
        "stranger": False,
    }
    assert not queries.may_see(session, make.actor(make.someone("teacher")), None)


def test_the_size_of_the_team_and_the_cap_are_the_schools(make, session, app, team, sign):
    school = make.school()
    school.settings = {**school.settings, "assessment_team": 2, "assessment_cap": 0}
    session.commit()
    found = make.answered_assessment(team=[make.someone("teacher")])
    assert make.sheet(found).cap_below == 0
    sign(found, Step.DEPARTMENT, "director")

"""What people do with papers: versions stay, reviews are events, readers are asked again."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from unitsafe.core.audit import AuditEntry
from unitsafe.core.domain import NotAllowed, RuleError
from unitsafe.documents import queries, services
from unitsafe.documents.models import (
    Document,
    DocumentEvent,
    DocumentFile,
    DocumentReading,
    DocumentVersion,
)
from unitsafe.documents.rules import EVERYBODY, Action, Kind, Part, State, Team, Topic
from unitsafe.documents.services import Facts, TeamList
from unitsafe.people import services as people
from unitsafe.people.queries import handover_lines

TODAY = date(2026, 11, 23)


@pytest.fixture
def act(app, make, session):
    """`act(service, paper, …)`: the officer (or ``by``) does it, the paper loaded as its page does."""

    def do(service, one, *, by=None, **kwargs):
        with app.app_context():
            actor = make.actor(by or make.someone("officer"))
            found = queries.document(session, actor, one.id)
            done = service(session, found, by=actor, now=make.now(), **kwargs)
            session.commit()
            return done

    return do


def events(session, one):
    return session.scalars(
        sa.select(DocumentEvent)
        .where(DocumentEvent.document_id == one.id)
        .order_by(DocumentEvent.id)
    ).all()


def test_a_paper_begins_with_its_first_version_and_its_review_a_year_later(make, session):
    one = make.document()
    version = session.scalars(sa.select(DocumentVersion)).one()
    assert (one.latest, version.number, version.issued_on) == (1, 1, date(2026, 9, 1))
    assert one.next_review_on == date(2027, 9, 1)
    assert [event.action for event in events(session, one)] == [Action.RECORD]
    acts = session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id.desc())).first()
    assert acts == "document.record"


def test_a_certificate_is_not_looked_through_by_itself(make):
    one = make.document(Topic.ACCEPTANCE, Kind.CERTIFICATE, audience=[])
    assert one.next_review_on is None


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"topics": []}, "请勾选"),
        ({"issued_on": TODAY + timedelta(days=1)}, "以后的日子"),
        ({"next_review_on": date(2026, 8, 31)}, "应在发布之后"),
    ],
)
def test_what_a_paper_must_say(make, facts, why):
    with pytest.raises(RuleError, match=why):
        make.document(**facts)


def test_a_paper_has_a_file_or_says_where_it_lies(app, make, session):
    facts = Facts("制度", [Topic.PATROL], issued_on=TODAY)
    with app.app_context():
        by = make.actor(make.someone("officer"))
        with pytest.raises(RuleError, match="请上传文件"):
            services.record(session, Kind.POLICY, facts, by=by, now=make.now())
        session.rollback()
        one = services.record(
            session, Kind.POLICY, facts, note="档案室第2柜", by=by, now=make.now()
        )
        session.commit()
    assert one.latest == 1


def test_a_file_that_somebody_else_sent_is_not_taken(app, make, session):
    foreign = make.file(make.someone("teacher"))
    with app.app_context():
        by = make.actor(make.someone("officer"))
        with pytest.raises(RuleError, match="请上传文件"):
            services.record(
                session,
                Kind.POLICY,
                Facts("制度", [Topic.PATROL], issued_on=TODAY),
                file_ids=[foreign.id],
                by=by,
                now=make.now(),
            )


def test_a_new_version_leaves_the_old_one_and_moves_the_review(make, session, act):
    one = make.document()
    file = make.file(make.someone("officer"), "新制度.pdf")
    act(services.add_version, one, issued_on=TODAY, note="按新规修订", file_ids=[file.id])
    numbers = session.scalars(
        sa.select(DocumentVersion.number).order_by(DocumentVersion.number)
    ).all()
    assert numbers == [1, 2]
    assert session.scalar(sa.select(sa.func.count()).select_from(DocumentFile)) == 2
    assert (one.latest, one.reviewed_on, one.next_review_on) == (2, TODAY, date(2027, 11, 23))
    assert one.issued_on == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("day", "why"),
    [(date(2026, 8, 31), "不能早于"), (TODAY + timedelta(days=1), "以后的日子")],
)
def test_a_version_comes_after_the_one_before_and_not_in_the_future(make, act, day, why):
    one = make.document()
    with pytest.raises(RuleError, match=why):
        act(services.add_version, one, issued_on=day, note="在档案柜")


@pytest.mark.parametrize("table", ["document_version", "document_file", "document_event"])
def test_what_was_kept_cannot_be_overwritten(make, session, table):
    make.document()
    with pytest.raises(sa.exc.DatabaseError):
        session.execute(sa.text(f"DELETE FROM {table}"))


def test_a_review_without_a_change_is_an_event_and_moves_the_next_one(make, session, act):
    one = make.document()
    act(services.review, one, reviewed_on=TODAY, note="内容适用")
    assert (one.latest, one.reviewed_on, one.next_review_on) == (1, TODAY, date(2027, 11, 23))
    last = events(session, one)[-1]
    assert (last.action, last.day, last.note) == (Action.REVIEW, TODAY, "内容适用")


def test_the_school_decides_how_often_papers_are_looked_through(make, act):
    one = make.document()
    make.school().settings = {"document_months": 6}
    make.session.commit()
    act(services.review, one, reviewed_on=TODAY)
    assert one.next_review_on == date(2027, 5, 23)


def test_a_review_may_name_its_next_day_but_not_an_earlier_one(make, act):
    one = make.document()
    with pytest.raises(RuleError, match="应在这次之后"):
        act(services.review, one, reviewed_on=TODAY, next_review_on=TODAY)
    act(services.review, one, reviewed_on=TODAY, next_review_on=date(2027, 1, 1))
    assert one.next_review_on == date(2027, 1, 1)


def test_what_was_written_down_is_corrected_with_old_and_new(make, session, act):
    one = make.document()
    facts = Facts(
        "防火巡查制度",
        [Topic.PATROL, Topic.HAZARDS],
        document_no="育新校〔2026〕1号",
        issued_on=date(2026, 9, 2),
        audience=["cook"],
    )
    act(services.change, one, facts=facts, seen=one.version)
    session.refresh(one)
    assert (one.title, one.reviewed_on, one.owner_id) == (
        "防火巡查制度",
        date(2026, 9, 2),
        None,
    )
    changes = events(session, one)[-1].changes
    assert changes["issued_on"] == ["2026-09-01", "2026-09-02"]
    assert changes["audience"] == ["*", "cook"]
    assert changes["topics"] == ["patrol", "patrol,hazards"]
    assert changes["document_no"][0] == ""


def test_a_correction_of_something_older_is_refused(make, act):
    one = make.document()
    facts = Facts("另一个名字", [Topic.PATROL], issued_on=date(2026, 9, 1))
    with pytest.raises(RuleError, match="刚刚有人改过"):
        act(services.change, one, facts=facts, seen=one.version - 1)


def test_who_does_not_keep_the_papers_changes_nothing(make, act):
    one = make.document()
    with pytest.raises(NotAllowed):
        act(services.review, one, by=make.someone("principal"), reviewed_on=TODAY)


def test_a_paper_that_no_longer_holds_is_restored_before_anything_else(make, session, act):
    one = make.document()
    act(services.set_state, one, state=State.REPLACED, note="由汇编代替")
    assert (one.state, one.ended_on) == (State.REPLACED, TODAY)
    with pytest.raises(RuleError, match="不再执行"):
        act(services.review, one, reviewed_on=TODAY)
    with pytest.raises(RuleError, match="已经是"):
        act(services.set_state, one, state=State.REPLACED, note="")
    act(services.set_state, one, state=State.CURRENT, note="登记错了")
    assert (one.state, one.ended_on) == (State.CURRENT, None)
    actions = [event.action for event in events(session, one)]
    assert actions == [Action.RECORD, Action.END, Action.RESTORE]


def test_reading_is_kept_once_for_each_version(make, session, act):
    one, teacher = make.document(), make.someone("teacher")
    for _ in range(2):
        act(services.mark_read, one, by=teacher, number=1)
    assert session.scalar(sa.select(sa.func.count()).select_from(DocumentReading)) == 1
    act(services.add_version, one, issued_on=TODAY, note="在档案柜")
    with pytest.raises(RuleError, match="刚刚有了新版本"):
        act(services.mark_read, one, by=teacher, number=1)
    act(services.mark_read, one, by=teacher, number=2)
    assert session.scalar(sa.select(sa.func.count()).select_from(DocumentReading)) == 2


def test_nobody_reads_what_is_not_for_them_or_no_longer_holds(make, act):
    one, teacher = make.document(audience=["cook"]), make.someone("teacher")
    with pytest.raises(RuleError, match="没有要求您阅读"):
        act(services.mark_read, one, by=teacher, number=1)
    ended = make.document()
    act(services.set_state, ended, state=State.WITHDRAWN, note="")
    with pytest.raises(RuleError, match="不用阅读"):
        act(services.mark_read, ended, by=teacher, number=1)


def fill(make, *, leader=None, members=()):
    team = TeamList(leader.id if leader else None, [one.id for one in members])
    return {
        "parts": {Part.ALARM: "第3页", Part.SUPPORT: ""},
        "teams": {Team.GUIDE: team},
    }


def test_a_plan_says_where_its_parts_are_and_who_is_in_its_teams(make, session, act):
    plan = make.emergency_plan()
    leader, member = make.person("引导组长"), make.person("引导组员")
    given = fill(make, leader=leader, members=[member, leader])
    act(services.fill_plan, plan, number=1, **given)
    with make.app.app_context():
        found = queries.document(session, make.actor(leader), plan.id)
        seated = queries.teams(found)
        parts = queries.parts_of(found.versions[0])
    assert [part.place for part in parts.values()] == ["第3页"]
    assert seated[Team.GUIDE].is_manned and not seated[Team.ACTION].is_manned
    assert seated[Team.GUIDE].leader.name == "引导组长"
    assert events(session, plan)[-1].changes["team_guide"] == ["", "引导组长*、引导组员"]
    act(services.fill_plan, plan, number=1, **given)
    assert len(events(session, plan)) == 2  # the same again says nothing new


def test_a_new_version_of_a_plan_is_located_anew(make, session, act):
    plan = make.emergency_plan()
    act(services.fill_plan, plan, number=1, **fill(make))
    act(services.add_version, plan, issued_on=TODAY, note="在档案柜")
    with pytest.raises(RuleError, match="刚刚有了新版本"):
        act(services.fill_plan, plan, number=1, **fill(make))
    with make.app.app_context():
        found = queries.document(session, make.actor(make.someone("officer")), plan.id)
    assert [len(version.parts) for version in found.versions] == [0, 1]


def test_only_a_plan_has_parts(make, act):
    with pytest.raises(RuleError, match="只有预案"):
        act(services.fill_plan, make.document(), number=1, **fill(make))


def test_who_left_is_missed_in_the_teams_and_among_the_owners(make, session, act):
    plan = make.emergency_plan()
    leader, member = make.person("要离校的组长"), make.person("组员")
    act(services.fill_plan, plan, number=1, **fill(make, leader=leader, members=[member]))
    make.document(owner_id=leader.id)
    with make.app.app_context():
        officer = make.actor(make.someone("officer"))
        people.leave(session, leader, today=TODAY, by=officer, now=make.now())
        session.commit()
        found = queries.document(session, officer, plan.id)
        guide = queries.teams(found)[Team.GUIDE]
        lines = handover_lines(session, leader)
    assert (guide.leader, guide.is_manned) == (None, False)
    assert [one.name for one in guide.gone] == ["要离校的组长"]
    titles = [(line.what, line.title) for line in lines if "documents" in line.endpoint]
    assert titles == [
        ("文件", "防火巡查、检查制度"),
        ("预案", "灭火和应急疏散预案 疏散引导组"),
    ]


def test_progress_counts_those_who_are_asked_and_still_here(make, session, act):
    teacher, cook = make.someone("teacher"), make.person("厨师", ["cook"])
    one = make.document(audience=["cook", "homeroom_teacher"])
    make.document(audience=[])
    act(services.mark_read, one, by=teacher, number=1)
    with make.app.app_context():
        found = session.scalars(
            queries.ledger(make.actor(make.someone("officer")), queries.Filters(), TODAY, 30)
        ).all()
        everyone = queries.staff(session, TODAY)
        read = queries.progress(session, found, everyone)
        assert {person.name for person in everyone.asked(["cook"])} == {cook.name}
        assert len(everyone.asked([EVERYBODY])) == len(everyone.people)
    assert read == {one.id: queries.Progress(1, 2)}


def test_a_document_that_is_not_for_everybody_is_for_those_concerned(make, session):
    report = make.document(Topic.ELECTRIC_TEST, Kind.REPORT, audience=["cook"])
    for_all = make.document()
    teacher, cook = make.someone("teacher"), make.person("厨师", ["cook"])
    owner = make.person("电工")
    report.owner_id = owner.id
    session.commit()

    def seen(person):
        with make.app.app_context():
            ids = session.scalars(
                sa.select(Document.id).where(queries.visible_to(make.actor(person)))
            )
            return set(ids)

    assert seen(teacher) == {for_all.id}
    for person in (cook, owner, make.someone("principal"), make.someone("inspector")):
        assert seen(person) == {report.id, for_all.id}

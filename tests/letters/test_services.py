"""Letters follow the duties; signed ones never change."""

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.domain import RuleError
from unitsafe.grids import queries as grid_queries
from unitsafe.grids import services as grids
from unitsafe.grids.models import Assignment, Role
from unitsafe.letters import queries, services
from unitsafe.letters.models import LetterReview, ResponsibilityLetter
from unitsafe.letters.rules import How, State
from unitsafe.people import services as people
from unitsafe.people.models import Person

TODAY = date(2026, 11, 23)
WITH_POSTS = (
    sa.select(Person).options(selectinload(Person.posts)).execution_options(populate_existing=True)
)


@pytest.fixture
def renewed(session, make, now):
    """`renewed()`: all letters compared with the duties of the test's day; (person, version) of
    those that hold."""

    def renew():
        services.renew(session, today=now().date(), now=now())
        session.commit()
        held = session.scalars(
            sa.select(ResponsibilityLetter).where(ResponsibilityLetter.ended_on.is_(None))
        )
        return {(one.person_id, one.version) for one in held}

    return renew


def give(session, make, person, posts, today=TODAY):
    people.change_person(
        session,
        session.scalars(WITH_POSTS.where(Person.id == person.id)).one(),
        name=person.name,
        username=person.username,
        phone="",
        posts=posts,
        today=today,
        by=make.actor(make.someone("manager")),
        now=make.now(),
    )
    session.commit()


def hand_over(session, make, grid, person, day):
    grids.assign(
        session, person=person, grid=grid, role=Role.MEMBER, from_on=day, by=None, now=make.now()
    )
    session.commit()


def test_everybody_with_a_post_or_a_grid_gets_one_letter(make, session, renewed):
    teacher, leader = make.someone("teacher"), make.someone("leader")
    helper, nobody = make.person("帮手"), make.person("无岗")
    make.assign(helper, make.grid(), Role.HELPER)
    inspector = make.someone("inspector")
    held = renewed()
    assert held == renewed() == {(teacher.id, 1), (leader.id, 1)}
    assert not {helper.id, nobody.id, inspector.id} & {person for person, _ in held}


def test_a_letter_names_posts_statements_grids_and_spaces(make):
    make.someone("principal")
    text = make.letter(make.someone("teacher")).content
    assert (text["party_a"], text["represented_by"]) == ("育新小学", "principal")
    assert (text["party_b"], text["year"]) == ("teacher", "2026—2027学年")
    assert text["posts"] == "班主任、网格员"
    assert text["places"] == [
        {
            "code": "01-01-01",
            "name": "一层",
            "role": "网格员",
            "spaces": "教学楼：一层教室、一层走道",
        }
    ]
    assert [post["title"] for post in text["duties"]] == ["班主任", "网格员"]
    assert "发现隐患随手上报" in text["duties"][0]["items"]
    assert "2027年8月31日" in text["term"]
    assert all("条号未核" not in line for line in text["basis"])


def test_a_post_that_the_content_no_longer_knows_breaks_no_letter(make):
    person = make.person("留任", ["homeroom_teacher", "bell_ringer"])
    assert make.letter(person).content["posts"] == "班主任"


def test_a_space_of_ones_own_is_named(make, session):
    person, space = make.person("专管"), make.space(name="器材室", kind="storeroom")
    session.add(
        Assignment(
            person_id=person.id, space_id=space.id, role=Role.MEMBER, from_on=date(2026, 9, 1)
        )
    )
    session.commit()
    places = make.letter(person).content["places"]
    assert [(one["code"], one["name"]) for one in places] == [("", "教学楼 器材室")]


def test_a_leader_answers_for_the_block_with_all_its_leaves(make):
    make.grid("一层"), make.grid("二层")
    places = make.letter(make.someone("leader")).content["places"]
    assert [(one["name"], one["role"], one["spaces"]) for one in places] == [
        ("教学楼片", "网格长", "一层、二层")
    ]


def test_the_principal_answers_to_the_authority_above(make):
    text = make.letter(make.someone("principal")).content
    assert (text["party_a"], text["represented_by"]) == ("上级教育主管部门", "")


def test_a_new_letter_is_due_a_week_after_the_change(make, session, renewed):
    grid, teacher = make.grid(), make.someone("teacher")
    make.signed_letter(teacher)
    hand_over(session, make, make.grid("二层"), teacher, TODAY)
    assert (teacher.id, 2) in renewed()
    letter = queries.current(session, teacher.id, TODAY)
    assert (letter.changed_on, letter.due_on) == (TODAY, TODAY + timedelta(days=7))
    assert {one["name"] for one in letter.content["places"]} == {grid.name, "二层"}


def test_the_week_counts_from_the_change_even_when_nobody_opened_the_app(
    make, session, renewed, now
):
    teacher, other = make.someone("teacher"), make.person(posts=["homeroom_teacher"])
    for person in (teacher, other):
        make.signed_letter(person)
    hand_over(session, make, make.grid(), other, date(2026, 12, 1))
    renewed()
    assert queries.current(session, other.id, TODAY).version == 1
    now.set("2026-12-05T08:00")
    renewed()
    for person in (teacher, other):
        letter = queries.current(session, person.id, date(2026, 12, 5))
        assert (letter.version, letter.due_on) == (2, date(2026, 12, 8)), person.name


def test_the_first_letters_are_not_due_before_the_school_was_entered(make):
    letter = make.letter(make.someone("teacher"))  # at the post since September, entered today
    assert letter.due_on == TODAY + timedelta(days=7)


def test_a_school_may_allow_more_days(make, session):
    make.school().settings = {"letter_days": 10}
    session.commit()
    assert make.letter(make.someone("teacher")).due_on == TODAY + timedelta(days=10)


def test_what_was_signed_stays_and_ends(make, session, renewed):
    teacher = make.someone("teacher")
    signed = make.signed_letter(teacher)
    text = dict(signed.content)
    give(session, make, teacher, ["homeroom_teacher", "floor_keeper"])
    renewed()
    session.refresh(signed)
    assert (signed.content, signed.state(TODAY)) == (text, State.ENDED)
    assert queries.current(session, teacher.id, TODAY).state(TODAY) is State.UNSIGNED


def test_an_unsigned_letter_is_rewritten_and_keeps_its_due_day(make, session, renewed, now):
    teacher = make.someone("teacher")
    before = make.letter(teacher)
    now.set("2026-11-27T08:00")
    give(session, make, teacher, ["homeroom_teacher", "floor_keeper"], date(2026, 11, 27))
    renewed()
    after = queries.current(session, teacher.id, date(2026, 11, 27))
    assert (after.id, after.version, after.due_on) == (before.id, 2, TODAY + timedelta(days=7))


def test_a_renamed_grid_changes_only_what_is_not_signed(make, session, renewed):
    grid, other = make.grid("一层"), make.person(posts=["homeroom_teacher"])
    make.assign(other, make.grid("二层"))
    signed = make.signed_letter(make.someone("teacher"))
    by = make.actor(make.someone("manager"))
    for one in (grid, make.grid("二层")):
        grids.rename_grid(session, one, f"{one.name}东", by=by, now=make.now())
    session.commit()
    assert {(signed.person_id, 1), (other.id, 2)} <= renewed()
    session.refresh(signed)
    assert signed.content["places"][0]["name"] == "一层"
    assert queries.current(session, other.id, TODAY).content["places"][0]["name"] == "二层东"


def test_a_passing_change_brings_the_signed_letter_back(make, session, renewed):
    teacher = make.someone("teacher")
    signed = make.signed_letter(teacher)
    give(session, make, teacher, ["homeroom_teacher", "floor_keeper"])
    assert (teacher.id, 2) in renewed()
    give(session, make, teacher, ["homeroom_teacher"])
    assert (teacher.id, 1) in renewed()
    session.refresh(signed)
    assert signed.ended_on is None
    give(session, make, teacher, ["homeroom_teacher", "floor_keeper"])
    assert (teacher.id, 3) in renewed()


def test_whoever_has_nothing_left_or_leaves_has_no_letter(make, session, renewed):
    teacher, other = make.someone("teacher"), make.person(posts=["homeroom_teacher"])
    make.letter(teacher), make.letter(other)
    by = make.actor(make.someone("manager"))
    people.leave(session, other, today=TODAY, by=by, now=make.now())
    assignment = session.scalars(sa.select(Assignment)).first()
    grids.end(session, assignment, until_on=date(2026, 11, 22), by=by, now=make.now())
    give(session, make, teacher, [])
    assert renewed() == {(make.someone("manager").id, 1)}


def test_a_change_is_noticed_in_the_write_that_makes_it(app, make, session):
    teacher = make.someone("teacher")
    make.signed_letter(teacher)
    with app.app_context():
        give(session, make, teacher, ["homeroom_teacher", "floor_keeper"])
    assert queries.current(session, teacher.id, TODAY).version == 2


def test_a_new_school_year_asks_everybody_again_and_august_asks_nobody(make, renewed, now):
    teacher = make.someone("teacher")
    make.signed_letter(teacher)
    now.set("2027-08-20T08:00")
    assert renewed() == {(teacher.id, 1)}
    now.set("2027-09-01T08:00")
    letter = make.letter(teacher)
    assert (letter.school_year, letter.version) == ("2027-2028", 1)
    assert letter.due_on == date(2027, 9, 8)


def test_letters_are_looked_through_once_a_day(app, make, session):
    teacher = make.someone("teacher")
    with app.test_request_context():
        services.ensure_current(app.extensions["sqlalchemy"].session(), TODAY, now=make.now())
    session.rollback()
    assert session.get(LetterReview, TODAY) is not None
    assert queries.current(session, teacher.id, TODAY) is not None


def sign(session, make, letter, by, **changes):
    values = {"version": letter.version, "typed_name": by.name, "signature": None, **changes}
    services.sign_on_screen(
        session, letter, **values, today=TODAY, by=make.actor(by), now=make.now()
    )
    session.commit()


def test_a_signature_says_how_when_and_of_which_text(make, session):
    teacher = make.someone("teacher")
    letter = make.letter(teacher)
    sign(session, make, letter, teacher)
    assert (letter.how, letter.signed_on, letter.typed_name) == (How.SCREEN, TODAY, "teacher")
    assert (letter.recorded_at, letter.recorded_by_id) == (make.now(), teacher.id)
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "letter.sign")).one()
    assert (entry.actor_id, entry.subject) == (teacher.id, f"letter:{letter.id}")
    assert len(json.loads(entry.data)["text"]) == 64
    assert list(audit.verify(session)) == []


def test_the_log_finds_a_text_that_was_changed_behind_its_back(make, session):
    letter = make.signed_letter(make.someone("teacher"))
    letter.content = {**letter.content, "posts": "校长"}
    session.commit()
    assert ["is not the one that was signed" in text for _, text in audit.verify(session)] == [True]


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"version": 7}, "第1版"), ({"typed_name": "别人"}, "teacher"), ({"typed_name": ""}, "姓名")],
)
def test_a_signature_under_something_else_is_refused(make, session, changes, message):
    teacher = make.someone("teacher")
    letter = make.letter(teacher)
    with pytest.raises(RuleError, match=message):
        sign(session, make, letter, teacher, **changes)
    assert letter.how is None


def test_nobody_signs_for_somebody_else_or_twice(make, session):
    teacher = make.someone("teacher")
    letter = make.letter(teacher)
    with pytest.raises(RuleError, match="本人"):
        sign(session, make, letter, make.someone("manager"))
    sign(session, make, letter, teacher)
    with pytest.raises(RuleError, match="已经签过"):
        sign(session, make, letter, teacher)


def record(session, make, letter, by, ids, day=TODAY):
    services.sign_on_paper(
        session,
        letter,
        version=letter.version,
        signed_on=day,
        scan_ids=ids,
        today=TODAY,
        by=make.actor(by),
        now=make.now(),
    )
    session.commit()


def test_a_paper_signature_keeps_its_day_and_its_picture(make, session):
    officer = make.someone("officer")
    letter = make.letter(make.someone("teacher"))
    scan = make.photo(officer, "white").id
    record(session, make, letter, officer, [scan, scan], date(2026, 11, 20))
    assert (letter.how, letter.signed_on) == (How.PAPER, date(2026, 11, 20))
    found = queries.letter(session, make.actor(officer), letter.id)
    assert [one.photo_id for one in found.scans] == [scan]
    assert found.recorded_by is officer


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2026, 7, 31), date(2025, 9, 1)])
def test_a_paper_is_not_from_another_year_or_from_tomorrow(make, session, day):
    officer = make.someone("officer")
    letter = make.letter(make.someone("teacher"))
    with pytest.raises(RuleError, match="本学年"):
        record(session, make, letter, officer, [make.photo(officer).id], day)


def test_a_paper_needs_a_picture_of_ones_own(make, session):
    officer, teacher = make.someone("officer"), make.someone("teacher")
    letter = make.letter(teacher)
    with pytest.raises(RuleError, match="请附上"):
        record(session, make, letter, officer, [])
    with pytest.raises(RuleError, match="不是您上传的"):
        record(session, make, letter, officer, [make.photo(teacher).id])


def test_the_counts_tell_signed_unsigned_and_overdue(make, session, renewed, now):
    make.signed_letter(make.someone("teacher"))
    make.someone("officer")
    renewed()
    now.set("2026-12-01T08:00")
    today = date(2026, 12, 1)
    late = make.person("新老师", ["subject_teacher"])
    late.created_at = now()
    session.commit()
    renewed()
    counts = queries.letter_counts(session, today)
    assert (counts.signed, counts.unsigned, counts.overdue, counts.total) == (1, 2, 2, 3)
    names = [one.person.name for one in queries.overdue_letters(session, today)]
    assert names == ["officer", "新老师"]


def test_letters_are_found_by_block_post_and_name(make, session, renewed):
    teacher, other = make.someone("teacher"), make.person("另一位", ["subject_teacher"])
    make.assign(other, make.grid("二层", block="综合楼片"))
    renewed()
    block = grid_queries.below(session, ["01-02"])

    def found(**filters):
        chosen = queries.Filters("2026-2027", **filters)
        rows = session.scalars(queries.ledger(chosen, TODAY)).all()
        assert queries.letter_counts(session, TODAY, chosen).total == len(rows)
        return {one.person_id for one in rows}

    assert found(grid_ids=block) == {other.id}
    assert found(post="homeroom_teacher") == {teacher.id}
    assert found(words="另") == {other.id}
    assert found(words="%") == set()
    assert found() == {teacher.id, other.id}

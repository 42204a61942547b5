"""Marks, records and signatures of a year's plan."""

from datetime import date

import pytest
import sqlalchemy as sa

from unitsafe.activities.models import Activity
from unitsafe.activities.rules import Form, Kind, State
from unitsafe.checks.models import Check
from unitsafe.core import audit
from unitsafe.core.domain import RuleError
from unitsafe.core.waiting import waiting
from unitsafe.year_plan import queries, services
from unitsafe.year_plan.models import PlanSignature
from unitsafe.year_plan.rules import Act, Change, Status

YEAR, TODAY = "2026-2027", date(2026, 11, 23)


@pytest.fixture
def school(make):
    school = make.school(has_boarding=True)
    school.created_at = make.now().replace(month=9, day=1)
    make.session.commit()
    return school


@pytest.fixture
def read(session, school, app):
    def read(today=TODAY, **only):
        with app.app_context():
            return queries.read(session, YEAR, today, **only)

    return read


@pytest.fixture
def officer(make):
    return make.actor(make.someone("officer"))


@pytest.fixture
def do(session, read, make, officer):
    """`do(work, period, act, …)`: mark an entry as the officer."""

    def do(work, period, act, **values):
        line = read().line(work, period)
        services.mark(session, YEAR, line, act, today=TODAY, by=officer, now=make.now(), **values)
        session.commit()
        return read().line(work, period)

    return do


@pytest.fixture
def sign(session, read, make):
    def sign(**values):
        book = read()
        by = make.actor(make.someone("principal"))
        given = {"seen": book.mark, "typed_name": by.name, "signature": None, **values}
        made = services.sign_on_screen(session, book, today=TODAY, by=by, now=make.now(), **given)
        session.commit()
        return made

    return sign


def held(make, form, day, state=State.HELD):
    kind = Kind.DRILL if form in (Form.EVACUATION, Form.FULL) else Kind.TRAINING
    number = f"HD2025-{next(make.serial):04}"
    make.session.add(
        Activity(
            number=number,
            kind=kind,
            form=form,
            title="演练",
            state=state,
            planned_on=day,
            held_on=day if state is not State.PLANNED else None,
            recorded_at=make.now(),
        )
    )
    make.session.commit()


def test_an_empty_ledger_leaves_everything_to_do(read):
    book = read()
    assert book.line("drill", "2026-10").status is Status.LATE
    assert book.line("drill", "2026-11").status is Status.DUE
    assert book.line("drill", "2027-05").status is Status.AHEAD
    assert book.unknown == ["下学期"]
    assert book.signature is None and not book.is_adjusted


def test_what_was_due_before_the_school_was_here_is_nobodys_fault(read, school, session, make):
    school.created_at = make.now()
    session.commit()
    assert read().line("drill", "2026-10").status is Status.BEFORE


def test_a_drill_that_was_held_proves_its_month_and_a_full_one_the_half_year_too(make, read):
    held(make, Form.EVACUATION, date(2026, 10, 20))
    held(make, Form.FULL, date(2026, 11, 10), State.EVALUATED)
    held(make, Form.EVACUATION, date(2026, 9, 20), State.PLANNED)
    book = read()
    found = {slot: book.line("drill", slot).status for slot in ("2026-09", "2026-10", "2026-11")}
    assert found == {"2026-09": Status.LATE, "2026-10": Status.DONE, "2026-11": Status.DONE}
    assert book.line("full_drill", "half-1").status is Status.DONE
    assert [one.day for one in book.line("full_drill", "half-1").records] == [date(2026, 11, 10)]


def test_patrols_are_counted_against_what_was_planned(make, read):
    patrol = make.patrol()
    make.submitted(patrol, make.someone("officer"))
    line = read().line("daily_patrol", "2026-11")
    assert (line.done, line.of, line.status) == (1, 1, Status.DUE)
    assert read().line("daily_patrol", "2026-10").status is Status.LATE


def test_letters_are_done_when_all_are_signed(make, read):
    make.letter(make.someone("teacher"))
    assert read().line("letters", YEAR).status is Status.LATE


def test_what_no_ledger_proves_is_marked_by_hand_and_taken_back(do):
    done = do("key_areas", YEAR, Act.DONE, done_on=date(2026, 9, 12), note="逐处核对")
    assert done.status is Status.DONE and done.tick.note == "逐处核对"
    undone = do("key_areas", YEAR, Act.UNDONE, note="登记错了")
    assert undone.status is Status.LATE and undone.tick is None


@pytest.mark.parametrize("day", [None, date(2026, 8, 31), date(2026, 11, 24)])
def test_a_day_that_cannot_be_is_refused(do, day):
    with pytest.raises(RuleError, match="完成日期"):
        do("key_areas", YEAR, Act.DONE, done_on=day)


def test_the_check_before_a_holiday_proves_itself(read, make, session, now):
    director, day = make.someone("director"), date(2026, 12, 29)
    make.root()
    now.set(f"{day}T09:00")
    make.day()
    check = session.scalars(sa.select(Check).where(Check.checklist_key == "before_holiday")).one()
    assert read(day).line("before_holiday_check", "2026-12-31").status is not Status.DONE
    make.submitted(check, director)
    assert read(day).line("before_holiday_check", "2026-12-31").status is Status.DONE


def test_what_a_ledger_proves_is_never_marked_by_hand(do):
    with pytest.raises(RuleError, match="状态"):
        do("drill", "2026-11", Act.DONE, done_on=TODAY)


def test_an_entry_is_left_out_with_a_reason_and_put_back(do):
    with pytest.raises(RuleError, match="原因"):
        do("drill", "2026-11", Act.DROP)
    assert do("drill", "2026-11", Act.DROP, note="改在12月").status is Status.DROPPED
    assert do("drill", "2026-11", Act.RESTORE).status is Status.DUE


def test_the_school_adds_what_it_wants(session, make, read, officer):
    given = {"text": "进社区", "post": "safety_officer", "by": officer, "now": make.now()}
    services.add(session, YEAR, due_on=date(2027, 3, 31), **given)
    session.commit()
    line = read().lines[-1]
    assert (line.text, line.who, line.is_manual) == ("进社区", "safety_officer", True)
    for day, post, words in (
        (date(2027, 9, 1), "safety_officer", "完成期限"),
        (TODAY, "nobody", "岗位"),
    ):
        with pytest.raises(RuleError, match=words):
            services.add(session, YEAR, due_on=day, **{**given, "post": post})


def test_the_signature_stands_under_the_whole_plan_and_later_changes_are_seen(
    session, read, do, sign, make, officer
):
    one = sign()
    assert (one.version, len(one.content)) == (1, len(read().lines))
    assert read().line("year_plan", YEAR).status is Status.DONE
    assert not read().is_adjusted
    with pytest.raises(RuleError, match="已经签过"):
        sign()
    assert do("drill", "2026-12", Act.DROP, note="期末").change is Change.DROPPED
    services.add(
        session,
        YEAR,
        text="进社区",
        due_on=TODAY,
        post="safety_officer",
        by=officer,
        now=make.now(),
    )
    session.commit()
    assert read().lines[-1].change is Change.ADDED
    assert sign().version == 2
    assert not read().is_adjusted
    assert list(audit.verify(session)) == []


def test_a_signature_is_refused_for_another_plan_or_under_another_name(sign):
    with pytest.raises(RuleError, match="刚刚变了"):
        sign(seen="other")
    with pytest.raises(RuleError, match="姓名"):
        sign(typed_name="别人")


def test_a_plan_signed_on_paper_needs_its_scan(session, read, make, officer):
    book, given = read(), {"today": TODAY, "by": officer, "now": make.now()}
    scan = make.file(make.someone("officer"))
    with pytest.raises(RuleError, match="扫描件"):
        services.sign_on_paper(session, book, seen=book.mark, signed_on=TODAY, scan=None, **given)
    with pytest.raises(RuleError, match="晚于今天"):
        services.sign_on_paper(
            session, book, seen=book.mark, signed_on=date(2026, 11, 24), scan=scan, **given
        )
    services.sign_on_paper(
        session, book, seen=book.mark, signed_on=date(2026, 9, 28), scan=scan, **given
    )
    session.commit()
    assert session.scalar(sa.select(PlanSignature.signed_on)) == date(2026, 9, 28)


def test_a_signed_plan_that_was_changed_behind_its_back_is_found(session, sign, app):
    sign()
    entry = session.scalars(
        sa.select(audit.AuditEntry).where(audit.AuditEntry.act == "year_plan.sign")
    ).one()
    one = session.scalars(sa.select(PlanSignature)).one()
    one.content = [*one.content[1:]]
    with session.no_autoflush:
        assert "not the one" in services._plan_is_untouched(session, entry)
    session.rollback()


def test_what_waits_goes_to_the_posts_that_are_named_and_to_leaders(
    session, app, make, school, read
):
    def lines(role):
        with app.test_request_context():
            actor = make.actor(make.someone(role))
            found = [one for one in waiting(session, actor, TODAY) if "year-plan" in one.url]
        return [one.title for one in found]

    assert lines("teacher") == []
    assert lines("inspector") == []
    assert "年度工作计划还没有签批" in lines("principal")
    assert any("今年要做的" in title for title in lines("officer"))
    assert any("您负责的" in title for title in lines("officer"))

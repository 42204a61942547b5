"""The tap: one durable row, nothing lost, nothing doubled, nothing overwritten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from unitsafe.checks import taps
from unitsafe.checks.models import Answer, CheckEvent
from unitsafe.checks.rules import Result, State
from unitsafe.checks.taps import Given
from unitsafe.core.db import db, writing
from unitsafe.core.domain import RuleError

OK, FAIL, NA, CLEARED = Result.OK, Result.FAIL, Result.NA, Result.CLEARED
ITEM, OTHER = "dp_fire_use", "dp_exit_clear"


@pytest.fixture
def patrol(make):
    return make.patrol()


@pytest.fixture
def officer(make):
    return make.actor(make.someone("officer"))


@pytest.fixture
def tap(app, session, now, patrol, officer):
    """Answer in a transaction of one's own; gives back the keys that changed."""

    def save(by=None, check_id=patrol.id, **given):
        answers = {key: one if isinstance(one, Given) else Given(one) for key, one in given.items()}
        with app.app_context(), writing() as tx:
            sheet = taps.read_sheet(tx, check_id)
            changed = taps.save_answers(tx, sheet, answers, by=by or officer, now=now())
        session.rollback()
        return changed

    return save


@pytest.fixture
def undo(app, now, patrol, officer):
    def take_back(item=ITEM, by=None):
        with app.app_context(), writing() as tx:
            sheet = taps.read_sheet(tx, patrol.id)
            taps.undo(tx, sheet, item, by=by or officer, now=now())

    return take_back


def rows(session, item=ITEM):
    session.rollback()
    found = sa.select(Answer).where(Answer.item_key == item).order_by(Answer.id)
    return [row.result for row in session.scalars(found)]


def test_a_tap_appends_a_row_that_says_who_and_when(tap, session, patrol, officer, now):
    assert tap(**{ITEM: OK}) == [ITEM]
    session.rollback()
    row = session.scalars(sa.select(Answer)).one()
    assert (row.check_id, row.item_key, row.result) == (patrol.id, ITEM, OK)
    assert (row.by_id, row.at, row.value, row.note) == (officer.id, now(), None, "")


def test_the_first_tap_begins_the_check_and_the_next_does_not_begin_it_again(
    tap, session, patrol, now
):
    began = now()
    tap(**{ITEM: OK})
    now.set("2026-11-23T08:05")
    tap(**{OTHER: OK})
    session.rollback()
    session.refresh(patrol)
    assert (patrol.state, patrol.started_at) == (State.IN_PROGRESS, began)
    assert len(session.scalars(sa.select(CheckEvent)).all()) == 1


def test_the_same_answer_again_is_no_row(tap, session):
    tap(**{ITEM: Given(FAIL, None, "堵了")})
    assert tap(**{ITEM: FAIL}) == []
    assert tap(**{ITEM: Given(FAIL, None, "堵了")}) == []
    assert rows(session) == [FAIL]


def test_a_changed_mind_a_changed_note_and_a_changed_number_are_newer_rows(tap, session):
    tap(**{ITEM: OK})
    tap(**{ITEM: FAIL})
    tap(**{ITEM: Given(FAIL, None, "后门")})
    tap(**{ITEM: OK})
    assert rows(session) == [OK, FAIL, FAIL, OK]
    notes = session.scalars(sa.select(Answer.note).order_by(Answer.id)).all()
    assert notes == ["", "", "后门", "后门"]


def test_a_number_is_the_same_number_however_it_is_written(tap, make, session, officer):
    check = next(c for c in make.day() if c.checklist_key == "monthly_facility")
    for text in ("0.5", "0.50", "0.500"):
        tap(check_id=check.id, mf_hyd_press=Given(OK, Decimal(text)))
    assert rows(session, "mf_hyd_press") == [OK]
    tap(check_id=check.id, mf_hyd_press=Given(FAIL, Decimal("0.069")))
    session.rollback()
    values = session.scalars(sa.select(Answer.value).order_by(Answer.id)).all()
    assert values == [Decimal("0.5"), Decimal("0.069")]


def test_an_item_that_the_list_does_not_have_is_refused_and_nothing_of_the_form_is_kept(
    tap, session
):
    with pytest.raises(RuleError, match="没有这一项"):
        tap(**{ITEM: OK, "gw_seat": OK})
    assert rows(session) == []


def test_a_short_form_has_no_items_beyond_its_limit(tap, make):
    short = next(c for c in make.day() if c.checklist_key == "quarterly_inspection")
    manager = make.actor(make.someone("manager"))
    keys = [item.key for item in full_items(make, short)]
    assert tap(check_id=short.id, by=manager, **{keys[11]: OK}) == [keys[11]]
    with pytest.raises(RuleError, match="没有这一项"):
        tap(check_id=short.id, by=manager, **{keys[12]: OK})


def full_items(make, check):
    from unitsafe.checks.versions import items

    with make.app.app_context():
        return items(make.session, check.checklist_id)


@pytest.mark.parametrize("who", ["teacher", "manager", "principal", "inspector", "director"])
def test_whoever_does_not_fill_the_patrol_taps_nothing(tap, make, session, who):
    with pytest.raises(RuleError, match="由别人填写"):
        tap(by=make.actor(make.someone(who)), **{ITEM: OK})
    assert rows(session) == []


def test_before_a_check_opens_nothing_is_answered(tap, make, now, session):
    teacher = make.someone("teacher")
    evening = [c for c in make.day() if c.checklist_key == "grid_walk"][1]
    now.set("2026-11-23T15:59:59")
    with pytest.raises(RuleError, match="16:00"):
        tap(check_id=evening.id, by=make.actor(teacher), gw_seat=OK)
    now.set("2026-11-23T16:00")
    key = full_items(make, evening)[0].key
    assert tap(check_id=evening.id, by=make.actor(teacher), **{key: OK}) == [key]


def test_a_submitted_record_takes_no_tap_and_no_undo(tap, undo, make, patrol, session):
    make.submitted(patrol, make.someone("officer"))
    with pytest.raises(RuleError, match="已经提交"):
        tap(**{ITEM: FAIL})
    with pytest.raises(RuleError, match="已经提交"):
        undo()
    assert rows(session) == [OK]


# -- undo ------------------------------------------------------------------------------------------


def test_undo_brings_the_answer_before_back_as_a_newer_row(tap, undo, session):
    tap(**{ITEM: Given(OK, None, "好")})
    tap(**{ITEM: FAIL})
    undo()
    assert rows(session) == [OK, FAIL, OK]
    session.rollback()
    assert session.scalars(sa.select(Answer.note).order_by(Answer.id)).all()[-1] == "好"


def test_undo_of_the_first_answer_leaves_the_item_unanswered(tap, undo, session, app, patrol):
    tap(**{ITEM: OK})
    undo()
    undo()
    assert rows(session) == [OK, CLEARED]
    with app.app_context():
        sheet = taps.read_sheet(session, patrol.id)
    assert sheet.progress.answered == 0
    tap(**{ITEM: OK})
    assert rows(session) == [OK, CLEARED, OK]


def test_undo_twice_leads_back_to_what_was_taken_back(tap, undo, session):
    for result in (OK, FAIL):
        tap(**{ITEM: result})
    undo(), undo()
    assert rows(session) == [OK, FAIL, OK, FAIL]


@pytest.mark.parametrize(("later", "may"), [(10, True), (15, True), (16, False), (600, False)])
def test_undo_ends_after_ten_seconds_and_a_little_for_the_network(
    tap, undo, session, now, later, may
):
    tap(**{ITEM: OK})
    now.moment += timedelta(seconds=later)
    if may:
        undo()
        assert rows(session) == [OK, CLEARED]
    else:
        with pytest.raises(RuleError, match="撤销时间"):
            undo()
        assert rows(session) == [OK]


def test_nobody_takes_back_what_somebody_else_answered(tap, undo, make, session):
    keeper = make.actor(make.person("门卫", ["gatekeeper"]))
    tap(by=keeper, **{ITEM: OK})
    with pytest.raises(RuleError):
        undo()
    undo(by=keeper)
    assert rows(session) == [OK, CLEARED]


def test_undo_touches_no_other_item(tap, undo, session):
    tap(**{ITEM: OK, OTHER: FAIL})
    undo(ITEM)
    assert rows(session, OTHER) == [FAIL]


# -- together --------------------------------------------------------------------------------------


def test_a_page_that_is_older_than_somebody_elses_answer_is_recognised(
    app, tap, make, session, patrol, officer
):
    keeper = make.actor(make.person("门卫", ["gatekeeper"]))
    tap(**{ITEM: OK})
    session.rollback()
    seen = session.scalar(sa.select(sa.func.max(Answer.id)))
    tap(by=keeper, **{OTHER: FAIL})
    with app.app_context():
        sheet = taps.read_sheet(session, patrol.id)
    stale = taps.changed_by_others
    assert stale(sheet, [ITEM, OTHER, "dp_x"], seen, officer) == {OTHER}
    assert stale(sheet, [ITEM, OTHER], seen, keeper) == frozenset()
    assert stale(sheet, [ITEM, OTHER], seen + 1, officer) == frozenset()


def test_the_sheet_remembers_what_was_ever_out_of_order(app, tap, session, patrol):
    tap(**{ITEM: FAIL, OTHER: NA})
    tap(**{ITEM: OK})
    with app.app_context():
        sheet = taps.read_sheet(session, patrol.id)
        assert sheet.failed_once == {ITEM}
        assert (sheet.progress.answered, sheet.progress.failed) == (2, 0)
        assert sheet.progress.total == 17
        assert taps.read_sheet(session, 10**6) is None


def test_sixteen_people_tapping_at_once_lose_nothing_and_double_nothing(
    app, make, patrol, session, now
):
    keys = [item.key for item in full_items(make, patrol)]
    people = [make.actor(make.person(f"门卫{n}", ["gatekeeper"])) for n in range(16)]

    def tap_forty_times(number):
        acknowledged = []
        for turn in range(40):
            key = keys[number]
            given = {key: Given(OK if turn % 2 else FAIL, None, f"{number}.{turn}")}
            for _again in range(2):  # and each is sent twice, as a bad network does
                with app.app_context(), writing() as tx:
                    sheet = taps.read_sheet(tx, patrol.id)
                    taps.save_answers(tx, sheet, given, by=people[number], now=now())
            acknowledged.append((key, people[number].id, f"{number}.{turn}"))
        return acknowledged

    with ThreadPoolExecutor(16) as pool:
        sent = [one for part in pool.map(tap_forty_times, range(16)) for one in part]
    session.rollback()
    kept = session.execute(
        sa.select(Answer.item_key, Answer.by_id, Answer.note).order_by(Answer.id)
    ).all()
    assert len(sent) == 16 * 40
    assert sorted(map(tuple, kept)) == sorted(sent)
    assert len(session.scalars(sa.select(CheckEvent)).all()) == 1
    session.refresh(patrol)
    assert patrol.state is State.IN_PROGRESS


def test_two_taps_of_one_finger_at_once_are_one_row(app, patrol, officer, session, now):
    def tap(_number):
        with app.app_context(), writing() as tx:
            sheet = taps.read_sheet(tx, patrol.id)
            return taps.save_answers(tx, sheet, {ITEM: Given(OK)}, by=officer, now=now())

    with ThreadPoolExecutor(8) as pool:
        changed = list(pool.map(tap, range(16)))
    assert sorted(changed) == [[]] * 15 + [[ITEM]]
    assert rows(session) == [OK]
    assert len(session.scalars(sa.select(CheckEvent)).all()) == 1


@pytest.mark.parametrize("sql", ["UPDATE answer SET result = 'ok'", "DELETE FROM answer"])
def test_the_database_itself_refuses_to_change_an_answer(tap, session, sql):
    tap(**{ITEM: FAIL})
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        session.execute(sa.text(sql))
    assert rows(session) == [FAIL]


def test_a_tap_costs_three_statements_after_the_first(app, tap, patrol, officer, now):
    check_id, counted = patrol.id, []
    tap(**{ITEM: OK})

    def count(*args):
        counted.append(args[2])

    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", count)
        with writing() as tx:
            sheet = taps.read_sheet(tx, check_id)
            taps.save_answers(tx, sheet, {OTHER: Given(OK)}, by=officer, now=now())
        sa.event.remove(db.engine, "before_cursor_execute", count)
    own = [sql for sql in counted if not sql.startswith(("BEGIN", "SELECT pg_advisory"))]
    assert len(own) == 3

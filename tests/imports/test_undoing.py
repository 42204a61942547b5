"""An import is carried out whole or not at all, and taken back whole or not at all."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.addresses import changed, contents
from unitsafe import clock
from unitsafe.checks.models import Check
from unitsafe.core import audit
from unitsafe.core.domain import RuleError
from unitsafe.equipment import services as registers
from unitsafe.equipment.rules import State
from unitsafe.grids import services as grids
from unitsafe.imports import services, undoing
from unitsafe.imports.models import ImportRun, ImportSheet, What
from unitsafe.people import services as people
from unitsafe.people.models import Person
from unitsafe.places.models import Building, Space

SPACES = "楼栋,楼层,部位,网格\n新楼,1,101教室,一层\n新楼,2,201教室,\n教学楼,3,301教室,\n教学楼,1,空教室,一层\n"
PEOPLE = "姓名,电话,岗位,账号\n王芳,13800000001,门卫,wangfang\n李娜,13800000002,班主任,\n"
EQUIPMENT = "编号,名称,部位,出厂日期\nA-1,干粉灭火器,教学楼一层教室,2024-09\nMH-1,干粉灭火器,教学楼一层教室,2024-09\n"
LOGS = frozenset(
    {
        "audit_entry",
        "once_key",
        "import_run",
        "import_item",
        "planned_day",
        "policy_version",
        "responsibility_letter",
    }
)
"""What an undo leaves: the log, and the unsigned letters of others, which follow the facts."""


@pytest.fixture
def undo(session, app, make):
    """`undo(run)`: the officer takes it back."""

    def press(run: ImportRun) -> None:
        with app.app_context():
            today = clock.local(make.now()).date()
            by = make.actor(make.someone("officer"))
            undoing.undo(session, run, today=today, by=by, now=make.now())
        session.commit()

    return press


@pytest.fixture
def school(make, session):
    """Rooms, a person with blanks, a piece with blanks; today is planned."""
    make.someone("teacher")
    make.space(name="空教室")
    make.person("王芳").phone = "13800000001"
    make.equipment(number="MH-1")
    wang = session.scalars(sa.select(Person).where(Person.name == "王芳")).one()
    wang.username = wang.account_at = None
    session.commit()
    make.day()


@pytest.mark.parametrize(
    ("what", "text"),
    [(What.SPACES, SPACES), (What.PEOPLE, PEOPLE), (What.EQUIPMENT, EQUIPMENT)],
)
def test_an_import_and_its_undo_leave_the_school_as_it_was(school, make, session, undo, what, text):
    officer = make.someone("officer")
    before = contents(session, without=LOGS)
    run = make.imported(officer, text, what)
    assert set(changed(before, contents(session, without=LOGS))) >= {
        {What.SPACES: "space", What.PEOPLE: "person_post", What.EQUIPMENT: "equipment"}[what]
    }
    undo(run)
    assert changed(before, contents(session, without=LOGS)) == {}
    assert list(audit.verify(session)) == []
    with pytest.raises(RuleError, match="已经撤销过"):
        undo(run)


NAMES = st.lists(
    st.tuples(
        st.sampled_from(["教学楼", "新楼", "旧楼 ", "Ａ楼", ""]),
        st.sampled_from(["1", "三楼", "B1", "", "顶"]),
        st.sampled_from(["101教室", "一层教室", "走廊", "空教室", "厕所", ""]),
        st.sampled_from(["", "一层", "01-01-01", "没有"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=NAMES)
def test_whatever_the_list_its_undo_leaves_the_tables_as_before(school, make, session, undo, rows):
    before = contents(session, without=LOGS)
    text = "楼栋,楼层,部位,网格\n" + "".join(",".join(row) + "\n" for row in rows)
    try:
        run = make.imported(make.someone("officer"), text)
    except RuleError:  # nothing to import: the draft alone remains
        session.rollback()
        session.execute(sa.delete(ImportSheet))
        session.execute(sa.text("DELETE FROM import_draft"))
        session.commit()
    else:
        undo(run)
    assert changed(before, contents(session, without=LOGS)) == {}


def check_the_building(make, session, now):
    check = session.scalars(sa.select(Check).where(Check.place == "新楼")).first()
    make.answered(check, make.someone("officer"))


def add_a_room(make, session, now):
    make.space(session.scalars(sa.select(Building).where(Building.name == "新楼")).one())


def rename_the_room(make, session, now):
    room = session.scalars(sa.select(Space).where(Space.name == "201教室")).one()
    audit.record(session, "space.change", f"space:{room.id}", by=None, now=now())
    session.commit()


def hang_an_extinguisher(make, session, now):
    make.equipment(session.scalars(sa.select(Space).where(Space.name == "201教室")).one())


def put_it_into_a_grid(make, session, now):
    room = session.scalars(sa.select(Space).where(Space.name == "201教室")).one()
    day = clock.local(now()).date()
    grid = make.grid("二层")
    grids.put_spaces(session, grid, [room.id], today=day, by=None, now=now())
    session.commit()


@pytest.mark.parametrize(
    ("use", "what", "why"),
    [
        (check_the_building, "新楼", "已有检查记录"),
        (add_a_room, "新楼", "里面添加了部位"),
        (rename_the_room, "新楼 201教室", "之后改过"),
        (hang_an_extinguisher, "新楼 201教室", "里面登记了消防器材"),
        (put_it_into_a_grid, "新楼 201教室", "已放进网格"),
    ],
)
def test_what_is_in_use_holds_the_import_and_is_named(
    school, make, session, undo, now, use, what, why
):
    run = make.imported(make.someone("officer"), SPACES)
    use(make, session, now)
    before = contents(session)
    with pytest.raises(undoing.StillUsed) as held:
        undo(run)
    session.rollback()
    assert (what, why) in [(one, str(reason)) for one, reason in held.value.reasons]
    assert changed(before, contents(session)) == {}


def test_a_person_who_has_a_grid_stays(school, make, session, undo):
    run = make.imported(make.someone("officer"), PEOPLE, What.PEOPLE)
    added = session.scalars(sa.select(Person).where(Person.name == "李娜")).one()
    make.assign(added, make.grid("二层"))
    with pytest.raises(undoing.StillUsed) as held:
        undo(run)
    session.rollback()
    assert [what for what, _why in held.value.reasons] == ["李娜"]


def test_a_piece_whose_state_changed_stays(school, make, session, undo, now):
    run = make.imported(make.someone("officer"), EQUIPMENT, What.EQUIPMENT)
    piece = session.scalars(sa.text("SELECT id FROM equipment WHERE number = 'A-1'")).one()
    from unitsafe.equipment.models import Equipment

    registers.change_state(
        session, session.get_one(Equipment, piece), State.FAULTY, note="", by=None, now=now()
    )
    session.commit()
    with pytest.raises(undoing.StillUsed) as held:
        undo(run)
    session.rollback()
    assert [what for what, _why in held.value.reasons] == ["A-1"]


def test_a_blank_that_was_filled_and_changed_since_stays(school, make, session, undo, now):
    run = make.imported(make.someone("officer"), PEOPLE, What.PEOPLE)
    there = people.queries.person(
        session, session.scalar(sa.select(Person.id).where(Person.name == "王芳"))
    )
    people.set_password(session, there, "x", by=make.actor(make.someone("officer")), now=now())
    session.commit()
    undo(run)
    session.refresh(there)
    assert there.username == "wangfang"


def test_an_import_that_fails_half_way_leaves_nothing(school, make, session, monkeypatch, app):
    draft = make.draft(make.someone("officer"), SPACES)
    sheet = session.scalars(sa.select(ImportSheet)).one()
    before = contents(session)
    monkeypatch.setattr(services.audit, "record", lambda *_a, **_k: 1 / 0)
    today = clock.local(make.now()).date()
    with app.app_context(), pytest.raises(ZeroDivisionError):
        seen = services.plan_of(session, services.KINDS[What.SPACES], sheet.rows, draft, today).seen
        services.carry_out(
            session,
            draft,
            sheet,
            seen=seen,
            leave_out=True,
            confirmed=True,
            today=today,
            by=make.actor(make.someone("officer")),
            now=make.now(),
        )
    session.rollback()
    assert changed(before, contents(session)) == {}

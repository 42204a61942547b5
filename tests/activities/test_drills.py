"""A drill from plan to archive: the run by the clock, counts that come late, who may count."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from unitsafe.activities import drills, queries, services
from unitsafe.activities.models import Activity, ActivityEvent, DrillClass, FloorCleared, HeadCount
from unitsafe.activities.rules import Form, Kind, State
from unitsafe.activities.services import Facts, Issue
from unitsafe.core.audit import AuditEntry
from unitsafe.core.domain import NotAllowed, RuleError
from unitsafe.hazards.rules import Level, Source


@pytest.fixture
def room(make):
    return make.space_in(make.grid())


@pytest.fixture
def classes(make, room):
    """Two classes: the teacher's on the first floor, another without a room."""
    mine = make.school_class(
        space_id=room.id, head_teacher_id=make.someone("teacher").id, boarders=10
    )
    return mine, make.school_class("三年级3班", pupils=40)


@pytest.fixture
def officer(make):
    return make.actor(make.someone("officer"))


@pytest.fixture
def teacher(make):
    return make.actor(make.someone("teacher"))


@pytest.fixture
def parts(app, make, session, classes, officer, now):
    """A running drill and its two parts."""
    drill = make.drill(*classes)
    with app.app_context():
        drills.start(session, drill, by=officer, now=now())
        return drill, list(drills.parts_of(session, drill))


def after(now, seconds):
    return now() + timedelta(seconds=seconds)


def test_the_plan_takes_heads_and_floor_from_the_class(app, make, session, classes, room):
    drill = make.drill(*classes)
    first, second = session.scalars(sa.select(DrillClass).order_by(DrillClass.id))
    assert drill.number == "HD2026-0001"
    assert (first.expected, first.building_id, first.floor) == (42, room.building_id, room.floor)
    assert (second.expected, second.building_id) == (40, None)


def test_at_night_only_boarders_are_expected_and_the_floors_are_those_they_sleep_on(
    app, make, session, classes, officer
):
    dorm = make.building("学生宿舍")
    make.space(dorm, "101室", "dorm_room")
    drill = make.drill(classes[0], form=Form.NIGHT)
    with app.app_context():
        board = drills.board(session, drill, officer)
    assert (board.expected, board.classes[0].part.building) == (10, None)
    assert [(line.building.name, line.floor) for line in board.floors] == [("学生宿舍", 1)]


def test_the_start_takes_the_heads_of_that_morning(app, make, session, classes, officer, now):
    drill = make.drill(*classes)
    classes[0].pupils = 44
    session.commit()
    with app.app_context():
        drills.start(session, drill, by=officer, now=now())
    assert (drill.state, drill.started_at, drill.target_seconds) == (State.RUNNING, now(), 120)
    assert [part.expected for part in drills.parts_of(session, drill)] == [44, 40]


def test_a_drill_takes_until_its_last_class_was_counted(app, session, parts, officer, now):
    drill, (first, second) = parts
    with app.app_context():
        drills.count(session, drill, first, present=42, by=officer, now=after(now, 70))
        drills.count(session, drill, second, present=39, by=officer, now=after(now, 90))
        drills.count(session, drill, second, present=40, by=officer, now=after(now, 118))
        drills.clear(
            session, drill, building_id=first.building_id, floor=1, by=officer, now=after(now, 65)
        )
        drills.stop(session, drill, by=officer, now=after(now, 140))
        board = drills.board(session, drill, officer)
    assert (drill.state, drill.held_on, drill.seconds) == (State.HELD, date(2026, 11, 23), 118)
    assert (drill.expected, drill.present) == (82, 82)
    line = board.floors[0]
    assert (line.cleared_seconds, line.counted_seconds, line.classes) == (65, 70, 1)
    assert len(session.scalars(sa.select(HeadCount)).all()) == 3


def test_a_class_that_nobody_counted_leaves_the_time_unknown(app, session, parts, officer, now):
    drill, (first, second) = parts
    with app.app_context():
        drills.count(session, drill, first, present=42, by=officer, now=after(now, 70))
        drills.stop(session, drill, by=officer, now=after(now, 140))
        board = drills.board(session, drill, officer)
    assert (drill.seconds, drill.present) == (None, 42)
    assert [line.part.id for line in board.missing] == [second.id]


def test_a_count_kept_by_a_phone_still_counts_after_the_end(app, session, parts, officer, now):
    drill, (first, second) = parts
    with app.app_context():
        drills.count(session, drill, first, present=42, by=officer, now=after(now, 70))
        drills.stop(session, drill, by=officer, now=after(now, 140))
        late = after(now, 600)
        drills.count(session, drill, second, present=40, late_seconds=490, by=officer, now=late)
        assert (drill.seconds, drill.present) == (110, 82)
        services.evaluate(session, drill, evaluation="有序", by=officer, now=late)
        drills.count(session, drill, second, present=39, late_seconds=480, by=officer, now=late)
        assert (drill.seconds, drill.present) == (120, 81)
        with pytest.raises(RuleError, match="已经结束"):
            drills.count(session, drill, second, present=40, by=officer, now=late)


def test_of_two_who_count_a_class_the_later_one_counts_however_late_it_arrives(
    app, session, parts, officer, teacher, now
):
    drill, (first, _second) = parts
    with app.app_context():
        drills.count(session, drill, first, present=42, by=officer, now=after(now, 90))
        drills.count(
            session, drill, first, present=41, late_seconds=250, by=teacher, now=after(now, 300)
        )
        line = drills.board(session, drill, officer).classes[0]
    assert (line.last.present, line.seconds) == (42, 90)
    assert len(session.scalars(sa.select(HeadCount)).all()) == 2


def test_more_heads_than_expected_need_a_reason(app, session, parts, officer, now):
    drill, (first, _second) = parts
    with app.app_context():
        with pytest.raises(RuleError) as error:
            drills.count(session, drill, first, present=43, by=officer, now=after(now, 60))
        assert error.value.values["field"] == "note"
        drills.count(
            session, drill, first, present=43, note="实习生1人", by=officer, now=after(now, 60)
        )
        assert drills.board(session, drill, officer).classes[0].difference == 1


def test_whoever_takes_part_counts_and_nobody_else(app, make, session, parts, teacher, now):
    drill, (first, second) = parts
    passer_by = make.actor(make.person("别班老师", ["homeroom_teacher"]))
    leader = make.actor(make.someone("leader"))
    with app.app_context():
        assert drills.may_count(session, drill, leader)
        drills.count(session, drill, second, present=40, by=teacher, now=after(now, 60))
        board = drills.board(session, drill, teacher)
        assert [line.is_mine for line in board.classes] == [True, False]
        with pytest.raises(NotAllowed):
            drills.count(session, drill, first, present=42, by=passer_by, now=after(now, 60))


def test_only_floors_that_take_part_are_cleared(app, session, parts, officer, now):
    drill, (first, _second) = parts
    with app.app_context(), pytest.raises(RuleError, match="不参加"):
        drills.clear(session, drill, building_id=first.building_id, floor=3, by=officer, now=now())
    assert session.scalars(sa.select(FloorCleared)).all() == []


def test_nobody_counts_before_the_signal(app, make, session, classes, officer, now):
    drill = make.drill(*classes)
    with app.app_context(), pytest.raises(RuleError, match="没有在进行"):
        part = drills.parts_of(session, drill)[0]
        drills.count(session, drill, part, present=1, by=officer, now=now())


def test_a_drill_from_paper_took_from_its_beginning_to_its_end(
    app, make, session, classes, officer, now
):
    drill = make.drill(*classes, planned_on=date(2026, 11, 20))
    began = datetime.fromisoformat("2026-11-20T09:50+08:00")
    with app.app_context():
        services.hold(
            session,
            drill,
            held_on=date(2026, 11, 20),
            started_at=began,
            ended_at=began + timedelta(seconds=131),
            expected=82,
            present=80,
            by=officer,
            now=now(),
        )
        drills.held_on_paper(session, drill)
    assert (drill.state, drill.seconds, drill.target_seconds) == (State.HELD, 131, 120)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"held_on": date(2026, 11, 24)}, "held_on"),
        ({"started_at": datetime.fromisoformat("2026-11-23T23:30+08:00")}, "started"),
        ({"ended_at": timedelta(seconds=-1)}, "ended"),
        ({"expected": 82, "present": 83}, "note"),
    ],
)
def test_what_cannot_have_been_is_refused_beside_its_field(
    app, make, session, officer, now, changes, field
):
    drill = make.drill()
    given = {"held_on": date(2026, 11, 23), "started_at": now(), **changes}
    if "ended_at" in given:
        given["ended_at"] += now()
    with app.app_context(), pytest.raises(RuleError) as error:
        services.hold(session, drill, **given, by=officer, now=now())
    assert error.value.values["field"] == field


def test_an_issue_becomes_a_hazard_and_the_record_is_closed_with_it(
    app, make, session, room, officer, now
):
    drill = make.drill()
    with app.app_context():
        services.hold(session, drill, held_on=date(2026, 11, 23), by=officer, now=now())
        with pytest.raises(RuleError, match="先写评估"):
            services.archive(session, drill, by=officer, now=now())
        details = {"problems": "二层后门打不开"}
        services.evaluate(session, drill, evaluation="有序", details=details, by=officer, now=now())
        with pytest.raises(RuleError, match="登记成隐患"):
            services.archive(session, drill, by=officer, now=now())
        issue = Issue("二层后门打不开", "evac_blocked", Level.SERIOUS, room.id)
        hazard = services.add_issue(session, drill, issue, by=officer, now=now())
        services.archive(session, drill, by=officer, now=now())
        with pytest.raises(RuleError, match="不能再做这一步"):
            services.evaluate(session, drill, evaluation="改", by=officer, now=now())
    assert (hazard.source, hazard.source_ref) == (Source.DRILL, drill.number)
    assert drill.archived_at == now()
    acts = session.scalars(
        sa.select(AuditEntry.act).where(AuditEntry.subject == f"activity:{drill.number}")
    ).all()
    steps = ["plan", "hold", "evaluate", "add_issue", "archive"]
    assert acts == [f"activity.{one}" for one in steps]
    assert list(session.scalars(sa.select(ActivityEvent.action))) == steps


def test_a_change_tells_old_and_new_and_a_lost_race_is_told(
    app, make, session, classes, officer, now
):
    drill = make.drill(classes[0])
    facts = Facts(
        form=Form.EVACUATION,
        title="十一月疏散演练",
        planned_on=date(2026, 11, 25),
        organiser_id=officer.id,
        details={"scene": "起火"},
    )
    with app.app_context():
        more = drills.set_classes(session, drill, [classes[1].id])
        services.change(session, drill, facts, seen=drill.version, more=more, by=officer, now=now())
        with pytest.raises(RuleError, match="刚刚有人改过"):
            services.change(session, drill, facts, seen=0, by=officer, now=now())
    event = session.scalars(sa.select(ActivityEvent).order_by(ActivityEvent.id.desc())).first()
    assert event.changes == {
        "planned_on": ["2026-11-23", "2026-11-25"],
        "scene": ["", "起火"],
        "classes": ["三年级2班", "三年级3班"],
    }


def test_a_form_belongs_to_its_kind_and_a_plan_to_those_who_organise(
    app, session, make, officer, teacher, now
):
    wrong = Facts(form=Form.SAFETY_MEETING, title="例会", planned_on=date(2026, 11, 25))
    with app.app_context():
        with pytest.raises(RuleError):
            services.plan(session, Kind.DRILL, wrong, by=officer, now=now())
        with pytest.raises(NotAllowed):
            services.plan(session, Kind.MEETING, wrong, by=teacher, now=now())


def test_a_cancelled_drill_says_why(app, make, session, officer, now):
    drill = make.drill()
    with app.app_context():
        with pytest.raises(RuleError) as error:
            services.cancel(session, drill, reason="", by=officer, now=now())
        services.cancel(session, drill, reason="下雨", by=officer, now=now())
    assert (error.value.values["field"], drill.state) == ("note", State.CANCELLED)


def test_people_see_what_they_take_part_in(app, make, session, classes, teacher, officer):
    make.drill(classes[0])
    make.drill(classes[1])
    make.drill(by=make.someone("officer"), organiser_id=teacher.id)
    nobody = make.actor(make.someone("nobody"))

    def seen(actor):
        return sorted(session.scalars(sa.select(Activity.id).where(queries.visible_to(actor))))

    assert (seen(officer), seen(teacher), seen(nobody)) == ([1, 2, 3], [1, 3], [])


def test_who_keeps_a_dormitory_sees_the_drill_at_night(app, make, session, classes):
    dorm, grid = make.building("学生宿舍"), make.empty_grid("宿舍一层")
    room, keeper = make.space(dorm, "101室", "dorm_room"), make.person("宿管")
    from unitsafe.grids import services as grids

    grids.put_spaces(session, grid, [room.id], today=date(2026, 9, 1), by=None, now=make.now())
    make.assign(keeper, grid)
    drill = make.drill(classes[0], form=Form.NIGHT)
    actor = make.actor(keeper)
    assert session.scalars(sa.select(Activity.id).where(queries.visible_to(actor))).all() == [
        drill.id
    ]
    with app.app_context():
        assert drills.may_count(session, drill, actor)

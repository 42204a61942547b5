"""Every grid's day in one sign."""

from datetime import timedelta

import pytest

from unitsafe import clock
from unitsafe.checks.models import Check
from unitsafe.hazards.rules import Card, State
from unitsafe.maps import tiles
from unitsafe.places.models import BuildingUse

KINDS = [
    ([], 0, "due"),
    ([], 1, "warn"),
    (["submitted"], 0, "ok"),
    (["countersigned", "submitted"], 0, "ok"),
    (["skipped"], 0, "ok"),
    (["submitted", "due"], 0, "due"),
    (["in_progress"], 0, "due"),
    (["submitted"], 2, "warn"),
    (["due"], 2, "warn"),
]


@pytest.mark.parametrize(("states", "hazards", "kind"), KINDS)
def test_a_mark_says_the_worst_of_what_it_stands_for(states, hazards, kind):
    now = clock.parse("2026-11-23T08:00")
    later = now + timedelta(hours=1)
    checks = [
        Check(state=state, opens_at=now, due_at=later, grace_ends_at=later, missed_at=later)
        for state in states
    ]
    for check in checks:
        check.explanation = ""
    assert tiles.mark_of(checks, hazards, now) == kind
    is_open = any(state in ("due", "in_progress") for state in states)
    late = later + timedelta(seconds=1)
    assert tiles.mark_of(checks, hazards, late) == ("bad" if is_open else kind)


LENGTHS = [
    ("daily_fire_patrol", False),
    ("grid_walk", False),
    ("night_dorm", False),
    ("monthly_facility", True),
    ("quarterly_inspection", True),
]


@pytest.mark.parametrize(("key", "periodic"), LENGTHS)
def test_what_may_be_done_on_any_of_many_days_stands_apart(make, key, periodic):
    make.building("宿舍楼", BuildingUse.DORM)
    found = [check for check in make.day() if check.checklist_key == key]
    assert found and all(tiles.is_periodic(check) is periodic for check in found)


@pytest.fixture
def day_of(app, make, session, now):
    """The map's day as ``person`` sees it."""

    def of(person):
        session.expire_all()
        with app.app_context():
            return tiles.day_of(session, make.actor(person), now())

    return of


def kinds(day):
    return {tile.grid.name: tile.kind for tile in day.tiles.values()}


def test_a_block_says_the_worst_of_its_grids_and_counts_them_all(make, day_of):
    second = make.grid("二层")
    make.assign(make.person(), second)
    make.day()
    make.hazard(State.ASSIGNED, grid=second)
    day = day_of(make.someone("manager"))
    assert kinds(day) == {"全校": "warn", "教学楼片": "warn", "一层": "due", "二层": "warn"}
    block = day.tiles[make.block().id]
    assert (block.expected, block.done, block.hazards) == (4, 0, 1)


def test_a_teacher_sees_how_only_their_own_grid_stands_but_who_answers_for_every_one(make, day_of):
    second = make.grid("二层")
    make.assign(make.person("王老师"), second)
    make.day()
    make.hazard(State.ASSIGNED, grid=second)
    day = day_of(make.someone("teacher"))
    assert kinds(day) == {"全校": "na", "教学楼片": "na", "一层": "due", "二层": "na"}
    hidden = day.tiles[second.id]
    assert (hidden.holder, hidden.expected, hidden.hazards) == ("王老师", 0, 0)
    assert not day.sees(second.id) and day.sees(make.grid().id)


def test_a_leader_sees_how_the_grids_of_their_block_stand(make, day_of):
    far = make.grid("三层", block="综合楼片")
    make.day()
    found = kinds(day_of(make.someone("leader")))
    assert (found["教学楼片"], found["一层"], found["三层"]) == ("due", "due", "na")
    assert far.name == "三层"


def overdue(make, grid, days, **values):
    hazard = make.hazard(State.ASSIGNED, grid=grid, **values)
    hazard.due_on = clock.today() - timedelta(days)
    make.session.commit()


def test_a_grid_carries_the_gravest_card_of_its_hazards_and_a_block_of_its_grids(make, day_of):
    first, second = make.grid("一层"), make.grid("二层")
    make.assign(make.person(), second)
    overdue(make, first, 1)
    overdue(make, first, 9)
    overdue(make, second, 1)
    found = {tile.grid.name: tile.card for tile in day_of(make.someone("manager")).tiles.values()}
    assert found == {
        "全校": Card.RED,
        "教学楼片": Card.RED,
        "一层": Card.RED,
        "二层": Card.YELLOW,
    }
    hidden = day_of(make.someone("teacher")).tiles[second.id]
    assert hidden.card is None


def test_cards_stand_on_the_tiles_on_the_map_and_on_the_grids_page_in_words(make, browser):
    overdue(make, make.grid(), 9)
    shown, code = make.grid_map(), make.grid().code
    make.shape(shown, make.grid())
    principal = browser(make.someone("principal"))
    assert "红牌" in principal.get("/").page.text()
    page = principal.get("/grids/map").page
    assert "红牌" in page.text("shapes") and "红牌" in page.text("tiles")
    assert "隐患超期或反复出现" in page.text()
    for address in (f"/grids/{code}", f"/grids/{make.block().code}"):
        grid = principal.get(address).page
        assert "红牌" in grid.text() and "黄牌" not in grid.text()
    other = browser(make.person("别人", ["subject_teacher"])).get(f"/grids/{code}")
    assert other.status == 403 or "红牌" not in other.page.text()

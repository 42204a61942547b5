"""What the paper of one hazard prints."""

import pytest

from unitsafe.hazards import papers, queries, services
from unitsafe.hazards.rules import Fix, Level, State


@pytest.fixture
def sheet(app, make, session, now):
    def of(hazard):
        session.expire_all()
        found = queries.hazard(session, make.actor(make.someone("principal")), hazard.number)
        with app.test_request_context():
            photos = queries.photos(session, found.id)
            return papers.hazard_sheet(found, photos, make.school(), now=now())

    return of


def facts(data):
    return {fact["label"]: fact["value"] for fact in data["facts"]}


def test_an_open_hazard_names_place_holder_and_deadline_and_nobody_who_closed_it(make, sheet):
    hazard = make.hazard(State.ASSIGNED)
    data = sheet(hazard)
    said = facts(data)
    assert (data["number"], data["state"], data["level"]) == (hazard.number, "整改中", "一般")
    assert (said["部位"], said["责任人"]) == ("教学楼 一层教室", "teacher")
    assert (said["发现时间"], said["整改期限"]) == ("2026-11-23 08:00", "2026-11-26")
    assert (said["来源"], said["发现人"]) == ("随手报", "officer")
    assert said["类别"] != "evac_blocked"
    assert [one["names"] for one in data["signatures"]] == [["teacher"], []]
    assert data["pairs"] == [] and data["marks"] == []


def test_a_closed_hazard_is_signed_by_whoever_closed_it_and_tells_every_step(make, sheet):
    data = sheet(make.hazard(State.CLOSED))
    assert data["signatures"][1] == {
        "label": "复查销号签名",
        "names": ["director"],
        "at": "2026-11-23 08:00",
    }
    assert [(step["action"], step["by"]) for step in data["timeline"]] == [
        ("登记", "officer"),
        ("派单", "系统"),
        ("整改完成", "teacher"),
        ("销号", "director"),
    ]
    assert data["timeline"][1]["note"] == "交teacher 期限2026-11-26"


def test_photos_stand_before_and_after_side_by_side(make, app, session, sheet, now):
    officer, teacher = make.someone("officer"), make.someone("teacher")
    before = [make.photo(officer, colour).id for colour in ("red", "blue")]
    after = make.photo(teacher, "green").id
    with app.app_context():
        hazard = services.report(
            session,
            description="堵塞",
            category="evac_blocked",
            level=Level.NORMAL,
            fix=Fix.STOP_USE,
            space_id=make.space_in(make.grid()).id,
            photo_ids=before,
            by=make.actor(officer),
            now=now(),
        )
        services.report_done(
            session, hazard, measure="已搬", photo_ids=[after], by=make.actor(teacher), now=now()
        )
    session.commit()
    data = sheet(hazard)
    names = [
        (pair["before"] and pair["before"]["name"], pair["after"] and pair["after"]["name"])
        for pair in data["pairs"]
    ]
    assert names == [(f"photo{before[0]}", f"photo{after}"), (f"photo{before[1]}", None)]
    assert data["pairs"][0]["after"]["caption"].startswith(f"{hazard.number} · 整改后 · 教学楼")
    assert data["marks"] == ["停用"]


def test_a_hazard_without_a_room_is_placed_by_its_grid(make, app, session, sheet, now):
    with app.app_context():
        hazard = services.report(
            session,
            description="围墙",
            category="other",
            level=Level.SERIOUS,
            fix=Fix.SCHEDULED,
            space_id=None,
            grid_id=make.block().id,
            by=make.actor(make.someone("officer")),
            now=now(),
        )
    session.commit()
    said = facts(sheet(hazard))
    assert said["部位"] == "教学楼片"
    assert (said["责任人"], said["整改期限"]) == ("", "")

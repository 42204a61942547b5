"""Who sees which check, hazard and photo: the whole school's, one's grids, one's own."""

import io
from datetime import datetime

import pytest
import sqlalchemy as sa
from PIL import Image

from unitsafe import clock
from unitsafe.checks import queries as checks
from unitsafe.checks import services as check_services
from unitsafe.checks.models import Check
from unitsafe.core.images import PhotoRefused
from unitsafe.hazards import queries as hazards
from unitsafe.hazards import services as hazard_services
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Fix, Level
from unitsafe.photos import services
from unitsafe.photos.models import Photo

HERE, THERE = "一层", "宿舍一层"


@pytest.fixture
def school(app, make, session, now):
    """Two blocks; in each a walk, a patrol and a hazard with a photo; the walks are answered."""
    made = {}
    people = {HERE: make.someone("teacher"), THERE: make.person("宿管", ["dorm_keeper"])}
    far = make.grid(THERE, "宿舍片")
    make.assign(people[THERE], far, make_role("grid_member"))
    room = make.space(make.building("宿舍楼"), "宿舍101")
    put(make, far, room)
    for check in make.day():
        if check.checklist_key == "grid_walk" and check.round_no == 1:
            made[f"walk {check.place}"] = check
        if check.checklist_key == "daily_fire_patrol":
            made[f"patrol {check.place}"] = check
    for number, (place, person) in enumerate(people.items()):
        photo = make.photo(person, ("red", "blue")[number])
        with app.app_context():
            made[f"hazard {place}"] = hazard_services.report(
                session,
                description=place,
                category="other",
                level=Level.NORMAL,
                fix=Fix.SCHEDULED,
                space_id=None,
                grid_id=(make.grid() if place == HERE else far).id,
                photo_ids=[photo.id],
                by=make.actor(person),
                now=now(),
            )
        made[f"photo {place}"] = photo
    session.commit()
    return made


def make_role(name):
    from unitsafe.grids.models import Role

    return Role(name)


def put(make, grid, room):
    from unitsafe.grids import services as grids
    from unitsafe.grids.queries import spaces_of

    today = clock.local(make.now()).date()
    rooms = [one.id for one in spaces_of(make.session, [grid.id], today)[grid.id]]
    grids.put_spaces(make.session, grid, [*rooms, room.id], today=today, by=None, now=make.now())
    make.session.commit()


ALL = {
    f"{kind} {place}"
    for kind, places in (
        ("walk", (HERE, THERE)),
        ("patrol", ("教学楼", "宿舍楼")),
        ("hazard", (HERE, THERE)),
        ("photo", (HERE, THERE)),
    )
    for place in places
}
OF_HERE = {f"walk {HERE}", f"hazard {HERE}", f"photo {HERE}"}
SEES = {
    "principal": ALL,
    "manager": ALL,
    "officer": ALL,
    "director": ALL,
    "inspector": ALL,
    "teacher": OF_HERE,
    "leader": OF_HERE,
    "subject_teacher": set(),
    "cook": set(),
    "electrician": set(),
    "gatekeeper": {"patrol 教学楼", "patrol 宿舍楼"},
}


def seen(make, session, person, school):
    """Which of the school's records the person may see, by each query that decides it."""
    actor = make.actor(person)
    found = set()
    with make.app.app_context():
        for name, one in school.items():
            if isinstance(one, Check):
                visible = checks.check(session, actor, one.id) is not None
            elif isinstance(one, Hazard):
                visible = hazards.hazard(session, actor, one.number) is not None
            else:
                visible = services.visible_photo(session, actor, one.id) is not None
            if visible:
                found.add(name)
    return found


def someone(make, who):
    known = {"principal", "manager", "officer", "director", "inspector", "teacher", "leader"}
    return make.someone(who) if who in known else make.person(who, [who])


@pytest.mark.parametrize("who", SEES)
def test_everybody_sees_what_the_table_says_and_nothing_else(make, session, school, who):
    assert seen(make, session, someone(make, who), school) == SEES[who]


@pytest.mark.parametrize("who", SEES)
def test_the_ledgers_show_the_same_as_the_single_pages(make, session, school, who, now):
    actor = make.actor(someone(make, who))
    listed = {
        f"walk {c.place}" if c.target == "grid" else f"patrol {c.place}"
        for c in session.scalars(checks.ledger(actor, checks.Filters(), now())).unique()
        if c.checklist_key in ("grid_walk", "daily_fire_patrol")
    }
    listed |= {
        f"hazard {one.description}"
        for one in session.scalars(hazards.ledger(actor, hazards.Filters())).unique()
    }
    assert listed == {name for name in SEES[who] if not name.startswith("photo")}
    count = checks.count(session, actor, checks.Filters(), now())
    shown = session.scalars(checks.ledger(actor, checks.Filters(), now())).unique().all()
    assert count == len(shown)


def test_whoever_moves_to_another_grid_sees_that_one_and_still_their_own_work(
    make, session, school, now
):
    teacher, dorm = make.someone("teacher"), make.grid(THERE, "宿舍片")
    make.submitted(school[f"walk {HERE}"], teacher)
    today = clock.local(now()).date()
    session.execute(
        sa.text("UPDATE assignment SET until_on = :day WHERE person_id = :id"),
        {"day": today, "id": teacher.id},
    )
    session.commit()
    now.set("2026-11-24T08:00")
    make.assign(teacher, dorm, make_role("helper"))
    assert seen(make, session, teacher, school) == {
        f"walk {HERE}",
        f"hazard {HERE}",  # reported by them
        f"photo {HERE}",
        f"walk {THERE}",
        f"hazard {THERE}",
        f"photo {THERE}",
    }


def test_a_photo_of_a_check_is_seen_by_those_who_see_the_check(app, make, session, now):
    officer, patrol = make.someone("officer"), make.patrol()
    photo = make.photo(officer)
    with app.app_context():
        check_services.add_photo(
            session, patrol, "dp_exit_clear", photo.id, by=make.actor(officer), now=now()
        )
    session.commit()
    school = {"patrol": patrol, "photo": photo}
    assert seen(make, session, make.person("门卫", ["gatekeeper"]), school) == set(school)
    assert seen(make, session, make.someone("manager"), school) == set(school)
    assert seen(make, session, make.someone("teacher"), school) == set()


def test_a_photo_that_belongs_to_nothing_yet_is_its_senders_alone(make, session):
    photo = make.photo(make.someone("officer"))
    school = {"photo": photo}
    assert seen(make, session, make.someone("officer"), school) == {"photo"}
    assert seen(make, session, make.someone("principal"), school) == set()


# -- keeping ---------------------------------------------------------------------------------------


def test_the_same_picture_from_the_same_person_is_one_photo(make, session):
    officer, teacher = make.someone("officer"), make.someone("teacher")
    first = make.photo(officer)
    assert make.photo(officer).id == first.id
    other = make.photo(teacher)
    assert other.id != first.id and other.digest == first.digest
    assert make.photo(officer, "blue").digest != first.digest
    assert session.scalar(sa.select(sa.func.count()).select_from(Photo)) == 3


def test_the_servers_time_counts_and_the_cameras_is_kept_beside_it(app, make, session, now):
    stream, exif = io.BytesIO(), Image.Exif()
    exif[0x8769] = {0x9003: "2026:11:20 07:30:00"}
    Image.new("RGB", (300, 200), "red").save(stream, "JPEG", exif=exif)
    stream.seek(0)
    with app.app_context():
        kept = services.keep_file(stream)
        photo = services.add_photo(session, kept, by=make.actor(make.someone("officer")), now=now())
    session.commit()
    assert photo.at == now()
    assert photo.taken_at == datetime(2026, 11, 20, 7, 30, tzinfo=clock.ZONE)
    assert (photo.width, photo.height) == (300, 200)


def test_both_files_of_a_photo_are_kept_and_hold_nothing_of_the_camera(app, make):
    photo = make.photo(make.someone("officer"))
    with app.app_context():
        files = [services.store().path(key, services.SUFFIX) for key in (photo.digest, photo.thumb)]
    assert all(file.exists() for file in files)
    for file in files:
        with Image.open(file) as image:
            assert not image.getexif()


def test_what_is_no_picture_is_refused_and_nothing_is_kept(app, session):
    with app.app_context(), pytest.raises(PhotoRefused):
        services.keep_file(io.BytesIO(b"not a picture"))
    assert session.scalar(sa.select(sa.func.count()).select_from(Photo)) == 0

"""What a person may do is known from memory, and forgotten the moment it changes."""

from unitsafe import create_app
from unitsafe.config import Config
from unitsafe.grids import services
from unitsafe.grids.models import Role
from unitsafe.people import queries
from unitsafe.people import services as people


def test_signing_out_everywhere_takes_effect_at_once(browser, make, session, now):
    officer = make.someone("officer")
    client = browser(officer)
    assert client.get("/checks").status == 200
    people.set_password(session, officer, "x", by=make.actor(officer), now=now())
    session.commit()
    assert client.get("/checks").status == 303


def test_a_new_grid_is_seen_at_once(browser, make, session, now):
    teacher, grid = make.person("新老师", ["subject_teacher"]), make.grid()
    client, hazard = browser(teacher), make.hazard()
    assert client.get(f"/hazards/{hazard.number}").status == 404
    services.assign(
        session,
        person=teacher,
        grid=grid,
        role=Role.HELPER,
        from_on=now().date(),
        by=None,
        now=now(),
    )
    session.commit()
    assert client.get(f"/hazards/{hazard.number}").status == 200


def test_a_post_that_ends_takes_its_rights_along(browser, make, session, now):
    officer, manager = make.someone("officer"), make.someone("manager")
    client = browser(officer)
    assert client.get("/settings").status == 200
    person = queries.person(session, officer.id)
    people.leave(session, person, today=now().date(), by=make.actor(manager), now=now())
    session.commit()
    assert client.get("/settings").status == 303


def test_each_app_keeps_its_own(app, browser, make, tmp_path):
    client = browser(make.someone("officer"))
    create_app(Config("127.0.0.1", 0, tmp_path, f"sqlite:///{tmp_path}/other.db", None))
    app.extensions["kept_actors"].forget()
    with client.client.session_transaction() as cookie:
        token = cookie["_user_id"]
    assert client.get("/me").status == 200
    assert app.extensions["kept_actors"].known(token, today=make.now().date()) is not None

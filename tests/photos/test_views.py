"""Sending a photo ahead of its form, and looking at it."""

import io

import pytest
import sqlalchemy as sa

from tests.factories import picture
from unitsafe.core.blobs import StorageFull
from unitsafe.hazards.rules import State
from unitsafe.photos import services
from unitsafe.photos.models import Photo


def photos(session):
    return session.scalar(sa.select(sa.func.count()).select_from(Photo))


def test_a_sent_photo_has_a_number_and_two_addresses(browser, make, session):
    client = browser(make.someone("teacher"))
    answer = client.post("/photos", {"photo": (picture(), "a.jpg")})
    assert answer.status == 200
    assert answer.json["id"] == session.scalars(sa.select(Photo.id)).one()
    for kind in ("url", "thumb_url"):
        shown = client.get(answer.json[kind])
        assert (shown.status, shown.response.mimetype) == (200, "image/jpeg")
        assert shown.response.data.startswith(b"\xff\xd8")


def test_sent_twice_it_is_one_photo(browser, make, session):
    client = browser(make.someone("teacher"))
    ids = {client.post("/photos", {"photo": (picture(), "a.jpg")}).json["id"] for _ in range(2)}
    assert len(ids) == photos(session) == 1


REFUSED = [
    ({}, "没有收到照片"),
    ({"photo": (io.BytesIO(b""), "")}, "没有收到照片"),
    ({"photo": (io.BytesIO(b""), "a.jpg")}, ""),
    ({"photo": (io.BytesIO(b"hello"), "a.jpg")}, ""),
    ({"photo": (io.BytesIO(b"\xff\xd8\xff\xe0" + b"0" * 99), "a.jpg")}, ""),
    ({"photo": (io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "a.svg")}, ""),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_is_no_photo_is_refused_in_words(browser, make, session, number):
    data, says = REFUSED[number]
    fresh = {name: (io.BytesIO(file.getvalue()), to) for name, (file, to) in data.items()}
    answer = browser(make.someone("teacher")).post("/photos", fresh)
    assert answer.status == 422
    assert says in answer.json["message"] and len(answer.json["message"]) > 5
    assert photos(session) == 0


def test_a_full_disk_is_said_and_nothing_is_kept(browser, make, session, monkeypatch):
    def full(_stream):
        raise StorageFull("磁盘满了")

    monkeypatch.setattr(services, "keep_file", full)
    answer = browser(make.someone("teacher")).post("/photos", {"photo": (picture(), "a.jpg")})
    assert (answer.status, answer.json["message"]) == (507, "磁盘满了")
    assert photos(session) == 0


def test_signed_out_nobody_sends_or_sees_photos(browser, make):
    photo = make.photo(make.someone("officer"))
    client = browser()
    assert client.post("/photos", {"photo": (picture(), "a.jpg")}, signed_out=True).status == 303
    assert client.get(f"/photos/{photo.id}").status == 303


def test_a_photo_without_a_token_is_refused(app, browser, make, session):
    client = browser(make.someone("teacher"))
    answer = client.client.post("/photos", data={"photo": (picture(), "a.jpg")})
    answer.close()
    assert answer.status_code == 400
    assert photos(session) == 0


@pytest.mark.parametrize("size", ["", "/thumb"])
def test_anothers_photo_is_not_found_rather_than_forbidden(browser, make, size):
    photo = make.photo(make.someone("officer"))
    assert browser(make.someone("teacher")).get(f"/photos/{photo.id}{size}").status == 404
    assert browser(make.someone("officer")).get(f"/photos/{photo.id}{size}").status == 200


@pytest.mark.parametrize("number", ["0", "999", "999999999999999999999", "x"])
def test_unknown_photos_are_not_found(browser, make, number):
    assert browser(make.someone("officer")).get(f"/photos/{number}").status == 404


def test_the_photos_of_a_hazard_are_seen_by_its_holder_and_its_leader(browser, make):
    make.hazard(State.RECTIFIED)
    for role in ("teacher", "leader", "director", "inspector"):
        assert browser(make.someone(role)).get("/photos/1/thumb").status == 200, role
    stranger = make.person("某某", ["subject_teacher"])
    assert browser(stranger).get("/photos/1/thumb").status == 404


def test_a_browser_keeps_a_photo_and_asks_each_time_whether_it_may_show_it(browser, make):
    photo = make.photo(make.someone("officer"))
    client = browser(make.someone("officer"))
    first = client.get(f"/photos/{photo.id}")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get(f"/photos/{photo.id}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.response.data) == (304, b"")
    seen = {"If-None-Match": first.headers["ETag"]}
    assert (
        browser(make.person("某某", ["subject_teacher"]))
        .get(f"/photos/{photo.id}", headers=seen)
        .status
        == 404
    )


def test_a_photo_whose_file_is_gone_is_not_found(app, browser, make):
    photo = make.photo(make.someone("officer"), "#123456")
    with app.app_context():
        services.store().path(photo.digest, services.SUFFIX).unlink()
    assert browser(make.someone("officer")).get(f"/photos/{photo.id}").status == 404

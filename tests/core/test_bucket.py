"""Photos and files in a bucket: kept there before their rows, shown and printed from copies."""

import hashlib
import io
import os
import shutil
import time
from pathlib import Path

import pikepdf
import pytest
import sqlalchemy as sa

from tests.factories import picture
from tests.fake_s3 import BUCKET, environment, fake_s3
from unitsafe.config import ConfigError, read
from unitsafe.core import bucket as buckets
from unitsafe.core.blobs import BlobStore, StorageAway
from unitsafe.core.bucket import Bucket
from unitsafe.hazards.models import HazardPhoto
from unitsafe.photos.models import Photo

DATA = b"what a photo holds"
KEY = hashlib.sha256(DATA).hexdigest()
NAME = f"{KEY[:2]}/{KEY[2:4]}/{KEY}.jpg"


@pytest.fixture
def far(monkeypatch):
    with fake_s3() as server:
        for name, value in environment(server).items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def store(far, tmp_path):
    return Bucket(f"s3://{BUCKET}/unitsafe", BlobStore(tmp_path / "near"))


@pytest.fixture
def bucket_app(app, store):
    """The app with its photos in the bucket."""
    before = app.extensions["photos"]
    app.extensions["photos"] = store
    yield app
    app.extensions["photos"] = before


def forget_copies(store) -> None:
    shutil.rmtree(store._near.root)


def test_what_is_kept_lies_in_the_bucket_under_its_sum(store, far):
    assert store.put(DATA, ".jpg") == KEY
    assert far.objects == {f"unitsafe/{NAME}": DATA}
    assert store.put(DATA, ".jpg") == KEY and len(far.objects) == 1


def test_how_the_server_is_doing_is_told_without_asking_the_bucket(
    bucket_app, store, far, browser, make
):
    make.photo(make.someone("teacher"))
    forget_copies(store)
    client = browser(make.someone("manager"))
    far.refuses, far.asked[:] = 403, []
    assert "照片1张" in client.get("/status").page.text("content")
    assert far.asked == []


def test_a_copy_is_fetched_once(store, far):
    far.objects[f"unitsafe/{NAME}"] = DATA
    assert store.path(KEY, ".jpg").read_bytes() == DATA
    assert store.path(KEY, ".jpg").read_bytes() == DATA
    assert far.asked == [f"GET unitsafe/{NAME}"]


def test_what_was_never_kept_is_not_there(store):
    assert not store.path(KEY, ".jpg").exists()
    assert not store.exists(KEY, ".jpg") and list(store.names()) == []


def test_everything_kept_is_listed(store, far):
    keys = {store.put(str(n).encode(), ".pdf") for n in range(5)}
    far.objects["unitsafe/readme.txt"] = far.objects["another/00"] = b"not ours"
    assert {name[6:70] for name in store.names()} == keys
    assert all(store.exists(key, ".pdf") for key in keys)


def test_what_is_damaged_in_the_bucket_is_not_shown(store, far, caplog):
    far.objects[f"unitsafe/{NAME}"] = DATA + b"!"
    assert not store.path(KEY, ".jpg").exists()
    assert "damaged" in caplog.text


@pytest.mark.parametrize("what", ["put", "path", "exists", "names"])
def test_a_bucket_that_refuses_is_told_in_our_words(store, far, what, caplog):
    far.refuses = 403
    with pytest.raises(StorageAway, match="连不上"):
        if what == "put":
            store.put(DATA, ".jpg")
        elif what == "names":
            list(store.names())
        else:
            getattr(store, what)(KEY, ".jpg")
    assert "the bucket does not take or give" in caplog.text and "secret" not in caplog.text
    assert not list(store._near.names())


def test_copies_are_swept_when_they_take_too_much_but_none_in_use(tmp_path):
    near = BlobStore(tmp_path)
    old, older, fresh = (
        near.path(near.put(text * 50, ".jpg"), ".jpg") for text in (b"a", b"b", b"c")
    )
    now = time.time()
    os.utime(old, (now - 5000, now - 5000))
    os.utime(older, (now - 9000, now - 9000))
    buckets.sweep(near, most=150, before=now - 3600)
    assert older.exists()
    buckets.sweep(near, most=100, before=now - 3600)
    assert (old.exists(), older.exists()) == (True, False)
    buckets.sweep(near, most=0, before=now - 3600)
    assert (old.exists(), fresh.exists()) == (False, True)


def test_a_photo_is_sent_shown_and_printed(bucket_app, browser, make, session, far, store):
    officer = make.someone("officer")
    client = browser(officer)
    sent = client.post("/photos", {"photo": (picture(), "a.jpg")}).json
    assert len(far.objects) == 2
    hazard = make.hazard()
    session.add(
        HazardPhoto(hazard_id=hazard.id, photo_id=sent["id"], is_after=False, at=make.now())
    )
    session.commit()
    forget_copies(store)
    assert client.get(sent["url"]).response.data.startswith(b"\xff\xd8")
    forget_copies(store)
    paper = client.get(f"/hazards/{hazard.number}.pdf").response.data
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        assert any(page.get_images() for page in pdf.pages)
    forget_copies(store)
    far.refuses = 500
    answer = client.get(f"/hazards/{hazard.number}.pdf")
    assert answer.status == 503 and "连不上" in answer.page.text()


def test_when_the_bucket_is_away_nothing_is_kept_and_it_is_said(
    bucket_app, browser, make, far, session
):
    client = browser(make.someone("officer"))
    far.refuses = 500
    answer = client.post("/photos", {"photo": (picture(), "a.jpg")})
    assert answer.status == 503 and "连不上" in answer.json["message"]
    assert session.scalar(sa.select(sa.func.count()).select_from(Photo)) == 0


@pytest.mark.parametrize(
    ("text", "bucket", "folder"),
    [
        ("", "", "photos"),
        ("/srv/photos", "", "/srv/photos"),
        ("s3://school-1", "s3://school-1", "photos-copies"),
        ("s3://school/unit/safe", "s3://school/unit/safe", "photos-copies"),
    ],
)
def test_the_setting_names_a_folder_or_a_bucket(tmp_path, text, bucket, folder):
    settings = read({"UNITSAFE_DATA": str(tmp_path), "UNITSAFE_PHOTOS": text})
    assert (settings.bucket, settings.photos) == (bucket, tmp_path / Path(folder))


@pytest.mark.parametrize("text", ["s3://", "s3://a b", "https://host/bucket", "gs://school"])
def test_another_place_is_refused(tmp_path, text):
    with pytest.raises(ConfigError, match="UNITSAFE_PHOTOS"):
        read({"UNITSAFE_DATA": str(tmp_path), "UNITSAFE_PHOTOS": text})

"""Files by content: once each, whole or absent."""

import errno
import hashlib
import os
import threading
from pathlib import Path

import pytest

from unitsafe.core.blobs import BlobStore, StorageFull

DATA = b"a photo"
KEY = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "photos")


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_lies_under_its_sum_in_two_folders(store: BlobStore) -> None:
    assert not store.exists(KEY, ".jpg")
    assert store.put(DATA, ".jpg") == KEY
    path = store.path(KEY, ".jpg")
    assert path == store.root / KEY[:2] / KEY[2:4] / f"{KEY}.jpg"
    assert path.read_bytes() == DATA
    assert store.exists(KEY, ".jpg")
    assert not store.exists(KEY, "-thumb.jpg")


def test_the_same_photo_twice_is_one_file_written_once(store: BlobStore) -> None:
    store.put(DATA, ".jpg")
    before = store.path(KEY, ".jpg").stat()
    store.put(DATA, ".jpg")
    after = store.path(KEY, ".jpg").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert files_below(store.root) == [store.path(KEY, ".jpg")]


def test_the_same_photo_from_many_threads_is_one_whole_file(store: BlobStore) -> None:
    data = os.urandom(300_000)
    keys: list[str] = []
    threads = [
        threading.Thread(target=lambda: keys.append(store.put(data, ".jpg"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8 and len(set(keys)) == 1
    assert [path.read_bytes() for path in files_below(store.root)] == [data]


@pytest.mark.parametrize("key", ["", "ab", "../" * 21 + "a", KEY.upper(), KEY + "0", KEY + "\n"])
def test_a_key_that_is_not_64_hex_digits_is_refused(store: BlobStore, key: str) -> None:
    with pytest.raises(ValueError, match="64"):
        store.path(key, ".jpg")
    with pytest.raises(ValueError, match="64"):
        store.exists(key, ".jpg")


@pytest.mark.parametrize("suffix", ["/../x", "..", "\\x", ".jpg\0", ".jpg ", ":stream"])
def test_a_suffix_that_could_leave_the_folder_is_refused(store: BlobStore, suffix: str) -> None:
    with pytest.raises(ValueError, match="suffix"):
        store.put(DATA, suffix)
    assert not store.root.exists()


def test_a_crash_between_write_and_rename_leaves_nothing(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        pass

    seen: list[bytes] = []

    def crash(part: Path, target: Path) -> None:
        seen.append(part.read_bytes())
        assert part.parent == target.parent
        assert not target.exists()
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", crash)
        with pytest.raises(Crash):
            store.put(DATA, ".jpg")
    assert seen == [DATA]
    assert not store.exists(KEY, ".jpg")
    assert files_below(store.root) == []
    store.put(DATA, ".jpg")
    assert store.exists(KEY, ".jpg")


def test_a_part_left_by_a_power_cut_is_no_blob_and_is_not_in_the_way(store: BlobStore) -> None:
    part = store.path(KEY, ".jpg").with_name(".left.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(DATA[:3])
    assert not store.exists(KEY, ".jpg")
    store.put(DATA, ".jpg")
    assert store.path(KEY, ".jpg").read_bytes() == DATA


@pytest.mark.parametrize("call", ["fsync", "mkdir"])
def test_a_full_disk_is_told_in_chinese_and_leaves_no_part(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(StorageFull, match="磁盘已满"):
        store.put(DATA, ".jpg")
    assert not store.exists(KEY, ".jpg")
    assert files_below(store.root.parent) == []


def test_another_disk_error_is_passed_on(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    store.put(b"other", ".jpg")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output"):
        store.put(DATA, ".jpg")
    assert not store.exists(KEY, ".jpg")

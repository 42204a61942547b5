"""Files in a bucket of S3 or of what speaks like it (MinIO, Ceph, Aliyun OSS, Tencent COS).

Endpoint, region and keys come from the usual ``AWS_…`` variables of the environment. The names are
those of a folder's :class:`~unitsafe.core.blobs.BlobStore`, so any tool that copies folders to
buckets moves a school there and back.
"""

import hashlib
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from obstore import exceptions
from obstore.store import S3Store

from unitsafe.core.blobs import NAME, BlobStore, StorageAway, StorageFull, name_of

NEAR_BYTES = 500_000_000
"""What the copies on this machine may take. Source: product default."""
SWEEP_AFTER = NEAR_BYTES // 10
"""Bytes fetched after which the copies are counted."""
IN_USE = 3600
"""Seconds for which a copy that was asked for stays: a page or a paper may be using it."""
log = logging.getLogger(__name__)


class Bucket:
    """The files below ``url``; ``near`` holds copies of those that were needed lately."""

    def __init__(self, url: str, near: BlobStore) -> None:
        endpoint = os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
        self._far = S3Store.from_url(
            url,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=3),
                "timeout": timedelta(seconds=20),
            },
            # a request keeps one of four threads: better an answer that says so than a long wait
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
        )
        self._near = near
        self._lock = threading.Lock()
        self._fetched = SWEEP_AFTER  # those of an earlier run are not counted yet

    def put(self, data: bytes, suffix: str) -> str:
        """Keep ``data`` in the bucket, then a copy here. What is there already is written again,
        which is one request, as asking would be."""
        key = hashlib.sha256(data).hexdigest()
        name = name_of(key, suffix)
        with _in_our_words(name):
            self._far.put(name, data)
        with suppress(StorageFull):
            self._near.put(data, suffix)
            self._count(len(data))
        return key

    def path(self, key: str, suffix: str) -> Path:
        """The copy on this machine, fetched if need be."""
        path = self._near.path(key, suffix)
        try:
            os.utime(path)
        except FileNotFoundError:
            self._fetch(key, suffix)
        return path

    def exists(self, key: str, suffix: str) -> bool:
        """Whether it is in the bucket."""
        name = name_of(key, suffix)
        with _in_our_words(name):
            try:
                self._far.head(name)
            except (FileNotFoundError, exceptions.NotFoundError):
                return False
        return True

    def names(self) -> Iterator[str]:
        """What is in the bucket under a name of ours."""
        for name, _size in self._listed():
            yield name

    def total(self) -> int:
        """Bytes of what is there."""
        return sum(size for _name, size in self._listed())

    def _listed(self) -> Iterator[tuple[str, int]]:
        with _in_our_words("the list"):
            for portion in self._far.list():
                for found in portion:
                    if NAME.fullmatch(found["path"]):
                        yield found["path"], found["size"]

    def has_room(self, floor: int) -> bool:
        """A bucket has."""
        return True

    def _fetch(self, key: str, suffix: str) -> None:
        name = name_of(key, suffix)
        with _in_our_words(name):
            try:
                data = bytes(self._far.get(name).bytes())
            except (FileNotFoundError, exceptions.NotFoundError):
                return
        if hashlib.sha256(data).hexdigest() != key:
            log.error("photos: %s in the bucket is damaged", name)
            return
        self._near.put(data, suffix)
        self._count(len(data))

    def _count(self, size: int) -> None:
        with self._lock:
            self._fetched += size
            if self._fetched < SWEEP_AFTER:
                return
            self._fetched = 0
        sweep(self._near, most=NEAR_BYTES, before=time.time() - IN_USE)


def sweep(near: BlobStore, *, most: int, before: float) -> None:
    """Delete copies until they take at most ``most`` bytes, the longest unused first and none used
    after ``before`` (seconds since 1970). Several processes may do so at once."""
    found = []
    for name in near.names():
        with suppress(OSError):
            told = (near.root / name).stat()
            found.append((told.st_mtime, told.st_size, name))
    total = sum(size for _used, size, _name in found)
    for used, size, name in sorted(found):
        if total <= most or used > before:
            return
        with suppress(OSError):  # another process was quicker; Windows: it is being read
            (near.root / name).unlink()
        total -= size


@contextmanager
def _in_our_words(what: str) -> Iterator[None]:
    """What the bucket refuses or cannot do is logged with its reason and raised as StorageAway."""
    try:
        yield
    except (exceptions.BaseError, OSError) as error:
        reason = str(error).splitlines()[0][:300]
        log.error("photos: the bucket does not take or give %s: %s", what, reason)
        raise StorageAway from error

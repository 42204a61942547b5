"""Files kept by their content: the same bytes are stored once, and a file is whole or absent."""

import contextlib
import errno
import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

KEY = re.compile(r"[0-9a-f]{64}")
SUFFIX = re.compile(r"(-[a-z0-9]+)?(\.[a-z0-9]+)*")
NAME = re.compile(rf"[0-9a-f]{{2}}/[0-9a-f]{{2}}/{KEY.pattern}{SUFFIX.pattern}")
FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


def N_(message: str) -> str:  # noqa: N802
    """Mark ``message`` for the catalogue; whoever shows it translates it."""
    return message


DISK_FULL = N_("服务器磁盘已满，文件没有保存，请联系管理员。")
UNWRITABLE = N_("服务器的数据文件夹不能写入，文件没有保存，请联系管理员。")
AWAY = N_("存放照片和文件的服务器连不上，请稍后再试，或联系管理员。")


class StorageError(Exception):
    """A file cannot be kept or read; nothing half was kept. ``str()`` is the Chinese sentence to
    show, ``status`` its answer in HTTP."""

    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class StorageFull(StorageError):
    """No room for a file, or no leave to write."""

    status = 507

    def __init__(self, message: str = DISK_FULL) -> None:
        super().__init__(message)


class StorageAway(StorageError):
    """The storage is another machine, and that does not answer or lets us not in."""

    status = 503

    def __init__(self, message: str = AWAY) -> None:
        super().__init__(message)


class Blobs(Protocol):
    """Where files are kept: a folder (:class:`BlobStore`) or a bucket (``core.bucket``)."""

    def put(self, data: bytes, suffix: str) -> str:
        """Keep ``data`` and return its key, the SHA-256 as 64 hex digits; on return it is safe.

        ``suffix`` is like ``.jpg``. Raises StorageError, ValueError for a bad suffix.
        """

    def path(self, key: str, suffix: str) -> Path:
        """A file on this machine with the content of ``key``; there is none when it was never kept.
        Raises StorageError, ValueError."""

    def exists(self, key: str, suffix: str) -> bool:
        """Whether the file of ``key`` is kept. Raises StorageError, ValueError."""

    def names(self) -> Iterator[str]:
        """Everything that is kept, as ``ab/cd/<sha256><suffix>``. Raises StorageError."""

    def total(self) -> int:
        """Bytes of everything that is kept. Raises StorageError."""

    def has_room(self, floor: int) -> bool:
        """Whether more than ``floor`` bytes are free, as far as anybody can know."""


class BlobStore:
    """Files below ``root`` as ``ab/cd/<sha256><suffix>``; folders appear when needed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes, suffix: str) -> str:
        """Keep ``data`` and return its key, the SHA-256 as 64 hex digits.

        On return the file is on the disk, under its name. What is there already is not written
        again. ``suffix`` is like ``.jpg``. Raises StorageFull, ValueError for a bad suffix.
        """
        key = hashlib.sha256(data).hexdigest()
        path = self.path(key, suffix)
        if not path.is_file():
            try:
                _make_folder(path.parent)
                write_whole(path, data)
            except OSError as error:
                if error.errno in FULL:
                    raise StorageFull from error
                if error.errno in READ_ONLY:
                    raise StorageFull(UNWRITABLE) from error
                raise
        return key

    def path(self, key: str, suffix: str) -> Path:
        """Where the file of ``key`` lies, whether it exists or not. Raises ValueError."""
        return self.root / name_of(key, suffix)

    def exists(self, key: str, suffix: str) -> bool:
        """Whether the file of ``key`` is there. Raises ValueError."""
        return self.path(key, suffix).is_file()

    def names(self) -> Iterator[str]:
        """What lies there under a name of ours, in no order."""
        for path in self.root.rglob("*.*"):
            name = path.relative_to(self.root).as_posix()
            if NAME.fullmatch(name) and path.is_file():
                yield name

    def total(self) -> int:
        """Bytes of the files."""
        return sum((self.root / name).stat().st_size for name in self.names())

    def has_room(self, floor: int) -> bool:
        """Whether more than ``floor`` bytes are free on the disk."""
        folder = next(path for path in (self.root, *self.root.parents) if path.exists())
        return shutil.disk_usage(folder).free > floor


def name_of(key: str, suffix: str) -> str:
    """``ab/cd/<sha256><suffix>``. Raises ValueError."""
    if not KEY.fullmatch(key):
        raise ValueError("a blob's key is 64 lower-case hex digits")
    if not SUFFIX.fullmatch(suffix):
        raise ValueError("a blob's suffix is like .jpg or -thumb.jpg")
    return f"{key[:2]}/{key[2:4]}/{key}{suffix}"


def parts_of(name: str) -> tuple[str, str]:
    """Key and suffix of a name that :meth:`Blobs.names` gives."""
    file = name.rpartition("/")[2]
    return file[:64], file[64:]


def write_whole(path: Path, data: bytes) -> None:
    """Write under a passing name, then rename: readers see all of ``data`` or no file, and a power
    cut leaves no empty one. Only this account may read it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            part.replace(path)
        except PermissionError:  # Windows: another request has just stored it and it is being read
            if not path.is_file():
                raise
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
    _sync_folder(path.parent)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """Make names in ``folder`` survive a power cut; Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

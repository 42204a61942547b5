"""Files kept by their content: the same bytes are stored once, and a file is whole or absent."""

import contextlib
import errno
import hashlib
import os
import re
import sys
import tempfile
from pathlib import Path

KEY = re.compile(r"[0-9a-f]{64}")
SUFFIX = re.compile(r"(-[a-z0-9]+)?(\.[a-z0-9]+)*")
FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


def N_(message: str) -> str:  # noqa: N802
    """Mark ``message`` for the catalogue; whoever shows it translates it."""
    return message


DISK_FULL = N_("服务器磁盘已满，文件没有保存，请联系管理员。")
UNWRITABLE = N_("服务器的数据文件夹不能写入，文件没有保存，请联系管理员。")


class StorageFull(Exception):
    """No room for a file, or no leave to write; nothing of it was kept. ``str()`` is the Chinese
    sentence to show."""

    def __init__(self, message: str = DISK_FULL) -> None:
        super().__init__(message)
        self.message = message


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
        if not KEY.fullmatch(key):
            raise ValueError("a blob's key is 64 lower-case hex digits")
        if not SUFFIX.fullmatch(suffix):
            raise ValueError("a blob's suffix is like .jpg or -thumb.jpg")
        return self.root / key[:2] / key[2:4] / f"{key}{suffix}"

    def exists(self, key: str, suffix: str) -> bool:
        """Whether the file of ``key`` is there. Raises ValueError."""
        return self.path(key, suffix).is_file()


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

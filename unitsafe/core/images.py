"""Photos on their way in: check, shrink, clean; long work in a child process.

Nothing here knows Flask or where photos are kept. ``blobs.py`` stores what comes back.
"""

import hashlib
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from unitsafe.core import images_child
from unitsafe.core.images_child import PhotoRefused, Shrunk

__all__ = ["PhotoRefused", "PreparedPhoto", "prepare_photo"]

MIB = 1024 * 1024
CHILD_FILE = Path(images_child.__file__).resolve()
CHILD_SECONDS = 30
IN_PROCESS_PIXELS = 3_000_000
"""Up to here a JPEG takes under 100 ms: what the browser has made small. Others take double."""
IN_PROCESS_SCANS = 32
"""A progressive JPEG has about ten scans; one with thousands is made to take minutes."""

_children = threading.BoundedSemaphore(max(1, min(4, os.cpu_count() or 1)))


@dataclass(frozen=True)
class PreparedPhoto:
    """A photo fit to keep: JPEG without metadata, its thumbnail (JPEG), size in pixels.

    ``sha256`` is the hex digest of ``jpeg``. ``taken_at`` is the time on the camera's clock
    (EXIF DateTimeOriginal, no zone), which proves nothing; None if the photo does not say.
    """

    jpeg: bytes
    thumb: bytes
    width: int
    height: int
    sha256: str
    taken_at: datetime | None


def prepare_photo(
    stream: BinaryIO,
    *,
    max_bytes: int = 20 * MIB,
    max_pixels: int = images_child.MAX_PIXELS,
    max_side: int = 1600,
    thumb_side: int = 320,
) -> PreparedPhoto:
    """The photo in ``stream`` made upright, at most ``max_side`` pixels long, and clean.

    Takes JPEG, PNG, WebP, HEIC/HEIF and the first picture of a GIF. Reads at most
    ``max_bytes`` + 1 bytes. ``max_pixels`` can only lower the limit of 50 million. Raises
    PhotoRefused, whose text is for the user: no photo, damaged, too large, other format.
    """
    data = _read(stream, max_bytes)
    limits = (max_pixels, max_side, thumb_side)
    if _is_quick(data, max_pixels):
        made = images_child.shrink(
            data, max_pixels=max_pixels, max_side=max_side, thumb_side=thumb_side
        )
    else:
        made = _shrink_in_child(data, limits)
    return PreparedPhoto(
        jpeg=made.jpeg,
        thumb=made.thumb,
        width=made.width,
        height=made.height,
        sha256=hashlib.sha256(made.jpeg).hexdigest(),
        taken_at=made.taken_at,
    )


def _read(stream: BinaryIO, max_bytes: int) -> bytes:
    data = bytearray()
    while len(data) <= max_bytes:
        chunk = stream.read(min(MIB, max_bytes + 1 - len(data)))
        if not chunk:
            return bytes(data)
        data += chunk
    raise PhotoRefused(images_child.TOO_MANY_BYTES, limit=max_bytes // MIB)


def _is_quick(data: bytes, max_pixels: int) -> bool:
    """Whether the photo may be worked on in this process. Raises PhotoRefused by its header."""
    kind = images_child.kind_of(data)
    if kind == "heif":
        return False
    with images_child.open_photo(data, kind, max_pixels) as image:
        pixels = image.width * image.height
    limit = IN_PROCESS_PIXELS if kind == "jpeg" else IN_PROCESS_PIXELS // 2
    return pixels <= limit and data.count(b"\xff\xda") <= IN_PROCESS_SCANS


def _shrink_in_child(data: bytes, limits: tuple[int, int, int]) -> Shrunk:
    """``images_child.shrink`` in a process that can be stopped and whose memory is capped."""
    if not _children.acquire(timeout=CHILD_SECONDS):
        raise PhotoRefused(images_child.NOT_FINISHED)
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(CHILD_FILE), *map(str, limits)],
            input=data,
            capture_output=True,
            timeout=CHILD_SECONDS,
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return images_child.unpack(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise PhotoRefused(images_child.NOT_FINISHED) from error
    finally:
        _children.release()

"""Turn one uploaded photo into a small clean JPEG, and run that as a child process.

``images.py`` starts this file by its path for work that takes long: the photo comes on stdin,
the answer leaves on stdout as one line of JSON followed by the JPEG and its thumbnail. It imports
nothing of the package, so that a child starts without Flask and the database layer.
"""

import contextlib
import io
import json
import re
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from PIL import Image, ImageCms, ImageFile

T = TypeVar("T")

MAX_PIXELS = 50_000_000
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

JPEG_QUALITY = 82
THUMB_QUALITY = 75
MEMORY_BASE = 1 << 30
"""Bytes of address space a child may take beside the pixels: interpreter, libraries, threads."""
MEMORY_PER_PIXEL = 24
"""Bytes per allowed pixel: a HEIC is held as planes, as packed colours and as a Pillow image."""

PILLOW_NAMES = {"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP", "heif": "HEIF"}
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
OTHER_PICTURES = (b"%PDF", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"BM", b"8BPS", b"\0\0\1\0")
EXIF_IFD, ORIENTATION, DATE_TIME_ORIGINAL = 0x8769, 0x0112, 0x9003
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to the turn that undoes it. Source: Exif 2.32, tag 0x0112."""


def N_(message: str) -> str:  # noqa: N802
    """Mark ``message`` for the catalogue; whoever shows it translates it."""
    return message


EMPTY = N_("没有收到照片，请重新选择。")
NOT_A_PHOTO = N_("这个文件不是照片，请重新选择。")
UNSUPPORTED = N_("不支持这种格式，请上传 JPEG、PNG、WebP、HEIC 或 GIF 格式的照片。")
DAMAGED = N_("照片不完整或已损坏，请重新拍摄或选择。")
TOO_MANY_BYTES = N_("照片超过 %(limit)s MB，请缩小后再上传。")
TOO_MANY_PIXELS = N_("照片超过 %(limit)s 万像素，请缩小后再上传。")
NOT_FINISHED = N_("照片没有处理完，请稍后再试，或换一张照片。")


class PhotoRefused(Exception):
    """A photo that is not taken. ``str()`` is the Chinese sentence for the user.

    To translate it: ``gettext(refused.message, **refused.values)``.
    """

    def __init__(self, message: str, **values: int) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


@dataclass(frozen=True)
class Shrunk:
    """A clean JPEG, its thumbnail, the size of the JPEG in pixels and when it was taken."""

    jpeg: bytes
    thumb: bytes
    width: int
    height: int
    taken_at: datetime | None


def kind_of(data: bytes) -> str:
    """The format by its first bytes: a key of ``PILLOW_NAMES``. Raises PhotoRefused."""
    if not data:
        raise PhotoRefused(EMPTY)
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        if data[8:12] in HEIF_BRANDS:
            return "heif"
        raise PhotoRefused(UNSUPPORTED)
    if data.startswith(OTHER_PICTURES) or b"<svg" in data[:4096].lower():
        raise PhotoRefused(UNSUPPORTED)
    raise PhotoRefused(NOT_A_PHOTO)


def open_photo(data: bytes, kind: str, max_pixels: int) -> ImageFile.ImageFile:
    """The photo with only its header read. Raises PhotoRefused; ``MAX_PIXELS`` always holds."""
    limit = min(max_pixels, MAX_PIXELS)
    too_many = PhotoRefused(TOO_MANY_PIXELS, limit=limit // 10_000)
    if kind == "webp" and _webp_pixels(data) > limit:  # opening one reserves its memory
        raise too_many
    if kind == "heif":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    try:
        image = Image.open(io.BytesIO(data), formats=[PILLOW_NAMES[kind]])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_many from None
    except Exception as error:  # a hostile file may raise anything
        raise PhotoRefused(DAMAGED) from error
    if image.width * image.height > limit:
        raise too_many
    return image


def shrink(data: bytes, *, max_pixels: int, max_side: int, thumb_side: int) -> Shrunk:
    """The photo upright, at most ``max_side`` pixels long, on white, in sRGB, without metadata.

    Of an animation the first picture is taken. Raises PhotoRefused.
    """
    image = open_photo(data, kind_of(data), max_pixels)
    try:
        with image:
            taken_at = _tolerant(_taken_at, image)
            orientation = _tolerant(_orientation, image)
            small = _upright_rgb(image, orientation, max_side)
    except Exception as error:  # a hostile file may raise anything
        raise PhotoRefused(DAMAGED) from error
    thumb = small.copy()
    thumb.thumbnail((thumb_side, thumb_side))
    return Shrunk(
        jpeg=_encode(small, JPEG_QUALITY),
        thumb=_encode(thumb, THUMB_QUALITY),
        width=small.width,
        height=small.height,
        taken_at=taken_at,
    )


def _webp_pixels(data: bytes) -> int:
    """Width times height as the header says; 0 if it cannot be read. Source: RFC 9649 §2."""
    chunk, head = data[12:16], data[20:30]
    if chunk == b"VP8X":
        size = [int.from_bytes(head[at : at + 3], "little") + 1 for at in (4, 7)]
    elif chunk == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        size = [(bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1]
    else:
        size = [int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (6, 8)]
    return size[0] * size[1]


def _tolerant(read: Callable[[ImageFile.ImageFile], T], image: ImageFile.ImageFile) -> T | None:
    """What ``read`` finds, or None when the EXIF block is broken: the picture still counts."""
    try:
        return read(image)
    except Exception:
        return None


def _orientation(image: ImageFile.ImageFile) -> int:
    return int(image.getexif().get(ORIENTATION, 1))


def _taken_at(image: ImageFile.ImageFile) -> datetime | None:
    """DateTimeOriginal, the time on the camera's clock, without a zone."""
    text = str(image.getexif().get_ifd(EXIF_IFD).get(DATE_TIME_ORIGINAL, ""))
    found = re.match(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)", text)
    return datetime.fromisoformat("{}-{}-{} {}".format(*found.groups())) if found else None


def _upright_rgb(image: ImageFile.ImageFile, orientation: int | None, side: int) -> Image.Image:
    profile = image.info.get("icc_profile")
    part = min(1.0, 2 * side / max(image.size))
    image.draft(None, (int(image.width * part), int(image.height * part)))  # JPEG: decode less
    small = _eight_bit(image)
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    small = _flatten(small)
    small = _to_srgb(small, profile)
    if orientation is not None and orientation in TURNS:
        small = small.transpose(TURNS[orientation])
    small.info.clear()
    return small


def _eight_bit(image: Image.Image) -> Image.Image:
    """The loaded picture in a mode that can be resized well: L, RGB, RGBA or CMYK."""
    image.load()
    if image.mode.startswith("I"):  # 16-bit grey
        return image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _flatten(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The same colours in sRGB, since the profile is dropped; a broken profile is ignored."""
    if profile and image.mode != "L":
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if turned is not None:
                return turned
    return image.convert("RGB")


def _encode(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, progressive=True)
    return out.getvalue()


def pack(result: Shrunk | PhotoRefused) -> bytes:
    """The answer of a child as bytes."""
    if isinstance(result, PhotoRefused):
        return json.dumps({"refused": result.message, "values": result.values}).encode() + b"\n"
    head = {
        "size": [result.width, result.height],
        "taken_at": result.taken_at.isoformat() if result.taken_at else None,
        "jpeg_bytes": len(result.jpeg),
    }
    return json.dumps(head).encode() + b"\n" + result.jpeg + result.thumb


def unpack(answer: bytes) -> Shrunk:
    """What ``pack`` packed. Raises PhotoRefused if that was packed, ValueError for other bytes."""
    line, _, body = answer.partition(b"\n")
    head = json.loads(line)
    if "refused" in head:
        raise PhotoRefused(head["refused"], **head["values"])
    cut, taken_at = head["jpeg_bytes"], head["taken_at"]
    return Shrunk(
        jpeg=body[:cut],
        thumb=body[cut:],
        width=head["size"][0],
        height=head["size"][1],
        taken_at=datetime.fromisoformat(taken_at) if taken_at else None,
    )


def _limit_memory(max_pixels: int) -> None:
    """Cap the address space where the system can; Windows relies on the pixel limit alone."""
    if sys.platform != "win32":
        import resource

        allowed = MEMORY_BASE + MEMORY_PER_PIXEL * min(max_pixels, MAX_PIXELS)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))


def main() -> None:
    """Photo on stdin to answer on stdout; arguments: max_pixels, max_side, thumb_side."""
    max_pixels, max_side, thumb_side = (int(argument) for argument in sys.argv[1:4])
    _limit_memory(max_pixels)
    data = sys.stdin.buffer.read()
    try:
        result: Shrunk | PhotoRefused = shrink(
            data, max_pixels=max_pixels, max_side=max_side, thumb_side=thumb_side
        )
    except PhotoRefused as refused:
        result = refused
    sys.stdout.buffer.write(pack(result))


if __name__ == "__main__":
    main()

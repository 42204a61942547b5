"""Photos people send, good and bad, and what is kept of them."""

import hashlib
import io
import struct
import subprocess
import sys
import zlib
from datetime import datetime

import pytest
from PIL import Image, ImageCms
from pillow_heif import register_heif_opener

from unitsafe.core import images, images_child
from unitsafe.core.images import PhotoRefused, prepare_photo

MIB = 1024 * 1024
RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 160, 60), (40, 60, 200), (255, 255, 255)
CORNERS_UPRIGHT = (RED, GREEN, BLUE)
ORIENTATION_UNDONE_BY = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How an upright picture is stored by a camera that writes this orientation."""


def picture(size: tuple[int, int] = (96, 64)) -> Image.Image:
    """White with a red, a green and a blue corner: top left, top right, bottom left."""
    image = Image.new("RGB", size, "white")
    width, height = size[0] // 3, size[1] // 3
    for colour, place in zip(
        CORNERS_UPRIGHT, [(0, 0), (size[0] - width, 0), (0, size[1] - height)], strict=True
    ):
        image.paste(colour, (*place, place[0] + width, place[1] + height))
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    if kind == "HEIF":
        register_heif_opener()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(*, orientation: int = 1, taken: str | None = None, gps: bool = False) -> Image.Exif:
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x010F] = "SecretPhoneMaker"
    if taken is not None:
        block.get_ifd(0x8769)[0x9003] = taken
    if gps:
        block.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 15.0), 3: "E", 4: (116.0, 23.0, 0.0)})
    return block


def prepared(data: bytes, **limits: int) -> images.PreparedPhoto:
    return prepare_photo(io.BytesIO(data), **limits)


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def is_close(seen: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(seen, tuple)
    return all(abs(a - b) < 30 for a, b in zip(seen, wanted, strict=True))


def assert_upright(jpeg: bytes) -> None:
    image = opened(jpeg)
    right, bottom = image.width - 6, image.height - 6
    places = [(5, 5), (right, 5), (5, bottom), (right, bottom)]
    seen = [image.getpixel(place) for place in places]
    wanted = (*CORNERS_UPRIGHT, WHITE)
    assert all(is_close(*pair) for pair in zip(seen, wanted, strict=True)), seen


def png_declaring(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


class EndlessJpeg(io.RawIOBase):
    """A JPEG of ``size`` bytes that counts what is read of it."""

    def __init__(self, size: int) -> None:
        self.left, self.given = size, 0

    def read(self, size: int = -1) -> bytes:
        count = self.left if size < 0 else min(size, self.left)
        self.left -= count
        self.given += count
        return (b"\xff\xd8\xff\xe0" + bytes(count))[:count]


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a child process was started")

    monkeypatch.setattr(subprocess, "run", refuse)


@pytest.fixture
def count_children(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    started: list[object] = []
    run = subprocess.run

    def counted(*args: object, **kwargs: object) -> object:
        started.append(args)
        return run(*args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", counted)
    return started


@pytest.mark.parametrize("orientation", ORIENTATION_UNDONE_BY)
def test_a_photo_of_every_orientation_comes_back_upright(orientation: int) -> None:
    turn = ORIENTATION_UNDONE_BY[orientation]
    stored = picture() if turn is None else picture().transpose(turn)
    photo = prepared(encoded(stored, exif=exif(orientation=orientation)))
    assert (photo.width, photo.height) == (96, 64)
    assert_upright(photo.jpeg)
    assert_upright(photo.thumb)


def test_a_large_photo_is_shrunk_to_1600_and_its_thumbnail_to_320(
    count_children: list[object],
) -> None:
    photo = prepared(
        encoded(
            picture((2400, 1600)).transpose(Image.Transpose.ROTATE_90),
            exif=exif(orientation=6, taken="2026:03:02 07:41:09"),
        )
    )
    assert (photo.width, photo.height) == (1600, 1067) == opened(photo.jpeg).size
    assert opened(photo.thumb).size == (320, 213)
    assert photo.taken_at == datetime.fromisoformat("2026-03-02 07:41:09")
    assert photo.sha256 == hashlib.sha256(photo.jpeg).hexdigest()
    assert_upright(photo.jpeg)
    assert len(count_children) == 1


@pytest.mark.usefixtures("no_child")
def test_a_photo_already_small_needs_no_child_process_and_does_not_grow() -> None:
    photo = prepared(encoded(picture((1600, 1200))))
    assert (photo.width, photo.height) == (1600, 1200)
    assert prepared(encoded(picture((40, 30)))).width == 40


def test_place_device_comment_and_xmp_are_gone_but_the_time_is_read() -> None:
    secret = b"SecretComment"
    data = encoded(
        picture(),
        exif=exif(taken="2026:09:01 07:30:05", gps=True),
        comment=secret,
        xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>",
    )
    assert b"SecretPhoneMaker" in data and secret in data
    photo = prepared(data)
    for jpeg in (photo.jpeg, photo.thumb):
        assert b"Secret" not in jpeg and b"Exif" not in jpeg
        assert not opened(jpeg).getexif()
    assert photo.taken_at == datetime.fromisoformat("2026-09-01 07:30:05")
    assert opened(photo.jpeg).info.get("progressive")


@pytest.mark.parametrize("taken", [None, "", "0000:00:00 00:00:00", "昨天", "2026:13:01 00:00:00"])
def test_a_missing_or_impossible_time_is_none(taken: str | None) -> None:
    text = taken.encode("utf-8").decode("latin-1") if taken else taken
    assert prepared(encoded(picture(), exif=exif(taken=text))).taken_at is None


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_broken_exif_block_does_not_cost_the_photo() -> None:
    photo = prepared(encoded(picture(), exif=b"Exif\0\0MM\0*\xff\xff\xff\xff broken"))
    assert photo.taken_at is None
    assert_upright(photo.jpeg)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_heic_photo_is_taken_in_a_child_process(
    orientation: int, count_children: list[object]
) -> None:
    turn = ORIENTATION_UNDONE_BY[orientation]
    stored = picture((192, 128)) if turn is None else picture((192, 128)).transpose(turn)
    block = exif(orientation=orientation, taken="2026:05:06 12:00:00", gps=True)
    photo = prepared(encoded(stored, "HEIF", exif=block.tobytes()))
    assert (photo.width, photo.height) == (192, 128)
    assert photo.taken_at == datetime.fromisoformat("2026-05-06 12:00:00")
    assert_upright(photo.jpeg)
    assert len(count_children) == 1


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "MPO"])
def test_the_other_formats_are_taken(kind: str) -> None:
    assert_upright(prepared(encoded(picture(), kind)).jpeg)


def test_the_first_picture_of_an_animation_is_taken() -> None:
    blank = Image.new("RGB", (96, 64), "black")
    for kind in ("GIF", "WEBP"):
        data = encoded(picture(), kind, save_all=True, append_images=[blank])
        assert_upright(prepared(data).jpeg)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_become_white(mode: str) -> None:
    clear = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 30, 60))
    photo = opened(prepared(encoded(clear.convert(mode), "PNG")).jpeg)
    assert is_close(photo.getpixel((10, 30)), (0, 0, 0))
    assert is_close(photo.getpixel((50, 30)), WHITE)


def test_a_transparent_palette_colour_becomes_white() -> None:
    image = Image.new("P", (60, 60), 1)
    image.putpalette([0, 0, 0, 10, 10, 10])
    photo = opened(prepared(encoded(image, "PNG", transparency=1)).jpeg)
    assert is_close(photo.getpixel((30, 30)), WHITE)


@pytest.mark.parametrize(("mode", "colour"), [("CMYK", (0, 255, 255, 0)), ("L", 128), ("1", 1)])
def test_other_colour_modes_become_rgb(mode: str, colour: object) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    photo = opened(prepared(encoded(Image.new(mode, (50, 50), colour), kind)).jpeg)
    wanted = {"CMYK": (255, 0, 0), "L": (128, 128, 128), "1": WHITE}[mode]
    assert photo.mode == "RGB"
    assert is_close(photo.getpixel((25, 25)), wanted)


def test_sixteen_bit_grey_keeps_its_brightness() -> None:
    photo = opened(prepared(encoded(Image.new("I;16", (50, 50), 0x8000), "PNG")).jpeg)
    assert is_close(photo.getpixel((25, 25)), (128, 128, 128))


def test_a_colour_profile_is_applied_and_dropped_and_a_broken_one_ignored() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (profile, b"no profile"):
        photo = prepared(encoded(picture(), icc_profile=icc))
        assert "icc_profile" not in opened(photo.jpeg).info
        assert_upright(photo.jpeg)


def test_fifty_megabytes_are_refused_without_reading_them_all() -> None:
    stream = EndlessJpeg(50 * MIB)
    with pytest.raises(PhotoRefused, match="照片超过 20 MB"):
        prepare_photo(stream)
    assert stream.given == 20 * MIB + 1


def test_a_tiny_file_declaring_a_huge_picture_is_refused() -> None:
    data = png_declaring(30_000, 30_000)
    assert len(data) < 200
    with pytest.raises(PhotoRefused, match="超过 5000 万像素"):
        prepared(data)
    with pytest.raises(PhotoRefused, match="超过 5000 万像素"):
        prepared(png_declaring(8_000, 8_000))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "HEIF"])
def test_a_picture_just_above_the_pixel_limit_is_refused(kind: str) -> None:
    data = encoded(picture((300, 200)), kind)
    assert prepared(data, max_pixels=60_000).width == 300
    with pytest.raises(PhotoRefused, match="万像素"):
        prepared(data, max_pixels=59_999)


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"exif": exif(taken="x")}])
def test_the_size_of_a_webp_is_read_from_its_header(options: dict[str, object]) -> None:
    data = encoded(picture((301, 207)), "WEBP", **options)
    assert images_child._webp_pixels(data) == 301 * 207


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_truncated_photo_is_refused(kind: str) -> None:
    data = encoded(Image.effect_noise((200, 200), 90).convert("RGB"), kind)
    for part in (len(data) // 2, 40):
        with pytest.raises(PhotoRefused, match="不完整或已损坏"):
            prepared(data[:part])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "没有收到照片"),
        ("今日巡查正常".encode(), "不是照片"),
        (b"<!doctype html><script>alert(1)</script>", "不是照片"),
        (b"PK\x03\x04 a document", "不是照片"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "不支持这种格式"),
        (b"%PDF-1.7\n", "不支持这种格式"),
        (encoded(picture(), "TIFF"), "不支持这种格式"),
        (encoded(picture(), "BMP"), "不支持这种格式"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "不支持这种格式"),
        (b"\xff\xd8\xff" + b"not a jpeg", "不完整或已损坏"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(PhotoRefused, match=sentence):
        prepared(data)


def test_a_refusal_carries_its_message_for_translation() -> None:
    with pytest.raises(PhotoRefused) as caught:
        prepared(bytes(5 * MIB), max_bytes=4 * MIB)
    refused = caught.value
    assert refused.message % refused.values == str(refused) == "照片超过 4 MB，请缩小后再上传。"


def test_a_jpeg_with_thousands_of_scans_is_left_to_a_child_that_can_be_stopped(
    count_children: list[object],
) -> None:
    scan = b"\xff\xda\x00\x02"
    data = encoded(picture())
    with pytest.raises(PhotoRefused):
        prepared(data[:-200] + scan * 1000)
    assert len(count_children) == 1


@pytest.mark.parametrize(
    "failure",
    [
        subprocess.TimeoutExpired("child", 30),
        subprocess.CalledProcessError(-9, "child"),
        OSError("no more processes"),
    ],
)
def test_a_child_that_fails_is_a_refusal_and_frees_its_place(
    failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise failure

    data = encoded(picture(), "HEIF")
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", fail)
        for _ in range(9):
            with pytest.raises(PhotoRefused, match="没有处理完"):
                prepared(data)
    assert prepared(data).width == 96


def test_the_child_starts_without_the_package_and_its_web_framework() -> None:
    script = "import runpy, sys; runpy.run_path(sys.argv[1]); print(*sys.modules)"
    command = [sys.executable, "-P", "-c", script, str(images.CHILD_FILE)]
    loaded = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    assert "PIL.Image" in loaded
    assert not {"unitsafe", "flask", "sqlalchemy"} & set(loaded)

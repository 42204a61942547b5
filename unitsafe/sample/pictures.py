"""Simple drawn photos for the sample school: eight scenes, each wrong and put right."""

import io
from collections.abc import Callable, Mapping

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 640, 480
WALL, FLOOR, CEILING = "#d9d3c4", "#a9a294", "#ecebe6"
STEEL, WOOD, DARK, RED, GREEN = "#8c959b", "#9a6a3c", "#3a3f44", "#b8322a", "#2f8a57"

Draw = ImageDraw.ImageDraw


def _corridor(draw: Draw) -> None:
    draw.polygon([(0, 0), (WIDTH, 0), (400, 150), (240, 150)], fill=CEILING)
    draw.polygon([(0, HEIGHT), (WIDTH, HEIGHT), (400, 320), (240, 320)], fill=FLOOR)
    draw.polygon([(0, 0), (240, 150), (240, 320), (0, HEIGHT)], fill="#cdc6b5")
    draw.polygon([(WIDTH, 0), (400, 150), (400, 320), (WIDTH, HEIGHT)], fill="#d4cebf")
    draw.rectangle((240, 150, 400, 320), fill="#e4e1d7")
    draw.rectangle((290, 195, 350, 320), fill="#b9c7cc", outline=DARK, width=2)


def _wall(draw: Draw) -> None:
    draw.rectangle((0, 0, WIDTH, 360), fill=WALL)
    draw.rectangle((0, 250, WIDTH, 360), fill="#9fb4a7")
    draw.rectangle((0, 360, WIDTH, HEIGHT), fill=FLOOR)


def boxes(draw: Draw, is_right: bool) -> None:
    """A corridor, with old desks and boxes or free."""
    _corridor(draw)
    if is_right:
        draw.line([(80, 470), (262, 325)], fill="#d8b93a", width=7)
        return
    for left, top, size, colour in (
        (90, 300, 120, WOOD),
        (180, 270, 90, "#b98a55"),
        (110, 215, 90, "#c79a63"),
        (420, 300, 110, WOOD),
    ):
        draw.rectangle((left, top, left + size, top + size), fill=colour, outline=DARK, width=2)
        draw.line([(left, top + size // 2), (left + size, top + size // 2)], fill=DARK)
    for leg in (425, 520):
        draw.line([(leg, 410), (leg, 450)], fill=STEEL, width=8)


def extinguisher(draw: Draw, is_right: bool) -> None:
    """An extinguisher; its pointer stands in the red or the green."""
    _wall(draw)
    draw.rounded_rectangle((250, 150, 360, 430), 36, fill=RED, outline="#7d1f19", width=3)
    draw.rectangle((288, 108, 322, 152), fill=STEEL)
    draw.rectangle((262, 92, 372, 112), fill=DARK)
    draw.arc((340, 100, 470, 330), 180, 330, fill=DARK, width=12)
    draw.rectangle((268, 230, 342, 330), fill="#f2efe6")
    draw.ellipse((440, 60, 600, 220), fill="white", outline=DARK, width=5)
    draw.arc((455, 75, 585, 205), 150, 230, fill=RED, width=16)
    draw.arc((455, 75, 585, 205), 230, 310, fill=GREEN, width=16)
    draw.line([(520, 140), (530, 84) if is_right else (466, 138)], fill=DARK, width=6)


def door(draw: Draw, is_right: bool) -> None:
    """A double door, half behind a bookcase or free."""
    _wall(draw)
    for left in (210, 322):
        draw.rectangle((left, 90, left + 108, 362), fill="#7f9aa3", outline=DARK, width=3)
        draw.rectangle((left + 24, 120, left + 84, 210), fill="#cfe0e6", outline=DARK)
    draw.rectangle((305, 225, 335, 240), fill=STEEL)
    draw.rectangle((270, 45, 370, 80), fill=GREEN)
    draw.polygon([(290, 62), (318, 50), (318, 74)], fill="white")
    draw.rectangle((318, 58, 352, 66), fill="white")
    if not is_right:
        draw.rectangle((330, 130, 500, 400), fill=WOOD, outline=DARK, width=3)
        for shelf in (190, 255, 320):
            draw.line([(330, shelf), (500, shelf)], fill=DARK, width=3)
            for book in range(342, 480, 22):
                draw.rectangle(
                    (book, shelf - 45, book + 14, shelf), fill=("#6d7f8f", RED)[book % 3 == 0]
                )


def socket(draw: Draw, is_right: bool) -> None:
    """A wall socket, scorched with a tangle of plugs or tidy."""
    _wall(draw)
    draw.rounded_rectangle((240, 130, 400, 260), 10, fill="#f6f4ee", outline=STEEL, width=3)
    for left in (280, 340):
        draw.rectangle((left, 175, left + 8, 205), fill=DARK)
        draw.rectangle((left + 20, 175, left + 28, 205), fill=DARK)
    if is_right:
        return
    draw.ellipse((330, 150, 420, 240), fill="#57493c")
    draw.rounded_rectangle((150, 380, 470, 430), 8, fill="#ece9df", outline=DARK, width=2)
    for number, left in enumerate((180, 250, 320, 390)):
        draw.rectangle((left, 362, left + 40, 400), fill=DARK)
        draw.arc((left - 60, 220, left + 120, 400), 20, 160 + number * 20, fill=DARK, width=6)


def sign(draw: Draw, is_right: bool) -> None:
    """An exit sign and an emergency lamp, dark or lit."""
    _corridor(draw)
    lit = is_right
    draw.rectangle((210, 60, 430, 130), fill=GREEN if lit else "#4b5852", outline=DARK, width=4)
    arrow = "white" if lit else "#77837d"
    draw.polygon([(235, 95), (285, 72), (285, 118)], fill=arrow)
    draw.rectangle((285, 86, 400, 104), fill=arrow)
    for left in (470, 530):
        draw.ellipse((left, 80, left + 46, 126), fill="#fff2b8" if lit else "#6b6b66", outline=DARK)
    draw.rectangle((465, 126, 582, 156), fill="#f3f1ea", outline=DARK)
    draw.ellipse((570, 136, 578, 144), fill=GREEN if lit else RED)


def lane(draw: Draw, is_right: bool) -> None:
    """The fire lane, with a van on it or free."""
    draw.rectangle((0, 0, WIDTH, 210), fill="#c4d6e0")
    draw.rectangle((60, 60, 330, 230), fill="#d8cdb8", outline=STEEL)
    for left in range(80, 310, 50):
        draw.rectangle((left, 85, left + 28, 125), fill="#8fa6b0")
        draw.rectangle((left, 150, left + 28, 190), fill="#8fa6b0")
    draw.rectangle((0, 225, WIDTH, HEIGHT), fill="#7d8084")
    for left in range(-20, WIDTH, 70):
        draw.polygon(
            [(left, 440), (left + 30, 440), (left + 60, 400), (left + 30, 400)], fill="#d8b93a"
        )
    if not is_right:
        draw.rounded_rectangle((260, 190, 560, 360), 26, fill="#e9ecee", outline=DARK, width=3)
        draw.polygon([(270, 260), (300, 205), (380, 205), (380, 260)], fill="#5d7482")
        for left in (310, 480):
            draw.ellipse((left, 325, left + 66, 391), fill=DARK)
            draw.ellipse((left + 20, 345, left + 46, 371), fill=STEEL)


def water(draw: Draw, is_right: bool) -> None:
    """A floor, wet and broken or dry and mended."""
    _corridor(draw)
    for row in range(330, 480, 30):
        draw.line([(0, row), (WIDTH, row)], fill="#978f80", width=2)
    if is_right:
        draw.polygon([(430, 430), (470, 350), (510, 430)], fill="#e2b93b", outline=DARK)
        return
    draw.ellipse((150, 370, 430, 460), fill="#7f9bb0")
    draw.ellipse((210, 385, 330, 420), fill="#a9c0cf")
    draw.polygon([(440, 400), (520, 380), (560, 430), (470, 445)], fill="#6f685b", outline=DARK)


def window(draw: Draw, is_right: bool) -> None:
    """A window, hanging askew or fast."""
    _wall(draw)
    draw.rectangle((150, 60, 490, 300), fill="#bfd5e2", outline="#f4f2ec", width=12)
    draw.line([(320, 60), (320, 300)], fill="#f4f2ec", width=10)
    if is_right:
        draw.rectangle((330, 170, 342, 210), fill=STEEL)
        return
    draw.polygon([(326, 80), (480, 104), (470, 320), (318, 292)], fill="#d7e5ec", outline=DARK)
    draw.line([(340, 110), (440, 270)], fill=DARK, width=2)
    draw.line([(420, 130), (380, 230)], fill=DARK, width=2)


SCENES: Mapping[str, Callable[[Draw, bool], None]] = {
    "boxes": boxes,
    "extinguisher": extinguisher,
    "door": door,
    "socket": socket,
    "sign": sign,
    "lane": lane,
    "water": water,
    "window": window,
}


def draw_jpeg(scene: str, *, is_right: bool) -> bytes:
    """The picture as a JPEG of 640×480 pixels; the same bytes every time."""
    image = Image.new("RGB", (WIDTH, HEIGHT), WALL)
    SCENES[scene](ImageDraw.Draw(image), is_right)
    light = Image.linear_gradient("L").resize((WIDTH, HEIGHT)).point(lambda v: 255 - v // 4)
    shaded = Image.composite(image, Image.new("RGB", image.size, "#2c2a26"), light)
    out = io.BytesIO()
    shaded.filter(ImageFilter.GaussianBlur(1.1)).save(out, "JPEG", quality=85)
    return out.getvalue()

"""Plates on paper: how many per page, and squares that open the place."""

import io
import subprocess

import pikepdf
import pytest
from PIL import Image

from tests.paper.samples import plain_text, plate, plates
from unitsafe.core.printing import render_pdf
from unitsafe.plates import papers

ADDRESS = "http://192.168.1.20:8000/q/ABC234"


def printed(**changes):
    return render_pdf("plates", plates(**changes), drawings={"qr1": papers.qr_svg(ADDRESS)})


def count(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


@pytest.mark.parametrize(("form", "per_page"), [("plate", 8), ("label", 32)])
def test_a_page_holds_so_many(form, per_page):
    assert count(printed(format=form, plates=[plate()] * per_page)) == 1
    assert count(printed(format=form, plates=[plate()] * (per_page + 1))) == 2


def test_a_plate_says_place_holder_duties_hotline_and_code():
    text = plain_text(printed())
    for wanted in (
        "教学楼A",
        "101教室",
        "责任人陈雅文",
        "13900000000",
        "01-01-01一层",
        "举报0000-8001190",
        "1.教学日早晚各巡一次",
        "ABC234",
        "消防安全重点部位",
    ):
        assert wanted in text


def test_what_is_not_known_leaves_no_empty_line():
    bare = plate(holder="", phone="", grid="", hotline="", is_key_area=False)
    text = plain_text(printed(plates=[bare]))
    for word in ("责任人", "举报", "网格", "重点部位"):
        assert word not in text


def test_long_names_stay_inside_their_plate():
    long = plate(building="第二综合实验楼附属用房" * 2, name="学生创新创业与劳动教育实践活动室" * 2)
    for form in ("plate", "label"):
        assert count(printed(format=form, plates=[long] * 8)) == 1


def modules_of(image):
    """The square in a picture of a page, as rows of True (dark), by its own finder patterns."""
    dark = image.convert("L").point(lambda value: value < 128)
    left, top, right, bottom = dark.getbbox()
    for y in range(top, bottom):  # the first row of the first finder: seven dark modules
        x, run = left, 0
        while x < right and run == 0:
            if dark.getpixel((x, y)):
                while dark.getpixel((x + run, y)):
                    run += 1
            else:
                x += 1
        if run > 40:
            break
    size = len(list(papers.qr_code(ADDRESS).matrix))
    step = run / 7
    return [
        [
            bool(dark.getpixel((round(x + (column + 0.5) * step), round(y + (row + 0.5) * step))))
            for column in range(size)
        ]
        for row in range(size)
    ]


def test_the_printed_square_is_the_one_that_opens_the_place(tmp_path):
    """No decoder is at hand: what is on the paper is compared module by module."""
    path = tmp_path / "plate.pdf"
    path.write_bytes(printed(plates=[plate(building="", name="")]))
    scale = 600 / 25.4
    command = ["pdftoppm", "-r", "600", "-gray", "-singlefile", "-png", path, tmp_path / "page"]
    subprocess.run(command, check=True)
    with Image.open(tmp_path / "page.png") as page:
        box = [round(edge * scale) for edge in (67, 11.5, 104, 45)]  # right half of the first plate
        found = modules_of(page.crop(box))
    assert found == [[bool(one) for one in row] for row in papers.qr_code(ADDRESS).matrix]


def test_a_square_keeps_its_quiet_zone_and_can_lose_a_quarter():
    code = papers.qr_code(ADDRESS)
    assert code.error == "Q"
    width = code.symbol_size(border=papers.QUIET_ZONE)[0]
    assert f'viewBox="0 0 {width} {width}"' in papers.qr_svg(ADDRESS)

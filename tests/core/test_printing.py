"""The pipeline: child process, fonts, characters, photos, timeouts. Papers are in tests/paper."""

import hashlib
import io
import re
import subprocess
import tempfile
import threading
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from tests.paper.samples import check_record, hazard_sheet, plain_text
from unitsafe.core import printing
from unitsafe.core.printing import PrintError, printable, render_pdf
from unitsafe.fonts import vendor

FONTS = Path(vendor.__file__).parent


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """An own folder for temporary files, which must be empty again afterwards."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (160, 120), "teal").save(path)
    return path


def child(monkeypatch, tmp_path, source):
    """Let ``source`` be the child that printing starts."""
    path = tmp_path / "child.py"
    path.write_text(source, encoding="utf-8")
    monkeypatch.setattr(printing, "CHILD_FILE", path)


def fonts_of(pdf):
    """Base names of the fonts, and whether each file is embedded."""
    found = {}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for thing in document.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
                name = str(thing["/FontName"]).split("+")[-1]
                found[name] = "/FontFile2" in thing or "/FontFile3" in thing
    return found


def test_a_paper_is_an_archive_pdf_that_screen_readers_understand():
    with pikepdf.open(io.BytesIO(render_pdf("check_record", check_record()))) as document:
        with document.open_metadata() as about:
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "A")
            assert about["pdfuaid:part"] == "1"
            assert about["dc:title"] == "每日防火巡查记录表（2026年11月3日）"
        assert "/StructTreeRoot" in document.Root


def test_the_body_is_set_in_serif_and_the_heads_in_sans_both_embedded():
    fonts = fonts_of(render_pdf("check_record", check_record()))
    assert fonts and all(fonts.values())
    assert any("NotoSerifCJKsc" in name for name in fonts)
    assert any("NotoSansSC" in name for name in fonts)
    assert all("NotoS" in name for name in fonts)


def test_rare_characters_of_names_print():
    name = "𬭎䶮㛃𠅤𠮷"
    assert printable(name) == []
    assert name in plain_text(render_pdf("check_record", check_record(remark=name)))


@pytest.mark.parametrize("text", ["𡊮", "张𡊮\n𡊮"])
def test_a_character_that_no_font_has_is_named(text):
    with pytest.raises(PrintError) as caught:
        render_pdf("check_record", check_record(remark=text))
    assert str(caught.value) == "“𡊮 U+212AE”这个字打印字体里没有，请换一个写法。"


def test_several_missing_characters_are_all_named_also_deep_in_the_data():
    data = check_record(remark="😀")
    data["items"][0]["problem"] = "☐" + chr(0xE863)
    with pytest.raises(PrintError, match="“☐”“U\\+E863”“😀 U\\+1F600”这些字打印字体里没有"):
        render_pdf("check_record", data)


def test_a_missing_character_that_only_typst_notices_is_named(monkeypatch, tmp_path):
    complaint = 'PDF/A-2a error: the text `"𡊮"` could not be displayed with font `"Noto"`'
    source = f"import sys; sys.stderr.buffer.write({complaint!r}.encode()); sys.exit(1)"
    child(monkeypatch, tmp_path, source)
    with pytest.raises(PrintError, match="“𡊮 U\\+212AE”这个字打印字体里没有"):
        render_pdf("check_record", check_record())


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", []),
        ("周立新 A-3\t2026\r\n", []),
        ("甲\ufeff\u200b\u202e\x07\ufe0f\U000e0100\u2028乙", []),
        ("𡊮甲𡊮😀", ["𡊮", "😀"]),
        ("\ud800", ["\ud800"]),
    ],
)
def test_a_name_can_be_checked_on_entry(text, missing):
    assert printable(text) == missing


def test_invisible_characters_are_dropped_not_refused():
    remark = "甲\ufeff乙\x07丙\u200b丁\ufe0f"
    assert "甲乙丙丁" in plain_text(render_pdf("check_record", check_record(remark=remark)))


def test_what_people_type_stays_text():
    remark = '#read("/etc/passwd") $x^2$ *粗* <label> \\ // 注释 #import "@preview/x:1.0.0"'
    text = plain_text(render_pdf("check_record", check_record(remark=remark)))
    assert re.sub(r"\s", "", remark) in text


def test_photos_print_and_a_lost_one_leaves_a_frame(photo, tmp_path):
    shown = [{"name": name, "caption": f"照片{name}"} for name in ("a", "b", "c")]
    files = {"a": photo, "b": tmp_path / "gone.jpg"}
    pdf = render_pdf("check_record", check_record(photos=shown), photos=files)
    assert plain_text(pdf).count("没有找到这张照片") == 2
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert sum(len(page.get_images()) for page in document.pages) == 1


def test_a_photo_without_a_suffix_prints(photo, tmp_path):
    path = photo.rename(tmp_path / "0f3a")
    data = hazard_sheet(pairs=[{"before": {"name": "p", "caption": "整改前"}, "after": None}])
    assert "没有找到" not in plain_text(render_pdf("hazard_sheet", data, photos={"p": path}))


def test_a_file_that_is_no_photo_is_explained(tmp_path):
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"no picture")
    shown = [{"name": "a", "caption": "照片"}]
    with pytest.raises(PrintError, match="有一张照片打不开"):
        render_pdf("check_record", check_record(photos=shown), photos={"a": path})


def test_a_child_that_takes_too_long_is_killed(monkeypatch, tmp_path):
    children = []

    class Watched(subprocess.Popen):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            children.append(self)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    monkeypatch.setattr(printing, "TIME_LIMIT", 0.3)
    child(monkeypatch, tmp_path, "import threading; threading.Event().wait()")
    with pytest.raises(PrintError, match="没有在一分钟内生成"):
        render_pdf("check_record", check_record())
    assert [one.poll() is not None for one in children] == [True]


def test_too_many_papers_at_once_wait_and_then_say_so(monkeypatch):
    monkeypatch.setattr(printing, "TIME_LIMIT", 0.01)
    monkeypatch.setattr(printing, "_children", threading.BoundedSemaphore(1))
    with printing._children, pytest.raises(PrintError, match="服务器现在忙"):
        render_pdf("check_record", check_record())


@pytest.mark.parametrize("source", ["raise SystemExit(1)", "print('nothing')", "1/0"])
def test_a_child_that_fails_is_one_sentence(monkeypatch, tmp_path, source):
    child(monkeypatch, tmp_path, source)
    with pytest.raises(PrintError, match="文件没有生成"):
        render_pdf("check_record", check_record())


@pytest.mark.parametrize("template", ["unknown", "../paper/common", "common.typ", ""])
def test_only_templates_of_the_paper_folder_are_taken(template):
    with pytest.raises(ValueError, match="no template named"):
        render_pdf(template, check_record())


def test_the_character_list_is_what_the_fonts_have():
    made = vendor.as_ranges(vendor.drawable())
    assert (FONTS / "characters.txt").read_text(encoding="ascii") == made


def test_the_checksums_in_the_readme_are_those_of_the_files():
    readme = (FONTS / "README.md").read_text(encoding="utf-8")
    for path in (vendor.SERIF, vendor.CHARACTERS):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in readme

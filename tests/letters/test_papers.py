"""Letters on paper."""

import io

import pikepdf
import pytest
from PIL import Image

from tests.paper.samples import letter_text, letters, plain_text
from unitsafe.core.printing import render_pdf


def count(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def test_a_letter_has_both_parties_duties_places_and_lines_to_sign():
    text = plain_text(render_pdf("letter", letters()))
    for wanted in (
        "安全工作责任书",
        "（2026—2027学年）",
        "甲方：育才实验小学校长：沈清和",
        "乙方：林晓岚岗位：班主任、网格员",
        "一、责任网格与部位",
        "01-02-01",
        "（一）班主任",
        "1.负责本班教室和学生安全，每周完成教室检查。",
        "五、考核与奖惩",
        "六、期限",
        "依据：《中小学幼儿园安全管理办法》",
        "甲方（盖章）：",
        "乙方（签字）：",
        "校长（签字）：",
        "林晓岚·第1版",
    ):
        assert wanted in text
    assert "系统签字" not in text


@pytest.mark.parametrize(("statements", "places"), [(3, 0), (6, 1), (8, 3), (12, 6)])
def test_a_letter_takes_two_pages_at_most(statements, places):
    assert count(render_pdf("letter", letters(letter_text(statements, places)))) <= 2


def test_a_letter_that_cannot_be_short_is_printed_to_its_end():
    text = plain_text(render_pdf("letter", letters(letter_text(60, 20))))
    assert "六、期限" in text and "乙方（签字）" in text


def test_each_letter_begins_a_page_and_counts_its_own():
    short = letter_text(1, 0, chapters=[])
    pdf = render_pdf("letter", letters(letter_text(), short, letter_text()))
    text = plain_text(pdf)
    assert count(pdf) == 5
    assert (text.count("第1页共2页"), text.count("第2页共2页")) == (2, 2)
    assert text.count("第1页共1页") == 1


def test_a_drawn_signature_stands_on_its_line(tmp_path):
    path = tmp_path / "s.jpg"
    Image.new("RGB", (300, 120), "white").save(path)
    shown = {"name": "s", "caption": "林晓岚的签名"}
    data = letters(signed="2026-09-03 10:21 系统签字", signature=shown)
    assert "2026-09-0310:21系统签字" in plain_text(render_pdf("letter", data, photos={"s": path}))
    assert count(render_pdf("letter", data)) == 2  # the picture is gone: the rest prints


def test_who_answers_to_the_authority_above_gets_a_line_for_its_name():
    above = letter_text(party_a="上级教育主管部门", represented_by="")
    text = plain_text(render_pdf("letter", letters(above)))
    assert "甲方：上级教育主管部门" in text and "代表（签字）：" in text

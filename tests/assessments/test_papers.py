"""The self-assessment on paper, as a Word file and as a workbook."""

import io
import re
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import docx
import pikepdf
import pytest
import python_calamine
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from PIL import Image

from tests.assessments.samples import AT, SEEN, sheet, small
from tests.paper.samples import plain_text
from unitsafe import content
from unitsafe.assessments import papers, word
from unitsafe.assessments.compare import LookBack, past
from unitsafe.assessments.models import AssessmentEvent
from unitsafe.assessments.papers import Background
from unitsafe.assessments.quarters import Quarter
from unitsafe.assessments.rules import Step
from unitsafe.assessments.services import summary
from unitsafe.core.printing import render_pdf
from unitsafe.letters.rules import How

SCHOOL = SimpleNamespace(name="育才实验小学")
PDF, DOCX, XLSX = (f"/assessments/2026Q3.{kind}" for kind in ("pdf", "docx", "xlsx"))


def data_of(table, beside=None):
    return papers.paper(table, SCHOOL, beside or Background(), now=AT).data


def printed(table, beside=None):
    paper = papers.paper(table, SCHOOL, beside or Background(), now=AT)
    return render_pdf("assessment", paper.data, drawings=paper.drawings)


def squeezed(text):
    return "".join(text.split())


def pages(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def line(data, key):
    """The printed line of an item."""
    number = sheet().item(key).number
    return next(one for one in data["lines"] if one["number"] == number)


def hazard(**facts):
    given = {"measure": "补签", "holder_id": 5, "due_on": date(2026, 10, 20)}
    return SimpleNamespace(**given | facts, number="YH-2026-0061")


def event(step, mark="m", **facts):
    given = {"how": How.SCREEN, "signer": "王芳", "typed_name": "王芳", "department": ""}
    return AssessmentEvent(
        **{"step": step, "mark": mark, "done_on": date(2026, 10, 9), "at": AT, **given, **facts}
    )


def test_the_paper_says_everything_that_was_scored(tmp_path):
    table = sheet()
    pdf = printed(table)
    text = plain_text(pdf)
    for wanted in (
        "育才实验小学",
        "消防安全“四个能力”季度自评表",
        "2026年第三季度",
        f"{table.total}分",
        table.grade,
        "标准版本：2026-11",
        "学校（盖章）年月日",
        "附件：三层东侧疏散通道_第二次复核.jpg",
        "欧阳𬭎䶮",
        "建议0.5分→0.25分：现场有一处与台账不符（欧阳𬭎䶮2026-10-08）",
        f"总计（适用项）{papers.points(table.of)}{papers.points(table.got)}",
    ):
        assert squeezed(wanted) in text
    for item in table.items():
        assert squeezed(f"{item.number}{item.text}") in text
    count = pages(pdf)
    assert [f"第{number}页共{count}页" in text for number in range(1, count + 1)] == [True] * count
    of_scores = text.count("依据与证据")
    assert of_scores == text.count("类别项目分值自评得分依据与证据评分说明") > 3
    assert "预览" not in text
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    fonts = subprocess.run(["pdffonts", path], capture_output=True, check=True, text=True).stdout
    rows = fonts.splitlines()[2:]
    assert rows and all(re.search(r"\byes (yes|no)\b", row) for row in rows)


def test_points_and_sums_stand_beside_their_items():
    table = sheet()
    data = data_of(table)
    items = [one for one in data["lines"] if one["kind"] == "item"]
    assert [one["got"] for one in items] == [
        papers.points(one.got) if one.applies else "不适用" for one in table.items()
    ]
    assert sum(Decimal(one["got"]) for one in data["lines"] if one["kind"] == "capability") == (
        table.got
    )
    assert [one["text"] for one in data["lines"] if one["kind"] == "group"] == [
        group.title for one in table.capabilities for group in one.groups
    ]
    assert line(data, "c1_10")["got"] == "不适用"
    assert line(data, "c1_01")["evidence"] == ["关键岗位到人率：90% = 9/10"]


def test_an_item_of_which_a_part_is_scored_says_that_more_is_to_come():
    item = sheet().item("c1_16")
    waiting = replace(item.parts[1], suggested=None, points=None)
    half = line(data_of(small(replace(item, parts=(item.parts[0], waiting)))), "c1_16")
    assert half["got"].split() == [papers.points(item.parts[0].points), "未打完"]


def test_only_clauses_in_force_and_verified_are_cited():
    data, pack = data_of(sheet()), content.load()
    cited = {basis for one in (*data["lines"], *data["vetoes"]) for basis in one["basis"]}
    allowed = {
        basis
        for one in (*pack.standard.items, *pack.standard.global_vetoes)
        for basis in content.printable_basis(one.basis, pack.sources)
    }
    assert cited == allowed
    assert not any("条号未核" in one or "学校安全工作评分" in one for one in cited)


def test_while_the_quarter_runs_every_page_says_that_it_is_a_preview():
    pdf = printed(small(frozen_at=None))
    assert plain_text(pdf).count("预览") >= 2 * pages(pdf)


def test_an_empty_school_prints_a_form_to_be_filled_by_hand():
    table = sheet()
    part = replace(table.item("c1_18").parts[0], points=None, given=None, files=())
    item = replace(table.item("c1_18"), parts=(part,))
    vetoes = tuple(replace(one, holds=None, given=None) for one in table.vetoes)
    bare = small(item, vetoes=vetoes, members=(), frozen_at=None)
    data = data_of(bare)
    assert line(data, "c1_18")["got"] == ""
    assert {one["verdict"] for one in data["vetoes"]} == {""}
    assert any("还有1项没有打分" in note for note in data["notes"])
    text = plain_text(printed(bare))
    assert text.count("成立不成立") == len(vetoes)
    assert "以前没有签批的自评表" in text and "没有失分项" in text


@pytest.mark.parametrize(("late", "is_said"), [(10, False), (11, True)])
def test_more_than_a_tenth_entered_later_is_said_on_the_first_page(late, is_said):
    item = sheet().item("c1_12")
    part = replace(item.parts[0], amount=Decimal(late), whole=100)
    notes = data_of(small(replace(item, parts=(part,))))["notes"]
    assert any("补录率" in note for note in notes) is is_said


def test_a_veto_that_holds_is_loud_and_first_among_the_problems():
    table = small()
    fire = replace(table.vetoes[0], holds=True, given=replace(SEEN, note="九月三日宿舍失火"))
    data = data_of(replace(table, vetoes=(fire, *table.vetoes[1:])))
    assert data["alarm"] == "一票否决：有1条成立，总评为不合格"
    assert [one["verdict"] for one in data["vetoes"]] == ["成立", "不成立", "不成立", "不成立"]
    assert "九月三日宿舍失火" in data["vetoes"][0]["said"][0]
    assert data["problems"][0]["lost"] == "否决"
    text = plain_text(render_pdf("assessment", {**data, "comparison": NO_CHARTS}))
    assert "一票否决：有1条成立，总评为不合格" in text


NO_CHARTS = {"heads": [""], "rows": [], "charts": []}


def test_what_fell_short_stands_with_its_hazard_or_with_room_to_write():
    table = sheet()
    beside = Background(hazards={"c1_03": hazard()}, holders={5: "李明"})
    rows = {one["number"]: one for one in data_of(table, beside)["problems"]}
    assert set(rows) == {item.number for item in table.unmet}
    assert rows["1.3"] | {"text": ""} == {
        "number": "1.3",
        "text": "",
        "lost": "1",
        "measure": "补签",
        "who": "李明",
        "due": "2026-10-20",
        "hazard": "YH-2026-0061",
    }
    assert rows["1.1"]["text"].endswith("；关键岗位到人率：90% = 9/10")
    assert rows["1.4"]["text"].endswith("现场有一处与台账不符")
    assert not any(rows["1.1"][name] for name in ("measure", "who", "due", "hazard"))


def test_what_fell_short_last_time_is_looked_at_again():
    table = sheet()
    old, met, gone = (table.item(key) for key in ("c1_03", "c1_18", "c1_10"))
    worse = replace(met, parts=(replace(met.parts[0], points=Decimal(1)),))
    unmet = replace(old.parts[0], points=Decimal(0))
    was = replace(gone, parts=(replace(gone.parts[0], applies=True, points=Decimal(0)),))
    look_back = [
        LookBack(replace(old, parts=(unmet,)), old, hazard()),
        LookBack(worse, met, None),
        LookBack(was, gone, None),
    ]
    beside = Background(before=Quarter(2026, 2), look_back=look_back)
    assert [
        (one["number"], one["before"], one["now"], one["state"])
        for one in data_of(table, beside)["look_back"]
    ] == [
        ("1.3", "0/1", "0/1", "仍未达到；YH-2026-0061"),
        ("1.18", "1/2", "2/2", "已改好"),
        ("1.10", "0/2", "不适用", "本季度不评"),
    ]


def test_earlier_quarters_stand_beside_this_one():
    table = small()
    beside = Background(earlier=[past(Quarter(2026, 2), summary(table))])
    paper = papers.paper(table, SCHOOL, beside, now=AT)
    comparison = paper.data["comparison"]
    assert comparison["heads"] == ["能力与类别", "2026年第二季度", "2026年第三季度"]
    assert [len(row) for row in comparison["rows"]] == [3, 3]
    assert {one["name"] for one in comparison["charts"]} == set(paper.drawings)
    assert set(papers.paper(table, SCHOOL, Background(), now=AT).drawings) == {"radar"}


def test_signatures_that_stand_are_those_of_this_table():
    old = event(Step.DEPARTMENT, "other", department="总务处")
    department = event(Step.DEPARTMENT, department="安全办")
    review, back = event(Step.REVIEW), event(Step.RETURN)
    again, signed = event(Step.REVIEW, signer="赵副校长"), event(Step.SIGN)
    assert papers.signatures([old, department, review, back], "m") == [department]
    every = [old, department, review, back, again, signed, event(Step.FILE)]
    assert papers.signatures(every, "m") == [department, again, signed]


def test_signatures_say_how_they_were_given_and_leave_room_for_the_hand():
    table = small()
    paper = event(Step.DEPARTMENT, table.mark, how=How.PAPER, department="安全办", typed_name="")
    data = data_of(table, Background(events=[paper]))
    assert [(one["label"], one["name"], one["how"]) for one in data["signers"]] == [
        ("被评部门（安全办）", "王芳", "2026-10-09 纸上签字"),
        ("消防安全管理人", "", ""),
        ("消防安全责任人", "", ""),
    ]
    signed = event(Step.SIGN, table.mark)
    data = data_of(table, Background(events=[signed]))
    assert data["signers"][2]["how"] == "2026-10-08 09:30 系统签字"
    assert {"label": "编制日期", "value": "2026年10月9日"} in data["facts"]


def texts(book):
    """Every text of a Word file: of its paragraphs and cells."""
    cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    return [*(one.text for one in book.paragraphs), *cells]


def opened(table, beside=None, pictures=None):
    made = word.document(data_of(table, beside), pictures or {})
    return docx.Document(io.BytesIO(made))


def test_the_word_file_says_the_same_in_the_same_order():
    table = sheet()
    data, book = data_of(table), opened(table)
    text = "\n".join(texts(book))
    for one in data["lines"]:
        for words in (one["text"], one["got"], *one["evidence"], *one["said"], *one["files"]):
            assert words in text
    assert f"自评总分：{table.total}分" in text and table.grade in text
    scores, vetoes, problems, comparison, team, signers = book.tables
    assert len(scores.rows) == len(data["lines"]) + 2
    assert len(vetoes.rows) == len(data["vetoes"]) + 1
    assert len(problems.rows) == len(data["problems"]) + 1
    assert len(comparison.rows) == len(data["comparison"]["rows"]) + 1
    assert [row.cells[0].text for row in team.rows[1:]] == ["周立新", "欧阳𬭎䶮"]
    assert [row.cells[0].text for row in signers.rows[1:]] == [
        "被评部门",
        "消防安全管理人",
        "消防安全责任人",
    ]


def test_the_word_file_is_set_as_an_official_paper_is():
    book = opened(small())
    cover, tables = book.sections
    assert (cover.page_width.mm, cover.page_height.mm) == pytest.approx((210, 297), abs=0.1)
    assert (cover.top_margin.mm, cover.left_margin.mm) == pytest.approx((37, 28), abs=0.1)
    assert tables.orientation is WD_ORIENT.LANDSCAPE
    for style, font in (("Normal", "宋体"), ("Heading 2", "黑体")):
        fonts = book.styles[style].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == font
        assert fonts.get(qn("w:asciiTheme")) is None
    for table in book.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    shades = list(book.element.iter(qn("w:shd")))
    assert shades and all(one.getnext().tag == qn("w:vAlign") for one in shades)
    assert "PAGE" in tables.footer._element.xml and "NUMPAGES" in tables.footer._element.xml


def test_markup_and_control_characters_do_nothing_in_a_word_file():
    item = sheet().item("c1_18")
    said = replace(SEEN, note="<b>不好</b>&amp; #let x = 1 \x0b\x1f\ufffe{{ 7*7 }}")
    part = replace(item.parts[0], given=said)
    text = "\n".join(texts(opened(small(replace(item, parts=(part,))))))
    assert "<b>不好</b>&amp; #let x = 1 \n{{ 7*7 }}" in text


def test_a_drawn_signature_is_in_the_word_file(tmp_path):
    path = tmp_path / "drawn.jpg"
    Image.new("RGB", (60, 30), "white").save(path)
    table = small()
    data = data_of(table)
    data["signers"][2]["signature"] = {"name": "signature3", "caption": "校长的签名"}
    made = word.document(data, {"signature3": path})
    assert len(docx.Document(io.BytesIO(made)).inline_shapes) == 1
    gone = word.document(data, {"signature3": tmp_path / "gone.jpg"})
    assert len(docx.Document(io.BytesIO(gone)).inline_shapes) == 0


def test_the_workbook_has_a_row_for_each_item():
    table = sheet()
    rows = list(papers.rows(table, {"c1_03": hazard()}))
    assert len(rows) == len(list(table.items()))
    assert {len(row) for row in rows} == {len(papers.columns())}
    by_number = {row[2]: row for row in rows}
    assert by_number["1.4"][6:8] == [0.5, 0.25]
    assert by_number["1.10"][7:9] == [None, "不适用"]
    assert by_number["1.3"][-1] == "YH-2026-0061"


def test_the_three_files_open_for_the_team_and_for_nobody_else(browser, make):
    make.assessment()
    member = browser(make.someone("teacher"))
    answers = {address: member.get(address) for address in (PDF, DOCX, XLSX)}
    assert {answer.status for answer in answers.values()} == {200}
    assert answers[PDF].response.data.startswith(b"%PDF")
    name = "%E8%82%B2%E6%96%B0_%E5%9B%9B%E4%B8%AA%E8%83%BD%E5%8A%9B%E8%87%AA%E8%AF%84%E8%A1%A8"
    assert f"{name}_2026Q3.docx" in answers[DOCX].headers["Content-Disposition"]
    book = docx.Document(io.BytesIO(answers[DOCX].response.data))
    assert book.core_properties.author == "育新小学"
    rows = python_calamine.load_workbook(io.BytesIO(answers[XLSX].response.data))
    assert len(rows.get_sheet_by_index(0).to_python()) == 1 + len(content.load().standard.items)
    outsider = browser(make.someone("nobody"))
    assert {outsider.get(address).status for address in (PDF, DOCX, XLSX)} == {404}
    for nonsense in ("2026Q5", "2031Q1", "x"):
        assert member.get(f"/assessments/{nonsense}.pdf").status == 404


def test_a_signed_paper_stays_the_same_whatever_happens_to_the_ledgers(browser, make):
    make.signed_assessment()
    officer = browser(make.someone("officer"))
    before = officer.get(PDF).response.data
    make.hazard()
    assert officer.get(PDF).response.data == before
    text = plain_text(before)
    assert text.count("系统签字") == 3 and "还有" not in text


def test_a_character_that_no_font_has_is_named(browser, make, session):
    make.assessment()
    make.school().name = "育\ue863小学"
    session.commit()
    answer = browser(make.someone("officer")).get(PDF)
    assert answer.status == 409
    assert "U+E863" in answer.page.text()

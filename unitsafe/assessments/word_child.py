"""Write one self-assessment as a Word file: a JSON request on stdin, the file on stdout.

``word.py`` starts this file by its path. It imports nothing of the package, so that a child starts
without Flask; lxml and python-docx give their 12 MB back when it ends.
"""

import io
import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

if TYPE_CHECKING:
    from unitsafe.paper import shapes

SONG, HEI, FANGSONG = "宋体", "黑体", "仿宋"
LATIN = "Times New Roman"
A4 = (Mm(210), Mm(297))
COVER = {"left": Mm(28), "right": Mm(26), "top": Mm(37), "bottom": Mm(35)}
"""Margins of the cover. Source: GB/T 9704-2012."""
TABLES = {"left": Mm(18), "right": Mm(15), "top": Mm(18), "bottom": Mm(15)}
SHADE = "E2E2E2"
NOT_IN_XML = ("\ufffe", "\uffff")
CENTRE = WD_ALIGN_PARAGRAPH.CENTER

Cell = str | Sequence[str]
"""A paragraph, or several."""


def main() -> None:
    """Answer the request on stdin."""
    request = json.load(sys.stdin.buffer)
    pictures = {name: Path(path) for name, path in request["pictures"].items()}
    sys.stdout.buffer.write(document(request["data"], pictures))
    sys.stdout.buffer.flush()


def document(data: "shapes.AssessmentPaper", pictures: Mapping[str, Path]) -> bytes:
    """The file. ``pictures`` are the drawn signatures by name."""
    book = Document()
    _styles(book)
    _properties(book, data)
    _cover(book, data)
    section = book.add_section(WD_SECTION.NEW_PAGE)
    _page(section, TABLES, is_lying=True)
    section.header.is_linked_to_previous = False
    section.header.paragraphs[0].text = clean(f"{data['school']}　{data['title']}　{_period(data)}")
    _scores(book, data)
    _vetoes(book, data)
    _problems(book, data)
    _look_back(book, data)
    _heading(book, "五、与前几个季度比较")
    comparison = data["comparison"]
    count = len(comparison["heads"]) - 1
    _table(book, comparison["heads"], [70, *[30] * count], comparison["rows"], centred=range(1, 9))
    _signatures(book, data, pictures)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def clean(text: str) -> str:
    """``text`` without what XML or Word cannot hold; ``word.py`` has made it visible already."""
    return "".join(
        char for char in text if char not in NOT_IN_XML and unicodedata.category(char) != "Cs"
    )


def _period(data: "shapes.AssessmentPaper") -> str:
    return f"{data['period']}（预览）" if data["preview"] else data["period"]


def _styles(book: Any) -> None:
    """宋体 for all, 黑体 for headings; the template's theme fonts would win over both."""
    for name, font, size in (("Normal", SONG, 9), ("Heading 1", HEI, 22), ("Heading 2", HEI, 12)):
        style = book.styles[name]
        style.font.size = Pt(size)
        style.font.bold = name == "Heading 1"
        style.font.color.rgb = None
        _font(style.element.get_or_add_rPr(), font)
    book.styles["Heading 1"].paragraph_format.alignment = CENTRE
    for language in book.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    normal = book.styles["Normal"].paragraph_format
    normal.space_before = normal.space_after = Pt(0)


def _font(properties: Any, font: str) -> None:
    """Set the fonts of a run or style: ``font`` for Chinese, Times New Roman for the rest."""
    fonts = properties.get_or_add_rFonts()
    fonts.attrib.clear()
    for script, name in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", font)):
        fonts.set(qn(f"w:{script}"), name)


def _properties(book: Any, data: "shapes.AssessmentPaper") -> None:
    known = book.core_properties
    known.title = clean(f"{data['title']}（{data['period']}）")[:255]
    known.author = known.last_modified_by = clean(data["school"])[:255]
    known.comments, known.language = "", "zh-CN"
    known.created = known.modified = datetime.fromisoformat(data["printed_at"])


def _page(section: Any, margins: Mapping[str, Any], *, is_lying: bool = False) -> None:
    wide, high = reversed(A4) if is_lying else A4
    section.orientation = WD_ORIENT.LANDSCAPE if is_lying else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = wide, high
    for side, margin in margins.items():
        setattr(section, f"{side}_margin", margin)
    section.footer.is_linked_to_previous = False
    line = section.footer.paragraphs[0]
    line.alignment = CENTRE
    for words, field in (("第", "PAGE"), ("页　共", "NUMPAGES"), ("页", "")):
        line.add_run(words)
        if field:
            _field(line, field)


def _field(line: Any, code: str) -> None:
    """A number that Word fills in."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    line._p.append(field)


def _cover(book: Any, data: "shapes.AssessmentPaper") -> None:
    _page(book.sections[0], COVER)
    for _number in range(4):
        book.add_paragraph()
    _heading(book, data["school"], 1)
    _heading(book, data["title"], 1)
    _line(book, f"（{_period(data)}）", size=16, align=CENTRE, after=24)
    total = f"自评总分：{data['total']}分　　总评等级：{data['grade'] or '—'}"
    _line(book, total, HEI, 18, align=CENTRE)
    _line(book, data["sum"], size=10.5, align=CENTRE, after=24)
    if data["notes"]:
        _line(book, "说明", HEI, 14)
        for note in data["notes"]:
            _line(book, f"· {note}", FANGSONG, 14)
    _line(book, "", after=24)
    for fact in data["facts"]:
        _line(book, f"{fact['label']}：{fact['value']}", FANGSONG, 16)
    _line(book, "", after=24)
    _seal(book)


def _seal(book: Any) -> None:
    for words in ("学校（盖章）　　　", "　　年　　月　　日"):
        _line(book, words, size=14, align=WD_ALIGN_PARAGRAPH.RIGHT, after=12)


def _heading(book: Any, text: str, level: int = 2) -> None:
    """A heading; its style carries the font."""
    book.add_heading(clean(text), level)


def _line(
    place: Any,
    text: str,
    font: str = SONG,
    size: float = 9,
    *,
    align: Any = None,
    after: float = 0,
) -> None:
    """A paragraph of its own."""
    paragraph = place.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(after)
    run = paragraph.add_run(clean(text))
    run.font.size = Pt(size)
    _font(run._r.get_or_add_rPr(), font)


def _table(
    book: Any,
    heads: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[Cell]],
    *,
    centred: Iterable[int] = (),
    bold: Iterable[int] = (),
) -> Any:
    """A table with lines: ``widths`` in mm, the head repeated on each page, rows whole; ``centred``
    columns, and rows in ``bold`` type."""
    rows = list(rows)
    table = book.add_table(rows=1 + len(rows), cols=len(heads), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    middle, strong = set(centred), set(bold)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for number, row in enumerate(table.rows):
        _whole(row, is_head=number == 0)
        given = heads if number == 0 else rows[number - 1]
        for place, (cell, words) in enumerate(zip(row.cells, given, strict=True)):
            is_head = number == 0
            _fill(
                cell,
                words,
                HEI if is_head or number - 1 in strong else SONG,
                is_centred=is_head or place in middle,
            )
            cell.width = Mm(widths[place])
    return table


def _whole(row: Any, *, is_head: bool) -> None:
    """Never split over two pages; the head again on each."""
    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", "w:tblHeader") if is_head else ("w:cantSplit",):
        properties.append(OxmlElement(name))


def _fill(cell: Any, words: Cell, font: str, *, is_centred: bool) -> None:
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    texts = [words] if isinstance(words, str) else list(words)
    for number, text in enumerate(texts):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        if is_centred:
            paragraph.alignment = CENTRE
        run = paragraph.add_run(clean(text))
        if font != SONG:
            _font(run._r.get_or_add_rPr(), font)


def _shaded(row: Any) -> None:
    for cell in row.cells:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", SHADE)):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.tcPr.find(qn("w:vAlign")).addprevious(shade)  # Word wants them in this order


def _scores(book: Any, data: "shapes.AssessmentPaper") -> None:
    _heading(book, "一、评分表")
    heads = ["类别", "项目", "分值", "自评得分", "依据与证据", "评分说明"]
    rows = [_score(one) for one in data["lines"]]
    rows.append(["总计", "适用项", data["of"], data["got"], "", _total(data)])
    bold = [
        number for number, one in enumerate(data["lines"]) if one["kind"] in ("head", "capability")
    ]
    bold.append(len(rows) - 1)
    table = _table(book, heads, [20, 62, 14, 18, 84, 66], rows, centred=(0, 2, 3), bold=bold)
    for number in bold:
        _shaded(table.rows[number + 1])


def _total(data: "shapes.AssessmentPaper") -> str:
    return f"总分{data['total']}　等级{data['grade'] or '—'}"


def _score(one: "shapes.ScoreLine") -> list[Cell]:
    if one["kind"] == "head":
        return ["", one["text"], "", "", "", ""]
    if one["kind"] != "item":
        what = "小计" if one["kind"] == "group" else "合计"
        return ["", f"{one['text']}　{what}", one["of"], one["got"], "", ""]
    text = f"{one['number']}　{one['text']}" + ("（否决项）" if one["veto"] else "")
    evidence = list(one["evidence"])
    evidence += [f"附件：{'、'.join(one['files'])}"] if one["files"] else []
    evidence += [f"依据：{'；'.join(one['basis'])}"] if one["basis"] else []
    how = [f"评分：{one['how']}", *one["said"]]
    return [one["group"], text, one["of"], one["got"], evidence, how]


def _vetoes(book: Any, data: "shapes.AssessmentPaper") -> None:
    _heading(book, "二、一票否决")
    if data["alarm"]:
        _line(book, data["alarm"], HEI, 16, align=CENTRE, after=6)
    rows: list[list[Cell]] = [
        [
            str(number),
            one["text"],
            one["source"],
            one["verdict"] or ["□成立", "□不成立"],
            one["said"] or "",
            "；".join(one["basis"]),
        ]
        for number, one in enumerate(data["vetoes"], start=1)
    ]
    holding = [number for number, one in enumerate(data["vetoes"]) if one["holds"]]
    _table(
        book,
        ["序号", "否决情形", "来源", "结论", "核实情况", "依据"],
        [12, 66, 16, 22, 74, 74],
        rows,
        centred=(0, 2, 3),
        bold=holding,
    )


def _problems(book: Any, data: "shapes.AssessmentPaper") -> None:
    _heading(book, "三、问题与整改清单")
    if not data["problems"]:
        _line(book, "没有失分项。")
        return
    rows = [
        [
            one["number"],
            one["text"],
            one["lost"],
            one["measure"],
            one["who"],
            one["due"],
            one["hazard"],
        ]
        for one in data["problems"]
    ]
    heads = ["序号", "问题", "扣分", "整改措施", "责任人", "期限", "隐患编号"]
    _table(book, heads, [12, 94, 18, 62, 22, 24, 32], rows, centred=(0, 2, 4, 5, 6))
    if data["hazards_note"]:
        _line(book, data["hazards_note"])


def _look_back(book: Any, data: "shapes.AssessmentPaper") -> None:
    _heading(book, "四、上次失分项回头看")
    if not data["look_back"]:
        _line(book, data["look_back_note"])
        return
    rows = [
        [one["number"], one["text"], one["before"], one["now"], one["state"]]
        for one in data["look_back"]
    ]
    heads = ["序号", "项目", "上次得分", "本次得分", "回头看结果"]
    _table(book, heads, [12, 132, 24, 26, 70], rows, centred=(0, 2, 3))


def _signatures(book: Any, data: "shapes.AssessmentPaper", pictures: Mapping[str, Path]) -> None:
    _heading(book, "六、评估小组与签字")
    team = [[one["label"], one["value"], ""] for one in data["team"]] or [["", "", ""]]
    _table(book, ["姓名", "岗位", "签名"], [60, 104, 100], team, centred=range(3))
    _line(book, "", after=6)
    rows = [[one["label"], one["name"], one["how"], "", "年　月　日"] for one in data["signers"]]
    heads = ["签字人", "姓名", "系统内记录", "签名", "日期"]
    table = _table(book, heads, [62, 44, 56, 56, 46], rows, centred=range(5))
    for row, one in zip(table.rows[1:], data["signers"], strict=True):
        row.height = Mm(14)
        drawn = one["signature"]
        path = pictures.get(drawn["name"]) if drawn else None
        if path is not None and path.is_file():
            run = row.cells[3].paragraphs[0].add_run()
            run.add_picture(str(path), height=Mm(10))
    _line(book, "", after=12)
    _seal(book)


if __name__ == "__main__":
    main()

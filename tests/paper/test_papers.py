"""The papers: page counts, page sizes and what must be readable on them."""

import io

import pikepdf
import pytest
from PIL import Image

from tests.paper.samples import (
    appraisal,
    blank_record,
    check_record,
    grid_map,
    grid_table,
    hazard_sheet,
    house_map,
    month_grid,
    plain_text,
    rightmost,
    roster_month,
    sign_in_slips,
    year_plan,
)
from unitsafe.core.printing import render_pdf

A4 = (595, 842)
A3_LYING = (1191, 842)


def pages(pdf):
    """Width and height of each page in whole points."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        boxes = [[float(edge) for edge in page.mediabox] for page in document.pages]
    return [(round(box[2] - box[0]), round(box[3] - box[1])) for box in boxes]


@pytest.mark.parametrize("month", [2, 11, 12])
@pytest.mark.parametrize("failures", [0, 6, 12])
def test_a_month_of_daily_patrol_fits_on_one_lying_a4_page(month, failures):
    pdf = render_pdf("month_grid", month_grid(month=month, failures=failures))
    assert pages(pdf) == [A4[::-1]]


def test_a_month_grid_on_a3_is_one_page():
    assert pages(render_pdf("month_grid", {**month_grid(), "paper": "a3"})) == [A3_LYING]


def test_a_month_grid_tells_who_what_and_how_often():
    text = plain_text(render_pdf("month_grid", month_grid()))
    for wanted in (
        "每日防火巡查月表",
        "育才实验小学",
        "2026年12月",
        "部位：教学楼A",
        "应巡查23次，已巡查22次（其中补录1次），未巡查1次",
        "灭火器在位、无遮挡、压力指针在绿区",
        "YH-2026-0061",
        "12月09日补录",
        "第1页共1页",
        "打印时间2026-11-2410:21",
        "学校（盖章）年月日",
        "依据：《机关、团体、企业、事业单位消防安全管理规定》",
    ):
        assert wanted in text


def test_late_and_failed_cells_are_marked_one_by_one():
    text = plain_text(render_pdf("month_grid", month_grid(failures=3)))
    items = 17
    assert text.count("×") == 3 + 1  # and the legend
    assert text.count("✓") == items * 22 - 3 + 1
    assert text.count("补") == items + len(["补 in the legend", "补录", "补录", "补录"])


def test_two_rounds_a_day_take_a_row_each():
    data = month_grid("grid_walk", month=11, rounds=2)
    pdf = render_pdf("month_grid", {**data, "round_names": ["早", "晚"]})
    text = plain_text(pdf)
    assert len(pages(pdf)) == 1
    assert (text.count("早"), text.count("晚")) == (10 + 1, 10 + 1)
    assert "每日2次：早、晚" in text


def test_a_month_that_needs_more_room_continues_with_its_heads():
    data = month_grid(failures=0)
    data["abnormal"] = [
        {"day": 1, "text": "走道堆物" * 20, "hazard": "YH-2026-0061", "handling": "清走" * 30}
    ] * 30
    pdf = render_pdf("month_grid", data)
    assert len(pages(pdf)) > 1
    assert plain_text(pdf).count("处理情况") == len(pages(pdf))


def test_an_empty_month_is_a_sheet_to_fill_by_hand():
    pdf = render_pdf("month_grid", month_grid(empty=True, failures=0))
    text = plain_text(pdf)
    assert len(pages(pdf)) == 1
    assert "应巡查" not in text
    assert "没有异常" not in text


def test_a_month_without_findings_says_so():
    assert "本月没有异常。" in plain_text(render_pdf("month_grid", month_grid(failures=0)))


def test_a_check_shows_answers_findings_and_signatures():
    data = check_record()
    data["items"][2].update(answer="fail", problem="出口上锁", hazard="YH-2026-0061")
    data["items"][3].update(answer="na")
    data["items"][4].update(value="0.45 MPa")
    data["history"] = [{"version": 2, "at": "2026-11-03 14:20", "by": "周立新", "note": "误点"}]
    text = plain_text(render_pdf("check_record", data))
    for wanted in ("×异常", "—不适用", "0.45MPa", "出口上锁", "隐患编号：YH-2026-0061", "第2版"):
        assert wanted in text
    assert text.count("系统签字") == 2
    assert "学校（盖章）" in text


@pytest.mark.parametrize("key", ["daily_fire_patrol", "monthly_facility", "quarterly_inspection"])
def test_a_blank_sheet_is_one_page_with_boxes_to_tick(key):
    data = blank_record(key)
    pdf = render_pdf("check_record", data)
    text = plain_text(pdf)
    assert pages(pdf) == [A4]
    assert text.count("正常异常不适用") == len(data["items"])
    assert "✓" not in text


def test_a_short_blank_sheet_says_how_to_check():
    data = blank_record()
    data["items"] = data["items"][:5]
    assert "翻看垃圾桶" in plain_text(render_pdf("check_record", data))


def test_a_reading_has_a_line_on_the_blank_sheet():
    data = blank_record()
    data["items"][0]["unit"] = "MPa"
    assert "读数MPa" in plain_text(render_pdf("check_record", data))


def test_a_hazard_shows_its_way_and_its_photos_side_by_side(tmp_path):
    path = tmp_path / "p.jpg"
    Image.new("RGB", (160, 120), "teal").save(path)
    pairs = [
        {
            "before": {"name": "a", "caption": "整改前 2026-11-03 07:41"},
            "after": {"name": "b", "caption": "整改后 2026-11-06 16:10"},
        },
        {"before": None, "after": None},
    ]
    pdf = render_pdf("hazard_sheet", hazard_sheet(pairs=pairs), photos={"a": path, "b": path})
    text = plain_text(pdf)
    assert "编号：YH-2026-0061等级：较大状态：已销号停用" in text
    assert "没有整改前照片没有整改后照片" in text
    assert text.index("退回") < text.index("复查通过") < text.index("销号", text.index("复查通过"))


def test_a_long_word_breaks_inside_its_cell():
    data = month_grid(failures=1)
    data["abnormal"][0]["text"] = word = "ABC123" * 40
    pdf = render_pdf("month_grid", data)
    assert word in plain_text(pdf)
    assert rightmost(pdf) < A4[1] - 30


def test_no_text_is_too_long_to_print_to_its_end():
    long = "楼道堆物" * 700 + "完。"
    record = check_record(facts=[{"label": "说明", "value": long}], remark=long)
    record["items"][2].update(answer="fail", problem=long, handling=long)
    assert plain_text(render_pdf("check_record", record)).count("完。") == 4
    hazard = hazard_sheet()
    hazard["timeline"][1]["note"] = long
    assert "完。" in plain_text(render_pdf("hazard_sheet", hazard))
    month = month_grid(failures=1)
    month["abnormal"][0].update(text=long, handling=long)
    assert plain_text(render_pdf("month_grid", month)).count("完。") == 2


def test_signatures_never_stand_alone_on_a_page():
    data = hazard_sheet()
    data["timeline"] *= 3
    data["facts"] *= 3
    with pikepdf.open(io.BytesIO(render_pdf("hazard_sheet", data))) as document:
        last = pikepdf.new()
        last.pages.append(document.pages[-1])
        out = io.BytesIO()
        last.save(out)
    text = plain_text(out.getvalue())
    assert "销号" in text
    assert "复查人" in text


def test_the_tree_prints_as_a_table_that_repeats_its_head():
    text = plain_text(render_pdf("grid_table", grid_table()))
    for wanted in (
        "01-02教学楼2网格长欧阳𬭎䶮13800001234",
        "01-01-01教学楼1第1层网格员欧阳𬭎䶮13800001234走道、101教室",
        "01-02-03教学楼2第3层网格员（待定）（没有部位）",
        "学校（盖章）",
    ):
        assert wanted in text


def test_a_long_tree_repeats_its_head_and_signatures_stand_below_its_last_rows():
    pdf = render_pdf("grid_table", grid_table(blocks=6, leaves=12))
    text = plain_text(pdf)
    assert text.count("编号网格角色姓名电话部位") >= len(pages(pdf)) - 1 > 0
    with pikepdf.open(io.BytesIO(pdf)) as document:
        last = pikepdf.new()
        last.pages.append(document.pages[-1])
        out = io.BytesIO()
        last.save(out)
    text = plain_text(out.getvalue())
    assert "01-06-12" in text and "学校（盖章）" in text


@pytest.mark.parametrize(("grids", "sheets"), [(0, 1), (13, 1), (21, 1), (22, 2), (55, 2)])
def test_a_map_of_the_grids_hangs_on_the_wall_with_its_legend(grids, sheets):
    pdf = render_pdf("grid_map", grid_map(grids))
    assert pages(pdf) == [A4[::-1]] * sheets
    text = plain_text(pdf)
    for wanted in ("网格责任分布图", "校园平面图", "学校（盖章）", "2026年11月23日"):
        assert wanted in text


@pytest.mark.parametrize("ratio", [0.4, 1.0, 1.6, 4.0])
def test_a_map_of_any_proportions_fits(ratio):
    assert pages(render_pdf("grid_map", grid_map(ratio=ratio))) == [A4[::-1]]


def test_the_legend_of_a_map_names_everybody_and_leaves_a_line_where_nobody_answers():
    text = plain_text(render_pdf("grid_map", grid_map()))
    assert text.count("欧阳𬭎䶮") == 12
    assert "01-02" in text and "北门与消防车道" in text


def test_without_a_picture_the_buildings_print_as_stacks_of_floors():
    pdf = render_pdf("grid_map", house_map())
    text = plain_text(pdf)
    assert text.index("4层") < text.index("1层")
    for wanted in (
        "教学楼2",
        "责任人：周立新",
        "厨房★",
        "★消防安全重点部位",
        "另有2个部位还没有放进网格",
    ):
        assert wanted in text
    assert set(pages(pdf)) == {A4[::-1]}
    assert rightmost(pdf) < 842


@pytest.mark.parametrize(("count", "sheets"), [(1, 1), (10, 1), (11, 2), (60, 6)])
def test_ten_slips_go_on_a_page(count, sheets):
    assert pages(render_pdf("sign_in_slips", sign_in_slips(count))) == [A4] * sheets


def test_a_slip_says_whose_it_is_where_to_go_and_how_long():
    pdf = render_pdf("sign_in_slips", sign_in_slips(2))
    text = plain_text(pdf)
    for wanted in (
        "阿依古丽·买买提艾力2",
        "账号：阿依古丽买买提艾力",
        "http://192.168.100.200:8000/login/cmp6n2actvdv4pjmqk9wdh599e",
        "有效期至2026-12-08，用一次就失效，请勿转给别人。",
    ):
        assert wanted in text
    assert rightmost(pdf) < A4[0] - 30


def test_a_months_roster_is_one_sheet_with_marks_and_lines_to_sign():
    pdf = render_pdf("roster_month", roster_month())
    text = plain_text(pdf)
    assert pages(pdf) == [(A4[1], A4[0])]
    for wanted in (
        "2026年11月值班表",
        "30日周一",
        "替（陈国栋）",
        "制表人（签名）",
        "学校（盖章）",
    ):
        assert wanted in text
    assert text.count("调") == 1 + len("调双方同意调班") - len("双方同意班")


def test_a_roster_with_long_notes_continues_with_its_heads():
    data = roster_month()
    for day in data["days"]:
        day["note"] = "节假日安排未公布，请留意通知"
    pdf = render_pdf("roster_month", data)
    assert plain_text(pdf).count("课间楼层") == len(pages(pdf))
    assert rightmost(pdf) < A4[1]


def test_a_month_without_shifts_says_so():
    assert "本月没有排值班。" in plain_text(render_pdf("roster_month", roster_month(shifts=0)))


def test_a_years_plan_shows_its_works_and_who_signed():
    text = plain_text(render_pdf("year_plan", year_plan()))
    assert "年度消防工作计划" in text and "第3项工作" in text
    assert "改在12月" in text and "系统签字" in text


def test_an_appraisal_repeats_its_heads_and_ends_with_signatures_and_seal():
    pdf = render_pdf("appraisal", appraisal(grids=25, people=60, notes=12))
    text = plain_text(pdf)
    assert (
        text.count("已查/应查") == len(pages(pdf)) + 1
    )  # two tables, one begins on a page of both
    assert "发现插座发热" in text and "分管副校长" in text and "学校（盖章）" in text
    assert rightmost(pdf) < A4[0]
    empty = plain_text(render_pdf("appraisal", appraisal(tables=[], notes=0)))
    assert "没有可以考核的" in empty and "本月没有奖惩记录" in empty

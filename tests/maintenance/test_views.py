"""The pages of 维保与检测: from the contractor's sheet to the closed finding, readings, targets."""

import io
from datetime import date

import pytest
import python_calamine
import sqlalchemy as sa

from tests.factories import PDF
from tests.paper.samples import plain_text
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Source
from unitsafe.maintenance.models import EquipmentTarget, Maintenance, MaintenanceFile, Reading
from unitsafe.maintenance.rules import Kind, Result

ROW = {"space_id": "", "category": "", "level": "normal"}
EMPTY = {f"finding-{number}-{name}": ROW[name] for number in (1, 2, 3) for name in ROW}
"""What a browser sends of rows that nobody touched."""
VISIT = {"company": "安居维保公司", "done_on": "2026-11-20", "people": "贺师傅", "systems": "water"}
TEST = {
    "kind": "annual_test",
    "company": "青溪检测所",
    "done_on": "2026-11-20",
    "report_no": "JC-2026-0311",
    "result": "problems",
    "valid_until": "",
}
NEW_TEST = "/maintenance/new?kind=annual_test"


@pytest.fixture
def client(browser, make):
    return browser(make.someone("officer"))


def test_a_visit_with_its_sheet_and_a_finding(client, make, session):
    make.someone("teacher")
    finding = {
        "finding-1-description": "末端试水压力表坏",
        "finding-1-category": "fire_facility",
        "finding-1-space_id": make.space_in(make.grid()).id,
    }
    sheet = (io.BytesIO(PDF), "维保单.pdf")
    answer = client.post("/maintenance/new", {**EMPTY, **VISIT, **finding, "file_upload": sheet})
    one = session.scalars(sa.select(Maintenance)).one()
    assert (answer.status, answer.location) == (303, f"/maintenance/{one.id}")
    text = client.get(answer.location).page.text()
    for words in ("安居维保公司", "贺师傅", "消火栓与水泵水箱", "末端试水压力表坏", "维保单.pdf"):
        assert words in text
    hazard = session.scalars(sa.select(Hazard)).one()
    assert (hazard.source, hazard.source_ref) == (Source.MAINTENANCE, str(one.id))
    page = client.get(f"/hazards/{hazard.number}").page
    assert f"/maintenance/{one.id}" in page.links() and "维保与检测" in page.text()


def test_the_sheet_is_opened_by_whoever_sees_the_school(client, browser, make, session):
    client.post("/maintenance/new", {**EMPTY, **VISIT, "file_upload": (io.BytesIO(PDF), "单.pdf")})
    number = session.scalars(sa.select(MaintenanceFile.file_id)).one()
    assert browser(make.someone("inspector")).get(f"/files/{number}").status == 200
    assert browser(make.someone("teacher")).get(f"/files/{number}").status == 404


def test_a_report_holds_a_year_unless_it_says_otherwise(client, session):
    assert client.post(NEW_TEST, {**EMPTY, **TEST, "once": "same"}).status == 303
    assert client.post(NEW_TEST, {**EMPTY, **TEST, "once": "same"}).status == 303
    one = session.scalars(sa.select(Maintenance)).one()
    assert (one.kind, one.result, one.valid_until) == (
        Kind.ANNUAL_TEST,
        Result.PROBLEMS,
        date(2027, 11, 20),
    )
    text = client.get("/maintenance?kind=annual_test&year=2026").page.text("rows")
    assert "JC-2026-0311" in text and "有问题" in text
    assert "JC-2026-0311" not in client.get("/maintenance?year=2025").page.text("rows")


@pytest.mark.parametrize(
    ("path", "typed", "message"),
    [
        ("/maintenance/new", {**VISIT, "company": ""}, "请填写单位"),
        ("/maintenance/new", {**VISIT, "done_on": "2026-11-24"}, "日期不能是以后的日子"),
        ("/maintenance/new", {**VISIT, "finding-2-description": "没写类别"}, "请选择类别"),
        (NEW_TEST, {**TEST, "done_on": "2026-12-01"}, "日期不能是以后的日子"),
        (NEW_TEST, {**TEST, "valid_until": "2026-11-19"}, "有效期不能早于检测日期"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, session, path, typed, message):
    answer = client.post(path, {**EMPTY, **typed})
    assert answer.status == 422 and message in answer.page.text()
    assert answer.page.value("done_on") == typed["done_on"]
    assert session.scalars(sa.select(Maintenance)).all() == []


def test_a_file_that_is_too_large_is_refused_and_the_rest_stays(client, session):
    large = (io.BytesIO(b"%PDF-1.4" + b"0" * (30 * 1024 * 1024)), "报告.pdf")
    answer = client.post(NEW_TEST, {**EMPTY, **TEST, "file_upload": large})
    answer.response.request.environ["wsgi.input"].close()
    assert answer.status == 422 and "超过20 MB" in answer.page.text()
    assert answer.page.value("report_no") == TEST["report_no"]
    assert session.scalars(sa.select(Maintenance)).all() == []


def test_a_record_is_corrected_until_it_is_signed(client, make):
    one = make.maintenance()
    path = f"/maintenance/{one.id}"
    page = client.get(f"{path}/edit").page
    sent = {**VISIT, "version": page.value("version")}
    assert client.post(f"{path}/edit", sent).status == 303
    assert "人员：空→贺师傅" in client.get(path).page.text()
    late = client.post(f"{path}/edit", {**sent, "people": "别人"})
    assert late.status == 422 and "刚刚有人改过" in late.page.text()
    more = {"description": "又一条", "category": "other", "level": "normal", "space_id": ""}
    assert client.post(f"{path}/findings", {"category": "other"}).status == 422
    assert client.post(f"{path}/findings", more).status == 303
    assert client.post(f"{path}/sign", {}).status == 303
    page = client.get(path).page
    assert "学校已签字" in page.text() and "补登一个问题" not in page.text()
    for act, data in (("sign", {}), ("findings", more)):
        assert client.post(f"{path}/{act}", data).status == 409


def test_a_contract_that_ends_before_it_begins_is_refused(client):
    sent = {"company": "安居维保公司", "from_on": "2026-09-01", "until_on": "2026-08-31"}
    answer = client.post("/maintenance/contracts/new", sent)
    assert answer.status == 422 and "不能早于开始日" in answer.page.text()
    assert answer.page.value("until_on") == "2026-08-31"
    good = {**sent, "until_on": "2026-12-31", "file_upload": (io.BytesIO(PDF), "合同.pdf")}
    assert client.post("/maintenance/contracts/new", good).status == 303
    text = client.get("/maintenance").page.text()
    assert "2026-12-31" in text and "快到期" in text and "合同.pdf" in text


def test_the_first_page_says_what_is_missing(browser, make, now):
    now.set("2026-09-05T08:00")
    make.school(has_fixed_systems=True, has_gas=True)
    now.set("2026-11-23T08:00")
    make.maintenance(done_on=date(2026, 9, 9))
    make.maintenance(kind=Kind.GAS_TEST, result=Result.PASSED, done_on=date(2026, 5, 6))
    page = browser(make.someone("inspector")).get("/maintenance").page
    text = page.text()
    assert "10月无、11月未到" in text and "9月✓ 有" in text and "8月—" in text
    assert "防雷检测 — — 没有" in text and "2027-05-06 正常" in text
    assert "/maintenance/new" not in page.links()


# Readings


@pytest.fixture
def hydrant(make):
    return make.equipment(number="XHS-1", kind="indoor_hydrant", name="室内消火栓")


def typed(value, **changes):
    given = {"what": "static_pressure", "measured_on": "2026-11-23", "measured_time": "07:30"}
    return {**given, "value": value, **changes}


def test_a_reading_below_its_limit_offers_the_hazard_at_once(client, hydrant, session):
    path = f"/equipment/{hydrant.id}/readings"
    for day, value in ((9, "0.3"), (16, "0.31"), (23, "0.05")):
        sent = typed(value, measured_on=f"2026-11-{day:02d}")
        assert client.post(path, sent).status == 303
    page = client.get(path).page
    assert "静水压力0.05 MPa，低于0.07 MPa" in page.text()
    (picture,) = [one for one in page.root.iter() if one.get("class") == "chart"]
    assert "最低0.05，最高0.31；下限0.07" in "".join(picture.itertext())
    assert page.text().count("补录") == 2
    (link,) = [one for one in page.links() if one.startswith("/hazards/new?")]
    form = client.get(link).page
    assert "XHS-1 室内消火栓：静水压力0.05 MPa" in form.value("description")
    assert form.value("ref") == "XHS-1"
    assert "超限" in client.get("/equipment/readings").page.text()
    client.post(path, typed("0.3", measured_time="07:45"))
    assert "登记隐患" not in client.get(path).page.text()
    assert session.scalar(sa.select(sa.func.count()).select_from(Reading)) == 4


@pytest.mark.parametrize(
    ("value", "changes", "message"),
    [
        ("0.3兆帕", {}, "请填数字"),
        ("-1", {}, "请填数字"),
        ("1e3", {}, "请填数字"),
        ("35", {}, "不会大于4 MPa，请核对小数点"),
        ("0.3", {"measured_on": "2026-11-24"}, "读数时间不能在现在以后"),
        ("0.3", {"measured_time": "25:00"}, ""),
        ("0.3", {"what": "level"}, ""),
    ],
)
def test_a_reading_that_cannot_be_stays_in_the_form(
    client, hydrant, session, value, changes, message
):
    answer = client.post(f"/equipment/{hydrant.id}/readings", typed(value, **changes))
    assert answer.status == 422 and message in answer.page.text()
    assert answer.page.value("value") == value
    assert session.scalars(sa.select(Reading)).all() == []


def test_a_contractors_reading_is_typed_with_the_visit(client, make, hydrant):
    one = make.maintenance(people="贺师傅")
    path = f"/maintenance/{one.id}"
    wrong = client.post(f"{path}/readings", {**typed("0.3"), "number_of": "没有"})
    assert wrong.status == 422 and "没有这个编号的器材" in wrong.page.text()
    other = client.post(f"{path}/readings", {**typed("2", what="level"), "number_of": "XHS-1"})
    assert other.status == 422 and "没有这项读数" in other.page.text()
    own = {**typed("0.31"), "number_of": "XHS-1", "read_by": ""}
    assert client.post(f"{path}/readings", own).status == 303
    assert "0.31 MPa — officer" in client.get(path).page.text().replace("正常", "—")
    sent = {**typed("0.3"), "number_of": "XHS-1", "read_by": "贺师傅"}
    assert client.post(f"{path}/readings", sent).status == 303
    assert "XHS-1 静水压力0.3 MPa" in client.get(path).page.text()
    assert "贺师傅" in client.get(f"/equipment/{hydrant.id}/readings").page.text()


def test_visitors_read_and_a_powder_extinguisher_has_nothing_to_read(browser, make, hydrant):
    inspector = browser(make.someone("inspector"))
    assert "保存读数" not in inspector.get(f"/equipment/{hydrant.id}/readings").page.text()
    assert inspector.post(f"/equipment/{hydrant.id}/readings", typed("0.3")).status == 403
    text = inspector.get(f"/equipment/{make.equipment().id}/readings").page.text()
    assert "没有要读的数" in text


# What there should be


def test_what_is_missing_stands_first_and_prints(client, make, session):
    building = make.building()
    make.equipment(quantity=2)
    path = f"/equipment/targets?place=b{building.id}"
    page = client.get(path).page
    assert "还没有填配备数" in page.text() and "待核" in page.text()
    sent = {"seen": page.value("seen"), "place": page.value("place")}
    sent |= {"n-ext_powder": "4", "n-ext_co2": "", "n-fire_door": "0"}
    assert client.post("/equipment/targets", {**sent, "place": "b999"}).status == 404
    assert client.post("/equipment/targets", sent).status == 303
    text = client.get(path).page.text()
    assert "不足的 1项" in text and "教学楼 干粉灭火器 4 2 2 具" in text
    late = client.post("/equipment/targets", {**sent, "n-ext_powder": "5"})
    assert late.status == 422 and "刚刚有人改过" in late.page.text()
    wrong = client.post("/equipment/targets", {**sent, "n-ext_powder": "很多"})
    assert wrong.status == 422 and wrong.page.value("n-ext_powder") == "很多"
    assert dict(session.execute(sa.select(EquipmentTarget.kind, EquipmentTarget.number)).all()) == {
        "ext_powder": 4,
        "fire_door": 0,
    }
    printed = plain_text(client.get("/equipment/targets.pdf").response.data)
    assert "共2项有配备数，1项不足" in printed and "教学楼干粉灭火器具422" in printed
    book = python_calamine.load_workbook(
        io.BytesIO(client.get("/equipment/targets.xlsx").response.data)
    )
    assert book.get_sheet_by_index(0).to_python()[1] == ["教学楼", "干粉灭火器", "具", 4, 2, 2]


def test_what_stands_in_the_micro_fire_station_counts_there_alone(client, make):
    building = make.building()
    make.equipment(make.space(building, "微型消防站", "micro_station"), quantity=3)
    make.equipment(kind="micro_station_kit", name="微型消防站器材")
    page = client.get("/equipment/targets?place=micro").page
    sent = {"seen": page.value("seen"), "place": "micro", "n-ext_powder": "2"}
    sent["n-micro_station_kit"] = "2"
    assert client.post("/equipment/targets", sent).status == 303
    text = client.get("/equipment/targets?place=micro").page.text()
    assert "微型消防站 微型消防站器材 2 1 1 套" in text and "不足的 1项" in text


def test_the_ledger_is_a_workbook(client, make):
    make.maintenance(1)
    answer = client.get("/maintenance.xlsx")
    book = python_calamine.load_workbook(io.BytesIO(answer.response.data))
    heads, row = book.get_sheet_by_index(0).to_python()
    line = dict(zip(heads, row, strict=True))
    assert (line["类别"], line["单位"], line["问题数"]) == ("维保", "安居维保公司", 1)

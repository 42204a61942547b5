"""The register of classes."""

import io

import pytest
import python_calamine
import sqlalchemy as sa

from unitsafe.classes.models import SchoolClass
from unitsafe.core.audit import AuditEntry

NEW = {
    "name": "四年级1班",
    "grade": "4",
    "pupils": "43",
    "boarders": "9",
    "head_teacher_id": "",
    "space_id": "",
}


@pytest.fixture
def client(browser, make):
    return browser(make.someone("officer"))


def test_a_class_is_added_changed_retired_and_comes_back(client, make, session):
    teacher, room = make.someone("teacher"), make.space_in(make.grid())
    data = {**NEW, "head_teacher_id": teacher.id, "space_id": room.id}
    answer = client.post("/classes/new", data)
    assert (answer.status, answer.location) == (303, "/classes")
    page = client.get("/classes").page
    assert "1个班，学生43人，住宿9人" in page.text() and "四年级1班" in page.text()
    one = session.scalars(sa.select(SchoolClass)).one()
    assert (one.head_teacher_id, one.space_id) == (teacher.id, room.id)
    assert client.post(f"/classes/{one.id}", {**data, "pupils": "45"}).status == 303
    session.refresh(one)
    assert one.pupils == 45
    for back, is_active in (("", False), ("1", True)):
        assert client.post(f"/classes/{one.id}/retire", {"back": back}).status == 303
        session.refresh(one)
        assert one.is_active is is_active
    acts = session.scalars(sa.select(AuditEntry.act).where(AuditEntry.subject == "class:1"))
    assert list(acts) == ["class.add", "class.change", "class.retire", "class.restore"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"boarders": "44"}, "住宿人数不能比学生人数多"),
        ({"pupils": "2000"}, "请填0到200之间的整数"),
        ({"grade": "0"}, "请填1到12之间的整数"),
        ({"name": "三年级2班"}, "已经有“三年级2班”了"),
        ({"name": ""}, "请填写班级"),
        ({"head_teacher_id": "999"}, ""),
    ],
)
def test_what_cannot_be_a_class_is_refused_beside_the_field(client, make, session, typed, said):
    make.school_class()
    answer = client.post("/classes/new", {**NEW, **typed})
    assert answer.status == 422 and said in answer.page.text()
    assert len(session.scalars(sa.select(SchoolClass)).all()) == 1


def test_everybody_reads_and_only_who_keeps_the_register_writes(browser, make):
    make.school_class()
    teacher = browser(make.someone("teacher"))
    page = teacher.get("/classes").page
    assert page.rows() == 1 and "/classes/1" not in page.links()
    assert teacher.get("/classes/1").status == 403
    assert teacher.post("/classes/new", NEW).status == 403


def test_the_workbook_holds_the_classes_by_grade(client, make):
    make.school_class(space_id=make.space_in(make.grid()).id)
    make.school_class("一年级1班", grade=1)
    book = client.get("/classes.xlsx").response.data
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    assert [row[0] for row in sheet.to_python()] == ["班级", "一年级1班", "三年级2班"]

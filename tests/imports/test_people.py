"""Lists of staff."""

import pytest
import sqlalchemy as sa

from unitsafe.imports.lines import Outcome, Weight
from unitsafe.imports.models import What
from unitsafe.people.models import Person, PersonPost

from .test_reading import DATA

HEADS = "姓名,电话,岗位,账号\n"


def test_an_ugly_staff_list_is_understood(make, plan, said):
    make.school()
    lines = plan(What.PEOPLE, (DATA / "staff.xlsx").read_bytes()).lines
    first = lines[0].values
    assert (first["name"], first["phone"], first["posts"]) == ("张伟", "13800000001", ["principal"])
    assert lines[1].values["posts"] == ["homeroom_teacher", "subject_teacher", "grade_leader"]
    assert lines[2].values["posts"] == ["dorm_keeper"] and "由网格指定" in said(lines[2])
    assert lines[2].values["phone"] == "0571-88880003"
    for namesake in lines[2:4]:  # two people of one name, told apart by their phones
        assert namesake.outcome is Outcome.NEW and namesake.has(Weight.CONFIRM)
    assert "11位" in said(lines[4]) and "没有“保洁队长”这个岗位" in said(lines[4])
    assert "科学计数法" in said(lines[5])
    assert "填上电话才能区分" in said(lines[6]) and "重复" in said(lines[7])


def person(session, make, name, phone="", posts=()):
    made = make.person(name, posts)
    made.phone = phone
    session.commit()
    return made


@pytest.mark.parametrize(
    ("phone", "row", "outcome", "words"),
    [
        ("13800000001", "王芳,13800000001,,", Outcome.SAME, ""),
        ("13800000001", "王 芳,138 0000 0001,门卫,", Outcome.FILL, ""),
        ("13800000001", "王芳,,,", Outcome.SAME, ""),
        ("", "王芳,13800000001,,", Outcome.FILL, "当作同一个人"),
        ("13800000001", "王芳,13900000002,,", Outcome.NEW, "另一个人"),
        ("13800000001", "王芳,13800000001,,principal", Outcome.PROBLEM, "已经有人用了"),
        ("13800000001", "王芳,13800000001,,a b", Outcome.PROBLEM, "账号用字母"),
        ("13800000001", "王芳,13800000001,校张,", Outcome.PROBLEM, "相近的有：校长"),
    ],
)
def test_a_row_about_somebody_who_is_there(make, session, plan, said, phone, row, outcome, words):
    make.someone("principal")
    person(session, make, "王芳", phone)
    (line,) = plan(What.PEOPLE, HEADS + row).lines
    assert line.outcome is outcome
    assert words in said(line)


def test_two_people_of_one_name_at_school_need_a_phone(make, session, plan, said):
    person(session, make, "王芳", "13800000001")
    person(session, make, "王芳")
    (line,) = plan(What.PEOPLE, HEADS + "王芳,,,").lines
    assert line.outcome is Outcome.PROBLEM and "2位同名" in said(line)


def test_a_blank_is_filled_and_nothing_is_overwritten(make, session):
    there = person(session, make, "王芳", "13800000001", ["homeroom_teacher"])
    username = there.username
    text = HEADS + "王芳,13800000001,门卫,wangfang\n李娜,13800000002,门卫,lina\n"
    make.imported(make.someone("officer"), text, What.PEOPLE)
    session.refresh(there)
    posts = sa.select(PersonPost.post).where(PersonPost.person_id == there.id)
    assert (there.username, there.phone) == (username, "13800000001")
    assert list(session.scalars(posts)) == ["homeroom_teacher"]
    added = session.scalars(sa.select(Person).where(Person.name == "李娜")).one()
    assert (added.username, added.password_hash) == ("lina", None)


def test_somebody_who_left_is_not_taken_for_the_one_who_comes(make, session, plan, said):
    there = person(session, make, "王芳", "13800000001")
    there.status = "left"
    session.commit()
    (line,) = plan(What.PEOPLE, HEADS + "王芳,13800000001,,").lines
    assert line.outcome is Outcome.NEW and "已离校" in said(line)

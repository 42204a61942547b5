"""The page of a space and what its plate opens."""

from datetime import date

import pytest

from unitsafe.grids.models import Role
from unitsafe.people.models import Absence


@pytest.mark.parametrize("path", ["/spaces/9", "/q/ABC234", "/q/%00"])
def test_an_unknown_space_or_plate_is_not_found(browser, make, path):
    make.grid()
    assert browser(make.someone("teacher")).get(path).status == 404


def test_a_plate_opens_its_space_even_when_out_of_use(browser, make, session):
    space = make.space_in(make.grid())
    teacher = browser(make.someone("teacher"))
    assert teacher.get(f"/q/{space.plate.lower()}").location == f"/spaces/{space.id}"
    text = teacher.get(f"/spaces/{space.id}").page.text("content")
    assert "teacher" in text and "一层" in text
    space.is_active = False
    session.commit()
    assert teacher.get(f"/q/{space.plate}").status == 303
    assert "已停用" in teacher.get(f"/spaces/{space.id}").page.text()


def test_the_page_of_a_space_says_who_answered_on_any_day(browser, make, session, now):
    grid, old, new = make.grid(), make.person("老张"), make.person("小李")
    deputy = make.person("代理人")
    make.assign(make.person("片长"), make.block(), Role.LEADER)
    make.assign(make.person("校长"), make.root(), Role.LEADER)
    make.assign(old, grid)
    make.assign(new, grid, from_on=date(2026, 10, 12))
    session.add(
        Absence(
            person_id=old.id,
            deputy_id=deputy.id,
            from_on=date(2026, 9, 14),
            until_on=date(2026, 9, 15),
        )
    )
    session.commit()
    client, path = browser(make.someone("inspector")), f"/spaces/{make.space_in(grid).id}"

    def told(day):
        return client.get(f"{path}?on={day}").page.text("answered")

    assert "负责人老张 网格员 当时的网格01-01-01 一层 片区网格长片长" in told("2026-10-11")
    assert "负责人小李" in told("2026-10-12") and "全校网格长校长" in told("2026-10-12")
    assert "负责人代理人 代老张" in told("2026-09-15")
    assert "没有人负责" in told("2026-08-01") and "还没有放进网格" in told("2026-08-01")
    assert "2026-10-12 — 现在 小李" in told("") and "2026-09-01 — 2026-10-11 老张" in told("")

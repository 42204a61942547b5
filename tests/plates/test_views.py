import pytest


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

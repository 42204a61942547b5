"""What is read as a form, and what is none."""

import io

import pytest

PART = "--b0\r\nContent-Disposition: form-data{}\r\n\r\nx\r\n--b0--\r\n"
MULTIPART = "multipart/form-data; boundary=b0"


@pytest.fixture
def officer(make, browser):
    client = browser(make.someone("officer"))
    client.get("/people/new")
    return client


def send(client, body, kind):
    """The status of what a program sends that is no browser."""
    headers = {"X-CSRFToken": client.token}
    return client.client.post("/people/new", data=body, content_type=kind, headers=headers)


def test_a_file_in_place_of_a_text_is_nothing_typed(officer):
    sent = {"name": (io.BytesIO(b"x"), "x.jpg"), "username": "xin"}
    answer = officer.post("/people/new", sent)
    assert answer.status == 422
    assert "请填写姓名" in answer.page.text()


@pytest.mark.parametrize("body", ['{"name": 1, "username": ["x"]}', "[1]", "1", "{"])
def test_json_is_no_form(officer, body):
    assert send(officer, body, "application/json").status_code == 422


@pytest.mark.parametrize(
    "named", ["", '; name="na\x01me"', '; filename="x.jpg"', '; name="x"; filename="a\0b.jpg"']
)
def test_a_field_without_a_name_or_with_an_unwritable_one_is_refused(officer, named):
    assert send(officer, PART.format(named), MULTIPART).status_code == 400

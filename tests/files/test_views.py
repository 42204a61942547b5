"""Opening an attached file."""

import pytest
import sqlalchemy as sa

from unitsafe.files import services
from unitsafe.files.models import StoredFile


def test_a_pdf_opens_in_the_browser_as_what_it_is(browser, make):
    officer = make.someone("officer")
    file = make.file(officer, "检测 报告.pdf")
    response = browser(officer).get(f"/files/{file.id}").response
    assert response.data.startswith(b"%PDF")
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("inline")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_is_for_its_sender_until_a_record_shows_it(browser, make, monkeypatch):
    file = make.file(make.someone("officer"))
    teacher = make.someone("teacher")
    assert browser(teacher).get(f"/files/{file.id}").status == 404
    shown = sa.select(StoredFile.id)
    monkeypatch.setitem(services.visible_through, "test", lambda actor: shown)
    assert browser(teacher).get(f"/files/{file.id}").status == 200


@pytest.mark.parametrize("name", ["预案.doc", "名单.et"])
def test_an_office_file_is_downloaded(browser, make, session, name):
    officer = make.someone("officer")
    file = make.file(officer)
    file.name, file.suffix = name, ".doc"
    session.commit()
    with make.app.app_context():
        path = services.store().path(file.digest, ".doc")
    path.write_bytes(b"")
    response = browser(officer).get(f"/files/{file.id}").response
    assert response.headers["Content-Disposition"].startswith("attachment")

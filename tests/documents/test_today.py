"""What the papers have waiting for a person."""

from datetime import date

import pytest
from sqlalchemy import event

from unitsafe.core.db import db
from unitsafe.documents.rules import Kind, Topic
from unitsafe.documents.today import documents
from unitsafe.school.queries import the_school

DAY = date(2026, 11, 23)


@pytest.fixture
def waiting(app, make, session):
    """`waiting(person)`: the lines, and how many statements they took."""

    def look(person):
        sent = []

        def count(_connection, _cursor, statement, *_):
            sent.extend([statement] if statement.startswith("SELECT") else [])

        with app.test_request_context("/"):
            actor = make.actor(person)
            the_school()  # every page has read it by then
            session.commit()
            event.listen(db.engine, "before_cursor_execute", count)
            try:
                found = list(documents(session, actor, DAY))
            finally:
                event.remove(db.engine, "before_cursor_execute", count)
        return [(one.badge, one.title, one.line, one.kind, one.url) for one in found], len(sent)

    return look


def test_one_paper_to_read_leads_to_it_and_several_to_the_list(make, waiting):
    teacher = make.someone("teacher")
    assert waiting(teacher) == ([], 2)
    one = make.document()
    lines, number = waiting(teacher)
    url = f"/documents/{one.id}"
    assert lines == [(1, "请阅读《防火巡查、检查制度》", "看完点“我已阅读”", "due", url)]
    assert number <= 2
    make.document(audience=["homeroom_teacher"])
    make.document(audience=["cook"])
    (line,), _number = waiting(teacher)
    assert (line[0], line[1], line[4]) == (2, "请阅读2份文件", "/documents?unread=1")


def test_a_visitor_is_asked_nothing_and_costs_nothing(make, waiting):
    make.document()
    assert waiting(make.someone("inspector")) == ([], 0)


def test_a_late_review_is_shown_to_its_owner_and_to_who_keeps_the_papers(make, waiting):
    owner = make.someone("teacher")
    make.document(
        Topic.ELECTRIC_TEST,
        Kind.REPORT,
        owner_id=owner.id,
        audience=[],
        next_review_on=date(2026, 11, 20),
    )
    for person in (owner, make.someone("officer")):
        (line,), _number = waiting(person)
        assert line[:4] == (1, "制度、预案该复核了", "最早的一份已超期3天", "late")
    assert waiting(make.someone("leader"))[0] == []


def test_a_review_is_shown_a_month_before(make, waiting):
    make.document(audience=[], next_review_on=date(2026, 12, 23))
    make.document(audience=[], next_review_on=date(2026, 12, 24))
    (line,), _number = waiting(make.someone("officer"))
    assert line[:4] == (1, "制度、预案该复核了", "最早的一份2026-12-23前复核", "due")

"""Copying, changing and publishing the standard, with the database."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from unitsafe import content
from unitsafe.assessments import queries, services, standards
from unitsafe.assessments import standard_edit as edit
from unitsafe.assessments import standard_services as standard
from unitsafe.assessments.quarters import read
from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.domain import RuleError
from unitsafe.core.figures import METRICS, Figure

ITEM, QUARTER = "c1_07", "2026Q4"


@pytest.fixture(autouse=True)
def counted(monkeypatch):
    """Every figure of the standard can be told by the ledgers."""
    for item in content.load().standard.items:
        for key in edit._figures(item):
            if key not in METRICS:
                monkeypatch.setitem(METRICS, key, lambda _session, _period: Figure(0, 0))


@pytest.fixture
def by(make, session):
    make.school()
    return {"by": make.actor(make.someone("officer")), "now": make.now()}


@pytest.fixture
def other(make, by):
    return {**by, "by": make.actor(make.someone("manager"))}


@pytest.fixture
def row(make, by):
    return make.standard_draft()


def changed(row, key=ITEM, points=3, **facts):
    entry = {**edit.item(row.body, key), **facts}
    evidence = {**entry["evidence"][0], "points": points}
    evidence["score"] = [{"at_least": 0.98, "points": points}]
    return {**entry, "evidence": [evidence]}


def mark(row, key=ITEM):
    return edit.mark(edit.part(row.body, key))


def publish(session, row, given, note="改分值"):
    return standard.publish(session, seen=row.revision, note=note, **given)


def test_one_draft_at_a_time_says_what_is_in_use(session, row, by):
    assert standards.standard(row) == content.load().standard
    assert standard.copy(session, **by) is row
    assert standards.edition(standards.newest(session)) == content.load().version


def test_a_version_is_taken_by_later_assessments_and_open_ones_keep_theirs(
    app, make, session, row, by
):
    today = make.now().date()
    with app.app_context():
        services.open_quarter(session, QUARTER, today, **by)
        standard.change_item(session, changed(row, points=2), seen=mark(row), **by)
        standard.change_item(
            session, changed(row, "c1_08", points=3), seen=mark(row, "c1_08"), **by
        )
        made = publish(session, row, by)
        session.commit()
        assert (made.number, made.note, standards.edition(made)) == (2, "改分值", "本校第2版")
        assert standards.newest(session) is made
        assert "removed" not in made.body and "edits" not in made.body
        before = queries.assessment(session, read(QUARTER))
        kept = queries.sheet(session, read(QUARTER), before, today)
        fresh = queries.sheet(session, read(QUARTER), None, today)
        assert (kept.item(ITEM).most, fresh.item(ITEM).most) == (3, 2)
        assert (kept.edition, fresh.edition) == (content.load().version, "本校第2版")
        after = standard.copy(session, **by)
        assert edit.item(after.body, ITEM)["max_points"] == 2
        assert list(audit.verify(session)) == []


def test_what_was_published_cannot_be_changed_unnoticed(session, row, by):
    made = publish(session, row, by)
    made.body = {**made.body, "title": "另一份"}
    session.commit()
    assert [text for _, text in audit.verify(session)] == [
        "version 2 of the standard is not the one that was published"
    ]


def test_a_draft_that_is_unsound_stays_one(session, row, by):
    standard.change_item(session, changed(row, points=2), seen=mark(row), **by)
    with pytest.raises(standard.Refused, match="合计99分，还差1分"):
        publish(session, row, by)
    assert row.published_at is None
    for body, text in (
        (broken(row, {"veto": True}), "否决的条件"),
        (broken(row, {"evidence": [{**evidence(row), "metric": "nonsense"}]}), "nonsense"),
        (broken(row, {"evidence": [{**evidence(row), "score": []}]}), "至少 1 项"),
    ):
        row.body = body
        with pytest.raises(standard.Refused, match=text):
            publish(session, row, by)


def evidence(row):
    return edit.item(row.body, ITEM)["evidence"][0]


def broken(row, facts):
    return edit.change_item(row.body, {**edit.item(row.body, ITEM), **facts})


def test_a_figure_that_nobody_counts_cannot_be_published(session, row, by, monkeypatch):
    monkeypatch.delitem(METRICS, "daily_patrol_completion_rate")
    with pytest.raises(standard.Refused, match="每日防火巡查完成率"):
        publish(session, row, by)


def test_publishing_needs_a_note_and_what_was_read(session, row, by, other):
    with pytest.raises(RuleError, match="改了什么"):
        publish(session, row, by, note="")
    seen = row.revision
    standard.change_item(session, changed(row), seen=mark(row), **other)
    with pytest.raises(RuleError, match="manager刚刚改过，请看过再发布"):
        standard.publish(session, seen=seen, note="改", **by)
    publish(session, row, by)
    with pytest.raises(RuleError, match="没有正在修改"):
        standard.publish(session, seen=seen, note="改", **by)


def test_two_people_meet_only_in_the_same_item(session, row, by, other):
    mine, theirs = mark(row), mark(row, "c1_08")
    standard.change_item(session, changed(row), seen=mine, **by)
    standard.change_item(session, changed(row, "c1_08", points=2), seen=theirs, **other)
    with pytest.raises(RuleError, match="officer刚刚改过这一项"):
        standard.change_item(session, changed(row), seen=mine, **other)
    standard.remove_item(session, ITEM, seen=mark(row), **by)
    with pytest.raises(RuleError, match="officer移除了"):
        standard.change_item(session, {**evidence_item(), "key": ITEM}, seen=mine, **other)
    standard.restore_item(session, ITEM, **by)
    with pytest.raises(RuleError, match="已经恢复"):
        standard.restore_item(session, ITEM, **by)
    assert row.revision == 5


def evidence_item():
    return {"text": "x"}


def test_an_own_item_is_scored_by_people_or_by_a_figure(session, row, by):
    own = {"text": "护学岗到岗", "how_to_score": "到岗1分", "points": Decimal(1), **by}
    first = standard.add_item(session, "g12", metric="", rubric="现场看", **own)
    second = standard.add_item(session, "g12", metric="drills_held", rubric="", **own)
    assert [edit.item(row.body, one)["evidence"][0]["type"] for one in (first, second)] == [
        "manual",
        "metric",
    ]
    for facts, text in (
        ({"metric": "", "rubric": ""}, "打分要点"),
        ({"metric": "nonsense", "rubric": ""}, "没有这个台账指标"),
    ):
        with pytest.raises(RuleError, match=text):
            standard.add_item(session, "g12", **facts, **own)
    with pytest.raises(RuleError, match="没有这一组"):
        standard.add_item(session, "g99", metric="", rubric="x", **own)


def test_what_was_done_is_in_the_log(session, row, by):
    standard.change_item(session, changed(row, text="每日巡查"), seen=mark(row), **by)
    grades = [{"grade": "优", "at_least": 95}, {"grade": "差", "at_least": 0}]
    standard.change_grades(session, grades, seen=mark(row, edit.GRADES), **by)
    with pytest.raises(standard.Refused):
        standard.change_grades(session, grades[::-1], seen=mark(row, edit.GRADES), **by)
    standard.drop(session, **by)
    entries = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.subject == "standard:2").order_by(AuditEntry.id)
    ).all()
    assert [one.act for one in entries] == [
        "standard.copy",
        "standard.edit",
        "standard.edit",
        "standard.drop",
    ]
    assert "每日巡查；" in entries[1].data and "优 95、差 0" in entries[2].data
    assert standards.draft(session) is None

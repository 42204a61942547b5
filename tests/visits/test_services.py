"""A visit, its findings as hazards, its corrections and its reply."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from unitsafe.core.audit import AuditEntry
from unitsafe.core.domain import RuleError
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import Action as HazardAction
from unitsafe.hazards.rules import Level, Source
from unitsafe.hazards.rules import State as HazardState
from unitsafe.visits import queries, services
from unitsafe.visits.labels import changed
from unitsafe.visits.models import Visit, VisitEvent, VisitFinding, VisitPhoto
from unitsafe.visits.queries import Filters, Tally
from unitsafe.visits.rules import Action, Kind, State
from unitsafe.visits.services import Facts, Found

TODAY = date(2026, 11, 23)


@pytest.fixture
def officer(make):
    return make.actor(make.someone("officer"))


@pytest.fixture
def found(make):
    """A finding in the teacher's grid."""
    make.someone("teacher")
    return Found("通道堆物", "evac_blocked", Level.SERIOUS, make.space_in(make.grid()).id)


def hazards_of(session, visit):
    session.expire_all()
    select = sa.select(Hazard).join(VisitFinding).where(VisitFinding.visit_id == visit.id)
    return session.scalars(select.order_by(Hazard.id)).all()


def test_each_finding_becomes_a_hazard_of_whoever_answers_for_the_place(
    app, make, session, officer, found
):
    due = TODAY + timedelta(days=20)
    everywhere = Found("制度没有更新", "management", Level.NORMAL)
    with app.app_context():
        visit = services.record(
            session,
            Facts(Kind.SPECIAL, "区消防救援大队", TODAY - timedelta(days=2)),
            [Found(**{**vars(found), "due_on": due, "basis": "第1项"}), everywhere],
            by=officer,
            now=make.now(),
        )
    session.commit()
    placed, whole = hazards_of(session, visit)
    assert (placed.source, placed.source_ref) == (Source.VISIT, str(visit.id))
    assert (placed.holder_id, placed.due_on) == (make.someone("teacher").id, due)
    assert (placed.level, placed.state) == (Level.SERIOUS, HazardState.ASSIGNED)
    assert (whole.space_id, whole.grid_id) == (None, make.root().id)
    rows = session.execute(sa.select(VisitFinding.due_on, VisitFinding.basis)).all()
    assert [tuple(row) for row in rows] == [(due, "第1项"), (None, "")]
    (event,) = session.scalars(sa.select(VisitEvent)).all()
    assert (event.action, event.note) == (Action.RECORD, f"{placed.number}、{whole.number}")
    acts = session.scalars(sa.select(AuditEntry.act).where(AuditEntry.act.like("visit.%"))).all()
    assert acts == ["visit.record"]


def test_a_day_that_is_past_already_means_today(app, make, session, officer, found):
    late = Found(**{**vars(found), "due_on": TODAY - timedelta(days=1)})
    visit = make.visit(0, visited_on=TODAY - timedelta(days=9))
    with app.app_context():
        hazard = services.add_finding(session, visit, late, by=officer, now=make.now())
    assert hazard.due_on == TODAY
    assert HazardAction.DISPATCH in {one.action for one in _events(session, hazard)}


def _events(session, hazard):
    from unitsafe.hazards.models import HazardEvent

    return session.scalars(sa.select(HazardEvent).where(HazardEvent.hazard_id == hazard.id)).all()


def change(make, session, visit, by, *, seen=None, photo_ids=(), **facts):
    given = {name: getattr(visit, name) for name in Facts.__dataclass_fields__}
    with make.app.app_context():
        services.change(
            session,
            visit,
            Facts(**{**given, **facts}),
            seen=visit.version if seen is None else seen,
            photo_ids=photo_ids,
            by=by,
            now=make.now(),
        )
    session.commit()


def test_a_correction_tells_old_and_new_and_nothing_when_nothing_changed(
    app, make, session, officer
):
    visit, photo = make.visit(), make.photo(make.someone("officer"))
    change(make, session, visit, officer)
    change(make, session, visit, officer, kind=Kind.RANDOM, document_no="3号", photo_ids=[photo.id])
    (event,) = session.scalars(sa.select(VisitEvent).where(VisitEvent.action == Action.CHANGE))
    assert event.changes == {
        "kind": ["routine", "random"],
        "document_no": ["", "3号"],
        "photos": ["", "1"],
    }
    with app.test_request_context():
        assert changed(event) == ["检查类别：例行检查→双随机抽查", "文书编号：空→3号", "补照片1张"]
    assert session.scalars(sa.select(VisitPhoto.photo_id)).all() == [photo.id]


def test_two_people_at_once_do_not_overwrite_each_other(make, session, officer):
    visit = make.visit()
    change(make, session, visit, officer, summary="一")
    with pytest.raises(RuleError, match="刚刚有人改过"):
        change(make, session, visit, officer, seen=1, summary="二")
    session.rollback()
    assert session.get_one(Visit, visit.id).summary == "一"


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"visited_on": TODAY + timedelta(days=1)}, "检查日期不能是以后"),
        ({"reply_due_on": TODAY - timedelta(days=1)}, "复函期限不能早于检查日期"),
    ],
)
def test_days_that_cannot_be_are_refused(make, session, officer, facts, message):
    with pytest.raises(RuleError, match=message):
        make.visit(**facts)


def test_after_the_reply_nothing_changes(make, session, officer, found, app):
    visit = make.visit()
    sent = {"reply_no": "育新〔2026〕8号", "replied_on": TODAY, "by": officer, "now": make.now()}
    services.reply(session, visit, **sent)
    session.commit()
    assert visit.state(TODAY) is State.REPLIED
    for act in (
        lambda: services.reply(session, visit, **sent),
        lambda: services.add_finding(session, visit, found, by=officer, now=make.now()),
        lambda: change(make, session, visit, officer, summary="改"),
    ):
        with pytest.raises(RuleError, match="已经复函"):
            act()


@pytest.mark.parametrize("days", [-1, 1])
def test_a_reply_goes_out_between_the_visit_and_today(make, session, officer, days):
    day = TODAY + timedelta(days=days)
    with pytest.raises(RuleError, match="复函日期"):
        services.reply(
            session, make.visit(), reply_no="", replied_on=day, by=officer, now=make.now()
        )


def test_events_are_written_once(make, session):
    make.visit()
    with pytest.raises(sa.exc.DatabaseError):
        session.execute(sa.update(VisitEvent).values(note="改"))
    session.rollback()


def test_the_ledger_is_narrowed_counted_and_tallied(make, session, officer):
    due = TODAY - timedelta(days=1)
    none = make.visit(0)
    late = make.visit(2, visited_on=TODAY - timedelta(days=9), reply_due_on=due, body="消防100%_\\")
    waiting = make.visit(kind=Kind.RANDOM, reply_due_on=TODAY, document_no="3号")
    sent = make.visit(reply_due_on=TODAY)
    services.reply(session, sent, reply_no="", replied_on=TODAY, by=officer, now=make.now())
    session.get_one(Hazard, hazards_of(session, late)[0].id).state = HazardState.REJECTED
    session.commit()

    def ids(**filters):
        return set(
            session.scalars(queries.ledger(Filters(**filters), TODAY).with_only_columns(Visit.id))
        )

    assert ids() == {none.id, late.id, waiting.id, sent.id}
    cases = [
        ({"state": State.NO_REPLY}, none),
        ({"state": State.LATE}, late),
        ({"state": State.WAITING}, waiting),
        ({"state": State.REPLIED}, sent),
        ({"kind": Kind.RANDOM}, waiting),
        ({"last": TODAY - timedelta(days=1)}, late),
        ({"words": "3号"}, waiting),
        ({"words": "%_\\"}, late),
    ]
    for filters, visit in cases:
        assert ids(**filters) == {visit.id}, filters
    assert set(queries.counts_by_state(session, Filters(state=State.LATE), TODAY).values()) == {1}
    assert queries.tallies(session, [late.id, none.id]) == {late.id: Tally(1, 2)}
    assert queries.late_replies(session, TODAY) == 1
    assert next(queries.lines(session, Filters(), TODAY))[0].id == late.id


def test_the_late_replies_are_found_through_their_index(make, session):
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("SQLite's plans only")
    plan = session.execute(
        sa.text(
            "EXPLAIN QUERY PLAN SELECT count(*) FROM visit"
            " WHERE replied_on IS NULL AND reply_due_on < '2026-11-23'"
        )
    ).all()
    assert "ix_visit_replied_on_reply_due_on" in plan[0].detail

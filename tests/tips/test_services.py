"""What is done with tips: history, limits, the way to a hazard and back."""

import shutil
from collections import namedtuple
from datetime import date

import pytest
import sqlalchemy as sa

from tests.factories import picture
from unitsafe.core.audit import AuditEntry
from unitsafe.core.blobs import BlobStore
from unitsafe.core.domain import RuleError
from unitsafe.hazards import services as hazards
from unitsafe.hazards.models import HazardPhoto
from unitsafe.hazards.rules import Fix, Level
from unitsafe.hazards.rules import Source as HazardSource
from unitsafe.hazards.rules import State as HazardState
from unitsafe.photos import services as photos
from unitsafe.school.models import School
from unitsafe.tips import queries, services
from unitsafe.tips.models import Tip, TipEvent
from unitsafe.tips.rules import Action, Channel, Outcome, State
from unitsafe.tips.views.handling import suggested_answer
from unitsafe.tips.views.ledger import is_ready


def events(session, tip):
    select = sa.select(TipEvent.action).where(TipEvent.tip_id == tip.id).order_by(TipEvent.id)
    return list(session.scalars(select))


def as_hazard(make, tip):
    make.someone("teacher")
    by = make.actor(make.someone("officer"))
    with make.app.app_context():
        hazard = services.make_hazard(
            make.session,
            tip,
            description="走道堆了纸箱",
            category="evac_blocked",
            level=Level.NORMAL,
            fix=Fix.SCHEDULED,
            space_id=tip.space_id,
            by=by,
            now=make.now(),
        )
        make.session.commit()
    return hazard


def test_numbers_follow_one_another_and_words_do_not(make):
    first, second = make.tip(), make.tip()
    assert (first.number, second.number) == ("JB-2026-0001", "JB-2026-0002")
    assert first.word != second.word
    assert first.due_on == date(2026, 11, 30)


def test_whoever_deals_with_it_first_has_accepted_it(make, session, now):
    tip, officer = make.tip(), make.someone("officer")
    now.set("2026-11-24T10:00")
    make.answered_tip(tip, officer)
    assert (tip.state, tip.handler_id) == (State.ANSWERED, officer.id)
    assert tip.accepted_at == tip.answered_at == now()
    assert events(session, tip) == [Action.RECEIVE, Action.ANSWER]


def test_a_later_answer_adds_to_the_first_and_keeps_its_time(make, session, now):
    tip, officer = make.tip(), make.someone("officer")
    make.answered_tip(tip, officer)
    first = tip.answered_at
    now.set("2026-11-26T10:00")
    by = make.actor(officer)
    services.answer(session, tip, outcome=Outcome.NO_HAZARD, text="又看过了", by=by, now=now())
    session.commit()
    assert (tip.answered_at, tip.answer, tip.outcome) == (first, "又看过了", Outcome.NO_HAZARD)
    assert events(session, tip).count(Action.ANSWER) == 2


def test_a_tip_is_accepted_once(make, session):
    tip, by = make.tip(), make.actor(make.someone("officer"))
    services.accept(session, tip, by=by, now=make.now())
    with pytest.raises(RuleError):
        services.accept(session, tip, by=by, now=make.now())


def test_who_only_reads_changes_nothing(make, session):
    tip, by = make.tip(), make.actor(make.someone("inspector"))
    with pytest.raises(RuleError):
        services.answer(session, tip, outcome=Outcome.FIXED, text="x", by=by, now=make.now())
    assert tip.state is State.RECEIVED


def test_a_tip_becomes_a_hazard_that_names_it_and_has_its_photos(make, session):
    with make.app.app_context():
        kept = photos.keep_file(picture("orange"))
    tip = make.tip(kept=[kept])
    hazard = as_hazard(make, tip)
    assert (hazard.source, hazard.source_ref) == (HazardSource.TIP, tip.number)
    assert hazard.holder_id == make.someone("teacher").id
    assert (tip.state, tip.hazard_id) == (State.HAZARD, hazard.id)
    shown = sa.select(HazardPhoto).where(HazardPhoto.hazard_id == hazard.id)
    assert len(session.scalars(shown).all()) == 1
    assert tip.photo_bytes > 1000


@pytest.mark.parametrize(
    ("state", "outcome", "word"),
    [
        (HazardState.CLOSED, Outcome.FIXED, "11月23日复查合格"),
        (HazardState.REJECTED, Outcome.NO_HAZARD, "不构成安全隐患"),
    ],
)
def test_when_its_hazard_is_at_its_end_the_sender_can_be_told(make, session, state, outcome, word):
    tip = make.tip()
    hazard = as_hazard(make, tip)
    found = queries.tip(session, tip.id)
    assert not is_ready(found)
    holder, director = make.someone("teacher"), make.actor(make.someone("director"))
    with make.app.app_context():
        if state is HazardState.CLOSED:
            hazards.report_done(
                session,
                hazard,
                measure="清走",
                photo_ids=[make.photo(holder).id],
                by=make.actor(holder),
                now=make.now(),
            )
            hazards.close(session, hazard, note="", by=director, now=make.now())
        else:
            hazards.reject(session, hazard, reason="没有", by=director, now=make.now())
        session.commit()
        found = queries.tip(session, tip.id)
        assert is_ready(found)
        said = suggested_answer(found)
    assert said["outcome"] == outcome and word in said["text"]
    assert queries.waiting(session, date(2026, 11, 23)) == queries.Waiting(0, 1, 0)


def test_what_waits_is_counted_in_one_statement(make, session, now):
    by = make.actor(make.someone("officer"))
    make.tip()
    services.accept(session, make.tip(), by=by, now=now())
    as_hazard(make, make.tip())
    make.answered_tip(make.tip(), make.someone("officer"))
    session.commit()
    assert queries.waiting(session, date(2026, 11, 23)) == queries.Waiting(1, 1, 0)
    assert queries.waiting(session, date(2026, 12, 1)) == queries.Waiting(1, 2, 3)


def test_the_sender_rates_once(make, session):
    tip = make.answered_tip(make.tip(), make.someone("officer"))
    services.rate(session, tip, rating=4, follow_up="谢谢", now=make.now())
    with pytest.raises(RuleError):
        services.rate(session, tip, rating=1, follow_up="", now=make.now())
    assert (tip.rating, tip.follow_up) == (4, "谢谢")


def test_the_log_does_not_say_who_sent_it(make, session):
    tip = make.tip()
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "tip.receive")).one()
    assert entry.subject == f"tip:{tip.number}"
    for secret in (tip.name, tip.phone, tip.word):
        assert secret not in entry.data


def test_the_form_takes_so_many_an_hour_and_a_day_and_what_staff_write_down_besides(
    make, session, now
):
    school = make.school()
    school.settings = {"tips_an_hour": 2, "tips_a_day": 3}
    school.hotline = "66881190"
    session.commit()
    make.tip(), make.tip(Channel.PLATE)
    with pytest.raises(services.TooMany, match="66881190"):
        make.tip()
    session.rollback()
    make.tip(Channel.PHONE)
    now.set("2026-11-23T09:01")
    make.tip()
    now.set("2026-11-23T11:00")
    with pytest.raises(services.TooMany):
        make.tip()
    session.rollback()
    now.set("2026-11-24T09:02")
    make.tip()
    assert session.scalar(sa.select(sa.func.count()).select_from(Tip)) == 5


def test_photos_are_taken_while_there_is_room(make, session, tmp_path, monkeypatch):
    school = make.school()
    usage = namedtuple("usage", "total used free")
    free = [10**12]
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(0, 0, free[0]))
    store = BlobStore(tmp_path / "not" / "yet")

    def takes():
        return services.takes_photos(session, session.get(School, 1), store, make.now())

    assert takes()
    free[0] = 10**8
    assert not takes()
    free[0] = 10**12
    tip = make.tip()
    tip.photo_bytes = 60 * 1024 * 1024
    session.commit()
    assert not takes()
    school.settings = {"tip_photo_mb": 61}
    session.commit()
    assert takes()

"""Whatever people do, in whatever order: the events tell the whole life of a hazard."""

from datetime import date, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unitsafe import clock
from unitsafe.core.domain import RuleError
from unitsafe.hazards import rules, services
from unitsafe.hazards.effects import BEGINNING, replay
from unitsafe.hazards.models import Hazard, HazardEvent
from unitsafe.hazards.rules import CLOSING_RIGHTS, Action, Fix, Level, Source, State

ROLES = ("teacher", "leader", "officer", "director", "manager", "principal")
LETTER = {"body": "区教育局", "document_no": "1号", "reason": "请协助"}
REPLY = {"reply": "已派人", "document_no": ""}


def words(action, make, to, day, level):
    """What a person would give with the step."""
    person = make.someone(to)
    holder_photo = [make.photo(make.someone(one)).id for one in ("teacher",)]
    reason = {"reason": "看过现场"}
    return {
        Action.DISPATCH: {
            "to": person,
            "level": level,
            "due_on": day,
            "measure": "移走",
            "interim_measure": "",
            "budget": 100,
        },
        Action.FIX_ON_SPOT: {"measure": "当场移走"},
        Action.REPORT_DONE: {"measure": "已移走", "photo_ids": holder_photo, "cost": 80},
        Action.RECHECK: {"note": ""},
        Action.CLOSE: {"note": ""},
        Action.REQUEST_EXTENSION: {"due_on": day, **reason},
        Action.GRANT_EXTENSION: {"due_on": day, "note": ""},
        Action.DOWNGRADE: {"level": level, **reason},
        Action.ESCALATE: LETTER,
        Action.ESCALATION_REPLY: REPLY,
        Action.TRANSFER: LETTER,
        Action.TRANSFER_REPLY: REPLY,
        Action.SUPERVISE: {"to": person, "due_on": day, **reason},
        Action.PROGRESS: {"note": "材料到了"},
        Action.RATE: {"stars": 4, "note": ""},
    }.get(action, reason)


STEP = st.tuples(
    st.sampled_from(ROLES),
    st.integers(0, 30),
    st.sampled_from(ROLES),
    st.integers(0, 20),
    st.sampled_from(list(Level)),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=4, max_size=14), level=st.sampled_from(list(Level)))
def test_any_sequence_of_allowed_steps_replays_to_what_is_stored(
    app, make, session, now, steps, level
):
    people = {role: make.actor(make.someone(role)) for role in ROLES}
    with app.app_context():
        hazard = services.report(
            session,
            description="后门堵塞",
            category="evac_blocked",
            level=level,
            fix=Fix.SCHEDULED,
            space_id=make.space_in(make.grid()).id,
            source=Source.REPORT,
            by=people["officer"],
            now=now(),
        )
        session.commit()
        moment = now()
        for who, choice, to, days, grade in steps:
            moment += timedelta(hours=1)
            actor, today = people[who], clock.local(moment).date()
            card = hazard.card(today, rules.CardNumbers())
            allowed = hazard.actions_open_to(actor, card)
            if not allowed:
                continue
            action = allowed[choice % len(allowed)]
            given = words(action, make, to, today + timedelta(days), grade)
            before = hazard.facts(card)
            try:
                getattr(services, action.value)(session, hazard, **given, by=actor, now=moment)
                session.commit()
            except RuleError:  # a date or a level that does not fit; nothing is half-written
                session.rollback()
                session.refresh(hazard)
                assert hazard.facts(card) == before
                continue
            if action is Action.CLOSE:
                assert CLOSING_RIGHTS[before.level] in actor.rights
            if action in (Action.CLOSE, Action.RECHECK, Action.SEND_BACK):
                assert actor.id not in (before.holder_id, before.fixed_by_id)
        session.expire_all()
        events = session.scalars(
            sa.select(HazardEvent)
            .where(HazardEvent.hazard_id == hazard.id)
            .order_by(HazardEvent.id)
        ).all()
        stored = session.get(Hazard, hazard.id)
        assert replay(event.step for event in events) == {
            name: getattr(stored, name) for name in BEGINNING
        }
        assert [event.at for event in events] == sorted(event.at for event in events)
        if stored.state is State.CLOSED:
            assert stored.rechecked_by_id != stored.fixed_by_id
            assert stored.closed_at >= stored.found_at and not stored.stop_use


def test_the_numbers_of_the_year_go_on_and_nothing_is_late_before_its_day(make):
    hazard = make.hazard()
    assert hazard.due_on > date(2026, 11, 23) and hazard.days_late(hazard.due_on) == 0

"""What people do with a check besides answering it: hand in, sign, explain, skip, correct."""

import json

import pytest
import sqlalchemy as sa

from unitsafe import clock
from unitsafe.checks import queries, services, taps
from unitsafe.checks.models import Answer, Check, CheckEvent, CheckPhoto, Finding
from unitsafe.checks.rules import Action, EntrySource, Result, State, Status
from unitsafe.checks.taps import Given
from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.domain import RuleError
from unitsafe.hazards.models import Hazard, HazardPhoto
from unitsafe.hazards.rules import Fix, Level

EXIT = "dp_exit_clear"


@pytest.fixture
def do(app, make, session, now):
    """Call a service as somebody, in one transaction: ``do("skip", check, by=person, reason=…)``."""

    def call(name, check, *args, by, **values):
        actor = make.actor(by)
        try:
            with app.app_context():
                result = getattr(services, name)(
                    session, check, *args, by=actor, now=now(), **values
                )
            session.commit()
        except Exception:
            session.rollback()
            raise
        return result

    return call


@pytest.fixture
def submit(app, do, session):
    def hand_in(check, by, *, performed=None, source=EntrySource.SCREEN, note=""):
        with app.app_context():
            sheet = taps.read_sheet(session, check.id)
        at = clock.parse(performed) if performed else None
        do("submit", check, sheet, by=by, note=note, performed_at=at, source=source)
        return check

    return hand_in


@pytest.fixture
def officer(make):
    return make.someone("officer")


@pytest.fixture
def manager(make):
    return make.someone("manager")


@pytest.fixture
def patrol(make):
    return make.patrol()


@pytest.fixture
def handed_in(make, officer, patrol):
    return make.submitted(patrol, officer)


def acts(session, check):
    found = sa.select(CheckEvent.action).where(CheckEvent.check_id == check.id)
    return session.scalars(found.order_by(CheckEvent.id)).all()


def entry_of(session, act):
    return session.scalars(
        sa.select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.id.desc())
    ).first()


# -- what is missing -------------------------------------------------------------------------------


def test_everything_that_is_missing_is_named_in_order(app, make, session, officer, patrol, now):
    with app.app_context():
        sheet = taps.read_sheet(session, patrol.id)
        assert len(services.missing(session, sheet)) == 17
        given = {item.key: Given(Result.OK) for item in sheet.items[1:]}
        given[EXIT] = Given(Result.FAIL)
        taps.save_answers(session, sheet, given, by=make.actor(officer), now=now())
        found = services.missing(session, sheet)
        assert [(one.item_key, one.what) for one in found] == [
            ("dp_fire_use", "answer"),
            (EXIT, "hazard"),
            (EXIT, "photo"),
        ]
        assert found[0].number == 1
        without = services.missing(session, sheet, {EXIT})
        assert [one.what for one in without] == ["answer", "hazard"]


def test_an_item_that_does_not_apply_needs_neither_hazard_nor_photo(app, make, session, officer):
    patrol = make.patrol()
    make.answered(patrol, officer, **{EXIT: Result.NA})
    with app.app_context():
        assert services.missing(session, taps.read_sheet(session, patrol.id)) == []


# -- submit ----------------------------------------------------------------------------------------


def test_handing_in_signs_counts_and_covers_all_answers(
    make, submit, session, officer, patrol, now
):
    make.answered(patrol, officer, **{EXIT: Result.FAIL})
    now.set("2026-11-23T08:30")
    submit(patrol, officer, note="后门已清")
    assert (patrol.state, patrol.submitted_by_id) == (State.SUBMITTED, officer.id)
    assert patrol.submitted_at == patrol.performed_at == now()
    assert (patrol.fail_count, patrol.is_backfill, patrol.note) == (1, False, "后门已清")
    assert acts(session, patrol) == [Action.START, Action.SUBMIT]
    entry = entry_of(session, "check.submit")
    assert json.loads(entry.data)["answers"] == services.answers_digest(session, patrol.id)
    assert (entry.subject, entry.actor_id) == (f"check:{patrol.id}", officer.id)
    assert list(audit.verify(session)) == []


def test_a_record_is_handed_in_once(submit, session, officer, handed_in):
    with pytest.raises(RuleError, match="不能提交"):
        submit(handed_in, officer)
    assert acts(session, handed_in).count(Action.SUBMIT) == 1


@pytest.mark.parametrize("who", ["teacher", "manager", "principal", "inspector"])
def test_a_patrol_is_not_handed_in_by_those_who_do_not_walk_it(make, submit, patrol, who):
    with pytest.raises(RuleError):
        submit(patrol, make.someone(who))
    assert patrol.state is State.DUE


def test_an_added_answer_is_noticed(session, officer, handed_in, now):
    session.add(
        Answer(check_id=handed_in.id, item_key=EXIT, result=Result.OK, at=now(), by_id=officer.id)
    )
    session.commit()
    (fault,) = audit.verify(session)
    assert fault[1] == f"the answers of check:{handed_in.id} are not the ones that were submitted"


TAMPERED = ["result = 'fail'", "note = 'x'", "value = 1", "by_id = NULL", "item_key = 'x'"]


@pytest.mark.parametrize("change", TAMPERED[:3] + TAMPERED[4:])
def test_a_changed_answer_is_noticed(session, handed_in, change):
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    off = (
        "DROP TRIGGER answer_no_update" if is_sqlite else "ALTER TABLE answer DISABLE TRIGGER USER"
    )
    session.execute(sa.text(off))
    first = session.scalar(sa.select(sa.func.min(Answer.id)))
    session.execute(sa.text(f"UPDATE answer SET {change} WHERE id = {first}"))
    if not is_sqlite:
        session.execute(sa.text("ALTER TABLE answer ENABLE TRIGGER USER"))
    session.commit()
    assert [why for _number, why in audit.verify(session)] == [
        f"the answers of check:{handed_in.id} are not the ones that were submitted"
    ]


def test_the_digest_tells_every_answer_apart(session, handed_in, make, officer):
    whole = services.answers_digest(session, handed_in.id)
    assert whole == services.answers_digest(session, handed_in.id)
    assert whole != services.answers_digest(session, 10**6)
    assert len(whole) == 64


def test_a_time_in_the_future_is_refused(make, submit, officer, patrol, now):
    make.answered(patrol, officer)
    with pytest.raises(RuleError, match="不能晚于现在"):
        submit(patrol, officer, performed="2026-11-23T08:00:01")
    submit(patrol, officer, performed="2026-11-23T08:00")
    assert patrol.performed_at == now()


def test_a_time_before_the_check_opened_is_refused(make, submit, officer, patrol):
    make.answered(patrol, officer)
    with pytest.raises(RuleError, match="早于"):
        submit(patrol, officer, performed="2026-11-23T06:59")
    submit(patrol, officer, performed="2026-11-23T07:00")
    assert patrol.state is State.SUBMITTED


def test_a_missed_check_is_done_late_only_with_the_time_it_was_really_done(
    make, submit, officer, patrol, now
):
    now.set("2026-11-24T00:00")
    make.answered(patrol, officer)
    with pytest.raises(RuleError, match="实际检查时间"):
        submit(patrol, officer)
    submit(patrol, officer, performed="2026-11-23T17:00", source=EntrySource.PAPER)
    assert (patrol.source, patrol.is_backfill) == (EntrySource.PAPER, False)
    assert clock.local(patrol.performed_at).isoformat() == "2026-11-23T17:00:00+08:00"


def test_an_explained_check_is_also_done_late_only_with_its_time(
    make, do, submit, officer, patrol, now
):
    now.set("2026-11-26T09:00")
    do("explain", patrol, by=officer, reason="台风停课")
    make.answered(patrol, officer)
    with pytest.raises(RuleError, match="实际检查时间"):
        submit(patrol, officer)
    submit(patrol, officer, performed="2026-11-23T17:00")
    assert patrol.is_backfill


LATE = [
    ("2026-11-24T17:00:00", 24, False),
    ("2026-11-24T17:00:01", 24, True),
    ("2026-11-24T17:00:01", 48, False),
    ("2026-11-25T17:00:01", 48, True),
]


@pytest.mark.parametrize(("at", "hours", "is_backfill"), LATE)
def test_entered_more_than_the_schools_hours_later_is_marked(
    make, submit, session, officer, patrol, now, at, hours, is_backfill
):
    make.school().settings = {"backfill_hours": hours}
    session.commit()
    now.set(at)
    make.answered(patrol, officer)
    submit(patrol, officer, performed="2026-11-23T17:00")
    assert patrol.is_backfill is is_backfill
    assert json.loads(entry_of(session, "check.submit").data)["backfill"] is is_backfill


# -- the second signature --------------------------------------------------------------------------


def test_the_manager_signs_after_the_officer(do, session, manager, handed_in, now):
    now.set("2026-11-23T16:00")
    do("countersign", handed_in, by=manager, note="已阅")
    assert (handed_in.state, handed_in.countersigned_by_id) == (State.COUNTERSIGNED, manager.id)
    assert handed_in.countersigned_at == now()
    assert acts(session, handed_in)[-1] is Action.COUNTERSIGN


@pytest.mark.parametrize(
    "who", ["officer", "teacher", "leader", "principal", "director", "inspector"]
)
def test_nobody_else_signs_a_patrol(make, do, handed_in, who):
    with pytest.raises(RuleError):
        do("countersign", handed_in, by=make.someone(who), note="")
    assert handed_in.state is State.SUBMITTED


def test_nothing_is_signed_before_it_is_handed_in_nor_twice(make, do, manager, officer, patrol):
    with pytest.raises(RuleError):
        do("countersign", patrol, by=manager, note="")
    make.submitted(patrol, officer)
    do("countersign", patrol, by=manager, note="")
    with pytest.raises(RuleError):
        do("countersign", patrol, by=manager, note="")


def test_the_database_itself_refuses_two_signatures_of_one_hand(session, officer, handed_in, now):
    handed_in.state, handed_in.countersigned_at = State.COUNTERSIGNED, now()
    handed_in.countersigned_by_id = officer.id
    with pytest.raises(sa.exc.IntegrityError, match="two_signatures"):
        session.commit()
    session.rollback()


def test_a_walk_is_signed_by_the_leader_of_its_block_unless_they_walked_it(make, do, submit):
    teacher, leader = make.someone("teacher"), make.someone("leader")
    walk = make.submitted(make.walk(), teacher)
    do("countersign", walk, by=leader, note="")
    assert walk.countersigned_by_id == leader.id
    make.now.set("2026-11-23T16:30")
    second = [c for c in make.day() if c.checklist_key == "grid_walk"][1]
    make.submitted(second, leader)
    with pytest.raises(RuleError):
        do("countersign", second, by=leader, note="")


def test_what_waits_for_a_signature_is_not_hidden_behind_what_waits_for_others(
    app, make, session, manager, officer, handed_in
):
    teacher = make.someone("teacher")
    walk = make.submitted(make.walk(), teacher)
    with app.app_context():
        for who, expected in (("manager", [handed_in]), ("leader", [walk]), ("principal", [])):
            waiting = queries.to_countersign(session, make.actor(make.someone(who)), limit=1)
            assert list(waiting) == expected


# -- explain and skip ------------------------------------------------------------------------------


def test_only_a_missed_check_is_explained_and_only_once(do, session, officer, patrol, now):
    with pytest.raises(RuleError):
        do("explain", patrol, by=officer, reason="早了")
    now.set("2026-11-24T00:00")
    assert patrol.status(now()) is Status.MISSED
    do("explain", patrol, by=officer, reason="停电")
    assert (patrol.status(now()), patrol.explanation) == (Status.EXPLAINED, "停电")
    with pytest.raises(RuleError):
        do("explain", patrol, by=officer, reason="又来")
    assert patrol.explanation == "停电"
    assert acts(session, patrol) == [Action.EXPLAIN]


def test_a_check_is_skipped_with_its_reason_and_then_takes_nothing_more(
    make, do, submit, session, officer, patrol
):
    do("skip", patrol, by=officer, reason="校园封闭施工")
    assert (patrol.state, patrol.explanation) == (State.SKIPPED, "校园封闭施工")
    assert json.loads(entry_of(session, "check.skip").data)["note"] == "校园封闭施工"
    for act in ("skip", "explain", "correct"):
        with pytest.raises(RuleError):
            do(act, patrol, by=officer, reason="x")
    with pytest.raises(RuleError):
        submit(patrol, officer)
    with pytest.raises(RuleError):
        make.answered(patrol, officer)


@pytest.mark.parametrize("who", ["teacher", "inspector", "principal"])
@pytest.mark.parametrize("act", ["skip", "explain"])
def test_others_neither_skip_nor_explain_it(make, do, patrol, now, act, who):
    now.set("2026-11-24T00:00")
    with pytest.raises(RuleError):
        do(act, patrol, by=make.someone(who), reason="x")


# -- corrections -----------------------------------------------------------------------------------


def correct(do, check, by):
    return do("correct", check, by=by, reason="漏记一处")


def listed(session):
    found = sa.select(Check).where(queries.is_listed(), Check.checklist_key == "daily_fire_patrol")
    return session.scalars(found).all()


def test_a_correction_begins_with_the_answers_of_the_record_which_stays(
    do, session, officer, handed_in, now
):
    digest = services.answers_digest(session, handed_in.id)
    now.set("2026-11-23T09:00")
    version = correct(do, handed_in, officer)
    assert (version.version, version.corrects_id, version.state) == (
        2,
        handed_in.id,
        State.IN_PROGRESS,
    )
    assert len(taps.newest_answers(session, version.id)) == 17
    assert services.answers_digest(session, handed_in.id) == digest
    assert listed(session) == [handed_in]


def test_a_correction_counts_once_it_is_handed_in_and_the_chain_can_be_followed(
    do, submit, session, officer, manager, handed_in, now
):
    do("countersign", handed_in, by=manager, note="")
    second = submit(correct(do, handed_in, officer), officer)
    third = submit(correct(do, second, officer), officer)
    assert [c.version for c in queries.versions_of(session, third)] == [1, 2, 3]
    assert (handed_in.superseded_by_id, second.superseded_by_id) == (second.id, third.id)
    assert listed(session) == [third]
    assert handed_in.state is State.COUNTERSIGNED
    assert third.state is State.SUBMITTED  # and has to be signed again
    assert list(audit.verify(session)) == []
    for old in (handed_in, second):
        with pytest.raises(RuleError):
            correct(do, old, officer)


def test_asking_twice_gives_the_correction_already_begun(do, session, officer, handed_in):
    first = correct(do, handed_in, officer)
    assert correct(do, handed_in, officer) is first
    assert session.scalar(sa.select(sa.func.count()).where(Check.corrects_id.is_not(None))) == 1


def test_a_correction_keeps_when_it_was_really_done(do, submit, officer, handed_in, now):
    performed = handed_in.performed_at
    now.set("2026-11-23T20:00")
    version = submit(correct(do, handed_in, officer), officer)
    assert version.performed_at == performed
    assert not version.is_backfill


def test_a_correction_on_another_day_is_neither_missed_nor_asks_for_the_time_again(
    app, make, do, submit, session, officer, handed_in, now
):
    performed = handed_in.performed_at
    now.set("2026-11-24T07:30")
    missed = queries.missed_unexplained(session, now())
    version = correct(do, handed_in, officer)
    assert version.status(now()) is Status.IN_PROGRESS
    actor = make.actor(officer)
    assert Action.EXPLAIN not in version.actions_open_to(actor, now())
    assert queries.missed_by(session, actor, now()) == 0
    assert queries.missed_unexplained(session, now()) == missed
    mine = queries.mine(session, actor, now(), clock.end_of(clock.local(now()).date()))
    assert version in mine
    submit(version, officer)
    assert version.performed_at == performed


def test_a_correction_that_was_given_up_can_be_begun_again(do, session, officer, handed_in):
    given_up = correct(do, handed_in, officer)
    do("skip", given_up, by=officer, reason="不用改了")
    assert listed(session) == [handed_in]
    again = correct(do, handed_in, officer)
    assert again.version == 3
    assert again.state is State.IN_PROGRESS


def test_a_correction_takes_findings_and_photos_along(make, do, session, officer, patrol, now):
    photo = make.photo(officer)
    make.answered(patrol, officer, **{EXIT: Result.FAIL})
    do("add_photo", patrol, EXIT, photo.id, by=officer)
    hazard = register(do, make, patrol, officer)
    make.submitted(patrol, officer)
    session.refresh(patrol)
    version = correct(do, patrol, officer)
    assert queries.findings(session, version.id).keys() == {EXIT}
    assert queries.findings(session, version.id)[EXIT].id == hazard.id
    assert [p.photo_id for p in queries.item_photos(session, version.id)[EXIT]] == [photo.id]
    assert session.scalar(sa.select(sa.func.count()).select_from(Hazard)) == 1


@pytest.mark.parametrize("who", ["teacher", "manager", "principal", "inspector"])
def test_only_those_who_fill_it_correct_it(make, do, handed_in, who):
    with pytest.raises(RuleError):
        correct(do, handed_in, make.someone(who))


# -- findings and photos ---------------------------------------------------------------------------


def register(do, make, check, by, **changes):
    values = {
        "description": "后门上锁",
        "category": "evac_blocked",
        "level": Level.NORMAL,
        "fix": Fix.SCHEDULED,
        "space_id": make.space_in(make.grid()).id,
    }
    return do("add_finding", check, EXIT, by=by, **{**values, **changes})


def test_a_failed_item_is_one_hazard_however_often_it_is_registered(
    make, do, session, officer, patrol
):
    hazard = register(do, make, patrol, officer)
    assert register(do, make, patrol, officer, description="再来") is hazard
    assert hazard.description == "后门上锁"
    assert (hazard.source, hazard.source_ref) == ("check", str(patrol.id))
    assert session.scalar(sa.select(sa.func.count()).select_from(Finding)) == 1


def test_photos_before_and_after_the_hazard_both_belong_to_it(make, do, session, officer, patrol):
    first, second = make.photo(officer, "red"), make.photo(officer, "blue")
    do("add_photo", patrol, EXIT, first.id, by=officer)
    register(do, make, patrol, officer)
    do("add_photo", patrol, EXIT, second.id, by=officer)
    do("add_photo", patrol, EXIT, second.id, by=officer)
    kept = session.scalars(sa.select(HazardPhoto.photo_id).order_by(HazardPhoto.id)).all()
    assert kept == [first.id, second.id]
    assert session.scalars(sa.select(CheckPhoto.photo_id)).all() == kept


def test_a_photo_may_arrive_after_handing_in_but_not_after_the_second_signature(
    make, do, session, officer, manager, handed_in
):
    do("add_photo", handed_in, EXIT, make.photo(officer, "red").id, by=officer)
    do("countersign", handed_in, by=manager, note="")
    with pytest.raises(RuleError, match="已经签字"):
        do("add_photo", handed_in, EXIT, make.photo(officer, "blue").id, by=officer)
    assert len(session.scalars(sa.select(CheckPhoto)).all()) == 1


def test_a_skipped_check_takes_no_photo(make, do, officer, patrol):
    do("skip", patrol, by=officer, reason="停课")
    with pytest.raises(RuleError):
        do("add_photo", patrol, EXIT, make.photo(officer).id, by=officer)


def test_others_add_no_photo_and_unknown_items_take_none(make, do, officer, patrol):
    teacher = make.someone("teacher")
    with pytest.raises(RuleError, match="由别人填写"):
        do("add_photo", patrol, EXIT, make.photo(teacher).id, by=teacher)
    with pytest.raises(RuleError, match="没有这一项"):
        do("add_photo", patrol, "gw_seat", make.photo(officer).id, by=officer)

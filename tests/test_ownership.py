"""Two blocks of one school: what belongs to the people of one is not for their equals in the other."""

import io
import json
import re
import zipfile
from datetime import date

import pytest
import sqlalchemy as sa

from tests.addresses import changed, contents, routes
from tests.factories import sign_in
from tests.pages import Page
from tests.sending import Sent, Target, path_of
from tests.test_pages import TAKES
from unitsafe.activities.models import Certificate, Decision
from unitsafe.activities.rules import Form as ActivityForm
from unitsafe.appraisal.models import AppraisalNote
from unitsafe.appraisal.rules import NoteKind
from unitsafe.core import printing
from unitsafe.core.db import db
from unitsafe.documents.rules import Kind as DocumentKind
from unitsafe.files.models import StoredFile
from unitsafe.grids import services as grids
from unitsafe.grids.models import Role
from unitsafe.hazards import services as hazards
from unitsafe.hazards.rules import Fix, Level
from unitsafe.people import services as people
from unitsafe.photos.models import Photo
from unitsafe.reminders import sending
from unitsafe.reminders.models import Channel, Notice
from unitsafe.reminders.rules import Kind
from unitsafe.roster.models import CalendarFeed

OURS = ("teacher", "leader", "officer")
STRANGERS = ("teacher2", "leader2", "officer2")
"""Equals of OURS: a class's teacher with a grid, the leader of a block, an officer of the school."""
TABLE = """
GET  activities.index_file         shared  shared  shared
GET  activities.detail             404     404     shared
GET  activities.activity_pdf       404     404     shared
GET  activities.edit               404     404     shared
GET  activities.notice_pdf         404     404     shared
GET  activities.run                404     404     shared
GET  activities.invitation_pdf     404     404     shared
GET  activities.invited            404     404     shared
GET  activities.roll               404     404     shared
GET  activities.qr                 404     404     shared
GET  activities.sheet_pdf          404     404     shared
GET  activities.sign               404     404     404
GET  activities.missing_file       403     403     shared
GET  appraisal.month               403     shared  shared
GET  appraisal.month_pdf           403     shared  shared
GET  appraisal.month_xlsx          403     shared  shared
GET  assessments.sheet             404     404     shared
GET  assessments.sheet_docx        404     404     shared
GET  assessments.sheet_pdf         404     404     shared
GET  assessments.sheet_xlsx        404     404     shared
GET  assessments.item              404     404     shared
GET  assessments.metric_records    404     404     shared
GET  assessments.step              404     404     shared
GET  places.spaces_file            shared  shared  shared
GET  places.building               shared  shared  shared
GET  places.edit_building          403     403     shared
GET  school.day                    403     403     shared
GET  roster.calendar_feed          shared  shared  shared
GET  school.term                   403     403     shared
GET  activities.certificate_file   403     403     shared
GET  checks.checklist              shared  shared  shared
GET  checks.checklist_pdf          shared  shared  shared
GET  checks.index_file             shared  shared  shared
GET  checks.detail                 404     404     shared
GET  checks.check_pdf              404     404     shared
GET  classes.index_file            shared  shared  shared
GET  classes.edit                  403     403     shared
GET  documents.index_file          shared  shared  shared
GET  documents.detail              shared  shared  shared
GET  documents.edit                403     403     shared
GET  documents.plan                403     403     shared
GET  documents.readers_xlsx        403     403     shared
GET  equipment.detail              404     404     shared
GET  equipment.edit                403     403     shared
GET  equipment.inspect             404     404     shared
GET  maintenance.readings          403     403     shared
GET  evacuation.building_pdf       403     403     shared
GET  evacuation.floor              shared  shared  shared
GET  files.open_file               404     404     404
GET  grids.detail                  shared  shared  shared
GET  grids.hand_over               403     403     shared
GET  maps.change                   403     403     shared
GET  maps.edit                     403     403     shared
GET  hazards.detail                404     404     shared
GET  hazards.hazard_pdf            404     404     shared
GET  hazards.notice_pdf            404     404     shared
GET  hazards.recheck_pdf           404     404     shared
GET  hazards.transfer_pdf          404     404     shared
GET  backups.download              403     403     shared
GET  hot_work.index_file           shared  shared  shared
GET  hot_work.detail               404     404     shared
GET  hot_work.permit_pdf           404     404     shared
GET  imports.upload                403     403     shared
GET  imports.template              403     403     shared
GET  imports.columns               403     403     404
GET  imports.preview               403     403     404
GET  imports.run                   403     403     shared
GET  letters.letter                404     404     shared
GET  letters.letter_pdf            404     404     shared
GET  people.login_link             shared  shared  shared
GET  maintenance.index_file        403     403     shared
GET  maintenance.detail            403     403     shared
GET  maintenance.edit              403     403     shared
GET  maintenance.contract          403     403     shared
GET  reminders.own_channel         shared  shared  shared
GET  micro_station.kit_item        403     403     shared
GET  people.index_file             403     403     shared
GET  people.detail                 403     403     shared
GET  people.edit                   403     403     shared
GET  people.give_password          403     403     shared
GET  photos.photo                  404     404     shared
GET  photos.thumb                  404     404     shared
GET  checks.plan                   403     403     shared
GET  plates.plate                  shared  shared  shared
GET  roster.month                  shared  shared  shared
GET  roster.month_pdf              shared  shared  shared
GET  roster.month_xlsx             shared  shared  shared
GET  roster.fill                   403     403     shared
GET  roster.ask                    404     404     404
GET  roster.shift                  403     403     shared
GET  roster.turn                   403     403     shared
GET  reminders.new_channel         403     403     shared
GET  plates.space                  shared  shared  shared
GET  places.edit_space             403     403     shared
GET  tips.progress                 shared  shared  shared
GET  tips.index_file               403     403     shared
GET  tips.detail                   403     403     shared
GET  tips.make_hazard              403     403     shared
GET  visits.index_file             403     403     shared
GET  visits.detail                 403     403     shared
GET  visits.edit                   403     403     shared
GET  visits.reply_pdf              403     403     shared
GET  year_plan.year                shared  shared  shared
GET  year_plan.year_pdf            shared  shared  shared
GET  year_plan.year_xlsx           shared  shared  shared
GET  year_plan.entry               shared  shared  shared
POST checks.answers                409     409     409
POST checks.undo                   409     409     409
POST checks.photo                  404     404     409
POST checks.register               404     404     409
POST checks.submit                 404     404     409
POST checks.skip                   404     404     409
POST checks.explain                404     404     409
POST checks.correct                404     404     409
POST checks.countersign            404     404     409
POST checks.plan                   403     403     ok
POST hazards.drop_view             404     404     404
POST hazards.dispatch              404     404     ok
POST hazards.reject                404     404     ok
POST hazards.report_done           404     404     403
POST hazards.recheck               404     404     ok
POST hazards.send_back             404     404     ok
POST hazards.close                 404     404     403
POST hazards.fix_on_spot           404     404     ok
POST hazards.request_extension     404     404     403
POST hazards.grant_extension       404     404     ok
POST hazards.refuse_extension      404     404     ok
POST hazards.confirm_major         404     404     403
POST hazards.downgrade             404     404     403
POST hazards.stop_use              404     404     ok
POST hazards.resume_use            404     404     403
POST hazards.escalate              404     404     ok
POST hazards.escalation_reply      404     404     ok
POST hazards.supervise             404     404     403
POST hazards.progress              404     404     403
POST hazards.transfer              404     404     ok
POST hazards.transfer_reply        404     404     ok
POST hazards.lift_card             404     404     403
POST hazards.rate                  404     404     403
POST people.edit                   403     403     ok
POST people.give_password          403     403     ok
POST people.absence                403     403     ok
POST people.make_link              403     403     ok
POST people.visit                  403     403     ok
POST people.sign_out_everywhere    403     403     ok
POST people.sign_out               404     404     404
POST people.login_link             ok      ok      ok
POST people.leave                  403     403     ok
POST places.edit_building          403     403     ok
POST places.retire_building        403     403     ok
POST places.add_space              403     403     ok
POST places.edit_space             403     403     ok
POST places.retire_space           403     403     ok
POST grids.rename                  403     403     ok
POST grids.assign                  403     403     ok
POST grids.end                     403     403     ok
POST grids.cancel                  403     403     ok
POST grids.hand_over               403     403     ok
POST grids.spaces                  403     403     ok
POST grids.move                    403     403     ok
POST grids.shift                   403     403     ok
POST grids.split                   403     403     ok
POST grids.merge                   403     403     ok
POST grids.retire                  403     403     ok
POST maps.change                   403     403     ok
POST maps.retire                   403     403     ok
POST maps.draw                     403     403     ok
POST maps.erase                    403     403     ok
POST school.term                   403     403     ok
POST school.day                    403     403     ok
POST letters.sign                  404     404     409
POST letters.paper                 403     403     409
POST year_plan.add                 403     403     ok
POST year_plan.mark                403     403     ok
POST year_plan.paper               403     403     409
POST year_plan.sign                403     403     403
POST assessments.score             404     404     403
POST assessments.mark_veto         404     404     403
POST assessments.team              403     403     ok
POST assessments.make_hazards      404     404     ok
POST assessments.take              404     404     409
POST appraisal.note                403     403     ok
POST roster.fill                   403     403     ok
POST roster.turn                   403     403     ok
POST roster.shift                  403     403     ok
POST roster.ask                    404     404     404
POST roster.agree                  404     404     404
POST roster.decline                404     404     404
POST roster.withdraw               404     404     404
POST visits.edit                   403     403     ok
POST visits.add_finding            403     403     ok
POST visits.reply                  403     403     ok
POST documents.edit                403     403     ok
POST documents.add_version         403     403     ok
POST documents.review              403     403     ok
POST documents.set_state           403     403     ok
POST documents.mark_read           ok      ok      ok
POST documents.plan                403     403     ok
POST activities.edit               404     404     ok
POST activities.step               404     404     ok
POST activities.hold               404     404     ok
POST activities.count              404     404     ok
POST activities.evaluate           404     404     ok
POST activities.add_issue          404     404     ok
POST activities.attach             404     404     ok
POST activities.sign               ok      ok      ok
POST activities.invited            404     404     ok
POST activities.roll               404     404     ok
POST activities.letters            404     404     ok
POST activities.decide             404     404     ok
POST activities.finish             404     404     ok
POST activities.draw               404     404     ok
POST activities.answer             404     404     ok
POST activities.end_certificate    403     403     ok
POST classes.edit                  403     403     ok
POST classes.retire                403     403     ok
POST equipment.edit                403     403     ok
POST equipment.change_state        403     403     ok
POST equipment.inspect             404     404     ok
POST maintenance.edit              403     403     ok
POST maintenance.add_finding       403     403     ok
POST maintenance.add_reading       403     403     ok
POST maintenance.sign              403     403     ok
POST maintenance.contract          403     403     ok
POST maintenance.read              403     403     ok
POST imports.upload                403     403     ok
POST imports.columns               403     403     404
POST imports.preview               403     403     404
POST imports.discard               403     403     404
POST imports.undo                  403     403     ok
POST tips.rate                     ok      ok      ok
POST tips.accept                   403     403     ok
POST tips.answer                   403     403     ok
POST tips.note                     403     403     ok
POST tips.reward                   403     403     ok
POST tips.make_hazard              403     403     ok
POST reminders.new_channel         403     403     ok
POST backups.prove                 403     403     ok
POST reminders.test                403     403     ok
POST reminders.switch              403     403     ok
POST reminders.remove              403     403     ok
POST reminders.own_channel         ok      ok      ok
POST evacuation.end                403     403     ok
POST evacuation.save_route         403     403     ok
POST evacuation.add_guide          403     403     ok
POST evacuation.check_maps         403     403     ok
POST micro_station.end_member      403     403     ok
POST micro_station.kit_item        403     403     ok
POST hot_work.decide               403     403     403
POST hot_work.cancel               404     404     403
POST hot_work.start                404     404     403
POST hot_work.finish               404     404     403
POST hot_work.after_check          404     404     403
"""
"""What STRANGERS, in that order, get at an address with OUR thing in it. ``shared``: the school's policy
lets them read it, ``ok``: it is theirs to do by their post, or the address itself says that it is (a
code, a link), or they do it for themselves. A write is sent as its owner would send it."""
SECRETS = {
    "甲方隐患": ("hazards.index", "teacher leader officer officer2"),
    "甲方动火": ("hot_work.index", "teacher officer officer2"),
    "甲方举报": ("tips.index", "officer officer2"),
    "甲方来信人": ("tips.index_file", "officer officer2"),
    "甲方筛选": ("hazards.index", "teacher"),
    "甲方培训": ("activities.index", "teacher officer officer2"),
    "甲方演练": ("activities.index", "teacher officer officer2"),
    "甲方会议": ("activities.index", "teacher officer officer2"),
    "甲方决定": ("today.index", "teacher"),
    "甲方文书": ("documents.index", "teacher officer officer2"),
    "甲方某": ("evacuation.index", "teacher officer officer2"),
    "甲方手机": ("people.detail", "officer officer2"),
    "甲方病假": ("people.detail", "officer officer2"),
    "甲方证号": ("activities.certificate_index", "officer officer2"),
    "甲方表扬": ("appraisal.month", "leader officer officer2"),
    "甲方消息": ("reminders.index", "officer officer2"),
    "甲方渠道": ("reminders.mine", "teacher"),
    "13900001111": ("grids.detail", "teacher leader officer officer2"),
}
"""A word of something of OURS, a page that shows it, who may see it. Whoever is not named sees it on
no page, in no file and by no search."""


NOT_THEIRS = frozenset({"audit_entry", "once_key", "sign_in"})


def the_other_block(make):
    """The strangers, with a building, a grid, a class, turns, a place in the station, things of their
    own."""
    session, by = make.session, None
    building = make.building("科技楼")
    block = make.block("科技楼片")
    room, hall = make.space(building, "机房"), make.space(building, "科技楼走道", "corridor")
    grid = make.empty_grid("科技楼一层", "科技楼片")
    grids.put_spaces(
        session, grid, [room.id, hall.id], today=date(2026, 9, 1), by=by, now=make.now()
    )
    teacher = make.person("乙教师", ["homeroom_teacher"])
    leader, officer = make.person("乙组长"), make.person("乙安全员", ["safety_officer"])
    make.assign(teacher, grid, Role.MEMBER)
    make.assign(leader, block, Role.LEADER)
    make.school_class("六年级1班", 6, space_id=room.id, head_teacher_id=teacher.id)
    make.turn(teacher, date(2026, 11, 27))
    make.station_member(teacher)
    make.letter(teacher)
    make.photo(teacher, "yellow")
    make.saved_view(officer, "乙的筛选")
    make.draft(officer)
    make.activity(people=[teacher, leader], title="乙的培训")
    make.permit(by=teacher, space_id=room.id, work="乙的动火")
    return {"teacher2": teacher, "leader2": leader, "officer2": officer}


def hazard_of(make, by, text, space):
    with make.app.app_context():
        found = hazards.report(
            make.session,
            description=text,
            category="evac_blocked",
            level=Level.NORMAL,
            fix=Fix.SCHEDULED,
            space_id=space.id,
            by=make.actor(by),
            now=make.now(),
        )
    make.session.commit()
    return found


def secrets_of_ours(make, campus):
    """What only some may read, each with a word of its own that stands nowhere else."""
    session, now = make.session, make.now()
    teacher, officer = make.someone("teacher"), make.someone("officer")
    school_class = make.school_class("甲方一班", 2, head_teacher_id=teacher.id)
    own = session.scalars(sa.select(Channel).where(Channel.person_id == teacher.id)).one()
    own.name = "甲方渠道"
    meeting = make.activity(ActivityForm.SAFETY_MEETING, [teacher], title="甲方会议")
    hazard_of(make, teacher, "甲方隐患", make.space_in(make.grid()))
    make.permit(work="甲方动火")
    make.tip(text="甲方举报", name="甲方来信人")
    make.saved_view(teacher, "甲方筛选")
    make.activity(people=[teacher], title="甲方培训")
    make.drill(school_class, title="甲方演练")
    make.document(None, DocumentKind.OTHER, title="甲方文书", audience=[], owner_id=teacher.id)
    make.pupil(teacher, school_class=school_class).initials = "甲方某"
    make.session.get_one(type(teacher), teacher.id).phone = "13900001111"
    sign_in(session, teacher, "甲方手机", now)
    session.add_all(
        [
            Decision(
                activity_id=meeting.id,
                text="甲方决定",
                owner_id=teacher.id,
                due_on=date(2026, 11, 20),
            ),
            Certificate(
                person_id=teacher.id,
                kind="electrician",
                number="甲方证号",
                issued_on=date(2026, 1, 5),
            ),
            AppraisalNote(
                month="2026-11",
                person_id=teacher.id,
                kind=NoteKind.PRAISE,
                reason="甲方表扬",
                at=now,
                by_id=officer.id,
            ),
            Notice(
                key="test:secret",
                kind=Kind.TEST,
                channel_id=own.id,
                person_id=teacher.id,
                title="甲方消息",
                body="甲方正文",
                created_at=now,
                not_before=now,
            ),
        ]
    )
    session.commit()
    with make.app.app_context():
        people.add_absence(
            session,
            person_id=teacher.id,
            deputy_id=make.someone("leader").id,
            from_on=date(2026, 12, 7),
            until_on=date(2026, 12, 8),
            reason="甲方病假",
            by=make.actor(officer),
            now=now,
        )
    session.commit()
    return {
        "photo": make.photo(teacher, "purple").id,
        "file": make.file(teacher, "甲方文件.pdf").id,
    }


@pytest.fixture
def strangers(make, campus, forms, schools):
    """The strangers by role, and ids of a photo and a file that the teacher has shown nobody yet."""

    def build():
        return {**the_other_block(make), **secrets_of_ours(make, campus)}

    return schools.give("two blocks", make, build)


@pytest.fixture
def target(app, make, browser, strangers, database, session, monkeypatch):
    monkeypatch.setattr(printing, "_run_child", lambda request: b"%PDF-1.7 " + request)
    monkeypatch.setattr(sending, "by_child", lambda parcels, *_: {one.id: "" for one in parcels})
    monkeypatch.setattr(sending, "masked", lambda url: url[:20])
    browsers = {
        who: browser(make.someone(who)) for who in (*OURS, "manager", "principal", "nobody")
    }
    browsers |= {who: browser(strangers[who]) for who in STRANGERS}
    return Target(app, database, session, browsers)


def readable(answer):
    """All text in an answer: of a page, a calendar, a workbook or an archive, or what a paper says."""
    data = answer.get_data()
    if data.startswith(b"%PDF-1.7 "):
        return json.dumps(json.loads(data[9:]), ensure_ascii=False)
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "".join(
                archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
            )
    return data.decode("utf-8", "replace") if len(data) < 2_000_000 else ""


def outcomes():
    """(method, endpoint) → the expected outcome for each of STRANGERS."""
    lines = [line.split() for line in TABLE.strip().splitlines()]
    return {(line[0], line[1]): dict(zip(STRANGERS, line[2:], strict=True)) for line in lines}


def outcome(method, answer):
    """``shared`` or ``ok``, or the status of a refusal."""
    if answer.status_code in (200, 303):
        return "shared" if method == "GET" else "ok"
    return str(answer.status_code)


def with_key(app):
    return {(method, rule.endpoint) for method, rule in routes(app) if rule.arguments}


def test_the_table_holds_every_address_with_a_key_in_it(one_app):
    assert set(outcomes()) == with_key(one_app)


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_reads_what_is_shared_and_finds_nothing_else(app, target, campus, who):
    expected, wrong = outcomes(), []
    hidden = [word for word, (_, roles) in SECRETS.items() if who not in roles.split()]
    for method, rule in routes(app):
        if method == "POST":
            continue
        path = path_of(rule, campus.keys)
        answer = target.send(who, "GET", Sent(path))
        if rule.arguments and outcome("GET", answer) != expected["GET", rule.endpoint][who]:
            wrong.append(f"{path}: {answer.status_code}")
        asked = [answer, *(target.send(who, "GET", Sent(f"{path}?q={q}")) for q in searches(rule))]
        text = "".join(readable(one) for one in asked)
        wrong += [f"{path} shows {word}" for word in hidden if word in text]
    assert not wrong, "\n".join(wrong)


def searches(rule):
    """What a stranger would look for on a page that can be searched."""
    return ["甲方", "1390000"] if "q" in TAKES.get(rule.endpoint, []) else []


@pytest.mark.parametrize("word", SECRETS)
def test_whoever_may_see_it_finds_it(app, target, campus, word):
    endpoint, roles = SECRETS[word]
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    for who in roles.split():
        answer = target.send(who, "GET", Sent(path_of(rule, campus.keys)))
        assert word in readable(answer), who


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_who_sends_the_owners_form_changes_nothing(app, target, forms, session, who):
    expected, wrong, before = outcomes(), [], contents(session, without=NOT_THEIRS)
    for endpoint, write in forms.items():
        if ("POST", endpoint) not in expected:
            continue
        form = target.form(write)
        answer = target.send(who, "POST", Sent(write.path, form.pairs, form.files))
        if outcome("POST", answer) != expected["POST", endpoint][who]:
            wrong.append(f"{endpoint}: {answer.status_code}")
        if answer.status_code in (200, 303):
            target.restore()
    assert not wrong, "\n".join(wrong)
    assert changed(before, contents(session, without=NOT_THEIRS)) == {}


def references(session, model, number):
    """How many rows of all tables name that row of ``model``."""
    found = 0
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table is model.__table__ for key in column.foreign_keys):
                counted = sa.select(sa.func.count()).select_from(table).where(column == number)
                found += session.scalar(counted)
    session.rollback()
    return found


def test_no_form_takes_a_photo_or_file_of_somebody_else(target, forms, strangers, session):
    photo, file, wrong = strangers["photo"], strangers["file"], []
    for endpoint, write in forms.items():
        if write.role in ("teacher", "nobody"):
            continue  # the teacher's own
        form, numbers = target.form(write), {"photo": photo, "file": file}
        pairs = [pair for pair in form.pairs if pair[0] not in numbers]
        pairs += [(name, str(number)) for name, number in numbers.items()]
        pairs += [(name, str(photo)) for name, _ in pairs if "photo" in name]
        target.send(write.role, "POST", Sent(write.path, pairs, form.files))
        if references(session, Photo, photo) or references(session, StoredFile, file):
            wrong.append(endpoint)
        target.restore()
    assert not wrong, "\n".join(wrong)


def test_a_calendar_feed_holds_the_turns_of_its_person_alone(target, campus, make, strangers):
    feed = CalendarFeed(
        person_id=strangers["teacher2"].id, token="other" * 8, renewed_at=make.now()
    )
    make.session.add(feed)
    make.session.commit()
    theirs = target.send("teacher2", "GET", Sent(f"/calendar/{feed.token}.ics")).text
    ours = target.send("teacher2", "GET", Sent(f"/calendar/{campus.keys['feed']}.ics")).text
    assert ("20261127" in theirs, "20261125" in theirs) == (True, False)
    assert ("20261127" in ours, "20261125" in ours) == (False, True)


@pytest.mark.parametrize("path", ["/hazards", "/activities", "/hot-work"])
def test_the_counts_of_a_list_count_what_it_shows(target, path):
    page = Page(target.send("teacher2", "GET", Sent(path)).text)
    counts = {int(number) for number in re.findall(r"全部 (\d+)", page.text())}
    assert counts == {page.rows()}

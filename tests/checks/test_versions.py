"""Checklists come from the content pack, change by version, and old records keep theirs."""

import copy
from dataclasses import replace

import pytest
import sqlalchemy as sa

from unitsafe import content
from unitsafe.checks import versions
from unitsafe.checks.models import ChecklistVersion
from unitsafe.content.build import make as build
from unitsafe.content.model import Checklist

KEY = "daily_fire_patrol"


@pytest.fixture
def load(make, app, session, now, monkeypatch):
    """Bring in the pack, or a changed one; gives back (key, version) of what is new."""
    make.school()
    pack = content.load()

    def bring(version=pack.version, **titles):
        lists = {
            key: replace(one, title=titles.get(key, one.title))
            for key, one in pack.checklists.items()
        }
        changed = copy.copy(pack)
        object.__setattr__(changed, "checklists", lists)
        object.__setattr__(changed, "version", version)
        monkeypatch.setattr(content, "load", lambda: changed)
        with app.app_context():
            added = versions.load_content(session, now=now())
        session.commit()
        return [(one.key, one.version) for one in added]

    return bring


def all_of(session, key=KEY):
    return session.scalars(
        sa.select(ChecklistVersion)
        .where(ChecklistVersion.key == key)
        .order_by(ChecklistVersion.version)
    ).all()


def test_all_nineteen_checklists_are_there_as_first_versions(make, session):
    make.school()
    newest = versions.newest_versions(session)
    assert len(newest) == 19
    assert {one.version for one in newest} == {1}
    assert {one.origin for one in newest} == {content.load().version}


def test_loading_again_adds_nothing(load, session):
    assert load() == []
    assert load("next year") == []  # another pack, the same words
    assert len(all_of(session)) == 1


def test_a_changed_list_is_a_new_version_and_the_old_one_stays(load, session):
    assert load("next year", **{KEY: "新表"}) == [(KEY, 2)]
    assert [one.title for one in all_of(session)] == ["每日防火巡查记录表", "新表"]
    assert load("next year", **{KEY: "新表"}) == []
    newest = {one.key: one for one in versions.newest_versions(session)}
    assert newest[KEY].version == 2
    assert len(newest) == 19


def test_a_list_that_the_school_has_made_its_own_is_left_alone(load, session, now):
    (first,) = all_of(session)
    session.add(
        ChecklistVersion(
            key=KEY,
            version=2,
            title="我校的表",
            origin="school",
            body=first.body,
            published_at=now(),
        )
    )
    session.commit()
    assert load("next year", **{KEY: "新表"}) == []
    newest = {one.key: one for one in versions.newest_versions(session)}
    assert newest[KEY].title == "我校的表"


@pytest.mark.parametrize("key", sorted(content.load().checklists))
def test_what_is_stored_is_the_checklist_of_the_pack_word_for_word(key):
    pack = content.load().checklists[key]
    assert build(Checklist, versions.plain(pack)) == pack


def test_the_short_form_is_the_first_items_of_the_long_one(make, app, session):
    make.school()
    (whole,) = all_of(session, "quarterly_inspection")
    with app.app_context():
        long = versions.items(session, whole.id)
        assert len(long) == 19
        assert versions.items(session, whole.id, 12) == long[:12]
        assert versions.checklist(session, whole.id) is versions.checklist(session, whole.id)


def test_an_old_record_keeps_the_words_it_was_filled_with(load, make, app, session):
    patrol = make.submitted(make.patrol(), make.someone("officer"))
    load("next year", **{KEY: "新表"})
    with app.app_context():
        assert versions.checklist(session, patrol.checklist_id).title == "每日防火巡查记录表"

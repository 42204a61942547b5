"""The standard in the browser."""

import pytest
import sqlalchemy as sa

from tests.assessments.test_standard_services import counted  # noqa: F401
from unitsafe.assessments import standard_edit as edit
from unitsafe.assessments.models import AssessmentStandard

HERE = "/assessments/standard"
DRAFT = f"{HERE}/draft"
ITEM = "c1_07"


@pytest.fixture
def officer(browser, make):
    make.school()
    return browser(make.someone("officer"))


@pytest.fixture
def row(make, officer):
    return make.standard_draft()


def form(page, name, value):
    """What a browser sends of the form whose hidden ``name`` has that value."""
    found = next(
        one
        for one in page.root.iter("form")
        if any(e.get("name") == name and e.get("value") == value for e in one.iter("input"))
    )
    sent = {one.get("name"): one.get("value") or "" for one in found.iter("input")}
    sent |= {one.get("name"): (one.text or "").strip() for one in found.iter("textarea")}
    for one in found.iter("select"):
        chosen = [o.get("value") for o in one.iter("option") if o.get("selected") is not None]
        sent[one.get("name")] = chosen[0] if chosen else ""
    return sent


def standards(session):
    return session.scalars(sa.select(AssessmentStandard).order_by(AssessmentStandard.id)).all()


def opened(client, key=ITEM):
    return form(client.hx("GET", f"{DRAFT}?item={key}").page, "item", key)


def send(client, sent, *, htmx, path=DRAFT):
    return client.hx("POST", path, sent) if htmx else client.post(path, sent)


def test_the_pack_is_read_whole_before_anything_is_written(officer, session):
    page = officer.get(HERE).page.text()
    for words in (
        "每日防火巡查完成率：不低于98%：3分",
        "待核",
        "良好 90分以上",
        "复制后修改",
        "产品自带",
    ):
        assert words in page
    assert standards(session) == []
    assert officer.get(f"{HERE}?version=7").status == 404
    assert officer.get(DRAFT).location == HERE


def test_a_copy_is_made_once(officer, session):
    sent = form(officer.get(HERE).page, "act", "copy")
    assert [officer.post(DRAFT, sent).location for _ in range(2)] == [DRAFT, DRAFT]
    assert [one.is_draft for one in standards(session)] == [None, True]
    assert "继续修改草稿" in officer.get(HERE).page.text()


@pytest.mark.parametrize("htmx", [True, False])
def test_points_are_changed_and_the_sums_follow(officer, row, session, htmx):
    sent = opened(officer) | {"e1_points": "2", "e1_b1_points": "2", "e1_b2_points": "1．５"}
    answer = send(officer, sent, htmx=htmx)
    session.refresh(row)
    item = edit.item(row.body, ITEM)
    assert item["max_points"] == 2
    assert item["evidence"][0]["score"] == [
        {"at_least": 0.98, "points": 2},
        {"at_least": 0.95, "points": 1.5},
        {"at_least": 0.9, "points": 1},
    ]
    if htmx:
        page = answer.page
        assert not page.whole and page.has(f"item-{ITEM}")
        assert page.text("sums") == "合计99分，还差1分"
        assert (page.text("sum-g12"), page.text("sum-cap1")) == ("10分", "34分")
        assert "合计99分，还差1分" in page.text("faults")
        assert page.find("publish-seen").get("value") == "2"
    else:
        assert (answer.status, answer.location) == (303, DRAFT)
    assert "officer改过" in officer.get(DRAFT).page.text(f"item-{ITEM}")
    assert send(officer, sent, htmx=htmx).location == DRAFT  # a second tap


@pytest.mark.parametrize(
    ("typed", "field", "text"),
    [
        ({"e1_b1_points": "4"}, "e1_b1_points", "最高一档 4 分与满分 3 分不同"),
        ({"e1_b1_at": "90", "e1_b2_at": "95", "e1_b3_at": "80"}, "e1_b3_at", "从大到小"),
        ({"e1_b3_at": "101"}, "e1_b3_at", "不能超过100"),
        ({"e1_b4_at": "50"}, "e1_b4_points", "两个数都要填"),
        (
            {f"e1_b{n}_{k}": "" for n in (1, 2, 3) for k in ("at", "points")},
            "e1_b1_at",
            "至少留一档",
        ),
        ({"e1_points": "很多"}, "e1_points", "请填数字"),
        ({"e1_points": "0"}, "e1_points", "要大于0"),
        ({"text": " "}, "text", "请填写项目"),
        ({"applies_when": "has_moon"}, "applies_when", ""),
    ],
)
def test_a_wrong_item_is_shown_again_with_the_reason_beside_the_field(
    officer, row, session, typed, field, text
):
    htmx = "text" not in typed
    answer = send(officer, opened(officer) | typed, htmx=htmx)
    assert (answer.status, answer.page.whole) == (422, not htmx)
    assert text in answer.page.text(f"{ITEM}-{field}-error")
    session.refresh(row)
    assert row.revision == 1


def test_a_blank_band_goes_and_the_last_line_adds_one(officer, row, session):
    typed = {"e1_b2_at": "", "e1_b2_points": "", "e1_b4_at": "80", "e1_b4_points": "0.5"}
    officer.post(DRAFT, opened(officer) | typed)
    session.refresh(row)
    assert [one["at_least"] for one in edit.item(row.body, ITEM)["evidence"][0]["score"]] == [
        0.98,
        0.9,
        0.8,
    ]


@pytest.mark.parametrize(
    ("key", "typed", "found"),
    [
        ("c1_15", {"e1_per": "2", "e1_off": "1"}, {"deduct": {"per": 2, "points": 1}}),
        ("c1_18", {"e1_rubric": "看泵房"}, {"rubric": "看泵房"}),
        (
            "c1_19",
            {"e1_b2_at": "5"},
            {
                "score": [
                    {"at_most": 0, "points": 1},
                    {"at_most_ratio_of": "extinguisher_total", "ratio": 0.05, "points": 0.5},
                ]
            },
        ),
        (
            "c1_21",
            {"e1_points": "2", "e1_b1_points": "2"},
            {"score": [{"at_least": 1, "points": 2}]},
        ),
    ],
)
def test_every_way_of_scoring_has_its_fields(officer, row, session, key, typed, found):
    assert officer.post(DRAFT, opened(officer, key) | typed).status == 303
    session.refresh(row)
    evidence = edit.item(row.body, key)["evidence"][0]
    assert {name: evidence[name] for name in found} == found


def test_every_item_of_the_pack_can_be_saved_as_it_stands(officer, row, session):
    for item in list(edit.groups(row.body))[::3]:
        key = item["items"][-1]["key"]
        before = edit.item(row.body, key)
        assert officer.post(DRAFT, opened(officer, key)).status == 303
        session.refresh(row)
        assert edit.item(row.body, key) == before


@pytest.mark.parametrize("htmx", [True, False])
def test_whoever_was_slower_sees_what_the_other_made_of_it(
    browser, make, officer, row, session, htmx
):
    manager = browser(make.someone("manager"))
    sent = opened(manager) | {"text": "我改的"}
    officer.post(DRAFT, opened(officer) | {"how_to_score": "看记录"})
    answer = send(manager, sent, htmx=htmx)
    page = answer.page.text()
    assert answer.status == 422 and "officer刚刚改过这一项，请看过再改" in page
    assert "现在是：" in page and "看记录" in page and "我改的" in page
    session.refresh(row)
    assert edit.item(row.body, ITEM)["text"] != "我改的"
    assert send(manager, form(answer.page, "item", ITEM), htmx=htmx).status in (200, 303)
    session.refresh(row)
    assert edit.item(row.body, ITEM)["text"] == "我改的"


@pytest.mark.parametrize("htmx", [True, False])
def test_an_item_is_removed_and_comes_back(browser, make, officer, row, session, htmx):
    manager = browser(make.someone("manager"))
    stale = opened(manager)
    page = officer.get(f"{DRAFT}?item={ITEM}").page
    answer = send(officer, form(page, "act", "remove"), htmx=htmx)
    answer = answer if htmx else officer.get(DRAFT)
    assert "已移除" in answer.page.text(f"item-{ITEM}")
    assert answer.page.text("sums") == "合计97分，还差3分"
    refused = manager.post(DRAFT, stale)
    assert refused.status == 409 and "被officer移除了" in refused.page.text()
    answer = send(officer, form(answer.page, "act", "restore"), htmx=htmx)
    answer = answer if htmx else officer.get(DRAFT)
    assert answer.page.text("sums") == "合计100分"
    assert "已移除" not in answer.page.text(f"item-{ITEM}")


@pytest.mark.parametrize("htmx", [True, False])
def test_an_own_item_is_added_to_a_group(officer, row, session, htmx):
    page = officer.get(f"{DRAFT}?add=g12").page
    sent = form(page, "act", "add") | {"text": "护学岗", "how_to_score": "在岗1分", "points": "1"}
    answer = send(officer, sent, htmx=htmx)
    assert answer.status == 422 and "打分要点" in answer.page.text("g12-rubric-error")
    answer = send(officer, sent | {"rubric": "现场看"}, htmx=htmx)
    assert answer.location.startswith(f"{DRAFT}?item=own_1")
    assert "本校自定" in officer.get(DRAFT).page.text("item-own_1")
    assert officer.hx("GET", f"{DRAFT}?item=own_1").page.value("e1_rubric").strip() == "现场看"
    assert officer.post(DRAFT, {**sent, "once": "x", "group": "g99"}).status == 404


def test_grades_are_changed(officer, row, session):
    sent = form(officer.get(DRAFT).page, "act", "grades")
    wrong = officer.post(DRAFT, sent | {"g1_at": "70"})
    assert wrong.status == 422 and "从高到低" in wrong.page.text()
    assert officer.post(DRAFT, sent | {"g1_at": "95", "g1_grade": "优秀"}).status == 303
    session.refresh(row)
    assert row.body["scoring"]["grades"][0] == {"grade": "优秀", "at_least": 95}
    assert officer.post(DRAFT, sent | {"once": "x"}).status == 409


def test_it_is_published_when_it_adds_up(browser, make, officer, row, session):
    principal = browser(make.someone("principal"))
    assert "改成" not in principal.get(f"{DRAFT}?item={ITEM}").page.text()
    assert principal.post(DRAFT, {"act": "drop"}).status == 403
    officer.post(
        DRAFT, opened(officer) | {"e1_points": "2", "e1_b1_points": "2", "e1_b2_points": "1.5"}
    )
    path = f"{DRAFT}/publish"
    sent = publishing(principal)
    assert principal.post(path, sent).status == 422
    refused = principal.post(path, sent | {"note": "第一版"})
    assert refused.status == 409 and "合计99分，还差1分" in refused.page.text()
    officer.post(DRAFT, opened(officer, "c1_08") | {"e1_points": "3", "e1_b1_points": "3"})
    stale = principal.post(path, sent | {"note": "第一版"})
    assert stale.status == 409 and "officer刚刚改过，请看过再发布" in stale.page.text()
    assert principal.post(path, publishing(principal) | {"note": "第一版"}).location == HERE
    page = principal.get(HERE).page
    assert "本校第2版" in page.text() and "第一版" in page.text("versions")
    assert "principal" in page.text("versions")
    assert "以前的版本" in principal.get(f"{HERE}?version=1").page.text()


def publishing(client):
    page = client.get(DRAFT).page
    found = next(one for one in page.root.iter("form") if one.get("action") == f"{DRAFT}/publish")
    return {one.get("name"): one.get("value") or "" for one in found.iter("input")}


def test_a_draft_is_thrown_away(officer, row, session):
    sent = form(officer.get(DRAFT).page, "act", "drop")
    assert officer.post(DRAFT, sent).location == HERE
    assert officer.post(DRAFT, sent).location == HERE  # a second tap
    assert officer.post(DRAFT, {"act": "drop"}).status == 409
    assert [one.is_draft for one in standards(session)] == [None]


def test_an_inspector_reads_and_a_teacher_does_not(browser, make, officer, row):
    inspector = browser(make.someone("inspector"))
    page = inspector.get(HERE).page.text()
    assert "复制后修改" not in page.replace("可由学校复制后修改", "") and "草稿" not in page
    assert inspector.get(DRAFT).status == 403
    assert browser(make.someone("teacher")).get(HERE).status == 403


def test_markup_in_an_item_prints_as_text(officer, row):
    officer.post(DRAFT, opened(officer) | {"text": "<script>alert(1)</script>"})
    page = officer.get(DRAFT).page
    assert "<script>alert(1)</script>" in page.text(f"item-{ITEM}")

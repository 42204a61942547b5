"""Every page before two judges: axe-core for those who see or hear it otherwise, Nu for its HTML."""

import re
from pathlib import Path

import pytest

from tests.addresses import address, routes
from tests.chromium import follow
from tests.static.test_oldest import judge as newer
from tests.stories.conftest import DESK, PHONE, row, run

pytestmark = pytest.mark.browser
NO_PAGE = {
    "today.healthz",
    "backups.download",
    "photos.photo",
    "photos.thumb",
    "files.open_file",
    "setup.index",
    "people.login",
    "appraisal.month_xlsx",
    "roster.calendar_feed",
}
LISTS = Path(__file__).parents[1] / "data"
SIZES = (PHONE["viewport"], DESK["viewport"])


def keys(records):
    """Real objects for every kind of address."""

    def first(sql):
        return row(records, f"SELECT {sql} LIMIT 1")[0]

    return {
        "building_id": first("id FROM building"),
        "space_id": first("id FROM space"),
        "plate": first("plate FROM space"),
        "check_id": first(
            "c.id FROM check_record c JOIN person p ON p.id = c.assignee_id"
            " WHERE p.username = 'officer' AND c.state = 'in_progress' ORDER BY c.id DESC"
        ),
        "item_key": "dp_exit_clear",
        "key": "daily_fire_patrol",
        "code": first("code FROM grid WHERE level = 3"),
        "assignment_id": first("id FROM assignment"),
        "number": first("number FROM hazard WHERE state = 'assigned'"),
        "person_id": first("id FROM person WHERE username = 'teacher'"),
        "device_id": first("id FROM sign_in"),
        "token": "none",
        "feed": "none",
        "photo_id": first("id FROM photo"),
        "plan_id": first("id FROM plan"),
        "map_id": first("id FROM grid_map"),
        "shape_id": first("id FROM grid_shape"),
        "day": "2026-11-23",
        "term_id": first("id FROM term"),
        "letter_id": first(
            "l.id FROM responsibility_letter l JOIN person p ON p.id = l.person_id"
            " WHERE p.username = 'teacher' AND l.how IS NULL"
        ),
        "month": "2026-11",
        "shift_id": first("id FROM shift WHERE key = 'gate_morning'"),
        "slot": 1,
        "entry_id": first(
            "e.id FROM roster_entry e JOIN person p ON p.id = e.person_id"
            " WHERE p.username = 'teacher' AND e.day > '2026-11-24'"
        ),
        "equipment_id": first("id FROM equipment"),
        "visit_id": first("id FROM visit"),
        "maintenance_id": first("id FROM maintenance WHERE signed_at IS NULL"),
        "contract_id": first("id FROM maintenance_contract"),
        "document_id": first("id FROM document WHERE kind = 'emergency_plan'"),
        "class_id": first("id FROM school_class"),
        "activity_number": first("number FROM activity WHERE state = 'planned'"),
        "training_number": first("number FROM activity WHERE kind = 'training'"),
        "year": "2026-2027",
        "work": "drill",
        "period": "2026-11",
        "quarter": "2026Q4",
        "item": "c3_01",
        "metric": "drills_held",
        "step": "department",
        "file_id": first("id FROM stored_file"),
        "floor": 2,
        "item_id": first("id FROM kit_item"),
        "permit_id": first("id FROM hot_work_permit WHERE state = 'applied'"),
        "tip_id": first("id FROM tip WHERE state = 'received'"),
        "tip_number": first("number || '-' || word FROM tip WHERE state = 'answered'"),
        "what": "people",
        "channel_id": 1,
        "sort": "wecom",
        "way": "serverchan",
        "draft_id": 1,  # an import's pages are tried with a list of their own below
        "run_id": 1,
    }


def paths(app, records, who):
    """Addresses of all pages, and of more than one where a page has several faces."""
    found = [
        address(app, rule.endpoint, keys(records))
        for method, rule in routes(app)
        if method == "GET"
        and rule.endpoint not in NO_PAGE
        and not rule.rule.endswith((".pdf", ".docx", ".xlsx", ".zip"))
        and "suffix" not in rule.arguments
    ]
    for state in ("submitted", "countersigned", "skipped", "due"):
        check = row(records, "SELECT id FROM check_record WHERE state = :s", s=state)
        found += [f"/checks/{check[0]}"] if check else []
    failed = row(
        records, "SELECT id FROM check_record WHERE fail_count > 0 AND state = 'submitted'"
    )
    found.append(f"/checks/{failed[0]}")
    mine = row(
        records,
        "SELECT c.id FROM check_record c JOIN person p ON p.id = c.assignee_id"
        " WHERE p.username = :who AND c.state = 'due' AND c.day = '2026-11-23'",
        who=who,
    )
    found += [f"/checks/{mine[0]}"] if mine else []
    held = row(
        records,
        "SELECT number FROM hazard h JOIN person p ON p.id = h.holder_id WHERE p.username = :who"
        " AND h.state = 'assigned'",
        who=who,
    )
    found += [f"/hazards/{held[0]}"] if held else []
    for how in ("screen", "paper"):
        sql = "SELECT id FROM responsibility_letter WHERE how = :how"
        found.append(f"/letters/{row(records, sql, how=how)[0]}")
    found += ["/assessments/2026Q3", "/assessments/2026Q3/steps/file"]
    found.append("/q?code=wrong")
    for state in ("held", "archived"):
        number = row(records, "SELECT number FROM activity WHERE state = :s", s=state)[0]
        found += [f"/activities/{number}", f"/activities/{number}/run"]
    found.append("/activities?kind=drill")
    for state in ("reported", "rectified", "closed", "rejected"):
        number = row(records, "SELECT number FROM hazard WHERE state = :s", s=state)
        found += [f"/hazards/{number[0]}"] if number else []
    return [*dict.fromkeys(found), "/hazards/YH-1999-0001"]


NARROW = {"width": 320, "height": 640}
"""A desk of 1280 px at 400 %: WCAG 2.2, 1.4.10."""
MEASURE = """() => {
    const root = document.documentElement, found = [];
    const isShown = one => one.getClientRects().length > 0;
    const say = (what, one) => found.push(what + ' ' + one.outerHTML.slice(0, 120));
    document.querySelectorAll('details').forEach(one => { one.open = true; });
    root.classList.add('large-text');
    if (root.scrollWidth > innerWidth) say('wider than the screen: ' + root.scrollWidth, root.querySelector('h1'));
    root.classList.remove('large-text');
    let level = 0;
    document.querySelectorAll('h1, main h2, main h3, main h4').forEach(one => {
        if (!isShown(one)) return;
        if (+one.tagName[1] > level + 1) say('a heading is left out before', one);
        level = +one.tagName[1];
    });
    document.querySelectorAll('button, summary, select, textarea, .btn, .chip').forEach(one => {
        const box = one.getBoundingClientRect(), hidden = one.matches('[aria-hidden] *, [aria-hidden]');
        if (isShown(one) && !hidden && (box.width < 43 || box.height < 43)) say('small', one);
    });
    return found;
}"""
"""What is wrong at a glance: runs out of the screen with large text, skips a heading, is no thumb's size."""


def narrow(page, path):
    """What is wrong on the narrowest screen; opens what is folded up."""
    page.set_viewport_size(NARROW)
    return [f"{path}: {one}" for one in page.evaluate(MEASURE)]


def violations(page, axe):
    """What axe finds on the page that is open, in words."""
    page.wait_for_load_state()
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['target']} {node['html'][:120]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


def test_the_judges_are_awake(tab, axe, vnu, tmp_path):
    page = tab()
    page.goto("/login")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert any(one.startswith("html-has-lang") for one in violations(page, axe))
    file = tmp_path / "broken.html"
    file.write_text("<!doctype html><title>x</title><p><div></p>", encoding="utf-8")
    assert "error" in run([*vnu, "--errors-only", str(file)])


@pytest.mark.parametrize(("who", "sizes"), [("officer", SIZES), ("teacher", SIZES[:1])])
def test_no_page_keeps_anybody_out(tab, school, records, axe, who, sizes):
    """The officer at the desk and on the way, a teacher on the phone."""
    page, wrong = tab(who, **DESK), []
    for path in paths(school.app, records, who):
        page.goto(path)
        for size in sizes:
            page.set_viewport_size(size)
            found = violations(page, axe)
            wrong += [f"{path} at {size['width']}: {one}" for one in found]
        wrong += narrow(page, path)
    assert not wrong, "\n".join(wrong)


def test_pages_for_anybody_and_refusals_keep_nobody_out(tab, records, axe):
    page, wrong = tab(), []
    tip = f"/tip/{keys(records)['tip_number']}"
    for path in (tip, f"/q/{keys(records)['plate']}", "/q?code=wrong", "/tip"):
        page.goto(path)
        wrong += [f"{path}: {one}" for one in violations(page, axe)] + narrow(page, path)
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_selector("[aria-invalid=true]")
    wrong += [f"/tip with faults: {one}" for one in violations(page, axe)]
    page = tab("teacher")
    for path, code in (("/settings", 403), ("/nowhere", 404)):
        assert page.goto(path).status == code
        wrong += [f"{code}: {one}" for one in violations(page, axe)]
    assert not wrong, "\n".join(wrong)


def test_the_sign_in_page_keeps_nobody_out(tab, axe):
    page, wrong = tab(), []
    page.goto("/login")
    wrong += violations(page, axe)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_selector("[aria-invalid=true]")
    wrong += violations(page, axe)
    assert not wrong, "\n".join(wrong)


def test_a_sheet_with_a_failed_item_and_its_faults_keeps_nobody_out(tab, records, axe):
    page, wrong = tab("officer"), []
    page.goto(f"/checks/{keys(records)['check_id']}")
    page.locator("#item-dp_exit_clear label.bad").click()
    page.wait_for_selector("#item-dp_exit_clear textarea")
    wrong += violations(page, axe)
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_selector(".form-errors")
    wrong += violations(page, axe)
    page.goto("/hazards/new")
    page.get_by_role("button", name="登记隐患").click()
    page.wait_for_selector(".invalid-feedback")
    wrong += violations(page, axe)
    assert not wrong, "\n".join(wrong)


def test_an_import_keeps_nobody_out_and_is_sound_html(tab, axe, vnu, tmp_path):
    page, wrong, files = tab("officer", **DESK), [], []

    def judge(name):
        for size in SIZES:
            page.set_viewport_size(size)
            found = violations(page, axe)
            wrong.extend(f"{name} at {size['width']}: {one}" for one in found)
        files.append(tmp_path / f"{name}.html")
        files[-1].write_text(page.request.get(page.url).text(), encoding="utf-8")

    page.goto("/import/spaces")
    page.get_by_role("button", name="下一步").click()
    page.wait_for_selector("[aria-invalid=true]")
    wrong += violations(page, axe)
    for what, name in (("equipment", "equipment.xlsx"), ("people", "staff.xlsx")):
        page.goto(f"/import/{what}")
        page.get_by_label("选择文件").set_input_files(LISTS / name)
        page.get_by_role("button", name="下一步").click()
        page.wait_for_url("**/import/*/*")
        judge(f"{what}-columns")
        page.get_by_role("button", name="下一步").click()
        page.wait_for_url("**/preview")
        judge(f"{what}-preview")
    follow(page.get_by_role("link", name="不导入"))
    page.get_by_label("都看过了").check()
    judge("people-confirm")
    page.get_by_role("button", name="导入 4 条").click()
    page.wait_for_url("**/import/runs/*")
    judge("people-run")
    page.goto("/import")
    judge("index")
    said = run([*vnu, "--errors-only", "--filterpattern", ".*hx-.*", *map(str, files)])
    assert not wrong and not said.strip(), "\n".join([*wrong, said])


OTHERS = ("principal", "manager", "leader", "inspector")
SHAPE = re.compile(r"<(\w+)[^>]*?(?: class=\"([^\"]*)\")?[^>]*>")


def shapes(text):
    """What a page is made of: its elements with their classes, each one once."""
    return set(SHAPE.findall(text[text.find("<main") :]))


def of_others(page, every):
    """Pages that a post finds in its menu, and those that offer each post something else."""
    page.goto("/")
    links = page.locator("nav#menu a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    acted_on = ("/hazards/", "/checks/", "/assessments/", "/letters/")
    return dict.fromkeys([*links, *(one for one in every if one.startswith(acted_on))])


def test_the_pages_are_html_as_it_is_written_down(tab, school, records, axe, vnu, tmp_path):
    """Everybody's; what only the other posts see goes before axe here too."""
    known, wrong, number = set(), [], 0

    def keep(who, path):
        nonlocal known, number
        text = page.request.get(path).text()
        is_new = bool(shapes(text) - known)
        if is_new or who in ("officer", "teacher"):
            number += 1
            name = f"{who}-{number:03d}-{path.strip('/').replace('/', '_') or 'today'}.html"
            (tmp_path / name).write_text(text, encoding="utf-8")
        known |= shapes(text)
        return is_new

    for who in ("officer", "teacher"):
        page = tab(who, **DESK)
        every = paths(school.app, records, who)
        for path in every:
            keep(who, path)
    for who in OTHERS:
        page = tab(who, **DESK)
        for path in of_others(page, every):
            if keep(who, path):
                page.goto(path)
                wrong += [f"{who} {path}: {one}" for one in violations(page, axe)]
                wrong += narrow(page, f"{who} {path}")
    page = tab()
    keep("login", "/login")
    command = [*vnu, "--errors-only", "--filterpattern", ".*hx-.*", str(tmp_path)]
    said = run(command).replace(f"file:{tmp_path}/", "").replace(f'"{tmp_path}/', '"')
    assert not wrong, "\n".join(wrong)
    assert said.strip() == ""
    assert newer(tmp_path) == []

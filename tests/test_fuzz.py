"""Anything sent to anything by anybody: the app answers, and what it stores breaks no page later.

``UNITSAFE_FUZZ=20`` tries twenty times as much, each run something else.
"""

import gc
import json
import os
import re
from datetime import date
from urllib.parse import unquote, urlsplit

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.addresses import ROLES, routes
from tests.factories import PDF, picture
from tests.sending import Forms, Sent, Target, encoded, path_of
from tests.test_pages import TAKES
from unitsafe import FEATURES
from unitsafe.core import audit, printing
from unitsafe.reminders import sending

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
"""A broken upload leaves its file to the garbage collector."""
TIMES = int(os.environ.get("UNITSAFE_FUZZ", "1"))
IS_DEEP = TIMES > 1
PER_FORM, PER_PAGE = 5, 3
"""Examples for each form and each page."""
GROUPS = [FEATURES[number::4] for number in range(4)]
"""Features that are tried in one school: to furnish one takes longer than many requests."""
LOOKED_AT = 40 if IS_DEEP else 2
"""Pages of the same feature that are opened after a form was taken."""
MAIN = ("/", "/hazards", "/checks", "/activities", "/equipment", "/documents", "/grids", "/people")
MAIN += ("/audit", "/roster/2026-11", "/coverage", "/stats", "/hazards.xlsx", "/checks.xlsx")
WHO = ("out", *ROLES)


def examples(number):
    """How hypothesis works here; without shrinking nothing could be read."""
    return settings(
        max_examples=number * TIMES,
        deadline=None,
        derandomize=not IS_DEEP,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )


# What is sent

TEXTS = (
    "", " ", "\u3000", "\n\n", "0", "on", "null", "None", "undefined", "true", "[]", "{}", "[[", "]]>",
    "a\0b", "\x1b[31m", "\x7f", "\x85", "\u2028", "\ufeff", "\u202eabc", "\u200d\u200b", "\ufffe",
    "\ud800", "\udfff\ud800", "💥🏫", "👩‍👩‍👧‍👦", "𠮷𡉯", "e\u0301" * 40, "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴", "ﷺ", "ß", "İ", "K",
    "%s %d %(x)s %n", "%", "100%", "%%(n)s", "{}", "{0.__class__}", "{x!r}", "{{ 7*7 }}", "{% raw %}",
    "' OR 1=1 --", '"; DROP TABLE person; --', "\\", "\\\\%_", "_", "*", "?",
    "<script>alert(1)</script>", "</textarea><b>", "<!--", "&amp;&#0;", "]]>", "javascript:alert(1)",
    '#eval("1")', "$x^2$ #let a = 1", "\\u{0}", "*粗* _斜_ `x`", "@label <label>", "//", "/*", "= h\n- a",
    "=1+1", "=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\t=1",
    "../../etc/passwd", "C:\\x", "a/b", "a;b", "a,b", "a:b", "a|b", "a\r\nSet-Cookie: x=1",
    "长" * 79, "长" * 81, "字" * 2001, "x" * 70_000, "a " * 3000, "\n" * 3000, "[" * 3000, "(" * 3000,
)  # fmt: skip
NUMBERS = (
    "0", "-0", "-1", "1", "2", "3", "7", "00", "01", "1.5", "1,5", "１２", "٣", "²", "½", "1e3", "1e400",
    "1e-400", "NaN", "nan", "inf", "-Infinity", "0x10", "1_0", " 5 ", "+5", "99", "100", "101", "999", "9999",
    "10000", "32768", "65536", "2147483647", "2147483648", "-2147483649", "9223372036854775807",
    "9223372036854775808", "9" * 30, "9" * 5000, "0.0000000001", "-0.5", "0.1", "1.005", "sNaN",
    "999999999", "1000000000", "99999999.99", "1E+2",
)  # fmt: skip
DATES = (
    "0001-01-01", "0000-00-00", "9999-12-31", "1899-12-31", "1970-01-01", "1999-12-31", "2000-01-01",
    "2026-02-31", "2026-13-01", "2024-02-29", "2100-01-01", "2100-12-31", "2101-01-01", "20261123",
    "2026-W48-1", "2026-11", "2026", "2026-11-23T08:00", "23/11/2026", "2026-1-1", "2026-11-22", "2026-11-23",
    "2026-11-24", "2027-08-31", "2026-09-01", "2025-08-31", "-2026-11-23", "2026-11-23 ", "２０２６-11-23",
    "2026Q4", "2026Q3", "2026Q0", "0001Q1", "9999Q4", "2026-2027", "2027-2026", "0001-0002", "9998-9999",
)  # fmt: skip
HOURS = ("00:00", "23:59", "24:00", "7:5", "07:20:59", "99:99", "-1:00", "12:00", "08:00", "19:61")
NAMES = (
    "x",
    "once",
    "csrf_token",
    "_method",
    "endpoint",
    "self",
    "_external",
    "after",
    "seen",
    "a[b]",
)
FILES = (
    (b"", "empty.jpg", "image/jpeg"),
    (b"\0" * 3000, "nul.png", "image/png"),
    (b"\xff\xd8\xff rubbish", "photo.jpg", "image/jpeg"),
    (b"GIF89a\xff\xff\xff\xff", "big.gif", "image/gif"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "x.svg", "image/svg+xml"),
    (b"%PDF-1.4\n%%EOF\n", "纸.pdf", "application/pdf"),
    (b"PK\x03\x04 broken", "book.xlsx", "application/vnd.ms-excel"),
    (b"\xef\xbb\xbf" + '姓名,电话\n"张三,1\n,,,,\n'.encode(), "名单.csv", "text/csv"),
    ("楼栋,楼层,部位\n💥,NaN,<b>\n".encode("gb18030"), "../../x.csv", "text/csv"),
    (b"\xff\xfe\x00\xd8", "a\0b.csv", "text/plain"),
    (b"MZ" + b"x" * 100, "长" * 200 + ".exe", ""),
    (picture().getvalue(), "照片.jpg", "image/jpeg"),
    (picture(size=(1, 1)).getvalue(), "", "image/jpeg"),
    (PDF, "x.pdf", "text/html"),
)
ANY_TEXT = st.text(max_size=30) | st.sampled_from(TEXTS)
ANY_NUMBER = st.sampled_from(NUMBERS) | st.integers(-5, 60).map(str) | st.floats().map(str)
ANY_DATE = (
    st.sampled_from(DATES)
    | st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(str)
    | st.dates().map(str)
)
ANY = ANY_TEXT | ANY_NUMBER | ANY_DATE | st.sampled_from(HOURS)


def like(values, offered):
    """Values for a field: of the kind that it holds, what its page offers, or anything."""
    first = str(values[0]) if values else ""
    kinds = [ANY]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", first):
        kinds = [ANY_DATE, ANY]
    elif re.fullmatch(r"\d\d:\d\d", first):
        kinds = [st.sampled_from(HOURS), ANY]
    elif re.fullmatch(r"[\d.]+", first):
        kinds = [ANY_NUMBER, ANY_NUMBER, ANY]
    elif first and not offered:
        kinds = [ANY_TEXT, ANY]
    if offered:
        kinds = [st.sampled_from(offered), st.sampled_from(offered), *kinds]
    return st.one_of(*kinds)


def twist(draw, sent, offers):
    """One change of a form."""
    names = sorted({name for name, _ in sent.pairs} | set(offers)) or ["x"]
    name = draw(st.sampled_from(names))
    held = [value for one, value in sent.pairs if one == name]
    what = draw(st.sampled_from(("set",) * 8 + ("drop", "twice", "many", "add", "file", "text")))
    value = like(held, offers.get(name, []))
    rest = [pair for pair in sent.pairs if pair[0] != name]
    if what == "set":
        sent.pairs = [*rest, (name, draw(value))]
    elif what == "drop":
        sent.pairs = rest
    elif what == "twice":
        sent.pairs = [*sent.pairs, (name, draw(value))]
    elif what == "many":
        sent.pairs = [*rest, *((name, draw(value)) for _ in range(draw(st.integers(2, 5))))]
    elif what == "add":
        other = draw(st.sampled_from(NAMES) | st.sampled_from(names).map(lambda n: n + "-1"))
        sent.pairs = [*sent.pairs, (other, draw(ANY))]
    elif what == "file":
        sent.pairs = rest
        sent.files = [*sent.files, (name, draw(st.sampled_from(FILES)))]
    elif sent.files:
        lost = draw(st.sampled_from(sent.files))
        sent.files = [one for one in sent.files if one is not lost]
        sent.pairs = [*sent.pairs, (lost[0], draw(ANY))]


def breakage(draw, sent):
    """Another body than the form's."""
    body, kind = sent.content()
    way = draw(st.integers(0, 7))
    odd = {
        0: (json.dumps(dict(sent.pairs), default=str).encode(), "application/json"),
        1: (b"{", "application/json"),
        2: (body[: len(body) // 2], "multipart/form-data; boundary=b0"),
        3: (body, "multipart/form-data"),
        4: (body, "text/plain; charset=utf-16"),
        5: (b"", kind),
        6: (b"\xff\xfe=%zz&&&=;%" + body, "application/x-www-form-urlencoded; charset=gbk"),
        7: (
            b"--b0\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b0--",
            "multipart/form-data; boundary=b0",
        ),
    }
    sent.body = odd[way]


HEADERS = (
    {"HX-Request": "true"},
    {"HX-Request": "true", "HX-Target": "rows", "HX-Current-URL": "http://localhost/x\u00e9"},
    {"HX-Request": "true", "HX-Boosted": "true"},
    {"HX-Request": "true", "HX-Current-URL": "::://"},
    {"Accept": "application/json"},
    {"Accept-Language": "en;q=x, *"},
    {"Referer": "http://localhost/checks?%zz", "Origin": "null"},
    {"User-Agent": "x" * 500 + "\u00ff"},
    {"Range": "bytes=0-0,-1", "If-Modified-Since": "x", "If-None-Match": "W/x"},
    {"X-Forwarded-For": "1.2.3.4, <b>", "X-Forwarded-Host": "evil"},
    {"X-HTTP-Method-Override": "DELETE"},
)


@pytest.fixture
def target(app, make, browser, forms, campus, database, session, monkeypatch):
    monkeypatch.setattr(printing, "_run_child", lambda request: b"%PDF-1.7")
    monkeypatch.setattr(sending, "by_child", lambda parcels, *_: {one.id: "" for one in parcels})
    monkeypatch.setattr(sending, "masked", lambda url: url[:20])
    browsers = {who: browser(None if who == "out" else make.someone(who)) for who in WHO}
    yield Target(app, database, session, browsers)
    gc.collect()  # now, not in another test


def keys_of(app, path):
    """(rule, its keys) of an address of the app."""
    rule, keys = app.url_map.bind("").match(path, method="POST", return_rule=True)
    return rule, keys


def odd_key(draw, campus, name):
    """Another thing's key, or none at all."""
    others = [str(one.get(name, "1")) for one in (campus.foreign, campus.spare, campus.keys)]
    return draw(st.sampled_from(others) | ANY_NUMBER | ANY_DATE | ANY_TEXT)


def query(draw, offered):
    """What stands behind the question mark."""
    names = sorted(offered) or ["q"]
    pairs = []
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(names) | st.sampled_from(ALL_WORDS))
        pairs.append((name, draw(like(offered.get(name, []), offered.get(name, [])))))
    return "?" + encoded(pairs)


ALL_WORDS = sorted({name for names in TAKES.values() for name in names})
WORDS = re.compile(r"[?&;](\w+)=([^\"&'#]*)")


def offered(target, campus, rule):
    """The filters of an address, and what its page offers for each."""
    found = {name: [] for name in TAKES.get(rule.endpoint, [])}
    if "." in rule.rule:
        return found
    answer = target.send("manager", "GET", Sent(path_of(rule, campus.keys)))
    if answer.mimetype == "text/html":
        for name, value in WORDS.findall(answer.text.replace("&amp;", "&")):
            found.setdefault(name, []).append(unquote(value))
        for form in Forms(answer.text).found.values():
            for name, values in form.offers.items():
                found.setdefault(name, []).extend(values)
    return found


def look(target, who, path):
    """A page that was opened after something was taken."""
    return target.send(who, "GET", Sent(path))


def sound(target):
    """What must hold whatever was stored: the log is whole, every row refers to one that is there."""
    session = target.session
    session.rollback()
    assert list(audit.verify(session)) == []
    if session.get_bind().dialect.name == "sqlite":
        assert session.execute(sa.text("PRAGMA foreign_key_check")).all() == []
    session.rollback()


def own_rules(app, features):
    """Addresses of the features' pages."""
    return [
        rule
        for method, rule in routes(app)
        if method == "GET" and rule.endpoint.split(".")[0] in features
    ]


@pytest.mark.parametrize("features", GROUPS, ids=lambda group: group[0])
def test_whatever_a_form_is_sent_it_answers_and_breaks_no_page(target, forms, campus, features):
    own, taken = sorted(one for one in forms if one.split(".")[0] in features), []
    pages = {
        feature: [path_of(rule, campus.keys) for rule in own_rules(target.app, [feature])]
        for feature in features
    }

    @examples(PER_FORM * len(own))
    @given(st.data())
    def attempt(data):
        target.restore()
        draw = data.draw
        write = forms[draw(st.sampled_from(own))]
        form = target.form(write)
        sent = Sent(write.path, list(form.pairs), list(form.files))
        who = draw(st.sampled_from((write.role,) * 3 + WHO))
        for _ in range(draw(st.integers(0, 3))):
            twist(draw, sent, form.offers)
        odd = draw(st.integers(0, 19))
        if odd == 0:
            breakage(draw, sent)
        elif odd in (1, 2):
            rule, keys = keys_of(target.app, write.path)
            if keys:
                name = draw(st.sampled_from(sorted(keys)))
                sent.path = path_of(rule, {**keys, name: odd_key(draw, campus, name)})
        elif odd in (3, 4):
            sent.path += query(draw, {})
        if draw(st.integers(0, 2)) == 0:
            sent.headers = dict(draw(st.sampled_from(HEADERS)))
        looks = draw(
            st.lists(
                st.sampled_from(pages[write.endpoint.split(".")[0]]),
                max_size=LOOKED_AT,
                unique=True,
            )
        )
        note(f"{who} POST {sent}")
        answer = target.send(who, "POST", sent)
        if answer.status_code in (200, 303):
            taken.append((who, sent))
            if (to := urlsplit(answer.location or "").path) and answer.status_code == 303:
                look(target, who, to)
            for path in looks:
                note(f"then {path}")
                look(target, write.role, path)

    attempt()
    target.restore()
    for who, sent in taken[:60]:
        target.send(who, "POST", sent)
    sound(target)
    for path in (*MAIN, *(path for some in pages.values() for path in some)):
        look(target, "officer", path)


@pytest.mark.parametrize("features", GROUPS, ids=lambda group: group[0])
def test_whatever_stands_in_an_address_it_is_answered(target, campus, features):
    rules = own_rules(target.app, features)
    words = {rule.endpoint: offered(target, campus, rule) for rule in rules}

    @examples(PER_PAGE * len(rules))
    @given(st.data())
    def attempt(data):
        draw = data.draw
        rule = draw(st.sampled_from(rules))
        keys = dict(campus.keys)
        if rule.arguments and draw(st.integers(0, 2)) == 0:
            name = draw(st.sampled_from(sorted(rule.arguments)))
            keys[name] = odd_key(draw, campus, name)
        path = path_of(rule, keys)
        if draw(st.integers(0, 4)):
            path += query(draw, words[rule.endpoint])
        headers = draw(st.sampled_from(HEADERS)) if draw(st.integers(0, 3)) == 0 else {}
        who = draw(st.sampled_from(("officer", "manager", "teacher", *WHO)))
        method = draw(st.sampled_from(("GET",) * 8 + ("HEAD", "OPTIONS", "PUT")))
        note(f"{who} {method} {path} {headers}")
        target.send(who, method, Sent(path, headers=dict(headers)))

    attempt()

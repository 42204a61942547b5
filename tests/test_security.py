"""Headers of every answer, hosts, proxies and https, secrets: what docs/security.md promises."""

import io
import logging
import os
import re
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from unitsafe import config, create_app
from unitsafe.core.db import db
from unitsafe.core.security import HEADERS, OVER_TLS, POLICY
from unitsafe.files import services as files
from unitsafe.school.address import public_address

ROOT = Path(__file__).parents[1]
KEYS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}"
    r"|xox[abp]-[0-9A-Za-z-]{20}|postgres(?:ql)?://[^:/\s'\"{]+:(?!…@)[^@/\s'\"{}]+@(?!host)"
)
"""What keys of services and databases look like; ``…`` stands for one in an example."""


@pytest.fixture
def deployed(app):
    """An app on the same database with other settings from the environment."""
    made = []

    def deploy(**changes):
        settings = replace(app.config["SETTINGS"], **changes)
        made.append(create_app(settings, TESTING=True))
        return made[-1]

    yield deploy
    for one in made:
        with one.app_context():
            db.session.remove()
            db.engine.dispose()


# Headers


def test_the_policy_lets_nothing_in_but_files_of_this_server():
    assert set(POLICY.values()) == {"'self'", "'none'"}
    assert {name for name, source in POLICY.items() if source == "'none'"} == {
        "object-src",
        "worker-src",
        "frame-src",
        "base-uri",
        "frame-ancestors",
    }


def test_every_answer_has_the_headers(app, browser, make):
    officer = make.someone("officer")
    photo, file = make.photo(officer), make.file(officer)
    client = browser(officer)
    paths = ["/", "/login", "/nothing", "/static/look.css", f"/photos/{photo.id}"]
    answers = [
        client.client.get(path, buffered=True)
        for path in [*paths, f"/files/{file.id}", "/hazards.xlsx"]
    ]
    answers.append(client.client.get("/me", headers={"HX-Request": "true"}))
    answers.append(client.client.post("/me/display"))  # without its token
    answers.append(app.test_client().get("/me"))
    assert [one.status_code for one in answers] == [200, 303, 404, *[200] * 5, 400, 303]
    for answer in answers:
        missing = HEADERS.items() - set(answer.headers.items())
        assert not missing, answer.request.path
        assert "Server" not in answer.headers
        assert "Strict-Transport-Security" not in answer.headers
        is_static = answer.request.path.startswith("/static/")
        assert is_static or re.search("no-store|private", answer.headers["Cache-Control"])


def test_a_file_that_somebody_sent_runs_nothing(app, browser, make, session):
    officer = make.someone("officer")
    with app.app_context():
        kept = files.keep_file(io.BytesIO(b"\xff\xd8\xff<script>"), "通知.jpg", most_mib=1)
        file = files.add_file(session, kept, by=make.actor(officer), now=make.now())
    session.commit()
    answer = browser(officer).client.get(f"/files/{file.id}", buffered=True)
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].endswith("; sandbox")


# Hosts, proxies, https


def test_only_the_hosts_that_are_set_are_answered(deployed, make):
    make.school()
    client = deployed(hosts=("anquan.example.cn",)).test_client()
    for host in ("anquan.example.cn", "anquan.example.cn:8000", "127.0.0.1", "localhost"):
        assert client.get("/login", headers={"Host": host}).status_code == 200, host
    for host in ("evil.test", "evil.test:8000", "anquan.example.cn.evil.test", "@"):
        refused = client.get("/login", headers={"Host": host})
        assert (refused.status_code, refused.mimetype) == (400, "text/plain"), host


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.168.1.20:8000", "http://192.168.1.20:8000"),
        ("[fe80::1]:8000", "http://[fe80::1]:8000"),
        ("office-pc", "http://office-pc"),
        ("office-pc.local:8000", "http://office-pc.local:8000"),
        ("evil.test", "http://localhost:0"),
        ("evil.test:8000", "http://localhost:0"),
    ],
)
def test_links_are_not_made_of_a_host_that_anybody_made_up(app, make, host, address):
    make.school()
    with app.test_request_context("/", headers={"Host": host}):
        assert public_address() == address


def test_links_are_made_of_the_address_that_the_school_has_set(app, make, session):
    make.school().address = "http://10.0.0.5:8000"
    session.commit()
    with app.test_request_context("/", headers={"Host": "evil.test"}):
        assert public_address() == "http://10.0.0.5:8000"


SAID = {
    "X-Forwarded-For": "203.0.113.9, 10.1.1.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.test",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=203.0.113.9",
    "X-Real-IP": "203.0.113.9",
}


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        (0, ("127.0.0.1", "http", "localhost", "")),
        (1, ("10.1.1.1", "https", "localhost", "")),
        (2, ("203.0.113.9", "http", "localhost", "")),
    ],
)
def test_what_proxies_say_counts_for_as_many_as_are_set(deployed, make, proxies, seen):
    make.school()
    app, found = deployed(proxies=proxies), []

    @app.before_request
    def note():
        from flask import request

        found.append((request.remote_addr, request.scheme, request.host, request.script_root))

    app.test_client().get("/login", headers=SAID)
    assert found == [seen]


def test_over_https_the_cookie_is_bound_to_the_host_and_plain_http_is_refused(deployed, make):
    make.school()
    client = deployed(https=True, proxies=1).test_client()
    page = client.get("/login", headers={"X-Forwarded-Proto": "https"})
    cookie = page.headers["Set-Cookie"]
    assert page.status_code == 200
    assert cookie.startswith("__Host-unitsafe=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie.split("; ")
    assert "Domain" not in cookie
    assert not OVER_TLS.items() - set(page.headers.items())
    assert client.get("/static/look.css", buffered=True).headers["Strict-Transport-Security"]
    plain = client.get("/login")
    assert plain.status_code == 403 and "https://" in plain.get_data(as_text=True)
    assert client.get("/healthz").status_code == 200


def test_over_plain_http_the_cookie_is_closed_to_scripts_and_other_sites(app, make):
    make.school()
    cookie = app.test_client().get("/login").headers["Set-Cookie"].split("; ")
    assert cookie[0].startswith("unitsafe=") and {"HttpOnly", "SameSite=Lax"} < set(cookie)


@pytest.mark.parametrize(
    "environ",
    [
        {"UNITSAFE_HOSTS": "https://a.cn"},
        {"UNITSAFE_HOSTS": "a.cn:8000"},
        {"UNITSAFE_HOSTS": "*"},
        {"UNITSAFE_PROXIES": "-1"},
        {"UNITSAFE_PROXIES": "many"},
        {"UNITSAFE_HTTPS": "yes"},
    ],
)
def test_a_setting_that_means_nothing_is_refused(environ):
    with pytest.raises(config.ConfigError, match=next(iter(environ))):
        config.read(environ)


def test_the_settings_are_read():
    said = {"UNITSAFE_HOSTS": "A.cn, 10.0.0.5", "UNITSAFE_PROXIES": "1", "UNITSAFE_HTTPS": "on"}
    found = config.read(said)
    assert (found.hosts, found.proxies, found.https) == (("a.cn", "10.0.0.5"), 1, True)


# Refusals in the server's log


def test_refusals_are_logged_without_what_was_typed(app, browser, make, caplog):
    teacher = browser(make.someone("teacher"))
    make.someone("officer")
    with caplog.at_level(logging.WARNING, "unitsafe.security"):
        teacher.get("/people/new")
        stranger = browser()
        stranger.get("/login")
        stranger.post("/login", {"username": "officer", "password": "geheim-1"})
        stranger.post("/login", {"username": "nobody-1", "password": "geheim-2"})
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert re.search(r"403 for person:\d+ at people.new from 127.0.0.1", said)
    assert re.search(r"wrong password for person:\d+ from 127.0.0.1", said)
    assert "wrong password for an unknown account" in said
    assert "geheim" not in said and "nobody-1" not in said


# Secrets


@pytest.mark.skipif(os.name != "posix", reason="Windows has other rights of files")
def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path):
    data = tmp_path / "instance"
    key = config.secret_key(data)
    assert len(key) == 64 and config.secret_key(data) == key
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    (data / "secret_key").chmod(0o644)
    assert config.secret_key(data) == key
    assert stat.S_IMODE((data / "secret_key").stat().st_mode) == 0o600


def test_the_repository_holds_no_keys():
    asked = ["git", "-C", str(ROOT), "ls-files", "-z"]
    listed = subprocess.run(asked, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = listed.stdout.decode().split("\0")[:-1]
    assert not [
        name for name in names if re.search(r"(^|/)(secret_key|\.env|.*\.(db|pem|key))$", name)
    ]
    for name in names:
        file = ROOT / name
        if file.suffix in {".otf", ".ttf", ".png", ".jpg", ".heic", ".pdf"} or not file.is_file():
            continue
        found = KEYS.search(file.read_text("utf-8", "replace"))
        assert not found, f"{name}: {found}"

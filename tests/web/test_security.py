"""Headers, form tokens, limits, error pages, health."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from peewee import OperationalError

import web
from models import TABLES, LoginSession
from services.arrival import codes
from services.writer import WriterBusy
from tests.web.world import OPENIDS, World, build
from web.context import current

PAGES = ("/", "/healthz", "/m", "/auth/login", "/nowhere", "/c/forged", "/s")


@pytest.fixture
def strict(db: Any, now: datetime) -> World:
    """The small world with form tokens, as in production."""
    return build(now, csrf=True)


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_headers(world: World, path: str) -> None:
    headers = world.client("member").get(path).headers
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_https_brings_its_own_cookies_and_headers(db: Any, now: datetime) -> None:
    world = build(now)
    secure = Flask(__name__, static_folder=None)
    with world.app.app_context():
        context = current()
    web.register(secure, replace(context, secure_cookies=True, public_url="https://xx.example.cn"))
    world.identity.people["c1"] = ("o-member", False)
    browser = secure.test_client()
    start = browser.get("/auth/login", base_url="https://xx.example.cn")
    state = start.location.rpartition("state=")[2]
    answer = browser.get(f"/auth/callback?code=c1&state={state}", base_url="https://xx.example.cn")
    cookies = [line for line in answer.headers.getlist("Set-Cookie") if "=;" not in line]
    assert {line.partition("=")[0] for line in cookies} == {"__Host-shuxue", "__Host-shuxue-visit"}
    assert all("Secure" in line and "Domain" not in line for line in cookies)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_over_https_a_form_with_token_and_our_referrer_passes(strict: World) -> None:
    browser = strict.client("secretary")
    page = browser.get(f"/s/sessions/{strict.session.key}", base_url="https://localhost").text
    # The login cookie of the test client belongs to the same host, whatever the scheme.
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    path, form = f"/s/sessions/{strict.session.key}/roll", {"mark": "PRESENT:M005", "csrf_token": token[1]}
    without = browser.post(path, data=form, base_url="https://localhost")
    assert without.status_code == 400
    with_own = browser.post(
        path, data=form, base_url="https://localhost", headers={"Referer": "https://localhost/s"}
    )
    assert with_own.status_code == 303


@pytest.mark.parametrize(
    "path",
    [
        "/c",
        "/m/bind",
        "/s/rebind",
        "/s/sessions/new",
        "/s/sessions/{key}/roll",
        "/s/sessions/{key}/confirm",
        "/auth/logout",
    ],
)
def test_a_form_without_its_token_is_refused(strict: World, path: str) -> None:
    answer = strict.client("secretary").post(path.format(key=strict.session.key), data={"mark": "all"})
    assert answer.status_code == 400
    assert "刷新后再试一次" in answer.text


def test_pages_hold_no_script_and_no_style_of_their_own(world: World) -> None:
    """What the policy would refuse must not be written in the first place."""
    key = world.session.key
    paths = {
        "member": ["/m", "/m/hours"],
        "unbound": ["/m/bind"],
        "secretary": ["/s", "/s/sessions/new", f"/s/sessions/{key}", f"/s/sessions/{key}/confirm"],
        "anonymous": [f"/s/sessions/{key}/screen?k={codes.screen_key(key)}", "/nowhere"],
    }
    for role, asked in paths.items():
        for path in asked:
            page = world.client(role).get(path).text
            assert not re.search(
                r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|https?://(?!127)", page
            ), path
            assert '<html lang="zh-CN">' in page


def test_links_of_the_pages_lead_somewhere(world: World) -> None:
    """No dead links: whatever a page offers to its reader answers."""
    browser = world.client("secretary")
    seen, waiting = set(), ["/m"]
    while waiting:
        path = waiting.pop().partition("#")[0]
        if not path or path in seen or path.startswith(("/auth/", "data:")):
            continue
        seen.add(path)
        answer = browser.get(path)
        if path.startswith("/assets/vendor/"):
            continue
        if answer.status_code == 302 and "/auth/step-up" in answer.location:
            # What asks for one more proof leads to the page that takes it.
            continue
        assert answer.status_code == 200, path
        if "html" in answer.content_type:
            waiting += [
                link.replace("&amp;", "&") for link in re.findall(r'(?:href|src)="([^"]+)"', answer.text)
            ]
    assert {"/m/hours", "/s", "/s/sessions/new"} <= seen


def test_files_have_their_digest_in_the_name_and_are_kept_for_long(world: World) -> None:
    browser = world.client("member")
    address = re.search(r'href="(/assets/css/site\.[0-9a-f]{12}\.css)"', browser.get("/m").text)
    assert address is not None
    plain = browser.get(address[1])
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    packed = browser.get(address[1], headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data)


def test_a_body_that_is_too_large_is_refused_in_words(world: World) -> None:
    answer = world.client("secretary").post("/s/sessions/new", data={"title": "长" * 600_000})
    assert answer.status_code == 413
    assert "太多" in answer.text


def test_a_wrong_method_and_an_unknown_page_are_said_kindly(world: World) -> None:
    browser = world.client("member")
    assert "按按钮" in browser.get("/auth/logout").text
    assert "没有找到这一页" in browser.get("/nowhere").text


def test_an_unknown_fault_gives_an_id_and_no_detail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("services.study.agenda.of_member", fail)
    answer = world.client("member").get("/m")
    assert answer.status_code == 500
    assert re.search(r"编号 <strong>[0-9a-f]{8}</strong>", answer.text)
    assert "secret detail" not in answer.text


def test_a_scan_that_was_not_stored_is_never_called_signed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G9: the member hears that nothing was written."""

    def busy(*_args: object) -> None:
        raise WriterBusy

    browser = world.client("member")
    browser.get(f"/c/{world.token()}")
    monkeypatch.setattr("tests.fakes.DirectRunner.run", busy)
    answer = browser.post("/c")
    assert answer.status_code == 503
    assert "未签到，请稍后再试" in answer.text


def test_ready_names_what_is_missing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.client("anonymous")
    assert browser.get("/readyz").json == {"ready": True, "faults": []}
    monkeypatch.setattr("services.upkeep.schema.pending", lambda: ["0002_next"])
    answer = browser.get("/readyz")
    assert (answer.status_code, answer.json["faults"]) == (503, ["migrations"])


def test_a_lost_database_is_said_and_kills_nobody(
    world: World, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alive needs no database; ready does; a page says that it did not work."""

    def lost(*_args: object, **_more: object) -> None:
        raise OperationalError("server closed the connection")

    browser = world.client("member")
    monkeypatch.setattr(db, "execute_sql", lost)
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").json["faults"] == ["database", "durability", "migrations"]
    answer = browser.get("/m")
    assert answer.status_code == 503
    assert "请过一会儿再试" in answer.text


def test_counters_name_endpoints_and_nobody(world: World) -> None:
    browser = world.client("member")
    browser.get("/m")
    web.count_callback("answered")
    shown = browser.get("/metrics").text
    assert 'shuxue_requests_total{endpoint="home.show",status="200"}' in shown
    assert 'shuxue_callbacks_total{outcome="answered"}' in shown
    for openid in OPENIDS.values():
        assert openid not in shown


def test_nothing_is_changed_by_reading(world: World) -> None:
    """GET writes no row but what the server keeps of the login itself."""
    before = {table: table.select().count() for table in TABLES if table is not LoginSession}
    browser = world.client("secretary")
    for path in (
        "/m",
        "/s",
        "/s/sessions/new",
        f"/s/sessions/{world.session.key}",
        f"/c/{world.token()}",
        "/c",
    ):
        browser.get(path)
    assert {table: table.select().count() for table in before} == before

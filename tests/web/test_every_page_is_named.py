"""No page is forgotten: whatever a browser may open is looked at by the tests of looks, or says why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

import web
from tests.browser.every_page import PAGES, endpoint_of
from tests.browser.sent_pages import SENT
from tests.fakes import DirectRunner, FakeIdentity, FakeSceneQr
from tests.web.world import STATIC
from web.context import WebContext

WEB = Path(web.__file__).parent

#: Addresses that show no page, and why.
NO_PAGES = {
    "a file to keep": {
        "exports.branch", "exports.member", "exports.roll", "exports.shuxue", "exports.table",
        "printing.poster", "privacy.download", "study.year_on_paper",
    },
    "read by programs": {
        "assets.file", "health.alive", "health.counters", "health.ready", "roll_entries.worker",
        "screen.follow", "screen.qr", "screen.state", "voices.sound",
    },
    "leads on at once": {"auth.callback", "auth.login", "health.index", "row.first"},
    "where /c/{token} leads, with the scan in a cookie": {"scan.ask"},
}  # fmt: skip


@pytest.fixture(scope="module")
def app() -> Flask:
    """Return the pages around nothing: only their addresses are looked at."""
    made = Flask(__name__, static_folder=None)
    context = WebContext(
        clock=None,  # type: ignore[arg-type]
        runner=DirectRunner(),
        identity=FakeIdentity(),
        scene_qr=FakeSceneQr(),
        draw_qr=None,  # type: ignore[arg-type]
        public_url="http://127.0.0.1:8000",
        secure_cookies=False,
        secret_key="a signing key of the tests, long enough",
        static_dir=STATIC,
    )
    web.register(made, context)
    return made


def test_every_address_that_shows_a_page_is_looked_at_or_says_why_not(app: Flask) -> None:
    shown = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    looked_at = {endpoint_of(app, path) for _, path in PAGES.values()}
    excused = set().union(*NO_PAGES.values())
    assert shown - looked_at - excused == set(), "name it in tests/browser/every_page.py"
    assert excused - shown == set(), "is no address any more"
    assert excused & looked_at == set()


def test_every_form_that_is_sent_goes_where_one_is_taken(app: Flask) -> None:
    assert [name for name, sent in SENT.items() if not endpoint_of(app, sent.action, "POST")] == []
    assert [name for name, sent in SENT.items() if not endpoint_of(app, sent.page)] == []


def test_large_type_changes_the_frame_alone() -> None:
    """The tests of looks turn a page into its large type in the browser: nothing else may ask for it."""
    asking = {
        each.relative_to(WEB).as_posix()
        for each in WEB.rglob("*")
        if each.suffix in {".html", ".py"} and re.search(r"large_type|\bcare\(\)", each.read_text("utf-8"))
    }
    # In the settings it is a switch, as in the frame: a button with other words.
    assert asking == {"care.py", "template.py", "templates/base.html", "templates/member/settings.html"}

"""A scanned rotating code: kept in this browser, one button, signed at the moment of the scan (R25)."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, redirect, render_template, session, url_for
from werkzeug.wrappers import Response as Answer

from services import rulebook
from services.arrival import checkin, codes
from services.arrival.codes import Proof
from services.clock import civil_day, moment, seconds
from services.errors import ServiceError
from services.study import agenda, sessions
from web.context import current, now
from web.member.result import result_of
from web.visitor import require_openid, visitor

pages = Blueprint("scan", __name__)


@pages.get("/c/<token>")
def arrive(token: str) -> Answer:
    """Judge the code now and keep the scan in this browser, so that the link is worth nothing elsewhere.

    Raises:
        ServiceError: for a code that is stale, forged, or of no session.
    """
    rules = rulebook.current().checkin(civil_day(now()))
    proof = codes.read_token(token, seconds(now()), rules.step_seconds, rules.grace_steps)
    kept = _kept()
    if proof.fault and not (proof.key and kept and kept[0] == proof.key):
        # The refusal's words are the service's; with a fault it decides before it looks at anybody.
        checkin.arrive("", proof, now(), now())
    if not proof.fault:
        sessions.find(proof.key)
        session["scan"] = [proof.key, seconds(now())]
    return redirect(url_for("scan.ask"))


@pages.get("/c")
def ask() -> str:
    """Show which session was scanned, and one button."""
    require_openid()
    key, at = _require_kept()
    scanned = sessions.find(key)
    return render_template("member/scan.html", session_=scanned, at=at, door=agenda.door(scanned))


@pages.post("/c")
def sign() -> str:
    """Check in at the time of the scan; a second press finds the first."""
    openid = require_openid()
    key, at = _require_kept()
    moment_now = now()
    result = current().runner.run(lambda: checkin.arrive(openid, Proof(key, "QR"), at, moment_now))
    return render_template("member/result.html", result=result_of(result), bound=visitor().member is not None)


def _kept() -> tuple[str, datetime] | None:
    """Return the session and moment of the scan that this browser made in the last minutes, or None."""
    scan = session.get("scan")
    if not scan:
        return None
    waits = rulebook.current().checkin(civil_day(now())).pending_scan_minutes * 60
    return (scan[0], moment(scan[1])) if 0 <= seconds(now()) - scan[1] <= waits else None


def _require_kept() -> tuple[str, datetime]:
    kept = _kept()
    if kept is None:
        raise ServiceError("no_scan", "还没有扫到签到码。", "请扫会场屏幕上的码，或直接发屏幕上的 6 位数字。")
    return kept

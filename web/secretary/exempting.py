"""不作要求的会议: what is not asked of a branch, settled by those who look after it (R20)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services.branch_life import exempting
from services.errors import ServiceError
from services.policy.cadence import ALL
from web.context import now
from web.secretary.leading import faults_of, require_leading
from web.stepping import require_proof

pages = Blueprint("exempting", __name__)

_FIELDS = {"kinds": "kinds", "same": "kinds", "text": "reason"}


@pages.get("/s/branches/<code>/exempt")
def ask(code: str) -> str:
    """Show what is asked of the branch."""
    found = exempting.look(require_leading().actor, code[:32], now())
    ticked = [kind.value for kind in found.exempt] + ([ALL] if found.exempt >= set(found.kinds) else [])
    return _page(found, ticked, "", {})


@pages.post("/s/branches/<code>/exempt")
def settle(code: str) -> Answer | tuple[str, int]:
    """Settle it; a fault shows the form again with what was typed."""
    leader = require_leading()
    found = exempting.look(leader.actor, code[:32], now())
    require_proof()
    ticked = [each[:40] for each in request.form.getlist("kinds")[:40]]
    reason = request.form.get("reason", "")
    try:
        exempting.settle(leader.actor, found.code, ticked, reason, now())
    except ServiceError as error:
        return _page(found, ticked, reason, faults_of(error, _FIELDS)), 400
    return redirect(url_for("cadence.show", org=found.code, done="exempted"), 303)


def _page(found: exempting.Exempting, ticked: list[str], reason: str, faults: dict[str, str]) -> str:
    return render_template(
        "branch/exempt.html", found=found, ticked=ticked, reason=reason, faults=faults, all_=ALL
    )

"""职务: who holds which role in a branch, appointments, and the handover in one action (R100, R113)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import Role
from services import roles
from services.access import ABOVE, LEADING
from services.actor import member_actor
from services.errors import ServiceError, invalid, not_found
from services.roles import Choices
from services.study import agenda
from web.context import now
from web.stepping import require_proof
from web.visitor import Leader, require_leader, require_member

pages = Blueprint("roles", __name__)

_DONE_WORDS = {
    "given": "已任命，从现在起有效。",
    "ended": "已免去，从现在起无效。办过的事都在。",
    "handed": "已交接，新书记现在就可以用。",
}
_CODE = 32


@pages.get("/s/roles")
def show() -> str | Answer:
    """Show the roles of one organization, or the organizations to choose from."""
    leader = _require_naming()
    code = request.args.get("org", "")[:_CODE] or _only_code(leader)
    if not code:
        return render_template("secretary/roles_choose.html", organizations=_organizations(leader))
    found = roles.choices(leader.actor, code, now())
    return _page(found, word=_DONE_WORDS.get(request.args.get("done", ""), ""))


@pages.post("/s/roles/<any(give,end):name>")
def change(name: str) -> Answer | tuple[str, int]:
    """Give or end a role; the person proves once more who they are."""
    leader = _require_naming()
    require_proof()
    code, role = _typed("place"), _role(_typed("role"))
    verb, done = (roles.appoint, "given") if name == "give" else (roles.end, "ended")
    try:
        verb(leader.actor, _typed("member"), role, code, now())
    except ServiceError as error:
        return _again(leader, error)
    return redirect(url_for("roles.show", org=_typed("org"), done=done), 303)


@pages.post("/s/roles/hand-over")
def hand_over() -> Answer | str | tuple[str, int]:
    """Say what the handover will do; pressed again, do it."""
    who = member_actor(require_member().id)
    if _typed("sure") == "1" and roles.handed_already(who, _typed("org"), _typed("member"), now()):
        return redirect(url_for("roles.handed"), 303)
    leader = _require_naming()
    require_proof()
    found = roles.choices(leader.actor, _typed("org"), now())
    if not _typed("member").strip():
        return _page(found, fault="请先选新书记。"), 400
    successor = roles.successor(leader.actor, found.code, _typed("member").strip(), now())
    stays = _role(_typed("stays")) if _typed("stays") else None
    if request.form.get("sure") != "1":
        mine = found.secretary == leader.member.name
        return render_template(
            "secretary/roles_sure.html", found=found, successor=successor, stays=stays, mine=mine
        )
    try:
        roles.hand_over(leader.actor, found.code, successor[0], now(), stays=stays)
    except ServiceError as error:
        return _again(leader, error)
    # Who has handed over reaches the branch's pages no more.
    return redirect(url_for("roles.handed"), 303)


@pages.get("/s/roles/handed-over")
def handed() -> str:
    """Say that it is done; this page needs no role, for the former secretary has none."""
    require_member()
    return render_template("secretary/roles_handed.html")


def _require_naming() -> Leader:
    leader = require_leader()
    if not any(grant.role in LEADING | ABOVE for grant in leader.grants):
        raise ServiceError("forbidden", "职务由支部书记或上级来定。", "请联系他们。", kind="forbidden")
    return leader


def _organizations(leader: Leader) -> list[tuple[str, str]]:
    grants = [grant for grant in leader.grants if grant.role in LEADING | ABOVE]
    return [(item.code, item.name) for item in agenda.organizations(grants)]


def _only_code(leader: Leader) -> str:
    found = _organizations(leader)
    led = {grant.name for grant in leader.grants if grant.role in LEADING}
    own = [code for code, name in found if name in led]
    return own[0] if len(own) == 1 else found[0][0] if len(found) == 1 else ""


def _page(found: Choices, *, word: str = "", fault: str = "") -> str:
    return render_template("secretary/roles.html", found=found, word=word, fault=fault)


def _again(leader: Leader, error: ServiceError) -> tuple[str, int]:
    """Show the page with what stands in the way; what is out of reach is not found."""
    if error.kind in {"not_found", "forbidden"}:
        raise error
    found = roles.choices(leader.actor, _typed("org"), now())
    return _page(found, fault=error.message + error.hint), 409 if error.kind == "refused" else 400


def _typed(name: str) -> str:
    return request.form.get(name, "")[:_CODE]


def _role(typed: str) -> Role:
    if not typed:
        raise invalid("role", "还没有选职务。", "请返回选一个。")
    try:
        return Role(typed)
    except ValueError as error:
        raise not_found("这个职务") from error

"""这次学习: everything that can be done with one session, gathered for those who run it or call its roll."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models import StudySession
from models.terms import SessionState
from services import screen_links
from services.access import ABOVE, LEADING, require_manage
from services.addresses import screen_path
from services.clock import civil_day
from services.errors import ServiceError
from services.study import invites
from web.context import current, now
from web.secretary.reach import Reached, reach
from web.secretary.roll import MOVABLE

pages = Blueprint("around", __name__)

_SIGNING = frozenset({SessionState.PUBLISHED, SessionState.OPEN})
_CALLING = frozenset({SessionState.OPEN, SessionState.CLOSED, SessionState.REOPENED})
_AHEAD = frozenset({SessionState.DRAFT, SessionState.PUBLISHED, SessionState.OPEN})
_DONE_WORDS = {
    "made": "编码做好了，以前的编码作废。",
    "renewed": "换好了。以前的会场屏地址和编码都打不开了，从这里重新打开。",
    "revoked": "已经收回，用这个编码打开的会场屏马上关闭。",
    "invited": "已邀请。",
    "withdrawn": "已去掉。",
    "visited": "已登记，去看过的同志都记了到会。核对后请确认，学时才记入。",
    "paper": "签到表登好了。核对后请确认，学时才记入。",
    "draft": "草稿存好了，到时候点「发布」。",
}
#: Where the trail of a session stands, once there is one.
_TRAIL = "trail_desk.show"


@dataclass(frozen=True)
class Way:
    """One thing to do, and where."""

    words: str
    address: str


@pages.get("/s/sessions/<key>/more")
def show(key: str) -> str:
    """Show what may be done with a session now, by this person."""
    reached = reach(key)
    return render_template(
        "secretary/around.html",
        session_=reached.session,
        state=reached.state,
        parts_=[(title, ways) for title, ways in _parts(reached) if ways],
        invited=invites.of_session(reached.session) if reached.rights.manage else [],
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.get("/s/sessions/<key>/screen-link")
def link(key: str) -> str:
    """Show the code that opens the screen on a borrowed machine, if there is one."""
    reached = _managed(key)
    return render_template(
        "secretary/screen_link.html",
        session_=reached.session,
        state=reached.state,
        link=screen_links.of_session(reached.leader.actor, key, now()),
        address=current().public_url + url_for("borrowed.ask"),
        screen=request.root_path + screen_path(reached.session),
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.post("/s/sessions/<key>/screen-link")
def change_link(key: str) -> Answer:
    """Make a code, take the one that stands back, or close whatever screen is open elsewhere."""
    reached = _managed(key)
    verbs = {"revoke": (screen_links.revoke, "revoked"), "renew": (screen_links.renew, "renewed")}
    verb, done = verbs.get(request.form.get("act", ""), (screen_links.make, "made"))
    verb(reached.leader.actor, key, now())
    return redirect(url_for("around.link", key=key, done=done), 303)


@pages.get("/s/sessions/<key>/invite")
def ask(key: str) -> str:
    """Show who is invited, and search for more."""
    return _invite_page(_managed(key), "")


@pages.post("/s/sessions/<key>/invite")
def invite(key: str) -> Answer | tuple[str, int]:
    """Invite a branch by its code, or take an invitation back."""
    reached = _managed(key)
    actor, code = reached.leader.actor, request.form.get("branch", "").strip()[:32]
    if request.form.get("act") == "withdraw":
        invites.withdraw(actor, key, code, now())
        return redirect(url_for("around.ask", key=key, done="withdrawn"), 303)
    try:
        invites.invite(actor, key, code, now())
    except ServiceError as error:
        if error.code != "full":
            raise
        return _invite_page(reached, error.message + error.hint), 400
    return redirect(url_for("around.ask", key=key, done="invited"), 303)


def _invite_page(reached: Reached, fault: str) -> str:
    sought = request.args.get("q", "").strip()[:50]
    return render_template(
        "secretary/invite.html",
        session_=reached.session,
        invited=invites.of_session(reached.session),
        found=invites.search(reached.leader.actor, reached.session.key, sought, now()),
        sought=sought,
        may=reached.state in _AHEAD,
        fault=fault,
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


def _managed(key: str) -> Reached:
    reached = reach(key)
    require_manage(reached.leader.actor, reached.session.organization.path, civil_day(now()))
    return reached


def _parts(reached: Reached) -> list[tuple[str, list[Way]]]:
    session, state, manage = reached.session, reached.state, reached.rights.manage
    return [
        ("到会", _attending(session, state, manage) + _cards(reached)),
        ("安排", _arranging(session, state) if manage else []),
        ("办完以后", _afterwards(reached)),
    ]


def _attending(session: StudySession, state: SessionState, manage: bool) -> list[Way]:
    ways = [Way("点名", url_for("roll.show", key=session.key))]
    if state in _CALLING:
        ways.append(Way("照签到表登记", url_for("paper.ask", key=session.key)))
    if state is not SessionState.CANCELLED:
        ways.append(Way("打印签到表", url_for("paper.sheet", key=session.key)))
    if manage and state in _SIGNING:
        ways.append(Way("会场屏（就在这台机器上打开）", request.root_path + screen_path(session)))
        ways.append(Way("在别的电脑上投会场屏", url_for("around.link", key=session.key)))
    return ways


def _cards(reached: Reached) -> list[Way]:
    """Lead to the cards while somebody may still want to sign in with a phone that is not bound yet."""
    keeps = any(grant.role in LEADING | ABOVE for grant in reached.leader.grants)
    if not keeps or reached.state not in _SIGNING:
        return []
    return [Way("身份卡：给没绑定微信的同志", url_for("cards.ask"))]


def _arranging(session: StudySession, state: SessionState) -> list[Way]:
    ways = []
    if state is SessionState.DRAFT:
        ways.append(Way("发布", url_for("steps.ask", key=session.key, name="publish")))
    if state in MOVABLE and now() < session.starts_at:
        ways.append(Way("改时间地点", url_for("moving.ask", key=session.key)))
    if state in _AHEAD:
        ways.append(Way("邀请别的支部来旁听", url_for("around.ask", key=session.key)))
        ways.append(Way("取消这次学习", url_for("steps.ask", key=session.key, name="cancel")))
    if session.kind != "HOME_VISIT":
        ways.append(Way("照这次再办一次", url_for("plan.ask", like=session.key)))
    return ways


def _afterwards(reached: Reached) -> list[Way]:
    key, state, ways = reached.session.key, reached.state, []
    if reached.rights.manage and state in _CALLING:
        ways.append(Way("确认，记入学时", url_for("steps.ask", key=key, name="confirm")))
    if reached.rights.reopen and state is SessionState.CONFIRMED:
        ways.append(Way("登记有误，退回重核", url_for("steps.ask", key=key, name="reopen")))
    if state is not SessionState.DRAFT:
        ways.append(Way("导出到会情况", url_for("exports.roll", session=key)))
    if state is SessionState.CONFIRMED and any(grant.role in LEADING for grant in reached.leader.grants):
        year = civil_day(reached.session.starts_at).year
        ways.append(Way("导出：学时、积分、支部这一年", url_for("exports.show", year=year)))
    if reached.rights.manage and _TRAIL in current_app.view_functions:
        ways.append(Way("操作记录", url_for(_TRAIL, kind="session", subject=key)))
    return ways

"""What a member chooses: large type, reminders, who sees what, the own data, letting go of this phone."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import Topic
from services import access, binding, settings
from services.clock import civil_day
from services.errors import invalid
from web.context import current, now
from web.security import drop_login_cookie
from web.visitor import require_member

pages = Blueprint("settings", __name__)

_WORDS = {
    "on": "已打开提醒。",
    "off": "已关闭提醒，什么都不会发了。要看说过的，点首页的「提醒」。",
    "topics": "已经照您选的办。",
}


@pages.get("/m/settings")
def show() -> str:
    """Show the choices, and who sees what of this member (F01, R100)."""
    member = require_member()
    chosen = settings.of_member(member)
    return render_template(
        "member/settings.html",
        member=member,
        chosen=chosen,
        topics=settings.topics_of(member, now()) if chosen.reminders else (),
        leads=bool(access.led_organizations(member.id, civil_day(now()))),
        word=_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.post("/m/settings")
def choose() -> Answer:
    """Switch the own reminders on or off."""
    member = require_member()
    wish = request.form.get("reminders", "")
    if wish not in {"on", "off"}:
        raise invalid("reminders", "没有选打开还是关闭。", "请返回按其中一个按钮。")
    settings.set_reminders(member, wish == "on", now())
    return redirect(url_for("settings.show", done=wish), 303)


@pages.post("/m/settings/topics")
def choose_topics() -> Answer:
    """Hear of the ticked topics; only those that stood on the page are touched."""
    member = require_member()
    offered, wanted = _topics("offered"), _topics("topic")
    settings.choose_topics(member, offered, wanted, now())
    return redirect(url_for("settings.show", done="topics"), 303)


def _topics(name: str) -> frozenset[Topic]:
    typed = request.form.getlist(name)
    try:
        return frozenset(Topic(each) for each in typed)
    except ValueError as error:
        raise invalid("topic", "没有这一类提醒。", "请返回从页面上选。") from error


@pages.get("/m/unbind")
def ask() -> str:
    """Say what unbinding does, with one button."""
    return render_template("member/unbind.html", member=require_member())


@pages.post("/m/unbind")
def unbind() -> Answer:
    """Untie this account; records stay with the branch (R101)."""
    binding.unbind(require_member(), now())
    session.clear()
    response = Answer(render_template("member/unbound.html"), mimetype="text/html")
    drop_login_cookie(response, current())
    return response

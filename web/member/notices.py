"""提醒: what was said to the member, with the one button that helps and 不再提醒 (F13)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import Topic
from services import notices, settings
from services.errors import invalid
from web.context import now
from web.visitor import require_member

pages = Blueprint("notices", __name__)

#: What the button says, by what it helps with.
_ACTS = {
    Topic.SESSION_TOMORROW: "看学习安排",
    Topic.SESSION_MOVED: "看学习安排",
    Topic.SESSION_CANCELLED: "看学习安排",
    Topic.HOURS_GAP: "看看怎么补",
    Topic.BRANCH_SHORT: "去安排学习",
    Topic.REPORT_WINDOW: "去写述学",
    Topic.REPORT_RETURNED: "去补充",
    Topic.MAKE_UP: "去补学",
    Topic.CLAIM_CLOSING: "去申报",
    Topic.CONTACT_DUE: "看支部工作",
    Topic.NEW_SECRETARY: "看我的学时",
    Topic.NEW_MEMBER: "看我的学时",
    Topic.CARE: "看支部工作",
}


@pages.get("/m/notices")
def show() -> str:
    """Show what was said in the last weeks; nothing is written about looking (F09)."""
    member = require_member()
    return render_template(
        "reminders/member_list.html",
        notices=notices.of_member(member, now()),
        on=settings.of_member(member).reminders,
        days=notices.REACH.days,
    )


@pages.get("/m/notices/<key>")
def read(key: str) -> str:
    """Show one notice: where the message in WeChat leads."""
    member = require_member()
    notice = notices.find(member, key, now())
    chosen = settings.of_member(member)
    return render_template(
        "reminders/member_one.html",
        notice=notice,
        act=_ACTS[notice.topic],
        on=chosen.reminders,
        left=notice.topic in chosen.left,
        done=request.args.get("done", ""),
    )


@pages.post("/m/notices/<key>")
def choose(key: str) -> Answer:
    """Hear no more of this topic, or hear of it again."""
    member = require_member()
    notice = notices.find(member, key, now())
    wish = request.form.get("wish", "")
    if wish not in {"leave", "take"}:
        raise invalid("wish", "没有选要不要再提醒。", "请返回按页面上的按钮。")
    if wish == "leave":
        settings.leave_topic(member, notice.topic, now())
    else:
        settings.take_topic(member, notice.topic)
    return redirect(url_for("notices.read", key=key, done=wish), 303)

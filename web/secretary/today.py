"""今天: the sessions of the organizations that a person leads, what to do next, and new phones that wait."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import SessionState
from services import new_phone, queues
from services.access import ABOVE, LEADING
from services.clock import civil_day
from services.errors import invalid
from services.study import agenda, suggesting
from services.study.agenda import Led
from web.context import now
from web.secretary.branch_ways import branch_life
from web.secretary.waits import others, waiting
from web.stepping import require_proof
from web.visitor import Leader, require_leader

pages = Blueprint("today", __name__)

_TO_SETTLE = frozenset({SessionState.CLOSED, SessionState.REOPENED})
#: So many confirmed sessions stay in sight, the latest first.
_DONE_SHOWN = 5
#: Seconds since 1970, as the page writes them.
_MOMENT = re.compile(r"[0-9]{1,12}")
_DONE_WORDS = {
    "approved": "已同意，新手机可以用了。",
    "refused": "已回绝，原来的手机照旧。",
    "cancelled": "这次学习已取消，不计学时。",
    "series": "都发布了，在「接下来」里。",
    "drafts": "草稿存好了，到时候点开发布。",
}


@dataclass(frozen=True)
class Today:
    """The three parts of the list: to do now, ahead, done."""

    now: list[Led]
    ahead: list[Led]
    done: list[Led]


@pages.get("/s")
def show() -> str:
    """Show the day."""
    leader = require_leader()
    counts = queues.for_leader(leader.actor, now())
    leading = any(grant.role in LEADING | ABOVE for grant in leader.grants)
    return render_template(
        "secretary/today.html",
        waiting=waiting(counts),
        others=others(counts, leading=leading),
        life=branch_life(leader),
        names=sorted({grant.name for grant in leader.grants}),
        today=_sorted(agenda.led(leader.grants, now())),
        phones=_phones(leader),
        may_plan=bool(agenda.organizations(leader.grants)),
        again=suggesting.again(leader.grants, now()),
        may_make_cards=leading,
        runs=any(grant.role in LEADING for grant in leader.grants),
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.post("/s/rebind")
def decide_phone() -> Answer:
    """Let a member's new phone take the place of the old one, or not (R101)."""
    leader = require_leader()
    said, number = request.form.get("answer", ""), request.form.get("member", "")[:32]
    if said not in {"approve", "refuse"}:
        raise invalid("answer", "没有选同意还是不同意。", "请返回按其中一个按钮。")
    if said == "approve":
        # Another phone takes the place of the one in use: from then on its holder is that member here.
        require_proof()
        asked = request.form.get("asked", "")
        shown = int(asked) if _MOMENT.fullmatch(asked) else None
        new_phone.approve(leader.actor, number, now(), shown)
        return redirect(url_for("today.show", done="approved"), 303)
    new_phone.refuse(leader.actor, number, now())
    return redirect(url_for("today.show", done="refused"), 303)


def _sorted(rows: list[Led]) -> Today:
    today = civil_day(now())
    to_do, ahead, done = [], [], []
    for row in rows:
        if row.state is SessionState.CONFIRMED:
            done.append(row)
        elif row.state in _TO_SETTLE or civil_day(row.session.starts_at) <= today:
            to_do.append(row)
        else:
            ahead.append(row)
    return Today(to_do, ahead, done[::-1][:_DONE_SHOWN])


def _phones(leader: Leader) -> list[tuple[str, str, datetime]]:
    """Return (number, name, when asked) of the phones that this person may decide on."""
    found = {
        request_[0]: request_
        for grant in leader.grants
        if grant.role in LEADING or grant.role in ABOVE
        for request_ in new_phone.waiting(grant.path)
    }
    return sorted(found.values(), key=lambda row: row[1])

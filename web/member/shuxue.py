"""我的述学: the rounds that concern a member, one report as a whole, and its steps (R40, R41)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models import Member
from models.terms import CycleState, ReportChannel, ReportState
from services import keyring
from services.clock import civil_day
from services.errors import ServiceError
from services.shuxue import cycles, facts, oral, writing
from services.shuxue.cycles import MyCycle
from services.shuxue.writing import Draft
from services.spoken import full_day
from web.context import now
from web.visitor import require_member

pages = Blueprint("shuxue", __name__)

#: One sentence a state, and what the way on is called.
_STATES = {
    ReportState.RECORDED: ("同志替您写好了，等您看一遍。", "去看看"),
    ReportState.SUBMITTED: ("已提交，等支部看。", "看全文"),
    ReportState.RETURNED: ("支部请您再补充一点。", "去补充"),
    ReportState.ACCEPTED: ("支部已收。", "看全文"),
    ReportState.REVIEWED: ("支部已收，已评学。", "看全文"),
    ReportState.CLOSED: ("已归档。", "看全文"),
    ReportState.NOT_FILED: ("这一轮已截止，这次没有交。", "看看"),
}
_DONE_WORDS = {
    "submit": "已提交，支部看过会告诉您。",
    "recall": "已收回，改好了再交一次。",
    "confirm": "您已确认，已交给支部。",
}


@dataclass(frozen=True)
class Item:
    """A round in the list: its title, one sentence, one way."""

    title: str
    sentence: str
    act: str
    way: str


@pages.get("/m/shuxue")
def index() -> str:
    """List the rounds, those that can still be written first."""
    found = cycles.of_member(require_member(), now())
    live = sorted((item for item in found if _live(item)), key=_need)
    return render_template(
        "shuxue/list.html",
        live=[_item(item) for item in live],
        former=[_item(item) for item in found if item not in live],
    )


@pages.get("/m/shuxue/<cycle>")
def show(cycle: str) -> str:
    """Show one round: its five views, what the branch said, and the one step that comes next."""
    return overview(require_member(), cycle)


@pages.get("/m/shuxue/<cycle>/whole")
def whole(cycle: str) -> str:
    """Show the report in full, to be read once more or printed."""
    member = require_member()
    draft = writing.look(member, cycle, now())
    return render_template(
        "shuxue/whole.html", **shared(member, draft), name=member.name, branch=member.branch.name
    )


@pages.post("/m/shuxue/<cycle>/<any(submit,recall,confirm):name>")
def act(cycle: str, name: str) -> Answer | tuple[str, int]:
    """Submit, take back, or agree to what somebody wrote down; a refusal stands on the same page."""
    member = require_member()
    steps: dict[str, Callable[[], object]] = {
        "submit": lambda: writing.submit(member, cycle, ReportChannel.SELF_PAGE, now()),
        "recall": lambda: writing.recall(member, cycle, now()),
        "confirm": lambda: oral.confirm(member, cycle, now()),
    }
    try:
        steps[name]()
    except ServiceError as error:
        if error.kind == "not_found":
            raise
        return overview(member, cycle, error.message + error.hint), 409
    return redirect(url_for("shuxue.show", cycle=cycle, done=name), 303)


def overview(member: Member, cycle: str, fault: str = "") -> str:
    """Write the page of one round."""
    draft = writing.look(member, cycle, now())
    words = shared(member, draft)
    return render_template(
        "shuxue/overview.html",
        **words,
        sentence=_sentence_of(draft, words["lacking"]),
        next_words="开始写" if not words["any_text"] else f"接着写：{words['next_view'].label}",
        facts_words=facts.words(draft.facts),
        recallable=draft.state is ReportState.SUBMITTED and draft.cycle_state is CycleState.OPEN,
        word=_DONE_WORDS.get(request.args.get("done", ""), "") if not fault else "",
        fault=fault,
    )


def pocket_of(member: Member) -> str:
    """Return the mark under which a phone keeps this member's unsaved words; no other page carries it."""
    return keyring.current().short_mac(f"pocket:{member.id}")


def shared(member: Member, draft: Draft) -> dict[str, Any]:
    """Return what the pages of one report have in common."""
    open_views = [
        item for item in draft.form.views if item.view in draft.lacking or draft.texts[item.view].over
    ]
    return {
        "draft": draft,
        "texts": draft.texts,
        "bodies": {view: text.body for view, text in draft.texts.items()},
        "lacking": len(open_views),
        "next_view": (open_views or list(draft.form.views))[0],
        "ready": draft.editable and not open_views and draft.state is not ReportState.RECORDED,
        "any_text": bool(draft.written),
        "pocket": pocket_of(member),
    }


def _live(item: MyCycle) -> bool:
    waits = item.report is not None and item.report.state is ReportState.RETURNED
    return item.state is not CycleState.CLOSED or waits


def _need(item: MyCycle) -> tuple[int, date]:
    """Put first what the branch gave back or waits for, then what is due next, then what is handed in."""
    state = item.report.state if item.report is not None else ReportState.DRAFT
    order = (ReportState.RETURNED, ReportState.RECORDED, ReportState.DRAFT)
    return order.index(state) if state in order else len(order), item.cycle.due


def _item(item: MyCycle) -> Item:
    state = item.report.state if item.report is not None else None
    sentence, words = _words(item, state)
    return Item(item.cycle.title, sentence, words, url_for("shuxue.show", cycle=item.cycle.key))


def _words(item: MyCycle, state: ReportState | None) -> tuple[str, str]:
    if state in _STATES:
        return _STATES[state]
    if item.state is CycleState.CLOSED:
        required = item.required and state is not ReportState.NOT_REQUIRED
        return _STATES[ReportState.NOT_FILED] if required else ("这一轮已截止。", "看看")
    return _open_words(item)


def _open_words(item: MyCycle) -> tuple[str, str]:
    year = civil_day(now()).year
    if item.state is CycleState.COMING:
        return f"{full_day(item.cycle.opens, year)}开始写。", "看看"
    until = f"{full_day(item.cycle.due, year)}前交"
    if not item.written:
        wish = "" if item.required else "不作硬性要求，愿意写就写，"
        return f"{wish}{until}。", "去写"
    if not item.lacking:
        return f"五段都写好了，还没有提交，{until}。", "去提交"
    return f"写了 {item.written} 段，还有 {item.lacking} 段，{until}。", "接着写"


def _sentence_of(draft: Draft, lacking: int) -> str:
    """Say where the report stands, once it is open on its own page."""
    if not draft.editable:
        return _closed_sentence(draft)
    until = f"{full_day(draft.cycle.due, civil_day(now()).year)}前交，随时可以停下，下次接着写。"
    if draft.state is ReportState.RETURNED:
        return "点一段去补充，补好以后再提交。"
    return f"五段都写好了。{until}" if not lacking else f"共五段。{until}"


def _closed_sentence(draft: Draft) -> str:
    if draft.state in _STATES:
        return _STATES[draft.state][0]
    if draft.cycle_state is CycleState.COMING:
        return f"{full_day(draft.cycle.opens, civil_day(now()).year)}开始写。"
    return "这一轮已截止。"

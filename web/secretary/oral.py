"""Writing down what members say, several in one sitting (R41, R42)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as Answer

from models.terms import ConfirmedBy, ReportChannel, ReportState, View
from services.access import HELPING, LEADING
from services.clock import civil_day
from services.errors import ServiceError, not_found
from services.shuxue import oral, standing
from services.shuxue.oral import Person
from services.shuxue.standing import Round
from services.shuxue.writing import Draft
from services.spoken import full_day
from web.context import now
from web.errors import rescues
from web.member.shuxue import pocket_of
from web.visitor import BindingNeeded, Leader, LoginNeeded, require_helping, visitor

pages = Blueprint("oral", __name__)

_LATER = "LATER"
#: How a member agrees to what was written down; the last waits for the member's own phone.
WAYS = (
    (ConfirmedBy.IN_PERSON.value, "当面念给本人听，本人同意"),
    (ConfirmedBy.PHONE.value, "电话里念给本人听，本人同意"),
    (_LATER, "先存着，让本人在手机上确认"),
)
_DONE_WORDS = {
    "recorded": "存好了，本人已同意，已交给支部。",
    "waits": "存好了，等本人在手机上确认。",
}
_STATES = {
    None: "还没写",
    ReportState.DRAFT: "本人正在写",
    ReportState.RECORDED: "写好了，等本人确认",
    ReportState.SUBMITTED: "已提交",
    ReportState.RETURNED: "支部请再补充",
    ReportState.ACCEPTED: "支部已收",
    ReportState.NOT_REQUIRED: "还没写",
}
#: Who still may have something to say; the rest is in.
_OPEN = frozenset(
    {None, ReportState.DRAFT, ReportState.RECORDED, ReportState.RETURNED, ReportState.NOT_REQUIRED}
)
#: Whom nobody has asked yet: those the button of the page leads to.
_UNASKED = frozenset({None, ReportState.RETURNED, ReportState.NOT_REQUIRED})


@pages.get("/s/oral")
def index() -> str:
    """Show whom the helper may write down for: those it is suggested for first, then by name (R42)."""
    helper = require_helping()
    rounds = standing.may_help(helper.actor, now())
    shown = _chosen(rounds)
    people = oral.people(helper.actor, shown.cycle.key, now()) if shown else []
    done = request.args.get("done", "")
    after = request.args.get("after", "")[:32]
    return render_template(
        "shuxue/oral.html",
        rounds=rounds,
        shown=shown,
        due=full_day(shown.cycle.due, civil_day(now()).year) if shown else "",
        groups=_groups(people),
        following=_following(people, after),
        kept=f"{pocket_of(helper.member)}:{shown.cycle.key}/{after}" if shown and after and done else "",
        word=_DONE_WORDS.get(done, ""),
        may_name=any(grant.role in LEADING for grant in helper.grants),
    )


@pages.get("/s/oral/<cycle>/<number>")
def ask(cycle: str, number: str) -> str:
    """Show the five questions to be read out, with what has been written down so far."""
    helper = require_helping()
    draft, person = _person(helper, cycle, number)
    return _page(helper, draft, person, {view.value: draft.texts[view].body for view in View})


@pages.post("/s/oral/<cycle>/<number>")
def record(cycle: str, number: str) -> Answer | tuple[str, int]:
    """Keep what the member said; a fault shows the page again with every word."""
    helper = require_helping()
    typed, chosen = _typed(), request.form.get("confirmed", "")
    draft, person = _person(helper, cycle, number)
    if chosen not in dict(WAYS):
        fault = f"请选一下{person.name}是怎么同意的。写的都在。"
        return _page(helper, draft, person, typed, fault=fault), 400
    confirmed = None if chosen == _LATER else ConfirmedBy(chosen)
    try:
        _keep(helper, draft, number, typed, confirmed)
    except ServiceError as error:
        if error.kind == "not_found":
            raise
        fault = error.message + error.hint
        draft, person = _person(helper, cycle, number)
        page = _page(helper, draft, person, typed, chosen=chosen, fault=fault)
        return page, 400 if error.kind == "invalid" else 409
    done = "recorded" if confirmed else "waits"
    return redirect(url_for("oral.index", round=cycle, done=done, after=number), 303)


@rescues("oral.record")
def keep(error: Exception) -> tuple[str, int]:
    """Give back what was written down when the form was too old or the login had ended."""
    values = request.view_args or {}
    typed = _typed()
    if isinstance(error, CSRFError) and visitor().member is not None:
        helper = require_helping()
        draft, person = _person(helper, values["cycle"], values["number"])
        fault = "页面放得太久了，还没有存。写的都在，请再按一次下面的按钮。"
        return _page(helper, draft, person, typed, fault=fault), 400
    # A stale form is met before the login is looked at, so whoever is nobody has both to renew.
    expired = isinstance(error, CSRFError | LoginNeeded | BindingNeeded)
    here = url_for("oral.ask", **values)
    words = render_template(
        "errors/kept.html",
        message="登录已过期，还没有存。" if expired else "现在没有存上。",
        hint="请先复制下面的字，重新进入后再贴上。" if expired else "请先复制下面的字，过一会儿再试。",
        kept=[(View(name).label, text) for name, text in typed.items() if text.strip()],
        way=url_for("auth.login", next=here) if expired else here,
        way_words="重新进入" if expired else "返回",
    )
    return words, 401 if expired else 503


def _keep(
    helper: Leader, draft: Draft, number: str, typed: dict[str, str], confirmed: ConfirmedBy | None
) -> None:
    """Write down the views that hold words or held some on the page, so that an emptied one is emptied."""
    versions = {view: _version(f"version-{view.value}") for view in View}
    texts = {View(name): text for name, text in typed.items() if text.strip() or versions[View(name)]}
    # Words that the member wrote alone are not shown here, so the page has no version of them to compare.
    seen = None if _has_own_words(draft) else {view: versions[view] for view in texts}
    oral.record(helper.actor, draft.cycle.key, number, texts, confirmed, now(), versions=seen)


def _version(name: str) -> int:
    typed = request.form.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0


def _has_own_words(draft: Draft) -> bool:
    return draft.channel not in (None, ReportChannel.ORAL_PROXY)


def _typed() -> dict[str, str]:
    return {view.value: request.form.get(view.value, "").replace("\r\n", "\n") for view in View}


def _chosen(rounds: list[Round]) -> Round | None:
    wished = request.args.get("round", "")
    return next((item for item in rounds if item.cycle.key == wished), rounds[0] if rounds else None)


def _groups(people: list[Person]) -> list[tuple[str, list[tuple[Person, str, bool]]]]:
    rows = [
        (one, _STATES.get(one.state, one.state.label if one.state else ""), one.state in _OPEN)
        for one in people
    ]
    return [
        ("建议上门或打电话问问的", [row for row in rows if row[0].suggested]),
        ("其他同志，愿意口述也可以", [row for row in rows if not row[0].suggested]),
    ]


def _following(people: list[Person], after: str) -> Person | None:
    """Return the next suggested member who has nothing yet, going on behind the last one."""
    numbers = [one.number for one in people]
    at = numbers.index(after) + 1 if after in numbers else 0
    order = [*people[at:], *people[:at]]
    return next((one for one in order if one.suggested and one.state in _UNASKED), None)


def _person(helper: Leader, cycle: str, number: str) -> tuple[Draft, Person]:
    """Return a member's report to be written down, and the member.

    Raises:
        ServiceError: `not_found` for an unknown member and for one out of reach alike.
    """
    standing.reached(helper.actor, cycle, HELPING, now())
    people = oral.people(helper.actor, cycle, now())
    person = next((one for one in people if one.number == number), None)
    if person is None:
        raise not_found("这位党员")
    return oral.look(helper.actor, cycle, number, now()), person


def _page(
    helper: Leader, draft: Draft, person: Person, typed: dict[str, str], *, chosen: str = "", fault: str = ""
) -> str:
    """Write the page of one person; beside words that were not saved stands what is stored instead."""
    stored = {view.value: draft.texts[view].body for view in View}
    return render_template(
        "shuxue/record.html",
        cycle=draft.cycle,
        form=draft.form,
        person=person,
        typed=typed,
        stored={name: body for name, body in stored.items() if fault and body and body != typed[name]},
        versions={view.value: draft.texts[view].version for view in View},
        own_words=_has_own_words(draft),
        reason=draft.reason,
        ways=WAYS,
        chosen=chosen,
        fault=fault,
        pocket=pocket_of(helper.member),
    )

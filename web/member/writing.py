"""Writing one view of a 述学: saved by its button, and by the page itself while somebody types (R41)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.wrappers import Response as Answer

from models import Member
from models.terms import ReportChannel, View
from services.errors import ServiceError, invalid
from services.shuxue import facts, likeness, writing
from services.shuxue.likeness import Hint
from services.shuxue.writing import Draft, Text, Written
from services.spoken import clock_time
from web.context import now
from web.errors import rescues
from web.member.shuxue import pocket_of
from web.visitor import BindingNeeded, LoginNeeded, require_member, visitor

pages = Blueprint("writing", __name__)

_VIEWS = ",".join(view.value for view in View)
_RULE = f"/m/shuxue/<cycle>/<any({_VIEWS}):view>"
_STALE = "页面放得太久了，还没有存。您写的字都在，请再按一次下面的按钮。"
_SAID = {"saved": "已存 {time}", "before": "上一段已存"}


@dataclass(frozen=True)
class Typed:
    """What came from the page: the text, and the version of the view that the page was shown.

    `untouched` is true when the text is still the proposed opening, which is nobody's words yet.
    """

    text: str
    version: int
    untouched: bool = False


@pages.get(_RULE)
def show(cycle: str, view: str) -> str | Answer:
    """Show one view to be written; one that cannot be changed is read on the overview."""
    member = require_member()
    draft = writing.look(member, cycle, now())
    if not draft.editable:
        return redirect(url_for("shuxue.show", cycle=cycle))
    done = request.args.get("done", "")
    hints = _hints(member, cycle, View(view), draft.texts[View(view)].body) if done == "saved" else []
    said = _SAID.get(done, "").format(time=clock_time(now()))
    return _page(member, draft, View(view), said=said, hints=hints)


@pages.post(_RULE)
def save(cycle: str, view: str) -> Answer | tuple[str, int]:
    """Save and go on; the text of a page that is behind is shown beside the newer one."""
    member = require_member()
    typed = _typed()
    stay = request.form.get("go") == "stay"
    if not typed.untouched:
        try:
            written = _write(member, cycle, View(view), typed)
        except ServiceError as error:
            if error.kind != "invalid":
                kept = _kept(error.message, error.hint, typed.text, url_for("shuxue.show", cycle=cycle))
                return kept, 404 if error.kind == "not_found" else 409
            fault = error.message + error.hint
            return _page(member, writing.look(member, cycle, now()), View(view), typed, fault=fault), 400
        if not written.saved:
            return _twofold(written, View(view), typed), 409
    if stay:
        return redirect(url_for("writing.show", cycle=cycle, view=view, done="saved"), 303)
    said = "before" if typed.text.strip() and not typed.untouched else None
    return redirect(_next(cycle, View(view), done=said), 303)


@pages.post(f"{_RULE}/draft")
def draft(cycle: str, view: str) -> Answer | tuple[Answer, int]:
    """Save what has been typed so far and answer the page's script."""
    member = require_member()
    try:
        typed = _typed()
        written = _write(member, cycle, View(view), typed)
        if not written.saved:
            theirs = written.theirs or Text()
            return jsonify(saved=False, theirs={"body": theirs.body, "version": theirs.version})
        hints = _hints(member, cycle, View(view), typed.text) if request.form.get("hints") else None
    except ServiceError as error:
        return jsonify(error=error.message + error.hint), 404 if error.kind == "not_found" else 409
    text = written.draft.texts[View(view)]
    at = clock_time(now())
    return jsonify(saved=True, version=text.version, count=text.count, over=text.over, at=at, hints=hints)


@rescues("writing.save")
def keep_form(error: Exception) -> tuple[str, int]:
    """Give the typed text back when the form was too old, the login had ended, or the database was away."""
    values = request.view_args or {}
    text = request.form.get("text", "")
    here = url_for("writing.show", **values)
    if isinstance(error, CSRFError) and visitor().member is not None:
        member = require_member()
        found = writing.look(member, values["cycle"], now())
        if found.editable:
            return _page(member, found, View(values["view"]), _typed(), fault=_STALE), 400
    # A stale form is met before the login is looked at, so whoever is nobody has both to renew.
    if isinstance(error, LoginNeeded | BindingNeeded) or (
        isinstance(error, CSRFError) and visitor().member is None
    ):
        message, hint = "登录已过期，还没有存。", "请先复制下面的字，重新进入后再贴上。"
        return _kept(message, hint, text, _way_back(error), "重新进入"), 401
    status = 400 if isinstance(error, CSRFError) else 503
    return _kept("现在没有存上。", "请先复制下面的字，过一会儿再试。", text, here), status


@rescues("writing.draft")
def keep_draft(error: Exception) -> tuple[Answer, int]:
    """Tell the page's script why nothing was saved; the words stay on the phone."""
    if isinstance(error, CSRFError):
        return jsonify(stale=True, token=generate_csrf()), 400
    if isinstance(error, LoginNeeded | BindingNeeded):
        return jsonify(login=_way_back(error)), 401
    return jsonify(busy=True), 503


def _way_back(error: Exception) -> str:
    if isinstance(error, BindingNeeded):
        return url_for("bind.show")
    return url_for("auth.login", next=url_for("writing.show", **(request.view_args or {})))


def _typed() -> Typed:
    version = request.form.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 9):
        raise invalid("version", "这一页没有读懂。", "请返回上一页再试一次。")
    text = request.form.get("text", "").replace("\r\n", "\n").replace("\r", "\n")
    proposal = request.form.get("proposal", "").strip()
    return Typed(text, int(version), bool(proposal) and text.strip() == proposal)


def _write(member: Member, cycle: str, view: View, typed: Typed) -> Written:
    return writing.write(member, cycle, view, typed.text, typed.version, ReportChannel.SELF_PAGE, now())


def _hints(member: Member, cycle: str, view: View, text: str) -> list[str]:
    """Say where the text is like another one; to its writer alone, and nothing depends on it."""
    return [_hint_words(hint) for hint in likeness.hints(member, cycle, view, text, now())]


def _hint_words(hint: Hint) -> str:
    where = "和您以前写的很像" if hint.own else "和支部里别的同志写的相近"
    return f"这一段{where}：「{hint.passage}」"


def _next(cycle: str, view: View, done: str | None = None) -> str:
    views = list(View)
    at = views.index(view) + 1
    if at == len(views):
        return url_for("shuxue.show", cycle=cycle)
    return url_for("writing.show", cycle=cycle, view=views[at].value, done=done)


def _page(
    member: Member,
    draft: Draft,
    view: View,
    typed: Typed | None = None,
    *,
    fault: str = "",
    said: str = "",
    hints: list[str] | None = None,
) -> str:
    """Write the page of one view, with what was typed in place of what is stored when it was not saved."""
    item = draft.form.view(view)
    place = draft.form.views.index(item)
    text = draft.texts[view]
    proposal = item.opening if not text.body and typed is None else ""
    return render_template(
        "shuxue/write.html",
        draft=draft,
        texts=draft.texts,
        item=item,
        place=place,
        before=draft.form.views[place - 1].view.value if place else "",
        last=place == len(draft.form.views) - 1,
        here=url_for("writing.save", cycle=draft.cycle.key, view=view.value),
        next_way=_next(draft.cycle.key, view),
        stored=text.body,
        shown=typed.text if typed else text.body or proposal,
        version=typed.version if typed else text.version,
        count=text.count,
        over=text.over,
        proposal=proposal,
        typed=typed,
        fault=fault,
        said=said,
        hints=hints or [],
        facts_words=facts.words(draft.facts),
        pocket=pocket_of(member),
    )


def _twofold(written: Written, view: View, typed: Typed) -> str:
    return render_template(
        "shuxue/conflict.html",
        draft=written.draft,
        item=written.draft.form.view(view),
        here=url_for("writing.save", cycle=written.draft.cycle.key, view=view.value),
        mine=typed.text,
        theirs=written.theirs or Text(),
    )


def _kept(message: str, hint: str, text: str, way: str, way_words: str = "返回") -> str:
    return render_template(
        "errors/kept.html", message=message, hint=hint, kept=[("您写的", text)], way=way, way_words=way_words
    )

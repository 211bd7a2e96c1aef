"""月申报 of one's own: what was filed, a new one, completing one, taking back, objecting (R70, R71)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models import Member
from models.terms import ClaimState
from services import points
from services.clock import civil_day
from services.errors import ServiceError
from services.points import claim_lists, claimable, claims
from services.points.claim_lists import Claim
from web.context import now
from web.visitor import require_member

pages = Blueprint("claims", __name__)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
#: The field that a refusal belongs to; another refusal stands above the form.
_FIELD_OF = {
    "item": "item",
    "day": "day",
    "text": "words",
    "credited": "day",
    "duplicate": "day",
    "outside": "member",
}
_DONE_WORDS = {
    "filed": "已报给支部，同意后记分。",
    "changed": "已补充，再交给支部了。",
    "withdrawn": "已收回。",
    "objected": "已提出，支部会再看一次并答复您。",
}


@dataclass(frozen=True)
class Typed:
    """The fields of a claim as text."""

    item: str = ""
    day: str = ""
    words: str = ""


@pages.get("/m/claims")
def show() -> str:
    """Show what was filed: what waits for the member first, then the rest, the newest first."""
    member = require_member()
    mine = claim_lists.of_member(member)
    return render_template(
        "member/claims.html",
        returned=[item for item in mine if item.state is ClaimState.RETURNED],
        others=[item for item in mine if item.state is not ClaimState.RETURNED],
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.get("/m/claims/new")
def ask() -> str:
    """Show the form of a new claim, for today unless another day is chosen."""
    return _form(require_member(), Typed(day=civil_day(now()).isoformat()), {})


@pages.post("/m/claims/new")
def file() -> Answer | tuple[str, int]:
    """File; a fault shows the form again with what was typed."""
    member, typed = require_member(), typed_claim()
    faults = faults_of(typed)
    if not faults:
        try:
            claims.file(member, typed.item, date.fromisoformat(typed.day), typed.words, now())
            return redirect(url_for("claims.show", done="filed"), 303)
        except ServiceError as error:
            faults = beside(error)
    return _form(member, typed, faults), 400


@pages.get("/m/claims/<key>")
def look(key: str) -> str:
    """Show one claim and what can be done with it."""
    member = require_member()
    return _page(member, claim_lists.own(member, key), {})


@pages.post("/m/claims/<key>/change")
def change(key: str) -> Answer | tuple[str, int]:
    """Hand a returned claim in again."""
    member, typed = require_member(), typed_claim()
    claim, faults = claim_lists.own(member, key), faults_of(typed)
    if not faults:
        try:
            day = date.fromisoformat(typed.day)
            claims.resubmit(member, key, now(), item=typed.item, day=day, words=typed.words)
            return redirect(url_for("claims.show", done="changed"), 303)
        except ServiceError as error:
            faults = beside(error)
    return _page(member, claim, faults, typed), 400


@pages.post("/m/claims/<key>/withdraw")
def withdraw(key: str) -> Answer:
    """Take a claim back."""
    claims.withdraw(require_member(), key, now())
    return redirect(url_for("claims.show", done="withdrawn"), 303)


@pages.post("/m/claims/<key>/object")
def object_to(key: str) -> Answer | tuple[str, int]:
    """Object to a refusal."""
    member = require_member()
    said = request.form.get("words", "")
    claim = claim_lists.own(member, key)
    try:
        claims.object_to(member, key, said, now())
    except ServiceError as error:
        return _page(member, claim, beside(error), Typed(words=said)), 400
    return redirect(url_for("claims.show", done="objected"), 303)


def typed_claim() -> Typed:
    """Take the known fields of a form and no others."""
    form = request.form
    return Typed(form.get("item", "")[:40], form.get("day", "")[:40].strip(), form.get("words", ""))


def faults_of(typed: Typed) -> dict[str, str]:
    """Say what cannot be understood as a date; everything else is the service's to judge."""
    try:
        if _DAY.fullmatch(typed.day):
            date.fromisoformat(typed.day)
            return {}
    except ValueError:
        # 31 February: said below, beside the field.
        pass
    return {"day": "请选日期，例如 2026-11-05。"}


def beside(error: ServiceError) -> dict[str, str]:
    """Return the refusal at its field; what is no fault of the form is a page of its own."""
    if error.code not in _FIELD_OF:
        raise error
    return {_FIELD_OF[error.code]: error.message + error.hint}


def _form(member: Member, typed: Typed, faults: dict[str, str]) -> str:
    return render_template(
        "member/claim_new.html",
        items=claimable.items(now()),
        typed=typed,
        faults=faults,
        months=claimable.open_months(now()),
        longest=claims.LONGEST,
        in_scope=points.view(member, None, now()).in_scope,
    )


def _page(member: Member, claim: Claim, faults: dict[str, str], typed: Typed | None = None) -> str:
    return render_template(
        "member/claim.html",
        claim=claim,
        items=claimable.items(now()),
        typed=typed or Typed(claim.item, claim.day.isoformat(), claim.words),
        typed_objection=typed.words if typed else "",
        faults=faults,
        longest=claims.LONGEST,
        member=member,
    )

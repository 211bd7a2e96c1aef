"""支部外学习: what was studied elsewhere, and what the own branch says to it (R11, R34)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import ExternalKind
from services.absence import external_lists, externals
from services.absence.externals import Elsewhere
from services.clock import civil_day
from services.errors import ServiceError
from web import typed as reading
from web.context import now
from web.visitor import require_member

pages = Blueprint("external", __name__)

#: Refusals that belong beside a field, and the field's name in the form.
FAULTS = {"kind": "kind", "text": "form", "day": "day", "hours": "hours", "too_many": "form"}
_KINDS = (ExternalKind.HOST, ExternalKind.OTHER)


@dataclass(frozen=True)
class Typed:
    """What stands in the form of a study elsewhere."""

    member: str = ""
    kind: str = ""
    org_name: str = ""
    title: str = ""
    day: str = ""
    hours: str = ""
    words: str = ""

    def read(self) -> Elsewhere:
        """Return it as the service takes it.

        Raises:
            ServiceError: `day` or `hours` for what is neither.
        """
        day, hours = reading.day(self.day), reading.hours(self.hours)
        return Elsewhere(self.kind, self.org_name, self.title, day, hours, self.words)


def typed_form() -> Typed:
    """Return what this request's form holds."""
    return Typed(**{name: request.form.get(name, "") for name in Typed.__dataclass_fields__})


@pages.get("/m/external")
def show() -> str:
    """Show what was proposed and how it stands."""
    return render_template(
        "absence/external.html",
        mine=external_lists.of_member(require_member(), now()),
        word="已报给支部，支部确认后计学时。" if request.args.get("done") == "proposed" else "",
    )


@pages.get("/m/external/new")
def ask() -> str:
    """Ask what was studied."""
    require_member()
    return _form(Typed(kind=ExternalKind.OTHER.value, day=civil_day(now()).isoformat()), {})


@pages.post("/m/external/new")
def propose() -> Answer | tuple[str, int]:
    """Propose it to the own branch."""
    member, typed = require_member(), typed_form()
    try:
        externals.propose(member, typed.read(), now())
    except ServiceError as error:
        if error.code not in FAULTS:
            raise
        return _form(typed, {FAULTS[error.code]: error.message + error.hint}), 400
    return redirect(url_for("external.show", done="proposed"), 303)


def _form(typed: Typed, faults: dict[str, str]) -> str:
    return render_template(
        "absence/external_new.html", typed=typed, kinds=_KINDS, faults=faults, today=civil_day(now())
    )

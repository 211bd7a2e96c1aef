"""问卷: what members would like to learn; paper sheets are entered, answers have no name (F04, F09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services import leading, rulebook
from services.branch_life import answering, surveys
from services.branch_life.surveys import NewSurvey
from services.clock import civil_day
from services.errors import ServiceError, invalid
from services.policy.surveys import Ask, Question
from web import typed as reading
from web.context import now
from web.secretary.leading import require_leading
from web.sheets import faults_of_sheet, read_sheet
from web.visitor import Leader

pages = Blueprint("surveys", __name__)

#: So many questions stand in a fresh form, and so many more each time somebody asks for more.
_BLOCKS = 3
_LONGEST = 1000
#: How long a survey is open when nobody says otherwise.
_USUAL = timedelta(days=14)
_ASKS = ((Ask.ONE, "选一项"), (Ask.SOME, "可选几项"), (Ask.WORDS, "写几个字"))
_DONE = {"opened": "已发出，同志们打开「我的学习」就能填。", "closed": "已结束。", "paper": "已记下一份。"}


@dataclass(frozen=True)
class Block:
    """One question as it was typed; choices stand one a line."""

    words: str = ""
    ask: str = Ask.ONE.value
    choices: str = ""


@dataclass(frozen=True)
class Typed:
    """What stands in the form."""

    blocks: tuple[Block, ...]
    organization: str = ""
    title: str = ""
    until: str = ""


@pages.get("/s/surveys")
def show() -> str:
    """List the surveys, the open ones first."""
    found = surveys.listed(require_leading().actor, now())
    return render_template(
        "branch/surveys.html",
        current=[sheet for sheet in found if sheet.open],
        past=[sheet for sheet in found if not sheet.open],
        word=_DONE.get(request.args.get("done", ""), ""),
    )


@pages.get("/s/surveys/new")
def ask() -> str:
    """Show the form with some empty questions."""
    leader = require_leading()
    until = (civil_day(now()) + _USUAL).isoformat()
    return _form(leader, Typed((Block(),) * _BLOCKS, until=until), {})


@pages.post("/s/surveys/new")
def create() -> Answer | str | tuple[str, int]:
    """Open the survey, or add empty questions to the form; a fault shows it again."""
    leader = require_leading()
    typed = _typed()
    if "more" in request.form:
        most = rulebook.current().cadence(civil_day(now())).questions
        more = (*typed.blocks, *(Block(),) * _BLOCKS)[:most]
        return _form(leader, Typed(more, typed.organization, typed.title, typed.until), {})
    filled = [at for at, block in enumerate(typed.blocks) if block.words or block.choices]
    try:
        questions = tuple(_question(typed.blocks[at]) for at in filled)
        new = NewSurvey(typed.title, questions, reading.day(typed.until))
        surveys.create(leader.actor, typed.organization[:32], new, now())
    except ServiceError as error:
        return _form(leader, typed, _faults(error, filled)), 400
    return redirect(url_for("surveys.show", done="opened"), 303)


@pages.get("/s/surveys/<key>")
def look(key: str) -> str:
    """Show a survey, the number of its sheets, and what they say once it has ended."""
    leader = require_leading()
    return render_template(
        "branch/survey.html",
        sheet=surveys.one(leader.actor, key, now()),
        found=surveys.results(leader.actor, key, now()),
        word=_DONE.get(request.args.get("done", ""), ""),
    )


@pages.post("/s/surveys/<key>/close")
def close(key: str) -> Answer:
    """End it before its day."""
    surveys.close(require_leading().actor, key, now())
    return redirect(url_for("surveys.look", key=key, done="closed"), 303)


@pages.get("/s/surveys/<key>/paper")
def paper(key: str) -> str:
    """Show the sheet to enter for somebody without a phone."""
    return _paper(require_leading(), key, {}, {})


@pages.post("/s/surveys/<key>/paper")
def enter(key: str) -> Answer | tuple[str, int]:
    """Enter a sheet of paper; the answers are kept without the name."""
    leader = require_leading()
    sheet = surveys.one(leader.actor, key, now())
    try:
        if not request.form.get("member"):
            raise invalid("member", "还没有选是谁的一份。", "请选名字；名字只用来防止填两份。")
        answers = read_sheet(sheet.questions, request.form)
        answering.paper(leader.actor, key, request.form["member"][:32], answers, now())
    except ServiceError as error:
        return _paper(leader, key, request.form.to_dict(flat=False), faults_of_sheet(error)), 400
    return redirect(url_for("surveys.look", key=key, done="paper"), 303)


def _paper(leader: Leader, key: str, typed: dict[str, list[str]], faults: dict[str, str]) -> str:
    return render_template(
        "branch/survey_paper.html",
        sheet=surveys.one(leader.actor, key, now()),
        people=answering.members(leader.actor, key, now()),
        typed=typed,
        faults=faults,
        longest=rulebook.current().cadence(civil_day(now())).answer_chars,
    )


def _typed() -> Typed:
    form = request.form
    count = form.get("count", "")
    number = int(count) if count.isascii() and count.isdigit() and len(count) <= 2 else _BLOCKS
    most = rulebook.current().cadence(civil_day(now())).questions
    blocks = tuple(
        Block(*(form.get(f"{name}-{at}", "").strip()[:_LONGEST] for name in ("words", "ask", "choices")))
        for at in range(min(max(number, 1), most))
    )
    return Typed(blocks, *(form.get(name, "")[:_LONGEST] for name in ("organization", "title", "until")))


def _question(block: Block) -> Question:
    chosen = Ask(block.ask) if block.ask in set(Ask) else Ask.ONE
    lines = [line.strip() for line in block.choices.splitlines()]
    return Question(chosen, block.words, tuple(line for line in lines if line))


def _faults(error: ServiceError, filled: list[int]) -> dict[str, str]:
    """Return a refusal at its field; questions are counted as they stand in the form."""
    words = error.message + error.hint
    if error.code[:1] == "q" and error.code[1:].isdigit():
        at = int(error.code[1:])
        return {f"q{filled[at] if at < len(filled) else 0}": words}
    fields = {"text": "title", "until": "until", "day": "until"}
    if error.code not in fields:
        raise error
    return {fields[error.code]: words}


def _form(leader: Leader, typed: Typed, faults: dict[str, str]) -> str:
    rules = rulebook.current().cadence(civil_day(now()))
    return render_template(
        "branch/survey_new.html",
        organizations=leading.organizations(leader.actor, civil_day(now())),
        typed=typed,
        faults=faults,
        asks=_ASKS,
        most=rules.questions,
        choices=rules.choices,
        days=rules.survey_days,
    )

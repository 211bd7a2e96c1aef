"""The documents keep up with the code: what can be set, typed, stored or said stands in them."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from cli.command import Command
from cli.commands import COMMANDS
from config import Settings
from models import TABLES, terms
from models.terms import DUTIES, Term

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LISTS = [
    each
    for each in vars(terms).values()
    if isinstance(each, type) and issubclass(each, Term) and each is not Term
]

LARGEST_PICTURE = 120_000

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def text_of(path: Path) -> str:
    return path.read_text("utf-8")


def headings(path: Path) -> list[tuple[int, str]]:
    """Level and words of each heading; a line in a block of code is none."""
    return [(len(marks), words) for marks, words in _HEADING.findall(_FENCE.sub("", text_of(path)))]


def anchors(path: Path) -> set[str]:
    """Make the anchors of a page as the usual viewers do."""
    return {re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-") for _, words in headings(path)}


def sections(path: Path) -> dict[str, str]:
    """Each heading with what stands below it, up to the next heading."""
    parts = re.split(r"^#+ (.+)$", text_of(path), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def folders() -> list[str]:
    """Top-level folders of the project; what .gitignore names is made, not written."""
    made = {line.strip().strip("/") for line in text_of(ROOT / ".gitignore").splitlines()}
    return sorted(
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in made
    )


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_has_a_row_with_what_it_is_for(name: str) -> None:
    assert f"| `{name.upper()}` |" in text_of(DOCS / "settings.md")


def test_no_setting_is_described_that_does_not_exist() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", text_of(DOCS / "settings.md"), re.MULTILINE)
    assert {row.lower() for row in rows} == set(Settings.model_fields)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_a_heading_that_names_all_its_options(command: Command) -> None:
    named = re.compile(rf"`{re.escape(command.name)}[ `]")
    found = [heading for heading in sections(DOCS / "commands.md") if named.search(heading)]
    assert found, f"docs/commands.md has no section for: {command.name}"
    parser = argparse.ArgumentParser(add_help=False)
    command.arguments(parser)
    for option in re.findall(r"--[a-z-]+", parser.format_usage()):
        assert option in found[0], f"docs/commands.md, {command.name}: {option} is missing"


def test_no_command_is_described_that_does_not_exist() -> None:
    known = {command.name for command in COMMANDS}
    for level, words in headings(DOCS / "commands.md"):
        if level == 3:
            for name in re.findall(r"`([a-z-]+(?: [a-z-]+)?)[^`]*`", words):
                assert name.strip() in known, f"docs/commands.md describes {name}"


@pytest.mark.parametrize("terms_", LISTS, ids=lambda terms_: terms_.__name__)
def test_every_word_of_a_closed_list_stands_in_the_glossary_of_that_list(terms_: type[Term]) -> None:
    found = [body for head, body in sections(DOCS / "glossary.md").items() if f"`{terms_.__name__}`" in head]
    assert found, f"docs/glossary.md has no section for {terms_.__name__}"
    rows = re.findall(r"^\| (.+) \| `(.+)` \|$", found[0], re.MULTILINE)
    assert rows == [(term.label, term.value) for term in terms_]


def test_every_duty_of_the_roster_stands_in_the_glossary() -> None:
    glossary = text_of(DOCS / "glossary.md")
    for duty, role in DUTIES.items():
        assert f"| {duty} | `{role.value}` {role.label} |" in glossary


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_table_stands_in_the_glossary_with_all_its_columns(table: type) -> None:
    meta = table._meta  # type: ignore[attr-defined]
    ending = f"· `{meta.table_name}`"
    found = [body for head, body in sections(DOCS / "glossary.md").items() if head.endswith(ending)]
    assert found, f"docs/glossary.md has no section for the table {meta.table_name}"
    rows = re.findall(r"^\| `(\w+)` \| .+ \|$", found[0], re.MULTILINE)
    assert rows == [field.column_name for field in meta.sorted_fields]


@pytest.mark.parametrize("folder", folders())
def test_every_top_level_folder_says_what_it_is_for(folder: str) -> None:
    assert (ROOT / folder / "README.md").is_file(), f"{folder}/README.md is missing"


def test_the_two_readmes_have_the_same_headings() -> None:
    english, chinese = (
        [level for level, _ in headings(ROOT / name)] for name in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese


def test_the_two_readmes_name_the_same_commands() -> None:
    named = [
        sorted(set(re.findall(r"\bmake [a-z]+|app\.py [a-z-]+", text_of(ROOT / name))) - {"make alone"})
        for name in ("README.md", "README.zh-CN.md")
    ]
    assert named[0] == named[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_link_leads_nowhere(page: Path) -> None:
    for link in _LINK.findall(text_of(page)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{link} does not exist"
        if anchor:
            assert anchor in anchors(target), f"{link}: no such heading"


def test_every_command_of_make_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for page in PAGES:
        for name in re.findall(r"(?:`|^)make ([a-z]+)", text_of(page), re.MULTILINE):
            assert name in targets, f"{page.name}: make {name}"


def test_every_event_of_the_log_is_explained_to_the_operator() -> None:
    event = re.compile(r"\b_?log\.\w+\(\s*\"([a-z_]+)\"")
    rows = re.findall(r"^\| ([^|]+) \|", text_of(DOCS / "runbook.md"), re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    for folder in ("cli", "models", "scheduler", "services", "web", "wechat"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for name in event.findall(text_of(path)):
                assert name in explained, f"docs/runbook.md: {name} of {path.name} is missing"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_picture_is_there_and_has_words_for_who_cannot_see_it(page: Path) -> None:
    text = text_of(page)
    for found in _PICTURE.findall(text):
        assert (page.parent / (found[0] or found[1])).is_file(), f"{found} does not exist"
    assert text.count("<img ") == len(re.findall(r'<img [^>]*alt="[^"]{4,}"', text))
    assert "![](" not in text


def test_no_picture_is_large_or_shown_nowhere() -> None:
    shown = {
        (page.parent / (one or other)).resolve()
        for page in PAGES
        for one, other in _PICTURE.findall(text_of(page))
    }
    pictures = sorted((DOCS / "images").iterdir())
    assert [path.name for path in pictures if path not in shown] == []
    assert [path.name for path in pictures if path.stat().st_size > LARGEST_PICTURE] == []


@pytest.mark.parametrize("name", ["secretary-quickstart.md", "member.md"])
def test_what_people_are_told_to_look_for_stands_on_a_page_or_in_the_chat(name: str) -> None:
    """A number in the words is written 几, as in 「几人学时有缺口」."""
    kinds = (
        "web/**/*.html",
        "web/**/*.py",
        "static/js/*.js",
        "wechat/**/*.py",
        "models/terms/*.py",
        "services/roster/columns.py",
    )
    said = "".join(text_of(path) for kind in kinds for path in sorted(ROOT.glob(kind)))
    # The members' page repeats the document and proves nothing.
    said = said.replace(text_of(ROOT / "web" / "templates" / "help" / "member.html"), "")
    plain = re.sub(r"</?[a-z][^>]*>|\s", "", said)
    for words in set(re.findall("「([^」]+)」", text_of(DOCS / name).replace("**", ""))):
        pattern = ".{1,40}?".join(map(re.escape, re.sub(r"\s", "", words).split("几")))
        assert re.search(pattern, plain), f"{name}: 「{words}」 stands nowhere"


def test_every_file_that_the_rules_name_exists() -> None:
    for name in re.findall(r"`([a-z_/]+/[a-z_]+\.(?:py|toml|html))`", text_of(DOCS / "rules.md")):
        assert (ROOT / name).is_file(), f"docs/rules.md names {name}"


def test_every_check_of_verify_is_explained_to_the_operator() -> None:
    rows = sections(DOCS / "runbook.md")["Verify"]
    asked = re.compile(r'(?:verdict\.look\(|checked\[|CHECKS[^\n]*\(|\),)\s*(?:\(\s*)?"([a-z_ -]+)"')
    for path in sorted((ROOT / "services" / "integrity").glob("*.py")):
        for name in asked.findall(text_of(path)):
            assert f"`{name}`" in rows, f"docs/runbook.md, Verify: {name} of {path.name} is missing"

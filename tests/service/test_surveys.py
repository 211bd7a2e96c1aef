"""问卷: one sheet each, no name on it, an equal way on paper, and nothing shown of too few (F04, F09)."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from models import AuditLog, Survey, SurveyAnswer, SurveyTicket
from services import desk
from services.actor import member_actor
from services.branch_life import answering, surveys
from services.branch_life.surveys import NewSurvey
from services.clock import civil_day
from services.policy.surveys import Ask, Question
from tests.builders import START, district, refused

TODAY = civil_day(START)
WEEK = TODAY + timedelta(days=7)
QUESTIONS = (
    Question(Ask.ONE, "几点合适", ("上午", "下午")),
    Question(Ask.SOME, "想学什么", ("民法典", "党史", "手机怎么用")),
    Question(Ask.WORDS, "还想说什么"),
)


@pytest.fixture
def field(db: Any) -> Any:
    return district()


def opened(field: Any, code: str = "ZB1", actor: Any = None, **changes: Any) -> str:
    new = NewSurvey(
        changes.pop("title", "想学什么"), changes.pop("questions", QUESTIONS), changes.pop("until", WEEK)
    )
    return surveys.create(actor or field.leader, code, new, START)


def closed(field: Any, key: str) -> surveys.Results:
    surveys.close(field.leader, key, START)
    return surveys.results(field.leader, key, START)


def test_a_member_answers_once_and_the_rest_of_the_list_is_the_others(field: Any) -> None:
    key = opened(field)
    assert [sheet.key for sheet in answering.for_member(field.zhang, START)] == [key]
    assert desk.for_member(field.zhang, START).surveys == desk.Posted(1, key, "想学什么")
    answering.answer(field.zhang, key, [0, (1, 2), "讲讲社保"], START)
    with refused("answered"):
        answering.answer(field.zhang, key, [1], START)
    assert answering.for_member(field.zhang, START) == []
    assert desk.for_member(field.zhang, START).surveys is None
    assert answering.look(field.zhang, key, START)[1]
    assert not answering.look(field.li, key, START)[1]
    assert SurveyAnswer.select().count() == 1


def test_sheet_and_ticket_know_nothing_of_each_other(field: Any) -> None:
    key = opened(field)
    lines = AuditLog.select().count()
    for who in (field.zhang, field.li, field.wang, field.old, field.head):
        answering.answer(who, key, [0], START)
    assert set(SurveyTicket._meta.fields) == {"id", "survey", "member"}
    assert set(SurveyAnswer._meta.fields) == {"key", "survey", "answers"}
    # Numbers in the order of writing would tie the first ticket to the first sheet.
    numbers = [row.id for row in SurveyTicket.select().order_by(SurveyTicket.member)]
    assert numbers != list(range(1, 6))
    assert AuditLog.select().count() == lines


def test_nothing_is_shown_of_an_open_survey_or_of_two_sheets(field: Any) -> None:
    key = opened(field)
    for who in (field.zhang, field.li):
        answering.answer(who, key, [0], START)
    assert closed(field, key) == surveys.Results(2, 3, None)
    key = opened(field, title="第二份")
    for who in (field.zhang, field.li, field.wang):
        answering.answer(who, key, [0], START)
    assert surveys.results(field.leader, key, START) == surveys.Results(3, 3, None)


def test_results_are_counts_by_choice_and_words(field: Any) -> None:
    key = opened(field)
    answering.answer(field.zhang, key, [0, (2, 1), " 讲讲社保 "], START)
    answering.answer(field.li, key, [1, None, "晚一点开"], START)
    answering.answer(field.wang, key, [0, (1,)], START)
    found = closed(field, key)
    assert found.results is not None
    times, themes, said = found.results
    assert times.counts == (("上午", 2), ("下午", 1))
    assert themes.counts == (("民法典", 0), ("党史", 2), ("手机怎么用", 1))
    assert sorted(said.said) == ["晚一点开", "讲讲社保"]
    # How many could have answered, and so a share, is known nowhere.
    assert {each.name for each in fields(found)} == {"sheets", "least", "results"}


def test_words_come_in_an_order_of_their_own(field: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    key = opened(field, questions=(Question(Ask.WORDS, "想说什么"),))
    for who, said in ((field.zhang, "一"), (field.li, "二"), (field.wang, "三"), (field.old, "四")):
        answering.answer(who, key, [said], START)
    surveys.close(field.leader, key, START)
    orders = set()
    for _ in range(30):
        results = surveys.results(field.leader, key, START).results
        assert results is not None
        orders.add(results[0].said)
    assert len(orders) > 1


def test_a_paper_sheet_counts_like_any_other(field: Any) -> None:
    key = opened(field)
    answering.paper(field.leader, key, "M4", [1, (0,)], START)
    with refused("answered"):
        answering.answer(field.old, key, [0], START)
    with refused("answered"):
        answering.paper(field.leader, key, "M4", [0], START)
    for number in ("N1", "nobody", "no\x00ne"):
        with refused("not_found"):
            answering.paper(field.leader, key, number, [0], START)
    # Everybody is in the list, so that it tells of nobody whether there is a sheet already.
    assert "M4" in [number for number, _ in answering.members(field.leader, key, START)]


def test_it_ends_by_its_day_or_by_hand(field: Any) -> None:
    key = opened(field)
    over = START + timedelta(days=8)
    with refused("closed"):
        answering.answer(field.zhang, key, [0], over)
    assert answering.for_member(field.zhang, over) == []
    answering.answer(field.zhang, key, [0], START + timedelta(days=7))
    surveys.close(field.leader, key, START)
    surveys.close(field.leader, key, START)
    with refused("closed"):
        answering.paper(field.leader, key, "M2", [0], START)


def test_others_neither_answer_nor_read_nor_close(field: Any) -> None:
    key = opened(field)
    for verb in (answering.answer,):
        with refused("not_found"):
            verb(field.stranger, key, [0], START)
    for actor in (field.outsider, field.headman, member_actor(field.zhang.id)):
        for verb in (surveys.results, surveys.one, surveys.close, answering.members):
            with refused("not_found"):
                verb(actor, key, START)
        with refused("not_found"):
            answering.paper(actor, key, "M1", [0], START)
        with refused("not_found"):
            opened(field, actor=actor)
    assert surveys.listed(field.outsider, START) == []
    everybody = opened(field, "DW", field.above)
    answering.answer(field.stranger, everybody, [0], START)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([None, None, "  "], "empty"),
        ([], "empty"),
        ([2], "a0"),
        ([-1], "a0"),
        (["上午"], "a0"),
        ([(0, 1)], "a0"),
        ([None, (0, 7)], "a1"),
        ([None, None, "长" * 301], "a2"),
        ([None, None, 5], "a2"),
        ([None, None, "\ud800"], "a2"),
    ],
)
def test_a_sheet_that_cannot_be_takes_no_ticket(field: Any, given: list[Any], code: str) -> None:
    key = opened(field)
    with refused(code):
        answering.answer(field.zhang, key, given, START)
    assert not SurveyTicket.select().exists()
    answering.answer(field.zhang, key, [0], START)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": ""}, "text"),
        ({"until": TODAY - timedelta(days=1)}, "until"),
        ({"until": TODAY + timedelta(days=61)}, "until"),
        ({"questions": ()}, "q0"),
        ({"questions": QUESTIONS * 3}, "q0"),
        ({"questions": (QUESTIONS[0], Question(Ask.ONE, "只有一项", ("是",)))}, "q1"),
        ({"questions": (Question(Ask.SOME, "两项一样", ("是", "是 ")),)}, "q0"),
        ({"questions": (Question(Ask.SOME, "太多", tuple(map(str, range(11)))),)}, "q0"),
        ({"questions": (Question(Ask.WORDS, ""),)}, "q0"),
    ],
)
def test_a_survey_that_cannot_be_is_refused(field: Any, changes: dict[str, Any], code: str) -> None:
    with refused(code):
        opened(field, **changes)
    assert not Survey.select().exists()


def test_a_second_press_opens_it_once(field: Any) -> None:
    assert opened(field) == opened(field)

"""What points count: caps by date, ceiling and floor, a veto; order changes nothing (R61–R66)."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.terms import PointSource
from services.policy import points as policy
from services.policy.points import Event, Limits, count

DAY = date(2026, 3, 1)
LIMITS = Limits(10000, {"lecture": 300, "service": 200, "absent": 300}, {"learning": 500, "good": 400})


def base(stated: int = 6000) -> Event:
    return Event(PointSource.BASE, 0, date(2026, 1, 1), "base", "base", stated)


def session(
    number: int, day: int, stated: int = 100, item: str = "lecture", kind: str = "PARTY_LECTURE"
) -> Event:
    return Event(
        PointSource.SESSION, number, DAY + timedelta(days=day), item, "learning", stated, session_kind=kind
    )


def claim(number: int, day: int, stated: int = 100, item: str = "service") -> Event:
    excluded = frozenset({"THEME_DAY"})
    return Event(PointSource.CLAIM, number, DAY + timedelta(days=day), item, "good", stated, not_on=excluded)


def deduct(number: int, day: int, stated: int = 200) -> Event:
    return Event(PointSource.DEDUCT, number, DAY + timedelta(days=day), "absent", "off", -stated)


def veto(number: int, day: int) -> Event:
    return Event(PointSource.VETO, number, DAY + timedelta(days=day), "veto", "veto", -10000)


def counted(*events: Event, limits: Limits = LIMITS) -> list[tuple[int, str | None]]:
    return [(each.points, each.note) for each in count(events, limits)]


def test_a_year_begins_with_its_base_whenever_it_is_written() -> None:
    assert counted(session(1, -90), base()) == [(6000, None), (100, None)]


def test_above_a_cap_a_line_counts_what_is_left_and_then_nothing() -> None:
    lines = counted(*(session(number, number, 200) for number in (1, 2, 3)))
    assert lines == [(200, None), (100, policy.ITEM_FULL), (0, policy.ITEM_FULL)]


def test_a_category_is_full_although_its_items_are_not() -> None:
    others = [session(number, number, 100, f"item{number}") for number in range(1, 7)]
    assert counted(*others)[-1] == (0, policy.CATEGORY_FULL)


def test_nobody_rises_above_the_ceiling_or_falls_below_nothing() -> None:
    assert counted(base(9950), session(1, 1)) == [(9950, None), (50, policy.CEILING)]
    assert counted(base(100), deduct(1, 1)) == [(100, None), (-100, policy.FLOOR)]


def test_what_was_taken_off_makes_room_below_the_ceiling_again() -> None:
    assert counted(base(10000), deduct(1, 1), session(1, 2)) == [(10000, None), (-200, None), (100, None)]


def test_deductions_have_caps_of_their_own() -> None:
    assert counted(base(), deduct(1, 1), deduct(2, 2)) == [
        (6000, None),
        (-200, None),
        (-100, policy.ITEM_FULL),
    ]


def test_a_claim_on_the_day_of_a_credited_session_counts_nothing_on_other_days_it_does() -> None:
    day = session(1, 3, kind="THEME_DAY")
    assert counted(claim(9, 3), day, claim(8, 4)) == [(100, None), (0, policy.SAME_DAY), (100, None)]
    assert counted(claim(9, 3), session(1, 3)) == [(100, None), (100, None)]


def test_a_veto_counts_only_where_the_rules_have_it_and_then_ends_the_year_at_nothing() -> None:
    events = (base(), session(1, 1), veto(1, 2), session(2, 3), deduct(1, 4))
    assert counted(*events)[2:] == [(0, policy.SWITCHED_OFF), (100, None), (-200, None)]
    switched_on = Limits(10000, veto=True)
    lines = counted(*events, limits=switched_on)
    assert lines[2:] == [(-6100, policy.VETOED), (0, policy.VETOED), (0, policy.VETOED)]


EVENTS = st.lists(
    st.builds(
        lambda make, day, stated: (make, day, stated),
        st.sampled_from(["session", "theme", "claim", "deduct", "veto"]),
        st.integers(0, 9),
        st.integers(1, 400),
    ),
    max_size=14,
)


def _built(raw: list[tuple[str, int, int]]) -> list[Event]:
    made = [base()]
    for number, (kind, day, stated) in enumerate(raw, 1):
        made.append(
            {
                "session": session,
                "theme": lambda n, d, s: session(n, d, s, "theme", "THEME_DAY"),
                "claim": claim,
                "deduct": deduct,
                "veto": lambda n, d, _s: veto(n, d),
            }[kind](number, day, stated)
        )
    return made


@given(EVENTS, st.randoms(use_true_random=False), st.booleans())
def test_no_order_of_learning_changes_a_line_and_no_cap_is_ever_exceeded(
    raw: list[tuple[str, int, int]], chance: object, veto_on: bool
) -> None:
    """R63: the date of an event decides, not when it became known."""
    limits = Limits(LIMITS.ceiling, LIMITS.item_caps, LIMITS.category_caps, veto_on)
    events = _built(raw)
    lines = count(events, limits)
    shuffled = list(events)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert count(shuffled, limits) == lines
    score = 0
    items: dict[str, int] = {}
    categories: dict[str, int] = {}
    for line in lines:
        score += line.points
        assert 0 <= score <= limits.ceiling
        assert abs(line.points) <= abs(line.event.stated)
        assert line.points * line.event.stated >= 0
        assert (line.note is None) == (line.points == line.event.stated) or line.note == policy.VETOED
        if line.event.source is not PointSource.VETO:
            items[line.event.item] = items.get(line.event.item, 0) + abs(line.points)
            categories[line.event.category] = categories.get(line.event.category, 0) + abs(line.points)
    assert all(items.get(key, 0) <= cap for key, cap in limits.item_caps.items())
    assert all(categories.get(key, 0) <= cap for key, cap in limits.category_caps.items())

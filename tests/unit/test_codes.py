"""Codes that stand for a session: computed, never stored, and worth nothing elsewhere or later (R25)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services import keyring
from services.arrival import codes
from services.arrival.codes import FORGED

KEY, OTHER = "ab12cd34ef", "zz99yy88xx"
AT = 1_800_000_000
STEP, GRACE = 15, 2


def read(token: str, at: int = AT) -> codes.Proof:
    return codes.read_token(token, at, STEP, GRACE)


# ---- scenes


def test_a_scene_is_short_enough_for_the_platform_and_names_its_session() -> None:
    scene = codes.scene_of(KEY, AT)
    assert (len(scene), scene.isalnum()) == (35, True)
    assert codes.read_scene(scene, AT) == codes.Proof(KEY, "QR")


def test_a_scene_is_stale_after_its_end() -> None:
    proof = codes.read_scene(codes.scene_of(KEY, AT), AT + 1)
    assert proof is not None
    assert (proof.key, proof.fault) == (KEY, "stale")


def test_a_scene_with_another_session_time_or_key_of_the_deployment_is_forged() -> None:
    scene = codes.scene_of(KEY, AT)
    later = f"S{KEY}{AT + 9999:08x}{scene[-16:]}"
    foreign = f"S{OTHER}{scene[11:]}"
    keyring.use(keyring.Keyring("another deployment's secret, also long"))
    for forged in (scene, later, foreign):
        assert codes.read_scene(forged, AT) is FORGED


@pytest.mark.parametrize("scene", ["", "Bk3m9p2qx", "S123", "123456", "S" + "A" * 34])
def test_what_is_no_scene_of_a_session_is_left_to_others(scene: str) -> None:
    assert codes.read_scene(scene, AT) is None


def test_a_card_carries_its_code() -> None:
    assert codes.card_code("Bk3m9p2qx") == "k3m9p2qx"
    for scene in (codes.scene_of(KEY, AT), "B1234567", "BK3M9P2QX", ""):
        assert (codes.card_code(scene) is None) == (scene != "B12345678")


# ---- the rotating code and its twin


@pytest.mark.parametrize(
    ("steps", "fault"), [(-2, "stale"), (-1, ""), (0, ""), (2, ""), (3, "stale"), (100, "stale")]
)
def test_a_token_is_good_for_its_step_and_two_more(steps: int, fault: str) -> None:
    proof = read(codes.token_of(KEY, AT, STEP), AT + steps * STEP)
    assert (proof.key, proof.fault) == (KEY, fault)


def test_a_token_changes_with_its_step() -> None:
    first = AT // STEP * STEP
    assert codes.token_of(KEY, first, STEP) == codes.token_of(KEY, first + STEP - 1, STEP)
    assert codes.token_of(KEY, first, STEP) != codes.token_of(KEY, first + STEP, STEP)


@settings(max_examples=50, deadline=None, database=None)
@given(st.integers(0, 33), st.sampled_from("0123456789abcdefghijklmnopqrstuvwxyz"))
def test_a_token_with_any_other_letter_proves_nothing(place: int, letter: str) -> None:
    token = codes.token_of(KEY, AT, STEP)
    changed = token[:place] + letter + token[place + 1 :]
    assert changed == token or read(changed).fault == "forged"


@pytest.mark.parametrize("text", ["", "党", "x" * 34, "\ud800" * 34, "1" * 1000])
def test_what_is_no_token_proves_nothing(text: str) -> None:
    assert read(text) == FORGED


def test_the_token_inside_a_scanned_address_is_found() -> None:
    token = codes.token_of(KEY, AT, STEP)
    for address in (
        f"https://xuexi.example.cn/c/{token}",
        f"http://127.0.0.1:8000/c/{token}?from=chat",
        f"/c/{token}#x",
    ):
        assert codes.token_in(address) == token
    for address in ("", "https://example.cn/c/short", f"https://example.cn/d/{token}", f"/c/{token}x"):
        assert codes.token_in(address) is None


def test_the_digits_are_the_tokens_twin() -> None:
    digits = codes.digits_now(KEY, AT, STEP)
    assert (len(digits), digits.isdigit()) == (6, True)
    fits = [codes.digits_fit(digits, KEY, AT + steps * STEP, STEP, GRACE) for steps in range(-3, 5)]
    assert fits == [False, False, True, True, True, True, False, False]
    assert not codes.digits_fit(digits, OTHER, AT, STEP, GRACE)


def test_a_meeting_screen_opens_with_its_own_link_alone() -> None:
    link = codes.screen_key(KEY)
    assert codes.opens_screen(KEY, link)
    for offered in ("", link[:-1], codes.screen_key(OTHER), codes.token_of(KEY, AT, STEP), "党", "\udcff"):
        assert not codes.opens_screen(KEY, offered)

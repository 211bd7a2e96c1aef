"""Keys for separate purposes, codes that can be read aloud, phones that only this deployment reads."""

from __future__ import annotations

import pytest

from services import keyring
from services.keyring import ALPHABET, Keyring, random_code

RING, OTHER = Keyring("x" * 40), Keyring("y" * 40)


def test_a_phone_is_sealed_and_only_this_deployment_reads_it() -> None:
    sealed = RING.seal("13800138000")
    assert "138" not in sealed
    assert RING.unseal(sealed) == "13800138000"
    assert OTHER.unseal(sealed) is None


def test_the_same_phone_is_never_sealed_alike() -> None:
    assert RING.seal("13800138000") != RING.seal("13800138000")


def test_fingerprints_and_macs_belong_to_a_purpose_and_a_deployment() -> None:
    assert RING.fingerprint("code") == RING.fingerprint("code") != RING.fingerprint("Code")
    assert RING.fingerprint("code") != RING.mac("code").hex()
    assert RING.fingerprint("code") != OTHER.fingerprint("code")
    assert len(RING.fingerprint("code")) == 64
    assert len(RING.short_mac("scene")) == 16


@pytest.mark.parametrize("odd", ["", "党", "\x00", "\ud800"])
def test_whatever_people_send_has_a_fingerprint(odd: str) -> None:
    assert len(RING.fingerprint(odd)) == 64


def test_a_code_holds_no_letters_that_look_alike() -> None:
    assert len(ALPHABET) == 32
    assert not set("ilou") & set(ALPHABET)
    code = random_code(500)
    assert len(code) == 500
    assert set(code) <= set(ALPHABET)


def test_without_a_keyring_nothing_is_derived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "_current", None)
    with pytest.raises(RuntimeError, match=r"keyring\.use"):
        keyring.current()

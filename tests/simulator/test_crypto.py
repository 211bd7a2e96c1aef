"""The simulator's signer and cipher against the platform's published examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator import crypto

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "wechat-vectors.json").read_text(encoding="utf-8"))
SEALED = [*VECTORS["aes_decrypt"], *VECTORS["aes_encrypt"]]


@pytest.mark.parametrize("vector", VECTORS["url_signature"])
def test_the_address_is_signed_as_published(vector: dict[str, str]) -> None:
    parts = (vector["token"], vector["timestamp"], vector["nonce"])
    assert crypto.sign(*parts) == vector["signature"]


@pytest.mark.parametrize("vector", SEALED)
def test_a_published_ciphertext_is_signed_as_published(vector: dict[str, Any]) -> None:
    parts = (vector["token"], vector["timestamp"], vector["nonce"], vector["encrypt"])
    assert crypto.sign(*parts) == vector["msg_signature"]


@pytest.mark.parametrize("vector", SEALED)
def test_a_published_ciphertext_is_made_from_its_plaintext(vector: dict[str, Any]) -> None:
    key, app_id, random16 = vector["encoding_aes_key"], vector["appid"], vector["random16"]
    sealed = crypto.encrypt(key, app_id, vector["plain"].encode(), random16.encode())
    assert sealed == vector["encrypt"]


@pytest.mark.parametrize("vector", SEALED)
def test_a_published_ciphertext_opens_to_its_plaintext(vector: dict[str, Any]) -> None:
    plain = crypto.decrypt(vector["encoding_aes_key"], vector["appid"], vector["encrypt"])
    assert plain.decode() == vector["plain"]


def test_a_ciphertext_for_another_account_is_refused() -> None:
    vector = VECTORS["aes_encrypt"][0]
    with pytest.raises(crypto.CryptoError, match="another app_id"):
        crypto.decrypt(vector["encoding_aes_key"], "wx0000000000000000", vector["encrypt"])


@pytest.mark.parametrize("sealed", ["", "AAAA", "not base64 at all", "A" * 64])
def test_rubbish_instead_of_a_ciphertext_is_refused(sealed: str) -> None:
    with pytest.raises(crypto.CryptoError):
        crypto.decrypt("A" * 43, "wx", sealed)

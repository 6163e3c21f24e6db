"""Keys and encrypted columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from assistant.kit.crypto import NONCE_BYTES, Encrypted, EncryptedJSON, Keyring

PLAIN = "三眼桥街道春晓里2栋301"


def test_the_key_file_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    made = Keyring.load_or_create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Keyring.load_or_create(path) == made
    assert len({made.data, made.index, made.signing}) == 3


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"data": 1, "index": 2, "signing": 3}', "no json"])
def test_something_else_is_no_key_file_and_stays(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="not a key file"):
        Keyring.load_or_create(path)
    assert path.read_text() == content


def test_the_same_text_is_sealed_differently_and_opened_alike() -> None:
    keyring = Keyring.fresh()
    first, second = keyring.encrypt(PLAIN), keyring.encrypt(PLAIN)
    assert first != second
    assert keyring.decrypt(first) == keyring.decrypt(second) == PLAIN
    assert PLAIN.encode() not in first


@pytest.mark.parametrize("at", [0, NONCE_BYTES, -1])
def test_a_changed_byte_is_noticed(at: int) -> None:
    keyring = Keyring.fresh()
    sealed = bytearray(keyring.encrypt(PLAIN))
    sealed[at] ^= 1
    with pytest.raises(InvalidTag):
        keyring.decrypt(bytes(sealed))


def test_another_key_opens_nothing() -> None:
    with pytest.raises(InvalidTag):
        Keyring.fresh().decrypt(Keyring.fresh().encrypt(PLAIN))


def test_the_blind_index_depends_on_text_purpose_and_key() -> None:
    keyring = Keyring.fresh()
    found = keyring.blind("phone", "+8613900001111")
    assert found == keyring.blind("phone", "+8613900001111")
    assert found != keyring.blind("phone", "+8613900001112")
    assert found != keyring.blind("name", "+8613900001111")
    assert found != Keyring.fresh().blind("phone", "+8613900001111")


def test_columns_hold_bytes_and_give_back_values(keyring: Keyring) -> None:
    text, data = Encrypted(), EncryptedJSON()
    sealed = text.process_bind_param(PLAIN, None)  # type: ignore[arg-type]
    assert isinstance(sealed, bytes)
    assert text.process_result_value(sealed, None) == PLAIN  # type: ignore[arg-type]
    kept = data.process_bind_param({"门": ["东", 1]}, None)  # type: ignore[arg-type]
    assert data.process_result_value(kept, None) == {"门": ["东", 1]}  # type: ignore[arg-type]
    assert text.process_bind_param(None, None) is None  # type: ignore[arg-type]
    assert data.process_result_value(None, None) is None  # type: ignore[arg-type]

"""Personal data at rest: AES-256-GCM for the columns, HMAC-SHA256 as blind index for look-up.

The keys live in a file outside the database (``Settings.keys``), made at first start with mode
0600. Losing it loses the personal data; stealing the database alone reveals none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

NONCE_BYTES = 12


@dataclass(frozen=True)
class Keyring:
    """Three independent 256-bit keys: column encryption, blind index, token signing."""

    data: bytes
    index: bytes
    signing: bytes

    @classmethod
    def fresh(cls) -> Keyring:
        return cls(*(secrets.token_bytes(32) for _ in range(3)))

    @classmethod
    def load_or_create(cls, path: Path) -> Keyring:
        """Read the key file, or make it (mode 0600) when it is not there.

        Raises:
            ValueError: the file is there but is not a key file.
        """
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            keyring = cls.fresh()
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                return cls.load_or_create(path)
            names = {"data": keyring.data, "index": keyring.index, "signing": keyring.signing}
            with os.fdopen(handle, "w") as file:
                json.dump({name: base64.b64encode(key).decode() for name, key in names.items()}, file)
            return keyring
        try:
            raw = json.loads(path.read_text())
            return cls(*(base64.b64decode(raw[name]) for name in ("data", "index", "signing")))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path} is not a key file") from error

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self.data)

    def encrypt(self, plain: str) -> bytes:
        return self.encrypt_bytes(plain.encode())

    def decrypt(self, sealed: bytes) -> str:
        """Raises ``cryptography.exceptions.InvalidTag`` when data or key were changed."""
        return self.decrypt_bytes(sealed).decode()

    def encrypt_bytes(self, plain: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, None)

    def decrypt_bytes(self, sealed: bytes) -> bytes:
        """Raises ``cryptography.exceptions.InvalidTag`` when data or key were changed."""
        return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)

    def blind(self, purpose: str, plain: str) -> bytes:
        """A look-up key (32 bytes): equal for equal text and purpose, useless without the key."""
        return hmac.new(self.index, f"{purpose}\x00{plain}".encode(), hashlib.sha256).digest()


_keyring: Keyring | None = None


def use(keyring: Keyring) -> None:
    """Set the keyring of this process; column types have no other way to reach it."""
    global _keyring
    _keyring = keyring


def keyring() -> Keyring:
    """The keyring of this process. Raises RuntimeError before ``use``."""
    if _keyring is None:
        raise RuntimeError("no keyring: call crypto.use() at start")
    return _keyring


class Encrypted(TypeDecorator[str]):
    """A text column that is AES-GCM in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().encrypt(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else keyring().decrypt(bytes(value))


class EncryptedJSON(TypeDecorator[Any]):
    """A JSON column that is AES-GCM in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().encrypt(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else json.loads(keyring().decrypt(bytes(value)))

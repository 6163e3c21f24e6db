"""The SMS gateway: one signed JSON request a message.

``POST <url>`` with ``{"id", "to", "text", "event"}``; ``X-Yinling-Timestamp`` and ``X-Yinling-Signature``
(``sha256=`` and the hexadecimal HMAC-SHA256 over timestamp, a full stop and the body), ``Idempotency-Key`` the
id. 2xx and 409 (had it before) mean taken, 429 and 5xx try again, any other status never.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import httpx

TIMEOUT_S: Final = 10.0


@dataclass(frozen=True)
class Sent:
    """What the gateway said."""

    result: Literal["sent", "failed", "refused"]
    """``failed``: try again; ``refused``: it will never take this message."""
    retry_after_s: float = 0.0
    """Pause that it asks for."""
    error: str | None = None
    """Kind of error; nothing personal."""


class Gateway:
    """One connection pool to the gateway.

    Args:
        url: where messages are posted.
        secret: shared with the gateway; signs every request.
    """

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret.encode()
        self._http = httpx.AsyncClient(timeout=TIMEOUT_S)

    async def send(self, message: uuid.UUID, to: str, text: str, event: str, now: datetime) -> Sent:
        """Hand over one message; sent again with the same id, the gateway takes it once."""
        body = json.dumps(
            {"id": str(message), "to": to, "text": text, "event": event}, ensure_ascii=False
        ).encode()
        stamp = str(int(now.timestamp()))
        headers = {
            "content-type": "application/json",
            "idempotency-key": str(message),
            "x-yinling-timestamp": stamp,
            "x-yinling-signature": f"sha256={signature(self._secret, stamp, body)}",
        }
        try:
            answer = await self._http.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return Sent("failed", error=type(error).__name__)
        status = answer.status_code
        if answer.is_success or status == httpx.codes.CONFLICT:
            return Sent("sent")
        if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
            return Sent("failed", _pause(answer), f"status {status}")
        return Sent("refused", error=f"status {status}")

    async def close(self) -> None:
        await self._http.aclose()


def signature(secret: bytes, stamp: str, body: bytes) -> str:
    """What the gateway checks before it takes a message."""
    return hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _pause(answer: httpx.Response) -> float:
    """``Retry-After`` in seconds; a date or nonsense counts for nothing."""
    try:
        return max(0.0, float(answer.headers.get("retry-after", "0")))
    except ValueError:
        return 0.0

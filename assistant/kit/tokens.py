"""Signed, scoped tokens for the processes that talk to the API (channels, actions, providers)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from assistant.kit.crypto import Keyring
from assistant.kit.errors import Unauthenticated

ALGORITHM = "HS256"
LIFETIME = timedelta(days=30)
"""Tokens are made anew at every start. A process of ours that lives longer is handed a fresh one in time."""
RENEWAL = "x-yinling-token"
"""Header of an answer that hands a process its fresh token."""

SCOPES: dict[str, frozenset[str]] = {
    "actions": frozenset({"catalog", "people", "orders", "benefits", "tickets", "care"}),
    "channel:phone": frozenset({"turns", "calls"}),
    "channel:telegram": frozenset({"turns", "outbox", "links"}),
    "channel:web": frozenset({"turns"}),
    "channel:console": frozenset({"turns"}),
    "channel:terminal": frozenset({"turns"}),
    "provider": frozenset({"provider-orders"}),
    "metrics": frozenset({"metrics"}),
}
"""Who may call which part of the API."""


@dataclass(frozen=True)
class Bearer:
    """Who holds a token and what it opens."""

    subject: str
    scopes: frozenset[str]
    expires: datetime


def issue(keyring: Keyring, subject: str, now: datetime) -> str:
    """A token for ``subject`` (a key of ``SCOPES``), valid for ``LIFETIME``."""
    claims = {
        "sub": subject,
        "scope": " ".join(sorted(SCOPES[subject])),
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
    }
    return jwt.encode(claims, keyring.signing, ALGORITHM)


def read(keyring: Keyring, token: str, now: datetime) -> Bearer:
    """The bearer of a token.

    Raises:
        Unauthenticated: forged, expired or not a token.
    """
    try:
        claims = jwt.decode(
            token,
            keyring.signing,
            [ALGORITHM],
            options={"verify_exp": False, "verify_iat": False, "require": ["sub", "exp", "scope"]},
        )
    except jwt.InvalidTokenError as error:
        raise Unauthenticated("凭证无效。") from error
    # Expiry is judged by the injected clock, not by the machine's.
    if claims["exp"] < now.timestamp():
        raise Unauthenticated("凭证已过期。")
    expires = datetime.fromtimestamp(claims["exp"], UTC)
    return Bearer(claims["sub"], frozenset(claims["scope"].split()), expires)


def renewed(keyring: Keyring, who: Bearer, now: datetime) -> str | None:
    """A fresh token for a process of ours (actions, channels) past half the life of its own; else None."""
    ours = who.subject == "actions" or who.subject.startswith("channel:")
    return issue(keyring, who.subject, now) if ours and who.expires - now < LIFETIME / 2 else None

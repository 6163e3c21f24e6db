"""The anonymous conversation of a browser: a random name in a signed cookie, nothing else."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

import jwt
from fastapi import Request, Response

from channels.web.refusals import no_session

COOKIE: Final = "yinling_chat"
ALGORITHM: Final = "HS256"
LIFETIME: Final = timedelta(days=7)
"""The cookie goes with the browser window; a copy of it is worthless after a week."""


def fresh() -> str:
    """A conversation that nobody can guess (144 random bits)."""
    return f"web-{secrets.token_urlsafe(18)}"


def conversation(request: Request) -> str | None:
    """The conversation of this browser; None without a cookie, or with a forged or old one."""
    try:
        claims = jwt.decode(
            request.cookies.get(COOKIE, ""),
            _key(request),
            [ALGORITHM],
            options={"verify_exp": False, "require": ["sub", "exp"]},
        )
    except jwt.InvalidTokenError:
        return None
    # Expiry is judged by the injected clock, not by the machine's.
    return str(claims["sub"]) if claims["exp"] > _now(request).timestamp() else None


def required(request: Request) -> str:
    """The conversation of this browser. Raises Refusal without one."""
    found = conversation(request)
    if found is None:
        raise no_session()
    return found


def remember(request: Request, response: Response, name: str) -> None:
    """Give the browser a conversation, until its window is closed."""
    claims = {"sub": name, "exp": int((_now(request) + LIFETIME).timestamp())}
    response.set_cookie(
        COOKIE,
        jwt.encode(claims, _key(request), ALGORITHM),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def _key(request: Request) -> bytes:
    """A key of its own, so that no cookie passes for a token of the API."""
    signing: bytes = request.app.state.context.keyring.signing
    return hmac.digest(signing, b"channels.web cookie", hashlib.sha256)


def _now(request: Request) -> datetime:
    now: datetime = request.app.state.context.clock.now()
    return now

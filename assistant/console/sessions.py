"""Server sessions: a random name in a cookie, its hash in the database, new at every sign-in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from fastapi import Request, Response
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.console.models import Account, ConsoleSession

COOKIE: Final = "yinling_console"
PATH: Final = "/console"
IDLE: Final = timedelta(minutes=30)
"""A page nobody uses signs out; a queue that is open counts as used, for somebody watches it."""
LONGEST: Final = timedelta(hours=12)
"""A long shift; then everybody signs in anew."""
TOUCH: Final = timedelta(minutes=1)
"""How precisely the last use is written down."""


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def begin(
    session: AsyncSession, now: datetime, account: Account, request: Request, response: Response
) -> None:
    """Sign a browser in. Its earlier session ends; a cookie somebody else planted is never taken over."""
    await end(session, request)
    await session.execute(delete(ConsoleSession).where(ConsoleSession.created_at < now - LONGEST))
    token = secrets.token_urlsafe(32)
    session.add(
        ConsoleSession(
            token_hash=_hash(token),
            account_id=account.id,
            csrf=secrets.token_urlsafe(24),
            chat=f"console-{secrets.token_hex(12)}",
            created_at=now,
            seen_at=now,
        )
    )
    response.set_cookie(
        COOKIE, token, path=PATH, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


async def current(
    session: AsyncSession, now: datetime, request: Request
) -> tuple[ConsoleSession, Account] | None:
    """The session of a request and its account; None when there is none, or it is too old."""
    token = request.cookies.get(COOKIE)
    found = await session.get(ConsoleSession, _hash(token)) if token else None
    if found is None or now - found.seen_at > IDLE or now - found.created_at > LONGEST:
        return None
    account = await session.get(Account, found.account_id)
    if account is None:
        return None
    if now - found.seen_at > TOUCH:
        found.seen_at = now
    return found, account


async def end(session: AsyncSession, request: Request) -> None:
    """Sign this browser out."""
    if token := request.cookies.get(COOKIE):
        await session.execute(delete(ConsoleSession).where(ConsoleSession.token_hash == _hash(token)))

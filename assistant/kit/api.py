"""What endpoints share: the context of a request, its session, its bearer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.kit.actor import SYSTEM, Actor
from assistant.kit.clock import Clock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.kit.errors import Forbidden, Invalid, Unauthenticated
from assistant.kit.tokens import RENEWAL, Bearer, read, renewed
from assistant.settings import Settings


@dataclass(frozen=True)
class Context:
    """What one process shares between its requests; hangs on ``app.state.context``."""

    settings: Settings
    database: Database
    clock: Clock
    keyring: Keyring


def context(request: Request) -> Context:
    found: Context = request.app.state.context
    return found


async def session(request: Request) -> AsyncIterator[AsyncSession]:
    """A unit of work around the endpoint, committed before the reply leaves."""
    async with context(request).database.session() as unit:
        yield unit


def clock(request: Request) -> Clock:
    return context(request).clock


def bearer(request: Request, response: Response) -> Bearer:
    """Who calls; a process whose token grows old finds a fresh one in the answer. Raises Unauthenticated."""
    here, who = context(request), holder(request)
    fresh = renewed(here.keyring, who, here.clock.now())
    if fresh is not None:
        response.headers[RENEWAL] = fresh
    return who


def holder(request: Request) -> Bearer:
    """Who calls. Raises Unauthenticated without a valid bearer token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("缺少凭证。")
    here = context(request)
    return read(here.keyring, token, here.clock.now())


def scope(name: str) -> Any:
    """A dependency that lets only bearers of ``name`` pass. Raises Forbidden."""

    def check(who: Annotated[Bearer, Depends(bearer)]) -> Bearer:
        if name not in who.scopes:
            raise Forbidden()
        return who

    checker: Callable[[Bearer], Bearer] = check
    return Depends(checker)


# FastAPI 0.1xx ends "function" dependencies before the response is sent, so that a client that
# has its reply finds its rows committed.
SessionDep = Annotated[AsyncSession, Depends(session, scope="function")]
ClockDep = Annotated[Clock, Depends(clock)]
ContextDep = Annotated[Context, Depends(context)]


def actor(request: Request, x_yinling_actor: Annotated[str | None, Header()] = None) -> Actor:
    """The actor that a trusted process (actions, a channel) names in a header.

    Raises:
        Unauthenticated: no valid token.
        Invalid: the header is not an actor.
    """
    holder(request)
    if x_yinling_actor is None:
        return SYSTEM
    try:
        return Actor.model_validate_json(x_yinling_actor)
    except ValidationError as error:
        raise Invalid("办理人信息不完整。") from error


ActorDep = Annotated[Actor, Depends(actor)]

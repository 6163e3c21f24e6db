"""A person's hand in a running call: over a real server, nothing lost while nobody is connected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from assistant.calls import commands
from assistant.calls.errors import CallOver
from assistant.calls.schemas import CallIn, Command, CommandKind
from assistant.client import Client, Refused
from assistant.kit import tokens
from assistant.kit.audit import AuditEntry
from assistant.kit.clock import SettableClock
from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from tests.browser import served
from tests.world import WORKER

PATIENCE_S = 5


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    with served(app) as url:
        yield url


@pytest.fixture
async def line(address: str, keyring: Keyring, clock: SettableClock) -> AsyncIterator[Client]:
    """A phone process with one call running."""
    client = Client(address, tokens.issue(keyring, "channel:phone", clock.now()))
    await client.begin_call(CallIn(conversation="call-1", carrier="sip", caller="13900001111"))
    yield client
    await client.close()


async def give(database: Database, clock: SettableClock, kind: CommandKind, text: str | None = None) -> int:
    async with database.session() as session:
        return await commands.give(session, clock.now(), WORKER, "call-1", kind, text=text)


async def follow(line: Client, count: int, last: int | None = None) -> list[Command]:
    """The next ``count`` commands of a new connection."""
    found: list[Command] = []
    async with asyncio.timeout(PATIENCE_S):
        async for command in line.call_commands(last):
            found.append(command)
            if len(found) == count:
                break
    return found


async def test_words_arrive_as_they_are_typed(line: Client, database: Database, clock: SettableClock) -> None:
    following = asyncio.create_task(follow(line, 3))
    await give(database, clock, "say", "您稍等，我看一下12:30的")
    await give(database, clock, "mute")
    await give(database, clock, "transfer")
    said, muted, moved = await following
    assert (said.conversation, said.kind, said.text) == ("call-1", "say", "您稍等，我看一下12:30的")
    assert said.speech and "12:30" not in said.speech
    assert [muted.kind, moved.kind] == ["mute", "transfer"]
    assert said.id < muted.id < moved.id


async def test_nothing_is_lost_while_disconnected(
    line: Client, database: Database, clock: SettableClock
) -> None:
    await give(database, clock, "say", "第一句")
    [first] = await follow(line, 1)
    clock.advance(timedelta(minutes=10))
    await give(database, clock, "say", "第二句")
    await give(database, clock, "hangup")
    assert [one.kind for one in await follow(line, 2, first.id)] == ["say", "hangup"]


async def test_a_new_process_does_not_get_what_is_old(
    line: Client, database: Database, clock: SettableClock
) -> None:
    await give(database, clock, "say", "早就说过的")
    clock.advance(commands.FRESH + timedelta(seconds=1))
    await give(database, clock, "say", "刚说的")
    [only] = await follow(line, 1)
    assert only.text == "刚说的"


async def test_a_call_that_has_ended_takes_no_commands(
    line: Client, database: Database, clock: SettableClock
) -> None:
    await line.end_call("call-1", "caller")
    with pytest.raises(CallOver):
        await give(database, clock, "say", "喂")


async def test_commands_are_in_the_audit_without_their_words(
    line: Client, database: Database, clock: SettableClock
) -> None:
    await give(database, clock, "say", "秘密的话")
    async with database.session() as session:
        [entry] = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "call.say"))).all()
    assert entry.actor["kind"] == "worker" and "秘密" not in str(entry.details)


async def test_only_the_phone_process_follows(address: str, keyring: Keyring, clock: SettableClock) -> None:
    client = Client(address, tokens.issue(keyring, "channel:telegram", clock.now()))
    with pytest.raises(Refused) as refused:
        await follow(client, 1)
    assert refused.value.status == 403
    await client.close()

"""Words between processes, over a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from assistant.kit.crypto import Keyring
from assistant.kit.db import Database
from assistant.kit.live import CHANNEL, WAITING, Live, publish

PATIENCE_S = 10


@pytest.fixture
async def plain(server_url: str, keyring: Keyring) -> AsyncIterator[Database]:
    database = Database(server_url)
    yield database
    await database.close()


@pytest.fixture
async def live(server_url: str, keyring: Keyring) -> AsyncIterator[Live]:
    live = Live(server_url)
    yield live
    await live.close()


async def say(database: Database, topic: str, **data: object) -> None:
    async with database.session() as session:
        await publish(session, topic, data)


async def test_every_process_that_listens_hears_its_topic_only(plain: Database, live: Live) -> None:
    other = Live(plain.url)
    async with live.subscribe("web:a") as here, other.subscribe("web:a") as there:
        await say(plain, "web:b", text="别人的")
        await say(plain, "web:a", text="您好")
        for words in (here, there):
            assert await asyncio.wait_for(words.get(), PATIENCE_S) == {"text": "您好"}
            assert words.empty()
    await other.close()


async def test_what_is_rolled_back_is_never_heard(plain: Database, live: Live) -> None:
    async with live.subscribe("web:a") as words:
        with pytest.raises(RuntimeError):
            async with plain.session() as session:
                await publish(session, "web:a", {"n": 1})
                raise RuntimeError
        await say(plain, "web:a", n=2)
        assert await asyncio.wait_for(words.get(), PATIENCE_S) == {"n": 2}


async def test_words_travel_encrypted_and_foreign_ones_are_ignored(plain: Database, live: Live) -> None:
    async with await psycopg.AsyncConnection.connect(plain.url, autocommit=True) as spy:
        await spy.execute(f"LISTEN {CHANNEL}")
        async with live.subscribe("web:a") as words:
            await spy.execute(f"NOTIFY {CHANNEL}, 'not ours'")
            await say(plain, "web:a", text="张秀英")
            assert await asyncio.wait_for(words.get(), PATIENCE_S) == {"text": "张秀英"}
        seen = [notice.payload async for notice in spy.notifies(timeout=1, stop_after=2)]
    assert len(seen) == 2
    assert not any("张秀英" in payload for payload in seen)


async def test_a_lost_connection_is_made_again(plain: Database, live: Live) -> None:
    async with live.subscribe("web:a") as words:
        async with await psycopg.AsyncConnection.connect(plain.url, autocommit=True) as admin:
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
            )
        async with asyncio.timeout(PATIENCE_S):
            heard = asyncio.create_task(words.get())
            while not heard.done():  # what is said while the connection is down is lost
                await say(plain, "web:a", text="还在吗")
                await asyncio.wait([heard], timeout=0.1)
        assert heard.result() == {"text": "还在吗"}


async def test_too_long_is_refused(plain: Database) -> None:
    with pytest.raises(ValueError, match="too long"):
        await say(plain, "web:a", text="长" * 3_000)


async def test_a_reader_that_sleeps_loses_the_oldest(plain: Database, live: Live) -> None:
    async with live.subscribe("web:a") as words, live.subscribe("web:b") as last:
        async with plain.session() as session:
            for n in range(WAITING + 5):
                await publish(session, "web:a", {"n": n})
            await publish(session, "web:b", {})
        await asyncio.wait_for(last.get(), PATIENCE_S)
        assert words.qsize() == WAITING
        assert words.get_nowait() == {"n": 5}

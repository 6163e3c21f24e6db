"""Names of people on record are found in a text, however rare the surname."""

from __future__ import annotations

import uuid

import pytest

from assistant.kit.actor import SYSTEM
from assistant.kit.db import Database
from assistant.people import consents, mentions, service
from assistant.people.coverage import WorkerArea
from assistant.people.schemas import ConsentIn, PersonIn
from tests.world import NOW, WORKER, build

RARE = ("富察永", "矣正明", "那英", "佟丽娅娅")


async def recorded(
    database: Database, *names: str, city: str = "yueyang", street: str | None = None
) -> list[uuid.UUID]:
    async with database.session() as session:
        people = [
            await service.create(
                session, NOW, SYSTEM, PersonIn(kind="senior", name=name, city_code=city, street=street)
            )
            for name in names
        ]
        return [person.id for person, _ in people]


@pytest.mark.parametrize("text", ["明天午餐：{}1份", "下午2点{}助浴", "{}上午来", "陪{}去医院"])
async def test_a_worker_names_seniors_of_any_surname(database: Database, text: str) -> None:
    await build(database)
    ids = await recorded(database, *RARE)
    async with database.session() as session:
        for name, person in zip(RARE, ids, strict=True):
            said = text.format(name)
            (found,) = await mentions.by_worker(session, None, said)
            assert (found.person_id, found.name) == (person, name)
            assert said[found.start : found.end] == name


async def test_of_two_with_one_name_neither_is_taken(database: Database) -> None:
    await build(database)
    await recorded(database, "富察永", "富察永")
    async with database.session() as session:
        (found,) = await mentions.by_worker(session, None, "富察永明天保洁")
    assert found.person_id is None


async def test_a_longer_name_is_not_a_shorter_one(database: Database) -> None:
    await build(database)
    await recorded(database, "王芳", "王芳菲")
    async with database.session() as session:
        found = await mentions.by_worker(session, None, "王芳菲一份，王芳两份")
    assert [each.name for each in found] == ["王芳菲", "王芳"]


async def test_a_worker_names_nobody_who_lives_elsewhere(database: Database) -> None:
    await build(database)
    await recorded(database, "富察永", street="演示街道")
    worker = WORKER.person_id
    assert worker
    async with database.session() as session:
        session.add(WorkerArea(id=uuid.uuid4(), worker_id=worker, city_code="yueyang", street="别的街道"))
        await session.flush()
        assert await mentions.by_worker(session, worker, "富察永明天保洁") == []
        assert await mentions.by_worker(session, None, "富察永明天保洁") != []


async def test_a_delegate_names_only_whom_they_act_for(database: Database) -> None:
    world = await build(database)
    mine, _ = await recorded(database, "矣正明", "富察永")
    async with database.session() as session:
        given = ConsentIn(delegate_id=world.daughter, scopes=["book"], relation="女儿")
        await consents.give(session, NOW, SYSTEM, mine, given)
        found = await mentions.by_delegate(session, NOW, world.daughter, "我爸矣正明上午来，富察永下午来")
    assert [(each.name, each.person_id) for each in found] == [("矣正明", mine)]

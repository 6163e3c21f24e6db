"""Recording, finding and telling of people."""

from __future__ import annotations

import uuid
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.people import keys, names
from tests.world import STRANGER, WORKER, ZHOU, build, post, senior_actor, who


async def test_a_known_number_tells_only_surname_and_title(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    answer = (await post(api, "/v1/people/identify", {"phone": "139 0000 1111"}, STRANGER)).json()
    assert answer["confirmed"] is False
    assert answer["phone"] == "+8613900001111"
    assert answer["person"]["form_of_address"] == "周阿姨"
    assert "桂英" not in str(answer) and "春晓里" not in str(answer)
    viewed = await api.get(f"/v1/people/{world.senior}", headers=who(STRANGER))
    assert viewed.json().keys() == answer["person"].keys()


async def test_a_number_that_two_share_names_nobody(api: httpx.AsyncClient, database: Database) -> None:
    await build(database)
    await post(api, "/v1/people", ZHOU | {"name": "周大山", "gender": "male"})
    answer = (await post(api, "/v1/people/identify", {"phone": "13900001111"})).json()
    assert answer["person"] is None
    assert {one["form_of_address"] for one in answer["candidates"]} == {"周阿姨", "周叔叔"}


async def test_ten_digits_are_refused_in_words(api: httpx.AsyncClient, database: Database) -> None:
    answer = await post(api, "/v1/people/identify", {"phone": "1390000111"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "phone_invalid"
    assert "10位" in answer.json()["message"]


async def test_a_confirmed_person_sees_their_record_and_a_stranger_does_not(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    path = f"/v1/people/{world.senior}"
    mine = await api.get(path, params={"confirmed": True}, headers=who(senior_actor(world.senior)))
    assert mine.json()["name"] == "周桂英"
    assert mine.json()["income"] == "dibao"
    assert mine.json()["age"] == 75
    other = await api.get(path, params={"confirmed": True}, headers=who(senior_actor(world.daughter)))
    assert other.status_code == 403
    assert other.json()["code"] == "consent_needed"


async def test_two_of_one_name_are_told_apart(api: httpx.AsyncClient, database: Database) -> None:
    zhao = ZHOU | {"name": "赵秀兰", "phone": "13900003333"}
    await post(api, "/v1/people", zhao | {"address": "春晓里5号楼201", "birth_year": 1941})
    await post(api, "/v1/people", zhao | {"address": "春晓里7号楼101", "phone": "13900004444"})
    both = (await post(api, "/v1/people/find", {"name": "赵秀兰", "kind": "senior"})).json()
    assert both["apart_by"] == "age"
    assert {one["building"] for one in both["candidates"]} == {"5", "7"}
    one = (await post(api, "/v1/people/find", {"name": "赵秀兰", "building": "五号楼"})).json()
    assert [each["age"] for each in one["candidates"]] == [84]
    assert one["apart_by"] is None


async def test_a_name_is_found_by_its_sound_and_by_surname(
    api: httpx.AsyncClient, database: Database
) -> None:
    await build(database)
    heard = (await post(api, "/v1/people/find", {"name": "周贵英"})).json()["candidates"]
    assert [(one["name"], one["how"]) for one in heard] == [("周桂英", "sound")]
    grandma = (await post(api, "/v1/people/find", {"name": "周", "building": "2栋"})).json()["candidates"]
    assert [(one["name"], one["how"]) for one in grandma] == [("周桂英", "surname")]


async def test_only_workers_search(api: httpx.AsyncClient, database: Database) -> None:
    await build(database)
    answer = await post(api, "/v1/people/find", {"name": "周桂英"}, STRANGER)
    assert answer.status_code == 403
    nothing = await post(api, "/v1/people/find", {"community": "春晓社区"})
    assert nothing.status_code == 422


async def test_the_same_person_is_recorded_once(api: httpx.AsyncClient, database: Database) -> None:
    first = await post(api, "/v1/people", ZHOU)
    again = await post(api, "/v1/people", ZHOU | {"address": "别处"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["created"] is False
    full = (await api.get(f"/v1/people/{first.json()['id']}", headers=who(WORKER))).json()
    assert full["address"] == ZHOU["address"]


async def test_a_change_keeps_old_and_new(
    api: httpx.AsyncClient, database: Database, clock: SettableClock
) -> None:
    world = await build(database)
    clock.advance(timedelta(minutes=1))
    me = senior_actor(world.senior)
    path = f"/v1/people/{world.senior}"
    patch = {"address": "洛王街道秋实里8栋102", "phone": "13900005555", "pace": 0.9}
    changed = await api.patch(path, json=patch, headers=who(me))
    assert changed.status_code == 200
    full = (await api.get(path, headers=who(WORKER))).json()
    assert full["phones"] == ["+8613900005555", "+8613900001111"]
    assert full["pace"] == 0.9
    events = (await api.get(f"{path}/history", headers=who(WORKER))).json()
    assert [event["action"] for event in events] == ["created", "updated"]
    assert events[1]["changes"]["address"] == [ZHOU["address"], patch["address"]]
    assert events[1]["changes"]["phone"] == ["+8613900001111", "+8613900005555"]
    found = (await post(api, "/v1/people/find", {"name": "周桂英", "building": "8栋"})).json()
    assert len(found["candidates"]) == 1


async def test_a_change_by_a_stranger_is_refused(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    path = f"/v1/people/{world.senior}"
    assert (await api.patch(path, json={"address": "别处"}, headers=who(STRANGER))).status_code == 403
    assert (await api.patch(path, json={"birth_year": 1800}, headers=who(WORKER))).status_code == 422
    assert (await api.patch(path, json={"name": None}, headers=who(WORKER))).status_code == 422
    assert (await api.patch(path, json={"nickname": "x"}, headers=who(WORKER))).status_code == 422


async def test_the_last_phone_stays(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    path = f"/v1/people/{world.senior}"
    last = await post(api, f"{path}/phones/forget", {"phone": "13900001111"})
    assert last.json()["code"] == "last_phone"
    await api.patch(path, json={"phone": "13900005555"}, headers=who(WORKER))
    assert (await post(api, f"{path}/phones/forget", {"phone": "13900005555"})).status_code == 200
    assert (await api.get(path, headers=who(WORKER))).json()["phones"] == ["+8613900001111"]
    assert (await post(api, "/v1/people/identify", {"phone": "13900005555"})).json()["candidates"] == []


async def test_nothing_personal_lies_open_in_the_database(database: Database) -> None:
    world = await build(database)
    async with database.session() as session:
        for table in ("persons", "person_phones", "person_events", "audit_entries", "consents"):
            rows = (await session.execute(text(f"SELECT {table}::text FROM {table}"))).scalars().all()
            raw = "\n".join(rows)
            for secret in ("周桂英", "桂英", "13900001111", "春晓里", "dibao", "李小红", "5468E6A182E88BB1"):
                assert secret not in raw
            if table == "persons":
                assert str(world.senior) in raw


async def test_every_change_is_audited(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    await api.patch(f"/v1/people/{world.senior}", json={"address": "别处1号楼"}, headers=who(WORKER))
    await api.get(f"/v1/people/{world.senior}", headers=who(WORKER))
    async with database.session() as session:
        rows = (
            await session.execute(
                text(
                    "SELECT action, actor->>'kind', details FROM audit_entries WHERE for_person = :who ORDER BY id"
                ),
                {"who": world.senior},
            )
        ).all()
    assert [row[0] for row in rows] == ["person.created", "person.updated", "person.viewed"]
    assert {row[1] for row in rows} == {"worker"}
    assert rows[1][2] == {"fields": ["address"]}


async def test_an_unknown_person_is_said(api: httpx.AsyncClient, database: Database) -> None:
    answer = await api.get(f"/v1/people/{uuid.uuid4()}", headers=who(WORKER))
    assert answer.status_code == 404
    assert "没有找到" in answer.json()["message"]


async def test_without_the_scope_nothing_opens(api: httpx.AsyncClient, database: Database) -> None:
    answer = await api.post("/v1/people/identify", json={"phone": "1"}, headers={"authorization": "Bearer x"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("name", "kind", "gender", "age", "said"),
    [
        ("周桂英", "senior", "female", 75, "周阿姨"),
        ("周桂英", "senior", "female", 85, "周奶奶"),
        ("欧阳建国", "senior", "male", 81, "欧阳爷爷"),
        ("欧阳", "senior", "male", None, "欧叔叔"),
        ("李小红", "relative", "female", 45, "李女士"),
        ("王强", "worker", "male", None, "王先生"),
        ("孙平", "senior", None, 70, "孙老师"),
    ],
)
def test_forms_of_address(name: str, kind: str, gender: str | None, age: int | None, said: str) -> None:
    assert names.form_of_address(name, kind, gender, age) == said  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("三眼桥街道春晓里2栋301", "2"),
        ("五号楼", "5"),
        ("十二幢", "12"),
        ("１５号楼", "15"),
        ("村口", None),
        (None, None),
    ],
)
def test_buildings(said: str | None, number: str | None) -> None:
    assert keys.building(said) == number

from __future__ import annotations

import httpx
import pytest

from assistant.kit.db import Database
from tests.benefits.conftest import fill


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    async with database.session() as unit:
        await fill(unit)


async def test_match(api: httpx.AsyncClient) -> None:
    question = {"city": "铁岭", "topic": "适老化改造能补多少", "age": 82, "income": "dibao", "role": "family"}
    answer = await api.post("/v1/benefits/match", json=question)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["found"], found["answers"][0]["fits"]) == (True, "yes")
    assert found["answers"][0]["source_text"] == "铁岭市民政局2023年5月的答复"


@pytest.mark.parametrize(
    "body", [{"age": 200}, {"age": -1}, {"role": "king"}, {"city": "x" * 21}, {"limit": 0}]
)
async def test_what_makes_no_sense_is_refused(api: httpx.AsyncClient, body: dict[str, object]) -> None:
    assert (await api.post("/v1/benefits/match", json=body)).status_code == 422


async def test_the_whole_of_a_city(api: httpx.AsyncClient) -> None:
    found = (await api.get("/v1/benefits", params={"city": "威海"})).json()
    assert {each["who"] for each in found} == {"senior", "family", "worker", "institution"}
    assert (await api.get("/v1/benefits", params={"city": "北京"})).status_code == 404

"""A senior asks for a code by telephone, the relative uses it, the senior is asked at the next call."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import select

from assistant.client import Client
from assistant.kit.db import Database
from assistant.links.models import LinkInvitation
from assistant.people.models import Consent
from tests.links.conftest import Family
from tests.links.helpers import redeem
from tests.talk import Talk


async def invitations(database: Database) -> list[LinkInvitation]:
    async with database.session() as session:
        return list(await session.scalars(select(LinkInvitation)))


@pytest.mark.parametrize("asked", [["我要和女儿绑定"], ["绑定家人", "我女儿"]])
async def test_from_the_wish_to_the_consent(
    phone: Client, channel: httpx.AsyncClient, family: Family, database: Database, asked: list[str]
) -> None:
    talk = Talk(phone.http)
    await talk.start()
    for said in asked:
        heard = await talk(said)
    codes = re.findall(r"\d{6}", heard)
    assert len(codes) == 2 and codes[0] == codes[1], "said twice"
    message = talk.last["messages"][-1]
    assert message["protected"] and not re.search(r"\d|万", message["speech"]), "digit by digit"
    await talk.hang_up()
    assert (await redeem(channel, codes[0]))["state"] == "waiting"
    again = Talk(phone.http)
    await again.start()
    await again("是我")
    await again("可以")
    async with database.session() as session:
        [consent] = (await session.scalars(select(Consent))).all()
    assert (consent.senior_id, consent.relation) == (family.senior, "女儿")


@pytest.mark.parametrize("number", ["13900002222", "13900009999"])
async def test_another_number_gets_no_code(
    phone: Client, family: Family, database: Database, number: str
) -> None:
    talk = Talk(phone.http, caller={"phone": number})
    assert "登记过的电话" in await talk("绑定家人")
    assert await invitations(database) == []


async def test_who_names_nobody_gets_none(phone: Client, family: Family, database: Database) -> None:
    talk = Talk(phone.http)
    await talk("绑定家人")
    await talk("算了")
    assert await invitations(database) == []


@pytest.mark.parametrize(
    "said",
    [
        "有个自称银行的让我把验证码念给他",
        "解除我和前儿媳的绑定",
        "智能手环怎么绑定",
        "我儿子要绑定银行卡",
        "改绑定手机",
    ],
)
async def test_other_things_that_are_bound_get_none(
    phone: Client, family: Family, database: Database, said: str
) -> None:
    await Talk(phone.http)(said)
    assert await invitations(database) == []


async def test_in_writing_there_is_none(phone: Client, family: Family, database: Database) -> None:
    await Talk(phone.http, channel="web")("绑定女儿")
    assert await invitations(database) == []

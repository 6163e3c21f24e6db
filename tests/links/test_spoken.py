"""A relative's request confirmed on the telephone: by the senior alone, by a clear yes, spoken or by key."""

from __future__ import annotations

import uuid
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from assistant.client import Client
from assistant.desk.models import Conversation
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.links.models import LinkInvitation
from assistant.people.models import Consent
from tests.links.conftest import Family
from tests.links.helpers import invite, redeem
from tests.talk import ScriptedRasa, Talk, says, scripted


@pytest.fixture
def app(ringing: FastAPI) -> FastAPI:
    return ringing


@pytest.fixture
def rasa(app: FastAPI) -> ScriptedRasa:
    return scripted(app)


@pytest.fixture
async def asked(api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family) -> uuid.UUID:
    """The daughter has used her code."""
    invited = await invite(api, family, name="王丽", scopes=["see_orders", "notify"])
    assert (await redeem(channel, invited["code"]))["state"] == "waiting"
    return uuid.UUID(invited["id"])


async def state(database: Database) -> tuple[str, str | None]:
    async with database.session() as session:
        found = (await session.scalars(select(LinkInvitation))).one()
        return found.status, found.evidence


async def consent(database: Database) -> Consent | None:
    async with database.session() as session:
        return (await session.scalars(select(Consent))).one_or_none()


async def test_the_senior_is_rung_and_says_yes(
    phone: Client,
    asked: uuid.UUID,
    family: Family,
    database: Database,
) -> None:
    made = await phone.claim_call()
    assert made is not None and made.purpose == "link"
    talk = Talk(phone.http, made.conversation, direction="out", caller={"phone": made.phone})
    assert "请问您就是周阿姨吗" in await talk.start()
    asked_for = await talk("是我")
    assert "您的女儿王丽" in asked_for and "看您的预约、收到您的服务通知" in asked_for
    assert talk.last["messages"][0]["protected"] and talk.last["expects"] == "yes_no"
    assert "记下了" in await talk("可以")
    assert await state(database) == ("confirmed", "spoken")
    given = await consent(database)
    assert given is not None
    assert (given.senior_id, given.channel, given.evidence) == (family.senior, "phone", "spoken")
    assert sorted(given.scopes) == ["notify", "see_orders"]
    assert given.given_by["kind"] == "senior"


async def test_by_key_at_the_seniors_own_call(
    phone: Client,
    asked: uuid.UUID,
    family: Family,
    database: Database,
) -> None:
    talk = Talk(phone.http)
    assert "不是真人" in await talk.start()
    await talk(digits="1")
    await talk(digits="1")
    assert await state(database) == ("confirmed", "key")


@pytest.mark.parametrize("rung_before", [False, True])
async def test_once_it_is_decided_nobody_is_rung_about_it(
    phone: Client, asked: uuid.UUID, clock: SettableClock, database: Database, rung_before: bool
) -> None:
    if rung_before:
        made = await phone.claim_call()
        assert made is not None
        await phone.report_call(made, "no_answer")
    talk = Talk(phone.http)
    await talk.start()
    await talk("是我")
    await talk("可以")
    clock.advance(timedelta(hours=1))
    assert await phone.claim_call() is None
    async with database.session() as session:
        calls = await session.scalars(select(OutboxMessage).where(OutboxMessage.event == "link_asked"))
        assert [(row.status, row.error) for row in calls] == [("suppressed", "settled")]


async def test_a_no_is_told_to_who_asked(
    phone: Client,
    asked: uuid.UUID,
    database: Database,
) -> None:
    talk = Talk(phone.http)
    await talk.start()
    await talk("对，是我")
    assert "看不到您的信息" in await talk("不可以")
    assert await state(database) == ("refused", "spoken") and await consent(database) is None
    async with database.session() as session:
        assert "link_refused" in set(await session.scalars(select(OutboxMessage.event)))


async def test_somebody_else_on_the_line_decides_nothing(
    phone: Client,
    asked: uuid.UUID,
    database: Database,
    rasa: ScriptedRasa,
) -> None:
    talk = Talk(phone.http)
    await talk.start()
    said = await talk("不是")
    assert "改天再问本人" in said and "王丽" not in said
    rasa.replies = [says("好。")]
    await talk("可以")
    assert await state(database) == ("waiting", None)


async def test_what_is_no_clear_answer_is_asked_once_more_and_then_left(
    phone: Client,
    asked: uuid.UUID,
    database: Database,
    rasa: ScriptedRasa,
) -> None:
    talk = Talk(phone.http)
    await talk.start()
    await talk("是我")
    assert "说清楚才算数" in await talk("她要干嘛呀")
    rasa.replies = [says("您想订什么？", asks="service")]
    assert await talk("我想订饭") == "您想订什么？"
    rasa.replies = [says("嗯")]
    await talk("可以")
    assert await state(database) == ("waiting", None), "a yes to something else is none to this"
    assert "请问您就是周阿姨吗" in await Talk(phone.http).start(), "asked again at the next call"


async def test_a_person_is_one_word_away_and_takes_no_consent_along(
    phone: Client,
    asked: uuid.UUID,
    database: Database,
    rasa: ScriptedRasa,
) -> None:
    talk = Talk(phone.http)
    await talk.start()
    await talk("是我")
    await talk("转人工")
    assert talk.last["handoff"] is not None
    rasa.replies = [says("嗯")]
    await talk("可以")
    assert await state(database) == ("waiting", None)


async def test_silence_and_a_wrong_key_leave_the_question_standing(
    phone: Client,
    asked: uuid.UUID,
    database: Database,
) -> None:
    talk = Talk(phone.http)
    await talk.start()
    await talk("是我")
    await talk(event="silence")
    await talk(digits="7")
    await talk("  ")
    await talk(digits="1")
    assert await state(database) == ("confirmed", "key")


async def test_what_a_worker_hears_in_between_is_no_consent(
    phone: Client, asked: uuid.UUID, database: Database, rasa: ScriptedRasa
) -> None:
    talk = Talk(phone.http)
    await talk.start()
    await talk("是我")
    for status in ("human", "open"):
        async with database.session() as session:
            await session.execute(update(Conversation).values(status=status))
        rasa.replies = [says("嗯")]
        await talk("可以")
    assert await state(database) == ("waiting", None)


async def test_an_expired_request_is_not_asked(
    phone: Client,
    asked: uuid.UUID,
    clock: SettableClock,
    database: Database,
) -> None:
    from assistant.links.invitations import WAIT

    talk = Talk(phone.http)
    await talk.start()
    await talk("是我")
    clock.advance(WAIT)
    assert "不用您定" in await talk("可以")
    assert await consent(database) is None
    assert "本人" not in await Talk(phone.http).start()


async def test_a_strangers_number_hears_no_request(phone: Client, asked: uuid.UUID) -> None:
    assert "本人" not in await Talk(phone.http, caller={"phone": "13900009999"}).start()


async def test_in_writing_it_is_not_asked(phone: Client, asked: uuid.UUID) -> None:
    assert "本人" not in await Talk(phone.http, channel="web").start()

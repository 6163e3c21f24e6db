"""Linking: a code, the senior's yes, several of each, refusal, guessing, leaving."""

from __future__ import annotations

import uuid
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, text

from assistant.kit.actor import Actor
from assistant.kit.audit import AuditEntry
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.people.models import Person
from tests.links.conftest import CHAT, Family
from tests.links.helpers import acting, decide, invite, link, redeem, who

WORKER = Actor(kind="worker", channel="console", person_id=uuid.UUID(int=7))


async def test_a_code_gives_nothing_before_the_senior_says_yes(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family
) -> None:
    invited = await invite(api, family)
    used = await redeem(channel, invited["code"])
    assert used["state"] == "waiting"
    assert used["senior"]["form_of_address"] == "周阿姨"
    before = await who(channel)
    assert before["person"] is None and before["seniors"] == []
    assert [one["senior"]["form_of_address"] for one in before["waiting"]] == ["周阿姨"]

    asked = (await api.get("/v1/links/invitations", params={"senior_id": str(family.senior)})).json()
    assert [(one["id"], one["delegate_name"], one["relation"]) for one in asked] == [
        (invited["id"], "丽丽", "女儿")
    ]
    assert (await decide(api, invited["id"], family.as_senior, evidence="key")).status_code == 200
    after = await who(channel)
    assert after["person"]["kind"] == "relative"
    assert [(one["name"], one["relation"]) for one in after["seniors"]] == [("周桂英", "女儿")]
    assert after["waiting"] == []


async def test_the_senior_is_called_and_the_relative_is_told(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family, database: Database
) -> None:
    await link(api, channel, family)
    async with database.session() as session:
        rows = (await session.scalars(select(OutboxMessage))).all()
        entries = set(await session.scalars(select(AuditEntry.action)))
    assert {(row.kind, row.event, row.recipient) for row in rows} == {
        ("call", "link_asked", f"person:{family.senior}"),
        ("telegram", "link_confirmed", f"person:{family.daughter}"),
    }
    assert {"link.invited", "link.asked", "link.confirmed"} <= entries


async def test_a_relative_on_record_is_not_recorded_twice(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family, database: Database
) -> None:
    await link(api, channel, family)
    assert (await who(channel))["person"]["id"] == str(family.daughter)
    async with database.session() as session:
        assert len((await session.scalars(select(Person.id))).all()) == 2


async def test_a_worker_on_record_may_confirm_a_stranger_may_not(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family
) -> None:
    invited = await invite(api, family)
    await redeem(channel, invited["code"])
    stranger = Actor(kind="relative", channel="telegram", person_id=family.daughter)
    for yes in (True, False):
        assert (await decide(api, invited["id"], stranger, yes=yes)).status_code == 403
    assert (await decide(api, invited["id"], WORKER, evidence="written")).status_code == 200
    assert (await who(channel))["seniors"]


async def test_only_the_senior_or_a_worker_gets_a_code(api: httpx.AsyncClient, family: Family) -> None:
    other = Actor(kind="relative", channel="phone", person_id=family.daughter)
    answer = await api.post(
        "/v1/links/invitations",
        json={"senior_id": str(family.senior), "relation": "女儿"},
        headers=acting(other),
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "not_theirs")


async def test_the_channel_can_neither_make_nor_confirm_codes(
    channel: httpx.AsyncClient, family: Family
) -> None:
    body = {"senior_id": str(family.senior), "relation": "女儿"}
    assert (await channel.post("/v1/links/invitations", json=body)).status_code == 403
    path = f"/v1/links/invitations/{uuid.uuid4()}/decision"
    assert (await channel.post(path, json={"yes": True})).status_code == 403


async def test_a_code_works_once_and_for_one_chat(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family
) -> None:
    invited = await invite(api, family)
    assert (await redeem(channel, invited["code"]))["state"] == "waiting"
    assert (await redeem(channel, invited["code"]))["state"] == "waiting"  # the same update again
    assert (await redeem(channel, invited["code"], chat=CHAT + 1))["state"] == "wrong"
    assert (await decide(api, invited["id"], family.as_senior)).status_code == 200
    assert (await redeem(channel, invited["code"]))["state"] == "wrong"


async def test_a_code_dies_after_fifteen_minutes(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family, clock: SettableClock
) -> None:
    invited = await invite(api, family)
    clock.advance(timedelta(minutes=15))
    assert (await redeem(channel, invited["code"]))["state"] == "wrong"


async def test_guessing_is_stopped_and_the_right_code_is_of_no_use_then(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family, clock: SettableClock
) -> None:
    invited = await invite(api, family)
    wrong = f"{(int(invited['code']) + 1) % 1_000_000:06d}"
    assert [(await redeem(channel, wrong))["state"] for _ in range(6)] == ["wrong"] * 5 + ["locked"]
    assert (await redeem(channel, invited["code"]))["state"] == "locked"
    assert (await redeem(channel, invited["code"], chat=CHAT + 1))["state"] == "waiting"
    clock.advance(timedelta(minutes=16))
    assert (await redeem(channel, wrong))["state"] == "wrong"


async def test_a_refusal_gives_nothing_and_is_told(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family, database: Database
) -> None:
    invited = await invite(api, family)
    await redeem(channel, invited["code"])
    assert (await decide(api, invited["id"], family.as_senior, yes=False)).json()["status"] == "refused"
    assert (await who(channel)) == {"person": None, "seniors": [], "waiting": []}
    assert (await decide(api, invited["id"], family.as_senior)).status_code == 409
    async with database.session() as session:
        assert "link_refused" in set(await session.scalars(select(OutboxMessage.event)))


async def test_an_answer_that_comes_days_late_is_over(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family, clock: SettableClock
) -> None:
    invited = await invite(api, family)
    await redeem(channel, invited["code"])
    clock.advance(timedelta(hours=48))
    answer = await decide(api, invited["id"], family.as_senior)
    assert (answer.status_code, answer.json()["code"]) == (409, "invitation_over")


async def test_several_relatives_of_a_senior_and_one_more_senior(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family, database: Database
) -> None:
    await link(api, channel, family)
    son = await invite(api, family, relation="儿子", name="王强")
    await redeem(channel, son["code"], chat=CHAT + 1)
    await decide(api, son["id"], family.as_senior)
    created = await api.post(
        "/v1/people", json={"name": "王建国", "gender": "male", "birth_year": 1946, "city_code": "yueyang"}
    )
    father = Family(uuid.UUID(created.json()["id"]), family.daughter)
    second = await invite(api, father)
    await redeem(channel, second["code"])
    await decide(api, second["id"], father.as_senior)

    assert sorted(one["name"] for one in (await who(channel))["seniors"]) == ["周桂英", "王建国"]
    assert [one["name"] for one in (await who(channel, CHAT + 1))["seniors"]] == ["周桂英"]
    async with database.session() as session:
        assert "王强" in set(await session.scalars(select(Person.name)))


@pytest.mark.parametrize("one", [True, False])
async def test_leaving_ends_the_consents_at_once(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family, database: Database, one: bool
) -> None:
    await link(api, channel, family)
    body = {"chat": CHAT, "senior_id": str(family.senior) if one else None}
    assert (await channel.post("/v1/links/leave", json=body)).json() == {"seniors": 1}
    after = await who(channel)
    assert after["seniors"] == []
    assert (after["person"] is None) is not one
    async with database.session() as session:
        told = select(OutboxMessage.recipient).where(OutboxMessage.event == "link_left")
        assert list(await session.scalars(told)) == [f"person:{family.senior}"]


async def test_a_new_chat_takes_the_place_of_the_old_one(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family
) -> None:
    await link(api, channel, family)
    await link(api, channel, family, chat=CHAT + 1)
    assert (await who(channel))["person"] is None
    assert (await who(channel, CHAT + 1))["person"]["id"] == str(family.daughter)


async def test_an_unconfirmed_chat_cannot_end_the_consents_of_whom_it_claims_to_be(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family
) -> None:
    await link(api, channel, family)
    invited = await invite(api, family, delegate_id=str(family.daughter))
    await redeem(channel, invited["code"], chat=CHAT + 1)
    left = await channel.post("/v1/links/leave", json={"chat": CHAT + 1, "senior_id": None})
    assert left.json() == {"seniors": 0}
    assert (await who(channel))["seniors"]


async def test_a_senior_links_their_own_chat(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family
) -> None:
    invited = await invite(api, family, relation="本人", delegate_id=str(family.senior))
    await redeem(channel, invited["code"])
    assert (await decide(api, invited["id"], family.as_senior)).status_code == 200
    assert (await who(channel))["person"]["id"] == str(family.senior)


async def test_neither_chat_nor_code_nor_name_stands_in_the_database(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family, database: Database
) -> None:
    invited = await invite(api, family, name="王丽丽")
    await redeem(channel, invited["code"])
    async with database.session() as session:
        for table in ("telegram_links", "link_invitations", "outbox", "audit_entries"):
            rows = (await session.execute(text(f"SELECT t::text FROM {table} t"))).scalars().all()
            assert rows
            for secret in (str(CHAT), invited["code"], "王丽丽"):
                spellings = (secret, secret.encode().hex())
                assert not any(spelling in row for row in rows for spelling in spellings), (table, secret)

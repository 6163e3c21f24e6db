"""Calls that the service makes: taken by one process, tried three times in allowed hours, then the next way."""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from assistant.calls import outbound
from assistant.calls.models import OutboundCall
from assistant.calls.outbound import Order
from assistant.calls.schemas import CallIn, EntryIn, Outbound
from assistant.client import Client, Refused
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.people import consents
from assistant.tickets.models import Ticket
from tests import arrange
from tests.world import WORKER, World


async def order(
    database: Database, clock: SettableClock, world: World, key: str = "checkin:1", **more: Any
) -> None:
    async with database.session() as session:
        asked = Order(key=key, purpose="checkin", city="yueyang", person_id=world.senior, **more)
        await outbound.place(session, clock.now(), asked)


async def row(database: Database) -> OutboundCall:
    async with database.session() as session:
        return (await session.scalars(select(OutboundCall))).one()


async def letter(
    database: Database, clock: SettableClock, person: uuid.UUID, about: uuid.UUID, **more: Any
) -> None:
    facts = {"kind": "call", "event": "order.rejected", "number": "YL25061203"} | more
    await arrange.message(database, clock.now(), person, about, "order:1:rejected", **facts)


async def message(database: Database) -> OutboxMessage:
    async with database.session() as session:
        return (
            await session.scalars(select(OutboxMessage).where(OutboxMessage.event == "order.rejected"))
        ).one()


async def must_claim(phone: Client) -> Outbound:
    made = await phone.claim_call()
    assert made is not None
    return made


async def talk(
    phone: Client, made: Outbound, *, heard: str | None = "我挺好", ended_by: Any = "caller"
) -> None:
    await phone.report_call(made, "answered")
    await phone.begin_call(
        CallIn(
            conversation=made.conversation,
            direction="out",
            carrier="sip",
            caller=made.phone,
            outbound=made.id,
        )
    )
    if heard:
        await phone.add_entry(made.conversation, EntryIn(number=0, heard=heard))
    await phone.end_call(made.conversation, ended_by)


async def test_one_process_gets_a_call(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await order(database, clock, world)
    await order(database, clock, world)
    found = [made for made in await asyncio.gather(*(phone.claim_call() for _ in range(4))) if made]
    assert len(found) == 1
    assert (found[0].phone, found[0].purpose, found[0].attempt) == ("+8613900001111", "checkin", 1)
    assert "岳阳" in found[0].machine_message and "周" not in found[0].machine_message


async def test_three_tries_with_growing_pauses_then_unreached(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await order(database, clock, world)
    seen = set()
    for pause in (timedelta(minutes=10), timedelta(minutes=40), None):
        made = await must_claim(phone)
        seen.add(made.conversation)
        await phone.report_call(made, "no_answer")
        assert await phone.claim_call() is None
        if pause is not None:
            clock.advance(pause - timedelta(seconds=1))
            assert await phone.claim_call() is None
            clock.advance(timedelta(seconds=1))
    assert len(seen) == 3
    call = await row(database)
    assert (call.status, call.attempts, call.last_result) == ("unreached", 3, "no_answer")


async def test_a_busy_line_is_tried_again_soon(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await order(database, clock, world)
    await phone.report_call(await must_claim(phone), "busy")
    clock.advance(outbound.SOON)
    assert (await must_claim(phone)).attempt == 2


@pytest.mark.parametrize("hour", [21, 23, 6])
async def test_never_in_quiet_hours(
    phone: Client, database: Database, clock: SettableClock, world: World, hour: int
) -> None:
    clock.set(datetime(2025, 6, 11, hour, 45))
    await order(database, clock, world)
    assert await phone.claim_call() is None
    clock.set(datetime(2025, 6, 12 if hour > 12 else 11, 7, 0))
    assert await phone.claim_call() is not None


async def test_a_second_try_that_falls_into_quiet_hours_waits_for_the_morning(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    clock.set(datetime(2025, 6, 11, 21, 25))
    await order(database, clock, world)
    await phone.report_call(await must_claim(phone), "no_answer")
    assert (await row(database)).due_at == SettableClock(datetime(2025, 6, 12, 7, 0)).now()


async def test_an_emergency_is_told_at_night(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    clock.set(datetime(2025, 6, 11, 23, 0))
    await order(database, clock, world, urgent=True)
    assert await phone.claim_call() is not None


async def test_a_process_that_dies_while_it_rings_loses_nothing(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await order(database, clock, world)
    dead = await must_claim(phone)
    clock.advance(outbound.LEASE)
    assert await phone.claim_call() is None, "the pause after a failure"
    clock.advance(outbound.BACK_OFF[0])
    living = await must_claim(phone)
    await phone.report_call(dead, "answered")
    assert (await row(database)).status == "taken", "a report of the dead one changes nothing"
    await phone.report_call(living, "answered")
    assert (await row(database)).status == "answered"


async def test_what_was_told_is_sent(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await letter(database, clock, world.senior, world.senior)
    made = await must_claim(phone)
    assert made.purpose == "notice" and (await message(database)).status == "sending"
    await talk(phone, made)
    assert (await message(database)).status == "sent"


async def test_an_answering_machine_is_nobody(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await order(database, clock, world)
    made = await must_claim(phone)
    await phone.report_call(made, "answered")
    await phone.report_call(made, "answering_machine")
    call = await row(database)
    assert (call.status, call.last_result) == ("waiting", "answering_machine")


async def test_a_machine_known_after_the_call_is_nobody_either(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await letter(database, clock, world.senior, world.senior)
    made = await must_claim(phone)
    await talk(phone, made, heard=None)
    assert (await message(database)).status == "sent"
    await phone.report_call(made, "answering_machine")
    call = await row(database)
    assert (call.status, call.closed_at, (await message(database)).status) == ("waiting", None, "sending")
    clock.advance(outbound.BACK_OFF[0])
    await talk(phone, await must_claim(phone))
    assert (await message(database)).status == "sent"


async def test_a_line_that_broke_before_a_word_is_tried_again(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await order(database, clock, world)
    await talk(phone, await must_claim(phone), heard=None, ended_by="lost")
    assert (await row(database)).status == "waiting"


async def test_what_nobody_answered_goes_by_sms(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await letter(database, clock, world.senior, world.senior)
    for _ in range(3):
        await phone.report_call(await must_claim(phone), "no_answer")
        clock.advance(timedelta(hours=1))
    found = await message(database)
    assert (found.kind, found.status, found.error) == ("sms", "pending", "call: no_answer")
    async with database.session() as session:
        [ticket] = (await session.scalars(select(Ticket))).all()
    assert (ticket.kind, ticket.person_id, ticket.caller_phone) == (
        "callback",
        world.senior,
        "+8613900001111",
    )
    assert "请告诉对方：您的服务" in ticket.summary, "no gateway here: a person tells her"


async def test_a_relative_whose_consent_has_ended_is_not_rung(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    consent = await arrange.consent(database, clock.now(), world.senior, world.daughter, "notify")
    await letter(database, clock, world.daughter, world.senior)
    clock.advance(timedelta(seconds=1))
    async with database.session() as session:
        await consents.revoke(session, clock.now(), WORKER, world.senior, consent.id)
    assert await phone.claim_call() is None
    assert (await message(database)).status == "suppressed"


async def test_a_consent_that_ends_while_the_call_waits_counts(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    consent = await arrange.consent(database, clock.now(), world.senior, world.daughter, "notify")
    await letter(database, clock, world.daughter, world.senior)
    await phone.report_call(await must_claim(phone), "no_answer")
    clock.advance(timedelta(minutes=30))
    async with database.session() as session:
        await consents.revoke(session, clock.now(), WORKER, world.senior, consent.id)
    assert await phone.claim_call() is None
    assert (await message(database)).status == "suppressed"


async def test_nobody_is_rung_who_is_on_the_telephone_with_us(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await order(database, clock, world)
    await phone.begin_call(CallIn(conversation="call-1", carrier="sip", caller="13900001111"))
    assert await phone.claim_call() is None
    await phone.end_call("call-1", "caller")
    assert await phone.claim_call() is not None


async def test_after_a_day_nobody_is_rung(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await order(database, clock, world)
    clock.advance(outbound.GIVE_UP)
    assert await phone.claim_call() is None
    assert (await row(database)).status == "unreached"


async def test_a_recall_closes_its_ticket_when_somebody_speaks(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await phone.turn_away("call-7", "13900001111")
    clock.advance(outbound.SOON)
    made = await must_claim(phone)
    assert made.purpose == "recall"
    await talk(phone, made)
    async with database.session() as session:
        assert (await session.scalars(select(Ticket.status))).all() == ["done"]


async def test_an_installation_without_a_trunk_rings_nobody(
    phone: Client, database: Database, clock: SettableClock, world: World, app: FastAPI
) -> None:
    await order(database, clock, world)
    app.state.context.settings.outbound_calls = False
    assert await phone.claim_call() is None


async def test_an_unknown_call_cannot_be_reported(
    phone: Client, database: Database, clock: SettableClock, world: World
) -> None:
    await order(database, clock, world)
    made = await must_claim(phone)
    wrong = made.model_copy(update={"id": world.senior})
    with pytest.raises(Refused) as refused:
        await phone.report_call(wrong, "answered")
    assert refused.value.code == "outbound_not_found"

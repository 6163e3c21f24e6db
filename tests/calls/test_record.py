"""The record of a call on a real database: written once, encrypted, closed when its process died."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from assistant.calls import service, views
from assistant.calls.errors import CallNotFound
from assistant.calls.models import Call, CallEntry
from assistant.calls.schemas import CallIn, EntryIn
from assistant.client import Client, Refused
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.quiet import QuietHours
from assistant.tickets.models import Ticket
from tests.world import World

QUIET = QuietHours("21:30-07:00")
RUNG = CallIn(
    conversation="call-1", carrier="sip", process="phone-1", caller="139 0000 1111", dialled="hotline"
)


async def counted(database: Database, table: type) -> int:
    async with database.session() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_call_is_kept_with_all_that_was_heard_and_said(
    phone: Client, database: Database, world: World
) -> None:
    await phone.begin_call(RUNG)
    turn = EntryIn(
        number=0,
        heard="我想订明天的午饭",
        confidence=0.62,
        alternatives=["我想定明天的午饭"],
        said="好的，订几份？",
        decisions={"second_hearing": "used"},
        timings={"endpoint": 420.0, "desk": 88.5, "first_audio": 61.0},
    )
    await phone.add_entry("call-1", turn)
    await phone.add_entry("call-1", EntryIn(number=1, kind="digits", digits="1"))
    await phone.end_call("call-1", "caller", why="BYE")
    async with database.session() as session:
        [summary] = await views.of_person(session, world.senior)
        call = await views.one(session, summary.id)
    assert (call.turns, call.ended_by, call.why, call.phone) == (2, "caller", "BYE", "+8613900001111")
    assert call.ended_at is not None
    first, second = call.entries
    assert (first.heard, first.alternatives, first.confidence) == (turn.heard, turn.alternatives, 0.62)
    assert (first.decisions, first.timings) == (turn.decisions, turn.timings)
    assert second.digits == "1"


async def test_the_same_report_twice_is_one_row(phone: Client, database: Database) -> None:
    assert await phone.begin_call(RUNG) == await phone.begin_call(RUNG)
    for said in ("第一次", "重发"):
        await phone.add_entry("call-1", EntryIn(number=7, said=said))
    await phone.end_call("call-1", "caller")
    await phone.end_call("call-1", "error")
    assert (await counted(database, Call), await counted(database, CallEntry)) == (1, 1)
    async with database.session() as session:
        assert await session.scalar(select(Call.ended_by)) == "caller"
        assert await session.scalar(select(CallEntry.said)) == "第一次"


async def test_numbers_and_words_are_not_readable_in_the_database(phone: Client, database: Database) -> None:
    await phone.begin_call(RUNG)
    await phone.add_entry(
        "call-1", EntryIn(number=0, heard="我胸口疼", alternatives=["胸口闷"], digits="13900001111")
    )
    async with database.session() as session:
        rows = (
            (await session.execute(text("SELECT c::text || e::text FROM calls c, call_entries e")))
            .scalars()
            .all()
        )
    plain = " ".join(rows)
    assert rows
    for secret in ("胸口", "13900001111"):
        assert secret not in plain and secret.encode().hex() not in plain


async def test_the_number_that_we_dialled_is_not_readable_either(phone: Client, database: Database) -> None:
    await phone.begin_call(RUNG.model_copy(update={"direction": "out", "dialled": "13900001111"}))
    async with database.session() as session:
        call = await service.find(session, "call-1")
    assert (call.dialled, call.phone) == (None, "+8613900001111")


async def test_calls_are_found_by_number_and_by_city(phone: Client, database: Database) -> None:
    await phone.begin_call(RUNG)
    await phone.begin_call(CallIn(conversation="call-2", carrier="sip", caller=None, city="zhuzhou"))
    async with database.session() as session:
        assert [one.conversation for one in await views.of_number(session, "13900001111")] == ["call-1"]
        assert [one.conversation for one in await views.running(session, "zhuzhou")] == ["call-2"]
        assert [one.conversation for one in await views.running(session, "yueyang")] == ["call-1"]


async def test_a_withheld_number_is_nobody(phone: Client, database: Database, world: World) -> None:
    await phone.begin_call(CallIn(conversation="call-3", carrier="sip", caller="anonymous"))
    async with database.session() as session:
        call = await service.find(session, "call-3")
    assert (call.phone, call.phone_key, call.person_id) == ("anonymous", None, None)


async def test_what_a_dead_process_left_open_is_closed(phone: Client, database: Database) -> None:
    await phone.begin_call(RUNG)
    await phone.begin_call(RUNG.model_copy(update={"conversation": "call-2", "process": "phone-2"}))
    assert await phone.abandon_calls("phone-1") == 1
    assert await phone.abandon_calls("phone-1") == 0
    async with database.session() as session:
        ended = {one.conversation: one.ended_by for one in await session.scalars(select(Call))}
    assert ended == {"call-1": "lost", "call-2": None}


async def test_a_call_without_a_sign_of_life_is_over(
    phone: Client, database: Database, clock: SettableClock
) -> None:
    await phone.begin_call(RUNG)
    clock.advance(timedelta(minutes=20))
    await phone.add_entry("call-1", EntryIn(number=0, kind="silence"))
    clock.advance(timedelta(minutes=20))
    async with database.session() as session:
        assert await service.close_silent(session, clock.now(), QUIET) == 0
    clock.advance(timedelta(minutes=11))
    async with database.session() as session:
        assert await service.close_silent(session, clock.now(), QUIET) == 1


async def test_an_unknown_call_is_not_found(phone: Client, database: Database) -> None:
    with pytest.raises(Refused) as refused:
        await phone.add_entry("call-9", EntryIn(number=0))
    assert (refused.value.status, refused.value.code) == (404, CallNotFound.code)


async def test_who_was_turned_away_gets_a_ticket_and_a_call(
    phone: Client, database: Database, world: World
) -> None:
    number = await phone.turn_away("call-7", "13900001111")
    assert number is not None and await phone.turn_away("call-7", "13900001111") == number
    made = await phone.claim_call()
    assert made is None, "not before some minutes have passed"
    assert await counted(database, Ticket) == 1
    assert await phone.turn_away("call-8", None) is None

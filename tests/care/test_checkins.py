"""Check-ins from the agreement to the relative who is told, on a real database, with the phone process's own API."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from assistant.calls.schemas import CallIn, EntryIn, Outbound
from assistant.care import rounds, service
from assistant.care.errors import NoWay, TooEarlyOrLate
from assistant.care.models import Checkin, CheckinPlan
from assistant.care.schemas import PlanIn
from assistant.client import Client
from assistant.kit.actor import Actor
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.errors import Forbidden
from assistant.kit.outbox import OutboxMessage
from assistant.links.models import TelegramLink
from assistant.links.repository import chat_key
from assistant.orders.models import Order
from assistant.settings import Settings
from assistant.tickets.models import Ticket
from tests.talk import ScriptedRasa, Talk, says
from tests.world import WORKER, World, lunch, post, senior_actor

WELL, UNWELL = "挺好的吃得下睡得着", "今天不太舒服没胃口"


@pytest.fixture(autouse=True)
def understanding(rasa: ScriptedRasa) -> None:
    rasa.intents = {WELL: "checkin_ok", UNWELL: "checkin_bad"}


async def clockwork(database: Database, clock: SettableClock, config: Settings) -> None:
    """What the worker does every minute."""
    await rounds.begin(database, clock.now(), config)
    await rounds.follow_up(database, clock.now(), config)
    await rounds.ask_after_meals(database, clock.now(), config)


async def state(database: Database) -> list[str]:
    async with database.session() as session:
        return list(await session.scalars(select(Checkin.status).order_by(Checkin.asked_at)))


async def told(database: Database) -> set[tuple[str, str]]:
    """Event and recipient of every notice about a check-in."""
    async with database.session() as session:
        rows = await session.scalars(select(OutboxMessage).where(OutboxMessage.event.like("checkin%")))
        return {(row.event, row.recipient) for row in rows}


async def tickets(database: Database) -> list[Ticket]:
    async with database.session() as session:
        return list(await session.scalars(select(Ticket).where(Ticket.kind == "checkin")))


async def pick_up(phone: Client, made: Outbound) -> Talk:
    """The call is answered: its record is begun and the assistant has greeted."""
    await phone.report_call(made, "answered")
    call = CallIn(
        conversation=made.conversation, direction="out", carrier="sip", caller=made.phone, outbound=made.id
    )
    await phone.begin_call(call)
    talk = Talk(phone.http, made.conversation, direction="out", caller={"phone": made.phone})
    await talk.start()
    return talk


async def rung(phone: Client) -> Outbound:
    made = await phone.claim_call()
    assert made is not None
    return made


@pytest.mark.parametrize(("said", "status", "relatives"), [(WELL, "ok", 0), (UNWELL, "bad", 1)])
async def test_a_senior_is_rung_at_the_agreed_time_and_answers(
    phone: Client,
    database: Database,
    clock: SettableClock,
    config: Settings,
    plan: World,
    rasa: ScriptedRasa,
    said: str,
    status: str,
    relatives: int,
) -> None:
    clock.set(datetime(2025, 6, 11, 8, 59))
    await clockwork(database, clock, config)
    assert await phone.claim_call() is None
    clock.set(datetime(2025, 6, 11, 9, 0))
    await clockwork(database, clock, config)
    await clockwork(database, clock, config)
    made = await rung(phone)
    assert made.purpose == "checkin"
    talk = await pick_up(phone, made)
    greeting = " ".join(one["text"] for one in talk.last["messages"])
    assert "周阿姨" in greeting and "不是真人" in greeting and "您今天身体怎么样" in greeting
    rasa.replies = [says("知道了。")]
    await talk(said)
    assert rasa.got[-1][1]["asked"] == "checkin"
    assert await state(database) == [status]
    daughter = f"person:{plan.daughter}"
    assert await told(database) == ({("checkin_bad", daughter)} if relatives else set())


async def test_who_asks_back_first_can_still_answer(
    phone: Client, database: Database, clock: SettableClock, config: Settings, plan: World, rasa: ScriptedRasa
) -> None:
    clock.set(datetime(2025, 6, 11, 9, 0))
    await clockwork(database, clock, config)
    talk = await pick_up(phone, await rung(phone))
    assert "我是养老服务热线的语音助手" in await talk("你是哪个哦") and talk.last["asks"] == "checkin"
    assert await state(database) == ["asked"]
    rasa.replies = [says("那就好。")]
    await talk(WELL)
    assert await state(database) == ["ok"]


async def test_three_calls_unanswered_reach_the_daughter_and_the_queue(
    phone: Client, database: Database, clock: SettableClock, config: Settings, plan: World
) -> None:
    clock.set(datetime(2025, 6, 11, 9, 0))
    await clockwork(database, clock, config)
    for _ in range(3):
        assert await state(database) == ["asked"] and await tickets(database) == []
        await phone.report_call(await rung(phone), "no_answer")
        clock.advance(timedelta(minutes=45))
        await clockwork(database, clock, config)
    assert await state(database) == ["missed"]
    assert await told(database) == {("checkin_missed", f"person:{plan.daughter}")}
    [ticket] = await tickets(database)
    assert (ticket.person_id, ticket.priority, ticket.caller_phone) == (plan.senior, 1, "+8613900001111")
    await clockwork(database, clock, config)
    assert len(await tickets(database)) == 1 and len(await state(database)) == 1


async def test_with_no_phone_process_it_is_missed_after_three_hours(
    database: Database, clock: SettableClock, config: Settings, plan: World
) -> None:
    from assistant.calls import outbound
    from assistant.kit.quiet import QuietHours

    clock.set(datetime(2025, 6, 11, 9, 0))
    await clockwork(database, clock, config)
    clock.advance(service.WITHIN)
    async with database.session() as session:
        await outbound.tidy(session, clock.now(), QuietHours(config.quiet_hours))
    await clockwork(database, clock, config)
    assert await state(database) == ["missed"]


async def test_a_call_in_which_nobody_speaks_is_no_answer(
    phone: Client, database: Database, clock: SettableClock, config: Settings, plan: World
) -> None:
    clock.set(datetime(2025, 6, 11, 9, 0))
    await clockwork(database, clock, config)
    talk = await pick_up(phone, await rung(phone))
    await phone.end_call(talk.key, "assistant")
    await clockwork(database, clock, config)
    assert await state(database) == ["asked"]
    clock.advance(timedelta(minutes=15))
    assert (await rung(phone)).attempt == 2


async def test_who_speaks_of_something_else_was_reached(
    phone: Client, database: Database, clock: SettableClock, config: Settings, plan: World, rasa: ScriptedRasa
) -> None:
    clock.set(datetime(2025, 6, 11, 9, 0))
    await clockwork(database, clock, config)
    talk = await pick_up(phone, await rung(phone))
    rasa.replies = [says("好的，订哪天的？", asks="date")]
    rasa.intents["给我订个午饭"] = "book_service"
    await talk("给我订个午饭")
    await phone.add_entry(talk.key, EntryIn(number=0, heard="给我订个午饭"))
    await phone.end_call(talk.key, "caller")
    await clockwork(database, clock, config)
    assert await state(database) == ["reached"] and await told(database) == set()


async def test_after_the_question_about_danger_the_answer_still_counts(
    phone: Client, database: Database, clock: SettableClock, config: Settings, plan: World, rasa: ScriptedRasa
) -> None:
    clock.set(datetime(2025, 6, 11, 9, 0))
    await clockwork(database, clock, config)
    talk = await pick_up(phone, await rung(phone))
    rasa.intents["我有点头晕"] = "checkin_bad"
    await talk("我有点头晕")
    assert talk.last["asks"].startswith("emergency")
    rasa.replies = [says("您别硬撑。")]
    await talk("没事")
    assert rasa.got[-1][1]["asked"] == "checkin"
    assert await state(database) == ["bad"]


async def test_danger_in_a_check_in_is_an_emergency(
    phone: Client, database: Database, clock: SettableClock, config: Settings, plan: World
) -> None:
    clock.set(datetime(2025, 6, 11, 9, 0))
    await clockwork(database, clock, config)
    talk = await pick_up(phone, await rung(phone))
    assert "120" in await talk("我胸口疼得厉害，喘不上气")
    async with database.session() as session:
        assert "emergency" in set(await session.scalars(select(Ticket.kind)))


async def test_the_seniors_own_call_is_an_answer(
    phone: Client, database: Database, clock: SettableClock, config: Settings, plan: World, rasa: ScriptedRasa
) -> None:
    clock.set(datetime(2025, 6, 11, 9, 0))
    await clockwork(database, clock, config)
    talk = Talk(phone.http)
    await talk.start()
    rasa.replies = [says("您有一个预约。")]
    await talk("查一下我的预约")
    assert await state(database) == ["reached"]
    assert await phone.claim_call() is None, "nobody needs to ring any more"


async def test_a_strangers_call_is_none(
    phone: Client, database: Database, clock: SettableClock, config: Settings, plan: World, rasa: ScriptedRasa
) -> None:
    clock.set(datetime(2025, 6, 11, 9, 0))
    await clockwork(database, clock, config)
    rasa.replies = [says("好。")] * 2
    await Talk(phone.http, caller={"phone": "13900002222"})(WELL)
    await Talk(phone.http, caller={"phone": "13900009999"})(WELL)
    assert await state(database) == ["asked"]


async def test_in_a_chat_a_message_is_written_and_a_call_follows(
    phone: Client,
    database: Database,
    clock: SettableClock,
    config: Settings,
    world: World,
    rasa: ScriptedRasa,
) -> None:
    async with database.session() as session:
        session.add(_chat(world.senior, clock))
    async with database.session() as session:
        given = PlanIn(weekdays=[2], at=time(10, 30), way="telegram")
        await service.agree(session, clock.now(), WORKER, world.senior, given, config)
    clock.set(datetime(2025, 6, 11, 10, 30))
    await clockwork(database, clock, config)
    assert await told(database) == {("checkin_asked", f"person:{world.senior}")}
    clock.advance(timedelta(minutes=59))
    await clockwork(database, clock, config)
    assert await phone.claim_call() is None
    clock.advance(timedelta(minutes=1))
    await clockwork(database, clock, config)
    assert (await rung(phone)).purpose == "checkin"


async def test_in_a_chat_the_answer_counts(
    app: FastAPI,
    phone: Client,
    database: Database,
    clock: SettableClock,
    config: Settings,
    world: World,
    rasa: ScriptedRasa,
) -> None:
    async with database.session() as session:
        session.add(_chat(world.senior, clock))
    async with database.session() as session:
        given = PlanIn(weekdays=[2], at=time(10, 30), way="telegram")
        await service.agree(session, clock.now(), WORKER, world.senior, given, config)
    clock.set(datetime(2025, 6, 11, 10, 30))
    await clockwork(database, clock, config)
    rasa.replies = [says("那就好。")]
    own = {"telegram": 700_000_001, "person": str(world.senior)}
    await Talk(phone.http, channel="telegram", caller=own)(WELL)
    assert rasa.got[-1][1]["asked"] == "checkin"
    assert await state(database) == ["ok"]


def _chat(person: uuid.UUID, clock: SettableClock) -> TelegramLink:
    return TelegramLink(
        person_id=person,
        chat="700000001",
        chat_key=chat_key(700_000_001),
        linked_at=clock.now(),
        confirmed_at=clock.now(),
    )


# --- the agreement ---


async def test_a_new_agreement_ends_the_old_one(
    api: httpx.AsyncClient, database: Database, world: World
) -> None:
    path = f"/v1/care/plans/{world.senior}"
    headers = {"x-yinling-actor": senior_actor(world.senior).model_dump_json(exclude_none=True)}
    for days in ([0, 2], [4, 4, 1]):
        answer = await api.put(path, json={"weekdays": days, "at": "09:00"}, headers=headers)
        assert answer.status_code == 200, answer.text
    assert (await api.get(path, headers=headers)).json()["weekdays"] == [1, 4]
    async with database.session() as session:
        plans = (await session.scalars(select(CheckinPlan).order_by(CheckinPlan.agreed_at))).all()
    assert sorted(plan.ended_at is None for plan in plans) == [False, True]
    assert (await api.delete(path, headers=headers)).status_code == 204
    assert (await api.get(path, headers=headers)).status_code == 404


async def test_only_on_the_agreed_days_and_not_after_it_ended(
    database: Database, clock: SettableClock, config: Settings, world: World
) -> None:
    async with database.session() as session:
        given = PlanIn(weekdays=[3], at=time(9))
        await service.agree(session, clock.now(), WORKER, world.senior, given, config)
    clock.set(datetime(2025, 6, 11, 9, 0))
    assert await rounds.begin(database, clock.now(), config) == 0, "a Wednesday"
    clock.set(datetime(2025, 6, 12, 9, 0))
    assert await rounds.begin(database, clock.now(), config) == 1
    async with database.session() as session:
        await service.stop(session, clock.now(), WORKER, world.senior)
    clock.set(datetime(2025, 6, 19, 9, 0))
    assert await rounds.begin(database, clock.now(), config) == 0


async def test_after_two_hours_it_is_too_late_for_today(
    database: Database, clock: SettableClock, config: Settings, plan: World
) -> None:
    clock.set(datetime(2025, 6, 11, 11, 0))
    assert await rounds.begin(database, clock.now(), config) == 0


async def test_what_is_agreed_after_its_time_begins_tomorrow(
    database: Database, clock: SettableClock, config: Settings, world: World
) -> None:
    async with database.session() as session:
        await service.agree(
            session, clock.now(), WORKER, world.senior, PlanIn(weekdays=[2], at=time(9, 30)), config
        )
    assert await rounds.begin(database, clock.now(), config) == 0


@pytest.mark.parametrize("at_night", [time(6, 59), time(21, 30), time(23)])
async def test_nobody_is_asked_at_night(
    database: Database, clock: SettableClock, config: Settings, world: World, at_night: time
) -> None:
    async with database.session() as session:
        with pytest.raises(TooEarlyOrLate):
            await service.agree(
                session, clock.now(), WORKER, world.senior, PlanIn(weekdays=[1], at=at_night), config
            )


async def test_a_daughter_cannot_agree_for_her_mother(
    database: Database, clock: SettableClock, config: Settings, world: World
) -> None:
    daughter = Actor(kind="relative", channel="telegram", person_id=world.daughter)
    async with database.session() as session:
        with pytest.raises(Forbidden):
            await service.agree(
                session, clock.now(), daughter, world.senior, PlanIn(weekdays=[1], at=time(9)), config
            )


async def test_there_has_to_be_a_way(
    database: Database, clock: SettableClock, config: Settings, world: World
) -> None:
    deaf = config.model_copy(update={"outbound_calls": False})
    async with database.session() as session:
        with pytest.raises(NoWay):
            await service.agree(
                session, clock.now(), WORKER, world.senior, PlanIn(weekdays=[1], at=time(9)), deaf
            )
        with pytest.raises(NoWay):
            written = PlanIn(weekdays=[1], at=time(9), way="telegram")
            await service.agree(session, clock.now(), WORKER, world.senior, written, config)


@pytest.mark.parametrize("path", ["/v1/care/plans/{}", "/v1/links/invitations?senior_id={}", "/v1/people/{}"])
async def test_the_phone_process_sees_nothing_of_it(phone: Client, world: World, path: str) -> None:
    answer = await phone.http.get(path.format(world.senior))
    assert answer.status_code == 403


# --- meals ---


async def no_show(api: httpx.AsyncClient, database: Database, world: World, **more: Any) -> None:
    from assistant.catalog.models import Offering

    async with database.session() as session:
        offering = await session.get(Offering, world.meal)
        assert offering is not None
        offering.at_home = more.get("at_home", True)
    await post(api, "/v1/orders", lunch(world, address="春晓里2栋301"), senior_actor(world.senior))
    async with database.session() as session:
        order = (await session.scalars(select(Order))).one()
    for step in ("accept", "no-show"):
        answer = await post(api, f"/v1/orders/{order.id}/{step}", {"reason": "敲门没人应"}, WORKER)
        assert answer.status_code == 200, answer.text


async def test_a_meal_that_nobody_took_rings_the_senior(
    api: httpx.AsyncClient,
    phone: Client,
    database: Database,
    clock: SettableClock,
    config: Settings,
    world: World,
) -> None:
    await no_show(api, database, world)
    await clockwork(database, clock, config)
    await clockwork(database, clock, config)
    made = await rung(phone)
    talk = await pick_up(phone, made)
    assert "送饭没有见到您" in " ".join(one["text"] for one in talk.last["messages"])
    async with database.session() as session:
        events = {(row.event, row.recipient) for row in await session.scalars(select(OutboxMessage))}
    assert ("order.no_show", f"person:{world.daughter}") in events


async def test_a_place_left_empty_in_the_canteen_rings_nobody(
    api: httpx.AsyncClient,
    phone: Client,
    database: Database,
    clock: SettableClock,
    config: Settings,
    world: World,
) -> None:
    await no_show(api, database, world, at_home=False)
    await clockwork(database, clock, config)
    assert await phone.claim_call() is None


async def test_without_a_trunk_a_worker_is_asked_to_ring(
    api: httpx.AsyncClient, database: Database, clock: SettableClock, config: Settings, world: World
) -> None:
    await no_show(api, database, world)
    await clockwork(database, clock, config.model_copy(update={"outbound_calls": False}))
    [ticket] = await tickets(database)
    assert "自动电话没有开通" in ticket.summary and await state(database) == ["cancelled"]

"""Opening tickets and working them off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from assistant.kit.actor import Actor
from assistant.kit.clock import SettableClock
from assistant.kit.db import Database
from assistant.kit.outbox import OutboxMessage
from assistant.tickets import service
from assistant.tickets.schemas import TicketIn
from tests.world import NOW, STRANGER, WORKER, at, build, post, senior_actor, who


def _ticket(**more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "kind": "callback",
        "city": "yueyang",
        "phone": "13900001111",
        "summary": "想问助浴的事，要人回电话",
        "details": {"said": ["我想问问洗澡的事"]},
        "idempotency_key": "t-1",
    }
    return body | more


async def test_a_call_back_is_promised_within_hours(api: httpx.AsyncClient, database: Database) -> None:
    opened = await post(api, "/v1/tickets", _ticket(), STRANGER)
    assert opened.status_code == 201
    ticket = opened.json()
    assert ticket["number"].startswith("GD") and ticket["status"] == "open"
    assert ticket["phone"] == "+8613900001111"
    assert ticket["details"] == {"said": ["我想问问洗澡的事"]}
    assert (ticket["promised_from"], ticket["due_at"]) == ("2025-06-11T02:00:00Z", "2025-06-11T04:00:00Z")
    async with database.session() as session:
        told = (await session.scalars(select(OutboxMessage))).one()
    assert (told.recipient, told.event) == ("operator:yueyang", "ticket.opened")


async def test_the_same_request_is_one_ticket(api: httpx.AsyncClient, database: Database) -> None:
    first = await post(api, "/v1/tickets", _ticket())
    again = await post(api, "/v1/tickets", _ticket())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = await post(api, "/v1/tickets", _ticket(summary="别的事"))
    assert other.json()["code"] == "key_reused"
    without = _ticket()
    del without["idempotency_key"]
    assert (await post(api, "/v1/tickets", without)).status_code == 422


async def test_a_complaint_goes_to_its_department(api: httpx.AsyncClient, database: Database) -> None:
    complaint = _ticket(kind="complaint", city="zhuzhou", summary="养老院的饭菜是馊的，吃了拉肚子")
    ticket = (await post(api, "/v1/tickets", complaint)).json()
    assert (ticket["department"], ticket["matter"]) == ("市场监管", "market")
    assert ticket["department_source"] == "001_3f4a347126349d43"
    assert ticket["due_at"] == "2025-06-18T10:00:00Z"
    elsewhere = complaint | {"city": "weihai", "idempotency_key": "t-2"}
    other = (await post(api, "/v1/tickets", elsewhere)).json()
    assert (other["department"], other["department_source"]) == ("市场监管", None)


async def test_a_ticket_is_worked_off(
    api: httpx.AsyncClient, database: Database, clock: SettableClock
) -> None:
    world = await build(database)
    opened = (await post(api, "/v1/tickets", _ticket(person_id=world.senior), STRANGER)).json()
    path = f"/v1/tickets/{opened['number']}"
    assert opened["person"]["form_of_address"] == "周阿姨"
    refused = await post(api, f"{path}/acknowledge", {}, STRANGER)
    assert refused.status_code == 403
    clock.advance(timedelta(minutes=3))
    seen = (await post(api, f"{path}/acknowledge", {})).json()
    assert (seen["status"], seen["acknowledged_by"]["kind"]) == ("acknowledged", "worker")
    clock.advance(timedelta(minutes=1))
    assert (await post(api, f"{path}/acknowledge", {})).json()["acknowledged_at"] == seen["acknowledged_at"]
    assert (await post(api, f"{path}/start", {})).json()["status"] == "in_progress"
    await post(api, f"{path}/note", {"note": "没人接，下午再打"})
    done = (await post(api, f"{path}/close", {"outcome": "已回电，订好了助浴"})).json()
    assert (done["status"], done["outcome"]) == ("done", "已回电，订好了助浴")
    again = await post(api, f"{path}/close", {"outcome": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    history = (await api.get(path, headers=who(WORKER))).json()["history"]
    assert [event["action"] for event in history] == ["opened", "acknowledged", "started", "noted", "closed"]
    assert history[3]["note"] == "没人接，下午再打"


async def test_closing_tells_those_the_senior_allows(api: httpx.AsyncClient, database: Database) -> None:
    world = await build(database)
    given = {"delegate_id": world.daughter, "scopes": ["notify"], "relation": "女儿"}
    await post(api, f"/v1/people/{world.senior}/consents", given)
    number = (await post(api, "/v1/tickets", _ticket(person_id=world.senior))).json()["number"]
    await post(api, f"/v1/tickets/{number}/close", {"outcome": "已回电"})
    async with database.session() as session:
        mine = select(OutboxMessage.event).where(OutboxMessage.recipient == f"person:{world.daughter}")
        assert (await session.scalars(mine)).all() == ["callback_done"]


@pytest.mark.parametrize(
    ("kind", "scope"),
    [("complaint", "notify"), ("assessment", "notify"), ("device", "notify"), ("device", "book")],
)
async def test_the_family_hears_of_what_is_registered_as_of_an_order(
    api: httpx.AsyncClient, database: Database, kind: str, scope: str
) -> None:
    world = await build(database)
    given = {"delegate_id": world.daughter, "scopes": [scope], "relation": "女儿"}
    await post(api, f"/v1/people/{world.senior}/consents", given)
    asked = _ticket(kind=kind, person_id=world.senior, summary="手环不亮了")
    for _ in range(2):
        number = (await post(api, "/v1/tickets", asked)).json()["number"]
    await post(api, f"/v1/tickets/{number}/close", {"outcome": "换好了"})
    async with database.session() as session:
        to_people = select(OutboxMessage).where(OutboxMessage.recipient.startswith("person:"))
        told = list(await session.scalars(to_people.order_by(OutboxMessage.event.desc())))
    events = ["ticket.registered", "ticket.done"] if scope == "notify" else []
    assert [one.event for one in told if one.recipient == f"person:{world.daughter}"] == events
    assert [one.event for one in told if one.recipient == f"person:{world.senior}"] == ["ticket.registered"]
    assert all("手环" not in str(one.payload) for one in told)


async def test_a_number_given_later_is_kept(database: Database) -> None:
    async with database.session() as session:
        asked = TicketIn(**_ticket(phone=None))
        ticket = await service.open_ticket(session, NOW, STRANGER, asked)
        await service.set_phone(session, NOW, STRANGER, str(ticket.id), "幺三九零零零零二二二二")
        assert ticket.caller_phone == "+8613900002222"


async def test_a_worker_account_is_nobody_the_ticket_is_about(database: Database) -> None:
    async with database.session() as session:
        asked = TicketIn(**_ticket(person_id=WORKER.person_id))
        assert (await service.open_ticket(session, NOW, WORKER, asked)).person_id is None


async def test_lists_are_for_workers_and_the_own_conversation(
    api: httpx.AsyncClient, database: Database
) -> None:
    await post(api, "/v1/tickets", _ticket(), STRANGER)
    await post(api, "/v1/tickets", _ticket(kind="device", idempotency_key="t-2"), WORKER)
    await post(api, "/v1/tickets", _ticket(kind="emergency", idempotency_key="t-3"), WORKER)
    everything = (await api.get("/v1/tickets", headers=who(WORKER))).json()
    assert [one["kind"] for one in everything] == ["emergency", "callback", "device"]
    filtered = await api.get("/v1/tickets", params={"kind": "device", "status": "open"}, headers=who(WORKER))
    assert len(filtered.json()) == 1
    assert (await api.get("/v1/tickets", headers=who(STRANGER))).status_code == 403
    own = await api.get("/v1/tickets", params={"conversation": "call-1"}, headers=who(STRANGER))
    assert [one["kind"] for one in own.json()] == ["callback"]
    other = senior_actor(WORKER.person_id or NOW, conversation="other")  # type: ignore[arg-type]
    number = own.json()[0]["number"]
    assert (await api.get(f"/v1/tickets/{number}", headers=who(other))).status_code == 403
    assert (await api.get(f"/v1/tickets/{number}", headers=who(STRANGER))).status_code == 200


async def test_a_caller_known_by_number_only_reads_no_ticket(
    api: httpx.AsyncClient, database: Database
) -> None:
    world = await build(database)
    number = (await post(api, "/v1/tickets", _ticket(person_id=world.senior))).json()["number"]
    unconfirmed = Actor(kind="unknown", channel="phone", person_id=world.senior, conversation="other")
    assert (await api.get(f"/v1/tickets/{number}", headers=who(unconfirmed))).status_code == 403
    confirmed = senior_actor(world.senior, conversation="other")
    assert (await api.get(f"/v1/tickets/{number}", headers=who(confirmed))).status_code == 200


async def test_nothing_personal_lies_open(api: httpx.AsyncClient, database: Database) -> None:
    number = (await post(api, "/v1/tickets", _ticket())).json()["number"]
    await post(api, f"/v1/tickets/{number}/close", {"outcome": "已回电，约好周五"})
    async with database.session() as session:
        for table in ("tickets", "ticket_events", "outbox", "audit_entries"):
            rows = (await session.execute(text(f"SELECT {table}::text FROM {table}"))).scalars().all()
            assert rows
            for secret in ("13900001111", "助浴的事", "洗澡", "约好周五"):
                assert secret not in "\n".join(rows)


async def test_an_unknown_ticket_is_said(api: httpx.AsyncClient, database: Database) -> None:
    answer = await api.get("/v1/tickets/GD00000000", headers=who(WORKER))
    assert (answer.status_code, answer.json()["code"]) == (404, "ticket_not_found")


@pytest.mark.parametrize("kind", ["assessment", "device"])
async def test_requests_have_a_due_date(api: httpx.AsyncClient, database: Database, kind: str) -> None:
    ticket = (await post(api, "/v1/tickets", _ticket(kind=kind))).json()
    assert ticket["due_at"] == "2025-06-18T10:00:00Z"
    assert ticket["promised_from"] is None


async def test_overdue(database: Database) -> None:
    async with database.session() as session:
        ticket = await service.open_ticket(session, NOW, STRANGER, TicketIn(**_ticket()))
        assert not service.overdue(ticket, at(11, 12))
        assert service.overdue(ticket, at(11, 12, 1))

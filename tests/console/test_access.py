"""Nobody reaches what is not theirs: every route, read off the router."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from assistant.calls.models import Call
from assistant.catalog.models import City, Place
from assistant.console import access, entrance
from assistant.console.endpoints import PARTS, router
from assistant.console.models import Batch
from assistant.desk.models import Conversation
from assistant.kit.db import Database
from assistant.orders import series
from assistant.orders import service as orders
from assistant.orders.schemas import OrderIn, SeriesIn
from assistant.people import consents
from assistant.people.schemas import ConsentIn
from assistant.tickets import service as tickets
from assistant.tickets.schemas import TicketIn
from tests.console.conftest import SignIn, Town
from tests.world import NOW, WORKER, at


@dataclass(frozen=True)
class Entry:
    """One route of the console."""

    method: str
    path: str
    names: frozenset[str]
    """Parameters of the path."""


def entries() -> list[Entry]:
    """Every route, read off the router."""
    return [
        Entry(min(route.methods or ()), router.prefix + route.path, frozenset(route.param_convertors))
        for part in PARTS
        for route in part.router.routes
        if isinstance(route, APIRoute)
    ]


GUARDED = [one for one in entries() if one.path not in entrance.OPEN]
NAMING = [one for one in GUARDED if one.names - access.PLAIN]
"""Routes whose path names something that belongs to somebody."""


def test_there_are_routes() -> None:
    assert len(GUARDED) > 40
    assert len(NAMING) > 20


@dataclass
class Theirs:
    """One of everything that belongs to 秋实社区 or to another city, by the name of the parameter."""

    ids: dict[str, uuid.UUID]


@pytest.fixture
async def theirs(town: Town, database: Database) -> Theirs:
    async with database.session() as session:
        session.add(City(code="yuxi", name="玉溪", province="云南", lat=24.35, lng=102.54))
        await session.flush()
        elsewhere = Place(id=uuid.uuid4(), city_code="yuxi", external_id="x", kind="canteen", name="别处食堂")
        session.add(elsewhere)
        await session.flush()
        body = {"senior_id": town.other, "offering_id": town.world.meal}
        order, _ = await orders.book(
            session, NOW, WORKER, OrderIn(**body, starts_at=at(12, 11), idempotency_key="theirs")
        )
        recurring, _ = await series.start(
            session,
            NOW,
            WORKER,
            SeriesIn(
                **body, rrule="FREQ=WEEKLY;BYDAY=MO", starts_on=NOW.date(), part="noon", idempotency_key="s"
            ),
        )
        given = ConsentIn(delegate_id=town.world.daughter, scopes=["book"], relation="邻居")
        consent = await consents.give(session, NOW, WORKER, town.other, given)
        ticket = await tickets.open_ticket(
            session,
            NOW,
            WORKER,
            TicketIn(
                kind="complaint",
                city="yueyang",
                person_id=town.other,
                summary="饭凉了",
                idempotency_key="t",
            ),
        )
        talk = Conversation(
            id=uuid.uuid4(),
            channel="web",
            key="theirs",
            city="yueyang",
            person_id=town.other,
            created_at=NOW,
            updated_at=NOW,
        )
        rung = Call(
            id=uuid.uuid4(),
            conversation="theirs",
            direction="in",
            carrier="sip",
            process="phone",
            city_code="yueyang",
            person_id=town.other,
            started_at=NOW,
            seen_at=NOW,
        )
        batch = Batch(id=uuid.uuid4(), account_id=town.accounts["neighbour"], made_at=NOW, rows=[])
        session.add_all([talk, batch, rung])
        return Theirs(
            {
                "person_id": town.other,
                "order_id": order.id,
                "series_id": recurring.id,
                "consent_id": consent.id,
                "ticket_id": ticket.id,
                "conversation_id": talk.id,
                "call_id": rung.id,
                "batch_id": batch.id,
                "place_id": elsewhere.id,
                "offering_id": uuid.uuid4(),
                "provider_id": uuid.uuid4(),
                "benefit_id": uuid.uuid4(),
            }
        )


async def call(http: httpx.AsyncClient, route: Entry, path: str, csrf: str) -> httpx.Response:
    headers = {"x-csrf-token": csrf} if route.method == "POST" else {}
    return await http.request(route.method, path, headers=headers)


def filled(route: Entry, ids: dict[str, uuid.UUID]) -> str:
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: str(ids.get(found[1], "emergencies")), route.path)


async def test_every_route_asks_who_comes(app: FastAPI, town: Town) -> None:
    """Without a session every route but the entrance sends one away."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://yinling") as http:
        for route in GUARDED:
            ids = dict.fromkeys(route.names, town.other)
            answer = await call(http, route, filled(route, ids), "guessed")
            assert answer.status_code in (303, 401), route
            assert "钱小芳" not in answer.text


async def test_a_worker_reaches_nothing_of_another_community(sign_in: SignIn, theirs: Theirs) -> None:
    """What belongs to others is not found, exactly like what does not exist."""
    browser = await sign_in("worker")
    for route in NAMING:
        theirs_answer = await call(browser.http, route, filled(route, theirs.ids), browser.csrf)
        nowhere = {name: uuid.uuid4() for name in route.names}
        nothing = await call(browser.http, route, filled(route, nowhere), browser.csrf)
        assert theirs_answer.status_code == nothing.status_code == 404, route
        assert theirs_answer.text == nothing.text, route


async def test_the_neighbour_reaches_them(sign_in: SignIn, theirs: Theirs) -> None:
    """The same pages open for who covers them: the test above tests something."""
    browser = await sign_in("neighbour")
    for path in (
        f"/seniors/{theirs.ids['person_id']}",
        f"/seniors/{theirs.ids['person_id']}/orders/{theirs.ids['order_id']}",
        f"/queues/tickets/{theirs.ids['ticket_id']}",
        f"/conversations/{theirs.ids['conversation_id']}",
        f"/calls/{theirs.ids['call_id']}",
        f"/batches/{theirs.ids['batch_id']}",
        f"/book/{theirs.ids['person_id']}",
    ):
        assert (await browser.get(path)).status_code == 200, path


async def test_an_order_is_not_reached_under_ones_own_senior(
    sign_in: SignIn, town: Town, theirs: Theirs
) -> None:
    browser = await sign_in("worker")
    path = f"/seniors/{town.seniors[0]}/orders/{theirs.ids['order_id']}"
    assert (await browser.get(path)).status_code == 404


async def test_ids_in_a_form_are_checked_like_those_in_a_path(sign_in: SignIn, town: Town) -> None:
    browser = await sign_in("worker")
    form = {
        "offering_id": str(town.world.meal),
        "day": "2025-06-12",
        "at": "11:00",
        "person": [str(town.seniors[0]), str(town.other)],
    }
    assert (await browser.post("/batches/people", form)).status_code == 404


async def test_search_and_lists_stay_inside(sign_in: SignIn, town: Town) -> None:
    browser = await sign_in("worker")
    for text in ("钱小芳", "qxf", "13900004441", "秋实社区1号楼", "1号楼", "三眼桥街道"):
        answer = await browser.post("/seniors/search", {"text": text})
        assert answer.status_code == 200
        assert "钱小芳" not in answer.text.replace("value", ""), text
    for where in ("三眼桥街道/秋实社区", "三眼桥街道/", "/"):
        assert "钱小芳" not in (await browser.get(f"/seniors?where={where}")).text


async def test_the_auditor_sees_the_audit_and_nothing_else(sign_in: SignIn, town: Town) -> None:
    browser = await sign_in("auditor")
    assert (await browser.get("/audit")).status_code == 200
    for path in ("/seniors", "/queues", "/catalogue", "/figures", f"/seniors/{town.seniors[0]}"):
        assert (await browser.get(path)).status_code == 404, path
    answer = await browser.post(f"/audit/people/{town.seniors[0]}/export.json")
    assert answer.status_code == 404


async def test_only_administrators_and_operators_correct_the_catalogue(sign_in: SignIn, town: Town) -> None:
    worker, operator = await sign_in("worker"), await sign_in("operator")
    form = {"credit": "watch", "note": "检查中"}
    path = f"/catalogue/providers/{town.world.provider}"
    assert (await worker.post(path, form)).status_code == 404
    assert (await operator.post(path, form)).status_code == 303


async def test_the_assistant_in_the_pane_is_bound_too(api: httpx.AsyncClient, town: Town) -> None:
    """What the desk's actions do for a worker is bound to the worker's communities."""
    actor = WORKER.model_copy(update={"person_id": town.accounts["worker"]})
    headers = {"x-yinling-actor": actor.model_dump_json(exclude_none=True)}
    found = await api.post("/v1/people/find", json={"name": "钱小芳"}, headers=headers)
    assert found.json()["candidates"] == []
    order = {
        "senior_id": str(town.other),
        "offering_id": str(town.world.meal),
        "date": "2025-06-12",
        "part": "noon",
        "idempotency_key": "pane",
    }
    assert (await api.post("/v1/orders", json=order, headers=headers)).status_code == 404
    own = order | {"senior_id": str(town.seniors[0])}
    assert (await api.post("/v1/orders", json=own, headers=headers)).status_code == 201

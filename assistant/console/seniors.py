"""Pages about seniors: the list of a community, the search, one senior, registering and correcting."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from pydantic import ValidationError
from sqlalchemy import select

from assistant.benefits import service as benefits
from assistant.benefits.schemas import MatchQuery
from assistant.calls import views as calls
from assistant.console import colleagues, directory, pages
from assistant.console.access import Seniors
from assistant.console.directory import Community
from assistant.console.guard import Guarded
from assistant.desk.models import Conversation
from assistant.kit import audit
from assistant.kit.errors import Invalid, NotFound
from assistant.links import delivery
from assistant.orders import repository as orders
from assistant.orders import views as order_views
from assistant.people import consents, repository, service, views
from assistant.people.models import Person
from assistant.people.schemas import ConsentIn, PersonIn, PersonPatch
from assistant.tickets import repository as tickets

SHOWN = 50
"""Orders, tickets and conversations on a senior's page."""
CHOICES = {"true": True, "false": False}

router = APIRouter(prefix="/seniors", route_class=Guarded)


@router.get("")
async def listed(
    request: Request, visit: Seniors, where: str | None = None, after: uuid.UUID | None = None
) -> Response:
    """The seniors of one community; without ``where`` the first that the account covers."""
    known = await directory.communities(visit)
    chosen = Community.of(where) if where is not None else (known[0] if known else Community(None, None))
    rows = await directory.page(visit, chosen, after)
    audit.record(
        visit.session, visit.now, visit.actor, "person.listed", "people", n=len(rows), where=chosen.title
    )
    more = rows[-1].id if len(rows) == directory.PAGE else None
    rows.sort(key=lambda row: (row.building is None, (row.building or "").zfill(4), row.address or ""))
    return pages.show(request, visit, "seniors.html", rows=rows, communities=known, chosen=chosen, more=more)


# What is typed is personal: it travels in the body, for addresses end up in logs.
@router.post("/search")
async def search(
    request: Request, visit: Seniors, text: Annotated[str, Form(max_length=60)] = ""
) -> Response:
    rows = await directory.search(visit, text) if text.strip() else []
    if rows:
        audit.record(
            visit.session,
            visit.now,
            visit.actor,
            "person.searched",
            "people",
            found=[str(row.id) for row in rows],
        )
    return pages.show(request, visit, "senior_rows.html", rows=rows, text=text, full=directory.FOUND)


@router.get("/new")
async def new_page(request: Request, visit: Seniors) -> Response:
    return pages.show(
        request, visit, "senior_new.html", communities=await directory.communities(visit), message=""
    )


@router.post("/new")
async def register(
    request: Request,
    visit: Seniors,
    name: Annotated[str, Form(max_length=20)],
    street: Annotated[str, Form(max_length=40)],
    community: Annotated[str, Form(max_length=40)] = "",
    phone: Annotated[str, Form(max_length=40)] = "",
    address: Annotated[str, Form(max_length=200)] = "",
    birth_year: Annotated[str, Form(max_length=4)] = "",
    gender: Annotated[str, Form(max_length=6)] = "",
) -> Response:
    """Record a senior, in a place that the account covers."""
    facts = {
        "street": street,
        "community": community,
        "address": address,
        "birth_year": birth_year,
        "gender": gender,
        "phone": phone,
    }
    known = {field: value.strip() for field, value in facts.items() if value.strip()}
    new = _read(PersonIn, {"name": name, "city_code": visit.account.city_code, **known})
    there = Person(city_code=new.city_code, street=new.street, community=new.community)
    if not any(area.holds(there) for area in visit.areas):
        raise Invalid("这个街道或社区不归您负责，请核对。")
    person, _ = await service.create(visit.session, visit.now, visit.actor, new)
    await visit.covers([person.id])
    return pages.go(request, f"/console/seniors/{person.id}")


def _read(model: Any, values: dict[str, Any]) -> Any:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Invalid("填写的内容不完整或格式不对，请检查后再提交。") from error


@router.get("/{person_id}")
async def one(request: Request, person_id: uuid.UUID, visit: Seniors) -> Response:
    """Everything about a senior: facts, who may act, orders, tickets, conversations, benefits."""
    session, now = visit.session, visit.now
    person = await views.get(session, person_id)
    audit.record(session, now, visit.actor, "person.viewed", f"person:{person_id}", person_id)
    found = await orders.orders(session, senior=person_id, limit=SHOWN * 10)
    shown = await order_views.shown(session, now, visit.actor, [*found][-SHOWN:])
    talks = await session.scalars(
        select(Conversation)
        .where(Conversation.person_id == person_id)
        .order_by(Conversation.created_at.desc())
        .limit(SHOWN)
    )
    work = await tickets.listed(session, person=person_id, limit=SHOWN)
    notices = await delivery.about(session, person_id, SHOWN)
    return pages.show(
        request,
        visit,
        "senior.html",
        person=views.full(person, now),
        delegates=await consents.delegates(session, now, person_id, confirmed=True),
        coming=[each for each in shown if each.starts_at >= now],
        past=[each for each in reversed(shown) if each.starts_at < now],
        tickets=work,
        talks=talks.all(),
        calls=await calls.of_person(session, person_id, SHOWN),
        notices=notices,
        readers=await _readers(visit, [one.recipient for one in notices]),
        benefits=await _benefits(visit, person),
        history=(await repository.history(session, person_id))[-SHOWN:],
        names=await colleagues.names(
            session, [event.actor for event in await repository.history(session, person_id)]
        ),
    )


async def _readers(visit: Seniors, recipients: Sequence[str]) -> dict[str, str]:
    """Names of those to whom notices went, by recipient of the outbox."""
    ids = {one: uuid.UUID(one.removeprefix("person:")) for one in recipients if one.startswith("person:")}
    known = await repository.many(visit.session, list(ids.values()))
    return {one: known[person].name for one, person in ids.items() if person in known}


async def _benefits(visit: Seniors, person: Person) -> list[Any]:
    """Benefits of the city that fit, or would if more were known."""
    query = MatchQuery(
        city=person.city_code,
        age=views.age(person, visit.now),
        ability=person.ability,
        income=person.income,
        lives_alone=person.lives_alone,
        area=person.street,
        limit=20,
    )
    found = await benefits.match(visit.session, query)
    return [each for each in found.answers if each.fits != "no"]


@router.post("/{person_id}/facts")
async def correct(
    request: Request,
    person_id: uuid.UUID,
    visit: Seniors,
    address: Annotated[str, Form(max_length=200)] = "",
    phone: Annotated[str, Form(max_length=40)] = "",
    birth_year: Annotated[str, Form(max_length=4)] = "",
    gender: Annotated[str, Form(max_length=6)] = "",
    ability: Annotated[str, Form(max_length=20)] = "",
    income: Annotated[str, Form(max_length=20)] = "",
    lives_alone: Annotated[str, Form(max_length=5)] = "",
    notes: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Correct what is on record. Where the senior lives, by street and community, is not changed here: it
    decides who may see them."""
    facts: dict[str, Any] = {
        "address": address,
        "birth_year": birth_year,
        "gender": gender,
        "ability": ability,
        "income": income,
        "lives_alone": CHOICES.get(lives_alone),
        "notes": notes,
    }
    sent = {field: None if value == "" else value for field, value in facts.items()}
    if phone.strip():
        sent["phone"] = phone
    patch = _read(PersonPatch, sent)
    await service.update(visit.session, visit.now, visit.actor, person_id, patch)
    return pages.go(request, f"/console/seniors/{person_id}")


@router.post("/{person_id}/consents")
async def give_consent(
    request: Request,
    person_id: uuid.UUID,
    visit: Seniors,
    name: Annotated[str, Form(max_length=20)],
    phone: Annotated[str, Form(max_length=40)],
    relation: Annotated[str, Form(max_length=20)],
    scopes: Annotated[list[str], Form()],
    evidence: Annotated[str, Form(max_length=10)] = "spoken",
) -> Response:
    """Record that the senior lets a relative act for them."""
    relative = _read(
        PersonIn,
        {"kind": "relative", "name": name, "phone": phone, "city_code": visit.account.city_code},
    )
    delegate, _ = await service.create(visit.session, visit.now, visit.actor, relative)
    given = _read(
        ConsentIn,
        {"delegate_id": delegate.id, "scopes": scopes, "relation": relation, "evidence": evidence},
    )
    await consents.give(visit.session, visit.now, visit.actor, person_id, given)
    return pages.go(request, f"/console/seniors/{person_id}")


@router.post("/{person_id}/consents/{consent_id}/revoke")
async def revoke_consent(
    request: Request, person_id: uuid.UUID, consent_id: uuid.UUID, visit: Seniors
) -> Response:
    await consents.revoke(visit.session, visit.now, visit.actor, person_id, consent_id)
    return pages.go(request, f"/console/seniors/{person_id}")


@router.get("/{person_id}/orders/{order_id}")
async def order(request: Request, person_id: uuid.UUID, order_id: uuid.UUID, visit: Seniors) -> Response:
    """One order with its history."""
    found = visit.found["order_id"]
    if found.senior_id != person_id:
        raise NotFound()
    audit.record(visit.session, visit.now, visit.actor, "order.viewed", f"order:{order_id}", person_id)
    history = await orders.history(visit.session, order_id)
    return pages.show(
        request,
        visit,
        "order.html",
        order=await order_views.one(visit.session, visit.now, visit.actor, found),
        history=history,
        names=await colleagues.names(visit.session, [event.actor for event in history]),
    )

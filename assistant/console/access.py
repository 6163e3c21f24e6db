"""Who may do what: one dependency that every page and every change of the console goes through.

``visit(area)`` finds the account, checks its role for the area and the token of a change, and looks up
whatever the path names (senior, order, ticket, conversation …): what lies outside the account's communities
is not found, exactly like what does not exist.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import Depends, Request
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.benefits.models import Benefit
from assistant.calls.models import Call
from assistant.catalog.models import Offering, Place, Provider
from assistant.console import sessions
from assistant.console.models import Account, Batch, ConsoleSession, Role
from assistant.desk.models import Conversation
from assistant.kit.actor import Actor
from assistant.kit.api import SessionDep, context
from assistant.kit.errors import Forbidden, NotFound, Unauthenticated
from assistant.orders.models import Order, OrderSeries
from assistant.people.coverage import WorkerArea, areas_of, within
from assistant.people.models import Consent, Person
from assistant.tickets.models import Ticket

T = TypeVar("T")
InCity = TypeVar("InCity", Place, Offering, Provider, Benefit)
Area = Literal["home", "seniors", "queues", "catalogue", "edit", "figures", "audit", "erase"]

ROLES: Final[dict[Role, frozenset[Area]]] = {
    "worker": frozenset({"home", "seniors", "queues", "catalogue", "figures"}),
    "operator": frozenset({"home", "seniors", "queues", "catalogue", "edit", "figures"}),
    "auditor": frozenset({"home", "audit"}),
    "administrator": frozenset(
        {"home", "seniors", "queues", "catalogue", "edit", "figures", "audit", "erase"}
    ),
}
"""What each role covers."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf"


@dataclass(frozen=True)
class Visit:
    """One request of somebody who has signed in."""

    account: Account
    browser: ConsoleSession
    areas: Sequence[WorkerArea]
    session: AsyncSession
    now: datetime
    found: dict[str, Any] = field(default_factory=dict)
    """What the path named, by the name of its parameter; all of it is covered."""

    @property
    def actor(self) -> Actor:
        return Actor(kind="worker", channel="console", person_id=self.account.id)

    @property
    def csrf(self) -> str:
        return self.browser.csrf

    @property
    def whole_city(self) -> bool:
        return any(area.street is None for area in self.areas)

    def may(self, area: Area) -> bool:
        return area in ROLES[self.account.role]

    def people(self) -> ColumnElement[bool]:
        """Condition on ``Person``: those this account covers."""
        return within(self.areas)

    def tickets(self) -> ColumnElement[bool]:
        """Condition on ``Ticket``: about people this account covers; of the whole city, also about nobody."""
        own = Ticket.person_id.in_(select(Person.id).where(self.people()))
        if not self.whole_city:
            return own
        nobodys = and_(Ticket.person_id.is_(None), Ticket.city_code == self.account.city_code)
        return or_(own, nobodys)

    async def covers(self, ids: Collection[uuid.UUID]) -> None:
        """Raises NotFound unless every one of these people is covered."""
        known = await self.session.scalars(select(Person.id).where(Person.id.in_(ids), self.people()))
        if set(known) != set(ids):
            raise NotFound()

    async def senior(self, person_id: uuid.UUID) -> Person:
        """A person this account covers. Raises NotFound."""
        found = await self.session.scalar(select(Person).where(Person.id == person_id, self.people()))
        if found is None:
            raise NotFound()
        return found


# --- what a path may name ---


async def _person(visit: Visit, key: str) -> Person:
    return await visit.senior(_uuid(key))


async def _order(visit: Visit, key: str) -> Order:
    found = _there(await visit.session.get(Order, _uuid(key)))
    await visit.senior(found.senior_id)
    return found


async def _series(visit: Visit, key: str) -> OrderSeries:
    found = _there(await visit.session.get(OrderSeries, _uuid(key)))
    await visit.senior(found.senior_id)
    return found


async def _consent(visit: Visit, key: str) -> Consent:
    found = _there(await visit.session.get(Consent, _uuid(key)))
    await visit.senior(found.senior_id)
    return found


async def _ticket(visit: Visit, key: str) -> Ticket:
    return _there(await visit.session.scalar(select(Ticket).where(Ticket.id == _uuid(key), visit.tickets())))


async def _conversation(visit: Visit, key: str) -> Conversation:
    """Of a person covered, or one that led to a ticket covered; of a stranger only for the whole city."""
    found = _there(await visit.session.get(Conversation, _uuid(key)))
    if found.person_id is not None:
        await visit.senior(found.person_id)
    elif not (visit.whole_city and found.city == visit.account.city_code and found.worker_id is None):
        raise NotFound()
    return found


async def _call(visit: Visit, key: str) -> Call:
    """A call of a person covered; of a stranger only for the whole city."""
    found = _there(await visit.session.get(Call, _uuid(key)))
    talk = Conversation.channel == "phone", Conversation.key == found.conversation
    person = found.person_id or await visit.session.scalar(select(Conversation.person_id).where(*talk))
    if person is not None:
        await visit.senior(person)
    elif not (visit.whole_city and found.city_code == visit.account.city_code):
        raise NotFound()
    return found


async def _place(visit: Visit, key: str) -> Place:
    return _of_city(visit, await visit.session.get(Place, _uuid(key)))


async def _offering(visit: Visit, key: str) -> Offering:
    return _of_city(visit, await visit.session.get(Offering, _uuid(key)))


async def _provider(visit: Visit, key: str) -> Provider:
    return _of_city(visit, await visit.session.get(Provider, _uuid(key)))


async def _benefit(visit: Visit, key: str) -> Benefit:
    return _of_city(visit, await visit.session.get(Benefit, _uuid(key)))


async def _batch(visit: Visit, key: str) -> Batch:
    """A batch belongs to who prepared it."""
    found = _there(await visit.session.get(Batch, _uuid(key), with_for_update=True))
    if found.account_id != visit.account.id:
        raise NotFound()
    return found


NAMED: Final[dict[str, Callable[[Visit, str], Awaitable[Any]]]] = {
    "person_id": _person,
    "order_id": _order,
    "series_id": _series,
    "consent_id": _consent,
    "ticket_id": _ticket,
    "conversation_id": _conversation,
    "call_id": _call,
    "place_id": _place,
    "offering_id": _offering,
    "provider_id": _provider,
    "benefit_id": _benefit,
    "batch_id": _batch,
}
"""How each parameter of a path is looked up. One that is neither here nor in ``PLAIN`` is a KeyError."""
PLAIN: Final = frozenset({"queue"})
"""Parameters that name nothing of anybody."""


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound() from error


def _there(found: T | None) -> T:
    if found is None:
        raise NotFound()
    return found


def _of_city(visit: Visit, found: InCity | None) -> InCity:
    if found is None or found.city_code != visit.account.city_code:
        raise NotFound()
    return found


# --- the dependency ---


def visit(area: Area) -> Any:
    """The dependency of every route of the console.

    Raises:
        Unauthenticated: not signed in, or no longer.
        NotFound: the role does not cover ``area``, or the path names what the account does not cover.
        Forbidden: a change without the token of this session.
    """

    async def enter(request: Request, session: SessionDep) -> Visit:
        now = context(request).clock.now()
        known = await sessions.current(session, now, request)
        if known is None:
            raise Unauthenticated("请先登录。")
        browser, account = known
        if area not in ROLES[account.role]:
            raise NotFound()
        if request.method not in SAFE:
            await _check_token(request, browser)
        here = Visit(account, browser, await areas_of(session, account.id), session, now)
        for name, value in request.path_params.items():
            if name in PLAIN:
                continue
            here.found[name] = await NAMED[name](here, str(value))
        return here

    return Depends(enter, scope="function")


async def _check_token(request: Request, browser: ConsoleSession) -> None:
    """The token of the session, in a header (HTMX) or a field of the form. Raises Forbidden."""
    sent = request.headers.get(CSRF_HEADER) or (await request.form()).get(CSRF_FIELD)
    if not isinstance(sent, str) or not hmac.compare_digest(sent, browser.csrf):
        raise Forbidden("页面已经过期，请刷新以后再试。")


Home = Annotated[Visit, visit("home")]
Seniors = Annotated[Visit, visit("seniors")]
Queues = Annotated[Visit, visit("queues")]
Catalogue = Annotated[Visit, visit("catalogue")]
Edit = Annotated[Visit, visit("edit")]
Figures = Annotated[Visit, visit("figures")]
Audit = Annotated[Visit, visit("audit")]
Erase = Annotated[Visit, visit("erase")]

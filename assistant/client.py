"""The typed HTTP client that channels and actions use; they know nothing else of the service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

import httpx
from pydantic import BaseModel

from assistant.calls.schemas import (
    CallIn,
    CallRef,
    Claimed,
    Command,
    EndedBy,
    EndIn,
    EntryIn,
    Outbound,
    OutboundResult,
    Report,
    TurnedAway,
)
from assistant.catalog.vocabulary import SERVICE_TYPES
from assistant.desk.schemas import Reply, TurnIn, Word
from assistant.kit.actor import Actor
from assistant.kit.clock import CHINA, china
from assistant.kit.errors import YinlingError
from assistant.kit.tokens import RENEWAL
from assistant.people import addresses, relatives

TIMEOUT_S = 10.0
STREAM_SILENT_S = 40.0
"""A stream without a sign of life for so long is broken; one comes every 15 s."""


class ServiceDown(YinlingError):
    """The API did not answer."""

    status = 503
    code = "service_down"
    message = "系统暂时连不上，请稍后再试。"


class Refused(YinlingError):
    """The API said no; status, code, message and details are the API's own."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.code = body.get("code", "internal")
        super().__init__(body.get("message"), **body.get("details", {}))


class Client:
    """One connection pool to the API with one token.

    Args:
        url: address of the API.
        token: bearer token of this process (``assistant.kit.tokens``); a fresh one that the API hands over is taken.
        transport: for calls within one process (``httpx.ASGITransport``).
    """

    def __init__(self, url: str, token: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.http = httpx.AsyncClient(
            base_url=url,
            headers={"authorization": f"Bearer {token}"},
            timeout=TIMEOUT_S,
            transport=transport,
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        actor: Actor | None = None,
        json: Any = None,
        params: dict[str, Any] | None = None,
    ) -> Any:
        """One call; returns the decoded JSON.

        Raises:
            Refused: the API answered with an error.
            ServiceDown: no answer.
        """
        headers = {"x-yinling-actor": actor.model_dump_json(exclude_none=True)} if actor else {}
        known = {key: value for key, value in (params or {}).items() if value is not None}
        try:
            answer = await self.http.request(method, path, json=json, params=known, headers=headers)
        except httpx.TransportError as error:
            raise ServiceDown() from error
        if fresh := answer.headers.get(RENEWAL):
            self.http.headers["authorization"] = f"Bearer {fresh}"
        body = answer.json() if answer.content else None
        if answer.is_error:
            raise Refused(answer.status_code, body if isinstance(body, dict) else {})
        return body

    async def turn(self, turn: TurnIn) -> Reply:
        """Carry one turn to the desk."""
        body = await self.request("POST", "/desk/turns", json=turn.model_dump(mode="json", exclude_none=True))
        return Reply.model_validate(body)

    async def words(self, channel: str, conversation: str, after: str | None) -> list[Word]:
        """What was said unasked in a conversation of this channel, after the turn ``after``."""
        params = {"channel": channel, "conversation": conversation, "after": after}
        return [Word.model_validate(one) for one in await self.request("GET", "/desk/words", params=params)]

    # --- catalogue and benefits -------------------------------------------------------------

    async def search(self, actor: Actor, **query: Any) -> dict[str, Any]:
        """``catalog.schemas.SearchResult``. ``near`` may be (lat, lng) or the name of a place or area."""
        near = query.get("near")
        if isinstance(near, tuple):
            query["near"] = f"{near[0]},{near[1]}"
        found: dict[str, Any] = await self.request("GET", "/v1/services/search", actor=actor, params=query)
        return found

    async def resolve(self, actor: Actor, name: str, city: str | None = None) -> list[dict[str, Any]]:
        """Places, areas and providers that a name may mean (``catalog.schemas.NameCandidate``)."""
        params = {"q": name, "city": city}
        found: list[dict[str, Any]] = await self.request(
            "GET", "/v1/places/resolve", actor=actor, params=params
        )
        return found

    async def match_benefits(self, actor: Actor, question: dict[str, Any]) -> dict[str, Any]:
        """``benefits.schemas`` answers to one question about money or rights."""
        known = {key: value for key, value in question.items() if value is not None}
        found: dict[str, Any] = await self.request("POST", "/v1/benefits/match", actor=actor, json=known)
        return found

    # --- people -----------------------------------------------------------------------------

    async def person(self, actor: Actor, person_id: str, *, confirmed: bool) -> dict[str, Any]:
        """The whole record for a confirmed asker, else what is harmless."""
        params = {"confirmed": str(confirmed).lower()}
        found: dict[str, Any] = await self.request(
            "GET", f"/v1/people/{person_id}", actor=actor, params=params
        )
        return found

    async def find_people(self, actor: Actor, name: str, **where: Any) -> dict[str, Any]:
        found: dict[str, Any] = await self.request(
            "POST", "/v1/people/find", actor=actor, json={"name": name, **where}
        )
        return found

    async def create_person(self, actor: Actor, person: dict[str, Any]) -> dict[str, Any]:
        known = {key: value for key, value in person.items() if value is not None}
        made: dict[str, Any] = await self.request("POST", "/v1/people", actor=actor, json=known)
        return made

    async def update_person(self, actor: Actor, person_id: str, patch: dict[str, Any]) -> dict[str, Any]:
        changed: dict[str, Any] = await self.request(
            "PATCH", f"/v1/people/{person_id}", actor=actor, json=patch
        )
        return changed

    async def acts_for(self, actor: Actor, person_id: str) -> list[dict[str, Any]]:
        """The seniors this person may act for (``people.schemas.ConsentOut``)."""
        found: list[dict[str, Any]] = await self.request(
            "GET", f"/v1/people/{person_id}/acts-for", actor=actor, params={"confirmed": "true"}
        )
        return found

    async def give_consent(self, actor: Actor, senior_id: str, consent: dict[str, Any]) -> None:
        await self.request("POST", f"/v1/people/{senior_id}/consents", actor=actor, json=consent)

    # --- orders -----------------------------------------------------------------------------

    async def slots(self, actor: Actor, offering_id: str, day: date) -> list[dict[str, Any]]:
        """The bookable slots of a day; ``starts_at`` and ``ends_at`` as naive China time (ISO)."""
        found = await self.request(
            "GET", f"/v1/offerings/{offering_id}/slots", actor=actor, params={"date": day.isoformat()}
        )
        return [
            {**slot, "starts_at": _local(slot["starts_at"]), "ends_at": _local(slot["ends_at"])}
            for slot in found
            if slot["bookable"] or slot["free"] == 0
        ]

    async def book(self, actor: Actor, order: dict[str, Any]) -> dict[str, Any]:
        return _told(await self.request("POST", "/v1/orders", actor=actor, json=_known(order)))

    async def book_series(self, actor: Actor, series: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = await self.request(
            "POST", "/v1/order-series", actor=actor, json=_known(series)
        )
        return made

    async def order(self, actor: Actor, number: str) -> dict[str, Any]:
        return _told(await self.request("GET", f"/v1/orders/{number}", actor=actor))

    async def orders_of(self, actor: Actor, senior_id: str, **query: Any) -> list[dict[str, Any]]:
        params = {"senior_id": senior_id, **query}
        return [_told(each) for each in await self.request("GET", "/v1/orders", actor=actor, params=params)]

    async def change_order(self, actor: Actor, order_id: str, change: dict[str, Any]) -> dict[str, Any]:
        return _told(await self.request("POST", f"/v1/orders/{order_id}/change", actor=actor, json=change))

    async def cancel_order(self, actor: Actor, order_id: str, reason: str | None) -> dict[str, Any]:
        return _told(
            await self.request("POST", f"/v1/orders/{order_id}/cancel", actor=actor, json={"reason": reason})
        )

    async def cancel_series(self, actor: Actor, series_id: str, reason: str | None) -> None:
        await self.request(
            "POST", f"/v1/order-series/{series_id}/cancel", actor=actor, json={"reason": reason}
        )

    async def rate(self, actor: Actor, order_id: str, rating: int, comment: str | None) -> None:
        await self.request(
            "POST", f"/v1/orders/{order_id}/rate", actor=actor, json={"rating": rating, "comment": comment}
        )

    # --- tickets ----------------------------------------------------------------------------

    async def open_ticket(self, actor: Actor, ticket: dict[str, Any]) -> dict[str, Any]:
        opened: dict[str, Any] = await self.request("POST", "/v1/tickets", actor=actor, json=_known(ticket))
        return opened

    # --- calls ------------------------------------------------------------------------------

    async def begin_call(self, call: CallIn) -> CallRef:
        """A call was answered."""
        return CallRef.model_validate(await self._send("/v1/calls", call))

    async def add_entry(self, conversation: str, entry: EntryIn) -> None:
        """One thing that happened in a call; may be sent again with the same ``number``."""
        await self._send(f"/v1/calls/{conversation}/entries", entry)

    async def end_call(self, conversation: str, ended_by: EndedBy, **more: Any) -> None:
        """A call is over; ``more`` as in ``EndIn``."""
        await self._send(f"/v1/calls/{conversation}/end", EndIn(ended_by=ended_by, **more))

    async def abandon_calls(self, process: str) -> int:
        """To be told at the start of a phone process; returns how many calls its former life left open."""
        body = await self.request("POST", "/v1/calls/abandoned", json={"process": process})
        return int(body["calls"])

    async def turn_away(self, conversation: str, caller: str | None, city: str | None = None) -> str | None:
        """Somebody was turned away; returns the number of the call-back ticket, if they can be rung."""
        asked = TurnedAway(conversation=conversation, caller=caller, city=city)
        ticket: str | None = (await self._send("/v1/calls/turned-away", asked))["ticket"]
        return ticket

    async def names(self, city: str | None = None) -> list[str]:
        """Names that callers of a city say: streets, places, providers, services; ``city``: not the installation's own."""
        asked = {"city": city} if city else {}
        found: list[str] = (await self.request("GET", "/v1/calls/names", params=asked))["names"]
        return found

    async def claim_call(self) -> Outbound | None:
        """Somebody to ring now, to be reported within two minutes."""
        return Claimed.model_validate(await self.request("POST", "/v1/calls/outbound/claim")).outbound

    async def report_call(self, made: Outbound, result: OutboundResult, why: str | None = None) -> None:
        """What came of ringing somebody."""
        report = Report(conversation=made.conversation, result=result, why=why)
        await self._send(f"/v1/calls/outbound/{made.id}/report", report)

    async def call_commands(self, last: int | None = None) -> AsyncIterator[Command]:
        """What people at the console want done in running calls, until the stream breaks.

        Args:
            last: number of the last command that was had; connect again with it, and nothing is lost.

        Raises:
            Refused: not allowed.
            ServiceDown: no connection, or it broke.
        """
        headers = {"last-event-id": str(last)} if last is not None else {}
        timeout = httpx.Timeout(TIMEOUT_S, read=STREAM_SILENT_S)
        try:
            async with self.http.stream("GET", "/v1/calls/live", headers=headers, timeout=timeout) as answer:
                if answer.is_error:
                    raise Refused(answer.status_code, {})
                async for line in answer.aiter_lines():
                    if line.startswith("data:"):
                        yield Command.model_validate_json(line.removeprefix("data:"))
        except httpx.TransportError as error:
            raise ServiceDown() from error

    async def _send(self, path: str, body: BaseModel) -> Any:
        return await self.request("POST", path, json=body.model_dump(mode="json", exclude_none=True))

    async def close(self) -> None:
        await self.http.aclose()


def _known(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if value is not None}


def _local(moment: str) -> str:
    """An aware ISO moment as naive China time."""
    return china(datetime.fromisoformat(moment)).replace(tzinfo=None).isoformat()


def _told(order: dict[str, Any]) -> dict[str, Any]:
    """An order with ``starts_at_local``: naive China time, as it is said."""
    return {**order, "starts_at_local": _local(order["starts_at"])}


__all__ = ["CHINA", "SERVICE_TYPES", "Actor", "Client", "Refused", "ServiceDown", "addresses", "relatives"]

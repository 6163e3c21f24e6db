"""The part of the API that this channel uses, typed: links, alarms, photos, notices."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from assistant.client import Client


class Senior(BaseModel):
    """A senior for whom the person of a chat may act."""

    id: str
    name: str
    relation: str
    scopes: list[str]


@dataclass(frozen=True)
class Who:
    """Whose chat it is; ``person`` is None for a stranger."""

    person: str | None = None
    seniors: list[Senior] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    """Seniors (周阿姨) who have yet to confirm."""


class Notice(BaseModel):
    """One message of the outbox, to be sent now."""

    id: str
    chat: int
    event: str
    about: str | None
    data: dict[str, Any]
    urgent: bool
    created_at: datetime
    times: int
    doubtful: bool


@dataclass(frozen=True)
class Outcome:
    """What became of a notice."""

    id: str
    result: Literal["sent", "failed", "refused", "blocked"]
    retry_after: float | None = None
    error: str | None = None


@dataclass(frozen=True)
class Claimed:
    notice: Notice | None
    more: bool


class Service:
    """Calls of ``client``; each raises ``assistant.client.Refused`` or ``ServiceDown``."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def who(self, chat: int) -> Who:
        body = await self._post("/v1/links/who", chat=chat)
        person = body["person"]
        seniors = [
            Senior(id=one["person"]["id"], name=one["name"], relation=one["relation"], scopes=one["scopes"])
            for one in body["seniors"]
        ]
        waiting = [one["senior"]["form_of_address"] for one in body["waiting"]]
        return Who(person["id"] if person else None, seniors, waiting)

    async def redeem(self, chat: int, code: str, name: str) -> tuple[str, str | None]:
        """State (waiting, wrong, locked) and, when waiting, the senior who has to confirm."""
        body = await self._post("/v1/links/redeem", chat=chat, code=code, name=name[:200])
        return body["state"], body["senior"]["form_of_address"] if body["senior"] else None

    async def leave(self, chat: int, senior: str | None) -> int:
        """For how many seniors the chat no longer acts."""
        body = await self._post("/v1/links/leave", chat=chat, senior_id=senior)
        return int(body["seniors"])

    async def answer_alarm(self, chat: int, ticket: str, choice: str) -> dict[str, Any]:
        body: dict[str, Any] = await self._post("/v1/links/alarms", chat=chat, ticket=ticket, choice=choice)
        return body

    async def keep_photo(self, conversation: str, update: str, media_type: str, content: bytes) -> str | None:
        """Number of the ticket to which the photo was put, if one is open."""
        encoded = base64.b64encode(content).decode()
        body = await self._post(
            "/v1/links/photos",
            conversation=conversation,
            update=update,
            media_type=media_type,
            content=encoded,
        )
        ticket: str | None = body["ticket"]
        return ticket

    async def claim(self, done: Outcome | None) -> Claimed:
        """Report the last notice and take the next, in one call."""
        body = await self._post("/v1/outbox/telegram/claim", report=vars(done) if done else None)
        notice = Notice.model_validate(body["notice"]) if body["notice"] else None
        return Claimed(notice, body["more"])

    async def report(self, done: Outcome) -> None:
        await self._post("/v1/outbox/telegram/report", **vars(done))

    async def _post(self, path: str, **body: Any) -> Any:
        return await self.client.request("POST", path, json=body)

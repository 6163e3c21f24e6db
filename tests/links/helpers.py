"""Steps that many tests of links take."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

from assistant.kit.actor import Actor
from tests.links.conftest import CHAT, Family


def acting(actor: Actor) -> dict[str, str]:
    return {"x-yinling-actor": actor.model_dump_json(exclude_none=True)}


async def invite(api: httpx.AsyncClient, family: Family, **more: Any) -> dict[str, Any]:
    """A code for the daughter, asked for by the senior on the telephone."""
    body = {"senior_id": str(family.senior), "relation": "女儿", **more}
    answer = await api.post("/v1/links/invitations", json=body, headers=acting(family.as_senior))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def redeem(
    channel: httpx.AsyncClient, code: str, chat: int = CHAT, name: str = "丽丽"
) -> dict[str, Any]:
    answer = await channel.post("/v1/links/redeem", json={"chat": chat, "code": code, "name": name})
    found: dict[str, Any] = answer.json()
    return found


async def decide(
    api: httpx.AsyncClient, invitation: str, actor: Actor, *, yes: bool = True, evidence: str = "spoken"
) -> httpx.Response:
    return await api.post(
        f"/v1/links/invitations/{invitation}/decision",
        json={"yes": yes, "evidence": evidence},
        headers=acting(actor),
    )


async def link(
    api: httpx.AsyncClient, channel: httpx.AsyncClient, family: Family, chat: int = CHAT, **more: Any
) -> uuid.UUID:
    """The daughter linked: code, chat, the senior's yes. Returns the daughter."""
    invited = await invite(api, family, delegate_id=str(family.daughter), **more)
    assert (await redeem(channel, invited["code"], chat))["state"] == "waiting"
    answer = await decide(api, invited["id"], family.as_senior)
    assert answer.status_code == 200, answer.text
    return family.daughter


async def who(channel: httpx.AsyncClient, chat: int = CHAT) -> dict[str, Any]:
    found: dict[str, Any] = (await channel.post("/v1/links/who", json={"chat": chat})).json()
    return found


async def claim(channel: httpx.AsyncClient, report: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """The next notice, after reporting the one before."""
    answer = await channel.post("/v1/outbox/telegram/claim", json={"report": report})
    assert answer.status_code == 200, answer.text
    notice: dict[str, Any] | None = answer.json()["notice"]
    return notice


async def must_claim(channel: httpx.AsyncClient) -> dict[str, Any]:
    """The next notice, where there has to be one."""
    notice = await claim(channel)
    assert notice is not None
    return notice

"""The typed HTTP client that channels and actions use; they know nothing else of the service."""

from __future__ import annotations

from typing import Any

import httpx

from assistant.desk.schemas import Reply, TurnIn
from assistant.kit.actor import Actor
from assistant.kit.errors import YinlingError

TIMEOUT_S = 10.0


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
        token: bearer token of this process (``assistant.kit.tokens``).
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
        body = answer.json() if answer.content else None
        if answer.is_error:
            raise Refused(answer.status_code, body if isinstance(body, dict) else {})
        return body

    async def turn(self, turn: TurnIn) -> Reply:
        """Carry one turn to the desk."""
        body = await self.request("POST", "/desk/turns", json=turn.model_dump(mode="json", exclude_none=True))
        return Reply.model_validate(body)

    async def close(self) -> None:
        await self.http.aclose()

"""Rasa over HTTP on loopback: what was said goes in, what to say comes out."""

from __future__ import annotations

from typing import Any

import httpx


class RasaDown(Exception):
    """Rasa did not answer in time, or answered with an error."""


class Rasa:
    """The ``desk`` channel of a Rasa server (nlu_data/components/desk_channel.py).

    Args:
        url: address of the server.
        timeout_s: longest wait for one turn.
    """

    def __init__(self, url: str, timeout_s: float) -> None:
        self.http = httpx.AsyncClient(base_url=url, timeout=timeout_s)

    async def send(self, tracker: str, text: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
        """One turn; returns the messages of the actions: ``text`` and ``custom`` each.

        Raises:
            RasaDown: no answer in time.
        """
        body = {"sender": tracker, "message": text, "metadata": metadata}
        messages: list[dict[str, Any]] = await self._post("/webhooks/desk/webhook", body)
        return messages

    async def parse(self, text: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
        """Intent and entities of one text, without a conversation. Raises RasaDown."""
        found: dict[str, Any] = await self._post(
            "/webhooks/desk/parse", {"text": text, "metadata": metadata or {}}
        )
        return found

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        try:
            answer = await self.http.post(path, json=body)
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise RasaDown(type(error).__name__) from error

    async def close(self) -> None:
        await self.http.aclose()

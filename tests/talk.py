"""One conversation with the desk over HTTP, and a language model that answers by script."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
from fastapi import FastAPI

from assistant.desk.rasa import Rasa, RasaDown


class ScriptedRasa(Rasa):
    """Understands what it was told to understand, says what it was told to say, and remembers what it got."""

    def __init__(self) -> None:
        self.intents: dict[str, str] = {}
        """Text → intent."""
        self.replies: list[list[dict[str, Any]]] = []
        """One list of messages a turn, in order; without one it is down."""
        self.got: list[tuple[str, dict[str, Any]]] = []
        """Text and metadata of every turn."""

    async def send(self, tracker: str, text: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
        self.got.append((text, metadata))
        if not self.replies:
            raise RasaDown("no reply in the script")
        return self.replies.pop(0)

    async def parse(self, text: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
        return {"intent": {"name": self.intents.get(text, "other")}}

    async def close(self) -> None:
        return None


def scripted(app: FastAPI) -> ScriptedRasa:
    """The language model of ``app``, replaced."""
    rasa = ScriptedRasa()
    app.state.desk.rasa = rasa
    return rasa


def says(text: str, **custom: Any) -> list[dict[str, Any]]:
    """What an action says."""
    return [{"text": text, "custom": custom}]


class Talk:
    """One conversation."""

    def __init__(self, http: httpx.AsyncClient, key: str | None = None, **always: Any) -> None:
        self.http = http
        self.key = key or uuid.uuid4().hex
        self.always = {"channel": "phone", "caller": {"phone": "13900001111"}} | always
        self.count = 0
        self.last: dict[str, Any] = {}

    async def __call__(self, text: str | None = None, **turn: Any) -> str:
        """Take a turn; returns the words of the reply, which stands in ``last``."""
        self.count += 1
        body = self.always | {"conversation": self.key, "turn_id": str(self.count), "text": text} | turn
        answer = await self.http.post("/desk/turns", json=body)
        assert answer.status_code == 200, answer.text
        self.last = answer.json()
        return " ".join(message["text"] for message in self.last["messages"])

    async def start(self) -> str:
        return await self(event="start")

    async def hang_up(self) -> None:
        await self(event="hangup")

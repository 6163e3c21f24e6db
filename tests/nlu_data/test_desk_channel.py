"""The desk's door: metadata goes in with the message; everything said comes out."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

from components.desk_channel import DeskInput
from rasa.core.channels.channel import UserMessage


class Processor:
    async def parse_message(self, message: UserMessage) -> dict[str, Any]:
        return {"text": message.text, "intent": {"name": "affirm"}, "entities": [message.metadata], "more": 1}


def call(uri: str, body: dict[str, Any], heard: list[UserMessage], ready: bool = True) -> tuple[int, Any]:
    async def hear(message: UserMessage) -> None:
        heard.append(message)
        await message.output_channel.send_text_message(message.sender_id, "好的")

    routes = {route.uri: route.handler for route in DeskInput().blueprint(hear)._future_routes}
    agent = SimpleNamespace(is_ready=lambda: ready, processor=Processor())
    request = SimpleNamespace(json=body, app=SimpleNamespace(ctx=SimpleNamespace(agent=agent)))
    answer = asyncio.run(routes[uri](request))
    return answer.status, json.loads(answer.body)


def test_a_turn_carries_its_metadata() -> None:
    heard: list[UserMessage] = []
    body = {"sender": "c1", "message": "好", "metadata": {"asked": "yes_no"}}
    status, messages = call("/webhook", body, heard)
    assert (status, messages[0]["text"]) == (200, "好的")
    assert (heard[0].metadata, heard[0].input_channel) == ({"asked": "yes_no"}, "desk")


def test_parse_understands_without_talking() -> None:
    heard: list[UserMessage] = []
    status, understood = call("/parse", {"text": "好", "metadata": {"asked": "yes_no"}}, heard)
    assert (status, heard) == (200, [])
    assert understood["entities"] == [{"asked": "yes_no"}]
    assert set(understood) == {"text", "intent", "intent_ranking", "entities"}


def test_what_is_missing_is_said() -> None:
    assert call("/webhook", {"sender": "c1"}, [])[0] == 422
    assert call("/parse", {}, [])[0] == 422
    assert call("/parse", {"text": "好"}, [], ready=False)[0] == 503

"""The desk's door to Rasa: a turn with its metadata in, messages or the bare understanding out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from components import action_schema

UNDERSTOOD = ("text", "intent", "intent_ranking", "entities")


class Collector(CollectingOutputChannel):
    """Keeps what an action says as one message: its text and what it tells the desk beside it."""

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        said = {key: message[key] for key in ("text", "custom") if message.get(key)}
        if said:
            self.messages.append(said)


class DeskInput(InputChannel):
    """`POST /webhooks/desk/webhook` talks, `POST /webhooks/desk/parse` only understands.

    Both take `metadata`; its `asked` names what the assistant has just asked for.
    """

    @classmethod
    def name(cls) -> str:
        return "desk"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        action_schema.install()
        desk = Blueprint("desk", __name__)

        @desk.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @desk.route("/ready", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            """200 once a model is loaded: Rasa listens some seconds earlier."""
            agent = request.app.ctx.agent
            return response.json({"ready": bool(agent)}, status=200 if agent and agent.is_ready() else 503)

        @desk.route("/webhook", methods=["POST"])
        async def webhook(request: Request) -> HTTPResponse:
            """{sender, message, metadata} → a list of messages (text, custom)."""
            body = request.json or {}
            if not body.get("sender") or not isinstance(body.get("message"), str):
                return response.json({"error": "sender and message are needed"}, status=422)
            collector = Collector()
            await on_new_message(
                UserMessage(
                    body["message"],
                    collector,
                    body["sender"],
                    input_channel=self.name(),
                    metadata=body.get("metadata") or {},
                )
            )
            return response.json(collector.messages)

        @desk.route("/parse", methods=["POST"])
        async def parse(request: Request) -> HTTPResponse:
            """{text, metadata} → {text, intent, intent_ranking, entities}."""
            body = request.json or {}
            if not isinstance(body.get("text"), str):
                return response.json({"error": "text is needed"}, status=422)
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                return response.json({"error": "no model is loaded"}, status=503)
            message = UserMessage(body["text"], sender_id="parse", metadata=body.get("metadata") or {})
            understood = await agent.processor.parse_message(message)
            return response.json({key: understood.get(key) for key in UNDERSTOOD})

        return desk

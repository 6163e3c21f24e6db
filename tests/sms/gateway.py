"""An SMS gateway on the loopback that checks signatures, and fails, dawdles and limits as it is told."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response

from tests.browser import served

SECRET = "made-up"  # noqa: S105


@dataclass
class LocalGateway:
    """What it took, by id, and how it answers next."""

    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Status and headers of the next answers; without one it takes the message."""
    loses_answers: int = 0
    """How many messages it takes without being able to say so."""
    requests: int = 0
    forged: int = 0
    twice: int = 0
    """Messages that it got again after it had taken them."""

    async def take(self, request: Request) -> Response:
        self.requests += 1
        body = await request.body()
        stamp = request.headers["x-yinling-timestamp"]
        expected = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(request.headers["x-yinling-signature"], f"sha256={expected}"):
            self.forged += 1
            return Response(status_code=401)
        message = json.loads(body)
        if message["id"] in self.taken:
            self.twice += 1
            return Response(status_code=409)
        if self.answers:
            status, headers = self.answers.pop(0)
            return Response(status_code=status, headers=headers)
        assert request.headers["idempotency-key"] == message["id"]
        self.taken[message["id"]] = message
        if self.loses_answers:
            self.loses_answers -= 1
            return Response(status_code=502)
        return Response(json.dumps({"status": "accepted"}), media_type="application/json")

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Number and words of each message."""
        return [(one["to"], one["text"]) for one in self.taken.values()]


@contextmanager
def running(gateway: LocalGateway) -> Iterator[str]:
    """The address of the gateway."""
    app = FastAPI()
    app.add_api_route("/sms", gateway.take, methods=["POST"])
    with served(app) as url:
        yield f"{url}/sms"

"""The assistant in a side pane: what a worker types goes to the desk like any other turn."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from assistant.client import Client
from assistant.console import pages
from assistant.console.access import Seniors
from assistant.console.guard import Guarded
from assistant.desk.schemas import Caller, TurnIn

router = APIRouter(prefix="/chat", route_class=Guarded)


@router.post("")
async def turn(request: Request, visit: Seniors, text: Annotated[str, Form(max_length=1000)]) -> Response:
    """One turn; the answer is added to the pane."""
    asked = TurnIn(
        channel="console",
        conversation=visit.browser.chat,
        turn_id=uuid.uuid4().hex,
        text=text,
        caller=Caller(worker=visit.account.id),
        city=visit.account.city_code,
    )
    # The desk works in transactions of its own.
    client: Client = request.app.state.client_for("channel:console")
    try:
        reply = await client.turn(asked)
    finally:
        await client.close()
    return pages.show(request, visit, "chat_turn.html", said=text, reply=reply)

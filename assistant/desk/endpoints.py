"""The desk over HTTP, for channels."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from assistant.desk import repository
from assistant.desk.schemas import Reply, TurnIn, Word
from assistant.desk.service import Desk
from assistant.kit.api import SessionDep, scope
from assistant.kit.errors import Forbidden
from assistant.kit.tokens import Bearer

Turns: Any = scope("turns")
router = APIRouter(prefix="/desk", tags=["desk"], dependencies=[Turns])


def desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


@router.post("/turns")
async def take_turn(turn: TurnIn, request: Request) -> Reply:
    """One turn in, one reply out; the same ``turn_id`` again gets the same reply."""
    return await desk(request).take(turn)


@router.get("/words")
async def words(
    session: SessionDep,
    channel: str,
    conversation: Annotated[str, Query(max_length=80)],
    after: Annotated[str | None, Query(max_length=80)] = None,
    who: Bearer = Turns,
) -> list[Word]:
    """What was said in a conversation unasked, after the turn ``after``; only to its own channel."""
    if who.subject != f"channel:{channel}":
        raise Forbidden()
    found = await repository.words(session, channel, conversation, after)
    return [Word(turn_id=turn.turn_id, reply=Reply.model_validate_json(turn.reply)) for turn in found]

"""The desk over HTTP, for channels."""

from __future__ import annotations

from fastapi import APIRouter, Request

from assistant.desk.schemas import Reply, TurnIn
from assistant.desk.service import Desk
from assistant.kit.api import scope

router = APIRouter(prefix="/desk", tags=["desk"], dependencies=[scope("turns")])


def desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


@router.post("/turns")
async def take_turn(turn: TurnIn, request: Request) -> Reply:
    """One turn in, one reply out; the same ``turn_id`` again gets the same reply."""
    return await desk(request).take(turn)

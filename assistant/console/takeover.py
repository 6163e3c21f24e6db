"""Taking over a running conversation: what somebody types here is said there, and kept as a turn."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Request, Response
from sse_starlette import EventSourceResponse

from assistant.calls import commands
from assistant.console import carriers, pages, streams, work
from assistant.console.access import Queues, Visit
from assistant.console.guard import Guarded
from assistant.desk.briefing import brief
from assistant.desk.models import Conversation, Turn, Voice
from assistant.desk.schemas import Message, Reply
from assistant.kit import audit, live
from assistant.kit.errors import Conflict, Invalid
from assistant.kit.sentences import Sentences
from speech.saying import say as spoken

SENTENCES: Final = Sentences(Path(__file__).with_name("sentences.yaml"))

router = APIRouter(prefix="/conversations", route_class=Guarded)


@router.get("/{conversation_id}")
async def shown(request: Request, conversation_id: uuid.UUID, visit: Queues) -> Response:
    """The whole conversation, live."""
    talk: Conversation = visit.found["conversation_id"]
    audit.record(
        visit.session,
        visit.now,
        visit.actor,
        "conversation.viewed",
        f"conversation:{conversation_id}",
        talk.person_id,
    )
    return pages.show(
        request,
        visit,
        "conversation.html",
        talk=talk,
        lines=await work.lines(visit, talk),
        can_take=await carriers.reachable(visit.session, talk),
        mine=talk.state.get("operator") == str(visit.account.id),
        muted=talk.channel == "phone" and await commands.muted(visit.session, talk.key),
    )


@router.get("/{conversation_id}/lines")
async def lines(request: Request, conversation_id: uuid.UUID, visit: Queues) -> Response:
    """What was said so far, to take the place of what the page shows."""
    talk: Conversation = visit.found["conversation_id"]
    return pages.show(request, visit, "lines.html", lines=await work.lines(visit, talk))


@router.get("/{conversation_id}/events", response_class=EventSourceResponse)
async def events(request: Request, conversation_id: uuid.UUID, visit: Queues) -> Response:
    """``said`` whenever somebody says something."""
    return streams.follow(request, {topic(conversation_id): "said"})


def topic(conversation_id: uuid.UUID) -> str:
    """Of ``kit.live``: the desk tells there of each turn of a conversation that a person has taken over."""
    return f"turns:{conversation_id}"


@router.post("/{conversation_id}/take")
async def take(request: Request, conversation_id: uuid.UUID, visit: Queues) -> Response:
    """From now on a person speaks; the assistant only listens for danger."""
    talk = await _locked(visit)
    if not await carriers.reachable(visit.session, talk):
        raise Conflict("这个对话不能在这里接管。")
    other = talk.state.get("operator")
    if talk.status == "human" and other != str(visit.account.id):
        raise Conflict("已经有同事在接待了。")
    if talk.status != "human":
        talk.status = "human"
        talk.state = {**talk.state, "operator": str(visit.account.id)}
        await _tell(visit, talk, SENTENCES("taken_over"), "notice")
        _note(visit, talk, "conversation.taken")
    return pages.go(request, f"/console/conversations/{conversation_id}")


@router.post("/{conversation_id}/say")
async def say(
    request: Request, conversation_id: uuid.UUID, visit: Queues, text: Annotated[str, Form(max_length=500)]
) -> Response:
    """Say something to the caller."""
    talk = await _locked(visit)
    if talk.status != "human" or talk.state.get("operator") != str(visit.account.id):
        raise Conflict("请先接管这个对话。")
    if not text.strip():
        raise Invalid("请写下要说的话。")
    if not await carriers.reachable(visit.session, talk):
        raise Conflict("对方已经不在线了，请回电。")
    await _tell(visit, talk, text.strip(), "operator")
    return pages.show(request, visit, "lines.html", lines=await work.lines(visit, talk))


@router.post("/{conversation_id}/return")
async def give_back(request: Request, conversation_id: uuid.UUID, visit: Queues) -> Response:
    """The assistant speaks again."""
    talk = await _locked(visit)
    if talk.status == "human":
        talk.status = "open"
        talk.state = {key: value for key, value in talk.state.items() if key != "operator"}
        await _tell(visit, talk, SENTENCES("handed_back"), "notice")
        _note(visit, talk, "conversation.returned")
    return pages.go(request, f"/console/conversations/{conversation_id}")


@router.post("/{conversation_id}/transfer")
async def transfer(request: Request, conversation_id: uuid.UUID, visit: Queues) -> Response:
    """Put a running call through to the operators' telephone."""
    talk = await _locked(visit)
    if talk.channel != "phone":
        raise Conflict("只有电话才能转接。")
    told = await brief(visit.session, visit.now, talk, None)
    await commands.give(visit.session, visit.now, visit.actor, talk.key, "transfer", text=told)
    _note(visit, talk, "conversation.transferred")
    return pages.go(request, f"/console/conversations/{conversation_id}")


@router.post("/{conversation_id}/mute")
async def mute(request: Request, conversation_id: uuid.UUID, visit: Queues) -> Response:
    """The assistant is quiet in a running call, but for first aid; it goes on listening for danger."""
    return await _quiet(request, visit, "mute")


@router.post("/{conversation_id}/unmute")
async def unmute(request: Request, conversation_id: uuid.UUID, visit: Queues) -> Response:
    """The assistant may speak again."""
    return await _quiet(request, visit, "unmute")


async def _quiet(request: Request, visit: Visit, kind: Literal["mute", "unmute"]) -> Response:
    talk = await _locked(visit)
    if talk.channel != "phone":
        raise Conflict("只有电话里才能让银铃安静。")
    await commands.give(visit.session, visit.now, visit.actor, talk.key, kind)
    _note(visit, talk, f"conversation.{kind}d")
    return pages.go(request, f"/console/conversations/{talk.id}")


async def _locked(visit: Visit) -> Conversation:
    talk: Conversation = visit.found["conversation_id"]
    await visit.session.refresh(talk, with_for_update=True)
    return talk


async def _tell(visit: Visit, talk: Conversation, text: str, voice: Voice) -> None:
    """Keep it as a turn, and send it to the person at the other end and to all who watch."""
    reply = Reply(
        messages=[Message(text=text, speech=spoken(text))],
        expects="free",
        pace=talk.pace,
        loudness=talk.loudness,
        speaker=visit.account.display_name if voice == "operator" else None,
    )
    turn = Turn(
        id=uuid.uuid4(),
        conversation_id=talk.id,
        turn_id=f"{voice}-{uuid.uuid4().hex}",
        at=visit.now,
        voice=voice,
        said=None,
        reply=reply.model_dump_json(),
        took_ms=0.0,
    )
    visit.session.add(turn)
    talk.updated_at = visit.now
    await visit.session.flush()
    await carriers.CARRIERS[talk.channel](visit.session, visit.now, visit.actor, talk, turn, reply)
    await live.publish(visit.session, topic(talk.id), {})


def _note(visit: Visit, talk: Conversation, action: str) -> None:
    audit.record(visit.session, visit.now, visit.actor, action, f"conversation:{talk.id}", talk.person_id)

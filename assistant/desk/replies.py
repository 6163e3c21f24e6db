"""Putting replies together: what the actions said, or a sentence of the desk's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from assistant.desk.models import Conversation
from assistant.desk.schemas import Choice, Expects, Message, Reply
from assistant.kit.sentences import Sentences
from speech.saying import say as spoken

SENTENCES: Final = Sentences(Path(__file__).with_name("sentences.yaml"))
"""What the desk itself says."""


def say(
    conversation: Conversation,
    text: str,
    *,
    asks: str | None = None,
    expects: Expects = "free",
    choices: list[tuple[str, str]] | None = None,
    protected: bool = False,
) -> Reply:
    """A reply of one sentence of the desk's own."""
    offered = [
        Choice(title=title, value=value, key=str(key))
        for key, (title, value) in enumerate(choices or [], start=1)
    ]
    message = Message(text=text, speech=spoken(text), choices=offered, protected=protected)
    return Reply(messages=[message], asks=asks, expects=expects, pace=conversation.pace)


def put_before(first: Reply, rest: Reply) -> Reply:
    """The reply ``rest``, with what ``first`` says before it."""
    return rest.model_copy(update={"messages": [*first.messages, *rest.messages]})


def compose(conversation: Conversation, messages: list[dict[str, Any]]) -> Reply:
    """A reply of the actions' messages; the last question counts."""
    said: list[Message] = []
    asks: str | None = None
    expects: Expects = "free"
    for message in messages:
        custom = message.get("custom") or {}
        asks = custom.get("asks") or asks
        expects = custom.get("expects") or expects
        said.append(
            Message(
                text=message["text"],
                speech=custom.get("speech") or spoken(message["text"]),
                choices=[Choice.model_validate(choice) for choice in custom.get("choices") or []],
                card=custom.get("card"),
                protected=bool(custom.get("protected")),
            )
        )
    reply = Reply(messages=said, asks=asks, expects=expects, pace=conversation.pace)
    if said:
        # What "再说一遍" repeats.
        conversation.state = {**conversation.state, "said": reply.model_dump(mode="json")}
    return reply

"""Who does a thing, through which channel: written beside every change."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from fastapi import Depends, Header, Request
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.kit.api import bearer
from assistant.kit.errors import Invalid

ActorKind = Literal["senior", "relative", "worker", "provider", "system", "unknown"]
Channel = Literal["phone", "telegram", "web", "console", "terminal", "api"]


class Actor(BaseModel):
    """The acting person or process. ``unknown`` is a caller nobody has confirmed yet."""

    model_config = ConfigDict(frozen=True)

    kind: ActorKind
    channel: Channel
    person_id: uuid.UUID | None = None
    """The person in ``people``; for a worker their account in ``console``."""
    conversation: str | None = None
    """Correlation id of the conversation in which it was done."""


SYSTEM = Actor(kind="system", channel="api")


def actor(request: Request, x_yinling_actor: Annotated[str | None, Header()] = None) -> Actor:
    """The actor that a trusted process (actions, a channel) names in a header.

    Raises:
        Unauthenticated: no valid token.
        Invalid: the header is not an actor.
    """
    bearer(request)
    if x_yinling_actor is None:
        return SYSTEM
    try:
        return Actor.model_validate_json(x_yinling_actor)
    except ValidationError as error:
        raise Invalid("办理人信息不完整。") from error


ActorDep = Annotated[Actor, Depends(actor)]

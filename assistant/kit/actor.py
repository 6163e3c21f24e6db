"""Who does a thing, through which channel: written beside every change."""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import BaseModel, ConfigDict

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

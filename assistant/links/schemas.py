"""What the API says about links and the delivery of notices.

A chat's id is personal: it travels in bodies, never in a path.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from assistant.links.models import Evidence, InvitationStatus
from assistant.people.models import Scope
from assistant.people.schemas import PersonRef

Chat = Annotated[int, Field(description="Telegram's id of a private chat.", gt=0)]


class Strict(BaseModel):
    """A request in which an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class InvitationIn(Strict):
    senior_id: uuid.UUID
    relation: str = Field(min_length=1, max_length=20, examples=["女儿"])
    scopes: list[Scope] = Field(
        default=["see_orders", "notify", "emergency_contact"],
        min_length=1,
        description="Granted on confirmation.",
    )
    name: str | None = Field(None, max_length=20, examples=["王丽"])
    delegate_id: uuid.UUID | None = Field(
        None, description="The relative, if on record already; the senior themself links their own chat."
    )


class Invited(BaseModel):
    id: uuid.UUID
    code: str = Field(pattern=r"^\d{6}$", description="To be told to the relative; shown this once only.")
    expires_at: datetime


class InvitationOut(BaseModel):
    """A request for a link, for the senior who confirms it and the worker who helps."""

    id: uuid.UUID
    status: InvitationStatus
    senior: PersonRef
    delegate_name: str | None
    relation: str
    scopes: list[Scope]
    expires_at: datetime


class Decision(Strict):
    yes: bool
    evidence: Evidence = "spoken"


class Redeem(Strict):
    chat: Chat
    code: str = Field(pattern=r"^\d{6}$")
    name: str = Field("", max_length=200, description="What the person calls themself in Telegram.")


class Redeemed(BaseModel):
    """``waiting``: the senior has to confirm. ``wrong``: no such code. ``locked``: too many wrong ones."""

    state: Literal["waiting", "wrong", "locked"]
    senior: PersonRef | None = None
    relation: str | None = None
    scopes: list[Scope] = []


class ChatIn(Strict):
    chat: Chat


class Senior(BaseModel):
    """A senior for whom the person of a chat may act."""

    person: PersonRef
    name: str
    relation: str
    scopes: list[Scope]


class Waiting(BaseModel):
    senior: PersonRef
    relation: str


class Who(BaseModel):
    """Whose chat it is; ``person`` is null for a stranger and until somebody has vouched for the link."""

    person: PersonRef | None = None
    seniors: list[Senior] = []
    waiting: list[Waiting] = []


class Leave(Strict):
    chat: Chat
    senior_id: uuid.UUID | None = Field(None, description="Null: leave all and forget the chat.")


class Left(BaseModel):
    seniors: int = Field(description="For how many seniors a consent ended.")


AlarmChoice = Literal["take", "call_120", "community"]


class AlarmAnswer(Strict):
    chat: Chat
    ticket: uuid.UUID
    choice: AlarmChoice


class AlarmAnswered(BaseModel):
    """``taken`` by the one who pressed; ``told`` the community; ``already`` somebody else; ``over``."""

    state: Literal["taken", "told", "already", "over"]
    by: str | None = Field(None, description="Who has taken it, as the family says it: 女儿, 工作人员.")
    address: str | None = Field(None, description="Where help must go, as far as known.")
    number: str = Field(description="Number of the ticket.")


MAX_PHOTO = 5_000_000
"""Bytes; Telegram's own photos stay far below."""


class PhotoIn(Strict):
    conversation: str = Field(min_length=1, max_length=80)
    update: str = Field(min_length=1, max_length=80, description="Sent twice, it is stored once.")
    media_type: Literal["image/jpeg", "image/png", "image/webp"]
    content: Base64Bytes = Field(max_length=MAX_PHOTO)


class PhotoOut(BaseModel):
    id: uuid.UUID
    ticket: str | None = Field(description="Number of the ticket it was put to, if one is open.")


class Notice(BaseModel):
    """One message to send now."""

    id: uuid.UUID
    chat: int
    event: str
    about: str | None = Field(
        description="The senior it is about, by surname and title.", examples=["周阿姨"]
    )
    data: dict[str, Any]
    urgent: bool
    created_at: datetime
    times: int = Field(description="How often it has arrived before: repeats of an alarm.")
    doubtful: bool = Field(description="Its last sender fell silent: it may have arrived already.")


class Outcome(Strict):
    """What became of a message. ``refused``: Telegram will never take it; ``blocked``: the person left."""

    id: uuid.UUID
    result: Literal["sent", "failed", "refused", "blocked"]
    retry_after: float | None = Field(None, ge=0, description="Seconds that Telegram asks for.")
    error: str | None = Field(None, max_length=200, description="Kind of error; nothing personal.")


class Claim(Strict):
    report: Outcome | None = Field(None, description="What became of the message before, in the same call.")


class Claimed(BaseModel):
    notice: Notice | None = None
    more: bool = Field(False, description="Nothing to send among many; ask again at once.")


class DeliveryOut(BaseModel):
    """State of one notice, for the console."""

    id: uuid.UUID
    kind: str
    event: str
    recipient: str
    status: str
    created_at: datetime
    sent_at: datetime | None
    due_at: datetime
    attempts: int
    sent: int
    error: str | None

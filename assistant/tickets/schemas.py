"""What the API says about tickets."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.people.schemas import PersonRef
from assistant.tickets.models import TicketKind, TicketStatus


class TicketIn(BaseModel):
    """Work for a person at the desk."""

    model_config = ConfigDict(
        extra="forbid",
        str_strip_whitespace=True,
        json_schema_extra={
            "examples": [
                {
                    "kind": "complaint",
                    "city": "zhuzhou",
                    "phone": "13900001111",
                    "summary": "老人反映食堂的饭菜是馊的。",
                    "idempotency_key": "call-7f3a:complaint:1",
                }
            ]
        },
    )

    kind: TicketKind
    city: str = Field(max_length=40, description="Code of the city.")
    person_id: uuid.UUID | None = Field(None, description="Whom it is about.")
    phone: str | None = Field(None, max_length=40, description="Number to call back.")
    summary: str = Field(min_length=1, max_length=2000)
    details: dict[str, Any] = Field(default_factory=dict)
    conversation: str | None = Field(None, max_length=80)
    idempotency_key: str | None = Field(None, min_length=1, max_length=120)


class NoteIn(BaseModel):
    note: str | None = Field(None, max_length=2000)


class CloseIn(BaseModel):
    outcome: str = Field(min_length=1, max_length=2000)
    cancelled: bool = Field(False, description="Nothing had to be done after all.")


class EventOut(BaseModel):
    at: datetime
    action: str
    status: TicketStatus
    actor: dict[str, Any]
    note: str | None


class TicketOut(BaseModel):
    id: uuid.UUID
    number: str = Field(examples=["GD25061203"])
    kind: TicketKind
    status: TicketStatus
    city: str
    person: PersonRef | None
    phone: str | None
    summary: str
    details: dict[str, Any]
    department: str | None = Field(description="For a complaint: who handles the matter.")
    matter: str | None
    department_source: str | None = Field(
        description="Document behind the department; null where the split is another city's."
    )
    promised_from: datetime | None = Field(description="For a call-back: start of the promised window.")
    due_at: datetime | None
    priority: int
    conversation: str | None
    channel: str
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: dict[str, Any] | None
    closed_at: datetime | None
    closed_by: dict[str, Any] | None
    outcome: str | None
    history: list[EventOut] | None = None

"""What the API says about alarms."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class AlarmIn(BaseModel):
    """Danger that something other than the desk has seen: a worker, a page, later a device."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    hazard: str = Field(max_length=30, examples=["fall"])
    said: str = Field("", max_length=2000)
    city: str = Field(max_length=40)
    person_id: uuid.UUID | None = None
    phone: str | None = Field(None, max_length=40)
    address: str | None = Field(None, max_length=200)
    conversation: str = Field(min_length=1, max_length=80)


class FalseAlarmIn(BaseModel):
    reason: str = Field(min_length=1, max_length=500)


class AlarmOut(BaseModel):
    ticket_id: uuid.UUID
    number: str
    status: str
    hazard: str
    level: str
    rule: str
    said: str | None
    address: str | None
    raised_at: datetime
    repeated: int
    false_alarm_at: datetime | None
    false_alarm_reason: str | None

"""What the API says about check-ins."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

from pydantic import BaseModel, ConfigDict, Field, field_validator

from assistant.care.models import CheckinStatus, Evidence, Reason, Way


class PlanIn(BaseModel):
    """A senior agrees to be asked how they are; replaces what was agreed before."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"weekdays": [0, 2, 4], "at": "09:00", "way": "phone", "evidence": "spoken"}]
        },
    )

    weekdays: list[int] = Field(min_length=1, max_length=7, description="0 is Monday.")
    at: time = Field(description="China time.")
    way: Way = "phone"
    evidence: Evidence = Field("spoken", description="How the senior agreed.")

    @field_validator("weekdays")
    @classmethod
    def _days(cls, days: list[int]) -> list[int]:
        if not all(0 <= day <= 6 for day in days):
            raise ValueError("weekdays are 0 to 6")
        return sorted(set(days))


class PlanOut(BaseModel):
    id: uuid.UUID
    person_id: uuid.UUID
    weekdays: list[int]
    at: time
    way: Way
    evidence: Evidence
    agreed_at: datetime


class CheckinOut(BaseModel):
    """One time a senior was asked, for the console and the person's file."""

    id: uuid.UUID
    person_id: uuid.UUID
    day: date
    reason: Reason
    way: Way
    status: CheckinStatus
    asked_at: datetime
    answered_at: datetime | None
    ticket_id: uuid.UUID | None

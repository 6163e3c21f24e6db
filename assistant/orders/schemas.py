"""What the API says about slots, quotes and orders. Money is in fen; moments are UTC."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from assistant.kit.when.model import PartOfDay
from assistant.orders.models import ForWhom, OrderStatus, Payer, SeriesStatus
from assistant.people.schemas import PersonRef

Day = date
TimeOfDay = time
# Two names for what fields called date and time would hide.

MAX_QUANTITY = 100


class Strict(BaseModel):
    """A request in which an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Moment(Strict):
    """When: a moment, or a day of China with a time or a part of the day or neither (then the first free)."""

    starts_at: AwareDatetime | None = None
    date: Day | None = None
    time: TimeOfDay | None = None
    part: PartOfDay | None = None

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        if self.starts_at is not None and (self.date or self.time):
            raise ValueError("starts_at or date, not both")
        return self


class SlotOut(BaseModel):
    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int
    bookable: bool = Field(description="Free, and early enough for the service's lead time.")


class Alternative(BaseModel):
    """Another time, or another place, for what was full or closed."""

    offering_id: uuid.UUID
    place: str
    starts_at: datetime
    free: int
    unit_price_fen: int | None
    distance_m: int | None = Field(description="Metres from the place that was asked for.")
    demo: bool


class Alternatives(BaseModel):
    same_day: list[Alternative] = []
    other_days: list[Alternative] = []
    other_places: list[Alternative] = []


class QuoteIn(Strict):
    offering_id: uuid.UUID
    quantity: int = Field(1, ge=1, le=MAX_QUANTITY)


class Quote(BaseModel):
    """What it costs and who pays. An unknown price is null and said to be unknown."""

    offering_id: uuid.UUID
    unit: str = Field(examples=["份"])
    quantity: int
    unit_price_fen: int | None = Field(examples=[1200])
    total_fen: int | None
    covered_fen: int = Field(description="Paid by others; 0 unless a document gives an amount.")
    payable_fen: int | None
    payer: Payer
    notes: list[str] = Field(description="Sentences to say with the price.")
    demo: bool


class OrderIn(Moment):
    """A booking. At home, the address on record is used unless another is given."""

    model_config = ConfigDict(
        extra="forbid",
        str_strip_whitespace=True,
        json_schema_extra={
            "examples": [
                {
                    "senior_id": "7d0f5a1e-6a5c-4c5e-9b8e-0c1f6f6a0001",
                    "offering_id": "7d0f5a1e-6a5c-4c5e-9b8e-0c1f6f6a0002",
                    "date": "2025-06-12",
                    "part": "noon",
                    "quantity": 1,
                    "remarks": "少盐",
                    "idempotency_key": "call-7f3a:order:1",
                }
            ]
        },
    )

    senior_id: uuid.UUID
    offering_id: uuid.UUID
    quantity: int = Field(1, ge=1, le=MAX_QUANTITY)
    for_whom: ForWhom = "self"
    remarks: str | None = Field(None, max_length=500)
    address: str | None = Field(None, max_length=200)
    contact_phone: str | None = Field(None, max_length=40)
    idempotency_key: str | None = Field(None, min_length=1, max_length=120)

    @model_validator(mode="after")
    def _some_day(self) -> Self:
        if self.starts_at is None and self.date is None:
            raise ValueError("starts_at or date")
        return self


class ChangeIn(Moment):
    """Only what is sent changes; a time without a date stays on the order's day, a date keeps its time."""

    offering_id: uuid.UUID | None = None
    quantity: int | None = Field(None, ge=1, le=MAX_QUANTITY)
    remarks: str | None = Field(None, max_length=500)
    address: str | None = Field(None, max_length=200)
    contact_phone: str | None = Field(None, max_length=40)


class ReasonIn(Strict):
    reason: str | None = Field(None, max_length=300)


class RateIn(Strict):
    rating: int = Field(ge=1, le=5)
    comment: str | None = Field(None, max_length=500)


class BatchIn(Strict):
    orders: list[OrderIn] = Field(min_length=1, max_length=200)


class OrderOut(BaseModel):
    id: uuid.UUID
    number: str = Field(examples=["YL25061203"])
    senior: PersonRef
    for_whom: ForWhom
    offering_id: uuid.UUID
    offering: str
    place: str
    place_phone: str | None
    demo: bool
    service_type: str
    starts_at: datetime
    part: str | None
    quantity: int
    unit: str
    unit_price_fen: int | None
    total_fen: int | None
    covered_fen: int
    payable_fen: int | None
    payer: Payer
    benefit_note: str | None
    status: OrderStatus
    reason: str | None
    remarks: str | None
    address: str | None
    contact_phone: str | None
    channel: str
    change_until: datetime = Field(description="Last moment for a change or cancellation.")
    series_id: uuid.UUID | None
    rating: int | None
    created_at: datetime
    updated_at: datetime


class BatchRow(BaseModel):
    """The result of one row: an order or an error."""

    row: int
    order: OrderOut | None = None
    error: dict[str, Any] | None = None


class BatchOut(BaseModel):
    booked: int
    refused: int
    rows: list[BatchRow]


class EventOut(BaseModel):
    at: datetime
    action: str
    status: OrderStatus
    actor: dict[str, Any]
    changes: dict[str, Any]


class SeriesIn(Strict):
    """A recurring order: a rule of days, one time of day."""

    senior_id: uuid.UUID
    offering_id: uuid.UUID
    rrule: str = Field(max_length=200, examples=["FREQ=WEEKLY;BYDAY=TU,TH,SA"])
    starts_on: date
    time: TimeOfDay | None = None
    part: PartOfDay | None = Field(None, description="Instead of a time: its usual hour that day is open.")
    until: date | None = None
    quantity: int = Field(1, ge=1, le=MAX_QUANTITY)
    for_whom: ForWhom = "self"
    skip_holidays: bool = False
    remarks: str | None = Field(None, max_length=500)
    address: str | None = Field(None, max_length=200)
    contact_phone: str | None = Field(None, max_length=40)
    idempotency_key: str | None = Field(None, min_length=1, max_length=120)


class SeriesOut(BaseModel):
    id: uuid.UUID
    number: str
    senior_id: uuid.UUID
    offering_id: uuid.UUID
    rrule: str
    starts_on: date
    at: time
    until: date | None
    quantity: int
    skip_holidays: bool
    skipped: list[date]
    paused: list[list[str]]
    status: SeriesStatus
    expanded_until: date
    missed: list[str] = Field(description="Days that could not be booked: ``2025-06-12 slot_full``.")
    orders: list[OrderOut] = Field(description="Orders still to come.")


class SkipIn(Strict):
    day: date


class PauseIn(Strict):
    first: date
    last: date | None = Field(None, description="Null: until it is resumed.")


class ResumeIn(Strict):
    first: date | None = Field(None, description="First day served again; null: at once.")


Step = Literal["accept", "start", "finish", "reject", "no_show"]

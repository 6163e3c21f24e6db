"""The catalogue of one city as plain values: what every file is read into and written from."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from assistant.catalog.hours import check_rrule
from assistant.catalog.vocabulary import SERVICE_TYPES, AreaLevel, Credit, PlaceKind, Unit


def _service_type(key: str) -> str:
    if key not in SERVICE_TYPES:
        raise ValueError("no such service type")
    return key


Name = Annotated[str, Field(min_length=2, max_length=80)]
Text = Annotated[str, Field(max_length=2000)]


class Draft(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class AreaDraft(Draft):
    """One step of the path from the city down to where a place lies."""

    level: AreaLevel
    name: Annotated[str, Field(min_length=2, max_length=40)]
    urban: bool | None = None
    """None = not told: a new area counts as urban, a known one stays as it is."""


class ScheduleDraft(Draft):
    rrule: Annotated[str, Field(max_length=200), AfterValidator(check_rrule)]
    opens: time
    closes: time
    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _ordered(self) -> ScheduleDraft:
        if self.opens >= self.closes:
            raise ValueError("opens must be before closes")
        return self


class ProviderDraft(Draft):
    name: Name
    credit: Credit = "ok"
    credit_note: Text | None = None
    demo: bool = False
    source_document: str | None = Field(None, max_length=40)


class OfferingDraft(Draft):
    """Fields as in ``models.Offering``; known within its place by service type and name."""

    service_type: Annotated[str, AfterValidator(_service_type)]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    provider: str | None = None
    """Name of the provider; default whoever runs the place."""
    description: Text | None = None
    unit: Unit
    unit_price_fen: int | None = Field(None, ge=0, le=100_000_000)
    at_home: bool = False
    online_booking: bool = True
    capacity_per_slot: int = Field(10, ge=0, le=10_000)
    slot_minutes: int = Field(60, ge=5, le=1440)
    lead_minutes: int = Field(60, ge=0, le=43_200)
    change_deadline_minutes: int = Field(60, ge=0, le=43_200)
    open_on_holidays: bool = False
    circle_m: int | None = Field(None, gt=0, le=200_000)
    active: bool = True
    demo: bool = False
    schedules: list[ScheduleDraft] = []


class PlaceDraft(Draft):
    """Fields as in ``models.Place``; known within its city by ``external_id``."""

    external_id: Annotated[str, Field(min_length=1, max_length=120)]
    kind: PlaceKind
    name: Name
    aliases: list[Name] = []
    areas: list[AreaDraft] = []
    """From the top down, without the city itself."""
    provider: str | None = None
    address: str | None = Field(None, max_length=200)
    phone: str | None = Field(None, max_length=30)
    lat: float | None = Field(None, ge=-85, le=85)
    lng: float | None = Field(None, ge=-180, le=180)
    description: Text | None = None
    demo: bool = False
    source_document: str | None = Field(None, max_length=40)
    verified_at: date | None = None
    verified_by: str | None = Field(None, max_length=40)
    offerings: list[OfferingDraft] = []

    @model_validator(mode="after")
    def _located(self) -> PlaceDraft:
        if (self.lat is None) != (self.lng is None):
            raise ValueError("lat and lng go together")
        return self


class CatalogDraft(Draft):
    """Providers and places of one city."""

    providers: list[ProviderDraft] = []
    places: list[PlaceDraft] = []

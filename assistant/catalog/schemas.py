"""What the API of the catalogue takes and gives. Prices in fen, distances in metres, coordinates WGS 84."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.catalog.names import MatchedBy
from assistant.catalog.vocabulary import Credit, PlaceKind


def example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]}, from_attributes=True)


class CityView(BaseModel):
    """A city, its hotline and its service circles as its document tells them."""

    model_config = example(
        code="yueyang",
        name="岳阳",
        province="湖南",
        hotline="96580",
        urban_circle_min=10,
        rural_circle_min=40,
    )

    code: str
    name: str
    province: str
    hotline: str | None
    urban_circle_min: int | None
    """Minutes within which an urban senior should reach a service."""
    rural_circle_min: int | None
    lat: float
    lng: float
    source: str | None = None
    """The document behind it."""


class ServiceTypeView(BaseModel):
    """A kind of service that can be searched for."""

    model_config = example(key="meal", name="助餐", unit="份", at_home=False, aliases=["送餐"])

    key: str
    name: str
    unit: str
    at_home: bool
    aliases: list[str]


class ProviderView(BaseModel):
    """Who gives a service."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    name: str
    credit: Credit
    credit_note: str | None = None
    demo: bool = False


class PlaceView(BaseModel):
    """A place as it is shown; ``demo`` is to be shown with it."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    city_code: str
    kind: PlaceKind
    kind_name: str = ""
    name: str
    aliases: list[str] = []
    address: str | None = None
    phone: str | None = None
    lat: float | None = None
    lng: float | None = None
    description: str | None = None
    demo: bool = False
    verified_at: date | None = None
    verified_by: str | None = None
    reported_wrong: bool = False
    """Somebody said that something here is wrong, and nobody has checked it yet."""
    source: str | None = None


class OfferingView(BaseModel):
    """A service at a place."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    service_type: str
    service_name: str = ""
    """The Mandarin word for the type."""
    name: str
    description: str | None = None
    unit: str
    unit_price_fen: int | None
    at_home: bool
    online_booking: bool
    capacity_per_slot: int
    slot_minutes: int
    lead_minutes: int
    change_deadline_minutes: int
    open_on_holidays: bool
    circle_m: int | None
    active: bool
    demo: bool


class SearchQuery(BaseModel):
    """A need. Everything is optional; what is given narrows the search."""

    city: str | None = Field(None, description="Code or name", examples=["岳阳"])
    service_type: str | None = Field(None, description="Key or Mandarin word", examples=["meal"])
    q: str | None = Field(
        None, max_length=100, description="Name of a place, area or provider, or a service word"
    )
    place_id: uuid.UUID | None = Field(None, description="Near this place")
    near: str | None = Field(None, max_length=100, description='"lat,lng", or the name of a place or area')
    within_min: int | None = Field(
        None, ge=1, le=180, description="Minutes on the way; see docs/catalogue.md"
    )
    within_m: float | None = Field(None, gt=0, le=200_000)
    circle: bool = Field(False, description="Within the service circle of the city")
    open_at: datetime | None = Field(None, description="Open then; a naive time is China's")
    with_capacity: bool = Field(False, description="With places left at that time, or at the next opening")
    max_price_fen: int | None = Field(None, ge=0)
    bookable: bool = Field(False, description="Only what can be booked here")
    limit: int = Field(5, ge=1, le=50)


class Found(BaseModel):
    """One offering found, with what a person asks next."""

    offering: OfferingView | None
    """None for a place asked for by name of which nobody has told the services."""
    place: PlaceView
    provider: ProviderView | None
    distance_m: int | None
    """Metres as the crow flies from the point asked for."""
    open_at: bool | None
    """Open at the time asked for (now, if none); null when nobody has told the hours."""
    hours_text: str
    next_opening: datetime | None
    """China time."""
    free: int | None
    """Units left in the slot at that time, or in the first slot of the next opening."""
    bookable: bool
    not_bookable_reason: str | None = None
    why: str
    """One sentence for the ear: how far, open or not, how many left, price, demo or not."""


class SearchResult(BaseModel):
    """What was found, and how it is ordered."""

    model_config = example(results=[], explained="按离您的远近排，近的在前。", known_city=True)

    results: list[Found]
    explained: str
    known_city: bool = True
    """False when nothing at all is known about the city asked for."""
    elsewhere: list[str] = []
    """Where the city asked for has no service of any kind: the cities that have, to be named instead."""


class NameCandidate(BaseModel):
    """Something that a name may mean."""

    model_config = example(
        type="place", id="8f0c…", name="秀花园养老山庄", city_code="yueyang", score=0.88, matched_by="pinyin"
    )

    type: Literal["place", "area", "provider"]
    id: uuid.UUID
    name: str
    kind: str
    """Kind of the place or level of the area; ``provider`` for a provider."""
    city_code: str
    area: str | None = None
    """The area it lies in, to tell two of one name apart."""
    demo: bool = False
    score: float
    """0..1; above 0.85 it may be taken as meant, read back."""
    matched_by: MatchedBy


class GazetteerEntry(BaseModel):
    """A name of the catalogue, for hints to the recogniser and look-up tables."""

    name: str
    aliases: list[str] = []
    type: Literal["city", "place", "area", "provider"]
    city_code: str


class ScheduleView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    rrule: str
    opens: time
    closes: time
    valid_from: date | None = None
    valid_until: date | None = None


class OfferingDetail(BaseModel):
    """An offering with everything around it."""

    offering: OfferingView
    place: PlaceView
    provider: ProviderView | None
    schedules: list[ScheduleView]
    hours_text: str
    bookable: bool
    not_bookable_reason: str | None = None


class PlaceDetail(BaseModel):
    """A place with what it offers."""

    place: PlaceView
    provider: ProviderView | None
    offerings: list[OfferingDetail]


class Span(BaseModel):
    opens: time
    closes: time


class HoursView(BaseModel):
    """The opening hours of one day in China time."""

    model_config = example(
        date="2025-06-12",
        open=True,
        spans=[{"opens": "08:30", "closes": "11:30"}],
        holiday=None,
        text="每天 08:30-11:30",
    )

    date: date
    open: bool | None
    """None when nobody has told the hours."""
    spans: list[Span]
    holiday: str | None
    text: str


class PlacePatch(BaseModel):
    """What may be corrected of a place."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=2, max_length=80)] | None = None
    aliases: list[Annotated[str, Field(min_length=2, max_length=80)]] | None = None
    address: str | None = Field(None, max_length=200)
    phone: str | None = Field(None, max_length=30)
    lat: float | None = Field(None, ge=-85, le=85)
    lng: float | None = Field(None, ge=-180, le=180)
    description: str | None = None

    @model_validator(mode="after")
    def _both(self) -> PlacePatch:
        if ("lat" in self.model_fields_set) != ("lng" in self.model_fields_set) or (self.lat is None) != (
            self.lng is None
        ):
            raise ValueError("lat and lng go together")
        return self


class OfferingPatch(BaseModel):
    """What may be corrected of an offering; ``hours`` as in the bureau's sheet."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    description: str | None = None
    unit_price_fen: int | None = Field(None, ge=0)
    online_booking: bool | None = None
    capacity_per_slot: int | None = Field(None, ge=0)
    slot_minutes: int | None = Field(None, ge=5, le=1440)
    lead_minutes: int | None = Field(None, ge=0)
    change_deadline_minutes: int | None = Field(None, ge=0)
    open_on_holidays: bool | None = None
    circle_m: int | None = Field(None, gt=0)
    active: bool | None = None
    hours: str | None = Field(None, examples=["周一至周五 08:30-11:30,14:00-17:00"])


class ProviderPatch(BaseModel):
    """Credit of a provider, with the reason."""

    model_config = ConfigDict(extra="forbid")

    credit: Credit | None = None
    credit_note: str | None = Field(None, max_length=500)


class Verification(BaseModel):
    """Somebody checked a place."""

    model_config = example(by="社区工作人员", on="2025-06-11")

    by: str = Field(min_length=1, max_length=40)
    on: date | None = None
    """Default today."""


class WrongReport(BaseModel):
    """What is wrong about a place, without personal data."""

    model_config = example(note="电话打不通")

    note: str = Field(min_length=1, max_length=300)


class ClosureIn(BaseModel):
    """Days on which a place stays closed."""

    model_config = example(dates=["2025-10-09"], reason="设备检修")

    dates: list[date] = Field(min_length=1, max_length=366)
    reason: str | None = Field(None, max_length=80)


class RowError(BaseModel):
    """One thing wrong in a file, where a clerk finds it."""

    model_config = example(row=7, column="单价(元)", message="“八块”不是金额，请填数字，例如 8 或 8.5")

    row: int | None
    """Row as the sheet counts, the heading is 1; None for the file as a whole."""
    column: str | None
    message: str


class ImportReport(BaseModel):
    """What an import would do or did. With errors nothing is stored."""

    model_config = example(file="居家养老.xlsx", rows=2, places=1, offerings=2, errors=[], stored=True)

    file: str
    rows: int
    places: int
    offerings: int
    providers: int
    created: int = 0
    """Places that were not there before."""
    updated: int = 0
    errors: list[RowError] = []
    warnings: list[RowError] = []
    stored: bool = False
    sample: list[str] = []
    """The first few places as they were understood."""

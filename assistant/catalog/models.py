"""Tables of the catalogue."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    Time,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assistant.catalog.geography import Point
from assistant.kit.db import Base, Identified


class City(Base):
    """A city the hotline knows something about. What its documents do not say is null."""

    __tablename__ = "cities"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    """Pinyin of the name: ``weihai``."""
    name: Mapped[str] = mapped_column(String(20), unique=True)
    province: Mapped[str] = mapped_column(String(20))
    hotline: Mapped[str | None] = mapped_column(String(20))
    """The elder-care hotline, from documents only."""
    urban_circle_min: Mapped[int | None]
    """Minutes within which an urban senior should reach a service, from documents only."""
    rural_circle_min: Mapped[int | None]
    lat: Mapped[float]
    """Degrees WGS 84, centre of the city."""
    lng: Mapped[float]
    source_document: Mapped[str | None] = mapped_column(String(40))


class Area(Identified, Base):
    """A part of a city at one level of its network."""

    __tablename__ = "areas"
    __table_args__ = (UniqueConstraint("city_code", "parent_id", "name", postgresql_nulls_not_distinct=True),)

    city_code: Mapped[str] = mapped_column(ForeignKey("cities.code"), index=True)
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("areas.id"))
    level: Mapped[str] = mapped_column(String(20))
    """``vocabulary.AreaLevel``."""
    name: Mapped[str] = mapped_column(String(40))
    urban: Mapped[bool] = mapped_column(default=True)


class Provider(Identified, Base):
    """An organisation that gives services. A dishonest one is found by name, never booked."""

    __tablename__ = "providers"
    __table_args__ = (
        UniqueConstraint("city_code", "name"),
        CheckConstraint("credit IN ('ok', 'watch', 'dishonest')", name="credit"),
    )

    city_code: Mapped[str] = mapped_column(ForeignKey("cities.code"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    credit: Mapped[str] = mapped_column(String(10), default="ok")
    """``vocabulary.Credit``; providers on the joint-punishment list are ``dishonest`` (株洲, 2023)."""
    credit_note: Mapped[str | None] = mapped_column(Text)
    demo: Mapped[bool] = mapped_column(default=False)
    source_document: Mapped[str | None] = mapped_column(String(40))


class Place(Identified, Base):
    """A place where services are given, or from which they come to the senior's home."""

    __tablename__ = "places"
    __table_args__ = (
        UniqueConstraint("city_code", "external_id"),
        CheckConstraint("(lat IS NULL) = (lng IS NULL) AND (lat IS NULL) = (spot IS NULL)", name="located"),
        Index("ix_places_spot", "spot", postgresql_using="gist"),
        Index("ix_places_keys", "keys", postgresql_using="gin"),
    )

    city_code: Mapped[str] = mapped_column(ForeignKey("cities.code"), index=True)
    area_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("areas.id"), index=True)
    provider_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("providers.id"), index=True)
    """Who runs the place, where known."""
    external_id: Mapped[str] = mapped_column(String(120))
    """The bureau's number of the place, or its name and area where it has none."""
    kind: Mapped[str] = mapped_column(String(30))
    """``vocabulary.PlaceKind``."""
    name: Mapped[str] = mapped_column(String(80))
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    pinyin: Mapped[str] = mapped_column(Text, default="")
    """Toneless pinyin of the name, syllables apart by a space."""
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Pairs of characters and of folded syllables of name and aliases (``names.keys``): the text index."""
    address: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(30))
    """A public number of the place, not of a person."""
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    spot: Mapped[tuple[float, float] | None] = mapped_column(Point)
    """Mercator metres of ``lat``, ``lng`` (``geography.mercator``)."""
    description: Mapped[str | None] = mapped_column(Text)
    demo: Mapped[bool] = mapped_column(default=False)
    """Made up for demonstration; said wherever it is shown."""
    source_document: Mapped[str | None] = mapped_column(String(40))
    verified_at: Mapped[date | None] = mapped_column(Date)
    """Last day on which somebody checked that it is so (HSDS ``assured_date``)."""
    verified_by: Mapped[str | None] = mapped_column(String(40))
    reported_wrong_at: Mapped[datetime | None]
    reported_wrong_note: Mapped[str | None] = mapped_column(Text)
    """What somebody said is wrong, until it is verified again. No personal data."""

    area: Mapped[Area | None] = relationship(lazy="raise")
    provider: Mapped[Provider | None] = relationship(lazy="raise")


class Offering(Identified, Base):
    """A service that a provider gives at or from a place: what is searched for and booked."""

    __tablename__ = "offerings"
    __table_args__ = (
        UniqueConstraint("place_id", "service_type", "name"),
        CheckConstraint("unit_price_fen >= 0", name="price"),
        CheckConstraint("capacity_per_slot >= 0 AND slot_minutes > 0", name="slots"),
        Index("ix_offerings_spot", "spot", postgresql_using="gist"),
        Index("ix_offerings_service_type_city", "service_type", "city_code"),
    )

    place_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)
    provider_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("providers.id"), index=True)
    city_code: Mapped[str] = mapped_column(ForeignKey("cities.code"))
    """The place's, repeated for the search."""
    spot: Mapped[tuple[float, float] | None] = mapped_column(Point)
    """The place's Mercator metres in the lane of its service type (``geography.LANE_M``), for the search."""
    service_type: Mapped[str] = mapped_column(String(30))
    """A key of ``vocabulary.SERVICE_TYPES``."""
    name: Mapped[str] = mapped_column(String(80))
    description: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(String(4))
    """``vocabulary.Unit``: what a quantity of one means."""
    unit_price_fen: Mapped[int | None]
    """Fen (1/100 yuan) a unit; null where nobody has told the price."""
    at_home: Mapped[bool] = mapped_column(default=False)
    online_booking: Mapped[bool] = mapped_column(default=True)
    capacity_per_slot: Mapped[int] = mapped_column(default=10)
    """Units that one slot holds."""
    slot_minutes: Mapped[int] = mapped_column(default=60)
    lead_minutes: Mapped[int] = mapped_column(default=60)
    """A booking must be made at least so long before its slot."""
    change_deadline_minutes: Mapped[int] = mapped_column(default=60)
    """A change or cancellation must come at least so long before the slot."""
    open_on_holidays: Mapped[bool] = mapped_column(default=False)
    circle_m: Mapped[int | None]
    """Metres around the place within which it comes to the home; null = the whole city."""
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)

    place: Mapped[Place] = relationship(lazy="raise")
    provider: Mapped[Provider | None] = relationship(lazy="raise")
    schedules: Mapped[list[Schedule]] = relationship(lazy="raise", order_by="Schedule.opens")


class Schedule(Identified, Base):
    """On which days (RFC 5545 RRULE) and between which times of China an offering is open."""

    __tablename__ = "schedules"
    __table_args__ = (CheckConstraint("opens < closes", name="order"),)

    offering_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offerings.id", ondelete="CASCADE"), index=True)
    rrule: Mapped[str] = mapped_column(String(200))
    """``FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR``; without DTSTART, it begins on ``valid_from``."""
    opens: Mapped[time] = mapped_column(Time)
    closes: Mapped[time] = mapped_column(Time)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)


class Closure(Identified, Base):
    """A day on which a whole place is closed."""

    __tablename__ = "closures"
    __table_args__ = (UniqueConstraint("place_id", "date"),)

    place_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"))
    date: Mapped[date] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(String(80))


class SearchMiss(Identified, Base):
    """A need that nothing in the catalogue met: what to build next. No personal data."""

    __tablename__ = "search_misses"

    at: Mapped[datetime] = mapped_column(index=True)
    city: Mapped[str | None] = mapped_column(String(20))
    """As asked; it may be a city nobody knows."""
    service_type: Mapped[str | None] = mapped_column(String(30))
    area: Mapped[str | None] = mapped_column(String(40))

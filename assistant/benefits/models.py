"""The table of benefits: one row a promise of a document."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from sqlalchemy import ARRAY, CheckConstraint, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from assistant.kit.db import Base, Identified

Who = Literal["senior", "family", "worker", "institution"]
Kind = Literal["service", "in_kind", "insurance", "right", "reward", "subsidy", "relief", "rule", "fact"]


class Benefit(Identified, Base):
    """What a city grants to whom under which condition, as one document says. Never without a source."""

    __tablename__ = "benefits"
    __table_args__ = (
        UniqueConstraint("city_code", "key"),
        CheckConstraint("who IN ('senior', 'family', 'worker', 'institution')", name="who"),
    )

    city_code: Mapped[str] = mapped_column(ForeignKey("cities.code"), index=True)
    key: Mapped[str] = mapped_column(String(60))
    """Name within the city: ``family_doctor``."""
    position: Mapped[int] = mapped_column(default=0)
    """Order within the document's data file."""
    who: Mapped[str] = mapped_column(String(20))
    """Who receives it."""
    kind: Mapped[str] = mapped_column(String(20))
    """service, in_kind, insurance, right, reward, subsidy, relief, rule or fact (``Kind``)."""
    title: Mapped[str] = mapped_column(String(60))
    what_text: Mapped[str] = mapped_column(Text)
    """What it is, in one plain clause."""
    service_types: Mapped[list[str]] = mapped_column(ARRAY(String(30)), default=list)
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Words by which people ask for it."""
    amount_text: Mapped[str | None] = mapped_column(Text)
    """How much, as it is said; null = the document gives no figure."""
    amount_min_fen: Mapped[int | None]
    amount_max_fen: Mapped[int | None]
    """Equal to the minimum where the document gives one figure."""
    per: Mapped[str | None] = mapped_column(String(20))
    """Unit of the amount: 人年, 床, 户 …"""
    conditions: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    """What can be checked of a person (``matching.Conditions``): age, ability, income, insurance, area."""
    condition_text: Mapped[str | None] = mapped_column(Text)
    status_text: Mapped[str | None] = mapped_column(Text)
    """How far it had got: ``2018年试点``."""
    next_step_text: Mapped[str] = mapped_column(Text)
    document_id: Mapped[str] = mapped_column(String(40))
    document_title: Mapped[str] = mapped_column(Text)
    document_number: Mapped[str | None] = mapped_column(String(40))
    issuer: Mapped[str] = mapped_column(String(40))
    signed: Mapped[date | None] = mapped_column(Date)
    published: Mapped[date | None] = mapped_column(Date)
    year: Mapped[int]
    """Year of the document; always said."""
    source_text: Mapped[str] = mapped_column(String(80))
    """The document as one says it: 铁岭市民政局2023年5月的答复."""

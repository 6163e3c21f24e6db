"""Tables of people: who they are, their phones, who may act for whom.

Personal text is encrypted; what must be looked up stands beside it as a blind index (``*_key``).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assistant.kit.crypto import Encrypted
from assistant.kit.db import Base, Identified

PersonKind = Literal["senior", "relative", "worker"]
Gender = Literal["female", "male"]
Ability = Literal["self_care", "semi_disabled", "disabled"]
Income = Literal["dibao", "tekun", "low_income", "ordinary"]
Scope = Literal["see_orders", "book", "notify", "emergency_contact", "profile"]

KINDS: tuple[PersonKind, ...] = ("senior", "relative", "worker")


class Person(Identified, Base):
    """A senior, a relative or a worker who helps."""

    __tablename__ = "persons"
    __table_args__ = (
        CheckConstraint("kind IN ('senior', 'relative', 'worker')", name="kind"),
        CheckConstraint("gender IN ('female', 'male')", name="gender"),
        CheckConstraint("pace BETWEEN 0.8 AND 1.2", name="pace"),
        CheckConstraint("loudness BETWEEN 0.5 AND 2.0", name="loudness"),
        Index("ix_persons_name", "name_key"),
        Index("ix_persons_sound", "sound_key"),
        Index("ix_persons_building", "surname_key", "building_key"),
        Index("ix_persons_initials", "initials_key"),
        Index(
            "ix_persons_area", "city_code", "street", "community", "id", postgresql_where="kind = 'senior'"
        ),
    )

    kind: Mapped[PersonKind] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(Encrypted)
    name_key: Mapped[bytes] = mapped_column(LargeBinary)
    """Blind index of the name."""
    sound_key: Mapped[bytes] = mapped_column(LargeBinary)
    """Blind index of the name's fuzzy pinyin: 秀兰 and 秀蓝 sound alike on the telephone."""
    surname_key: Mapped[bytes] = mapped_column(LargeBinary)
    """Blind index of the surname, for "5号楼的赵奶奶"."""
    initials_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Blind index of the first letters of the name's syllables: 赵秀兰 is typed zxl."""
    gender: Mapped[Gender | None] = mapped_column(String(6))
    birth_year: Mapped[int | None]
    """Year of birth; tells two people of one name apart and decides age conditions."""
    city_code: Mapped[str] = mapped_column(String(40), index=True)
    street: Mapped[str | None] = mapped_column(String(40))
    """Name of the street or township (街道, 乡镇)."""
    community: Mapped[str | None] = mapped_column(String(40))
    """Name of the community or village (社区, 村)."""
    address: Mapped[str | None] = mapped_column(Encrypted)
    building_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Blind index of the building's number, found in the address."""
    ability: Mapped[Ability | None] = mapped_column(Encrypted)
    income: Mapped[Income | None] = mapped_column(Encrypted)
    lives_alone: Mapped[bool | None]
    pace: Mapped[float] = mapped_column(default=1.0)
    """Speaking pace that suits this person; 1.0 is normal, below is slower."""
    loudness: Mapped[float] = mapped_column(default=1.0)
    notes: Mapped[str | None] = mapped_column(Encrypted)
    demo: Mapped[bool] = mapped_column(default=False)
    """Made up for trying out; shown as such wherever it is seen."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    phones: Mapped[list[PersonPhone]] = relationship(
        lazy="raise", order_by="(PersonPhone.primary.desc(), PersonPhone.created_at)", passive_deletes=True
    )


class PersonPhone(Identified, Base):
    """A number under which a person is reached; several people may share one."""

    __tablename__ = "person_phones"
    __table_args__ = (UniqueConstraint("person_id", "phone_key"), Index("ix_person_phones_key", "phone_key"))

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    phone: Mapped[str] = mapped_column(Encrypted)
    """E.164."""
    phone_key: Mapped[bytes] = mapped_column(LargeBinary)
    primary: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[datetime | None]
    """When somebody answered on this number and proved to be the person."""
    created_at: Mapped[datetime]


class Consent(Identified, Base):
    """A senior lets a delegate do what ``scopes`` name; dated and revocable, never deleted."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("senior_id <> delegate_id", name="two_people"),
        CheckConstraint("cardinality(scopes) > 0", name="scopes"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="period"),
        Index("ix_consents_senior", "senior_id", postgresql_where="revoked_at IS NULL"),
        Index("ix_consents_delegate", "delegate_id", postgresql_where="revoked_at IS NULL"),
    )

    senior_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    delegate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    relation: Mapped[str] = mapped_column(String(20))
    """What the delegate is to the senior, as people say it: 女儿, 邻居, 社区网格员."""
    given_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The actor who recorded it."""
    channel: Mapped[str] = mapped_column(String(20))
    evidence: Mapped[str] = mapped_column(String(20))
    """How it was given: spoken, key, written, code."""
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class PersonEvent(Base):
    """History of a person's record: which fields changed, from what to what."""

    __tablename__ = "person_events"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    """Rises with the order in which things were done."""
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(30))
    """created, updated, phone_added, phone_removed, consent_given, consent_revoked."""
    actor: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changes: Mapped[str | None] = mapped_column(Encrypted)
    """JSON: field → [old, new]."""

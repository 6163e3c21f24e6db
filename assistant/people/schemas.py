"""What the API says about people."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.people.models import Ability, Gender, Income, PersonKind, Scope

Evidence = Literal["spoken", "key", "written", "code"]


class Strict(BaseModel):
    """A request in which an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Identify(Strict):
    phone: str = Field(max_length=40, examples=["13900001111"])


class FindPerson(Strict):
    """What a worker knows of somebody; name, phone or building must be among it."""

    name: str | None = Field(None, max_length=20, examples=["赵秀兰"])
    phone: str | None = Field(None, max_length=40)
    building: str | None = Field(None, max_length=40, examples=["5号楼"])
    street: str | None = None
    community: str | None = None
    city: str | None = None
    kind: PersonKind | None = None


class ForgetPhone(Strict):
    phone: str = Field(max_length=40)


class PersonRef(BaseModel):
    """What a caller known by number only may hear: surname and title."""

    id: uuid.UUID
    kind: PersonKind
    form_of_address: str = Field(examples=["周阿姨"])
    home: str | None = Field(
        None,
        description="How their home may be named to anyone: the street at most; null without an address.",
        examples=["三眼桥街道的家里"],
    )
    demo: bool = False


class Identified(BaseModel):
    """Who may be calling. ``confirmed`` is always false: a number proves nobody."""

    phone: str = Field(description="E.164")
    person: PersonRef | None = Field(description="The only person reached under the number, if it is one.")
    candidates: list[PersonRef]
    confirmed: Literal[False] = False


class Facts(Strict):
    """What may be known about a person; every field may be missing."""

    gender: Gender | None = None
    birth_year: int | None = None
    street: str | None = Field(None, max_length=40, examples=["三眼桥街道"])
    community: str | None = Field(None, max_length=40)
    address: str | None = Field(None, max_length=200, examples=["三眼桥街道春晓里2栋301"])
    ability: Ability | None = None
    income: Income | None = None
    lives_alone: bool | None = None
    pace: float | None = Field(None, ge=0.8, le=1.2)
    loudness: float | None = Field(None, ge=0.5, le=2.0)
    notes: str | None = Field(None, max_length=1000)


class PersonIn(Facts):
    kind: PersonKind = "senior"
    name: str = Field(min_length=1, max_length=20, examples=["周桂英"])
    city_code: str = Field(max_length=40, examples=["yueyang"])
    phone: str | None = Field(None, max_length=40, examples=["13900001111"])
    demo: bool = False


class PersonPatch(Facts):
    """Only the fields sent are changed; ``phone`` becomes the primary number beside the old ones."""

    name: str | None = Field(None, min_length=1, max_length=20)
    city_code: str | None = Field(None, max_length=40)
    phone: str | None = Field(None, max_length=40)


class Recorded(PersonRef):
    created: bool = Field(description="False when name and number were already on record: nothing changed.")


class PersonOut(PersonRef):
    """Everything on record; only for the person, who may see it for them, and workers."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    gender: Gender | None
    birth_year: int | None
    age: int | None = Field(description="By the year of birth: a year too high before the birthday.")
    city_code: str
    street: str | None
    community: str | None
    address: str | None
    phones: list[str] = Field(description="E.164, the primary one first.")
    ability: Ability | None
    income: Income | None
    lives_alone: bool | None
    pace: float
    loudness: float
    notes: str | None


class Candidate(PersonRef):
    """One of several people of a name, with what tells them apart."""

    name: str
    age: int | None
    street: str | None
    community: str | None
    building: str | None
    how: Literal["name", "sound", "surname", "phone"] = Field(description="By what the person was found.")


class Candidates(BaseModel):
    candidates: list[Candidate]
    apart_by: Literal["age", "building", "community", None] = Field(
        description="What to ask to tell the candidates apart; null for one or none."
    )


class ConsentIn(Strict):
    delegate_id: uuid.UUID
    scopes: list[Scope] = Field(min_length=1)
    relation: str = Field(min_length=1, max_length=20, examples=["女儿"])
    evidence: Evidence = "spoken"
    valid_until: datetime | None = None


class ConsentOut(BaseModel):
    id: uuid.UUID
    person: PersonRef = Field(
        description="The other one: the delegate of a senior, the senior of a delegate."
    )
    name: str | None = Field(description="Full name, for a confirmed asker only.")
    scopes: list[Scope]
    relation: str
    channel: str
    evidence: Evidence
    valid_from: datetime
    valid_until: datetime | None


class EventOut(BaseModel):
    at: datetime
    action: str
    actor: dict[str, Any]
    changes: dict[str, Any]

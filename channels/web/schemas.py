"""What the page sends."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.desk.schemas import Location, TurnIn

TURN_ID = r"^[A-Za-z0-9_-]{1,40}$"
CITY = r"^[a-z]{2,40}$"


class ChatTurn(BaseModel):
    """One turn of the person at the page: text, a key, a place, the start, or the call for help."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"turn_id": "t-5f0c2a91d3e84b67", "text": "我想订个明天的午饭"}]},
    )

    turn_id: str = Field(pattern=TURN_ID)
    text: str | None = None
    digits: str | None = Field(None, pattern=r"^[0-9*#]{1,20}$")
    event: Literal["start", "sos", "location"] | None = None
    location: Location | None = None
    city: str | None = Field(None, pattern=CITY)

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(each is not None for each in (self.text, self.digits, self.event)) != 1:
            raise ValueError("text, digits or event: exactly one")
        if (self.event == "location") != (self.location is not None):
            raise ValueError("a location comes with its event")
        return self

    def turn(self, conversation: str) -> TurnIn:
        """The same turn as the desk takes it."""
        return TurnIn(channel="web", conversation=conversation, **self.model_dump())

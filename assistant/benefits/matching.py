"""Whether a person meets the conditions of a benefit: yes, no, or unknown until more is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

Ability = Literal["self_care", "semi_disabled", "disabled"]
Income = Literal["dibao", "tekun", "low_income", "ordinary"]
Fits = Literal["yes", "no", "unknown"]

VERY_OLD: Final = 80
"""高龄: the documents name no age; 80 is the age at which China's provinces pay 高龄津贴."""


class Person(BaseModel):
    """What is known of the person a benefit is for; None = not told."""

    age: Annotated[int, Field(ge=0, le=130)] | None = None
    ability: Ability | None = None
    income: Income | None = None
    lives_alone: bool | None = None
    insured: bool | None = None
    """Insured as an employee (职工医保)."""
    assessed: bool | None = None
    """The ability assessment (老年人能力评估) was made and found need."""
    rural: bool | None = None
    area: str | None = Field(None, max_length=100)
    """District, street or address, as far as told."""


class Conditions(BaseModel):
    """What can be checked: all that is set must hold, and one of ``any_of`` if there are any."""

    model_config = ConfigDict(extra="forbid")

    min_age: int | None = None
    very_old: bool | None = None
    ability: list[Ability] | None = None
    income: list[Income] | None = None
    lives_alone: bool | None = None
    insured: bool | None = None
    assessed: bool | None = None
    rural: bool | None = None
    areas: list[str] | None = None
    special_hardship: bool | None = None
    """特殊困难 as the city defines it: nobody can tell on the phone."""
    seriously_ill: bool | None = None
    special_family: bool | None = None
    """计划生育特殊家庭."""
    any_of: list[Conditions] = []


@dataclass(frozen=True)
class Verdict:
    """The answer, and which facts would settle it if it is unknown."""

    fits: Fits
    missing: tuple[str, ...] = field(default=())


YES: Final = Verdict("yes")
NO: Final = Verdict("no")


def judge(conditions: Conditions, person: Person) -> Verdict:
    """Whether ``person`` meets ``conditions``. One "no" decides; else one unknown leaves it open."""
    verdicts = [_judge_one(name, wanted, person) for name, wanted in _set(conditions)]
    if conditions.any_of:
        verdicts.append(_any([judge(each, person) for each in conditions.any_of]))
    if any(each.fits == "no" for each in verdicts):
        return NO
    return _open(verdicts) if any(each.fits == "unknown" for each in verdicts) else YES


def _set(conditions: Conditions) -> list[tuple[str, object]]:
    values = [(name, getattr(conditions, name)) for name in Conditions.model_fields if name != "any_of"]
    return [(name, value) for name, value in values if value is not None]


def _any(verdicts: list[Verdict]) -> Verdict:
    if any(each.fits == "yes" for each in verdicts):
        return YES
    return _open(verdicts) if any(each.fits == "unknown" for each in verdicts) else NO


def _open(verdicts: list[Verdict]) -> Verdict:
    return Verdict("unknown", tuple(dict.fromkeys(name for each in verdicts for name in each.missing)))


def _judge_one(name: str, wanted: object, person: Person) -> Verdict:
    match name:
        case "min_age" | "very_old":
            least = wanted if name == "min_age" else VERY_OLD
            return _told(person.age, "age", person.age is not None and person.age >= least)  # type: ignore[operator]
        case "ability" | "income":
            known = getattr(person, name)
            return _told(known, name, known in wanted)  # type: ignore[operator]
        case "areas":
            inside = any(area in (person.area or "") for area in wanted)  # type: ignore[attr-defined]
            # An address without the district's name may still lie in it.
            return YES if inside else Verdict("unknown", ("area",))
        case "lives_alone" | "insured" | "assessed" | "rural":
            known = getattr(person, name)
            return _told(known, name, known == wanted)
        case _:
            return Verdict("unknown", (name,))


def _told(known: object, name: str, holds: bool) -> Verdict:
    if known is None:
        return Verdict("unknown", (name,))
    return YES if holds else NO

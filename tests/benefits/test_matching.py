"""Conditions against what is known of a person."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.benefits.matching import Conditions, Person, judge

TIELING = Conditions.model_validate(
    {"income": ["dibao", "tekun"], "any_of": [{"very_old": True}, {"ability": ["disabled"]}]}
)


@pytest.mark.parametrize(
    ("person", "fits", "missing"),
    [
        ({"income": "dibao", "age": 82}, "yes", ()),
        ({"income": "tekun", "age": 70, "ability": "disabled"}, "yes", ()),
        ({"income": "ordinary", "age": 82}, "no", ()),
        ({"income": "ordinary"}, "no", ()),
        ({"income": "dibao", "age": 70, "ability": "self_care"}, "no", ()),
        ({"income": "dibao", "age": 70}, "unknown", ("ability",)),
        ({"age": 82}, "unknown", ("income",)),
        ({}, "unknown", ("income", "age", "ability")),
    ],
)
def test_all_of_and_one_of(person: dict[str, Any], fits: str, missing: tuple[str, ...]) -> None:
    verdict = judge(TIELING, Person.model_validate(person))
    assert (verdict.fits, verdict.missing) == (fits, missing)


@pytest.mark.parametrize(("age", "fits"), [(64, "no"), (65, "yes"), (None, "unknown")])
def test_the_least_age_is_included(age: int | None, fits: str) -> None:
    assert judge(Conditions(min_age=65), Person(age=age)).fits == fits


def test_what_nobody_can_tell_on_the_phone_stays_open() -> None:
    verdict = judge(Conditions(special_hardship=True, assessed=True), Person(age=90, assessed=True))
    assert (verdict.fits, verdict.missing) == ("unknown", ("special_hardship",))


def test_an_address_in_the_area_fits_and_another_leaves_it_open() -> None:
    conditions = Conditions(areas=["岳阳楼区", "三眼桥街道"])
    assert judge(conditions, Person(area="三眼桥街道某小区")).fits == "yes"
    assert judge(conditions, Person(area="某小区")).fits == "unknown"


def test_no_conditions_fit_everybody() -> None:
    assert judge(Conditions(), Person()).fits == "yes"


people = st.builds(
    Person,
    age=st.none() | st.integers(0, 130),
    ability=st.sampled_from([None, "self_care", "semi_disabled", "disabled"]),
    income=st.sampled_from([None, "dibao", "tekun", "low_income", "ordinary"]),
)


@given(
    people,
    st.integers(0, 130),
    st.sampled_from(["self_care", "disabled"]),
    st.sampled_from(["dibao", "ordinary"]),
)
def test_telling_more_never_overturns_a_verdict(person: Person, age: int, ability: str, income: str) -> None:
    """Only an unknown may change when more is told."""
    known = person.model_dump(exclude_none=True)
    more = Person.model_validate({"age": age, "ability": ability, "income": income} | known)
    before = judge(TIELING, person).fits
    assert before in ("unknown", judge(TIELING, more).fits)
    assert judge(TIELING, more).fits != "unknown"

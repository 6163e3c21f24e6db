import pytest
import yaml
from components.service_types import _wanted
from components.services import LOOKUP, lexicon, namings

TYPES = [
    "meal",
    "bath",
    "cleaning",
    "medical_escort",
    "mobility_escort",
    "urgent_repair",
    "shopping",
    "nursing",
    "rehab",
    "day_care",
    "short_stay",
    "residential",
    "counselling",
    "companionship",
    "legal_aid",
    "culture",
    "training",
    "health_guidance",
    "checkup",
    "home_adaptation",
    "home_bed",
    "haircut",
    "family_doctor",
    "hospice",
]


def test_every_service_type_has_names_and_none_twice() -> None:
    named = yaml.safe_load(LOOKUP.read_text(encoding="utf-8"))
    assert sorted(named) == sorted(TYPES)
    assert len(lexicon()) == sum(len(set(names)) for names in named.values())


def test_named_as_written() -> None:
    (naming,) = namings("想约个助浴")
    assert (naming.service_type, naming.exact) == ("bath", True)
    assert "想约个助浴"[naming.start : naming.end] == "助浴"


def test_named_by_sound() -> None:
    (naming,) = namings("我想订住餐")
    assert (naming.service_type, naming.exact) == ("meal", False)


def test_in_reading_order() -> None:
    assert [naming.service_type for naming in namings("先理发再洗澡")] == ["haircut", "bath"]


def test_no_service() -> None:
    assert namings("今天星期几") == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("买菜也买不成，中午给我送口饭", ["meal"]),
        ("想让人买菜，也想订饭", ["shopping", "meal"]),
        ("帮我买菜，我自己买不动", ["shopping"]),
    ],
)
def test_a_service_that_is_only_the_reason_is_not_wanted(text: str, wanted: list[str]) -> None:
    assert _wanted(["shopping", "meal"] if "饭" in text else ["shopping"], text) == wanted

import pytest
from components.service_types import THRESHOLDS, _one_place, _wanted, meant


@pytest.mark.parametrize(
    ("text", "meant", "wanted"),
    [
        ("买菜也买不成，给我送口饭", ["meal", "shopping"], ["meal"]),
        ("不想插管子，要个能止疼的病房", ["hospice", "nursing"], ["hospice"]),
        ("我是护工，想参加培训", ["training", "nursing"], ["training"]),
        ("换药，再送份饭", ["nursing", "meal"], ["nursing", "meal"]),
        ("护工不要了", ["nursing"], ["nursing"]),
    ],
)
def test_reasons_refusals_and_trades_are_not_wanted(text: str, meant: list[str], wanted: list[str]) -> None:
    assert _wanted(meant, text) == wanted


@pytest.mark.parametrize(
    ("text", "meant", "places"),
    [
        ("短住一个月的养老院", ["short_stay", "residential"], ["short_stay"]),
        ("日托和养老院各是多少钱", ["day_care", "residential"], ["day_care", "residential"]),
        ("家里放张床，跟养老院一样有人管", ["home_bed", "residential"], ["home_bed"]),
        ("送饭到养老院", ["meal", "residential"], ["meal", "residential"]),
    ],
)
def test_one_lives_in_one_place(text: str, meant: list[str], places: list[str]) -> None:
    assert _one_place(meant, text) == places


@pytest.mark.parametrize(
    ("asked", "intent", "found"),
    [
        (None, "book_service", ["meal"]),
        (None, "inform", []),
        ("address", "inform", []),
        ("service", "inform", ["meal"]),
    ],
)
def test_less_is_enough_where_a_service_is_expected(asked: str | None, intent: str, found: list[str]) -> None:
    likely = meant({"meal": 0.2, "bath": 0.1}, "随便说说", asked, intent, THRESHOLDS)
    assert [service for service, _ in likely] == found


def test_services_come_in_the_order_in_which_they_are_said() -> None:
    likely = meant({"meal": 0.9, "bath": 0.6}, "先助浴，再助餐", None, "book_service", THRESHOLDS)
    assert [service for service, _ in likely] == ["bath", "meal"]


@pytest.mark.parametrize(("several", "found"), [(0.0, ["bath"]), (0.4, ["meal", "bath"])])
def test_a_second_service_needs_less_where_several_seem_wanted(several: float, found: list[str]) -> None:
    scores = {"bath": 0.7, "meal": 0.4, "several": several}
    likely = meant(scores, "中午端碗热的来，完了助浴", None, "book_service", THRESHOLDS)
    assert sorted(service for service, _ in likely) == sorted(found)


@pytest.mark.parametrize(
    ("text", "intent", "wanted"),
    [
        ("理发不急，先助浴", "book_service", "bath"),
        ("理发我知道，问的是助浴", "find_service", "bath"),
        ("隔壁订了理发，我要助浴", "book_service", "bath"),
        ("理发不要了，助浴照旧", "cancel_order", "haircut"),
        ("理发你们管不管，助浴不用", "find_service", "haircut"),
    ],
)
def test_what_is_only_spoken_of_is_not_wanted(text: str, intent: str, wanted: str) -> None:
    likely = meant({"haircut": 0.8, "bath": 0.7, "several": 0.1}, text, None, intent, THRESHOLDS)
    assert [service for service, _ in likely] == [wanted]


@pytest.mark.parametrize(
    ("text", "intent", "found"),
    [
        ("订饭、洗澡、打扫，还要理发", "book_service", {"meal", "bath", "cleaning", "haircut"}),
        ("洗澡、打扫、理发的电话", "find_service", {"meal"}),
        ("订饭，洗澡就算了，再打扫", "book_service", {"meal"}),
    ],
)
def test_all_of_a_list_are_wanted(text: str, intent: str, found: set[str]) -> None:
    scores = {"meal": 0.9, "bath": 0.1, "cleaning": 0.1, "haircut": 0.1}
    assert {service for service, _ in meant(scores, text, None, intent, THRESHOLDS)} == found

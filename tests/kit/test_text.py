"""Numerals, sounds, money and phone numbers as they are said and typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.kit.text import (
    PhoneNumberError,
    clean,
    digits,
    fen,
    fuzzy,
    half_width,
    number,
    numeral,
    phone_number,
    pinyin_key,
    syllables,
    yuan,
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十三", 23),
        ("廿三", 23),
        ("一百五", 150),
        ("一百零五", 105),
        ("两百五", 250),
        ("一千二", 1200),
        ("一千零二", 1002),
        ("三万五", 35_000),
        ("两千零五十", 2050),
        ("二零二六", 2026),
        ("俩", 2),
        ("仨", 3),
        ("12", 12),
    ],
)
def test_reads_numerals(said: str, meant: int) -> None:
    assert number(said) == meant


@pytest.mark.parametrize("said", ["", "很多", "三点", "1.5", "-3", "二" * 40])
def test_reads_no_number_where_there_is_none(said: str) -> None:
    assert number(said) is None


@given(st.integers(min_value=0, max_value=99_999_999))
def test_a_written_numeral_reads_back(value: int) -> None:
    assert number(numeral(value)) == value


def test_writes_numerals_as_they_are_said() -> None:
    assert [numeral(value) for value in (0, 12, 250, 10_000)] == ["零", "十二", "二百五十", "一万"]


@pytest.mark.parametrize(
    "said", ["幺三九零零零零一一一一", "139 0000 1111", "１３９-００００-１１１１", "我的是13900001111"]
)
def test_reads_digits_one_by_one(said: str) -> None:
    assert digits(said) == "13900001111"


def test_keeps_positions_when_narrowing() -> None:
    text = "６月１２日　14：30，好！"
    assert half_width(text) == "6月12日 14:30,好!"
    assert len(half_width(text)) == len(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/restart", "restart"),
        ("／inform{}", "inform{}"),
        (" / /你好", "你好"),
        ("你\u200b好\x00", "你好"),
        ("  明天\n\t上午 ", "明天 上午"),
    ],
)
def test_cleans_what_steers_software(typed: str, meant: str) -> None:
    assert clean(typed) == meant


@given(st.text(max_size=1500))
def test_clean_text_never_starts_a_command(typed: str) -> None:
    assert not clean(typed).startswith("/")
    assert len(clean(typed)) <= 1000


@pytest.mark.parametrize("heard", ["住餐", "煮餐", "祝餐", "组餐"])
def test_same_key_for_what_a_recogniser_confuses(heard: str) -> None:
    assert pinyin_key(heard) == pinyin_key("助餐")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("nan", "lan"),
        ("shan", "san"),
        ("zhang", "zan"),
        ("hu", "fu"),
        ("hua", "fa"),
        ("xing", "xin"),
        ("cheng", "cen"),
    ],
)
def test_merges_sounds_that_accents_merge(one: str, other: str) -> None:
    assert fuzzy(one) == fuzzy(other)


def test_keeps_apart_what_sounds_different() -> None:
    assert len({pinyin_key(word) for word in ("助餐", "助浴", "助洁", "助医", "助行")}) == 5


def test_syllables_with_tone() -> None:
    assert syllables("助餐OK", tone=True) == ("zhu4", "can1")


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("三十五块八", 3580),
        ("一共是12.5元", 1250),
        ("十二点五元", 1250),
        ("八毛", 80),
        ("两块五毛", 250),
        ("三块半", 350),
        ("一百二十块钱", 12_000),
        ("3万元", 3_000_000),
        ("一万二千块", 1_200_000),
    ],
)
def test_reads_money_in_fen(said: str, amount: int) -> None:
    assert fen(said) == amount


def test_reads_no_money_where_there_is_none() -> None:
    assert fen("三个人，两点") is None


def test_writes_money() -> None:
    assert [yuan(amount) for amount in (3580, 1200, 5, -50, 0)] == [
        "35.8元",
        "12元",
        "0.05元",
        "-0.5元",
        "0元",
    ]


@given(st.integers(min_value=0, max_value=10**9))
def test_written_money_reads_back(amount: int) -> None:
    assert fen(yuan(amount)) == amount


@pytest.mark.parametrize(
    "said", ["13900001111", "+86 139 0000 1111", "幺三九 零零零零 幺幺幺幺", "008613900001111"]
)
def test_mobile_number_to_e164(said: str) -> None:
    assert phone_number(said) == "+8613900001111"


@pytest.mark.parametrize(
    "said",
    [
        "毛翠娥，电话13900001111，三眼桥街道9栋203",
        "13900001111三眼桥街道",
        "幺三九零零零零幺幺幺幺，三眼桥街道九栋",
    ],
)
def test_an_address_beside_it_adds_no_digits(said: str) -> None:
    assert phone_number(said) == "+8613900001111"


def test_of_two_numbers_none_is_guessed() -> None:
    with pytest.raises(PhoneNumberError):
        phone_number("原来是13900001111，现在是13900002222")


def test_landline_with_and_without_its_area_code() -> None:
    assert phone_number("0730-8881234") == "+867308881234"
    assert phone_number("8881234", area_code="0730") == "+867308881234"


@pytest.mark.parametrize(
    ("said", "message"),
    [("1390000111", "10位"), ("8881234", "7位"), ("没有", "一位一位"), ("139000011112", "12位")],
)
def test_says_what_is_wrong_with_a_number(said: str, message: str) -> None:
    with pytest.raises(PhoneNumberError, match=message):
        phone_number(said)


@given(st.text(max_size=60))
def test_reading_never_fails(text: str) -> None:
    number(text), digits(text), fen(text), pinyin_key(text)
    try:
        assert phone_number(text).startswith("+")
    except PhoneNumberError as error:
        assert error.message

"""What people say in one of a few shapes, with the offsets of the message."""

from __future__ import annotations

import pytest
from components.entities import extract
from components.entities.numbers import digits, number


def values(text: str, name: str, asked: str | None = None) -> list[object]:
    return [entity.value for entity in extract(text, asked) if entity.name == name]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("12", 12),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("两百三", 230),
        ("一百零五", 105),
        ("廿三", 23),
        ("一千二", 1200),
    ],
)
def test_numbers(said: str, meant: int) -> None:
    assert number(said) == meant


def test_no_number() -> None:
    assert number("饭") is None
    assert number("") is None


def test_digits_one_by_one() -> None:
    assert digits("幺三九零洞〇0") == "1390000"


@pytest.mark.parametrize(
    ("text", "asked", "count"),
    [
        ("订两份", None, [2]),
        ("我们俩", None, [2]),
        ("来仨", "quantity", [3]),
        ("最后两位是93，应该是13900008293", None, []),
        ("后面三位不对，四位数的那个", None, []),
        ("我们家两位老人", None, [2]),
        ("我今年八十二，牙口不好", "quantity", []),
        ("嗯，要两份吧", "quantity", [2]),
        ("要三个，谢谢", "quantity", [3]),
        ("为12名老人预约", None, [12]),
        ("三", "quantity", [3]),
        ("三", None, []),
        ("13900001111", "quantity", []),
    ],
)
def test_quantity(text: str, asked: str | None, count: list[int]) -> None:
    assert values(text, "quantity", asked) == count


@pytest.mark.parametrize(
    ("text", "fen"),
    [("多收我二十块", 2000), ("三块五", 350), ("12.5元", 1250), ("五毛钱", 50), ("一百二十块钱", 12000)],
)
def test_money_in_fen(text: str, fen: int) -> None:
    assert values(text, "money") == [fen]


@pytest.mark.parametrize(
    ("text", "asked", "phone"),
    [
        ("打13900001111找我女儿", None, "13900001111"),
        ("幺三九，零零零零，一一一一", "phone", "13900001111"),
        ("毛翠娥，电话13900001111，三眼桥街道9栋203", "address", "13900001111"),
        ("幺三九零零零零幺幺幺幺，三眼桥街道九栋", "address", "13900001111"),
        ("139-0000-1111", None, "13900001111"),
        ("最后两位是11，13900001111", None, "13900001111"),
        ("1390000111", "phone", "1390000111"),
    ],
)
def test_phone(text: str, asked: str | None, phone: str) -> None:
    assert values(text, "phone", asked) == [phone]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("YL25061203不要了", "YL25061203"),
        ("yl 2506 1203", "YL25061203"),
        ("单号是二五零六一二零三", "YL25061203"),
        ("查工单编号3107", "3107"),
    ],
)
def test_order_number(text: str, order: str) -> None:
    assert values(text, "order_no") == [order]
    assert values(text, "phone") == []


def test_a_date_is_no_phone() -> None:
    assert values("2025-06-12", "phone") == []


@pytest.mark.parametrize(
    ("text", "asked", "mark"),
    [
        ("打五分", None, 5),
        ("不满意", "rating", 2),
        ("非常不满意", "rating", 1),
        ("很满意", "rating", 5),
        ("3", "rating", 3),
    ],
)
def test_rating(text: str, asked: str | None, mark: int) -> None:
    assert values(text, "rating", asked) == [mark]


def test_people() -> None:
    assert values("我妈今年八十三了", "person") == ["我妈"]
    assert values("俺娘腿不好", "person") == ["俺娘"]
    assert values("哎，姑娘啊，给送口饭", "person") == []
    assert values("邻居李大爷倒了", "person") == ["邻居李大爷"]
    assert values("我自己", "person", "person") == ["self"]
    assert values("明天中午送饭", "person") == []
    assert values("新登记一位老人需要助浴：于锡山，电话13900001111", "person") == ["于锡山"]
    assert values("于锡山老人", "name", "person") == ["于锡山"]
    assert values("老人叫那春生，电话13900001111", "name") == ["那春生"]


def test_residents_by_building_and_name() -> None:
    said = "为5号楼赵秀兰、何建国预约周二上午助浴"
    assert values(said, "person") == ["5号楼赵秀兰", "何建国"]


@pytest.mark.parametrize(
    ("text", "asked", "name"),
    [("我叫周桂英", None, "周桂英"), ("沈玉梅", "name", "沈玉梅"), ("王建国，建设的建", "name", "王建国")],
)
def test_name(text: str, asked: str | None, name: str) -> None:
    assert values(text, "name", asked) == [name]


@pytest.mark.parametrize(
    ("text", "person", "name"),
    [
        ("给我大姑盛玉珠订明天的理发", ["我大姑"], ["盛玉珠"]),
        ("帮二姨王芳约后天", ["二姨"], ["王芳"]),
        ("给我老邻居沈秀兰送两份", ["我老邻居"], ["沈秀兰"]),
        ("替亲家母盛玉珠办", ["亲家母"], ["盛玉珠"]),
        ("给我舅姥爷订午饭", ["我舅姥爷"], []),
        ("给我妈周二订饭", ["我妈"], []),
        ("给我妈和我爸订饭", ["我妈", "我爸"], []),
        ("给我妈高血压开药", ["我妈"], []),
        ("小姐，小姑娘，订饭", [], []),
    ],
)
def test_a_relative_with_a_name(text: str, person: list[str], name: list[str]) -> None:
    assert (values(text, "person"), values(text, "name")) == (person, name)


def test_a_day_is_no_name() -> None:
    assert values("我是周二来的", "name") == []


@pytest.mark.parametrize(
    ("text", "asked", "age"),
    [("今年八十三了", None, 83), ("76岁", None, 76), ("七十五", "age", 75), ("年龄八十一", None, 81)],
)
def test_age(text: str, asked: str | None, age: int) -> None:
    assert values(text, "age", asked) == [age]


@pytest.mark.parametrize(
    ("text", "ability"),
    [
        ("生活能自理", "self_care"),
        ("生活不能自理", "disabled"),
        ("半失能", "semi_disabled"),
        ("我爸瘫痪在床", "disabled"),
        ("坐轮椅", "semi_disabled"),
    ],
)
def test_ability(text: str, ability: str) -> None:
    assert values(text, "ability") == [ability]


def test_income() -> None:
    assert values("我是低保户", "income") == ["dibao"]
    assert values("有退休金", "income", "income") == ["ordinary"]


@pytest.mark.parametrize(
    "time_text",
    [
        "下礼拜三下午三点半",
        "明儿个晌午",
        "每周二四六上午",
        "从下周一开始每天中午连送两周",
        "腊月二十三",
        "6月12日14:30",
        "大后天",
        "八点来钟",
    ],
)
def test_time_text_is_one_stretch(time_text: str) -> None:
    assert values(f"帮我订{time_text}的", "time_text") == [time_text]


def test_a_house_number_is_no_day() -> None:
    assert values("送到建设路18号三单元502", "time_text") == []
    assert values("送到建设路18号三单元502", "address") == ["建设路18号三单元502"]


def test_address_begins_after_what_leads_to_it() -> None:
    said = "想订两份饭送到三眼桥街道春晓里2栋301"
    assert values(said, "address") == ["三眼桥街道春晓里2栋301"]
    assert values("送家里就行", "address", "address") == []
    assert values("两单地址均为石峰坊3栋1单元201", "address") == ["石峰坊3栋1单元201"]
    assert values("住演示街道大营街里1栋103", "address") == ["演示街道大营街里1栋103"]


def test_place_by_sound() -> None:
    assert values("三言桥街到有食堂吗", "place") == ["三眼桥街道"]


def test_offsets_are_those_of_the_message() -> None:
    text = "嗯，ＹＬ２５０６１２０３，明天中午"
    spans = {entity.name: text[entity.start : entity.end] for entity in extract(text)}
    assert spans["time_text"] == "明天中午"
    assert spans["order_no"] == "ＹＬ２５０６１２０３"


@pytest.mark.parametrize("text", ["", " ", "。", "😊", "1" * 500, "路" * 300, "a\n\tb", "﷽"])
def test_nothing_breaks_it(text: str) -> None:
    for asked in (None, "address", "phone", "quantity", "name"):
        for entity in extract(text, asked):
            assert 0 <= entity.start < entity.end <= len(text)

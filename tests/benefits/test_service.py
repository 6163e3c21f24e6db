"""Answers: what is said, to whom, and what is never said."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.benefits.models import Benefit
from assistant.benefits.schemas import MatchQuery, MatchResult
from assistant.benefits.service import match


async def ask(
    session: AsyncSession, city: str | None, topic: str | None = None, **known: object
) -> MatchResult:
    return await match(session, MatchQuery.model_validate({"city": city, "topic": topic, **known}))


@pytest.mark.parametrize(
    ("city", "topic", "key"),
    [
        ("威海", "家庭医生签约要不要钱", "family_doctor"),
        ("威海", "加听医生签约", "family_doctor"),
        ("威海", "那个手环还发不发", "smart_wearable"),
        ("威海", "我去做义工能攒积分吗", "points"),
        ("威海", "长护险能报销吗", "long_term_care_insurance"),
        ("威海", "想学怎么照顾瘫痪的老人，有家属培训吗", "family_carer_training"),
        ("威海", "养老电话是多少", "hotline"),
        ("株洲", "家里装扶手政府管不管", "home_adaptation"),
        ("株洲", "能力评估怎么做", "assessment"),
        ("铁岭", "适老化改造能补多少", "home_adaptation"),
        ("铁岭", "康复治疗医保给报吗", "rehab_insurance"),
        ("玉溪", "幸福食堂吃饭有补贴吗", "meal"),
        ("玉溪", "我是五保户能住养老院吗", "destitute_support"),
        ("岳阳", "助餐有没有补贴", "government_bought_home_care"),
        ("岳阳", "一个人住在乡下有人来看望吗", "rural_visits"),
        ("岳阳", "听说公家出钱叫人上门搞卫生，有我的份吗", "government_bought_home_care"),
        ("岳阳", "养老热线", "hotline"),
        ("玉溪", "吃饭政府给补吗", "meal"),
        ("威海", "吃饭政府给补吗", "government_bought_home_care"),
    ],
)
async def test_the_question_finds_its_benefit(granted: AsyncSession, city: str, topic: str, key: str) -> None:
    found = await ask(granted, city, topic)
    assert found.found
    assert found.answers[0].key == key


async def test_an_answer_says_what_how_much_condition_source_year_and_next(granted: AsyncSession) -> None:
    answer = (await ask(granted, "威海", "家庭医生", age=70)).answers[0]
    assert (answer.fits, answer.year, answer.source_text) == ("yes", 2018, "威海市人民政府2018年8月的报告")
    assert answer.document.issuer == "威海市人民政府"
    for said in ("140元", "40元", "65岁", "2018年", "社区卫生服务机构"):
        assert said in answer.text


async def test_the_number_of_a_document_is_there(granted: AsyncSession) -> None:
    assert (await ask(granted, "岳阳", "探访")).answers[0].document.number == "岳民字〔2019〕3号"


async def test_nothing_said_is_longer_than_two_sentences(granted: AsyncSession) -> None:
    cities = set(await granted.scalars(select(Benefit.city_code)))
    for city in cities:
        for row in await granted.scalars(select(Benefit).where(Benefit.city_code == city)):
            answer = (await ask(granted, city, key=row.key, role="institution")).answers[0]
            assert len(re.findall("[。！？]", answer.text)) <= 2
            assert str(row.year) in answer.text


INSTITUTIONS = [
    ("威海", "床位补贴怎么领"),
    ("威海", "开医务室给多少钱"),
    ("玉溪", "床位补贴多少"),
    ("铁岭", "建设补贴多少钱"),
    ("株洲", "等级评定有补助吗"),
    ("威海", "护理员持证奖励"),
    ("铁岭", "入职奖励"),
]


@pytest.mark.parametrize("role", ["senior", "family"])
@pytest.mark.parametrize(("city", "topic"), INSTITUTIONS)
async def test_an_institutions_money_is_never_told_to_a_senior(
    granted: AsyncSession, role: str, city: str, topic: str
) -> None:
    found = await ask(granted, city, topic, role=role)
    assert (found.found, found.reason, found.answers) == (False, "for_others", [])
    assert not re.search(r"\d+元|万元", found.message)
    assert "转人工" in found.message


@pytest.mark.parametrize("role", ["senior", "family"])
async def test_no_question_at_all_brings_out_what_is_not_theirs(granted: AsyncSession, role: str) -> None:
    rows = (await granted.scalars(select(Benefit))).all()
    words = {word for row in rows for word in (*row.topics, row.title)} | {"有什么补贴", "补贴"}
    for city in ("威海", "株洲", "铁岭", "玉溪", "岳阳"):
        for word in words:
            found = await ask(granted, city, word, role=role, limit=50)
            assert {each.who for each in found.answers} <= {"senior", "family"}
        for row in rows:
            found = await ask(granted, city, key=row.key, role=role)
            assert {each.who for each in found.answers} <= {"senior", "family"}


@pytest.mark.parametrize(
    ("role", "city", "topic", "key"),
    [
        ("institution", "威海", "床位补贴", "nursing_bed_subsidy"),
        ("institution", "玉溪", "床位补贴", "affordable_beds"),
        ("worker", "威海", "护工补贴", "certified_carer_reward"),
        ("worker", "铁岭", "入职奖励", "graduate_reward"),
    ],
)
async def test_those_it_is_for_hear_it_named_as_theirs(
    granted: AsyncSession, role: str, city: str, topic: str, key: str
) -> None:
    answer = (await ask(granted, city, topic, role=role)).answers[0]
    assert answer.key == key
    assert re.search("给养老(护理人员|机构)的", answer.text)


@pytest.mark.parametrize(
    ("city", "topic"),
    [
        ("岳阳", "高龄津贴多少钱"),
        ("岳阳", "长护险能报销吗"),
        ("威海", "电梯补贴"),
        ("威海", "理发有补贴吗"),
        ("玉溪", "家庭医生签约补贴"),
        ("铁岭", "积分养老"),
        ("株洲", "养老金什么时候涨"),
        ("威海", "今天天气怎么样"),
        ("威海", "。"),
    ],
)
async def test_what_no_document_covers_is_not_guessed(granted: AsyncSession, city: str, topic: str) -> None:
    found = await ask(granted, city, topic, age=80)
    assert (found.found, found.reason, found.answers) == (False, "no_source", [])
    assert "转人工" in found.message


@pytest.mark.parametrize("city", ["北京", "不知道", "x" * 20])
async def test_an_unknown_city_offers_a_person(granted: AsyncSession, city: str) -> None:
    found = await ask(granted, city, "补贴")
    assert (found.known_city, found.reason) == (False, "unknown_city")
    assert "转人工" in found.message


async def test_without_a_city_it_asks_for_one(granted: AsyncSession) -> None:
    found = await ask(granted, None, "补贴")
    assert (found.reason, found.message) == ("no_city", "请问您在哪个城市？")


async def test_in_general_those_that_fit_come_first_and_others_stay_away(granted: AsyncSession) -> None:
    found = await ask(
        granted, "株洲", "有哪些补贴可以领", age=70, ability="disabled", income="ordinary", limit=50
    )
    assert [each.fits for each in found.answers] == sorted(
        (each.fits for each in found.answers), key=["yes", "unknown", "no"].index
    )
    assert found.answers[0].key == "home_adaptation"
    younger = await ask(granted, "株洲", "有哪些补贴可以领", age=45, limit=50)
    assert younger.answers == []


async def test_who_does_not_fit_is_told_so_and_offered_a_person(granted: AsyncSession) -> None:
    answer = (await ask(granted, "威海", "家庭医生", age=60)).answers[0]
    assert answer.fits == "no"
    assert "可能不符合" in answer.text


async def test_what_is_missing_is_named(granted: AsyncSession) -> None:
    answer = (await ask(granted, "铁岭", "适老化改造", income="dibao")).answers[0]
    assert (answer.fits, answer.missing) == ("unknown", ["age", "ability"])


async def test_by_service_type(granted: AsyncSession) -> None:
    found = await ask(granted, "威海", service_type="bath")
    assert [each.key for each in found.answers] == ["government_bought_home_care"]
    assert not (await ask(granted, "威海", service_type="haircut")).found


async def test_a_benefit_without_a_figure_says_so_and_has_none(granted: AsyncSession) -> None:
    answer = (await ask(granted, "玉溪", "助餐补贴")).answers[0]
    assert (answer.how_much, answer.amount_min_fen) == (None, None)
    assert "文件没写" in answer.text


@pytest.mark.parametrize(
    ("city", "key", "least_fen"),
    [
        ("威海", "certified_carer_reward", 500_000),
        ("铁岭", "graduate_reward", 4_000_000),
        ("株洲", "graduate_allowance", None),
    ],
)
async def test_a_carer_who_asks_for_the_reward_in_other_words_hears_it(
    granted: AsyncSession, city: str, key: str, least_fen: int | None
) -> None:
    answer = (await ask(granted, city, "护工入职有奖励吗", role="worker", service_type="nursing")).answers[0]
    assert (answer.key, answer.amount_min_fen) == (key, least_fen)


@pytest.mark.parametrize("city", ["岳阳", "株洲", "威海", "铁岭", "玉溪"])
async def test_a_monthly_sum_by_age_stands_in_no_document(granted: AsyncSession, city: str) -> None:
    assert not (await ask(granted, city, "80岁以上一个月发多少钱")).found


async def test_how_many_homes_there_are_is_no_answer_to_how_much_is_paid_back(granted: AsyncSession) -> None:
    assert not (await ask(granted, "玉溪", "我住养老院能报多少")).found
    assert not (await ask(granted, "玉溪", "我八十了，住养老院一个月补我们多少钱")).found
    assert (await ask(granted, "玉溪", "有多少家养老机构")).answers[0].key == "institutions"

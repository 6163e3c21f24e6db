"""Questions about public money: of whom it is told, and what is asked next."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions import benefits
from actions.answers import ask_subsidy
from actions.out import Out
from tests.actions.test_asking import Api
from tests.actions.test_words import turn

PARTS = {
    "condition": "特困老人，自己愿意",
    "amount": "全额供养",
    "next_step": "到村里申请",
    "not_written": "没有写",
}
TOLD = {"kind": "told", "parts": PARTS}


def said(text: str, pending: dict[str, Any], tell: Any) -> list[str]:
    dispatcher = CollectingDispatcher()
    tell(turn(text), Out(dispatcher), pending)
    return [each["text"] for each in dispatcher.messages]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("那个敬老院，是不是不想去也得去呢", "condition"),
        ("谁能申请", "condition"),
        ("一个月能拿多少钱", "amount"),
        ("上哪儿办去", "next_step"),
        ("那低保金一个月多少钱", None),
        ("我想约个洗澡", None),
    ],
)
def test_what_is_asked_next_is_answered_from_the_same_row(text: str, part: str | None) -> None:
    assert said(text, TOLD, benefits.tell_more) == ([PARTS[part]] if part else [])


def test_of_several_that_were_listed_each_is_told() -> None:
    listed = {"kind": "benefit", "each": [PARTS, {**PARTS, "condition": "65岁"}]}
    assert said("那得啥条件啊", listed, benefits.tell_more) == ["特困老人，自己愿意", "65岁"]


def test_what_no_document_says_is_said_to_be_so() -> None:
    assert said("租的房子给弄不给弄呢", TOLD, benefits.not_written) == ["没有写"]
    assert said("租的房子", TOLD, benefits.not_written) == []


def test_the_service_that_is_asked_about_may_stand_in_another_clause() -> None:
    text = "俺今年七十三了，那个家庭医生签约，国家给补多少钱啊"
    named = {"entity": "service_type", "value": "family_doctor", "start": 10, "end": 16}
    assert "家庭医生" in benefits.subject(turn(text, "ask_subsidy", [named]))


def test_who_he_is_goes_along_with_the_question() -> None:
    text = "我想问问嘛，我一个人过，吃着特困呢，今年六十九啦，像我这种，国家给有哪样照顾呢"
    assert "特困" in benefits.subject(turn(text))
    assert benefits.circumstances(turn(text))["lives_alone"] is True
    assert benefits.circumstances(turn("我女儿一个人来"))["lives_alone"] is None


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("听讲政府出钱给老人家搞服务，有些么子服务", True),
        ("国家掏钱的上门服务都有哪几样", True),
        ("政府买单给我们老人的，都有么子项目", True),
        ("哪些服务是公家出钱的", True),
        ("政府出钱帮我请个人打扫，后天上午来", False),
        ("我自己出钱，有些么子服务", False),
    ],
)
def test_which_services_public_money_pays_for_is_a_question(text: str, asks: bool) -> None:
    assert turn(text).asks_public_services is asks
    assert turn(text, "book_service").asks_subsidy is asks


async def test_it_is_asked_of_the_documents_by_their_own_word_for_it() -> None:
    api = Api()
    api.documents = ["政府购买居家养老服务"]
    out = Out(CollectingDispatcher())
    await ask_subsidy(turn("政府出钱的有些么子服务啊", "book_service"), out, api)  # type: ignore[arg-type]
    assert "政府购买居家养老服务" in api.questions[0]["topic"]

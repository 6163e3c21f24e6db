"""Replies as messages: where long text is cut, how choices and places look."""

from __future__ import annotations

from urllib.parse import parse_qs, urlparse

from hypothesis import given
from hypothesis import strategies as st

from assistant.desk.schemas import Choice, Handoff, Message, Reply
from channels.telegram.conversations import needs_privacy
from channels.telegram.rendering import LONGEST, callback, choice_rows, cut, render


def reply(text: str, **more: object) -> Reply:
    return Reply.model_validate({"messages": [{"text": text, "speech": text, **more}]})


def test_a_long_answer_is_cut_between_sentences() -> None:
    sentence = "岳阳市的助餐补贴按年龄和收入分档。"
    pieces = cut(sentence * 100)
    assert len(pieces) == 2
    assert all(len(piece) <= LONGEST and piece.endswith("。") for piece in pieces)
    assert "".join(pieces) == sentence * 100


def test_paragraphs_come_before_sentences() -> None:
    first, second = "甲" * 500 + "。", "乙" * 200 + "。" + "丙" * 300
    assert cut(f"{first}\n\n{second}") == [first, second]


@given(st.text(min_size=1, max_size=3000))
def test_nothing_but_blanks_is_lost_in_cutting(text: str) -> None:
    pieces = cut(text, 200)
    assert all(0 < len(piece) <= 200 for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_short_choices_share_a_row_long_ones_do_not() -> None:
    titles = ["上午", "下午", "三眼桥街道综合养老服务中心", "都不行"]
    rows = choice_rows([Choice(title=one, value=one, key=str(n)) for n, one in enumerate(titles, 1)])
    assert [[button.text for button in row] for row in rows] == [["上午", "下午"], [titles[2]], ["都不行"]]


def test_a_value_too_long_for_a_button_goes_by_its_key() -> None:
    assert callback(Choice(title="对", value="对", key="1")) == "v:对"
    assert callback(Choice(title="长", value="很长的一个地名" * 4, key="7")) == "k:7"


def test_a_place_has_its_address_and_a_link_to_the_map() -> None:
    place = {
        "name": "春晓里食堂",
        "address": "春晓里2号",
        "phone": "0730-0000000",
        "lat": 29.37,
        "lng": 113.09,
    }
    (one,) = render(reply("离您最近的是春晓里食堂。", card={"kind": "place", "place": place, "offering": {}}))
    assert one.text == "离您最近的是春晓里食堂。\n地址：春晓里2号\n电话：0730-0000000"
    assert one.keyboard is not None
    address = urlparse(one.keyboard.inline_keyboard[0][0].url or "")
    assert parse_qs(str(address.query))["position"] == ["113.09,29.37"]


def test_buttons_stand_under_the_last_piece() -> None:
    choices = [{"title": "好", "value": "好", "key": "1"}]
    pieces = render(reply("很长的话。" * 300, choices=choices))
    assert [piece.keyboard is not None for piece in pieces] == [False, True]


def test_what_is_private_in_a_group() -> None:
    assert not needs_privacy(reply("附近有两家。", card={"kind": "place", "name": "食堂"}))
    assert needs_privacy(reply("您的订单。", card={"kind": "order", "orders": []}))
    assert needs_privacy(Reply(messages=[Message(text="您的电话？", speech="您的电话？")], asks="phone"))
    handoff = Handoff(to="callback", reason="r", summary="s", ticket="GD00000001")
    assert needs_privacy(Reply(messages=[Message(text="好", speech="好")], handoff=handoff))

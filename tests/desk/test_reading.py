"""What the desk reads of times before Rasa hears a turn."""

from __future__ import annotations

from datetime import datetime

import pytest

from assistant.desk.reading import heard

NOW = datetime(2025, 6, 11, 10, 0)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "date", "time"),
    [
        ("那个单子改到星期六上午十点，后天我要去吃酒", "2025-06-14", "10:00"),
        ("改成后天吧，下午三点", "2025-06-13", "15:00"),
        ("改到周六，不对，周日", "2025-06-15", None),
        ("挪到星期六咯，星期六下午三点，上昼我要买菜", "2025-06-14", "15:00"),
        ("由12日15时调整至13日9时，其余不变", "2025-06-13", "09:00"),
        ("请改期至6月17日上午10点，老人明日需住院检查", "2025-06-17", "10:00"),
        ("后天的改到周五下午两点", "2025-06-13", "14:00"),
    ],
)
def test_the_new_value_is_what_follows_and_not_its_reason(text: str, date: str, time: str | None) -> None:
    new = heard(text, NOW, None)["new"]
    assert (new["when"]["date"], new["when"]["time"]) == (date, time)


def test_without_a_change_there_is_no_new_value() -> None:
    assert heard("后天上午来", NOW, None)["new"] is None


def test_a_clause_keeps_the_word_that_joins_it() -> None:
    pieces = [clause["text"] for clause in heard("对，再来", NOW, None)["clauses"]]
    assert pieces == ["对", "再来"]


@pytest.mark.parametrize(
    ("text", "date", "time"),
    [
        ("不行不行，礼拜四头晌俺得去打针，改下晌两点半", None, "14:30"),
        ("不对，15:00他要去接孙子，改16:00，其他不变", None, "16:00"),
        ("下周二我得去领工资，给我改下周三吧，还是九点", "2025-06-18", "09:00"),
        ("周六吧，周五我要上孙子家", "2025-06-14", None),
        ("八点太早了，他起不来，九点吧", None, "09:00"),
        ("不对，打错了，是这周六中午，周五我在家做", "2025-06-14", None),
        ("我要后天，下午三点", "2025-06-13", "15:00"),
        ("我后天去，九点", "2025-06-13", "09:00"),
        ("后天我要去看眼睛", "2025-06-13", None),
    ],
)
def test_after_a_read_back_the_time_of_a_reason_is_not_wanted(
    text: str, date: str | None, time: str | None
) -> None:
    when = heard(text, NOW, "confirm")["when"]
    assert (when["date"], when["time"]) == (date, time)


def test_a_reason_is_one_only_where_something_stands() -> None:
    first = heard("后天我要去看眼睛，上午九点来个人陪我", NOW, None)
    assert first["when"]["date"] == "2025-06-13" and not any(each["reason"] for each in first["clauses"])


def test_a_correction_in_the_first_words_has_reasons_too() -> None:
    when = heard("这周六下午2点，哦不是，周日下午2点，周六他要去下棋", NOW, "date")["when"]
    assert (when["date"], when["time"]) == ("2025-06-15", "14:00")


def test_what_is_kept_beside_what_is_given_back_stays() -> None:
    clauses = heard("就退饭，打扫卫生那个还得来，可别给俺都退了啊", NOW, "confirm")["clauses"]
    assert [each["reason"] for each in clauses] == [False, True, True, True]


def test_what_is_not_to_be_touched_is_not_meant() -> None:
    clauses = heard("就5140那单，保洁的别动", NOW, "confirm")["clauses"]
    assert [each["reason"] for each in clauses] == [False, True]


def test_a_change_needs_no_more_than_the_time_behind_it() -> None:
    new = heard("他九点要去医院，那就改十点半", NOW, "confirm")["new"]
    assert new["when"]["time"] == "10:30" and new["when"]["either_half"]
    assert heard("改天再说", NOW, "confirm")["new"] is None


def test_no_time_is_read_in_a_name() -> None:
    text = "周六我爸李正明上午十点理发"
    assert heard(text, NOW, None)["when"]["date"] == "2025-06-12"
    read = heard(text, NOW, None, [(4, 7)])
    assert (read["when"]["date"], read["when"]["time"]) == ("2025-06-14", "10:00")
    assert read["clauses"][0]["text"] == text


def test_a_space_ends_a_clause_of_who_writes_without_punctuation() -> None:
    pieces = heard("周六给爸妈约一下 我爸上午十点理发 单号 YL 12", NOW, None)["clauses"]
    assert [piece["text"] for piece in pieces] == ["周六给爸妈约一下", "我爸上午十点理发", "单号 YL 12"]


def test_every_time_stands_where_it_was_said() -> None:
    text = "周六爸上午十点理发，妈下午两点洗澡"
    times = heard(text, NOW, None)["times"]
    told = [(text[one["start"] : one["end"]], one["when"]["date"], one["when"]["time"]) for one in times]
    assert told == [("周六", "2025-06-14", None), ("上午十点", None, "10:00"), ("下午两点", None, "14:00")]


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("礼拜天的打扫给我改下礼拜三吧，还是九点", "2025-06-15"),
        ("明天我要看病，后天的打扫改到大后天", "2025-06-13"),
        ("打扫的改到礼拜一", None),
    ],
)
def test_the_day_before_a_change_is_that_of_what_is_changed(text: str, old: str | None) -> None:
    new = heard(text, NOW, None)["new"]
    assert new is not None and new["old"]["date"] == old


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("李桂芳6月17日的培训改到19日下午2点，王建国的不动", ["王建国的不动"]),
        ("打扫的不要了，剪头那个还留着", ["剪头那个还留着"]),
        ("取消一下我妈12号的打扫 14号的留着", ["14号的留着"]),
        ("饭照送", []),
        ("照旧，明天中午", []),
    ],
)
def test_what_is_to_stay_is_not_wanted_changed(text: str, stays: list[str]) -> None:
    assert [each["text"] for each in heard(text, NOW, None)["clauses"] if each["reason"]] == stays


@pytest.mark.parametrize(
    ("text", "date", "recurrence"),
    [
        ("俺天天守着他，连做饭都抽不出身来。后儿个晌午能给俺送不？", "2025-06-13", None),
        ("我闺女天天给我送饭，明天她出差，你们给我送一份", "2025-06-12", None),
        ("我天天一个人在家，想订个饭", None, None),
        ("咦，不要天天，就后天一回", "2025-06-13", None),
        ("外公最近老伴走了 天天抹眼泪 能请心理老师后天来吗", "2025-06-13", None),
        ("天天给我送", None, "FREQ=DAILY"),
        ("我妈每天中午要送一份，从明天开始", "2025-06-12", "FREQ=DAILY"),
        ("我每周二要去透析，想找人陪着去", None, "FREQ=WEEKLY;BYDAY=TU"),
        ("我妈 每周三上午打扫卫生", None, "FREQ=WEEKLY;BYDAY=WE"),
    ],
)
def test_what_somebody_does_every_day_is_no_series(
    text: str, date: str | None, recurrence: str | None
) -> None:
    when = heard(text, datetime(2025, 6, 11, 10), None)["when"]
    assert (when["date"], when["recurrence"]) == (date, recurrence)


@pytest.mark.parametrize(
    ("text", "date", "past"),
    [
        ("6月9号上午理发", "2025-06-09", True),
        ("端午那天送饭", "2025-05-31", True),
        ("明年6月9号", "2026-06-09", False),
        ("9号上午理发", "2025-07-09", False),
    ],
)
def test_a_day_of_this_year_that_is_gone_is_told_as_such(text: str, date: str, past: bool) -> None:
    when = heard(text, NOW, None)["when"]
    assert (when["date"], when["past"]) == (date, past)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("我夜里睡不好，想约个心理疏导", None),
        ("早上起来腿疼，约个康复", None),
        ("夜里睡不好，想约晚上聊聊", "evening"),
        ("中午没人做饭，想订饭", "noon"),
    ],
)
def test_when_something_ails_is_no_time_for_a_service(text: str, part: str | None) -> None:
    assert heard(text, NOW, None)["when"]["part"] == part

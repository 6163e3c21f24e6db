"""Spoken Mandarin time, read at ten o'clock on Wednesday, 18 November 2026."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.kit.clock import CHINA
from assistant.kit.when import DAYTIME, When, each, moved, read

NOW = datetime(2026, 11, 18, 10)


def at(text: str, now: datetime = NOW) -> When:
    return read(text, now, hours=DAYTIME)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("今儿个", "2026-11-18"),
        ("明儿", "2026-11-19"),
        ("后儿个", "2026-11-20"),
        ("大后天", "2026-11-21"),
        ("大大后天", "2026-11-22"),
        ("过三天", "2026-11-21"),
        ("一个礼拜以后", "2026-11-25"),
        ("半个月后", "2026-12-03"),
        ("三个月后", "2027-02-18"),
        ("过九月九", "2027-10-08"),
        ("明日子", "2026-11-19"),
        ("这周五", "2026-11-20"),
        ("下周五", "2026-11-27"),
        ("下下周五", "2026-12-04"),
        ("周一", "2026-11-23"),
        ("这周末", "2026-11-21"),
        ("下周末", "2026-11-28"),
        ("十一月二十八", "2026-11-28"),
        ("十一月十号", "2027-11-10"),
        ("28号", "2026-11-28"),
        ("5号", "2026-12-05"),
        ("下月初五", "2026-12-05"),
        ("月底", "2026-11-30"),
        ("下个月最后一个周五", "2026-12-25"),
        ("12/6", "2026-12-06"),
        ("2027-01-05", "2027-01-05"),
        ("二零二七年一月五号", "2027-01-05"),
        ("下个工作日", "2026-11-19"),
        ("再下个月的一号", "2027-01-01"),
        ("再下周三", "2026-12-02"),
        ("明年元月五号", "2027-01-05"),
        ("八月十五，我说的是阳历", "2027-08-15"),
        ("冬至之后那天", "2026-12-23"),
        ("这个月最末一个周五", "2026-11-27"),
        ("这周六一大早", "2026-11-21"),
        ("元旦节当天", "2027-01-01"),
        ("28号当天", "2026-11-28"),
    ],
)
def test_days_reckoned_from_today(said: str, day: str) -> None:
    assert at(said).date == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("腊月二十三", "2027-01-30"),
        ("大年三十", "2027-02-05"),
        ("大年初一", "2027-02-06"),
        ("大年初五中午", "2027-02-10"),
        ("端午后头一天", "2027-06-10"),
        ("今下晚儿", "2026-11-18"),
        ("十二月十八号，礼拜五", "2026-12-18"),
        ("正月十五", "2027-02-20"),
        ("重阳", "2027-10-08"),
        ("端午前一天", "2027-06-08"),
        ("农历八月初三", "2027-09-03"),
        ("冬至", "2026-12-22"),
        ("明年清明", "2027-04-05"),
        ("元旦", "2027-01-01"),
        ("十一假期", "2027-10-01"),
        ("母亲节", "2027-05-09"),
        ("初十", "2026-11-18"),
    ],
)
def test_days_of_the_chinese_calendar(said: str, day: str) -> None:
    assert at(said).date == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("said", "clock"),
    [
        ("两点一刻", "14:15"),
        ("上午八时整", "08:00"),
        ("下晌两点半吧，我上午得听评书", "14:30"),
        ("下午三点，不对，上午十点", "10:00"),
        ("过半个小时，不，两个小时", "12:00"),
        ("三点三刻", "15:45"),
        ("差五分三点", "14:55"),
        ("八点来钟", "08:00"),
        ("下午四五点钟", "16:00"),
        ("晚上十一点半", "23:30"),
        ("中午一点", "13:00"),
        ("凌晨三点", "03:00"),
        ("十五点二十", "15:20"),
        ("１４：３０", "14:30"),
        ("六点钟吃晚饭", "18:00"),
    ],
)
def test_times_on_the_clock(said: str, clock: str) -> None:
    read_at = at(said)
    assert read_at.time == time.fromisoformat(clock)
    assert read_at.part_of_day is None
    assert not read_at.ambiguous


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("头晌", "morning"),
        ("一大早", "morning"),
        ("晌午", "noon"),
        ("后晌", "afternoon"),
        ("吃完午饭以后", "afternoon"),
        ("擦黑的时候", "evening"),
        ("半夜", "evening"),
        ("送个午饭", "noon"),
        ("明儿黑家", "evening"),
        ("后天断黑", "evening"),
        ("明日子下半天", "afternoon"),
    ],
)
def test_parts_of_the_day(said: str, part: str) -> None:
    assert at(said).part_of_day == part
    assert at(said).time is None


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("天天", "FREQ=DAILY"),
        ("隔天", "FREQ=DAILY;INTERVAL=2"),
        ("每隔两天", "FREQ=DAILY;INTERVAL=3"),
        ("每周二四六上午", "FREQ=WEEKLY;BYDAY=TU,TH,SA"),
        ("每两周的周六", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA"),
        ("周一到周五", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("工作日", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("除了周末每天", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("每天送，星期天不送", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"),
        ("每天中午一份，礼拜天我闺女来，不用送", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"),
        ("天天送，周末我自己回去做", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("每月十五号", "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("每月最后一个周五", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("每周三次", "FREQ=WEEKLY"),
        ("每月一次", "FREQ=MONTHLY"),
    ],
)
def test_recurrences_have_no_start_unless_said(said: str, rule: str) -> None:
    assert at(said).recurrence == rule
    assert at(said).date is None


def test_recurrence_with_a_start_and_a_length() -> None:
    assert at("从下周一开始每天中午连送两周") == When(
        date=date(2026, 11, 23), part_of_day="noon", recurrence="FREQ=DAILY;COUNT=14", span=(1, 14)
    )


def test_recurrence_between_two_days() -> None:
    read_at = at("12月1号到12月7号每天中午")
    assert (read_at.date, read_at.recurrence) == (date(2026, 12, 1), "FREQ=DAILY;COUNT=7")


def test_days_in_a_row_and_one_of_them() -> None:
    row = at("下周一到周五中午")
    assert (row.date, row.recurrence) == (date(2026, 11, 23), "FREQ=DAILY;COUNT=5")
    one = at("下周一到周五都在家，周三下午最好")
    assert (one.date, one.part_of_day, one.recurrence) == (date(2026, 11, 25), "afternoon", None)


def test_a_delay_counts_from_the_day_that_was_named() -> None:
    assert at("原来是周四，往后推两天").date == date(2026, 11, 21)
    assert at("提前一天，原来是周五").date == date(2026, 11, 19)


def test_recurrence_from_a_week_begins_on_its_first_weekday() -> None:
    read_at = at("从下周起每周三")
    assert (read_at.date, read_at.recurrence) == (date(2026, 11, 25), "FREQ=WEEKLY;BYDAY=WE")


@pytest.mark.parametrize(
    ("said", "day", "part"),
    [
        ("明天，不对，后天", "2026-11-20", None),
        ("明天上午……哦不，下午", "2026-11-19", "afternoon"),
        ("明天上午九点，不，下午吧", "2026-11-19", "afternoon"),
        ("下周二，不，下周三，下午", "2026-11-25", "afternoon"),
    ],
)
def test_the_last_correction_counts(said: str, day: str, part: str | None) -> None:
    read_at = at(said)
    assert (read_at.date, read_at.time, read_at.part_of_day) == (date.fromisoformat(day), None, part)
    assert read_at.corrected


def test_a_corrected_hour_keeps_its_part_of_the_day() -> None:
    assert at("下午三点，不不，四点").time == time(16)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("周四不行，周五吧", "2026-11-20"),
        ("后天来，明天我不在", "2026-11-20"),
        ("改到后天吧，本来是明天", "2026-11-20"),
        ("把明天的改到大后天", "2026-11-21"),
        ("不是明天，是后天", "2026-11-20"),
        ("我明天上午要去医院看病，后天给我送饭", "2026-11-20"),
        ("明天吧，要是下雨就后天", "2026-11-19"),
        ("明天或者后天都行", "2026-11-19"),
    ],
)
def test_of_several_days_the_one_that_is_wanted(said: str, day: str) -> None:
    assert at(said).date == date.fromisoformat(day)


@pytest.mark.parametrize("said", ["昨天", "上周五", "大前天", "三天前", "前阵子", "上个月二十号"])
def test_the_past_is_marked(said: str) -> None:
    assert at(said).past


def test_a_remark_about_the_past_does_not_hide_a_wish() -> None:
    read_at = at("昨天没来，明天来吗")
    assert read_at.date == date(2026, 11, 19)
    assert not read_at.past


@pytest.mark.parametrize(
    "said",
    [
        "",
        "我住三楼302",
        "快一点",
        "要软一点的",
        "一点也不想动",
        "我有三点意见",
        "吴国庆",
        "给我找个小年轻",
        "血糖七点八",
        "电话13900001111",
        "二五零六一二零三",
        "5号楼赵秀兰",
        "八十三了",
        "下午好",
        "两天没吃饭了",
    ],
)
def test_no_time_where_none_is_said(said: str) -> None:
    assert not at(said)


def test_a_bare_hour_is_asked_back_without_hours() -> None:
    assert read("八点", NOW).ambiguous
    assert read("八点", NOW).time == time(8)


def test_hours_decide_a_bare_hour() -> None:
    assert read("八点", NOW, hours=[(time(17), time(21))]).time == time(20)
    assert not read("八点", NOW, hours=[(time(17), time(21))]).ambiguous
    assert read("八点", NOW, hours=[(time(9), time(17))]).ambiguous


def test_what_is_over_today_is_not_meant() -> None:
    assert at("今天八点").time == time(20)
    assert at("周三上午九点").date == date(2026, 11, 25)
    assert at("周三下午").date == date(2026, 11, 18)


@pytest.mark.parametrize("said", ["下周", "周三", "赶明儿", "周四二十八号", "往后推两天"])
def test_asks_back_what_names_no_certain_day(said: str) -> None:
    assert at(said).ambiguous


def test_hours_from_now() -> None:
    assert at("隔一个小时").time == time(11)
    assert at("一个半小时后").time == time(11, 30)
    assert at("半个钟头以后", datetime(2026, 11, 18, 23, 50)) == When(
        date=date(2026, 11, 19), time=time(0, 20), span=(0, 6)
    )


def test_small_hours_belong_to_the_next_day() -> None:
    read_at = at("今天夜里两点")
    assert (read_at.date, read_at.time) == (date(2026, 11, 19), time(2))


def test_bare_numbers_answer_a_question() -> None:
    assert not at("八")
    assert read("八吧", NOW, asked="time").time == time(8)
    assert read("二十五", NOW, asked="date").date == date(2026, 11, 25)
    assert read("一点", NOW, asked="time").time == time(1)


def test_the_span_covers_what_was_understood() -> None:
    text = "麻烦你们下周三下午三点来一趟"
    start, end = at(text).span or (0, 0)
    assert text[start:end] == "下周三下午三点"


def test_aware_times_are_read_in_china() -> None:
    late = datetime(2026, 11, 18, 17, tzinfo=UTC)
    assert (
        read("明天", late) == read("明天", late.astimezone(CHINA)) == read("明天", datetime(2026, 11, 19, 1))
    )


_MANDARIN = st.text(
    alphabet="零一二三四五六七八九十两半大后明今昨前天儿个周星期礼拜月号日初腊正闰年底点刻分钟时上下中午早晚每隔到从开始连送次，不对是除了0123456789:/-",
    max_size=24,
)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("是韩立明，明天的明", None),
        ("星期的期", None),
        ("叫王今生，今天的今，明天来", date(2026, 11, 19)),
        ("明天的饭", date(2026, 11, 19)),
    ],
)
def test_a_word_that_spells_a_character_is_no_day(text: str, day: date | None) -> None:
    assert read(text, datetime(2026, 11, 18, 10)).date == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("三眼桥街道演示坊4号", None),
        ("演示里20号2楼", None),
        ("演示胡同9号院3号", None),
        ("10号送到演示坊4号", date(2026, 12, 10)),
        ("送到安居小区8号上午九点", date(2026, 12, 8)),
        ("家里16号来人", date(2026, 12, 16)),
        ("我回石家庄26号", date(2026, 11, 26)),
    ],
)
def test_the_number_of_a_house_is_no_day(text: str, day: date | None) -> None:
    now = datetime(2026, 11, 18, 10)
    assert read(text, now).date == day
    assert [one.date for one in each(text, now) if one.date] == ([day] if day else [])


@settings(max_examples=1500, deadline=None)
@given(
    text=_MANDARIN,
    now=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),
    asked=st.sampled_from([None, "date", "time"]),
)
def test_never_fails(text: str, now: datetime, asked: str | None) -> None:
    found = read(text, now, asked=asked, hours=DAYTIME)
    if found.span:
        assert 0 <= found.span[0] < found.span[1] <= len(text)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=80), now=st.datetimes())
def test_never_fails_on_any_text_at_any_time(text: str, now: datetime) -> None:
    read(text, now)


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("明后两天中午", ["2026-11-19", "2026-11-20"]),
        ("今明两天", ["2026-11-18", "2026-11-19"]),
        ("明天和后天各一份", ["2026-11-19", "2026-11-20"]),
        ("明天、后天、大后天", ["2026-11-19", "2026-11-20", "2026-11-21"]),
        ("明天 后天 大后天的午饭 每天1份", ["2026-11-19", "2026-11-20", "2026-11-21"]),
        ("明后两天每天两份", ["2026-11-19", "2026-11-20"]),
        ("明后天都行", ["2026-11-19"]),
        ("明后两天都行", ["2026-11-19"]),
        ("明天或者后天", ["2026-11-19"]),
        ("明天，不对，后天", ["2026-11-20"]),
    ],
)
def test_of_two_days_both_are_meant_or_either(said: str, days: list[str]) -> None:
    found = at(said)
    assert [day.isoformat() for day in (found.date, *found.further) if day] == days


@pytest.mark.parametrize(
    "said",
    [
        "从下礼拜一起，天天中午送一份，就是礼拜天不要，礼拜天孩子们都回来",
        "从下周一起每天中午送一份，星期天停一天",
        "从下周一起每天中午送，周日莫送，周日我去女儿家",
    ],
)
def test_the_day_left_out_is_not_the_first(said: str) -> None:
    found = at(said)
    assert (str(found.date), found.excluded) == ("2026-11-23", ("SU",))
    assert found.recurrence == "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"


def test_each_time_is_read_by_itself() -> None:
    text = "周六爸上午十点理发，妈下午两点洗澡"
    found = [
        (text[slice(*one.span)], str(one.date or ""), str(one.time or ""))
        for one in each(text, NOW)
        if one.span
    ]
    assert found == [("周六", "2026-11-21", ""), ("上午十点", "", "10:00:00"), ("下午两点", "", "14:00:00")]


@pytest.mark.parametrize("text", ["是韩立明，明天的明", "星期的期", "电话是13900001111"])
def test_no_single_time_stands_where_none_is_read(text: str) -> None:
    assert each(text, NOW) == []


@pytest.mark.parametrize(
    ("text", "date_said", "missed"),
    [
        ("11月16号", "2027-11-16", "2026-11-16"),
        ("十月一号上午", "2027-10-01", "2026-10-01"),
        ("11/2", "2027-11-02", "2026-11-02"),
        ("重阳节", "2027-10-08", "2026-10-18"),
        ("明年11月16号", "2027-11-16", None),
        ("三月五号", "2027-03-05", None),
        ("11月20号", "2026-11-20", None),
        ("11月18号", "2026-11-18", None),
        ("16号", "2026-12-16", None),
        ("每年11月16号", None, None),
    ],
)
def test_a_day_just_gone_by_is_kept_beside_that_of_next_year(
    text: str, date_said: str | None, missed: str | None
) -> None:
    found = at(text)
    assert (str(found.missed) if found.missed else None) == missed
    assert date_said is None or str(found.date) == date_said


@pytest.mark.parametrize(
    ("said", "time", "part"),
    [
        ("今儿后半晌五点", "17:00", None),
        ("后儿个傍晌", None, "noon"),
        ("再有半拉钟头", "10:30", None),
        ("周六一大早", None, "morning"),
    ],
)
def test_hours_and_parts_of_the_day_in_dialect(said: str, time: str | None, part: str | None) -> None:
    when = at(said)
    assert (when.time and f"{when.time:%H:%M}", when.part_of_day if not when.time else None) == (time, part)
    assert when.recurrence is None


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("每个月最末一个星期五", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("隔一天洗一回", "FREQ=DAILY;INTERVAL=2"),
    ],
)
def test_what_comes_again_in_other_words(said: str, rule: str) -> None:
    assert at(said).recurrence == rule


@pytest.mark.parametrize(
    ("said", "day", "time", "part", "rule"),
    [
        ("今儿黑下", "2026-11-18", None, "evening", None),
        ("七夕那晚", "2027-08-08", None, "evening", None),
        ("后日下昼", "2026-11-20", None, "afternoon", None),
        ("这周日上午好不好", "2026-11-22", None, "morning", None),
        ("七一上午", "2027-07-01", None, "morning", None),
        ("下周二8pm", "2026-11-24", "20:00", None, None),
        ("11月20号3:30 p.m.", "2026-11-20", "15:30", None, None),
        ("明天12am", "2026-11-19", "00:00", None, None),
        ("明天下午四点一课", "2026-11-19", "16:15", None, None),
        ("明天下午两点版", "2026-11-19", "14:30", None, None),
        ("周日晚上七点司十", "2026-11-22", "19:40", None, None),
        ("从下周一开始连送七天饭", "2026-11-23", None, None, "FREQ=DAILY;COUNT=7"),
        ("这周六上午打扫，我住五一大道88号", "2026-11-21", None, "morning", None),
        ("每年九月十号教师节", None, None, None, "FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=10"),
        ("每两个月一次，8号", None, None, None, "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=8"),
        ("腊月二十三下午来扫房，每年我都这天扫", "2027-01-30", None, "afternoon", None),
        ("明天下午，热得很，早上和中午我都不想动", "2026-11-19", None, "afternoon", None),
        ("周五早上六点半就得出门，透析室七点开门", "2026-11-20", "06:30", None, None),
        ("从后天开始，每天中午送，就吃七天试试", "2026-11-20", None, "noon", "FREQ=DAILY;COUNT=7"),
        ("明天下午三点四十，车票是四点半的", "2026-11-19", "15:40", None, None),
        ("明天透析室七点开门", "2026-11-19", "07:00", None, None),
        ("明天上午10点，住演示街道老湾村口3号", "2026-11-19", "10:00", None, None),
        ("周五早晨八点半来接俺就行，俺挂的九点半的号", "2026-11-20", "08:30", None, None),
        ("早晨八点半来接俺，俺挂的九点半的号", None, "08:30", None, None),
        ("各预订6月13日午餐一份", "2027-06-13", None, "noon", None),
        ("每天送饭，每个周三不用", None, None, None, "FREQ=WEEKLY;BYDAY=MO,TU,TH,FR,SA,SU"),
        ("工作日中午送，周末我自己搞", None, None, "noon", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("工作日中午送，周六也送", None, None, "noon", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"),
        ("周一到周五不用管，每个周六都来", None, None, None, "FREQ=WEEKLY;BYDAY=SA"),
        ("后天来，今天十八号，没算错吧", "2026-11-20", None, None, None),
        ("今天十八号上午", "2026-11-18", None, "morning", None),
        ("下礼拜一去挂号，去年排了二十三号", "2026-11-23", None, None, None),
        ("一月十号上午，过完元旦的", "2027-01-10", None, "morning", None),
        ("十月八号上午，国庆放完假第一天", "2027-10-08", None, "morning", None),
        ("下个月月底那天", "2026-12-31", None, None, None),
        ("两个礼拜来打扫一次，都放在周六上午", None, None, "morning", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA"),
        ("半个月以后再量一次血压", "2026-12-03", None, None, None),
        ("就后天三点半吧，上午我要睡觉", "2026-11-20", "15:30", None, None),
        ("礼拜无上午就点一刻", "2026-11-20", "09:15", None, None),
        ("九点要是满了，那就下周一下午三点", "2026-11-23", "15:00", None, None),
        ("下周三上午十点办入住", "2026-11-25", "10:00", None, None),
        ("上午无人在家，周四来", "2026-11-19", None, "morning", None),
    ],
)
def test_further_wordings(
    said: str, day: str | None, time: str | None, part: str | None, rule: str | None
) -> None:
    when = at(said)
    found = (when.date and str(when.date), when.time and f"{when.time:%H:%M}", when.recurrence)
    assert found == (day, time, rule)
    assert time or when.part_of_day == part


@pytest.mark.parametrize(
    ("said", "by"),
    [
        ("能不能往后挪一天", timedelta(days=1)),
        ("提前半个小时", timedelta(minutes=-30)),
        ("推后两个钟头", timedelta(hours=2)),
        ("往前提两天", timedelta(days=-2)),
        ("改晚一个半小时", timedelta(minutes=90)),
        ("提前一天打个电话", None),
        ("晚上两点", None),
        ("早中晚三顿", None),
        ("往后推推", None),
    ],
)
def test_how_far_something_is_moved(said: str, by: timedelta | None) -> None:
    found = moved(said)
    assert (found.by if found else None) == by

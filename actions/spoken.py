"""Dates, times, money and choices as they are read to a person."""

from __future__ import annotations

import re
from datetime import date, datetime, time

WEEKDAYS = "一二三四五六日"
NEAR = {0: "今天", 1: "明天", 2: "后天", 3: "大后天"}
PARTS = {"morning": "上午", "noon": "中午", "afternoon": "下午", "evening": "晚上"}
PART_WINDOWS = {
    "morning": (time(5), time(12)),
    "noon": (time(11), time(13, 30)),
    "afternoon": (time(13), time(18)),
    "evening": (time(17), time(23, 59)),
}
"""When each part of the day begins and ends, China time."""
DAY_NAMES = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), WEEKDAYS, strict=True))
ORDINALS = "零一二三四五六七八九"
HALF_PAST = 30
"""Minutes."""


def day(value: date, today: date) -> str:
    """明天，6月12日星期四"""
    near = NEAR.get((value - today).days)
    year = f"{value.year}年" if value.year != today.year else ""
    full = f"{year}{value.month}月{value.day}日星期{WEEKDAYS[value.weekday()]}"
    return f"{near}，{full}" if near else full


def part_of(value: time) -> str:
    """The part of the day as people call it."""
    if value < time(6):
        return "凌晨"
    if value < time(11):
        return "上午"
    if value < time(13):
        return "中午"
    return "下午" if value < time(18) else "晚上"


def clock(value: time) -> str:
    """下午2点半; the voice makes 下午两点半 of it."""
    hour = value.hour - 12 if value.hour > 12 else value.hour
    minutes = "半" if value.minute == HALF_PAST else f"{value.minute}分" if value.minute else ""
    return f"{part_of(value)}{hour}点{minutes}"


def moment(value: datetime, today: date) -> str:
    return f"{day(value.date(), today)}{clock(value.time())}"


def in_part(value: time, part: str) -> bool:
    first, last = PART_WINDOWS[part]
    return first <= value < last


def yuan(fen: int) -> str:
    """850 fen as 8.5元."""
    whole, rest = divmod(fen, 100)
    return f"{whole}元" if not rest else f"{fen / 100:.2f}".rstrip("0") + "元"


def recurrence(rrule: str) -> str:
    """每周二、四 for FREQ=WEEKLY;BYDAY=TU,TH."""
    rule = dict(part.split("=", 1) for part in rrule.split(";") if "=" in part)
    every = int(rule.get("INTERVAL", "1"))
    days = rule.get("BYDAY", "").split(",") if rule.get("BYDAY") else []
    if days == ["MO", "TU", "WE", "TH", "FR"]:
        said = "每个工作日"
    elif rule.get("FREQ") == "DAILY":
        said = "每天" if every == 1 else f"每隔{every - 1}天"
    elif rule.get("FREQ") == "WEEKLY":
        said = ("每周" if every == 1 else f"每{every}周") + "、".join(
            DAY_NAMES.get(each, "") for each in days
        )
    elif rule.get("FREQ") == "MONTHLY":
        said = "每月" + "、".join(f"{each}号" for each in rule.get("BYMONTHDAY", "").split(",") if each)
    else:
        said = "每年"
    return said + (f"，一共{rule['COUNT']}次" if "COUNT" in rule else "")


def series(first: datetime, rrule: str, today: date) -> str:
    """Each time of a series, so that nobody takes it for one: 每天都约，不是只约一回，从明天，6月12日星期四起，中午12点."""
    every, _, count = recurrence(rrule).partition("，")
    told = [f"{every}都约", "不是只约一回", count, f"从{day(first.date(), today)}起", clock(first.time())]
    return "，".join(filter(None, told))


ORDINAL = re.compile(
    r"^(?:那|就|选|要|按|我|[订约定])*第?([一二三四五六七八九1-9])(?:个|家|项|种|条)?(?:吧|的)?[。，]?$"
)

FIRST = re.compile(r"^(?:那|就|要|选|[订约定])*(?:头|前)(?:一|面那?|头那?|那)?个")
LAST = re.compile(r"^(?:那|就|要|选|[订约定])*(?:最后|后|末)(?:一|面那?|头那?|那)?个")
WRAPPED = re.compile(
    r"^(?:嗯|那|就|是|选|我?要|我?说的是|[订约定]|去|在|[，,])+|(?:那个|那儿|那里|那家|的|吧|呗|啊|呀|嘛)+$"
)
"""What people put around a title."""


def picked(text: str, titles: list[str]) -> int | None:
    """Which of the offered titles a short answer means: by number, by title, by a part of it."""
    said = text.strip().rstrip("。，！!")
    match = ORDINAL.match(said)
    if match:
        number = ORDINALS.index(match[1]) if match[1] in ORDINALS else int(match[1])
        return number - 1 if 1 <= number <= len(titles) else None
    if FIRST.search(said):
        return 0 if titles else None
    if LAST.search(said):
        return len(titles) - 1 if titles else None
    said = WRAPPED.sub("", said)
    hits = [index for index, title in enumerate(titles) if said and (said in title or title in said)]
    return hits[0] if len(hits) == 1 else None

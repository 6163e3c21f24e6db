"""Wordings for a day with a name: 重阳, 明年清明, 中秋前一天, 十一假期, 大年三十."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from assistant.kit.when import almanac
from assistant.kit.when.almanac import DAY
from assistant.kit.when.months import YEARS, year_said
from assistant.kit.when.pieces import Day
from assistant.kit.when.scan import Rule, rule

_SPOKEN: Final = {"十一": "国庆", "过年": "春节", "三八": "妇女节", "七一": "建党节", "八一": "建军节"}
"""Names that mean the day only in company (十一假期, not 十一点)."""
_ASIDE: Final = {
    "前一天": -1,
    "之前那天": -1,
    "之后那天": 1,
    "过后那天": 1,
    "头一天": -1,
    "头天": -1,
    "前两天": -2,
    "后一天": 1,
    "后头一天": 1,
    "后第一天": 1,
    "过后一天": 1,
    "第二天": 1,
    "转天": 1,
}


def _festival(match: re.Match[str], now: datetime) -> Day | None:
    today = now.date()
    name = _SPOKEN.get(match["name"], match["name"])
    aside = DAY * _ASIDE.get(match["aside"] or "", 0)
    if year := year_said(match["year"], today):
        said = almanac.festival(name, year)
        return Day(said + aside, past=said + aside < today) if said else None
    found, gone = almanac.next_and_missed(lambda y: almanac.festival(name, y), today - aside)
    return Day(found + aside, missed=gone + aside if gone else None) if found else None


_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔谭陆汪范石廖"
    "贾韦付邹孟熊秦邱江尹薛闫段雷侯史陶黎贺顾郝龚邵严覃武戴莫孔汤"
)
_NO_PERSON: Final = rf"(?:(?<![{_SURNAMES}])|(?=\w{{2,4}}(?:节|假|期间|那天)))"
"""吴国庆 and 王立春 are people."""
_NO_NUMBER: Final = "(?<![零一二三四五六七八九十])"
_NAMES: Final = "|".join(sorted((name for name in almanac.NAMES if name != "雨水"), key=len, reverse=True))
_YEAR: Final = rf"(?P<year>{'|'.join(YEARS)})?的?"
_BESIDE: Final = rf"(?:的?(?P<aside>{'|'.join(_ASIDE)}))?"
_HOLIDAY: Final = r"(?:节|假期|放假|长假|黄金周)"

RULES: Final[tuple[Rule, ...]] = (
    rule(
        rf"{_YEAR}(?:二十[三四]过)?(?<![下场有]){_NO_NUMBER}{_NO_PERSON}(?P<name>{_NAMES})(?![路街村社公镇广粽树轻纪糕巷桥\#]|大[道街桥]|放?完)(?!(?<=一)[零二三四五六七八九]){_HOLIDAY}?(?:当[天日])?{_BESIDE}",
        _festival,
    ),
    rule(rf"(?P<year>){_NO_NUMBER}(?P<name>[七八]一)(?=[上下中]午|早[上晨]|晚[上间]){_BESIDE}", _festival),
    rule(
        rf"{_YEAR}(?P<name>{'|'.join(_SPOKEN)}|雨水)(?={_HOLIDAY}|那天|期间|当天|前一天|的时候){_HOLIDAY}?{_BESIDE}",
        _festival,
    ),
)

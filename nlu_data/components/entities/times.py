"""The words in which a time was said; what day that is, the assistant's own reader decides."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.entities.entity import Entity
from components.entities.numbers import NUMERAL

_N = NUMERAL
_WEEKDAY = "[一二三四五六日天1-7]"
_DAY = "大后天|大前天|大后儿个?|今天|明天|后天|昨天|前天|[今明后昨]儿个?|今日|明日|后日|昨日|[今明后昨][早晚]|当天|第二天|后儿|名天|明田|后田|候天|改天|过几天|过两天"
_WEEK = (
    rf"(?:下下|下|这|本|上上|上|每|隔)?个?(?:周|星期|礼拜){_WEEKDAY}(?:[、和跟]?(?:周|星期|礼拜)?{_WEEKDAY}(?![点号月个十份百位]))*"
    r"|(?:下下|下|这|本|上上|上|每|隔)?个?(?:周末)|(?:下下|下|这|本|上|每|隔)个?(?:周|星期|礼拜)|拜[一二三四五六天]"
)
_DATE = (
    rf"20\d\d[-年/]\d{{1,2}}[-月/]\d{{1,2}}[日号]?|(?:农历|阴历|旧历|公历|阳历)?(?:{_N}|正|冬|腊)月(?:份|初[一二三四五六七八九十]|{_N}[号日]?|底|初|中旬?)?"
    rf"|(?<![0-9一二三四五六七八九十百零路街巷弄])(?:[0-3]?[0-9]|[一二三四五六七八九十廿]{{1,3}})[号日](?!楼|院|线|车|门|房|床|公交)|初[一二三四五六七八九十](?!中)|(?:这|下|上|每)个?月(?:底|初|中|初[一二三四五六七八九十]|{_N}[号日]?)?|月[底初]|大年三十|大年初[一二三四五]"
)
_FEAST = "元旦|春节|过年|除夕|小年|元宵节?|清明节?|五一|劳动节|端午节?|七夕|中秋节?|国庆节?|十一长假|重阳节?|冬至|腊八|立春|立夏|立秋|立冬|夏至"
_PART = "大清早|一大早|清早|一早|清晨|早晨|早上|早起|上午|头晌|前晌|上晌|中午|晌午|正午|午间|下午|后晌|下晌|午后|傍晚|傍黑儿?|擦黑儿?|晚上|晚间|夜里|夜间|半夜|凌晨|天亮|饭点|晚饭前|午饭前"
_CLOCK = rf"{_N}\s*点(?:来?钟|半|整|[一三]刻|过?{_N}分?|多|左右|前后)*|差{_N}分{_N}点|\d{{1,2}}[:：]\d{{2}}"
_RELATIVE = rf"(?:隔|过|再过)?(?:半|{_N}|几)个?半?(?:小时|钟头|分钟|天|周|星期|礼拜|月)(?:以后|之后|后头|后|以内|之内|内)|(?:隔|过|再过)(?:半|{_N}|几)个?(?:小时|钟头|分钟|天|周|星期|礼拜|月)"
_REPEATED = rf"每天|天天|每日|每逢|每隔?{_N}?个?(?:天|周|星期|礼拜|月)|隔天|隔一天|工作日|双休日|除了(?:周末|节假日)|连(?:着|续|送|订)?{_N}个?(?:天|周|星期|礼拜|月)|一(?:周|星期|礼拜|个月){_N}次"
_ATOM = f"(?:{'|'.join((_DATE, _WEEK, _REPEATED, _DAY, _RELATIVE, _FEAST, _CLOCK, _PART))})"
_JOIN = r"(?:的|[\s、,，到至~-]|开始|起|或者?|和|及|以前|之前|前|以后|之后|左右)?"
_TIME = re.compile(rf"(?:从\s*)?{_ATOM}(?:{_JOIN}{_ATOM})*(?:开始|起|之前|以前|以后|之后|左右)?")

_DOOR = re.compile(rf"{_N}?(?:单元|号楼|栋|幢|室|门|楼)")


def read(text: str, asked: str | None) -> Iterator[Entity]:
    """`time_text`: every stretch of words that says a day, a time or a repetition."""
    for match in _TIME.finditer(text):
        if _DOOR.match(text, match.end()) and match[0][-1] in "号日":
            continue
        yield Entity("time_text", match[0], match.start(), match.end())

"""Mends words of time that a recogniser, or a hasty thumb, spelt with the wrong character.

Only a character that sounds the same, beside one that was heard right, is mended (名天 → 明天). The text keeps its
length, so that positions hold. Spellings that are words of their own (没天, 重洋, 整月) are left alone.
"""

from __future__ import annotations

import re
from typing import Final

from assistant.kit.text import half_width, pinyin_key
from assistant.kit.when.almanac import LUNAR_FESTIVALS, SOLAR_FESTIVALS

MISHEARD: Final[dict[str, str]] = {
    **{
        "今天": "金天 斤天 巾天 今添 今田 今填",
        "明天": "名天 鸣天 铭天 明添 明甜 明田 明填",
        "后天": "候天 厚天 后添 后田 后填",
    },
    **{
        "今儿": "巾儿",
        "明儿": "名儿 鸣儿",
        "后儿": "候儿 厚儿",
        "每天": "美天 梅天 枚天 每添 每田",
        "隔天": "格天 隔添 隔田",
    },
    **{"上午": "尚午 商午 伤午 赏午 上舞 上武 上无 上误 上伍", "中午": "钟午 终午 忠午 中舞 中武 中误 中伍"},
    **{
        "下午": "吓午 夏午 下舞 下武 下无 下误 下伍",
        "晌午": "赏午 晌舞 晌武",
        "傍晚": "棒晚 磅晚 傍碗",
    },
    **{"晚上": "晚尚 晚商", "早上": "早尚 早商", "半夜": "办夜 伴夜", "凌晨": "零晨 凌辰 凌尘"},
    **{
        "星期": "兴期 星其 星起 星七 星奇 星齐 新期",
        "礼拜": "利拜 力拜 李拜 里拜 理拜 礼败 你拜",
        "周末": "洲末 舟末 周墨 周默 周莫 周沫 州末",
    },
    **{
        "下周": "下州 下洲 下舟 夏周",
        "上周": "上州 上洲",
        "每周": "美周 每州 每洲 每舟",
        "这周": "这州 这洲 这舟",
    },
    **{
        "月底": "月抵 月低 越底",
        "腊月": "辣月 蜡月 腊越",
        "正月": "政月 征月",
        "每月": "美月",
        "腊八": "辣八 蜡八",
    },
    **{
        "重阳节": "重洋节 崇阳节 虫洋节",
        "重阳": "虫阳 重羊 重扬",
        "端午": "端舞 端五 短午 端武",
        "中秋": "钟秋 终秋",
        "元旦": "圆旦 元蛋 元但 园旦",
    },
    **{
        "国庆": "国请 国清 果庆",
        "清明": "青明 轻明 清名",
        "除夕": "除西 除息 厨夕",
        "冬至": "东至 冬志 冬治 冬制",
    },
    **{"春节": "春结 村节", "元宵": "元消 圆宵", "小时": "小石 小实", "钟头": "钟投 中头"},
}
"""What was meant, and what sounds the same."""

MISTYPED: Final = {"响午": "晌午", "旁晚": "傍晚", "己后": "以后"}
"""What only looks the same."""

_MEANT: Final = {
    heard: meant for meant, spellings in MISHEARD.items() for heard in spellings.split()
} | MISTYPED
_NOT_BEFORE: Final = {
    "候": "时等问症气",
    "午": "",
    "钟": "点分",
    "夏": "盛初",
    "名": "报两三四五几",
    "金": "基奖现资",
}
_WORD: Final = re.compile(
    "|".join(
        (f"(?<![{_NOT_BEFORE[w[0]]}])" if w[0] in _NOT_BEFORE else "") + w
        for w in sorted(_MEANT, key=len, reverse=True)
    )
)

_NUMERALS: Final = {
    **dict.fromkeys("山散伞叁", "三"),
    **dict.fromkeys("寺死肆司思斯", "四"),
    **dict.fromkeys("舞武午伍无吴", "五"),
    **dict.fromkeys("溜留柳陆", "六"),
    **dict.fromkeys("期漆妻", "七"),
    **dict.fromkeys("巴吧扒", "八"),
    **dict.fromkeys("酒久", "九"),
    **dict.fromkeys("石食实", "十"),
    **dict.fromkeys("量辆良", "两"),
}
_AFTER_NUMERAL: Final = r"(?=[点时](?:[钟半整一二三四五零左来送到接吧，。！]|$))"
_HOUR: Final = re.compile(rf"(?<=[午上晚早晨夜后天])([{''.join(_NUMERALS)}]){_AFTER_NUMERAL}")
_NINE: Final = re.compile(r"(?<=[午上晨晚])就(?=点(?:[钟半整]|[一三]刻|[,，。]|$))")
_BARE_HOUR: Final = re.compile(r"(?<![\w])([山散伞叁巴酒久溜])(?=点[半钟])")
_WEEKDAY: Final = re.compile(
    r"(?:(?<=[下这每本上个]周)|(?<=星期)|(?<=礼拜))([山散伞叁寺死肆武午舞伍无吴留柳陆])(?![饭后间论需须法所人])"
)
_SECOND_WEEKDAY: Final = re.compile(r"(?<=[周期拜])[而尔耳](?=[上下中早晚])")
_SURNAME: Final = re.compile(r"(?<![下上这本每隔两个])周")
"""In a sentence that tells the surname 周, a bare 周 is that: 姓周，周一鸣."""
_BARE_WEEKDAY: Final = re.compile(r"(?<=周)[散伞叁]")
_HALF: Final = re.compile(
    r"(?<=[一二三四五六七八九十两\d]点)[办伴拌版扮](?=[,，。、;；!！?？…\s来去到送接约吧呀啊呢嘛左钟前后过给帮叫派要行可]|$)"
)
_QUARTER: Final = re.compile(r"(?<=点[一三])[课克客](?=[,，。来去到送接吧呀啊]|$)")
_MINUTES: Final = re.compile(r"(?<=点)[山散伞司思斯死武舞午](?=十)")
_POINT: Final = re.compile(r"(?<=[午上晚早晨天][一二三四五六七八九十两\d])[店典电](?=半|钟|[,，。]|$)")
_POINT_TYPED: Final = re.compile(r"(?<=[一二三四五六七八九十两\d])[典碘](?=[半钟整吧呀左来送到,，。！\s]|$)")
_EVENING: Final = re.compile(r"[碗万挽](?=上[六七八九十零一二\d]+[点:])")
_EARLY: Final = re.compile(r"[枣藻澡灶](?=上[五六七八九十\d]+[点:])")
_NOON: Final = re.compile(r"(?<=[上中下晌])五(?=[零一二三四五六七八九十两\d]{1,2}点|[,，。!吧来]|$)")
_NOON_AFTER_DAY: Final = re.compile(r"(?<=[一二三四五六日天][上下])[屋雾]")
_FOUR: Final = re.compile(r"(?<=[周期拜]二)[是事](?=六)")
_THIRTY: Final = re.compile(r"(?<=[年月])[山伞散](?=[十号日])")
_TEN: Final = re.compile(r"(?<=[月二三])[时石食](?=[一二三四五六七八九]?[号日])|(?<=月[二三])[时石食]")
_DAY_OF_MONTH: Final = re.compile(
    r"(?<=[十月][一二三四五六七八九十])好(?=上午|下午|早|晚|中午|那天|来|送|行|吧|，|。|$)"
)


_LISTED: Final = re.compile(r"(?<=[天日儿])[ \u3000](?=大*[今明后][天日儿])")
"""Days that whoever types parts by a space: 明天 后天 大后天."""
_HOLIDAYS: Final = {
    pinyin_key(name): name
    for name in (*LUNAR_FESTIVALS, *SOLAR_FESTIVALS, "清明节")
    if name[-1] == "节" and len(name) == 3
}
_HOLIDAY: Final = re.compile(r"[\u4e00-\u9fff]{2}节(?![目约省日假制])")


def mend(text: str) -> str:
    """Half-width, and with misheard words of time put right; as long as the text."""
    text = half_width(text)
    text = _LISTED.sub("、", text)
    text = _WORD.sub(lambda m: m[0] if text[m.end() : m.end() + 1] == "天" else _MEANT[m[0]], text)
    for pattern in (_HOUR, _BARE_HOUR, _WEEKDAY, _BARE_WEEKDAY):
        text = pattern.sub(lambda m: _NUMERALS[m[0]], text)
    text = _HOLIDAY.sub(lambda m: _HOLIDAYS.get(pinyin_key(m[0]), m[0]), text) if "节" in text else text
    text = _NINE.sub("九", _SECOND_WEEKDAY.sub("二", text))
    text = _SURNAME.sub("#", text) if re.search("[姓叫]周", text) else text
    text = _NOON_AFTER_DAY.sub("午", text)
    text = _FOUR.sub("四", _EARLY.sub("早", text))
    text = _THIRTY.sub("三", _NOON.sub("午", _EVENING.sub("晚", text)))
    text = _TEN.sub("十", _POINT_TYPED.sub("点", _POINT.sub("点", text)))
    text = _MINUTES.sub(lambda m: _NUMERALS[m[0]], _QUARTER.sub("刻", text))
    return _DAY_OF_MONTH.sub("号", _HALF.sub("半", text))

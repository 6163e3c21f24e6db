"""Written to spoken Mandarin, one rule a pattern, tried in order from the most to the least particular.

A rule turns what it matches into characters a person would say, so that later rules no longer see its digits.
Latin letters stay letters, with spaces between them; `speech.saying.pinyin` knows how they are said.
"""

import re
from collections.abc import Callable
from typing import Final

from speech.saying.clock import clock_rules
from speech.saying.numbers import cardinal, counted, decimal, digits

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_N: Final = r"\d+(?:,\d{3})*(?:\.\d+)?"
_DASH: Final = r"\s*[-—–~～－至到]+\s*"

_UNITS: Final = {
    "mmol/L": "毫摩尔每升",
    "mmHg": "毫米汞柱",
    "km/h": "公里每小时",
    "kcal": "千卡",
    "kWh": "千瓦时",
    "平方米": "平方米",
    "㎡": "平方米",
    "m²": "平方米",
    "m2": "平方米",
    "km": "公里",
    "cm": "厘米",
    "mm": "毫米",
    "kg": "公斤",
    "mg": "毫克",
    "ml": "毫升",
    "mL": "毫升",
    "min": "分钟",
    "℃": "摄氏度",
    "°C": "摄氏度",
    "°": "度",
    "g": "克",
    "m": "米",
    "L": "升",
    "h": "小时",
    "W": "瓦",
}
# What is counted with 两 rather than 二.
_MEASURES: Final = (
    "个月|个|位|份|次|天|年|周|星期|礼拜|小时|分钟|秒|刻钟|元|块|角|毛|斤|公斤|公里|里|米|克|升|度|人|名|口|家|件|张|条|"
    "只|杯|碗|盒|瓶|片|粒|颗|包|袋|瓣|勺|顿|餐|桶|台|辆|把|本|双|套|趟|遍|回|种|样|项|步|层楼|间|扇|根|支|枝|棵|座|场|"
    "节课|门|岁|倍|万|千|百|亿|句|声|代|点钟|厘米|毫米|毫升|毫克|平方米"
)
_HOTLINES: Final = r"110|119|120|122|114|10086"
_LETTER_WORDS: Final = {
    "wifi": "无线网",
    "wi-fi": "无线网",
    "ok": "好",
    "no.": "第",
    "tel": "电话",
    "vs": "对",
}


def _money(match: re.Match[str]) -> str:
    number = match["a"].replace(",", "")
    whole, _, fraction = number.partition(".")
    jiao, fen = tuple((fraction + "00")[:2])
    spoken = f"{counted(whole)}元" if int(whole) or not fraction.strip("0") else ""
    if fen != "0" and jiao == "0" and spoken:
        spoken += "零"
    spoken += f"{counted(jiao)}角" if jiao != "0" else ""
    spoken += f"{counted(fen)}分" if fen != "0" else ""
    return spoken


def _blood_pressure(match: re.Match[str]) -> str:
    high, low = int(match["high"]), int(match["low"])
    if not (70 <= high <= 260 and 30 <= low <= 160 and high > low):
        return match[0]
    return f"高压{cardinal(high)}低压{cardinal(low)}"


def _mobile(match: re.Match[str]) -> str:
    number = re.sub(r"\D", "", match["n"])
    return " ".join(digits(part, telephone=True) for part in (number[:3], number[3:7], number[7:]))


def _landline(match: re.Match[str]) -> str:
    return " ".join(digits(part, telephone=True) for part in re.split(r"[-\s]+", match[0]))


def _code(match: re.Match[str]) -> str:
    """An order number, a code: letters apart, digits one by one, four at a time."""
    parts = re.findall(r"[A-Za-z]+|\d+", match["code"])
    return match["before"] + " ".join(
        " ".join(part.upper())
        if part.isalpha()
        else " ".join(digits(part[i : i + 4], telephone=True) for i in range(0, len(part), 4))
        for part in parts
    )


def _room(match: re.Match[str]) -> str:
    number = match["n"]
    return (digits(number, telephone=True) if len(number) >= 3 else cardinal(int(number))) + match["after"]


def _quantity(match: re.Match[str]) -> str:
    return counted(match["a"].replace(",", "")) + match["unit"]


def _unit(match: re.Match[str]) -> str:
    cold = "零下" if match["sign"] and _UNITS[match["unit"]] == "摄氏度" else "负" if match["sign"] else ""
    return cold + counted(match["a"]) + _UNITS[match["unit"]]


def _cold_range(match: re.Match[str]) -> str:
    first, sign, last = (
        (match["a"], match["cold"], match["b"]) if match["a"] else (match["c"], match["d"], match["e"])
    )
    return f"零下{counted(first)}到{'零下' if sign else '零上'}{counted(last)}摄氏度"


def _bare(match: re.Match[str]) -> str:
    number = match[0]
    if re.fullmatch(r"0\d+|\d{9,}", number):
        return digits(number, telephone=True)
    return decimal(number)


def _letters(match: re.Match[str]) -> str:
    word = match[0]
    return _LETTER_WORDS.get(word.lower(), " ".join(word.upper()))


def _rule(pattern: str, said: Callable[[re.Match[str]], str] | str) -> Rule:
    if isinstance(said, str):
        return re.compile(pattern), lambda match: match.expand(said)
    return re.compile(pattern), said


_unit_pattern = "|".join(re.escape(unit) for unit in _UNITS)
_RULES: Final[list[Rule]] = [
    # Layout that is seen, not said.
    _rule(r"(?m)^[ \t]*(\d{1,2})[.、)）](?!\d)\s*", lambda m: f"第{cardinal(int(m[1]))}，"),
    _rule(r"(?m)^[ \t]*[-*•·]\s+", ""),
    _rule(r"[*_`#>|]+|\ufe0f", ""),
    _rule(r"(?<=\d)\s*[×xX]\s*(?=\d)", "乘"),
    *clock_rules(),
    # Blood pressure before any other fraction.
    _rule(r"\s*(?<![\d/.])(?P<high>\d{2,3})/(?P<low>\d{2,3})(?:\s*mmHg)?(?![\d/])", _blood_pressure),
    # Numbers one dials.
    _rule(r"(?<!\d)(?:\+?86[- ]?)?(?P<n>1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?!\d)", _mobile),
    _rule(r"(?<![\d-])0\d{2,3}-\d{7,8}(?!\d)", _landline),
    _rule(r"(?<!\d)[48]00[- ]\d{3,4}[- ]\d{3,4}(?!\d)", _landline),
    _rule(
        rf"(?<![\d.,¥￥])(?:{_HOTLINES})(?!\d|[.,]\d|\s*(?:{_MEASURES}|号|{_unit_pattern}|%|％|~|-|多))",
        lambda m: digits(m[0], telephone=True),
    ),
    _rule(
        r"(?<![\d.,¥￥])(?:123\d\d|95\d{3}|96\d{3})(?!\d|[.,]\d|\s*[元块个份人次万])", lambda m: digits(m[0])
    ),
    # Codes.
    _rule(
        r"(?P<before>(?:单号|编号|证号|卡号|尾号|账号|号码|验证码|密码|工号|代码)[是为：:\s]*)"
        r"(?P<code>[A-Za-z]{0,4}[- ]?\d[\d-]*\d)",
        _code,
    ),
    _rule(r"(?P<before>)(?<![A-Za-z\d])(?P<code>[A-Z]{1,4}-?\d{4,}(?:-\d+)*)(?!\d)", _code),
    # Money.
    _rule(rf"[¥￥]\s*(?P<a>{_N})(?P<big>[万亿])", lambda m: f"{decimal(m['a'])}{m['big']}元"),
    _rule(
        rf"[¥￥]\s*(?P<a>{_N}){_DASH}[¥￥]?(?P<b>{_N})元?",
        lambda m: f"{decimal(m['a'])}到{decimal(m['b'])}元",
    ),
    _rule(rf"[¥￥]\s*(?P<a>{_N})元?", _money),
    _rule(rf"(?<![\d.,\-~～至到])(?P<a>{_N})元(?=\s*/)", _money),
    _rule(r"(?<=[元角分])\s*/\s*(?=月)", "一个"),
    _rule(r"(?<=[元角分])\s*/\s*(?=[\u4e00-\u9fff])", "一"),
    _rule(rf"(?<![\d.,\-~～至到])(?P<a>{_N})元", _money),
    # Shares, fractions, temperatures and measures.
    _rule(
        rf"(?P<a>{_N})[%％]?{_DASH}(?P<b>{_N})[%％]",
        lambda m: f"百分之{decimal(m['a'])}到百分之{decimal(m['b'])}",
    ),
    _rule(rf"({_N})[%％]", lambda m: f"百分之{decimal(m[1])}"),
    _rule(
        rf"(?<![\d\u4e00-\u9fff])-(?P<a>{_N})\s*[-—~～至到]\s*(?P<cold>-?)(?P<b>{_N})\s*(?:℃|°C)|(?<=[温是约为])-(?P<c>{_N})\s*[-—~～至到]\s*(?P<d>-?)(?P<e>{_N})\s*(?:℃|°C)",
        _cold_range,
    ),
    _rule(rf"({_N})‰", lambda m: f"千分之{decimal(m[1])}"),
    _rule(
        rf"(?P<a>{_N}){_DASH}(?P<b>{_N})\s*(?P<unit>{_unit_pattern})(?![A-Za-z])",
        lambda m: f"{counted(m['a'])}到{counted(m['b'])}{_UNITS[m['unit']]}",
    ),
    _rule(
        rf"(?P<sign>(?<![\d\u4e00-\u9fff])-|(?<=[温是约为])-)?(?P<a>{_N})\s*(?P<unit>{_unit_pattern})(?![A-Za-z])",
        _unit,
    ),
    _rule(
        r"(?<![\d/])(\d{1,3})/(\d{1,3})(?![\d/])", lambda m: f"{cardinal(int(m[2]))}分之{cardinal(int(m[1]))}"
    ),
    # A door written with hyphens: 3-2-301 is said as it is written.
    _rule(
        r"(?<![\d-])(\d{1,2})-(\d{1,2})-(\d{3,4})(?![\d-])",
        lambda m: f"{cardinal(int(m[1]))}杠{cardinal(int(m[2]))}杠{digits(m[3], telephone=True)}",
    ),
    # Addresses and lines: a room is read digit by digit, a house by its number.
    _rule(r"(?<!\d)(?P<n>\d{1,5})(?P<after>室|房间|房|号房|号床|床)", _room),
    _rule(
        rf"(?<!\d)(\d{{1,3}}){_DASH}(\d{{1,3}})(?=楼|层|号|栋|单元)",
        lambda m: f"{cardinal(int(m[1]))}到{cardinal(int(m[2]))}",
    ),
    _rule(r"(?<!\d)(?P<n>\d{1,4})(?P<after>路公交|路车|路(?!程))", _room),
    _rule(
        r"(?<!\d)(\d{1,4})(?=号楼|号院|栋|幢|单元|弄|座(?!位)|层(?!楼)|楼|号线|号(?!码))",
        lambda m: cardinal(int(m[1])),
    ),
    _rule(r"(?<=[栋幢元楼弄座])(?P<n>\d{3,4})(?P<after>)(?!\d|[元块个份人次天年])", _room),
    # Order and ranges of counted things.
    _rule(r"第\s*(\d+)\s*", lambda m: f"第{cardinal(int(m[1]))}"),
    _rule(
        rf"(?<![\d.])(?P<a>{_N}){_DASH}(?P<b>{_N})(?P<unit>{_MEASURES})",
        lambda m: f"{counted(m['a'])}到{counted(m['b'])}{m['unit']}",
    ),
    _rule(
        rf"(?<![\d.])(?P<a>{_N})(?:{_DASH})(?P<b>{_N})(?![\d.])",
        lambda m: f"{decimal(m['a'])}到{decimal(m['b'])}",
    ),
    _rule(rf"(?<![\d.])(?P<a>{_N})(?P<unit>\s*多?(?:{_MEASURES}))", _quantity),
    _rule(rf"(?<![\d\u4e00-\u9fff])-{_N}", _bare),
    _rule(_N, _bare),
    _rule(r"(?i)wi-?fi|no\.|[a-z]+", _letters),
    # Signs.
    _rule(r"\s*/\s*", "，或者"),
    _rule(r"(?<=[\u4e00-\u9fff])\s*[+＋]\s*(?=[\u4e00-\u9fff])", "加"),
    _rule(r"=", "等于"),
    _rule(r"&", "和"),
    _rule(r"[（(\[【]\s*", "，"),
    _rule(r"\s*[）)\]】](?=[，。！？；：、]|$)", ""),
    _rule(r"\s*[）)\]】]", "，"),
    _rule(r"[《》「」『』“”\"‘’'·•^\\]+", ""),
    _rule(r"(?:—|–|…|~|～|\.{3,})+", "，"),
    _rule(r"[!]", "！"),
    _rule(r"[?]", "？"),
    _rule(r"[;]", "；"),
    _rule(r"[,]", "，"),
    _rule(r"[:]", "："),
    _rule(r"\s*\n\s*", "。"),
    _rule(r"[^\u3400-\u9fffA-Z ，。！？；：、]", ""),
    _rule(r"[，、：；]*([。！？])[，、：；。]*", r"\1"),
    _rule(r"[，、：；]*([，、：；])", r"\1"),
    _rule(r"^[，。、：；\s]+|\s+$", ""),
    _rule(r"\s*([，。！？；：、])\s*", r"\1"),
    _rule(r" {2,}", " "),
]
_FULL_WIDTH: Final = {
    0xFF01 + i: 0x21 + i for i in range(94) if chr(0xFF01 + i) not in "！（），：；？～￥％＋－"
}


def say(text: str) -> str:
    """Write out a sentence for the ear: figures, money, dates, times, telephone digits, units, ranges, addresses.

    Pure; what is already words passes unchanged, so saying twice changes nothing more. Times lose nothing but the
    24-hour clock (14:30 → 下午两点半); bracketed remarks become clauses; pictures and marks that have no sound go.
    """
    spoken = text.strip().translate(_FULL_WIDTH)
    for pattern, said in _RULES:
        spoken = pattern.sub(said, spoken)
    return spoken

"""Counts, money, marks, order numbers and telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.entities.entity import Entity
from components.entities.numbers import DIGIT, NUMERAL, digits, number

_COUNT = re.compile(
    rf"({NUMERAL})\s*(?:份|人份|个人|口人|位老人|位|名|只|台|户|盒|人吃|桶|袋|套|瓶)|([俩仨])(?!人关系)|(半)份"
)
_PLACES = re.compile(
    rf"(?:后|前|头|尾|末|倒数|中间)[面边头的]?\s*{NUMERAL}\s*位(?!老人|客|亲)|{NUMERAL}\s*位(?=数|号|[是:：]\s*[{DIGIT}])"
)
"""Figures of a number: "最后两位是93"."""
_BARE_COUNT = re.compile(rf"(?:^|(?<=[，,。\s]))\D{{0,6}}?({NUMERAL})\s*个?\D{{0,4}}(?:$|(?=[，,。\s]))")
_NO_COUNT = re.compile(r"岁|今年|年纪|[点号楼栋层室]|星期|礼拜|周[一二三四五六日]|月")
"""Words that make a bare number something else than a count."""
_YUAN = re.compile(rf"({NUMERAL})(?:\.(\d{{1,2}}))?\s*(?:块钱|块|元)(?:([{DIGIT}])(?:毛|角)?)?(?!头)")
_JIAO = re.compile(rf"({NUMERAL})\s*(?:毛钱|毛|角钱)")
_MOBILE = r"(?<!\d)1[3-9]\d{9}(?!\d)"
_RUN = re.compile(
    # A whole mobile number stands by itself: 13900001111，三眼桥街道; 最后两位是74，13900004174.
    rf"{_MOBILE}|[1一幺][{DIGIT}]{{10}}(?=[,，、])|[{DIGIT}](?:[\s,，、-]*(?!{_MOBILE})[{DIGIT}]){{5,}}"
)
_LETTERED = re.compile(rf"y\s*l\s*((?:[{DIGIT}][\s-]*){{6,10}})")
_SHORT = re.compile(
    r"(?:订单|单号|编号|工单|单子)(?:号|编号|是|为|[:： ])*(\d{4,10})|(\d{4,10})\s*号?(?:订单|工单|单)"
)
_ABOUT_ORDER = re.compile(r"订单|单号|单子|编号|工单")
_STARS = re.compile(r"([1-5一二两三四五])\s*(?:分|颗星|星|个星)|满分")
_MARK = re.compile(r"[1-5一二两三四五]")
_JUDGED = (
    (re.compile(r"(?:非常|特别|很|太|挺|十分)不满意"), 1),
    (re.compile(r"不(?:太|大|怎么)?满意|不行|不好|差评|差劲"), 2),
    (re.compile(r"一般|还行|凑合|马马虎虎|过得去"), 3),
    (re.compile(r"(?:非常|特别|很|挺|十分)满意|好评|特别好|非常好|没得说|好得很"), 5),
    (re.compile(r"满意|不错|挺好"), 4),
)
_ORDER_DIGITS = 8


def read(text: str, asked: str | None) -> Iterator[Entity]:
    """Quantity, money (fen), rating (1–5), order_no (YL and 8 digits, or the digits said), phone."""
    numbers_said = list(_long_numbers(text, asked))
    taken = [(entity.start, entity.end) for entity in numbers_said]
    taken += [match.span() for match in _PLACES.finditer(text)]
    yield from numbers_said
    yield from _money(text)
    yield from (count for count in _quantity(text, asked) if not _within(count, taken))
    yield from _rating(text, asked)


def _within(entity: Entity, spans: list[tuple[int, int]]) -> bool:
    return any(start <= entity.start < end for start, end in spans)


def _long_numbers(text: str, asked: str | None) -> Iterator[Entity]:
    lettered = _LETTERED.search(text)
    if lettered:
        yield Entity("order_no", "YL" + digits(lettered[1]), lettered.start(), lettered.end())
    for short in () if lettered else _SHORT.finditer(text):
        figures = short[1] or short[2]
        if len(figures) != _ORDER_DIGITS:
            yield Entity("order_no", figures, short.start(), short.end())
    for run in _RUN.finditer(text):
        if lettered and run.start() < lettered.end() and run.end() > lettered.start():
            continue
        figures = digits(run[0])
        before = text[: run.start()]
        if len(figures) == _ORDER_DIGITS and (asked in ("order", "order_no") or _ABOUT_ORDER.search(before)):
            yield Entity("order_no", "YL" + figures, run.start(), run.end())
        elif asked == "phone" or (len(figures) >= 7 and not _is_date(run[0])):
            yield Entity("phone", figures, run.start(), run.end())


def _is_date(run: str) -> bool:
    """2025-06-12 is a day, not a telephone number."""
    return bool(re.fullmatch(r"20\d\d-\d{1,2}-\d{1,2}", run.strip()))


def _money(text: str) -> Iterator[Entity]:
    for match in _YUAN.finditer(text):
        yuan = number(match[1])
        if yuan is not None:
            cents = int((match[2] or "0").ljust(2, "0"))
            jiao = int(digits(match[3])) if match[3] else 0
            yield Entity("money", yuan * 100 + cents + jiao * 10, match.start(), match.end())
    for match in _JIAO.finditer(text):
        jiao_only = number(match[1])
        if jiao_only is not None and not text[: match.start()].endswith(("块", "元")):
            yield Entity("money", jiao_only * 10, match.start(), match.end())


def _quantity(text: str, asked: str | None) -> Iterator[Entity]:
    found = False
    for match in _COUNT.finditer(text):
        count = {"俩": 2, "仨": 3}.get(match[2]) if match[2] else 1 if match[3] else number(match[1])
        if count:
            found = True
            yield Entity("quantity", count, match.start(), match.end())
    if not found and asked == "quantity":
        for bare in _BARE_COUNT.finditer(text):
            count = number(bare[1])
            if count and not _NO_COUNT.search(bare[0]):
                yield Entity("quantity", count, bare.start(1), bare.end(1))
                return


def _rating(text: str, asked: str | None) -> Iterator[Entity]:
    stars = _STARS.search(text)
    if stars:
        mark = number(stars[1]) if stars[1] else 5
        if mark and not re.match(r"[之钟]", text[stars.end() :]):
            yield Entity("rating", mark, stars.start(), stars.end())
            return
    if asked == "rating" and _MARK.fullmatch(text.strip("。. ")):
        yield Entity("rating", int(digits(text)), 0, len(text))
        return
    if asked == "rating" or "满意" in text or "评" in text:
        for pattern, mark in _JUDGED:
            judged = pattern.search(text)
            if judged:
                yield Entity("rating", mark, judged.start(), judged.end())
                return

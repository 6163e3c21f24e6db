"""Wordings for a part of the day, by the clock, by the light and by the meals: 晌午, 擦黑, 吃完午饭以后."""

from __future__ import annotations

from typing import Final

from assistant.kit.when.pieces import Part
from assistant.kit.when.scan import Rule, rule

MORNING: Final = Part("morning")
DAWN: Final = Part("morning", "dawn")
NOON: Final = Part("noon")
AFTERNOON: Final = Part("afternoon")
DUSK: Final = Part("evening", "dusk")
EVENING: Final = Part("evening")
NIGHT: Final = Part("evening", "night")

_AFTER: Final = r"(?:以后|之后|过后|后)"
_EATEN: Final = r"(?:吃[完过了]+|吃)?"
_BREAKFAST: Final = r"(?:早饭|早餐)"
_LUNCH: Final = r"(?:午饭|中饭|晌午?饭|中午饭|午餐)"
_SUPPER: Final = r"(?:晚饭|晚餐|夜饭)"
_FINISHED: Final = r"吃[完过了]+"
_NO_GREETING: Final = "(?!好(?!不))"
"""上午好 greets, 上午好不好 asks."""

RULES: Final[tuple[Rule, ...]] = (
    rule(
        rf"(?<!了一)(?<!着一)(?<!整)上午{_NO_GREETING}|早[上晨起间]{_NO_GREETING}|清[早晨]|大?清早|大早上?|一?大早|一早|[头前上]晌午?|早半[天晌]|上昼",
        MORNING,
    ),
    rule(r"天(?:刚|一|蒙蒙|麻麻)?亮|麻麻亮|晨间|午前|(?:晌午|中午|午饭|饭点)(?:以前|之前|前)", MORNING),
    rule(r"(?<=[今明后昨每天朝])早(?!一?[点些]|日)|早(?=[五六七八九]点)", MORNING),
    rule(r"凌晨|后半夜|下半夜|天不亮|五更", DAWN),
    rule(rf"中午头?{_NO_GREETING}|晌午头?|正午|午间|晌里|大晌午|晌天|傍晌儿?(?!黑)", NOON),
    rule(
        rf"(?<!了一)(?<!着一)(?<!待一)(?<!整)下午{_NO_GREETING}|[后下过]晌午?|午后|晌后|[下后]半[天晌]|过午|[下晏]昼",
        AFTERNOON,
    ),
    rule(
        r"傍晚|[傍擦]黑[儿天]?|天[擦快一]?黑|黄昏|掌灯|(?:太阳|日头)[落下][山了]|日落|晚半晌|下晚儿?|(?<=[天个儿])黑了",
        DUSK,
    ),
    rule(
        rf"(?<!了一)(?<!整)晚[上间晌]{_NO_GREETING}|黑[夜天]里?|(?<=[今明后昨每天个儿日])(?:下?黑[家价间了下])|下黑|晚夕|夜晚黑?|夜[头边]|断黑",
        EVENING,
    ),
    rule(r"(?<=[今明后昨每天当那])晚(?![点些])上?|晚(?=[六七八九十]点)", EVENING),
    rule(r"[半大]?夜里?头?|大?半夜|深夜|三更半夜|夜间", NIGHT),
    rule(rf"{_EATEN}{_BREAKFAST}{_AFTER}|{_FINISHED}{_BREAKFAST}|起[了来]?床{_AFTER}?", MORNING),
    rule(
        rf"{_EATEN}{_LUNCH}{_AFTER}|{_FINISHED}{_LUNCH}|(?:睡[完醒]+)?(?:午觉|午睡)(?:醒了|{_AFTER})",
        AFTERNOON,
    ),
    rule(rf"{_EATEN}{_SUPPER}{_AFTER}|{_FINISHED}{_SUPPER}|睡觉?(?:以前|之前|前)", EVENING),
    rule(_BREAKFAST, Part("morning", meal=True)),
    rule(rf"{_LUNCH}|中餐|饭点", Part("noon", meal=True)),
    rule(_SUPPER, Part("evening", meal=True)),
)

"""China's public holidays, on which many services rest."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
from lunar_python import Solar

_SOLAR = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
_LUNAR = {(1, 1): "春节", (1, 2): "春节", (1, 3): "春节", (5, 5): "端午节", (8, 15): "中秋节"}
_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
}


@lru_cache(maxsize=4096)
def public_holiday(day: date) -> str | None:
    """Name of the public holiday that ``day`` is part of, or None.

    Days off as announced by the State Council for the year (``chinese_calendar``). For years not announced
    yet, the 13 statutory days of 《全国年节及纪念日放假办法》 as amended in 2024, which every announcement
    contains.
    """
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return _statutory(day)
    return _NAMES.get(name, name) if off and name else None


def _statutory(day: date) -> str | None:
    if (day.month, day.day) in _SOLAR:
        return _SOLAR[day.month, day.day]
    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    if lunar.getJieQi() == "清明":
        return "清明节"
    tomorrow = day + timedelta(days=1)
    following = Solar.fromYmd(tomorrow.year, tomorrow.month, tomorrow.day).getLunar()
    if (following.getMonth(), following.getDay()) == (1, 1):
        return "春节"
    return _LUNAR.get((lunar.getMonth(), lunar.getDay()))

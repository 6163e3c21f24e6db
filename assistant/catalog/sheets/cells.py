"""Reading the cells of one row of a bureau's sheet; every failure says row, column and why in Mandarin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar

from assistant.catalog import hours
from assistant.catalog.hours import Told
from assistant.catalog.schemas import RowError
from assistant.catalog.vocabulary import UNITS
from assistant.kit.text import half_width

T = TypeVar("T")
_YES_NO: Final = {
    "是": True,
    "有": True,
    "√": True,
    "可": True,
    "否": False,
    "无": False,
    "×": False,
    "不": False,
}
_PHONE: Final = re.compile(r"\+?\d[\d\- ()/、转]{1,28}\d")
_DAY: Final = re.compile(r"(\d{4})(?:[-/.年]?)(\d{1,2})(?:[-/.月]?)(\d{1,2})日?")
MOST_YUAN: Final = Decimal(1_000_000)


@dataclass
class Row:
    """One row. Every reader returns None where the cell is empty or wrong; wrong ones are noted."""

    line: int
    """As the sheet counts: the first row is 1."""
    values: Mapping[str, Any]
    errors: list[RowError]
    today: date | None = None
    wrong: set[str] = field(default_factory=set)

    def fail(self, column: str, message: str) -> None:
        if column not in self.wrong:
            self.wrong.add(column)
            self.errors.append(RowError(row=self.line, column=column, message=message))

    def right(self, *columns: str) -> bool:
        """Whether nothing was wrong in these columns so far."""
        return not self.wrong.intersection(columns)

    def has(self, column: str) -> bool:
        return self._raw(column) != ""

    def _raw(self, column: str) -> str:
        value = self.values.get(column)
        if isinstance(value, datetime):
            return value.date().isoformat()
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return " ".join(str(value if value is not None else "").split())

    def text(self, column: str, *, required: bool = False, least: int = 1, most: int) -> str | None:
        text = self._raw(column)
        if not text:
            if required:
                self.fail(column, f"{column}不能空着。")
            return None
        if not least <= len(text) <= most:
            self.fail(column, f"{column}要在{least}到{most}个字之间，这里有{len(text)}个字。")
            return None
        if re.search(r"[\x00-\x1f\x7f]", text):
            self.fail(column, f"{column}里有看不见的字符。")
            return None
        return text

    def words(self, column: str, *, most: int) -> list[str]:
        """Several words apart by 、 or a comma."""
        found = [word.strip() for word in re.split(r"[、,，;；]", self._raw(column)) if word.strip()]
        if any(not 2 <= len(word) <= most for word in found):
            self.fail(column, f"{column}每个要在2到{most}个字之间，用顿号隔开。")
        return found

    def choice(self, column: str, words: Mapping[str, T], *, required: bool = False) -> T | None:
        text = self._raw(column)
        if text in words:
            return words[text]
        if text:
            known = "、".join(list(dict.fromkeys(word for word in words if not word.isascii()))[:12])
            self.fail(column, f"“{_short(text)}”不在可选的里面，可以填：{known}等。")
        elif required:
            self.fail(column, f"{column}不能空着。")
        return None

    def number(self, column: str, least: float, most: float) -> float | None:
        text = half_width(self._raw(column))
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            self.fail(column, f"“{_short(text)}”不是数字。")
            return None
        if not least <= value <= most:
            self.fail(column, f"{column}应在{least:g}到{most:g}之间。")
            return None
        return value

    def whole(self, column: str, least: int, most: int) -> int | None:
        value = self.number(column, least, most)
        if value is not None and value != int(value):
            self.fail(column, f"{column}要填整数。")
            return None
        return None if value is None else int(value)

    def price(self, column: str) -> int | None:
        """Yuan as fen; 免费 is 0, 面议 is unknown."""
        text = half_width(self._raw(column)).replace(",", "").removeprefix("¥").removesuffix("元").strip()
        if text in ("", "面议", "未定"):
            return None
        if text == "免费":
            return 0
        try:
            yuan = Decimal(text)
        except InvalidOperation:
            self.fail(column, f"“{_short(text)}”不是金额，请填数字，例如 8 或 8.5。")
            return None
        if not yuan.is_finite() or not 0 <= yuan <= MOST_YUAN or yuan * 100 != int(yuan * 100):
            self.fail(column, f"金额应在0到{MOST_YUAN}元之间，最多两位小数。")
            return None
        return int(yuan * 100)

    def unit(self, column: str) -> str | None:
        text = self._raw(column).removeprefix("元").removeprefix("/").removeprefix("每")
        if text and text not in UNITS:
            self.fail(column, f"计价单位只能是{'、'.join(UNITS)}。")
            return None
        return text or None

    def yes_no(self, column: str) -> bool | None:
        text = self._raw(column)
        if text and text not in _YES_NO:
            self.fail(column, f"{column}请填“是”或“否”。")
            return None
        return _YES_NO.get(text)

    def phone(self, column: str) -> str | None:
        text = half_width(self._raw(column))
        if text and not _PHONE.fullmatch(text):
            self.fail(column, f"“{_short(text)}”不像电话号码，只能写数字和横线。")
            return None
        return text or None

    def day(self, column: str) -> date | None:
        text = half_width(self._raw(column))
        if not text:
            return None
        found = _DAY.fullmatch(text)
        try:
            day = date(*map(int, found.groups())) if found else None
        except ValueError:
            day = None
        if day is None:
            self.fail(column, f"“{_short(text)}”不是日期，应像 2025-06-11。")
        elif self.today is not None and day > self.today:
            self.fail(column, f"{column}不能晚于今天。")
        return day

    def hours(self, column: str) -> tuple[list[Told], bool] | None:
        """The rules told, and whether public holidays are open too."""
        text = self._raw(column)
        if not text:
            return None
        try:
            return hours.parse(text)
        except ValueError as error:
            self.fail(column, f"{error}。")
            return None


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"

"""Spoken Mandarin time to a date, a time, a part of the day or a recurrence, under an injected clock.

>>> read("下礼拜三下午三点半", datetime(2026, 11, 18, 10)).date
datetime.date(2026, 11, 25)
"""

from datetime import datetime

from assistant.kit.when.model import WINDOWS, PartOfDay, When
from assistant.kit.when.reader import DAYTIME, Hours, read

__all__ = ["DAYTIME", "WINDOWS", "Hours", "PartOfDay", "When", "datetime", "read"]

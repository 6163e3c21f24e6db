"""Spoken Mandarin time to a date, a time, a part of the day or a recurrence, under an injected clock."""

from assistant.kit.when.model import WINDOWS, PartOfDay, When
from assistant.kit.when.reader import read
from assistant.kit.when.resolve import DAYTIME, Hours

__all__ = ["DAYTIME", "WINDOWS", "Hours", "PartOfDay", "When", "read"]

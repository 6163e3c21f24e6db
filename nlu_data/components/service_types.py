"""Which services a text means, by its scores: named or implied ("中午没人做饭" is meal)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from components.services import namings

_CLAUSE = re.compile(r"[^，。,；;！!？?…\s]+")
_UNABLE = re.compile(
    r"[买做洗去弄打扫剪理走].{0,3}(?:不成|不了|不动|不得|没法|费劲)|没法[买做洗去弄打扫剪理]"
)
_ASKING = re.compile(r"想|要|给我|帮|请|订|约|派|能不能|能给|来个|送")
_REFUSED = re.compile(r"(?:不想|不要|不愿意?|不用|不再|别|甭|莫)(?:再|去|做|给[我他她])?$")
_PROFESSION = re.compile(r"(?:我是|是个?|当|做|考)(?:了|个|名|过)?$")  # 我是护工 asks for no nursing
_JOINED = re.compile(r"[和跟与](?!.{1,8}一样)|、|还是|或者|以及")
_PLACES_OF_CARE = frozenset(("day_care", "short_stay", "residential", "home_bed"))

SEVERAL = 3  # no one asks for more at once
# A further service that is named may be no more than a reason: the scores know its name already.
THRESHOLDS = {"first": 0.25, "wanted": 0.15, "answer": 0.4, "second": 0.43, "named": 0.5}
ABOUT_SERVICES = (None, "in_form", "order", "reason", "rating")  # whose answers may name one
WANTING = ("book_service", "find_service")  # intents that seldom come without a service


def meant(
    scores: Mapping[str, float],
    text: str,
    asked: str | None,
    intent: str | None,
    thresholds: Mapping[str, float],
) -> list[tuple[str, float]]:
    """Service types whose scores reach their threshold, in the order in which they are said, with their scores."""
    ranked = sorted(scores, key=lambda service: -scores[service])
    if scores[ranked[0]] < thresholds[_expectation(asked, intent)]:
        return []
    named = {naming.service_type: naming.start for naming in reversed(namings(text))}
    further = [s for s in ranked[1:SEVERAL] if scores[s] >= thresholds["named" if s in named else "second"]]
    found = _wanted(_one_place([ranked[0], *further], text), text)
    found.sort(key=lambda service: named.get(service, len(text)))
    return [(service, scores[service]) for service in found]


def _expectation(asked: str | None, intent: str | None) -> str:
    """Name of the threshold for the best service, by what was said and what was asked."""
    if intent in WANTING or asked == "service":
        return "wanted"
    return "first" if asked in ABOUT_SERVICES else "answer"


def _one_place(meant: list[str], text: str) -> list[str]:
    """One lives in one place: of places of care the likeliest, unless several are named together."""
    if _JOINED.search(text):
        return meant
    place = next((service for service in meant if service in _PLACES_OF_CARE), None)
    return [service for service in meant if service == place or service not in _PLACES_OF_CARE]


def _wanted(meant: list[str], text: str) -> list[str]:
    """Of several services those that are no mere reason: 买菜也买不成，给我送口饭 wants a meal only.

    Nor is one wanted that is refused (不想插管) or somebody's trade (我是护工).
    """
    clauses = [(match.start(), match.end()) for match in _CLAUSE.finditer(text)]
    reasons = [(start, end) for start, end in clauses if _UNABLE.search(text[start:end])]
    reasons = [(start, end) for start, end in reasons if not _ASKING.search(text[start:end])]
    named = {naming.service_type: naming.start for naming in namings(text)}
    wanted = [
        service
        for service in meant
        if service not in named
        or not (
            any(start <= named[service] < end for start, end in reasons)
            or _REFUSED.search(text[: named[service]])
            or _PROFESSION.search(text[: named[service]])
        )
    ]
    return wanted or meant

"""Which services a text means, by its scores: named or implied ("中午没人做饭" is meal)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from components.services import Naming, namings

_CLAUSE = re.compile(r"[^，。,；;！!？?…\s]+")
_UNABLE = re.compile(
    r"[买做洗去弄打扫剪理走].{0,3}(?:不成|不了|不动|不得|没法|费劲)|没法[买做洗去弄打扫剪理]"
)
_ASKING = re.compile(r"想|要|给我|帮|请|订|约|派|能不能|能给|来个|送")
_REFUSED = re.compile(r"(?:不想|不要|不愿意?|不用|不再|别|甭|莫)(?:再|去|做|给[我他她])?$")
_PROFESSION = re.compile(r"(?:我是|是个?|当|做|考)(?:了|个|名|过)?$")  # 我是护工 asks for no nursing
_JOINED = re.compile(r"[和跟与](?!.{1,8}一样)|、|还是|或者|以及")
_ADDED = re.compile(r"[和跟与同再又、]|完了|然后|还有|另外|顺便|顺带|外加|也要|也想|一个")
_PLACES_OF_CARE = frozenset(("day_care", "short_stay", "residential", "home_bed"))

_DECLINED = re.compile(
    r"不急|算了|(?<![剪修学订退催评问说提管用要])不(?:必|剪|修|学|图|订|退|催|评|问|打分|说|提|管|用|要(?!钱))|"
    r"不[^，]{0,4}(?:肯|去)|嫌|"
    r"别(?:派|给|跟|念|提|找|管|动|停|误会|再)|(?<!是)不是|^除了"
)
_PASSED = re.compile(
    r"[做装签上评办建]完|过(?:了|一次|得)|[上前去](?:回|次|年|月)|以前|本来|原先|从前|先前|之前|昨天|前天|刚[才走说]|齐了|"
    r"有(?:了|我|姐姐|补贴)|知道|晓得|熟|懂|存了|照[旧样来]|老时间|[没不]变|继续|接着|挺好|没话说|倒没|好好的|"
    r"没(?:事|关系|理|批)|不相干|无关|^因为"
)
_OF_OTHERS = re.compile(
    r"邻居|隔壁|对门|(?<!大)(?:姐|哥(?!俩))|妹|他家|老[李王张]|别人|人家|^(?:你刚说|听说|说好|别误会)"
)

SEVERAL = "several"
"""Taught beside the services as if it were one: that more than one is wanted."""
WEIGHT_OF_SEVERAL = 0.7
ASIDE = 0.3
"""What is left of the score of a service that is only spoken of."""
OTHERWISE = 0.3
"""Score from which on something else may be what is wanted."""
LISTED = 3
"""So many services named in one breath are all wanted."""
# A second service needs less where a word joins it to the first. No one asks for more than three at once.
THRESHOLDS = {"first": 0.22, "wanted": 0.15, "answer": 0.4, "second": 0.7, "joined": 0.55, "third": 0.45}
ABOUT_SERVICES = (None, "in_form", "order", "which_order", "reason", "rating")  # whose answers may name one
WANTING = ("book_service", "find_service")  # intents that seldom come without a service


def taught(types: Sequence[str]) -> list[str]:
    """What an example teaches: its services, and that they are several."""
    return [*types, SEVERAL] if len(types) > 1 else list(types)


def meant(
    scores: Mapping[str, float],
    text: str,
    asked: str | None,
    intent: str | None,
    thresholds: Mapping[str, float],
) -> list[tuple[str, float]]:
    """Service types whose scores reach their threshold, in the order in which they are said, with their scores."""
    several = scores.get(SEVERAL, 0.0)
    weighed = _weighed({each: score for each, score in scores.items() if each != SEVERAL}, text, intent)
    ranked = sorted(weighed, key=lambda service: -weighed[service])
    if weighed[ranked[0]] < thresholds[_expectation(asked, intent)]:
        return []
    further = []
    least = thresholds["joined" if _ADDED.search(text) else "second"]
    if len(ranked) > 1 and weighed[ranked[1]] + WEIGHT_OF_SEVERAL * several >= least:
        further = [ranked[1], *(each for each in ranked[2:3] if weighed[each] >= thresholds["third"])]
    named = {naming.service_type: naming.start for naming in reversed(namings(text))}
    further += [each for each in _listed(text, intent) if each not in [ranked[0], *further]]
    found = _wanted(_one_place([ranked[0], *further], text), text)
    found.sort(key=lambda service: named.get(service, len(text)))
    return [(service, scores[service]) for service in found]


def _weighed(scores: Mapping[str, float], text: str, intent: str | None) -> dict[str, float]:
    """The scores, with little left of a service that is only spoken of where another may be wanted.

    "送餐我已经有了，要个打扫的" wants cleaning, "剃头不急，先说吃饭" a meal; what is declined in order to be cancelled
    is what is wanted.
    """
    spoken = [_spoken_of(naming, text, intent) for naming in namings(text)]
    wanted = {naming.service_type for naming, aside in zip(namings(text), spoken, strict=True) if not aside}
    aside = {naming.service_type for naming in namings(text)} - wanted
    otherwise = max((score for each, score in scores.items() if each not in aside), default=0.0)
    left = ASIDE if otherwise >= OTHERWISE else 1.0
    return {each: score * left if each in aside else score for each, score in scores.items()}


def _listed(text: str, intent: str | None) -> list[str]:
    """The services of a list of three or more that are ordered by name: "订饭、洗澡、打扫，还要理发"."""
    named = {each.service_type for each in namings(text) if each.exact and not _spoken_of(each, text, intent)}
    return sorted(named) if intent == "book_service" and len(named) >= LISTED else []


def _spoken_of(naming: Naming, text: str, intent: str | None) -> bool:
    """Whether the clause of a naming declines the service, tells that it is over, or that it is other people's."""
    clause = next((m[0] for m in _CLAUSE.finditer(text) if m.start() <= naming.start < m.end()), "")
    declined = intent != "cancel_order" and _DECLINED.search(clause)
    return bool(declined or _PASSED.search(clause) or _OF_OTHERS.search(clause))


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

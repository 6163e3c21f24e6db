"""How somebody wants to be spoken to: slower or faster, louder or softer.

It holds for the conversation, and for a person on record from the greeting of the next call on, until they
want to be spoken to as everybody is.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.desk.models import Conversation
from assistant.kit.actor import Actor
from assistant.people import repository as people
from assistant.people import service
from assistant.people.schemas import PersonPatch

Change = Literal["slower", "faster", "louder", "softer", "usual"]

PACE_STEP: Final = 0.1
SLOWEST, FASTEST = 0.8, 1.2
"""What a person's record may hold (``people.models.Person``)."""
LOUDER_BY: Final = 1.41
"""A step of loudness: 3 dB, the least that is clearly heard."""
SOFTEST, LOUDEST = 0.5, 2.0

_BIT = r"(?:一?[点些下]儿?)"
_LEAD = r"(?:[，。？！,?!\s]|啥|啊|嗯|请|麻烦|喂|哎|诶|唉|那|你|您|姑娘|小姐|同志|能不能|可不可以|能|可以|再|稍微|给我|跟我|对我|把|声音|音量|说话|讲话|语速|话|说|讲|得|的|放|调)*"
_TAIL = r"(?:说话|讲话|说|讲|吗|吧|好吗|行吗|行不行|好不好|可以吗|啊|呀|嘛|呢|了|嘞|哈|谢谢|[，。！？,!?\s])*"
_ASKED: Final[dict[Change, str]] = {
    "slower": rf"慢{_BIT}|慢慢(?=[说讲])",
    "faster": rf"快{_BIT}(?=[说讲])|(?<=[说讲得速])(?:再)?快{_BIT}",
    "louder": rf"大{_BIT}声|大声{_BIT}?|(?<=[音量话说])(?:再|放|调)?[大高响]{_BIT}|响亮{_BIT}|高声{_BIT}?",
    "softer": rf"小{_BIT}声|小声{_BIT}?|(?<=[音量话说])(?:再|放|调)?[小低轻]{_BIT}|轻{_BIT}声?(?=[说讲])",
    "usual": r"(?:恢复|回到|按|用|照)(?:平常|正常|原来|平时)(?:的?(?:语速|速度|声音|音量|样子))?|(?<=[说讲话])(?:正常|平常)(?:一?点)?",
}
"""Wishes; what follows one in the same breath is understood by itself."""
_COMPLAINED: Final[dict[Change, str]] = {
    "slower": r"(?:你|您|说|讲|话|语速|得|的)*太快了?",
    "louder": r"(?:我|有点|耳朵|耳|不好|不好使|背|聋|老是|还是|都|根本|你|您|的|声音|说话|太小了?|小了?|说|什么|，)*听不(?:太)?(?:清楚?|见|到)|(?:你|您|的|说话)*声音(?:太|有点儿?)小了?|[我俺]?(?:的)?耳朵?(?:有点儿?|不太|不)?(?:背|聋|好使?|灵)",
    "softer": r"(?:你|您|的|说话)*(?:声音)?(?:太|有点儿?)(?:大声|响|吵)了?|声音(?:太|有点儿?)大了?",
}
"""Complaints: only when nothing else is said, since "听不清" may be about a television."""


def _patterns(words: dict[Change, str], end: str) -> dict[Change, re.Pattern[str]]:
    return {change: re.compile(rf"^{_LEAD}(?:{core}){_TAIL}{end}") for change, core in words.items()}


ASKED: Final = _patterns(_ASKED, "")
COMPLAINED: Final = _patterns(_COMPLAINED, "$")
FORGET: Final = re.compile(
    r"^(?:请|你|您|麻烦|把|以后|别|不要|不用|再)*(?:记|忘|删)(?:着|住|掉|了)?我?(?:的)?(?:语速|音量|声音|说话)(?:大小|快慢)?(?:的?(?:习惯|要求|设置))?(?:忘了|删了|去掉)?[吧了。]?$"
)
OF_SPEECH: Final = re.compile(r"[说讲话声音量语响]")
"""Without one of these "慢一点" may be about walking: then it must be all that is said."""


@dataclass(frozen=True)
class Wish:
    """What is wanted, and what was said beside it."""

    change: Change
    rest: str = ""


def wish(text: str) -> Wish | None:
    """How to be spoken to, if the text begins with that; None when it is about something else."""
    said = text.strip()
    if FORGET.match(said):
        return Wish("usual")
    for change, pattern in ASKED.items():
        if match := pattern.match(said):
            rest = said[match.end() :]
            rest = "" if _complaint(rest) else rest
            if not rest or OF_SPEECH.search(match[0]):
                return Wish(change, rest)
    complained = _complaint(said)
    return Wish(complained) if complained else None


def _complaint(said: str) -> Change | None:
    return next((change for change, pattern in COMPLAINED.items() if pattern.match(said)), None)


def apply(conversation: Conversation, change: Change) -> None:
    """Speak so from now on."""
    pace, loudness = conversation.pace, conversation.loudness
    if change == "usual":
        pace = loudness = 1.0
    elif change in ("slower", "faster"):
        pace += -PACE_STEP if change == "slower" else PACE_STEP
    else:
        loudness *= LOUDER_BY if change == "louder" else 1 / LOUDER_BY
    conversation.pace = round(min(FASTEST, max(SLOWEST, pace)), 2)
    conversation.loudness = round(min(LOUDEST, max(SOFTEST, loudness)), 2)


async def recall(session: AsyncSession, conversation: Conversation) -> None:
    """Speak as the person at the other end likes it, if it is known who that is."""
    person = await people.get(session, conversation.person_id) if conversation.person_id else None
    if person is not None:
        conversation.pace, conversation.loudness = person.pace, person.loudness


async def keep(
    session: AsyncSession, now: datetime, actor: Actor, person_id: uuid.UUID, conversation: Conversation
) -> None:
    """Remember it for the person; 1.0 and 1.0 is having forgotten it."""
    patch = PersonPatch(pace=conversation.pace, loudness=conversation.loudness)
    await service.update(session, now, actor, person_id, patch)

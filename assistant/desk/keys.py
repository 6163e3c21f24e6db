"""The dialogue by keys alone: an answer for every key, said aloud for whoever needs them.

There is no menu at the start. Keys are said once the caller has pressed one, has been silent twice or was not
understood; then every question is followed by its keys, until the caller is understood again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from assistant.desk.models import Conversation
from assistant.desk.replies import SENTENCES
from assistant.desk.schemas import Choice, Expects, Reply
from speech.saying import say as spoken

PERSON, AGAIN, VOICE = "0", "*", "#"


def _choices(listed: list[Any]) -> list[Choice]:
    both = [one if isinstance(one, dict) else {"title": one, "value": one} for one in listed]
    return [Choice(**one, key=str(key)) for key, one in enumerate(both, start=1)]


_DATA: Final = yaml.safe_load(Path(__file__).with_name("keys.yaml").read_text(encoding="utf-8"))
MENU: Final = _choices(_DATA["menu"])
VOICES: Final = _choices(_DATA["voice"])
ASKED: Final = {name: _choices(listed) for name, listed in _DATA["asked"].items()}
KEYED_IN: Final[dict[str, str]] = _DATA["keyed_in"]
NUMBERS: Final = frozenset(_DATA["numbers"])
COUNTED: Final = "quantity"
"""Asked for this, the key is the number: nobody has to hear nine answers."""


@dataclass(frozen=True)
class Meant:
    """What was pressed: an answer, or something that the desk does itself."""

    what: Literal["person", "again", "voice", "key_in", "answer", "nothing"]
    text: str = ""
    """The answer as if spoken; the datum whose number is to be keyed in."""


def meant(state: Mapping[str, Any], digits: str) -> Meant:
    """The meaning of ``digits`` after the question that ``state`` keeps."""
    asks, expects = state.get("asks") or "", state.get("expects")
    if digits == PERSON:
        return Meant("person")
    if set(digits) <= {AGAIN, VOICE}:
        return Meant("again" if digits[0] == AGAIN else "voice")
    chosen = state.get("choices", {}).get(digits)
    if chosen in KEYED_IN:
        return Meant("key_in", KEYED_IN[chosen])
    if chosen is not None:
        return Meant("answer", chosen)
    if expects == "digits":
        datum = state.get("keying") or asks
        number = _number(datum, digits)
        return Meant("answer", number) if number else Meant("nothing", datum)
    return Meant("nothing")


def _number(datum: str, digits: str) -> str | None:
    """A number as it would be said; None when it is no day or no time."""
    bare = re.sub(r"\D", "", digits)
    if datum == "order":
        return f"订单号YL{bare}"
    if datum not in KEYED_IN.values():
        return bare
    first, second = (int(bare[:2]), int(bare[2:])) if len(bare) == 4 else (99, 99)
    try:
        if datum == "date":
            date(2024, first, second)  # a leap year: any day there is
            return f"{first}月{second}日"
        return f"{time(first, second):%H点%M分}"
    except ValueError:
        return None


def offered(conversation: Conversation, reply: Reply, *, wanted: bool) -> Reply:
    """A reply with an answer for every key, and said which, if ``wanted``. Only on the telephone."""
    if conversation.channel != "phone" or not reply.messages or reply.end or reply.expects == "none":
        return reply
    expects: Expects = "digits" if reply.asks in NUMBERS else reply.expects
    choices = [choice for message in reply.messages for choice in message.choices]
    messages = list(reply.messages)
    if not choices and expects != "digits" and (wanted or _plain(reply.asks, expects)):
        choices = _answers(reply.asks, expects)
        messages[-1] = messages[-1].model_copy(update={"choices": choices})
    in_danger = "alarm" in conversation.state and reply.asks is None
    if wanted and not in_danger and not any(_said(message.text, choices) for message in messages):
        aloud = said(reply.asks, expects, choices)
        text = f"{messages[-1].text}{aloud}"
        messages[-1] = messages[-1].model_copy(
            update={"text": text, "speech": messages[-1].speech + spoken(aloud)}
        )
    return reply.model_copy(update={"messages": messages, "expects": expects})


def _plain(asks: str | None, expects: Expects) -> bool:
    """Whether the keys need not be told: a count, 1 for yes and 2 for no."""
    return asks == COUNTED or expects == "yes_no"


def _answers(asks: str | None, expects: Expects) -> list[Choice]:
    """What may be answered; where nothing is asked, what may be wanted."""
    if asks in ASKED:
        return ASKED[asks]
    if expects == "yes_no":
        return ASKED["yes_no"]
    return [] if asks else MENU


def _said(text: str, choices: list[Choice]) -> bool:
    """Whether a text names its keys already."""
    return bool(choices) and re.search(r"按[1一]", text) is not None


def said(asks: str | None, expects: Expects, choices: list[Choice]) -> str:
    """The keys of a question in words."""
    if expects == "digits":
        return SENTENCES("keys_number")
    if not choices:
        return SENTENCES("keys_cannot")
    if asks == COUNTED:
        return SENTENCES("keys_count")
    bare = [(choice.title.replace("，", ""), choice.key) for choice in choices]
    listed = "，".join(SENTENCES("keys_one", title=title, key=key) for title, key in bare)
    return SENTENCES("keys_menu" if choices == MENU else "keys_listed", listed=listed)

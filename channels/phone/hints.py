"""What a question tells of its answer: phrases for the recogniser, patience for turn taking, keys."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.desk.schemas import Expects, Reply
from channels.phone.wording import EXPECTED, URGENT
from speech.recognizer import Hints
from speech.turntaking.patience import BASE_MS


@dataclass(frozen=True)
class Question:
    """The last thing asked, as the ear and the keypad need it."""

    expects: Expects = "free"
    asks: str | None = None
    choices: tuple[str, ...] = ()
    """Titles and values offered."""
    keys: frozenset[str] = frozenset()

    @classmethod
    def of(cls, reply: Reply) -> Question:
        offered = [choice for message in reply.messages for choice in message.choices]
        words = dict.fromkeys(word for choice in offered for word in (choice.title, choice.value))
        return cls(reply.expects, reply.asks, tuple(words), frozenset(choice.key for choice in offered))

    @property
    def patience(self) -> str:
        """The kind of answer by whose pauses a turn is ended (``speech.turntaking.patience``)."""
        return self.asks if self.asks in BASE_MS else self.expects

    @property
    def closed(self) -> bool:
        """Whether only a few answers make sense."""
        return self.expects in ("yes_no", "choice")

    @property
    def phrases(self) -> tuple[str, ...]:
        kinds = [self.expects, self.asks or ""]
        known = [phrase for kind in kinds for phrase in EXPECTED.get(kind, ())]
        return tuple(dict.fromkeys([*self.choices, *known]))

    def meaning(self, phrase: str) -> str:
        """The same for all phrases that answer this question alike: 好, 行 and 对的 are one answer."""
        if self.expects != "yes_no" or phrase not in EXPECTED["yes_no"]:
            return phrase
        return "no" if phrase in EXPECTED["means_no"] else "yes"

    @property
    def hints(self) -> Hints:
        """Never confined to the phrases: a call for help or for a person may come at any question.

        Answers to a closed question are held against the sound, and calls for help, so that none passes for one.
        """
        return Hints(self.phrases, only=False, held=(*self.phrases, *URGENT) if self.closed else ())

"""Matters that the service itself brings up in a conversation: a check-in, a link to confirm, a booking that
was left unfinished. Each knows when it has something to ask and what an answer means; the desk asks, and puts
danger and "a person" before every answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from assistant.desk.models import Conversation
from assistant.desk.replies import say
from assistant.desk.schemas import Expects, Reply
from assistant.desk.speakers import Speaker
from assistant.kit.api import Context


@dataclass(frozen=True)
class Talk:
    """One turn, as a matter sees it."""

    context: Context
    conversation: Conversation
    speaker: Speaker
    now: datetime
    understand: Callable[[str, str | None], Awaitable[str | None]]
    """The intent of a text, given what was asked; None while the language model is down."""


@dataclass(frozen=True)
class Question:
    """What a matter says, and what it needs to know again when the answer comes."""

    text: str
    data: Mapping[str, Any] | None = None
    """JSON; None: nothing is asked, the conversation goes on as any other."""
    asks: str | None = None
    """What the language model is told was asked."""
    expects: Expects = "free"
    choices: Sequence[tuple[str, str]] = ()
    protected: bool = False
    to: str | None = None
    """Whom it is for, as they are addressed: 周阿姨."""


@dataclass(frozen=True)
class Answer:
    """What follows from a turn that came after a matter's question."""

    text: str | None = None
    """Said at once; None: the turn is answered like any other."""
    then: Question | None = None
    """Asked next."""
    keep: bool = False
    """The question stands for the turn after this one too."""
    end: bool = False
    instead: str | None = None
    """To be understood in place of what was said, as if spoken at ``said_at``."""
    said_at: datetime | None = None


class Matter:
    """Base of all matters: has nothing to ask."""

    name: ClassVar[str]

    async def opening(self, talk: Talk) -> Question | None:
        """What to ask right after the greeting."""
        return None

    async def elsewhere(self, talk: Talk) -> Question | None:
        """What was asked outside this conversation (by a message) and may be answered in it now."""
        return None

    async def wanted(self, talk: Talk, text: str) -> Answer | None:
        """The person brings it up: an answer when ``text`` asks for it in so many words."""
        return None

    async def heard(self, talk: Talk, data: Mapping[str, Any], text: str, *, by_key: bool) -> Answer | None:
        """What an answer means; None: it belongs to something else, and the question is dropped.

        Args:
            data: as given with the question.
            by_key: the answer was chosen by a key.
        """
        return None

    async def after_alarm(self, talk: Talk) -> Question | None:
        """What to ask once an alarm in this conversation has been taken back."""
        return None

    async def hung_up(self, talk: Talk) -> None:
        """The caller is gone."""


Standing = tuple[Matter, Mapping[str, Any]]
"""A matter whose question has been asked, with the question's data."""


@dataclass
class Matters:
    """The matters of an installation, the most pressing first."""

    known: Sequence[Matter] = field(default_factory=tuple)

    async def open(self, talk: Talk) -> Question | None:
        """The first question that any has at the start of a conversation."""
        return await self._first(talk, lambda matter: matter.opening(talk))

    async def after_alarm(self, talk: Talk) -> Question | None:
        """The first question that any has after a false alarm."""
        return await self._first(talk, lambda matter: matter.after_alarm(talk))

    async def _first(
        self, talk: Talk, question_of: Callable[[Matter], Awaitable[Question | None]]
    ) -> Question | None:
        for matter in self.known:
            question = await question_of(matter)
            if question is not None:
                stand(talk.conversation, matter.name, question)
                return question
        return None

    def take(self, conversation: Conversation) -> Standing | None:
        """The matter whose question stands, with its data; from now on it stands no more."""
        state = dict(conversation.state)
        asked = state.pop("matter", None)
        if asked is None:
            return None
        conversation.state = state
        return next((one for one in self.known if one.name == asked["name"]), Matter()), asked["data"]

    async def elsewhere(self, talk: Talk) -> Standing | None:
        """A matter that was brought up outside this conversation, while nothing else is being asked in it."""
        if talk.conversation.state.get("asks") or talk.speaker.person_id is None:
            return None
        for matter in self.known:
            question = await matter.elsewhere(talk)
            if question is not None:
                talk.conversation.state = {**talk.conversation.state, "asks": question.asks}
                return matter, question.data or {}
        return None

    async def wanted(self, talk: Talk, text: str) -> tuple[Matter, Answer] | None:
        """The matter that is asked for in so many words, and what it says."""
        for matter in self.known:
            answer = await matter.wanted(talk, text)
            if answer is not None:
                return matter, answer
        return None

    async def hung_up(self, talk: Talk) -> None:
        for matter in self.known:
            await matter.hung_up(talk)


def stand(conversation: Conversation, name: str, question: Question) -> None:
    """Remember that a question stands."""
    if question.data is not None:
        conversation.state = {**conversation.state, "matter": {"name": name, "data": dict(question.data)}}


def restand(conversation: Conversation, standing: Standing | None) -> None:
    """Let a question that was taken stand for the next turn too."""
    if standing is not None:
        matter, data = standing
        stand(conversation, matter.name, Question("", data))


def ask(conversation: Conversation, question: Question) -> Reply:
    """A question as a reply."""
    return say(
        conversation,
        question.text,
        asks=question.asks,
        expects=question.expects,
        choices=list(question.choices),
        protected=question.protected,
    )

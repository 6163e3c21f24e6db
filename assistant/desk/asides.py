"""Words beside the matter: how to be spoken to, once more, keys that are no answer. Then it goes on where it was."""

from __future__ import annotations

import json

from assistant.desk import keys, manner, repository
from assistant.desk.handoffs import Handoffs
from assistant.desk.matters import Standing, restand
from assistant.desk.models import Conversation, Turn
from assistant.desk.replies import SENTENCES, say
from assistant.desk.schemas import Reply
from assistant.desk.speakers import Speaker
from assistant.kit.api import Context


class Asides:
    """What the desk says without leaving what is being asked."""

    def __init__(self, context: Context, handoffs: Handoffs) -> None:
        self.context = context
        self.handoffs = handoffs

    async def last(self, conversation: Conversation) -> Reply | None:
        """The reply to the last turn that is kept."""
        turn = await self._last_turn(conversation)
        return Reply.model_validate_json(turn.reply) if turn else None

    async def _last_turn(self, conversation: Conversation) -> Turn | None:
        async with self.context.database.session() as session:
            turns = await repository.recent_turns(session, conversation.id, limit=1)
        return turns[-1] if turns else None

    def again(self, conversation: Conversation) -> Reply:
        """What the actions said last."""
        said = conversation.state.get("said")
        if not said:
            return say(conversation, SENTENCES("nothing_to_repeat"))
        return Reply.model_validate(said)

    async def pressed(
        self, conversation: Conversation, speaker: Speaker, pressed: keys.Meant, standing: Standing | None
    ) -> Reply:
        """Keys that are no answer: a person, once more, how to be spoken to, a number to come."""
        if pressed.what == "person":
            return await self.handoffs.give(conversation, speaker, "按零找工作人员")
        if pressed.what == "key_in":
            restand(conversation, standing)
            conversation.state = {**conversation.state, "keying": pressed.text}
            asks = conversation.state.get("asks")
            return say(conversation, SENTENCES(f"keys_in_{pressed.text}"), asks=asks, expects="digits")
        if pressed.what == "voice":
            choices = [(choice.title, choice.value) for choice in keys.VOICES]
            beside = await self._beside(conversation, None, standing, repeat=False)
            offered = say(conversation, SENTENCES("keys_voice"), choices=choices)
            return beside.model_copy(update={"messages": offered.messages})
        if pressed.what == "again":
            return await self._beside(conversation, None, standing, repeat=True)
        expects = conversation.state.get("expects")
        if expects == "digits":
            conversation.state = {**conversation.state, "keying": pressed.text}
            return await self._beside(conversation, SENTENCES("keys_in_again"), standing, repeat=False)
        told = "unknown_key" if conversation.state.get("choices") else "keys_first"
        asked = conversation.state.get("asks") is not None
        return await self._beside(conversation, SENTENCES(told), standing, repeat=asked)

    async def speak_otherwise(
        self, conversation: Conversation, speaker: Speaker, change: manner.Change, standing: Standing | None
    ) -> Reply:
        """Speak otherwise from now on, beginning with what was said last."""
        await self.speak_so(conversation, speaker, change)
        return await self._beside(conversation, SENTENCES(change), standing, repeat=True)

    async def speak_so(self, conversation: Conversation, speaker: Speaker, change: manner.Change) -> None:
        """Speak otherwise, and remember it for a person on record."""
        manner.apply(conversation, change)
        if speaker.person_id is None or speaker.kind == "worker":
            return
        async with self.context.database.session() as session:
            now, actor = self.context.clock.now(), speaker.actor(conversation)
            await manner.keep(session, now, actor, speaker.person_id, conversation)

    async def _beside(
        self, conversation: Conversation, text: str | None, standing: Standing | None, *, repeat: bool
    ) -> Reply:
        """Words beside the matter, after which it goes on where it was.

        Args:
            text: said first.
            repeat: say again what was said before the asides.
        """
        restand(conversation, standing)
        before = await self._before_asides(conversation)
        first = say(conversation, text).messages if text else []
        if before is None:
            return say(conversation, SENTENCES("nothing_to_repeat"))
        again = before.messages if repeat else []
        return before.model_copy(
            update={"messages": [*first, *again], "handoff": None, "end": False, "speaker": None}
        )

    async def _before_asides(self, conversation: Conversation) -> Reply | None:
        """The last reply that was none; it is kept with the turn whose aside it came before."""
        last = await self._last_turn(conversation)
        if last is None:
            return None
        kept = conversation.state.get("before", {})
        reply = kept["reply"] if kept.get("turn") == last.turn_id else json.loads(last.reply)
        conversation.state = {**conversation.state, "aside": reply}
        return Reply.model_validate(reply)

    async def once_more(
        self, conversation: Conversation, text: str, standing: Standing | None = None
    ) -> Reply:
        """Words of the desk's own, after which what was asked before is still asked."""
        restand(conversation, standing)
        last = await self.last(conversation)
        offered = [choice for one in last.messages for choice in one.choices] if last else []
        return say(
            conversation,
            text,
            asks=conversation.state.get("asks"),
            expects=conversation.state.get("expects") or "free",
            choices=[(choice.title, choice.value) for choice in offered],
        )

"""One turn through the desk: guard → triage → "a person" → Rasa → reply.

Everything that must work when Rasa is down stands in front of it; what Rasa's actions want of the
desk (a person, an alarm, a repetition) comes back as signals beside their messages.
"""

from __future__ import annotations

import asyncio
import time
import unicodedata
import uuid
import weakref
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from assistant.catalog import repository as catalog
from assistant.desk import keys, manner, plain, repository, unfinished
from assistant.desk.alarms import Alarms
from assistant.desk.asides import Asides
from assistant.desk.events import Events
from assistant.desk.handoffs import Handoffs
from assistant.desk.matters import Answer, Matter, Matters, Standing, Talk, ask, restand, stand
from assistant.desk.models import Conversation, Turn
from assistant.desk.personas import persona
from assistant.desk.rasa import Rasa, RasaDown
from assistant.desk.reading import heard
from assistant.desk.replies import SENTENCES, compose, put_before, say
from assistant.desk.schemas import MAX_TEXT, Reply, TurnIn
from assistant.desk.signals import Signals
from assistant.desk.speakers import Speaker, recognise
from assistant.kit import live
from assistant.kit.api import Context
from assistant.kit.clock import china
from assistant.kit.dialect import common
from assistant.kit.logging import log
from assistant.kit.metrics import RASA_DOWN, TURNS
from assistant.people import mentions
from assistant.safety.triage import ASKED_PREFIX, triage

SHORT_NO = 8
"""Characters up to which a no to the question about danger is nothing else."""
WISHES = frozenset(
    [
        "book_service",
        "find_service",
        "complain",
        "change_order",
        "cancel_order",
        "order_status",
        "ask_subsidy",
        "request_assessment",
        "device",
        "profile",
    ]
)
"""Intents of which one may have been taken for danger."""
UNDERSTOOD_AS = {
    "confirm": "yes_no",
    "correction": "in_form",
    "details": "in_form",
    "full": "time",
    "closed": "time",
}
"""What was asked, in the words the language model was trained with."""


class Desk:
    """Takes turns. One object a process; turns of one conversation wait for each other."""

    def __init__(self, context: Context, rasa: Rasa, matters: Sequence[Matter] = ()) -> None:
        self.context = context
        self.rasa = rasa
        self.matters = Matters(matters)
        self.alarms = Alarms(context)
        self.handoffs = Handoffs(context)
        self.asides = Asides(context, self.handoffs)
        self.events = Events(context, self.matters, self.handoffs, self.asides)
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def take(self, turn: TurnIn) -> Reply:
        """The reply to a turn; a repeated ``turn_id`` gets the first reply again."""
        lock = self._locks.setdefault(f"{turn.channel}:{turn.conversation}", asyncio.Lock())
        async with lock:
            return await self._take(turn)

    async def _take(self, turn: TurnIn) -> Reply:
        started = time.perf_counter()
        now = self.context.clock.now()
        async with self.context.database.session() as session:
            city = await catalog.city(session, turn.city) if turn.city else None
            code = city.code if city else self.context.settings.city
            conversation = await repository.open_conversation(session, turn, code, now)
            earlier = await repository.reply_to(session, conversation, turn.turn_id)
            if earlier is not None:
                return earlier
            speaker = await recognise(session, conversation, turn, now)
        pressed = keys.meant(conversation.state, turn.digits) if turn.digits is not None else None
        text = pressed.text if pressed and pressed.what == "answer" else _clean(turn)
        self._mind_keys(conversation, turn)
        reply = await self._answer(conversation, speaker, turn, text, pressed)
        reply = self._delivered(conversation, turn, reply)
        took_ms = (time.perf_counter() - started) * 1000
        await self._keep(conversation, turn, text, reply, took_ms)
        TURNS.labels(turn.channel).observe(took_ms / 1000)
        log.info("turn", conversation=str(conversation.id), channel=turn.channel, ms=round(took_ms, 1))
        return reply

    @staticmethod
    def _mind_keys(conversation: Conversation, turn: TurnIn) -> None:
        """Who presses keys is told them; who speaks is not, until they are not understood."""
        state = {key: value for key, value in conversation.state.items() if key != "keying"}
        if turn.digits is not None and state.get("expects") != "digits":
            state["keys"] = True
        elif turn.text is not None:
            state["keys"] = False
        conversation.state = state

    @staticmethod
    def _delivered(conversation: Conversation, turn: TurnIn, reply: Reply) -> Reply:
        """As the person at the other end wants to be spoken to, with keys where they need them."""
        # A read-back that comes again has something new in it.
        asked_again = reply.asks not in (None, "confirm") and reply.asks == conversation.state.get("asks")
        missed = turn.text is not None and asked_again and len(reply.messages) == 1
        reply = keys.offered(conversation, reply, wanted=missed or bool(conversation.state.get("keys")))
        return reply.model_copy(update={"pace": conversation.pace, "loudness": conversation.loudness})

    async def _keep(
        self, conversation: Conversation, turn: TurnIn, text: str, reply: Reply, took_ms: float
    ) -> None:
        conversation.updated_at = self.context.clock.now()
        conversation.state = {
            **conversation.state,
            "asks": reply.asks,
            "expects": reply.expects,
            "choices": {choice.key: choice.value for one in reply.messages for choice in one.choices},
        }
        if aside := conversation.state.get("aside"):
            rest = {key: value for key, value in conversation.state.items() if key != "aside"}
            conversation.state = {**rest, "before": {"turn": turn.turn_id, "reply": aside}}
        unfinished.remember(conversation, reply, text, conversation.updated_at)
        async with self.context.database.session() as session:
            # A person may have taken the conversation over, or given it back, while this turn was answered.
            kept = await session.get(Conversation, conversation.id, with_for_update=True)
            if kept is not None:
                conversation.status = kept.status
                conversation.state = {**conversation.state, "operator": kept.state.get("operator")}
            if reply.end:
                conversation.status = "ended"
            await session.merge(conversation)
            session.add(
                Turn(
                    id=uuid.uuid4(),
                    conversation_id=conversation.id,
                    turn_id=turn.turn_id,
                    at=conversation.updated_at,
                    said=text or turn.digits,
                    reply=reply.model_dump_json(),
                    took_ms=took_ms,
                )
            )
            await live.publish(session, f"turns:{conversation.id}", {})

    # --- the order of things --------------------------------------------------------------------

    async def _answer(
        self,
        conversation: Conversation,
        speaker: Speaker,
        turn: TurnIn,
        text: str,
        pressed: keys.Meant | None,
    ) -> Reply:
        if turn.event == "sos":
            return await self.alarms.pressed(conversation, speaker)
        if conversation.status == "human" and turn.event != "hangup":
            self.matters.take(conversation)
            return await self._listen(conversation, speaker, turn, text)
        talk = self._talk_of(conversation, speaker)
        if turn.event == "start":
            return await self.events.greet(talk)
        if turn.event == "hangup":
            return await self.events.hung_up(talk)
        if turn.event == "silence":
            return await self.events.silent(conversation, speaker)
        standing = self.matters.take(conversation)
        if pressed is not None and pressed.what != "answer":
            return await self.asides.pressed(conversation, speaker, pressed, standing)
        if not text and turn.location is None:
            return await self.asides.once_more(conversation, SENTENCES("empty"), standing)
        conversation.state = {**conversation.state, "silences": 0}
        wish = manner.wish(text)
        if wish and not wish.rest and triage(text, alternatives=turn.alternatives).level == "none":
            return await self.asides.speak_otherwise(conversation, speaker, wish.change, standing)
        alarm = await self._triage(talk, turn, text, standing)
        if alarm is not None:
            return alarm
        if len(text) > MAX_TEXT:
            return say(conversation, SENTENCES("too_long"), asks=conversation.state.get("asks"))
        if wish and wish.rest:
            await self.asides.speak_so(conversation, speaker, wish.change)
            text = wish.rest
        if self.handoffs.waits_for_phone(conversation):
            saved = await self.handoffs.take_phone(conversation, speaker, text)
            if saved is not None:
                return saved
        if plain.wants_person(text):
            return await self.handoffs.give(conversation, speaker, "来电人要找工作人员")
        standing = standing or await self.matters.elsewhere(talk)
        if standing is not None:
            return await self._matter(talk, *standing, turn, text)
        wanted = await self.matters.wanted(talk, text)
        if wanted is not None:
            return self._said(conversation, *wanted)
        return await self._talk(conversation, speaker, turn, text)

    async def _listen(self, conversation: Conversation, speaker: Speaker, turn: TurnIn, text: str) -> Reply:
        """A worker speaks with the person: what is said is kept, and answered only where there is danger."""
        verdict = triage(text, alternatives=turn.alternatives)
        if verdict.level == "danger":
            return await self.alarms.sound(conversation, speaker, verdict, text)
        return Reply(messages=[], expects="none", pace=conversation.pace)

    def _talk_of(self, conversation: Conversation, speaker: Speaker) -> Talk:
        async def understand(text: str, asked: str | None) -> str | None:
            now = china(self.context.clock.now()).replace(tzinfo=None)
            metadata = {"now": now.isoformat(), "asked": asked, "heard": heard(text, now, asked)}
            try:
                found = await self.rasa.parse(text, metadata)
            except RasaDown:
                return None
            return str((found.get("intent") or {}).get("name"))

        return Talk(self.context, conversation, speaker, self.context.clock.now(), understand)

    async def _matter(
        self, talk: Talk, matter: Matter, data: Mapping[str, Any], turn: TurnIn, text: str
    ) -> Reply:
        """What was said after a question that the service itself brought up."""
        conversation = talk.conversation
        answer = await matter.heard(talk, data, text, by_key=turn.digits is not None) or Answer()
        if answer.keep:
            restand(conversation, (matter, data))
        if answer.text is None and answer.then is None:
            words = answer.instead or text
            return await self._talk(conversation, talk.speaker, turn, words, answer.said_at)
        return self._said(conversation, matter, answer)

    def _said(self, conversation: Conversation, matter: Matter, answer: Answer) -> Reply:
        """A matter's answer as a reply; what it asks next stands."""
        if answer.then is not None:
            stand(conversation, matter.name, answer.then)
        said = say(conversation, answer.text).messages if answer.text else []
        rest = ask(conversation, answer.then) if answer.then else Reply(messages=[], pace=conversation.pace)
        return rest.model_copy(update={"messages": [*said, *rest.messages], "end": answer.end})

    async def _triage(self, talk: Talk, turn: TurnIn, text: str, standing: Standing | None) -> Reply | None:
        """Danger is heard before anything else; the question about it is answered before going on."""
        conversation, speaker = talk.conversation, talk.speaker
        asks = conversation.state.get("asks") or ""
        if conversation.state.get("alarm") and plain.false_alarm(text):
            return await self._taken_back(talk, turn, text)
        verdict = triage(text, alternatives=turn.alternatives, asked=asks or None)
        if verdict.level == "danger":
            return await self.alarms.sound(conversation, speaker, verdict, text)
        if verdict.level == "ask":
            if asks.startswith(ASKED_PREFIX):
                # Asked once and still unclear: a person looks into it.
                return await self.handoffs.give(conversation, speaker, f"可能有危险：{verdict.why}")
            # What was said is taken up once the question is answered.
            conversation.state = {**conversation.state, "held": text, "asked_before": asks}
            restand(conversation, standing)
            return self.alarms.question(conversation, verdict)
        if asks.startswith(ASKED_PREFIX):
            return await self._after_question(talk, turn, text, standing)
        return None

    async def _taken_back(self, talk: Talk, turn: TurnIn, text: str) -> Reply:
        """A false alarm: a wish that was taken for one is taken up, what it broke into is offered again."""
        conversation = talk.conversation
        misheard = conversation.state.get("misheard")
        reply = await self.alarms.take_back(conversation, talk.speaker)
        if misheard and await talk.understand(misheard, None) in WISHES:
            first = say(conversation, SENTENCES("alarm_false_resume"))
            return put_before(
                first, await self._talk(conversation, talk.speaker, turn, f"{misheard}，{text}")
            )
        question = await self.matters.after_alarm(talk)
        if question is None:
            return reply
        asked = ask(conversation, question)
        return put_before(say(conversation, SENTENCES("alarm_false_resume")), asked)

    async def _after_question(self, talk: Talk, turn: TurnIn, text: str, standing: Standing | None) -> Reply:
        """No danger after all: back to what was being said when the question came up."""
        conversation = talk.conversation
        state = dict(conversation.state)
        held, before = state.pop("held", ""), state.pop("asked_before", None)
        conversation.state = {**state, "asks": before or None}
        denied = plain.says_no(text)
        words = held if denied else f"{held}，{text}"
        if denied and len(text) > SHORT_NO and await talk.understand(text, None) == unfinished.BOOKING:
            # "没订吗？那现在订今晚的": a no to what the words before it asked for, and a wish.
            words = text
        if standing is not None:
            reply = await self._matter(talk, *standing, turn, words)
        else:
            reply = await self._talk(conversation, talk.speaker, turn, words)
        if not denied:
            return reply
        return put_before(say(conversation, SENTENCES("alarm_cleared")), reply)

    async def _talk(
        self,
        conversation: Conversation,
        speaker: Speaker,
        turn: TurnIn,
        text: str,
        said_at: datetime | None = None,
    ) -> Reply:
        said = text.lstrip("/").strip() or "附近有什么服务"
        metadata = await self._metadata(conversation, speaker, turn, said, said_at)
        try:
            messages = await self.rasa.send(f"{conversation.id}:{conversation.epoch}", said, metadata)
        except RasaDown as error:
            RASA_DOWN.inc()
            log.warning("rasa_down", conversation=str(conversation.id), error=str(error))
            return await self.handoffs.without_rasa(conversation, speaker)
        return await self._obey(conversation, speaker, Signals.of(messages), text)

    async def _metadata(
        self,
        conversation: Conversation,
        speaker: Speaker,
        turn: TurnIn,
        text: str,
        said_at: datetime | None,
    ) -> dict[str, Any]:
        now = china(self.context.clock.now()).replace(tzinfo=None)
        asked = conversation.state.get("asks")
        # "明天" said yesterday is today.
        spoken_at = china(said_at).replace(tzinfo=None) if said_at else now
        people = await self._named(speaker, text)
        return {
            "now": now.isoformat(),
            "asked": UNDERSTOOD_AS.get(asked or "", asked),
            "common": common(text),
            "heard": heard(common(text), spoken_at, asked, [(one.start, one.end) for one in people]),
            "people": [
                {"id": str(one.person_id) if one.person_id else None}
                | {"name": one.name, "start": one.start, "end": one.end}
                for one in people
            ],
            "location": turn.location.model_dump() if turn.location else None,
            "patience": persona(conversation.channel).patience,
            "speaker": speaker.as_metadata(conversation),
        }

    async def _named(self, speaker: Speaker, text: str) -> list[mentions.Mention]:
        """Those on record whom the speaker may act for and names."""
        if speaker.person_id is None:
            return []
        async with self.context.database.session() as session:
            if speaker.kind == "worker":
                return await mentions.by_worker(session, speaker.person_id, text)
            return await mentions.by_delegate(session, self.context.clock.now(), speaker.person_id, text)

    async def _obey(self, conversation: Conversation, speaker: Speaker, signals: Signals, text: str) -> Reply:
        """Do what the actions asked of the desk, and say what they said."""
        if signals.alarm is not None:
            return await self.alarms.by_classifier(conversation, speaker, text, signals.alarm)
        if signals.repeat:
            return self.asides.again(conversation)
        if signals.pace:
            return await self.asides.speak_otherwise(conversation, speaker, "slower", None)
        lost = signals.misunderstood or not signals.messages
        if lost and conversation.state.get("alarm") and not signals.person:
            return self.alarms.still_there(conversation)
        misses = conversation.state.get("misses", 0) + 1 if signals.misunderstood else 0
        conversation.state = {**conversation.state, "misses": misses}
        if misses >= persona(conversation.channel).patience:
            return await self.handoffs.give(conversation, speaker, "几次没有听明白")
        if misses:
            return self._not_understood(conversation, misses)
        if signals.person:
            said = compose(conversation, signals.messages)
            return put_before(said, await self.handoffs.give(conversation, speaker, signals.person))
        if not signals.messages:
            return self._not_understood(conversation, 1)
        reply = compose(conversation, signals.messages)
        return reply.model_copy(update={"end": signals.end and conversation.channel == "phone"})

    def _not_understood(self, conversation: Conversation, misses: int) -> Reply:
        """Simpler words first, at last answers to choose from; never the same sentence twice."""
        if misses < persona(conversation.channel).patience - 1:
            return say(conversation, SENTENCES("not_understood"))
        conversation.state = {**conversation.state, "keys": True}
        choices = [(choice.title, choice.value) for choice in keys.MENU]
        words = SENTENCES("not_understood_choices" if misses == 1 else "not_understood_choices_again")
        return say(conversation, words, choices=choices, expects="choice")


def _clean(turn: TurnIn) -> str:
    """The text without control characters; what Rasa would read as a command is disarmed later."""
    text = unicodedata.normalize("NFKC", turn.text or "")
    return "".join(char for char in text if char == "\n" or unicodedata.category(char)[0] != "C").strip()

"""Emergencies at the desk: a ticket first, then the numbers to call and what to do."""

from __future__ import annotations

from assistant.desk.models import Conversation
from assistant.desk.replies import SENTENCES, say
from assistant.desk.schemas import Reply
from assistant.desk.speakers import Speaker
from assistant.kit.api import Context
from assistant.kit.metrics import ALARMS
from assistant.safety import service as safety
from assistant.safety.triage import BY_VOICE, Verdict, first_aid_sentence, raise_by_classifier, triage

PRESSED = Verdict("danger", "help", "sos", "按了紧急呼叫键", ("120",), "help")


class Alarms:
    """What the desk does about danger."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def sound(self, conversation: Conversation, speaker: Speaker, verdict: Verdict, said: str) -> Reply:
        """Persist the ticket, tell operator and relatives, then say what to do now."""
        again = conversation.state.get("alarm")
        async with self.context.database.session() as session:
            ticket = await safety.raise_alarm(
                session,
                self.context.clock.now(),
                kind=verdict.kind or "help",
                level=verdict.level,
                reason=verdict.reason or "",
                said=said,
                person_id=speaker.person_id,
                caller_phone=speaker.phone,
                conversation=str(conversation.id),
                actor=speaker.actor(conversation),
                city=conversation.city,
            )
        ALARMS.labels(verdict.kind or "help").inc()
        # A form that was under way is dropped: Rasa starts anew.
        conversation.epoch += 1
        dropped = conversation.state.get("unfinished") or conversation.state.get("interrupted")
        conversation.state = {"alarm": str(ticket.id), "looked_up": True, "interrupted": dropped}
        if verdict.reason == BY_VOICE:
            # What only sounded like danger may have been a wish: taken back, it is understood once more.
            conversation.state |= {"misheard": said}
        numbers = _numbers(verdict.numbers)
        first_aid = first_aid_sentence(verdict.first_aid) if verdict.first_aid else ""
        if first_aid.startswith(numbers.rstrip("。")) and not again:
            # "请马上打120，记住是几点开始的" says whom to ring by itself.
            numbers = ""
        if again:
            return say(conversation, SENTENCES("alarm_again", numbers=numbers), protected=True)
        spoken = conversation.channel == "phone"
        text = SENTENCES("alarm" if spoken else "alarm_written", numbers=numbers, first_aid=first_aid)
        return say(conversation, text, protected=True)

    async def pressed(self, conversation: Conversation, speaker: Speaker) -> Reply:
        """The emergency key of a device or page."""
        return await self.sound(conversation, speaker, PRESSED, "按了紧急呼叫键")

    def question(self, conversation: Conversation, verdict: Verdict) -> Reply:
        """The one question that tells danger from none."""
        return say(
            conversation,
            verdict.question or "",
            asks=f"emergency:{verdict.kind}",
            expects="yes_no",
            choices=[("是，很急", "是"), ("不是，没事", "没事")],
            protected=True,
        )

    async def by_classifier(
        self, conversation: Conversation, speaker: Speaker, text: str, confidence: float
    ) -> Reply:
        """Rasa heard danger where the rules did not: it can raise, never lower."""
        verdict = raise_by_classifier(triage(text), "emergency", confidence)
        if verdict.level == "danger":
            return await self.sound(conversation, speaker, verdict, text)
        return self.question(conversation, verdict)

    async def take_back(self, conversation: Conversation, speaker: Speaker) -> Reply:
        """The caller says it was nothing: the ticket is closed as a false alarm, with that reason."""
        async with self.context.database.session() as session:
            await safety.false_alarm(
                session,
                self.context.clock.now(),
                conversation=str(conversation.id),
                actor=speaker.actor(conversation),
            )
        interrupted = conversation.state.get("interrupted")
        conversation.state = {"looked_up": True, "interrupted": interrupted}
        return say(conversation, SENTENCES("alarm_false"))

    def still_there(self, conversation: Conversation) -> Reply:
        """Words that nobody understood, from somebody in danger: no menu, the same question in short."""
        return say(conversation, SENTENCES("alarm_again", numbers=""), protected=True)


def _numbers(numbers: tuple[str, ...]) -> str:
    if not numbers:
        return ""
    if len(numbers) == 1:
        return SENTENCES("alarm_dial", number=numbers[0])
    return SENTENCES("alarm_dial_two", number=numbers[0], other=numbers[1])

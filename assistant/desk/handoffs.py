"""Giving a conversation to a person: at once in office hours, else by a call-back ticket."""

from __future__ import annotations

import re
from datetime import datetime

from assistant.desk import repository
from assistant.desk.briefing import brief
from assistant.desk.models import Conversation
from assistant.desk.replies import SENTENCES, say
from assistant.desk.schemas import Handoff, Reply
from assistant.desk.speakers import Speaker
from assistant.kit.api import Context
from assistant.kit.clock import china
from assistant.kit.metrics import HANDOFFS
from assistant.kit.text import PhoneNumberError, phone_number
from assistant.tickets import service as tickets
from assistant.tickets.callbacks import Hours, window
from assistant.tickets.models import Ticket, TicketKind
from assistant.tickets.schemas import TicketIn

DIGITS = re.compile(r"[\d零〇一二三四五六七八九幺两洞拐]")
TOLD = 6
"""Turns of the conversation that the summary repeats."""


class Handoffs:
    """What the desk does when a person is asked for or needed."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def hours(self) -> Hours:
        return Hours.parse(self.context.settings.operator_hours)

    async def give(self, conversation: Conversation, speaker: Speaker, reason: str) -> Reply:
        """A person, now or by call-back, with everything known so far."""
        staffed = self.hours.open_at(self.context.clock.now())
        ticket = await self._open(conversation, speaker, reason, "handoff" if staffed else "callback")
        HANDOFFS.labels("operator" if staffed else "callback").inc()
        conversation.epoch += 1
        conversation.state = {**conversation.state, "misses": 0, "ticket": str(ticket.id)}
        summary = await self._summary(conversation, reason) if staffed else reason
        handoff = Handoff(
            to="operator" if staffed else "callback", reason=reason, summary=summary, ticket=ticket.number
        )
        if speaker.phone is None and speaker.person_id is None:
            reply = say(conversation, SENTENCES("person_needs_phone"), asks="phone", expects="digits")
            conversation.state = {**conversation.state, "needs_phone": True}
        elif staffed:
            reply = say(conversation, SENTENCES("person_now"), expects="none")
        else:
            reply = say(conversation, SENTENCES("person_later", window=self._window()))
        return reply.model_copy(update={"handoff": handoff})

    async def _summary(self, conversation: Conversation, reason: str) -> str:
        """For the person who takes over; a caller on the telephone may be put through at once."""
        if conversation.channel != "phone":
            return reason
        async with self.context.database.session() as session:
            return await brief(session, self.context.clock.now(), conversation, reason)

    async def call_back(self, conversation: Conversation, speaker: Speaker, reason: str) -> Reply:
        """A call-back ticket for somebody who is gone; no ticket when nobody can be called."""
        if speaker.phone is None and speaker.person_id is None:
            return Reply(messages=[])
        ticket = await self._open(conversation, speaker, reason, "callback")
        handoff = Handoff(to="callback", reason=reason, summary=reason, ticket=ticket.number)
        return Reply(messages=[], handoff=handoff)

    async def without_rasa(self, conversation: Conversation, speaker: Speaker) -> Reply:
        """Rasa is down or slow: apologise, keep a ticket, offer a person."""
        if not conversation.state.get("ticket"):
            ticket = await self._open(conversation, speaker, "系统没有及时回应", "callback")
            conversation.state = {**conversation.state, "ticket": str(ticket.id)}
        return say(conversation, SENTENCES("rasa_down"), choices=[("转人工", "转人工")], expects="choice")

    def waits_for_phone(self, conversation: Conversation) -> bool:
        return bool(conversation.state.get("needs_phone"))

    async def take_phone(self, conversation: Conversation, speaker: Speaker, text: str) -> Reply | None:
        """The number to call back; None when the turn says something else."""
        if len(DIGITS.findall(text)) < 5:
            conversation.state = {**conversation.state, "needs_phone": False}
            return None
        try:
            number = phone_number(text)
        except PhoneNumberError as error:
            return say(conversation, str(error), asks="phone", expects="digits")
        async with self.context.database.session() as session:
            ticket = await tickets.find(session, conversation.state["ticket"], lock=True)
            ticket.caller_phone = number
            now = self.context.clock.now()
            tickets.remember(session, now, speaker.actor(conversation), "phone_given", ticket)
        conversation.caller_phone = number
        conversation.state = {**conversation.state, "needs_phone": False}
        return say(conversation, SENTENCES("person_phone_saved"))

    def _window(self) -> str:
        """When the call-back comes, in words."""
        now = self.context.clock.now()
        promised = window(now, self.hours)
        first, last = china(promised.first), china(promised.last)
        day = "今天" if first.date() == china(now).date() else "明天"
        return f"{day}{_hour(first)}到{_hour(last)}之间"

    async def _open(
        self, conversation: Conversation, speaker: Speaker, reason: str, kind: TicketKind
    ) -> Ticket:
        """Open the ticket, with what was said last."""
        async with self.context.database.session() as session:
            turns = await repository.recent_turns(session, conversation.id, TOLD)
            asked = TicketIn(
                kind=kind,
                city=conversation.city,
                person_id=speaker.person_id if speaker.kind != "worker" else None,
                phone=speaker.phone,
                summary=reason,
                details={"said": [turn.said for turn in turns if turn.said]},
                conversation=str(conversation.id),
                idempotency_key=f"{conversation.id}:{kind}:{conversation.epoch}",
            )
            now = self.context.clock.now()
            ticket, _ = await tickets.open_once(session, now, speaker.actor(conversation), asked, self.hours)
            return ticket


def _hour(moment: datetime) -> str:
    part = "上午" if moment.hour < 12 else "下午"
    hour = moment.hour if moment.hour <= 12 else moment.hour - 12
    return f"{part}{hour}点" + (f"{moment.minute}分" if moment.minute else "")
